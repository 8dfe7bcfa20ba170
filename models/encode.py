"""Columns to a matrix of numbers, learned once on the training window and kept with the model. No estimator.

Numbers and yes/no stay as they are, null is missing (NaN). A category becomes the number of its level; levels that are
rare or were never seen share the level "other". A text that lists several things ("aws, sap") becomes a yes or no per
thing. Titles and other free text come from SQL as categories.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.errors import ModelError

MAX_LEVELS = 500
MIN_UNITS_PER_LEVEL = 5
IDENTIFIER_SHARE = 0.5
FEWEST_NAMES = 24
"""A column names its units when so large a share of them, and more than so many, hold different values."""
IDENTIFIER_NAME = re.compile(r"(^|[ _.-])(?i:id|no|nr|number|key|uuid)$|[a-z](Id|ID|Number|Key)$")
BETWEEN = ", "
"""What stands between the things that a text lists."""
MAX_THINGS = 60
LISTED_SHARE = 0.2
"""A text lists things when so many of its values name several, and there are at most half as many things as values."""


@dataclass(frozen=True)
class EncodedColumn:
    """One feature: `kind` is number, boolean, category or list; `levels` are the categories that have a number of their
    own, or the listed things that have a column of their own.
    """

    name: str
    kind: str
    levels: tuple[str, ...] = ()

    @property
    def width(self) -> int:
        """Columns of the matrix that it fills."""
        return len(self.levels) if self.kind == "list" else 1


@dataclass(frozen=True)
class Encoder:
    """The features a model reads, in order, and the columns it left out with the reason."""

    columns: tuple[EncodedColumn, ...]
    dropped: Mapping[str, str]

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]

    @property
    def sources(self) -> list[str]:
        """The feature that each column of the matrix comes from."""
        return [column.name for column in self.columns for _ in range(column.width)]

    @property
    def by_place(self) -> list[EncodedColumn]:
        """What each column of the matrix is: a listed thing is a yes or no."""
        return [column for column in self.columns for _ in range(column.width)]

    @property
    def starts(self) -> list[int]:
        """Where the columns of each feature begin in the matrix."""
        return list(accumulate((column.width for column in self.columns), initial=0))[:-1]

    @property
    def categories(self) -> list[int]:
        """Positions of the categorical columns in the matrix."""
        return [start for start, column in zip(self.starts, self.columns, strict=True) if column.kind == "category"]

    def encode(self, frame: pl.DataFrame) -> NDArray[np.float64]:
        """The matrix, rows x its columns. Raises ModelError when a column is missing or of another kind."""
        missing = [column.name for column in self.columns if column.name not in frame.columns]
        if missing:
            raise ModelError(
                f"The frame to score lacks {', '.join(missing)}, which the model learned from; "
                "give the column (empty if nothing is known) or fit the model again without it."
            )
        # Column by column, as it is written here and read by curves: by rows, both wait for memory (3 times the time).
        matrix = np.empty((frame.height, len(self.sources)), order="F")
        for start, column in zip(self.starts, self.columns, strict=True):
            matrix[:, start : start + column.width] = encoded(frame[column.name], column).reshape(
                frame.height, column.width
            )
        return matrix


def learn_encoder(frame: pl.DataFrame, unit_column: str, features: Sequence[str]) -> Encoder:
    """Learn kinds and levels from the training window; constant and identifier-like columns are dropped and noted."""
    columns: list[EncodedColumn] = []
    dropped: dict[str, str] = {}
    for name in features:
        per_unit = frame.select(unit_column, name).unique(maintain_order=True)
        reason = reason_to_drop(per_unit[name], per_unit[unit_column].n_unique())
        if reason:
            dropped[name] = reason
        else:
            columns.append(learned(per_unit[name]))
    return Encoder(tuple(columns), dropped)


def learned(column: pl.Series) -> EncodedColumn:
    """How a feature is encoded; its values are distinct per unit."""
    if kind_of(column) == "category":
        things = things_of(column)
        if things:
            return EncodedColumn(column.name, "list", things)
    return EncodedColumn(column.name, kind_of(column), levels_of(column))


def things_of(column: pl.Series) -> tuple[str, ...]:
    """The things that the values of a text list, the most frequent first; none when the text is no list of few things,
    such as a name with a comma in it.
    """
    values = column.cast(pl.String).drop_nulls().rename("thing")
    listed = values.str.contains(BETWEEN, literal=True).mean()
    counts = values.str.split(BETWEEN).explode().value_counts(name="units")
    if (
        not isinstance(listed, float)
        or listed < LISTED_SHARE
        or counts.height > min(MAX_THINGS, values.n_unique() // 2)
    ):
        return ()
    frequent = counts.filter(pl.col("units") >= MIN_UNITS_PER_LEVEL).sort(["units", "thing"], descending=[True, False])
    return tuple(frequent["thing"].to_list())


def kind_of(column: pl.Series) -> str:
    """number, boolean or category; ModelError for anything that must become one of them in SQL first."""
    if column.dtype == pl.Boolean:
        return "boolean"
    if column.dtype.is_numeric():
        return "number"
    if column.dtype in (pl.String, pl.Categorical, pl.Enum):
        return "category"
    raise ModelError(
        f"The feature {column.name} is {column.dtype}; expected a number, true or false, or text "
        "(give a date as days before the landmark)."
    )


def reason_to_drop(column: pl.Series, units: int) -> str:
    """Why a column teaches nothing, in words; empty when it stays. The values are distinct per unit."""
    if column.dtype == pl.Null or column.n_unique() <= 1:
        return "constant in the training window"
    different = column.drop_nulls().n_unique()
    if different <= max(FEWEST_NAMES, IDENTIFIER_SHARE * units):
        return ""
    if kind_of(column) == "category":
        if not things_of(column):
            return f"like an identifier: {different} different values for {units} units"
    elif names_rows(column, column.name):
        return f"an identifier by its name: {different} different numbers for {units} units"
    return ""


def names_rows(column: pl.Series, name: str) -> bool:
    """Whether whole numbers under such a name number the rows: by now nearly every one has another."""
    if not column.dtype.is_numeric() or not IDENTIFIER_NAME.search(name):
        return False
    known = column.drop_nulls().cast(pl.Float64)
    is_whole = bool((known == known.floor()).all())
    return is_whole and known.n_unique() > max(FEWEST_NAMES, IDENTIFIER_SHARE * len(known))


def levels_of(column: pl.Series) -> tuple[str, ...]:
    """The most frequent levels of a category, most frequent first, ties by name; empty for numbers."""
    if kind_of(column) != "category":
        return ()
    counts = column.cast(pl.String).drop_nulls().rename("level").value_counts(name="units")
    frequent = counts.filter(pl.col("units") >= MIN_UNITS_PER_LEVEL).sort(["units", "level"], descending=[True, False])
    return tuple(frequent["level"].head(MAX_LEVELS).to_list())


def encoded(values: pl.Series, column: EncodedColumn) -> NDArray[np.float64]:
    """One feature as numbers, rows or rows x things; null is NaN, a level that is rare or unseen is `len(levels)`."""
    if values.dtype == pl.Null:
        return np.full((len(values), column.width), np.nan)
    found = kind_of(values)
    if (found == "category") != (column.kind in ("category", "list")):
        raise ModelError(f"The feature {column.name} holds a {found}; the model learned it as a {column.kind}.")
    if column.kind in ("category", "list"):
        return looked_up(values, column)
    return values.cast(pl.Float64).fill_null(float("nan")).to_numpy()


def looked_up(values: pl.Series, column: EncodedColumn) -> NDArray[np.float64]:
    """The numbers of texts: worked out once per distinct text, then taken by its code, for rows are many."""
    coded = values if values.dtype in (pl.Categorical, pl.Enum) else values.cast(pl.Categorical)
    distinct = coded.drop_nulls().unique()
    numbers = np.full((len(distinct) + 1, column.width), np.nan)  # the last for null
    if column.kind == "list":
        held = distinct.cast(pl.String).str.split(BETWEEN)
        for place, thing in enumerate(column.levels):
            numbers[:-1, place] = held.list.contains(thing).cast(pl.Float64).to_numpy()
    else:
        levels = {level: float(position) for position, level in enumerate(column.levels)}
        numbers[:-1, 0] = [levels.get(level, float(len(levels))) for level in distinct.cast(pl.String)]
    codes = distinct.to_physical().to_numpy()
    size = int(codes.max(initial=0)) + 1
    place_of = np.full(size + 1, len(distinct))
    place_of[codes] = np.arange(len(distinct))
    rows = place_of[coded.to_physical().cast(pl.Int64).fill_null(size).to_numpy()]
    return np.asarray(numbers[rows], dtype=np.float64)
