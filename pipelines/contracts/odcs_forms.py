"""How a source writes its cells: words for nothing, blanks, ids of two lengths, decimal commas.

What does not belong here: reading cells by it (`pipelines/intake/rules/cells.py`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from pipelines.contracts.contract import Column
from pipelines.errors import GrowthError

ID_FORMS = ("case_safe",)
NUMBER_FORMS = ("1.234,56", "1,234.56")


def with_forms(columns: Sequence[Column], settings: Mapping[str, Any], where: str) -> tuple[Column, ...]:
    """The columns with how their cells are written, from their own words and the object's settings.

    Raises GrowthError naming the place of a setting that is not understood.
    """
    words = settings.get("nullValues", [])
    if not isinstance(words, list) or not all(isinstance(word, str) and word.strip() for word in words):
        raise GrowthError(f"{where}.customProperties: nullValues: found {words!r}, expected a list of words.")
    for name in ("blankIsFalse", "supplements"):
        if settings.get(name, False) not in (True, False):
            raise GrowthError(f"{where}.customProperties: {name}: found {settings[name]!r}, expected true or false.")
    found = []
    for column in columns:
        at = f"{where}.properties ({column.name})"
        if column.id_form is not None and (column.id_form not in ID_FORMS or column.logical_type != "string"):
            raise GrowthError(
                f"{at}: idForm: found {column.id_form!r} for logicalType {column.logical_type!r}, "
                f"expected {', '.join(ID_FORMS)} for a string."
            )
        if column.number_form not in ("", *NUMBER_FORMS) or (
            column.number_form and column.logical_type not in ("integer", "number")
        ):
            raise GrowthError(
                f"{at}: numberForm: found {column.number_form!r} for logicalType {column.logical_type!r}, "
                f"expected {' or '.join(NUMBER_FORMS)} for an integer or a number."
            )
        blank_is_false = column.logical_type == "boolean" and bool(settings.get("blankIsFalse", False))
        words_of_column = tuple(word.strip() for word in words)
        found.append(replace(column, null_values=words_of_column, blank_is_false=blank_is_false))
    return tuple(found)
