"""Columns of the company's own, as the world file declares them: some tell of the firm's fit, most tell nothing.

What belongs here: the text of their values and where they are blank. What a column with an effect does to the fit is
firms.py's.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.demo import words
from pipelines.demo.columns import flag, unless
from pipelines.demo.company import Company
from pipelines.demo.draw import DAY, Bools, Floats, Ints
from pipelines.demo.draw import words as pick
from pipelines.demo.firms import level_of
from pipelines.demo.ids import OTHER_INSTANCE, record_ids
from pipelines.demo.world.exports import ColumnKind, CustomColumn, ObjectName

FORMULAS = ("age_days", "score")
MIDDLE, SPREAD = 50.0, 15.0  # the scale on which a number is shown; it carries nothing


@dataclass(frozen=True)
class Added:
    """Columns as of the export's moment, and when each row was last changed for one of them (-1: never)."""

    columns: dict[str, pl.Series]
    changed_at: Ints

    def part(self, rows: slice) -> "Added":
        return Added({name: values[rows] for name, values in self.columns.items()}, self.changed_at[rows])


def custom_columns(company: Company, name: ObjectName, firm: Ints, created: Ints) -> Added:
    """The custom columns of an object. Those known at creation stand there at once, tracked ones some day; formulas
    move with the clock and change no row.
    """
    columns: dict[str, pl.Series] = {}
    changed = np.full(len(firm), -1, dtype=np.int64)
    for column in company.world.custom_columns:
        if column.object == name:
            rng = company.generator(f"custom {column.object}.{column.name}")
            values = TEXTS[column.kind](Cells(company, column, firm, created, rng))
            filled = is_filled(company, column, len(firm))
            some_day = created + (rng.random(len(firm)) * (company.span.end - created)).astype(np.int64)
            waits = column.known == "tracked" and column.kind not in FORMULAS
            at = np.where(filled & waits & (some_day < company.now), some_day, -1)
            columns[column.name] = unless(~filled | (waits & (at < 0)), values)
            changed = np.maximum(changed, at)
    return Added(columns, changed)


def is_filled(company: Company, column: CustomColumn, rows: int) -> Bools:
    """In which rows of its object somebody fills the column, sooner or later."""
    rng = company.generator(f"filled {column.object}.{column.name}")
    return np.asarray(rng.random(rows) >= column.missing, dtype=np.bool_)


@dataclass(frozen=True)
class Cells:
    """The rows that a column is rendered for."""

    company: Company
    column: CustomColumn
    firm: Ints
    created: Ints
    rng: np.random.Generator

    def __len__(self) -> int:
        return len(self.firm)

    def integers(self, end: int) -> Ints:
        return self.rng.integers(0, end, len(self))

    @property
    def standard(self) -> Floats:
        """Standard-normal values by row: the firm's own where the column tells of its fit."""
        if self.column.effect:
            own: Floats = self.company.firms.custom[self.column.name][self.firm]
            return own
        return np.asarray(self.rng.standard_normal(len(self)), dtype=np.float64)

    @property
    def level(self) -> Ints:
        if self.column.effect:
            return level_of(self.standard, self.column.levels)
        return self.integers(self.column.levels)

    @property
    def age_days(self) -> Ints:
        return (self.company.now - self.created) // DAY


def days(cells: Cells) -> pl.Series:
    """Days before the migration."""
    span = cells.company.span
    since = cells.rng.integers(span.start // DAY, span.migration // DAY + 1, len(cells))
    return pl.Series(since, dtype=pl.Int32).cast(pl.Date).dt.strftime("%Y-%m-%d")


def pages(cells: Cells) -> pl.Series:
    domain = cells.company.firms.domain.gather(cells.firm)
    return pl.Series(["https://"]) + domain + pick(words.PAGES, cells.integers(len(words.PAGES)))


TEXTS: dict[ColumnKind, Callable[[Cells], pl.Series]] = {
    "number": lambda cells: pl.Series(np.round(MIDDLE + SPREAD * cells.standard, 1)),
    "flag": lambda cells: flag(cells.standard > 0),
    "choice": lambda cells: pick([f"Level {place + 1}" for place in range(cells.column.levels)], cells.level),
    "code": lambda cells: pl.Series(["C"]) + pl.Series(cells.level).cast(pl.String).str.zfill(4),
    "text_id": lambda cells: record_ids("Account", len(cells), cells.rng, OTHER_INSTANCE).str.slice(5, 10),
    "constant": lambda cells: pl.Series(["v1"] * len(cells), dtype=pl.String),
    "date": days,
    "url": pages,
    "percent": lambda cells: pl.Series(cells.integers(101)),
    "note": lambda cells: pick(words.DESCRIPTIONS, cells.integers(len(words.DESCRIPTIONS))),
    "age_days": lambda cells: pl.Series(cells.age_days),
    "score": lambda cells: pl.Series((cells.age_days * 7 + cells.firm * 13) % 101),
}
