"""What is wrong with real exports, on purpose: rows that break the contract, the same row twice, an older version of a
row.

Nothing refers to a planted row, so refusing it costs nothing else.
"""

from dataclasses import dataclass

import polars as pl

from pipelines.demo.company import Company
from pipelines.demo.ids import OTHER_INSTANCE, record_ids
from pipelines.errors import GrowthError


@dataclass(frozen=True)
class Flaw:
    """A row to plant: a copy of row `copied` of a file under a new id (none when `Id` itself is wrong) with one wrong
    value.
    """

    file: str
    column: str
    value: str | None
    copied: int


@dataclass(frozen=True)
class Planted:
    """A planted row as written: its first physical line (1-based, the header counts), its id, and the value that is
    wrong.
    """

    file: str
    line: int
    record_id: str | None
    column: str
    found: str | None


FIRST_TWICE, FIRST_OLDER, LEAST_ROWS = 10, 20, 40
"""From which row of a file on rows stand there twice, or in an older version too; files that are smaller have none."""


def planted_rows(planted: list[Planted]) -> pl.DataFrame:
    """As a table of the truth."""
    schema = {"file": pl.String, "line": pl.Int64, "record_id": pl.String, "column": pl.String, "found": pl.String}
    return pl.DataFrame([vars(row) for row in planted], schema=schema)


def flaws_of(company: Company, name: str, frame: pl.DataFrame) -> list[Flaw]:
    """The world's wrong values of a file: each in a copy of the next row. GrowthError for a column it lacks."""
    broken, count = [row for row in company.world.exports.broken if row.object == name], len(frame)
    if strange := [row.column for row in broken if row.column not in frame.columns]:
        raise GrowthError(f"exports.broken of the world names {name}.{strange[0]}; expected a column of that export.")
    return [
        Flaw(name, row.column, row.value or None, place + 1) for place, row in enumerate(broken) if place + 1 < count
    ]


def with_flaws(
    company: Company, name: str, frame: pl.DataFrame
) -> tuple[pl.DataFrame, list[tuple[int, Flaw, str | None]]]:
    """The rows of a file followed by its flawed ones; and for each planted row its row number, the flaw, and its id."""
    count = len(frame)
    extra: list[pl.DataFrame] = []
    exports = company.world.exports
    if name in exports.repeated and count > LEAST_ROWS:
        extra.append(frame.slice(FIRST_TWICE, exports.repeated[name]))
    if name in exports.older and count > LEAST_ROWS:
        older = frame.slice(FIRST_OLDER, exports.older[name])
        older = older.filter(pl.col("SystemModstamp") > pl.col("CreatedDate"))
        extra.append(
            older.with_columns(
                pl.lit("Old name").alias("Name" if name == "Account" else "Company"),
                pl.col("CreatedDate").alias("SystemModstamp"),
                pl.col("CreatedDate").alias("LastModifiedDate"),
            )
        )
    flaws = flaws_of(company, name, frame)
    whole = pl.concat([frame, *extra]).cast({flaw.column: pl.String for flaw in flaws})
    fresh = record_ids(name, len(flaws), company.generator("ids of flawed " + name), OTHER_INSTANCE).to_list()
    planted = [
        (len(whole) + number, flaw, None if flaw.column == "Id" else record_id)
        for number, (flaw, record_id) in enumerate(zip(flaws, fresh, strict=True))
    ]
    wrong = [flawed(whole.slice(flaw.copied, 1), flaw, record_id) for _, flaw, record_id in planted]
    return pl.concat([whole, *wrong]), planted


def flawed(row: pl.DataFrame, flaw: Flaw, record_id: str | None) -> pl.DataFrame:
    """The copy under its new id; a copied lead is not converted, for only one lead can have opened an opportunity."""
    blank = [
        column
        for column in row.columns
        if column.startswith(("IsConverted", "Converted", "IsPersonAccount", "PersonContactId"))
    ]
    return row.with_columns(
        pl.lit(record_id, dtype=pl.String).alias("Id"),
        *(pl.lit(None, dtype=pl.String).alias(column) for column in blank),
    ).with_columns(pl.lit(flaw.value, dtype=pl.String).alias(flaw.column))
