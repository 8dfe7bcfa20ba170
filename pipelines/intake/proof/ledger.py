"""The ledger: which contents were loaded, what became of every row, what the rules found. Written with the rows."""

import json
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Any

import duckdb

from pipelines.contracts.contract import Contract
from pipelines.intake.merging.raw_tables import table_name
from pipelines.warehouse import quoted_name

LEDGER_TABLES = (
    "ledger.files (content_sha256 varchar, contract_digest varchar, file varchar, source varchar, object varchar, "
    "format varchar, compression varchar, bytes bigint, records bigint, lines bigint, load_id varchar, status varchar, "
    "load_number bigint, rows_quarantined bigint, dated_at timestamp, extracted_at timestamp, "
    "first_modstamp timestamp, last_modstamp timestamp, columns varchar)",
    "ledger.balance (load_id varchar, source varchar, object varchar, file varchar, lines_read bigint, "
    "rows_read bigint, rows_loaded bigint, rows_identical bigint, rows_superseded bigint, "
    "rows_quarantined bigint, rows_rejected bigint)",
    "ledger.rule_results (load_id varchar, object varchar, rule_id varchar, kind varchar, severity varchar, "
    "rows_failed bigint, sample varchar, rows_waiting bigint)",
    "ledger.reports (load_id varchar, kind varchar, object varchar, file varchar, message varchar)",
    "ledger.columns_present (source varchar, object varchar, column_name varchar, is_in_contract boolean)",
)

# Columns of ledger.files that a home from before they were there lacks.
SINCE = {
    "load_number": "bigint default 0",
    "rows_quarantined": "bigint default 0",
    "dated_at": "timestamp",
    "extracted_at": "timestamp",
    "first_modstamp": "timestamp",
    "last_modstamp": "timestamp",
    "columns": "varchar default ''",
}


@dataclass(frozen=True)
class FileBalance:
    """What became of one file's rows in one load; `rows_read` was counted on its own, never added up."""

    load_id: str
    source: str
    object: str
    file: str
    lines_read: int
    rows_read: int
    rows_loaded: int
    rows_identical: int
    rows_superseded: int
    rows_quarantined: int
    rows_rejected: int

    @property
    def is_balanced(self) -> bool:
        parts = (self.rows_loaded, self.rows_identical, self.rows_superseded, self.rows_quarantined, self.rows_rejected)
        return self.rows_read == sum(parts)


@dataclass(frozen=True)
class Report:
    """Something a person should know about a load: its kind (unlisted, ignored, header_only, ...) and a sentence."""

    kind: str
    object: str
    file: str
    message: str


@dataclass(frozen=True)
class LedgerFile:
    """A content that was loaded: its own counts, so that it need not be read again.

    `load_number` counts the loads that read files (a load's id says nothing about order). `dated_at` is the moment that
    the file's path tells, `extracted_at` that or else the newest moment in it; `columns` lists the columns of the raw
    table that it fills, as JSON (empty: nobody noted them).
    """

    content_sha256: str
    contract_digest: str
    file: str
    source: str
    object: str
    format: str
    compression: str
    bytes: int
    records: int
    lines: int
    load_id: str
    status: str
    load_number: int
    rows_quarantined: int
    dated_at: datetime | None
    extracted_at: datetime | None
    first_modstamp: datetime | None
    last_modstamp: datetime | None
    columns: str

    @property
    def place(self) -> tuple[str, str]:
        """What the rows in `raw` bear of their file: load and name."""
        return self.load_id, self.file

    @property
    def column_names(self) -> list[str] | None:
        names: list[str] | None = json.loads(self.columns) if self.columns else None
        return names


def create_ledger(connection: duckdb.DuckDBPyConnection) -> None:
    """The ledger's tables, if they are not there yet."""
    for definition in LEDGER_TABLES:
        connection.execute(f"create table if not exists intake.{definition}")
    for column, kind in SINCE.items():
        connection.execute(f"alter table intake.ledger.files add column if not exists {column} {kind}")
    connection.execute("alter table intake.ledger.rule_results add column if not exists rows_waiting bigint default 0")


def loaded_files(connection: duckdb.DuckDBPyConnection) -> list[LedgerFile]:
    """Every content that was loaded, in the order of the loads."""
    rows = connection.execute("select * from intake.ledger.files order by load_number, load_id, file").fetchall()
    return [LedgerFile(*row) for row in rows]


def write_file(connection: duckdb.DuckDBPyConnection, file: LedgerFile) -> None:
    insert_rows(connection, "ledger.files", [astuple(file)])


