"""Reading published and meta tables as rows. What belongs here: whether a table is there and how its rows come out."""

from collections.abc import Sequence
from typing import Any

import duckdb

Row = dict[str, Any]


def has_table(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    """Whether `schema.table` exists in any attached database."""
    schema, name = table.split(".")
    found = connection.execute(
        "select count(*) from information_schema.tables where table_schema = ? and table_name = ?", [schema, name]
    ).fetchone()
    return bool(found and found[0])


def columns_of(connection: duckdb.DuckDBPyConnection, table: str) -> set[str]:
    """The column names of `schema.table`; empty when there is no such table."""
    schema, name = table.split(".")
    found = connection.execute(
        "select column_name from information_schema.columns where table_schema = ? and table_name = ?", [schema, name]
    ).fetchall()
    return {str(column) for (column,) in found}


def read(connection: duckdb.DuckDBPyConnection, query: str, values: Sequence[object] = ()) -> list[Row]:
    """The rows of a query as mappings, in the query's order."""
    cursor = connection.execute(query, list(values))
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]


def read_table(connection: duckdb.DuckDBPyConnection, table: str, query: str) -> list[Row]:
    """The rows of a query over one table; none when the table is not there yet."""
    return read(connection, query) if has_table(connection, table) else []
