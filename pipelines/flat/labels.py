"""The outcome of a flat table: which rows have it, by the text of a column. No word about other columns."""

from collections.abc import Mapping

import polars as pl

from pipelines.errors import GrowthError
from pipelines.flat.reading import FlatFile

YES = ("true", "yes", "won", "converted", "ja", "wahr", "1", "1.0", "y", "t")
"""Values that say yes."""
PLAIN_YES = YES[:6]
"""Those that can mean nothing else beside more than one other value."""


def label_of(file: FlatFile, label: str, positive: str | None, notes: list[str]) -> tuple[pl.Series, str]:
    """True, false or unknown per row, and the value that counts as positive. Labels compare as text."""
    text = file.text[label]
    counts = text.drop_nulls().value_counts(sort=True)
    values: dict[str, int] = dict(counts.iter_rows())
    if positive is None:
        positive = default_positive(file, label, values)
        notes.append(f"{label} = {positive} counts as the outcome; --positive names another value")
    elif positive not in values:
        near = [value for value in values if value.lower() == positive.lower()]
        hint = f"did you mean {near[0]!r}?" if near else "Name one of them with --positive."
        raise GrowthError(f"{file.path}: no row has {label} {positive!r}; found {listed(values) or 'nothing'}. {hint}")
    if empty := text.null_count():
        notes.append(f"{empty:,} rows have no {label}: they are scored and not learned from")
    if len(values) == 1:
        notes.append(
            f"{label} is {positive} or empty, and empty counts as not known; say what the others are to learn from them"
        )
    if len(values) > 2:
        notes.append(f"{label} has {len(values):,} values; all but {positive} count as not {positive}")
    return (text == positive).alias("label"), positive


def default_positive(file: FlatFile, label: str, values: Mapping[str, int]) -> str:
    """The value that says yes, else the rarer one of two. Raises GrowthError when nothing tells."""
    if not values:
        raise GrowthError(f"{file.path}: the column {label!r} is empty; name the column that holds the outcome.")
    for word in YES if len(values) <= 2 else PLAIN_YES:
        if named := [value for value in values if value.lower() == word]:
            return named[0]
    if len(values) <= 2:
        return min(values, key=lambda value: (values[value], value))
    raise GrowthError(
        f"{file.path}: {label!r} has {len(values):,} values ({listed(values)}); say with --positive which one "
        "is the outcome."
    )


def listed(values: Mapping[str, int]) -> str:
    """The first values in words."""
    return ", ".join(list(values)[:8]) + (" ..." if len(values) > 8 else "")
