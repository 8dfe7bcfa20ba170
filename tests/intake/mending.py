"""Refused leads of a small export, written as a spreadsheet, changed and mended, for the tests of mending."""

import csv
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import duckdb

from pipelines.contracts import Contract
from pipelines.intake import FileBalance, balance_problems, load_extracts
from pipelines.intake.workshop.mending import Outcome, mend
from pipelines.intake.workshop.refused import Filter, show_refused
from pipelines.intake.workshop.to_mend import export
from tests.intake.loading import ALL_CONTRACTS, SMALL, STAMP, record_id

CONTRACTS = [contract for contract in ALL_CONTRACTS if contract.object in ("Account", "Lead")]
NOW = datetime(2024, 3, 1)
OLD, NEW = "2024-02-01T00:00:00.000+0000", "2024-02-02T00:00:00.000+0000"
LEADS = "Id,Status,LastName,Phone,NumberOfEmployees,HasOptedOutOfEmail,CreatedDate,SystemModstamp"
ALL = Filter()
Row = dict[str, str]


def write_leads(home: Path, *rows: str, account: str = SMALL["Account.csv"]) -> None:
    """The extracts: these leads, and an account beside them."""
    (home / "x").mkdir(exist_ok=True)
    (home / "x" / "Lead.csv").write_text(leads(*rows))
    (home / "x" / "Account.csv").write_text(account)


def lead(number: int, employees: str = "5", name: str = "Lee", stamp: str = OLD, out: str = "false") -> str:
    return f"{record_id('00Q', number)},Open,{name},'+49 30,{employees},{out},{STAMP},{stamp}"


def leads(*rows: str) -> str:
    return "\n".join([LEADS, *rows]) + "\n"


def load(
    con: duckdb.DuckDBPyConnection, home: Path, load_id: str = "load-1", contracts: list[Contract] = CONTRACTS
) -> dict[str, FileBalance]:
    report = load_extracts(con, home / "x", contracts, load_id, now=NOW, mended=home / "mended")
    assert balance_problems(con, load_id) == []
    return {one.file: one for one in report.files}


def counts(one: FileBalance) -> tuple[int, ...]:
    """Read, loaded, identical, superseded, quarantined."""
    assert one.is_balanced
    return (one.rows_read, one.rows_loaded, one.rows_identical, one.rows_superseded, one.rows_quarantined)


def exported(con: duckdb.DuckDBPyConnection, path: Path, which: Filter = ALL) -> list[Row]:
    show_refused(con, CONTRACTS)
    [(written, _)] = export(con, which, path, NOW)
    assert written == path
    with path.open(encoding="utf-8-sig", newline="") as source:
        return list(csv.DictReader(source))


def mended(
    con: duckdb.DuckDBPyConnection,
    home: Path,
    change: Callable[[Row], object] = lambda _: None,
    load_id: str = "mend-1",
) -> Outcome:
    """Export all, let `change` work on every row, save as a spreadsheet would (semicolons), and mend."""
    path = home / "out.csv"
    rows = exported(con, path)
    for row in rows:
        change(row)
    with path.open("w", encoding="utf-8", newline="") as sink:
        writer = csv.DictWriter(sink, list(rows[0]), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
    return mend(con, path, CONTRACTS, home / "mended", load_id, now=NOW)


def with_five(row: Row) -> None:
    row["NumberOfEmployees"] = "5"


def table(con: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    kept = "Id, LastName, Phone, NumberOfEmployees, HasOptedOutOfEmail, SystemModstamp, _file, _line, _extracted_at"
    return con.execute(f"select {kept} from raw.lead order by Id").fetchall()
