"""When the columns of a flat table become known, as a person says it: `column: at_creation | tracked | outcome`."""

from collections.abc import Collection, Mapping
from pathlib import Path

import yaml

from pipelines.errors import GrowthError

MOMENTS = ("at_creation", "tracked", "outcome")


def read_known_at(path: Path, columns: Collection[str]) -> Mapping[str, str]:
    """Column to moment. Raises GrowthError with the line for what is no such list, or a column that is not there."""
    try:
        text = path.read_text(encoding="utf-8")
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except OSError as error:
        raise GrowthError(f"The file {path} cannot be read ({error.strerror}).") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise GrowthError(f"{path} is no YAML: {' '.join(str(error).split())}") from error
    if not isinstance(node, yaml.MappingNode):
        raise GrowthError(f"{path}: expected lines such as `Tags: outcome`.")
    found: dict[str, str] = {}
    for key, value in node.value:
        where = f"{path}, line {key.start_mark.line + 1}"
        if not isinstance(value, yaml.ScalarNode) or value.value not in MOMENTS:
            told = value.value if isinstance(value, yaml.ScalarNode) else "a list"
            raise GrowthError(f"{where}: {key.value}: found {told!r}, expected {', '.join(MOMENTS)}.")
        if key.value not in columns:
            raise GrowthError(f"{where}: the table has no column {key.value!r}.")
        if key.value in found:
            raise GrowthError(f"{where}: {key.value!r} stands there twice.")
        found[key.value] = value.value
    return found
