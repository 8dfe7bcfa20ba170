"""Parquet files into the incoming view, with the types they come in. Text formats are not read here."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from pipelines.errors import GrowthError
from pipelines.intake.forms.incoming import ROW, Incoming, check_names, check_width, show_text
from pipelines.intake.forms.tally import tally_of_range
from pipelines.warehouse import quoted_text

MAGIC = b"PAR1"
PLACE = re.compile(r" (in|for) file ['\"][^'\"]*['\"]")
NUMBER = "file_row_number"
"""The reader's own name for a row's number."""
NOT_THE_FILE = ("No space left on device", "Disk quota exceeded", "File too large", "Out of Memory")
"""What DuckDB says when this machine is at fault."""


def read_parquet(connection: duckdb.DuckDBPyConnection, name: str, path: Path) -> Incoming:
    """Show all rows; `records` comes from the file's metadata, the "line" of a row is its number."""
    source = quoted_text(str(path))
    rows = f"read_parquet({source}, hive_partitioning = false)"
    with whole(name):
        [(records,)] = connection.execute(
            f"select sum(num_rows)::bigint from parquet_file_metadata({source})"
        ).fetchall()
        [(width,)] = connection.execute(f"select num_children from parquet_schema({source}) limit 1").fetchall()
        check_width(name, width)  # before DuckDB looks at each, which takes the square of their number
        described = connection.execute(f"describe select * from {rows}").fetchall()
    columns = {column: kind for column, kind, *_ in described}
    check_names(name, list(columns))
    if NUMBER in [column.lower() for column in columns]:
        show_text(connection, f"select *, row_number() over () - 1 as {ROW} from {rows}")
    else:
        numbered = f"read_parquet({source}, hive_partitioning = false, {NUMBER} = true)"
        show_text(connection, f"select * exclude ({NUMBER}), {NUMBER} as {ROW} from {numbered}")
    tally = tally_of_range(1, records)  # rows are numbered from 1, as lines are
    return Incoming("parquet", columns, records, records, tally=tally, lines_told=records)


def column_names(name: str, path: Path) -> list[str]:
    """The columns of a file, from its metadata."""
    with whole(name), duckdb.connect() as connection:
        return [
            row[0] for row in connection.execute(f"describe from read_parquet({quoted_text(str(path))})").fetchall()
        ]


@contextmanager
def whole(name: str) -> Iterator[None]:
    """What DuckDB says of a file that breaks off, in one sentence."""
    try:
        yield
    except (duckdb.Error, UnicodeDecodeError) as error:
        if any(words in str(error) for words in NOT_THE_FILE):
            raise
        reason = PLACE.sub("", str(error).splitlines()[0])
        raise GrowthError(f"{name} is not a whole Parquet file ({reason}); export or copy it again.") from error
