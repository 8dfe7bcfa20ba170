"""The two database files as one connection: attached, named, with the prelude's functions.

Whatever must change together lives in one file, since a transaction writes to one file only: `intake` holds what came
in and the ledger of it, `warehouse` what was made of it. A table is created under its full name
(`warehouse.core.accounts`) and read under two (`core.accounts`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from pipelines.checkpoints import LOG_BYTES, checkpoint, watch_over
from pipelines.errors import GrowthError
from pipelines.home import PROJECT_ROOT, Home

INTAKE_SCHEMAS = ("raw", "versions", "raw_history", "quarantine", "staging", "ledger")
WAREHOUSE_SCHEMAS = ("config", "core", "spine", "features", "scores", "marts", "meta")
THREADS = 2
MEMORY = "2560MiB"
"""What DuckDB may hold; the rest waits in the home's folder `scratch`. Models need as much again."""
LITTLE_MEMORY = "768MiB"
DATABASE_OF = dict.fromkeys(INTAKE_SCHEMAS, "intake") | dict.fromkeys(WAREHOUSE_SCHEMAS, "warehouse")


def connect(home: Home, threads: int = THREADS) -> duckdb.DuckDBPyConnection:
    """Open both files of a home for writing; the caller holds the writer's lock.

    Raises GrowthError when a file is held by another process or is not a database.
    """
    connection = open_memory(threads)
    for name, path in (("intake", home.intake), ("warehouse", home.warehouse)):
        try:
            make_database(path)
            watch_over(connection, path, name)
            connection.execute(f"attach {quoted_text(str(path))} as {name}")
        except duckdb.Error as error:
            raise GrowthError(f"The database {path} cannot be opened: {str(error).splitlines()[0]}") from error
    connection.execute(f"set memory_limit = '{MEMORY}'; set temp_directory = {quoted_text(str(home.scratch))}")
    prepare(connection)
    return connection


def make_database(path: Path) -> None:
    """An empty database, there as a whole or not at all: a file that a full disk or a kill cut short in its first
    bytes could never be opened again.
    """
    if path.exists():
        return
    fresh = path.with_name(f".{path.name}.new")
    fresh.unlink(missing_ok=True)
    duckdb.connect(str(fresh)).close()
    fresh.rename(path)


def connect_scratch(threads: int = THREADS) -> duckdb.DuckDBPyConnection:
    """The same names over two databases in memory: what tests and dry runs use."""
    connection = open_memory(threads)
    for name in ("intake", "warehouse"):
        connection.execute(f"attach ':memory:' as {name}")
    prepare(connection)
    return connection


def open_memory(threads: int) -> duckdb.DuckDBPyConnection:
    """A connection that fetches no extension, counts time in UTC and uses `threads` threads."""
    connection = duckdb.connect(config={"autoinstall_known_extensions": "false", "threads": str(threads)})
    connection.execute("set timezone = 'UTC'; set enable_progress_bar = false")
    return connection


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """All or nothing: commit at the end, roll back on any way out before it."""
    connection.execute("begin transaction")
    committed = False
    try:
        yield
        connection.execute("commit")
        committed = True
    finally:
        if not committed:
            connection.execute("rollback")
    checkpoint(connection, longer_than=LOG_BYTES)


@contextmanager
def less_memory(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """While Python needs the memory: the database keeps little of what it has read."""
    [(before,)] = connection.execute("select current_setting('memory_limit')").fetchall()
    connection.execute(f"set memory_limit = {quoted_text(LITTLE_MEMORY)}")
    try:
        yield
    finally:
        connection.execute(f"set memory_limit = {quoted_text(before)}")


def prepare(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the schemas, let two-part names resolve, and define the prelude's functions."""
    for schema, database in DATABASE_OF.items():
        connection.execute(f"create schema if not exists {database}.{schema}")
    search_path = ",".join(f"{database}.{schema}" for schema, database in DATABASE_OF.items())
    connection.execute(f"set search_path = '{search_path}'")
    define_prelude(connection, PROJECT_ROOT / "sql" / "prelude.sql")


def define_prelude(connection: duckdb.DuckDBPyConnection, prelude: Path) -> None:
    """Run the named functions that every SQL file may call."""
    if prelude.exists():
        connection.execute(prelude.read_text(encoding="utf-8"))


def columns_of(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    """Names and DuckDB types of a table's columns by its SQL name; empty where there is no such table.

    Not by `duckdb_tables()`, which looks through every table of every database first: a load asks hundreds of times.
    (Nor by a query that fails: that would end the transaction.)
    """
    try:
        connection.table(table)
    except duckdb.CatalogException:
        return {}
    return dict(connection.execute(f"select name, type from pragma_table_info({quoted_text(table)})").fetchall())


def quoted_text(value: str) -> str:
    """A SQL string literal."""
    return "'" + value.replace("'", "''") + "'"


def quoted_name(name: str) -> str:
    """A SQL identifier: the only way a name from a file enters a statement."""
    return '"' + name.replace('"', '""') + '"'
