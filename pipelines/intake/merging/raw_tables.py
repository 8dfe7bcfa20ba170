"""The shape of `raw` tables: contract columns, then what else an extract brought, then where each row came from.

`versions` tables have the same shape: every version of a record that came and is not the newest, completed like `raw`.
Of the times beside a row, `_extracted_at` is that of the first extract that held the version, `_seen_at` of the last.
"""

import duckdb

from pipelines.contracts.contract import Contract
from pipelines.intake.rules.cells import boolean, typed
from pipelines.intake.rules.rows import UNDERSCORE_COLUMNS
from pipelines.warehouse import columns_of, quoted_name


def table_name(contract: Contract) -> str:
    """`raw.account` as `intake.raw."account"`: a table is created under its full name."""
    schema, table = contract.table.split(".")
    return f"intake.{schema}.{quoted_name(table)}"


def versions_name(contract: Contract) -> str:
    """The table of the older versions: `intake.versions."account"`."""
    return f"intake.versions.{quoted_name(contract.table.split('.')[1])}"


def table_columns(connection: duckdb.DuckDBPyConnection, contract: Contract, schema: str = "raw") -> dict[str, str]:
    """Names and DuckDB types of the table's columns; empty when there is no table."""
    return columns_of(connection, f"intake.{schema}.{quoted_name(contract.table.split('.')[1])}")


def filled_tables(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """Two-part names of the raw tables that have rows, or had some: one look at the catalogue."""
    rows = connection.execute(
        "select table_name from duckdb_tables() where database_name = 'intake' and schema_name = 'raw' "
        "and estimated_size > 0"
    ).fetchall()
    return {f"raw.{name}" for (name,) in rows}


def is_known(connection: duckdb.DuckDBPyConnection, contract: Contract) -> bool:
    """Whether any row of the object is loaded."""
    is_there = bool(table_columns(connection, contract))
    return is_there and bool(connection.execute(f"select 1 from {table_name(contract)} limit 1").fetchall())


def extras_of(columns: dict[str, str], contract: Contract) -> list[str]:
    """Columns that came with an extract and that neither the contract nor the loader knows."""
    return [name for name in columns if contract.column(name) is None and name not in UNDERSCORE_COLUMNS]


def align_tables(connection: duckdb.DuckDBPyConnection, contracts: list[Contract]) -> bool:
    """Give every contract its raw table, also those of which nothing came; whether any changed.

    One look at the catalogue tells which tables are as they should be: most contracts are of sources that one company
    does not have.
    """
    found: dict[str, dict[str, str]] = {}
    for table, column, kind in connection.execute(
        "select table_name, column_name, data_type from duckdb_columns() where database_name = 'intake' "
        "and schema_name = 'raw' order by table_name, column_index"
    ).fetchall():
        found.setdefault(table, {})[column] = kind
    changed = False
    for contract in contracts:
        existing = found.get(contract.table.split(".")[1], {})
        wanted = wanted_columns(contract, extras_of(existing, contract))
        if not existing:
            create_table(connection, table_name(contract), wanted)
            changed = True
        elif list(existing.items()) != list(wanted.items()):
            changed |= align_table(connection, contract, [])
    return changed


def wanted_columns(contract: Contract, extras: list[str]) -> dict[str, str]:
    """Names and DuckDB types of the columns that the object's tables should have."""
    own = {column.name: column.physical_type.upper() for column in contract.columns}
    return own | dict.fromkeys(extras, "VARCHAR") | UNDERSCORE_COLUMNS


def create_table(connection: duckdb.DuckDBPyConnection, name: str, columns: dict[str, str]) -> None:
    connection.execute(f"create table {name} ({', '.join(f'{quoted_name(n)} {kind}' for n, kind in columns.items())})")


def align_table(connection: duckdb.DuckDBPyConnection, contract: Contract, extras: list[str]) -> bool:
    """Create the table and that of its versions, or rebuild them when contract or extracts brought columns that they
    lack; whether they changed.

    A column whose type the contract changed is typed like the cells of a file; what cannot be read becomes null.
    """
    existing = table_columns(connection, contract)
    known = {name.lower() for name in existing}
    all_extras = extras_of(existing, contract) + [name for name in extras if name.lower() not in known]
    unique_extras = list({name.lower(): name for name in reversed(all_extras)}.values())[::-1]
    wanted = wanted_columns(contract, unique_extras)
    schemas = ("raw", "versions") if contract.key else ("raw",)  # without a key nothing tells versions apart
    changed = [reshape(connection, contract, schema, wanted) for schema in schemas]
    return any(changed)


def reshape(connection: duckdb.DuckDBPyConnection, contract: Contract, schema: str, wanted: dict[str, str]) -> bool:
    """Give one table the columns wanted; whether it lacked any."""
    existing = table_columns(connection, contract, schema)
    if list(existing.items()) == list(wanted.items()):
        return False
    table = contract.table.split(".")[1]
    name, old = f"intake.{schema}.{quoted_name(table)}", quoted_name(f"{table}__before")
    if not existing:
        create_table(connection, name, wanted)
        return True
    selected = ", ".join(carried(contract, existing, column, kind) for column, kind in wanted.items())
    # not by `create table as`: see create_temp in upsert
    connection.execute(f"alter table {name} rename to {old}")
    create_table(connection, name, wanted)
    connection.execute(f"insert into {name} select {selected} from intake.{schema}.{old}")
    connection.execute(f"drop table intake.{schema}.{old}")
    return True


def carried(contract: Contract, existing: dict[str, str], name: str, kind: str) -> str:
    """SQL for a column of the rebuilt table from what the old one holds; a blank stays unknown, a boolean too."""
    found_type = next((found for known, found in existing.items() if known.lower() == name.lower()), None)
    if found_type is None and name == "_seen_at":  # a home from before it was there
        return quoted_name("_extracted_at")
    if found_type is None:
        return f"null::{kind}"
    column, cell = contract.column(name), quoted_name(name)
    if column is None or found_type == kind:
        return f"try_cast({cell} as {kind})"
    return boolean(cell, found_type) if kind == "BOOLEAN" else typed(cell, found_type, column)
