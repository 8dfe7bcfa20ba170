"""`reader.duckdb`: the copy of the warehouse that the command line, notebooks and analysts read; nobody writes it."""

from datetime import datetime
from pathlib import Path

import duckdb

from pipelines.checkpoints import copy_file
from pipelines.warehouse import quoted_name, quoted_text

SCHEMAS = ("config", "core", "features", "scores", "marts", "meta")


def write_reader(connection: duckdb.DuckDBPyConnection, path: Path, run_id: str, version: str, as_of: datetime) -> None:
    """Copy the warehouse after a checkpoint, drop what is not for readers, say in `meta.runs` that this was published.

    The file is copied as it is, a tenth of the cost of writing its tables anew; nobody writes to it meanwhile, since
    the caller holds the only connection. A warehouse in memory has no file: its tables are copied one by one.
    """
    path.unlink(missing_ok=True)
    is_file = copy_file(connection, "warehouse", path)
    connection.execute(f"attach {quoted_text(str(path))} as reader")
    try:
        if not is_file:
            connection.execute("copy from database warehouse to reader")
        for (schema,) in connection.execute(
            "select schema_name from duckdb_schemas() where database_name = 'reader' and not internal"
            " and not list_contains(?, schema_name) order by all",
            [[*SCHEMAS, "main"]],
        ).fetchall():
            connection.execute(f"drop schema reader.{quoted_name(schema)} cascade")
        connection.execute(
            "update reader.meta.runs set status = 'published', version = ?, as_of = ? where run_id = ?",
            [version, as_of, run_id],
        )
        connection.execute("checkpoint reader")
    finally:
        connection.execute("detach reader")


def open_reader(path: Path) -> duckdb.DuckDBPyConnection:
    """Open a published copy for reading, as long as needed: it blocks nobody."""
    connection = duckdb.connect(
        str(path), read_only=True, config={"autoinstall_known_extensions": "false", "threads": "2"}
    )
    connection.execute("set timezone = 'UTC'; set enable_progress_bar = false")
    return connection
