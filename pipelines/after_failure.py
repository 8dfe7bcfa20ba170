"""What a failed run leaves to be read: the tables of `meta` that tell of loads, made anew from the ledger alone.

What does not belong here: why a run failed (`pipelines/history.py`), and what was published: it stays as it was.
"""

import duckdb

from pipelines.engine import SQL
from pipelines.tables.build import build_table
from pipelines.tables.tree import read_tables


def refresh_account(connection: duckdb.DuckDBPyConnection) -> None:
    """Build `meta.balance`, `meta.reports` and their like; those whose ledger is not there yet are left alone."""
    there = {
        f"ledger.{name}"
        for (name,) in connection.execute(
            "select table_name from duckdb_tables() where database_name = 'intake' and schema_name = 'ledger'"
        ).fetchall()
    }
    for table in read_tables(SQL).values():
        if table.schema == "meta" and table.dependencies and table.dependencies <= there:
            build_table(connection, table)
