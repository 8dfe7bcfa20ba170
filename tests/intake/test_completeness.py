"""Freshness and completeness are counted per object, field and owner, and carried on where nothing came."""

from pathlib import Path

import duckdb
import pytest

from pipelines.home import PROJECT_ROOT
from pipelines.intake import load_extracts
from pipelines.warehouse import connect_scratch
from tests.intake.loading import ACCOUNT_HEADER, ALL_CONTRACTS, STAMP, account, load, record_id, write_export

HEADER = "Id,Status,Email,OwnerId,CreatedDate,SystemModstamp"


def leads(count: int, filled: int, stamp: str) -> str:
    rows = [
        ",".join([record_id("00Q", n), "Open", "a@b.example" * (n < filled), record_id("005", n % 2), STAMP, stamp])
        for n in range(count)
    ]
    return "\n".join([HEADER, *rows, ""])


def shares(con: duckdb.DuckDBPyConnection, load_id: str) -> list[tuple[str, int, int]]:
    return con.execute(
        "select owner, records, filled from ledger.completeness where load_id = ? and object = 'Lead' "
        "and field = 'Email' order by owner",
        [load_id],
    ).fetchall()


@pytest.mark.capability("E10")
def test_completeness_is_told_per_field_and_owner_and_an_emptied_column_by_name(tmp_path: Path) -> None:
    con = connect_scratch()
    folder = write_export(tmp_path / "x", Lead=leads(40, 36, STAMP))
    load(con, folder, "load-1", ALL_CONTRACTS)
    assert shares(con, "load-1") == [("", 40, 36), (record_id("005", 0), 20, 18), (record_id("005", 1), 20, 18)]
    (folder / "Lead_2.csv").write_text(leads(40, 2, "2024-02-02T00:00:00Z"))
    report = load_extracts(con, folder, ALL_CONTRACTS, "load-2")
    assert [one.message.split(":")[0] for one in report.reports if one.kind == "suspicious"] == [
        "Lead.Email was filled in 90% of the records and is in 5% now"
    ]
    newest = "select records, round(age_hours) from ledger.freshness where load_id = 'load-2' and object"
    assert con.execute(f"{newest} in ('Account', 'Lead') order by object").fetchall() == [(1, 236.0), (40, 0.0)]
    assert con.execute(
        "select count(*) from ledger.completeness where load_id = 'load-2' and object = 'Account'"
    ).fetchall() == [(0,)]


def test_new_records_with_little_in_them_empty_no_column(tmp_path: Path) -> None:
    con = connect_scratch()
    folder = write_export(tmp_path / "x", Lead=leads(6, 6, STAMP))
    load(con, folder, "load-1", ALL_CONTRACTS)
    (folder / "Lead_2.csv").write_text(leads(60, 8, "2024-02-02T00:00:00Z"))
    report = load_extracts(con, folder, ALL_CONTRACTS, "load-2")
    assert shares(con, "load-2")[0] == ("", 60, 8)
    assert [one.message for one in report.reports if one.kind == "suspicious"] == []


@pytest.mark.capability("E10")
def test_freshness_holds_each_age_against_what_the_contract_promises(tmp_path: Path) -> None:
    """Opportunities changed ten days before the newest lead, accounts seven: eight days are promised of both."""
    con = connect_scratch()
    old = write_export(tmp_path / "x", Lead=leads(1, 1, "2024-02-02T12:00:00Z"))
    (old / "Account.csv").write_text(f"{ACCOUNT_HEADER}\n{account(stamp='2024-01-26T12:00:00Z')}\n")
    load(con, old, "load-1", ALL_CONTRACTS)
    verdicts = (PROJECT_ROOT / "sql" / "meta" / "freshness.sql").read_text()
    assert con.execute(
        f"select object, round(age_hours), round(lag_hours), expected_hours, verdict from ({verdicts}) "
        "where object in ('Account', 'Lead', 'Opportunity', 'Task', 'Product2', 'web_visit') order by object"
    ).fetchall() == [
        ("Account", 168, 168, 192, "fresh"),
        ("Lead", 0, 0, 192, "fresh"),
        ("Opportunity", 248, 248, 192, "late"),
        ("Product2", None, None, None, "unknown"),
        ("Task", None, None, 192, "unknown"),
        ("web_visit", None, None, 72, "unknown"),
    ]
