"""Opening what was published, for the commands that read it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.cli.show import Rows
from pipelines.errors import GrowthError
from pipelines.home import Home

if TYPE_CHECKING:
    import duckdb


@contextmanager
def published(home: Home) -> Iterator["duckdb.DuckDBPyConnection"]:
    """The readers' copy of the latest version."""
    if not (home.latest / "reader.duckdb").exists():
        raise GrowthError(f"Nothing is published in {home.root}; run `growth run`, or name another folder with --home.")
    with opened(home.latest.resolve()) as connection:
        yield connection


@contextmanager
def opened(folder: Path) -> Iterator["duckdb.DuckDBPyConnection"]:
    """The readers' copy of a version."""
    import duckdb

    from pipelines.publish.reader import open_reader

    try:
        connection = open_reader(folder / "reader.duckdb")
    except duckdb.Error as error:
        raise GrowthError(
            f"{folder / 'reader.duckdb'} cannot be read; run `growth doctor`, then `growth run`."
        ) from error
    try:
        yield connection
    finally:
        connection.close()


def query(
    connection: "duckdb.DuckDBPyConnection", statement: str, values: Sequence[Any] | Mapping[str, Any] = ()
) -> Rows:
    """The rows of a statement with the names of their columns."""
    result = connection.execute(statement, values if isinstance(values, Mapping) else list(values))
    columns = tuple(column[0] for column in result.description or ())
    return Rows(columns, result.fetchall())


def has_table(connection: "duckdb.DuckDBPyConnection", name: str) -> bool:
    """Whether the version holds a table (two-part name)."""
    schema, table = name.split(".")
    statement = "select count(*) from duckdb_tables() where schema_name = ? and table_name = ?"
    return bool(query(connection, statement, [schema, table]).rows[0][0])
