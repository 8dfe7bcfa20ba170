"""Parquet files into the incoming view, with the types they come in. Text formats are not read here."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from pipelines.errors import GrowthError
from pipelines.intake.delimited import refuse_twins
from pipelines.intake.incoming import ROW, Incoming, show_text
from pipelines.warehouse import quoted_text

MAGIC = b"PAR1"
NUMBER = "file_row_number"
"""The reader's own name for a row's number."""
BROKEN = (duckdb.InvalidInputException, duckdb.IOException, duckdb.SerializationException)


def read_parquet(connection: duckdb.DuckDBPyConnection, name: str, path: Path) -> Incoming:
    """Show all rows; `records` comes from the file's metadata, the "line" of a row is its number."""
    source = quoted_text(str(path))
    with whole(name):
        [(records,)] = connection.execute(
            f"select sum(num_rows)::bigint from parquet_file_metadata({source})"
        ).fetchall()
        described = connection.execute(f"describe select * from read_parquet({source})").fetchall()
    columns = {column: kind for column, kind, *_ in described}
    refuse_twins(name, list(columns))
    if NUMBER in [column.lower() for column in columns]:
        show_text(connection, f"select *, row_number() over () - 1 as {ROW} from read_parquet({source})")
    else:
        numbered = f"read_parquet({source}, {NUMBER} = true)"
        show_text(connection, f"select * exclude ({NUMBER}), {NUMBER} as {ROW} from {numbered}")
    return Incoming("parquet", columns, records, records)


@contextmanager
def whole(name: str) -> Iterator[None]:
    """What DuckDB says of a file that breaks off, in one sentence."""
    try:
        yield
    except BROKEN as error:
        reason = str(error).splitlines()[0]
        raise GrowthError(f"{name} is not a whole Parquet file ({reason}); export or copy it again.") from error
