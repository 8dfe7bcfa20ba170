"""What a reader hands on: one file's sound records as a view of the file, and the rest as text with its reasons."""

from dataclasses import dataclass, field
from typing import Literal

import duckdb
import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipelines.errors import GrowthError
from pipelines.intake.forms.record import MOST_FIELDS
from pipelines.intake.forms.tally import Tally, tally_of

Format = Literal["csv", "json", "parquet"]
TEXT_TABLE, LINES_TABLE = "incoming_text", "incoming_lines"
# The number of a row in its file, from 0. (A rowid will not do: inside a transaction it is not the row's number.)
ROW = "_intake_row"
NOT_UTF8 = "is not UTF-8"
# More records than this, and more than this share of all, with bytes that are no UTF-8 are no accident.
ODD_RECORDS, ODD_SHARE = 3, 0.01
MOST_MALFORMED = 200_000
"""Records of a file that cannot be read at all; they are held in memory, some 2 KB each."""
LONGEST_NAME = 1_000


@dataclass(frozen=True)
class Malformed:
    """A record that could not be read at all: its raw text, kept for quarantine."""

    line: int
    line_end: int
    reasons: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Incoming:
    """One file as read, beside the temp view `incoming_text` over it: its columns, then the row number.

    `records` is the reader's own count, malformed ones included and the header left out; `columns` maps each name in
    the file to its DuckDB type; `lines` is the number of physical lines (records for Parquet). Row n begins on line
    n + `first_line` where every record has a line of its own, else (`first_line` is None) `incoming_lines` tells.
    `tally`: the lines on which the sound records begin; `lines_told`: physical lines that header, records and blank
    lines take up together, None where records need not begin on lines of their own (a JSON array);
    `is_ended`: whether a delimited text ends with a line end.
    """

    format: Format
    columns: dict[str, str]
    records: int
    lines: int
    malformed: list[Malformed] = field(default_factory=list)
    first_line: int | None = 1
    tally: Tally = field(default_factory=Tally)
    lines_told: int | None = None
    is_ended: bool = True

    @property
    def rows(self) -> int:
        """Sound records: the rows of the view."""
        return self.records - len(self.malformed)


def show_text(connection: duckdb.DuckDBPyConnection, query: str) -> None:
    """Let `incoming_text` be this query over the file: nothing is read before the rows are wanted."""
    connection.execute(f"create or replace temp view {TEXT_TABLE} as {query}")


@dataclass
class LineRuns:
    """On which physical lines the rows are, as runs of one-line records that follow each other."""

    rows: int = 0
    tally: Tally = field(default_factory=Tally)
    runs: list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]] = field(default_factory=list)

    def add(self, first: NDArray[np.int64], last: NDArray[np.int64]) -> None:
        """Rows that follow those before, with their first and last lines."""
        if not len(first):
            return
        rows = np.arange(len(first))
        extra = last - first
        breaks = (np.diff(first - rows) != 0) | (extra[1:] != 0) | (extra[:-1] != 0)
        begins = np.concatenate([rows[:1], np.flatnonzero(breaks) + 1])
        self.runs.append((begins + self.rows, first[begins], extra[begins]))
        self.rows += len(first)
        self.tally += tally_of(first)

    def keep(self, connection: duckdb.DuckDBPyConnection) -> int | None:
        """The line of the first row when all rows are one run, else None, and each one's lines in `incoming_lines`."""
        if not self.runs:
            return 1
        begins, first, extra = (np.concatenate([run[i] for run in self.runs]) for i in range(3))
        if np.all(first - begins == first[0]) and not np.any(extra):
            return int(first[0])
        frame = pl.DataFrame({"n": begins, "stop": np.append(begins[1:], self.rows), "line": first, "extra": extra})
        connection.register("line_runs", frame)
        connection.execute(
            f"create or replace temp table {LINES_TABLE} as "
            "with steps as (select *, unnest(range(stop - n)) as step from line_runs) "
            "select n + step as n, line + step as line, line + step + extra as line_end from steps"
        )
        connection.unregister("line_runs")
        return None


def check_width(file: str, columns: int) -> None:
    """Refuse a file that is wider than any table is."""
    if columns > MOST_FIELDS:
        raise GrowthError(f"{file} has more than {MOST_FIELDS} columns; export fewer.")


def check_names(file: str, names: list[str]) -> None:
    """Refuse column names that no table can have: too many, too long, none at all, or two that SQL takes for one."""
    check_width(file, len(names))
    seen = set[str]()
    for name in names:
        if not name or "\x00" in name or len(name) > LONGEST_NAME:
            shown = repr(name if len(name) <= LONGEST_NAME else name[:40] + "...")
            raise GrowthError(
                f"{file} has a column named {shown} ({len(name)} characters); expected 1 to {LONGEST_NAME} characters "
                "without NUL; rename it."
            )
        if name.lower() == ROW:
            raise GrowthError(f"{file}: the header names the column {ROW!r}, a name kept for the loader; rename it.")
        if name.lower() in seen:
            raise GrowthError(f"{file}: the header names the column {name!r} twice; export it again with each once.")
        seen.add(name.lower())


def check_malformed(name: str, malformed: list[Malformed]) -> None:
    """A file with so many records that cannot be read is no extract; what has been read of it is let go."""
    if len(malformed) > MOST_MALFORMED:
        raise GrowthError(
            f"{name} has more than {MOST_MALFORMED} records that cannot be read, the first: {malformed[0].reasons[0]}; "
            "export it again."
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
