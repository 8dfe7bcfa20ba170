"""A CRM in a few rows: empty raw tables from the contracts, rows put in by name, core tables built from them."""

import re
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
from pipelines.named_fields import NAMED_FIELDS, write_named_fields
from pipelines.playbook_tables import load_playbook, set_as_of
from pipelines.tables.build import build_table, check_key_unique
from pipelines.tables.files import TableFile, build_order
from pipelines.tables.tree import read_tables
from pipelines.warehouse import quoted_name

NOON = datetime(2024, 6, 30, 12)
OLD = "2024-01-01 08:00"
CHANGED = re.compile(r'\b(?:intake|warehouse)\.([a-z_]+\."?\w+)')


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
        self.moment = self.given_at = 0
        self.changed_at: dict[str, int] = {}
        self.built_at: dict[str, int] = {}
        self.filled: set[str] = set()
        self.with_rows: frozenset[str] = frozenset()
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
        self.note_change("ledger.columns_present")
        names = ", ".join(quoted_name(name) for name in row)
        marks = ", ".join("?" for _ in row)
        self.change(f"insert into intake.raw.{quoted_name(table)} ({names}) values ({marks})", *row.values())

    def change(self, statement: str, *values: object) -> None:
        """A change of raw or config rows; what was built from them before is out of date."""
        self.connection.execute(statement, [*values])
        [changed] = CHANGED.findall(statement)
        self.note_change(changed.replace('"', ""))

    def note_change(self, table: str) -> None:
        """From now on the table holds other rows than before."""
        self.moment += 1
        self.changed_at[table] = self.given_at = self.moment
        if not table.startswith("config."):
            self.filled.add(table)

    def rows(self, table: str, columns: str, as_of: datetime = NOON, where: str = "true") -> list[tuple[object, ...]]:
        """The columns of a table in the order of its key, as of a moment; the keys are checked on the way.

        Built anew is what reads, directly or not, a table that changed since it was built.
        """
        if as_of != self.as_of:
            set_as_of(self.connection, as_of)
            self.as_of = as_of
            self.note_change("config.as_of")
        if self.given_at > self.built_at.get(NAMED_FIELDS, -1):
            self.note_built(NAMED_FIELDS, write_named_fields(self.connection, incoming_contracts()))
        wanted = {table}
        for one in reversed(tables_from_sql()):
            if one.name in wanted:
                wanted |= one.dependencies
        for one in tables_from_sql():
            if one.name in wanted and self.is_out_of_date(one):
                self.note_built(one.name, build_table(self.connection, one))
                assert check_key_unique(self.connection, one) == 0, f"the key of {one.name} is not unique"
        return self.connection.execute(f"select {columns} from {table} where {where}").fetchall()

    def is_out_of_date(self, table: TableFile) -> bool:
        built_at = self.built_at.get(table.name, -1)
        return built_at < 0 or any(self.changed_at.get(one, 0) > built_at for one in table.dependencies)

    def note_built(self, name: str, rows: int) -> None:
        """A table that was empty and still is has not changed for those that read it."""
        self.moment += 1
        if rows or name in self.with_rows or name not in self.built_at:
            self.changed_at[name] = self.moment
        self.built_at[name] = self.moment
        self.with_rows = self.with_rows | {name} if rows else self.with_rows - {name}

    def clear(self) -> None:
        """No row in any raw table, as at first."""
        for name in sorted(self.filled):
            self.change(f"delete from intake.{name}")
        self.filled.clear()

    def restore_playbook(self) -> None:
        """The playbook as its files have it, whatever a test wrote into it."""
        load_playbook(self.connection, self.playbook)
        self.built_at.clear()
        self.as_of = None