def write_balances(connection: duckdb.DuckDBPyConnection, balances: list[FileBalance]) -> None:
    insert_rows(connection, "ledger.balance", [astuple(balance) for balance in balances])


def write_reports(connection: duckdb.DuckDBPyConnection, load_id: str, reports: list[Report]) -> None:
    insert_rows(connection, "ledger.reports", [(load_id, *astuple(report)) for report in reports])


def insert_rows(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """All rows in one statement, column by column as lists of text: many times cheaper than row by row."""
    if rows:
        texts = [[None if value is None else str(value) for value in column] for column in zip(*rows, strict=True)]
        lists = ", ".join("unnest(?::varchar[])" for _ in texts)
        connection.execute(f"insert into intake.{table} select {lists}", texts)


def write_columns_present(connection: duckdb.DuckDBPyConnection, contract: Contract, names: list[str]) -> None:
    """Note which columns an object's extracts have had, so that an absent opt-out column is known as absent."""
    seen = "select column_name from intake.ledger.columns_present where object = ?"
    known = {name for (name,) in connection.execute(seen, [contract.object]).fetchall()}
    rows = [
        (contract.source, contract.object, name, str(contract.column(name) is not None))
        for name in names
        if name not in known
    ]
    insert_rows(connection, "ledger.columns_present", rows)


def columns_present(connection: duckdb.DuckDBPyConnection) -> dict[str, tuple[str, ...]]:
    """Object -> the columns that its extracts have had, sorted."""
    rows = connection.execute(
        "select object, list(column_name order by column_name) from intake.ledger.columns_present "
        "group by object order by object"
    ).fetchall()
    return {name: tuple(columns) for name, columns in rows}


def write_rule_results(
    connection: duckdb.DuckDBPyConnection, load_id: str, contracts: list[Contract], filled: list[Contract]
) -> None:
    """Every row rule of every contract with the rows that break it today: in quarantine, or flagged in the table.

    `filled`: contracts of the tables that may have rows.

    A row that points nowhere in the very load in which it came is waiting for a parent that may come later.
    """
    refused = connection.execute(
        "select object, rule_id, count(*), min(reason) from (select object, unnest(violated_rules) as rule_id, "
        "unnest(reasons) as reason from intake.quarantine.rows) group by all"
    ).fetchall()
    failed = {(name, rule_id): (count, sample) for name, rule_id, count, sample in refused}
    flagged = {
        (contract.object, rule_id): (count, fresh)
        for contract in filled
        for rule_id, count, fresh in connection.execute(
            "select rule_id, count(*), count(*) filter (where is_fresh) from (select unnest(_warned_rules) "
            f"as rule_id, _load_id = ? as is_fresh from {table_name(contract)} where _warned_rules[1] is not null) "
            "group by all",
            [load_id],
        ).fetchall()
    }
    rows = []
    for contract in contracts:
        for rule in contract.rules:
            found, fresh = flagged.get((contract.object, rule.rule_id), (0, 0))
            waiting = fresh if rule.kind == "reference" else 0
            count, sample = failed.get((contract.object, rule.rule_id), (found - waiting, ""))
            rows.append((load_id, contract.object, rule.rule_id, rule.kind, rule.severity, count, sample, waiting))
    insert_rows(connection, "ledger.rule_results", rows)


def latest_moment(
    connection: duckdb.DuckDBPyConnection, contracts: list[Contract], now: datetime | None
) -> datetime | None:
    """The newest modstamp or event time among all accepted rows that is not after `now`; planned dates never count."""
    latest: datetime | None = None
    for contract in contracts:
        for column in contract.event_time_columns:
            name = quoted_name(column)
            [(newest,)] = connection.execute(
                f"select max({name}) from {table_name(contract)} where ? is null or {name} <= ?", [now, now]
            ).fetchall()
            if newest is not None and (latest is None or newest > latest):
                latest = newest
    return latest


def balance_problems(connection: duckdb.DuckDBPyConnection, load_id: str) -> list[str]:
    """A sentence per file of the load whose rows do not add up; an empty list when nothing was lost."""
    rows = connection.execute(
        "select * from intake.ledger.balance where load_id = ? order by file", [load_id]
    ).fetchall()
    balances = [FileBalance(*row) for row in rows]
    return [
        f"{b.file}: {b.rows_read} rows were read, but {b.rows_loaded} loaded + {b.rows_identical} identical + "
        f"{b.rows_superseded} superseded + {b.rows_quarantined} quarantined + "
        f"{b.rows_rejected} rejected is not that many."
        for b in balances
        if not b.is_balanced
    ]
