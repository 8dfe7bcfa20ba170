"""Column lineage of the tables just built: into `meta.column_lineage` and into Dagster's pages.

What does not belong here: reading it from the text (`pipelines/tables/lineage.py`).
"""

import hashlib
import json
from functools import cache
from importlib.metadata import version
from pathlib import Path

import dagster as dg
import duckdb

from pipelines.assets.groups import asset_key
from pipelines.assets.metadata import Metadata, columns_of
from pipelines.engine import Engine
from pipelines.tables import lineage
from pipelines.tables.files import TableFile
from pipelines.tables.lineage import column_lineage

TABLES = """
create table if not exists warehouse.meta.column_lineage (
    table_name varchar, column_name varchar, parent_table varchar, parent_column varchar
);
create table if not exists warehouse.meta.column_lineage_of (table_name varchar primary key, read_from varchar not null)
"""
"""`column_lineage_of`: the hash of what a table's lineage was read from: it is read anew only when that changed."""
Lineage = list[tuple[str, str, str | None]]


def note_lineage(engine: Engine, table: TableFile) -> Lineage:
    """The table's (column, parent table, parent column) rows, kept in `meta.column_lineage`.

    Reading them from the text costs more than building a small table does: it is done when the text, the columns of
    the tables it reads, or the reader itself have changed.
    """
    connection = engine.connection
    for name in sorted(table.dependencies - engine.columns.keys()):
        engine.columns[name] = [column for column, _ in columns_of(connection, name)]
    columns = {name: engine.columns[name] for name in sorted(table.dependencies)}
    read_from = hash_of(json.dumps([reader_hash(), table.text, columns]))
    connection.execute(TABLES)
    known = connection.execute(
        "select read_from from meta.column_lineage_of where table_name = ?", [table.name]
    ).fetchall()
    if known == [(read_from,)]:
        return connection.execute(
            "select column_name, parent_table, parent_column from meta.column_lineage where table_name = ?"
            " order by column_name, parent_table, coalesce(parent_column, '')",
            [table.name],
        ).fetchall()
    found = column_lineage(table, columns)
    keep_lineage(connection, table.name, found, read_from)
    return found


def keep_lineage(connection: duckdb.DuckDBPyConnection, name: str, found: Lineage, read_from: str) -> None:
    """Replace the table's rows, and the note from what they were read, in one step."""
    connection.execute("begin transaction")
    connection.execute("delete from warehouse.meta.column_lineage where table_name = ?", [name])
    if found:
        marks = ", ".join("(?, ?, ?, ?)" for _ in found)
        values = [value for row in found for value in (name, *row)]
        connection.execute(f"insert into warehouse.meta.column_lineage values {marks}", values)
    connection.execute("insert or replace into warehouse.meta.column_lineage_of values (?, ?)", [name, read_from])
    connection.execute("commit")


@cache
def reader_hash() -> str:
    """The program that reads lineage: another one may read the same text otherwise."""
    return hash_of(Path(lineage.__file__).read_text(encoding="utf-8") + version("sqlglot"))


def hash_of(text: str) -> str:
    """64 hex digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def lineage_metadata(found: Lineage) -> Metadata:
    """The same for Dagster, which knows columns alone: a parent without a column (`count(*)`) is left out."""
    deps: dict[str, list[dg.TableColumnDep]] = {}
    for column, parent, parent_column in found:
        if parent_column is not None:
            deps.setdefault(column, []).append(
                dg.TableColumnDep(asset_key=asset_key(parent), column_name=parent_column)
            )
    return {"dagster/column_lineage": dg.TableColumnLineage(deps_by_column=deps)} if deps else {}
