"""What a reader hands on: one file's sound records as a temp table, and the rest as text with its reasons."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipelines.errors import GrowthError
from pipelines.warehouse import quoted_text

Format = Literal["csv", "json", "parquet"]
TEXT_TABLE, LINES_TABLE = "incoming_text", "incoming_lines"
# The number of a row in its file, from 0. (A rowid will not do: inside a transaction it is not the row's number.)
ROW = "_intake_row"


@dataclass(frozen=True)
class Malformed:
    """A record that could not be read at all: its raw text, kept for quarantine."""

    line: int
    line_end: int
    reasons: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Incoming:
    """One file as read: temp table `incoming_text` (columns as in the file, then the row number), `incoming_lines` (n, line, line_end).

    `records` is the reader's own count, malformed ones included and the header left out; `columns` maps each name in
    the file to its DuckDB type; `lines` is the number of physical lines (records for Parquet).
    """

    format: Format
    columns: dict[str, str]
    records: int
    lines: int
    malformed: list[Malformed] = field(default_factory=list)


def keep_lines(
    connection: duckdb.DuckDBPyConnection, first: NDArray[np.int64], last: NDArray[np.int64], scratch: Path
) -> None:
    """Line n of the lines table belongs to row n of the text table.

    Arrays travel as a Parquet file: registering them with the connection would import pandas for nothing.
    """
    if len(first) == 0 or (np.array_equal(first, last) and int(first[-1] - first[0]) == len(first) - 1):
        start = int(first[0]) if len(first) else 0
        source = f"select n, n + {start} as line, n + {start} as line_end from range({len(first)}) as r(n)"
    else:
        from pyarrow import parquet

        path = scratch / "lines.parquet"
        parquet.write_table(pa.table({"n": np.arange(len(first)), "line": first, "line_end": last}), path)
        source = f"select * from read_parquet({quoted_text(str(path))})"
    connection.execute(f"create or replace temp table {LINES_TABLE} as {source}")


def check_count(connection: duckdb.DuckDBPyConnection, name: str, expected: int) -> None:
    """The reader must have found the very records that the structure was cut into."""
    [(found,)] = connection.execute(f"select count(*) from {TEXT_TABLE}").fetchall()
    if found != expected:
        raise GrowthError(f"{name}: {expected} records were counted, but {found} were read; nothing was loaded.")
