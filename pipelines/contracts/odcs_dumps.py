"""Which files hold all there is of an object: `full`, `fullPattern`, `maxVanishedPct`, `deletedColumn`; no SQL here.

An object whose rows a source drops of its own accord (a history that is kept for some months) has no full dump.
"""

import re
from collections.abc import Mapping
from typing import Any

from pipelines.contracts.contract import Dumps
from pipelines.errors import GrowthError

DUMP_PROPERTIES = frozenset({"full", "fullPattern", "maxVanishedPct", "deletedColumn"})
MAX_VANISHED_PCT = 10


def read_dumps(settings: Mapping[str, Any], where: str) -> Dumps | None:
    """What the properties of one object say; None when no file of it is a full dump."""
    full, pattern = settings.get("full", False), settings.get("fullPattern", "")
    vanished = share(settings, "maxVanishedPct", MAX_VANISHED_PCT, where)
    at = f"{where}.customProperties"
    if full not in (True, False):
        raise GrowthError(f"{at}: full: found {full!r}, expected true or false.")
    try:
        re.compile(str(pattern))
    except re.error as error:
        raise GrowthError(f"{at}: fullPattern is not a regular expression: {error}.") from error
    if not (full or pattern):
        if "maxVanishedPct" in settings:
            raise GrowthError(f"{at}: maxVanishedPct: found without full or fullPattern: no file is a full dump.")
        return None
    return Dumps(str(pattern), vanished, settings.get("deletedColumn"), is_always=full)


def share(settings: Mapping[str, Any], name: str, usual: float, where: str) -> float:
    """A property that is a share in percent, such as `maxRejectPct`: of a file's records."""
    value = settings.get(name, usual)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 100:
        raise GrowthError(f"{where}.customProperties: {name}: found {value!r}, expected 0 to 100.")
    return float(value)
