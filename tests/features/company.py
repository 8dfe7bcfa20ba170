"""A company in a few rows: rows put into any table by name, and only what depends on them built anew.

What does not belong here: what a test says about the rows.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import cache

import duckdb

from pipelines.contracts.contract import Contract
from pipelines.contracts.odcs import load_contracts
from pipelines.home import PROJECT_ROOT
from pipelines.intake.history.history_coverage import prepare_history
from pipelines.intake.proof.ledger import create_ledger
from pipelines.intake.rules.rows import UNDERSCORE_COLUMNS
from pipelines.named_fields import write_named_fields
from pipelines.playbook_tables import load_playbook, set_as_of
from pipelines.scoring.kept import create_kept_tables
from pipelines.scoring.score import empty_scores
from pipelines.tables.build import build_table, check_key_unique
from pipelines.tables.files import TableFile, build_order
from pipelines.tables.tree import read_tables
from pipelines.warehouse import DATABASE_OF, quoted_name

NOON = datetime(2024, 6, 30, 12)
OLD = "2024-01-01 08:00"
SCHEMAS = ("staging", "core", "spine", "features", "scores", "marts")
Rows = list[tuple[object, ...]]


@cache
def incoming_contracts() -> tuple[Contract, ...]:
    return tuple(one for one in load_contracts(PROJECT_ROOT / "data_contracts") if one.source != "published")


@cache
def tables_from_sql() -> Mapping[str, TableFile]:
    """The SQL files from staging to marts, in the order in which they are built."""
    return {one.name: one for one in build_order(read_tables(PROJECT_ROOT / "sql", SCHEMAS))}


@cache
def readers_of(name: str) -> frozenset[str]:
    """The tables that read a table, directly or through others."""
    direct = [one.name for one in tables_from_sql().values() if name in one.dependencies]
    return frozenset(direct).union(*(readers_of(reader) for reader in direct))


class Company:
    """Every table of the house without a row; a test puts rows in at one end and reads them at another.

    A table that a test filled stays as the test filled it; one below is built when it is read, its key checked.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        self.given: set[str] = set()
        self.stale = set(tables_from_sql())
        self.numbers = 0
        load_playbook(connection, PROJECT_ROOT / "pipelines" / "playbook")
        set_as_of(connection, NOON)
        for contract in incoming_contracts():
            columns = ", ".join(f"{quoted_name(one.name)} {one.physical_type}" for one in contract.columns)
            columns += "".join(f", {name} {kind}" for name, kind in UNDERSCORE_COLUMNS.items())
            connection.execute(f"create table intake.{contract.table} ({columns})")
        create_ledger(connection)
        prepare_history(connection, incoming_contracts())
        write_named_fields(connection, incoming_contracts())
        create_kept_tables(connection)
        units = {"lead_conversion": "lead", "account_fit": "account", "opportunity_win": "opportunity"}
        for model, unit in units.items():
            connection.register("no_scores", empty_scores(f"{unit}_id"))
            connection.execute(f"create table warehouse.scores.{model} as select * from no_scores")
            connection.unregister("no_scores")
        for name in tables_from_sql():
            self.build(name)
        for name in self.config_tables():
            connection.execute(f"create table memory.main.{name} as from warehouse.config.{name}")
        self.columns = {
            f"{schema}.{table}": frozenset(columns)
            for schema, table, columns in connection.execute(
                "select table_schema, table_name, list(lower(column_name)) from information_schema.columns group by all"
            ).fetchall()
        }

    def put(self, table: str, *rows: Mapping[str, object], **values: object) -> None:
        """Rows by column names, several of the same columns or one; what is not named is null."""
        self.give(table)
        rows = rows or (values,)
        names = ", ".join(quoted_name(name) for name in rows[0])
        marks = ", ".join([f"({', '.join('?' for _ in rows[0])})"] * len(rows))
        cells = [row[name] for row in rows for name in rows[0]]
        self.connection.execute(f"insert into {place_of(table)} ({names}) values {marks}", cells)

    def give(self, table: str) -> None:
        """From here on the table holds what the test puts into it, at first nothing."""
        if table in tables_from_sql() and table not in self.given:
            self.connection.execute(f"delete from {place_of(table)}")
        self.given.add(table)
        self.stale |= readers_of(table)

    def add(self, record: str, **values: object) -> None:
        """One raw record; Id, CreatedDate and SystemModstamp are filled in where its table has them."""
        self.numbers += 1
        created = values.get("CreatedDate", OLD)
        filled = {"Id": f"{record}-{self.numbers:03}", "CreatedDate": created, "SystemModstamp": created}
        known = self.columns[f"raw.{record}"]
        self.put(f"raw.{record}", **{name: one for name, one in filled.items() if name.lower() in known} | values)

    def change(self, table: str, what: str, *values: object) -> None:
        """`update <table> set <what>`: a setting of the playbook, or a record that somebody changed."""
        self.given.add(table)
        self.stale |= readers_of(table)
        self.connection.execute(f"update {place_of(table)} set {what}", [*values])

    def at(self, as_of: datetime) -> None:
        """Look from this moment."""
        set_as_of(self.connection, as_of)
        self.given.add("config.as_of")
        self.stale |= readers_of("config.as_of")

    def rows(self, table: str, columns: str = "*", where: str = "true") -> Rows:
        """The columns of a table in the order of its key."""
        needed = self.read_by(table)
        for name in tables_from_sql():
            if name in self.stale and name in needed:
                self.build(name)
        return self.connection.execute(f"select {columns} from {table} where {where}").fetchall()

    def read_by(self, name: str) -> set[str]:
        """The tables to build before a table can be read, up to those that the test gave, and itself."""
        if name in self.given or name not in tables_from_sql():
            return set()
        return {name}.union(*map(self.read_by, tables_from_sql()[name].dependencies))

    def config_tables(self) -> list[str]:
        found = self.connection.execute(
            "select table_name from duckdb_tables() where database_name = 'warehouse' and schema_name = 'config'"
        )
        return [str(name) for (name,) in found.fetchall()]

    def build(self, name: str) -> None:
        table = tables_from_sql()[name]
        build_table(self.connection, table)
        assert check_key_unique(self.connection, table) == 0, f"the key of {name} is not unique"
        self.stale.discard(name)

    def clear(self) -> None:
        """No row in any table and the engine's own playbook, as at first."""
        for name in self.given:
            self.stale |= readers_of(name)
            schema, _, table = name.partition(".")
            if name in tables_from_sql():
                self.stale.add(name)
            elif schema == "config":
                self.connection.execute(f"create or replace table {place_of(name)} as from memory.main.{table}")
            else:
                self.connection.execute(f"delete from {place_of(name)}")
        self.given.clear()


def place_of(table: str) -> str:
    """The three-part name of a table."""
    return f"{DATABASE_OF[table.partition('.')[0]]}.{table}"
