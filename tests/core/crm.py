"""A CRM in a few rows: empty raw tables from the contracts, rows put in by name, core tables built from them."""

from datetime import datetime
from functools import cache
from pathlib import Path

import duckdb

from pipelines.contracts.contract import Contract
from pipelines.contracts.odcs import load_contracts
from pipelines.home import PROJECT_ROOT
from pipelines.intake.history.history_coverage import prepare_history
from pipelines.intake.proof.ledger import create_ledger, write_columns_present
from pipelines.intake.rules.rows import UNDERSCORE_COLUMNS
from pipelines.named_fields import write_named_fields
from pipelines.playbook_tables import load_playbook, set_as_of
from pipelines.tables.build import build_table, check_key_unique
from pipelines.tables.files import TableFile, build_order
from pipelines.tables.tree import read_tables
from pipelines.warehouse import quoted_name

NOON = datetime(2024, 6, 30, 12)
OLD = "2024-01-01 08:00"


@cache
def incoming_contracts() -> tuple[Contract, ...]:
    return tuple(one for one in load_contracts(PROJECT_ROOT / "data_contracts") if one.source != "published")


@cache
def tables_from_sql() -> tuple[TableFile, ...]:
    return tuple(build_order(read_tables(PROJECT_ROOT / "sql", ("staging", "core", "meta"))))


class Crm:
    """Raw rows in, core rows out; every row gets an id and times unless the test names them."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, playbook: Path) -> None:
        self.connection = connection
        self.columns: dict[str, set[str]] = {}
        self.built: set[str] = set()
        self.as_of: datetime | None = None
        self.numbers = 0
        self.playbook = playbook
        load_playbook(connection, playbook)
        create_ledger(connection)
        prepare_history(connection, incoming_contracts())
        for contract in incoming_contracts():
            columns = ", ".join(f"{quoted_name(one.name)} {one.physical_type}" for one in contract.columns)
            columns += "".join(f", {name} {kind}" for name, kind in UNDERSCORE_COLUMNS.items())
            connection.execute(f"create table intake.{contract.table} ({columns})")
            self.columns[contract.table] = {one.name.lower() for one in contract.columns}

    def add(self, table: str, **values: object) -> None:
        """One row; Id, CreatedDate and SystemModstamp are filled in where the table has them."""
        self.numbers += 1
        created = values.get("CreatedDate", OLD)
        filled = {"Id": f"{table}-{self.numbers:03}", "CreatedDate": created, "SystemModstamp": created}
        row = {name: value for name, value in filled.items() if name.lower() in self.columns[f"raw.{table}"]} | values
        contract = next(one for one in incoming_contracts() if one.table == f"raw.{table}")
        write_columns_present(self.connection, contract, [name for name in row if name not in UNDERSCORE_COLUMNS])
        names = ", ".join(quoted_name(name) for name in row)
        marks = ", ".join("?" for _ in row)
        self.change(f"insert into intake.raw.{quoted_name(table)} ({names}) values ({marks})", *row.values())

    def change(self, statement: str, *values: object) -> None:
        """A change of raw or config rows; what was built before is out of date."""
        self.connection.execute(statement, [*values])
        self.built.clear()

    def rows(self, table: str, columns: str, as_of: datetime = NOON, where: str = "true") -> list[tuple[object, ...]]:
        """The columns of a table in the order of its key, as of a moment; the keys are checked on the way."""
        if as_of != self.as_of:
            set_as_of(self.connection, as_of)
            self.as_of = as_of
            self.built.clear()
        if not self.built:
            write_named_fields(self.connection, incoming_contracts())
        wanted = {table}
        for one in reversed(tables_from_sql()):
            if one.name in wanted:
                wanted |= one.dependencies
        for one in tables_from_sql():
            if one.name in wanted - self.built:
                build_table(self.connection, one)
                assert check_key_unique(self.connection, one) == 0, f"the key of {one.name} is not unique"
        self.built |= wanted
        return self.connection.execute(f"select {columns} from {table} where {where}").fetchall()

    def clear(self) -> None:
        """No row in any raw table, as at first."""
        for name in (*self.columns, "ledger.columns_present"):
            self.change(f"delete from intake.{name}")

    def restore_playbook(self) -> None:
        """The playbook as its files have it, whatever a test wrote into it."""
        load_playbook(self.connection, self.playbook)
        self.built.clear()
