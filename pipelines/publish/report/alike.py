"""Whether the lists take people of every kind alike. What belongs here: `meta.selection_rates` and the columns that a
person let in (`config.allow_protected`) in words; shares and marks were computed before."""

from dataclasses import dataclass

import duckdb

from pipelines.publish.report.reading import Row, read_table
from pipelines.publish.report.words import decimal, label, number, percent, sentence

RATES = "select * from meta.selection_rates order by list_name, column_name, rate desc nulls last, n desc, level"
ALLOWED = "select column_name, allowed_by, why from config.allow_protected order by all"
TOO_FEW = "too few"
LIST_WORDS = {"lead_queue": "Hand-off queue", "target_accounts": "Target list"}


@dataclass(frozen=True)
class LevelLine:
    """One level of a column: how many stand on the list, how many of them are handed on."""

    place: str
    level: str
    records: str
    selected: str
    share: str
    interval: str
    ratio: str
    verdict: str


@dataclass(frozen=True)
class Alike:
    """The section: the levels that could be compared, what could not be, and what a person let in."""

    lines: tuple[LevelLine, ...]
    small: tuple[str, ...]
    allowed: tuple[str, ...]


def read_alike(connection: duckdb.DuckDBPyConnection) -> Alike:
    """Empty where the extracts hold no column that tells who somebody is."""
    rates = read_table(connection, "meta.selection_rates", RATES)
    allowed = read_table(connection, "config.allow_protected", ALLOWED)
    return Alike(
        lines=tuple(level_line(row) for row in rates if row["rate"] is not None),
        small=tuple(small_words(row) for row in rates if row["rate"] is None),
        allowed=tuple(
            sentence(f"{row['column_name']}: let in by {row['allowed_by']}, since {row['why']}") for row in allowed
        ),
    )


def place_of(row: Row) -> str:
    return f"{LIST_WORDS.get(row['list_name'], label(row['list_name']))}, {row['column_name']}"


def level_line(row: Row) -> LevelLine:
    return LevelLine(
        place=place_of(row),
        level=str(row["level"]),
        records=number(row["n"]),
        selected=number(row["selected"]),
        share=percent(row["rate"]),
        interval=f"{percent(row['low'])} to {percent(row['high'])}",
        ratio=decimal(row["ratio"]),
        verdict="" if row["verdict"] == "ok" else sentence(row["verdict"]),
    )


def small_words(row: Row) -> str:
    if row["verdict"] != TOO_FEW:
        return sentence(f"{place_of(row)}: {row['verdict']}")
    return sentence(f"{place_of(row)}, {row['level']}: too few for a share ({number(row['n'])})")
