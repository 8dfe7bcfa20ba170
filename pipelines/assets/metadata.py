"""What a table says of itself in Dagster: its rows and columns."""

import dagster as dg
import duckdb

from pipelines.warehouse import DATABASE_OF, quoted_name

Metadata = dict[str, int | dg.TableSchema | dg.TableColumnLineage]


def table_metadata(connection: duckdb.DuckDBPyConnection, name: str, rows: int) -> Metadata:
    """Row count and column schema of the two-part table name."""
    columns = [dg.TableColumn(name=column, type=kind) for column, kind in columns_of(connection, name)]
    return {"dagster/row_count": rows, "dagster/column_schema": dg.TableSchema(columns=columns)}


def columns_of(connection: duckdb.DuckDBPyConnection, name: str) -> list[tuple[str, str]]:
    """Names and types of a table's columns, in their order."""
    rows = connection.execute(f"describe {full_name(name)}").fetchall()
    return [(row[0], row[1]) for row in rows]


def count_rows(connection: duckdb.DuckDBPyConnection, name: str) -> int:
    """The rows of a table."""
    [(rows,)] = connection.execute(f"select count(*) from {full_name(name)}").fetchall()
    return int(rows)


def full_name(name: str) -> str:
    """`core.accounts` with its database, quoted."""
    schema, table = name.split(".")
    return f"{DATABASE_OF[schema]}.{quoted_name(schema)}.{quoted_name(table)}"
