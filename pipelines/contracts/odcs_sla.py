"""How old an object may get: `frequency` and `latency` of the standard's `slaProperties`, in hours; no SQL here.

The standard's other service levels (retention, availability ...) may stand in a contract: no load can measure them.
"""

from collections.abc import Mapping
from typing import Any

from pipelines.errors import GrowthError

MEASURED = ("frequency", "latency")
STANDARD = (
    "availability", "endOfLife", "endOfSupport", "errorRate", "generalAvailability", "retention", "throughput",
    "timeOfAvailability", "timeToDetect", "timeToNotify", "timeToRepair",
)  # fmt: skip
HOURS = {"d": 24.0, "day": 24.0, "days": 24.0, "h": 1.0, "hr": 1.0, "hour": 1.0, "hours": 1.0}


def read_expected_hours(document: Mapping[str, Any], path: object) -> float | None:
    """After how many hours without a newer moment the object is late; None where nothing is promised.

    What comes every `frequency`, up to `latency` after it happened, may be as old as both together. Raises GrowthError
    with the key path for a property that the standard does not know, one given twice, and a value or unit that is no
    span of time.
    """
    found: dict[str, float] = {}
    for i, sla in enumerate(document.get("slaProperties", ())):
        name, where = sla["property"], f"{path}: slaProperties[{i}]"
        if name in STANDARD:
            continue
        if name not in MEASURED:
            raise GrowthError(f"{where}.property: found {name!r}, expected one of {', '.join(MEASURED + STANDARD)}.")
        if name in found:
            raise GrowthError(f"{where}.property: {name!r} is given twice; keep one.")
        found[name] = hours(sla, where)
    return sum(found.values()) if found else None


def hours(sla: Mapping[str, Any], where: str) -> float:
    """`value` and `unit` of one service level as hours."""
    value, unit = sla["value"], sla.get("unit")
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < float("inf"):
        raise GrowthError(f"{where}.value: found {value!r}, expected a number above 0.")
    if unit not in HOURS:
        raise GrowthError(f"{where}.unit: found {unit!r}, expected one of {', '.join(HOURS)}.")
    return value * HOURS[unit]
