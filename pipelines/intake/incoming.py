"""What a reader hands on: one file's sound records as a temp table, and the rest as text with its reasons."""

from dataclasses import dataclass, field
from typing import Literal

import duckdb
import numpy as np
from numpy.typing import NDArray

from pipelines.errors import GrowthError

Format = Literal["csv", "json", "parquet"]
TEXT_TABLE, LINES_TABLE = "incoming_text", "incoming_lines"
# The number of a row in its file, from 0. (A rowid will not do: inside a transaction it is not the row's number.)
ROW = "_intake_row"
NOT_UTF8 = "is not UTF-8"
# More records than this, and more than this share of all, with bytes that are no UTF-8 are no accident.
ODD_RECORDS, ODD_SHARE = 3, 0.01


@dataclass(frozen=True)
class Malformed:
    """A record that could not be read at all: its raw text, kept for quarantine."""

    line: int
    line_end: int
    reasons: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Incoming:
    """One file as read, beside temp tables `incoming_text` (its columns, then the row number) and `incoming_lines`.

    `records` is the reader's own count, malformed ones included and the header left out; `columns` maps each name in
    the file to its DuckDB type; `lines` is the number of physical lines (records for Parquet).
    """

    format: Format
    columns: dict[str, str]
    records: int
    lines: int
    malformed: list[Malformed] = field(default_factory=list)


def keep_lines(connection: duckdb.DuckDBPyConnection, first: NDArray[np.int64], last: NDArray[np.int64]) -> None:
    """Line n of the lines table belongs to row n of the text table.

    Runs of one-line records travel as one entry each, so that few numbers cross from Python.
    """
    rows = np.arange(len(first))
    extra = last - first
    breaks = (np.diff(first - rows) != 0) | (extra[1:] != 0) | (extra[:-1] != 0)
    begins = np.concatenate([rows[:1], np.flatnonzero(breaks) + 1])
    ends = np.concatenate([begins[1:], rows[-1:] + 1])
    connection.execute(
        f"create or replace temp table {LINES_TABLE} as "
        "with runs as (select unnest(?::bigint[]) as n, unnest(?::bigint[]) as stop, unnest(?::bigint[]) as line, "
        "unnest(?::bigint[]) as extra), steps as (select *, unnest(range(stop - n)) as step from runs) "
        "select n + step as n, line + step as line, line + step + extra as line_end from steps",
        [begins.tolist(), ends.tolist(), first[begins].tolist(), extra[begins].tolist()],
    )


def check_encoding(name: str, malformed: list[Malformed], records: int) -> None:
    """A record or two with odd bytes go to quarantine; more of them mean that the file is in another encoding."""
    odd = [record for record in malformed if any(reason.endswith(NOT_UTF8) for reason in record.reasons)]
    if len(odd) > ODD_RECORDS and len(odd) > ODD_SHARE * records:
        reason = next(reason for reason in odd[0].reasons if reason.endswith(NOT_UTF8))
        raise GrowthError(
            f"{name} is not UTF-8 at line {odd[0].line} and in {len(odd)} of its {records} records "
            f"({reason.removeprefix(f'line {odd[0].line}: ')}); save as UTF-8 and load it again."
        )


def check_count(connection: duckdb.DuckDBPyConnection, name: str, expected: int) -> None:
    """The reader must have found the very records that the structure was cut into."""
    [(found,)] = connection.execute(f"select count(*) from {TEXT_TABLE}").fetchall()
    if found != expected:
        raise GrowthError(f"{name}: {expected} records were counted, but {found} were read; nothing was loaded.")
