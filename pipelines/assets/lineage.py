"""Column lineage of the tables just built: into `meta.column_lineage` and into Dagster's pages.

What does not belong here: reading it from the text (`pipelines/tables/lineage.py`).
"""

import dagster as dg
import duckdb

from pipelines.assets.groups import asset_key
from pipelines.assets.metadata import Metadata
from pipelines.tables.files import TableFile
from pipelines.tables.lineage import column_lineage

TABLE = """
create table if not exists warehouse.meta.column_lineage (
    table_name varchar, column_name varchar, parent_table varchar, parent_column varchar
)
"""
COLUMNS = """
select schema_name || '.' || table_name, list(column_name order by column_index)
from duckdb_columns()
where database_name in ('intake', 'warehouse') and list_contains(?, schema_name || '.' || table_name)
group by all
"""
Lineage = list[tuple[str, str, str | None]]


def note_lineage(connection: duckdb.DuckDBPyConnection, table: TableFile) -> Lineage:
    """Replace the table's rows of `meta.column_lineage`; returns (column, parent table, parent column) rows."""
    parents = dict(connection.execute(COLUMNS, [sorted(table.dependencies)]).fetchall())
    found = column_lineage(table, parents)
    connection.execute(TABLE)
    connection.execute("delete from warehouse.meta.column_lineage where table_name = ?", [table.name])
    if found:
        marks = ", ".join("(?, ?, ?, ?)" for _ in found)
        values = [value for row in found for value in (table.name, *row)]
        connection.execute(f"insert into warehouse.meta.column_lineage values {marks}", values)
    return found


def lineage_metadata(lineage: Lineage) -> Metadata:
    """The same for Dagster, which knows columns alone: a parent without a column (`count(*)`) is left out."""
    deps: dict[str, list[dg.TableColumnDep]] = {}
    for column, parent, parent_column in lineage:
        if parent_column is not None:
            deps.setdefault(column, []).append(
                dg.TableColumnDep(asset_key=asset_key(parent), column_name=parent_column)
            )
    return {"dagster/column_lineage": dg.TableColumnLineage(deps_by_column=deps)} if deps else {}
