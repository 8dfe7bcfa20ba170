"""Column lineage of the tables just built: into `meta.column_lineage` and into Dagster's pages.

What does not belong here: reading it from the text (`pipelines/tables/lineage.py`).
"""

import dagster as dg

from pipelines.assets.groups import asset_key
from pipelines.assets.metadata import Metadata, columns_of
from pipelines.engine import Engine
from pipelines.tables.files import TableFile
from pipelines.tables.lineage import column_lineage

TABLE = """
create table if not exists warehouse.meta.column_lineage (
    table_name varchar, column_name varchar, parent_table varchar, parent_column varchar
)
"""
Lineage = list[tuple[str, str, str | None]]


def note_lineage(engine: Engine, table: TableFile) -> Lineage:
    """Replace the table's rows of `meta.column_lineage`; returns (column, parent table, parent column) rows."""
    connection = engine.connection
    for name in sorted(table.dependencies - engine.columns.keys()):
        engine.columns[name] = [column for column, _ in columns_of(connection, name)]
    found = column_lineage(table, {name: engine.columns[name] for name in table.dependencies})
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
