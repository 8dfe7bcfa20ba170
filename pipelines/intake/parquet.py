"""Parquet files into the incoming table, with the types they come in. Text formats are not read here."""

from pathlib import Path

import duckdb

from pipelines.errors import GrowthError
from pipelines.intake.delimited import refuse_twins
from pipelines.intake.incoming import LINES_TABLE, ROW, TEXT_TABLE, Incoming, check_count
from pipelines.warehouse import quoted_text

MAGIC = b"PAR1"


def read_parquet(connection: duckdb.DuckDBPyConnection, name: str, path: Path) -> Incoming:
    """Load all rows; `records` comes from the file's metadata, the "line" of a row is its number."""
    source = quoted_text(str(path))
    try:
        [(records,)] = connection.execute(
            f"select sum(num_rows)::bigint from parquet_file_metadata({source})"
        ).fetchall()
        connection.execute(
            f"create or replace temp table {TEXT_TABLE} as "
            f"select *, row_number() over () - 1 as {ROW} from read_parquet({source})"
        )
    except (duckdb.InvalidInputException, duckdb.IOException, duckdb.SerializationException) as error:
        reason = str(error).splitlines()[0]
        raise GrowthError(f"{name} is not a whole Parquet file ({reason}); export or copy it again.") from error
    described = connection.execute(f"describe {TEXT_TABLE}").fetchall()
    columns = {column: kind for column, kind, *_ in described if column != ROW}
    refuse_twins(name, list(columns))
    check_count(connection, name, records)
    connection.execute(
        f"create or replace temp table {LINES_TABLE} as "
        f"select {ROW} as n, {ROW} + 1 as line, {ROW} + 1 as line_end from {TEXT_TABLE}"
    )
    return Incoming("parquet", columns, records, records)
