"""The parts of a test window that are judged apart: ages of the record, segments of the market, worked or not.

What belongs here: which rows are in which part. What is measured on them: `judge`.
"""

from collections.abc import Iterator

import polars as pl

from models.landmarks import AGE, WORKED
from models.standards import DEFAULT, Segment, Standards

ALL, HAND_OFF = "all", "hand-off"
HAND_OFF_DAYS = 8
"""The queue is worked in the first week of a record: what happens there is what a representative sees."""
AGE_SLICES: tuple[tuple[str, float, float], ...] = (
    ("age:0-1", float("-inf"), 2),
    ("age:2-7", 2, HAND_OFF_DAYS),
    ("age:8-30", HAND_OFF_DAYS, 31),
    ("age:31+", 31, float("inf")),
)
"""Days since the record was made, from (inclusive) and to (exclusive)."""
MOST_PARTS = 12
"""Parts of one segment, the largest; the rest is one part more."""
UNKNOWN, OTHER = "unknown", "other"

Part = tuple[str, pl.DataFrame]


def slices(frame: pl.DataFrame, standards: Standards = DEFAULT) -> list[Part]:
    """(name, rows) of every part that has rows: all, the hand-off, ages, segments, worked and unworked."""
    parts = [(ALL, frame), *ages(frame), *worked(frame)]
    for segment in standards.segments:
        parts += parts_of(frame, segment)
    return [(name, part) for name, part in parts if part.height]


def ages(frame: pl.DataFrame) -> Iterator[Part]:
    """By the age of the record, and the hand-off slice; nothing where no age is known."""
    if AGE not in frame.columns or not frame[AGE].count():
        return
    yield HAND_OFF, frame.filter(pl.col(AGE) < HAND_OFF_DAYS)
    for name, low, high in AGE_SLICES:
        yield name, frame.filter(pl.col(AGE) >= low, pl.col(AGE) < high)


def worked(frame: pl.DataFrame) -> Iterator[Part]:
    """Those that somebody worked and those that nobody did: an unworked one that did not succeed is no failure."""
    if WORKED in frame.columns:
        yield "worked", frame.filter(pl.col(WORKED))
        yield "unworked", frame.filter(~pl.col(WORKED))


def parts_of(frame: pl.DataFrame, segment: Segment) -> Iterator[Part]:
    """One part per value of the segment, the largest first; rare ones together, and those that nobody knows."""
    if segment.feature not in frame.columns:
        return
    value = banded(frame[segment.feature], segment) if segment.bands else frame[segment.feature].cast(pl.String)
    known = value.drop_nulls()
    sizes = known.rename("value").value_counts(name="rows").sort(["rows", "value"], descending=[True, False])
    kept = sizes["value"].head(MOST_PARTS).to_list()
    for name in kept:
        yield f"{segment.name}:{name}", frame.filter(value == name)
    yield f"{segment.name}:{OTHER}", frame.filter(value.is_not_null() & ~value.is_in(kept))
    yield f"{segment.name}:{UNKNOWN}", frame.filter(value.is_null())


def banded(column: pl.Series, segment: Segment) -> pl.Series:
    """The name of the band of every number, null where it is below the first or not known."""
    number, name = pl.col("number"), pl.lit(None, pl.String)
    for least, band in segment.bands:
        name = pl.when(number >= least).then(pl.lit(band)).otherwise(name)
    return pl.DataFrame({"number": column.cast(pl.Float64)}).select(name.alias("band"))["band"]
