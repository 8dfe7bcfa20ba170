"""`reader.duckdb`: the copy of the warehouse that the command line, notebooks and analysts read; nobody writes it."""

from datetime import datetime
from pathlib import Path

import duckdb

from pipelines.warehouse import quoted_name, quoted_text

SCHEMAS = ("config", "core", "features", "scores", "marts", "meta")


def write_reader(connection: duckdb.DuckDBPyConnection, path: Path, run_id: str, version: str, as_of: datetime) -> None:
    """Copy the readers' schemas, with the comments of tables, and say in `meta.runs` that this run was published."""
    path.unlink(missing_ok=True)
    connection.execute(f"attach {quoted_text(str(path))} as reader")
    try:
        for schema in SCHEMAS:
            connection.execute(f"create schema reader.{schema}")
        for schema, table, comment in connection.execute(
            "select schema_name, table_name, comment from duckdb_tables() where database_name = 'warehouse'"
            " and list_contains(?, schema_name) order by all",
            [list(SCHEMAS)],
        ).fetchall():
            name = f"{schema}.{quoted_name(table)}"
            connection.execute(f"create table reader.{name} as from warehouse.{name}")
            if comment:
                connection.execute(f"comment on table reader.{name} is {quoted_text(comment)}")
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
