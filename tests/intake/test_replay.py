"""A changed rule judges anew what was refused: from the extract where it is still there, else from the text kept."""

import dataclasses
from pathlib import Path

import duckdb
import pytest

from pipelines.contracts import Contract
from pipelines.contracts.contract import RowRule
from pipelines.intake import LoadReport, balance_problems
from pipelines.warehouse import connect_scratch
from tests.intake.loading import ACCOUNT_HEADER, FEW_CONTRACTS, STAMP, account, load, record_id, write_export

HEADER = f"{ACCOUNT_HEADER},NumberOfEmployees\n"
SHORT = RowRule("name_short", "pattern", ("Name",), "error", "Names are short.", pattern=".{1,4}")


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    return connect_scratch()


def ruled(*rules: RowRule, digest: str) -> list[Contract]:
    """The contracts, that of accounts with more rules under another digest."""
    [contract] = [one for one in FEW_CONTRACTS if one.object == "Account"]
    changed = dataclasses.replace(contract, rules=(*contract.rules, *rules), digest=digest, max_reject_pct=100)
    return [changed if one.object == "Account" else one for one in FEW_CONTRACTS]


def names(con: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    return con.execute("select Name, _file, _line from raw.account order by Name").fetchall()


def refused(con: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    return con.execute("select file, line, violated_rules from quarantine.rows order by all").fetchall()


def counts(report: LoadReport, file: str) -> tuple[int, ...]:
    """Read, loaded, identical, superseded, quarantined."""
    [one] = [one for one in report.files if one.file == file]
    assert one.is_balanced
    return (one.rows_read, one.rows_loaded, one.rows_identical, one.rows_superseded, one.rows_quarantined)


@pytest.mark.capability("E6")
@pytest.mark.parametrize("is_gone", [False, True])
def test_a_loosened_rule_lets_in_what_it_had_refused(
    tmp_path: Path, con: duckdb.DuckDBPyConnection, is_gone: bool
) -> None:
    """The other file keeps the object there; the row that breaks another rule stays, with its reason."""
    others = f"{HEADER}{account(7, 'Sept')},7\n{account(8, 'Late')},8\n"
    rows = f"{HEADER}{account(1, 'Acme')},1\n{account(2, 'Bolting')},2\n{account(3, 'Cutting')},many\n"
    folder = write_export(tmp_path / "x", Account=others, Account_2=rows)
    load(con, folder, contracts=ruled(SHORT, digest="tight"))
    assert refused(con) == [
        ("Account_2.csv", 3, ["name_short"]),
        ("Account_2.csv", 4, ["number_of_employees_type", "name_short"]),
    ]
    [(id_before,)] = con.execute("select row_id from quarantine.rows where line = 4").fetchall()
    if is_gone:
        (folder / "Account_2.csv").unlink()
    report = load(con, folder, "load-2", contracts=ruled(digest="loose"))
    assert names(con) == [
        ("Acme", "Account_2.csv", 2),
        ("Bolting", "Account_2.csv", 3),
        ("Late", "Account.csv", 3),
        ("Sept", "Account.csv", 2),
    ]
    assert refused(con) == [("Account_2.csv", 4, ["number_of_employees_type"])]
    found = con.execute("select row_id, quarantined_at_load, reasons from quarantine.rows").fetchall()
    reason = "line 4, column NumberOfEmployees: found 'many', expected a whole number like 250"
    assert found == [(id_before, "load-1", [reason])]
    assert counts(report, "Account_2.csv") == ((2, 1, 0, 0, 1) if is_gone else (3, 1, 1, 0, 1))
    assert balance_problems(con, "load-2") == []
    again = load(con, folder, "load-3", contracts=ruled(digest="loose"))
    assert refused(con) == [("Account_2.csv", 4, ["number_of_employees_type"])]
    assert not again.changed


@pytest.mark.parametrize("is_gone", [False, True])
def test_a_tightened_rule_gives_refused_rows_todays_reasons(
    tmp_path: Path, con: duckdb.DuckDBPyConnection, is_gone: bool
) -> None:
    rows = f"{HEADER}{account(1, 'Acme')},1\n{account(3, 'Cutting')},many\n"
    folder = write_export(tmp_path / "x", Account_2=rows)
    load(con, folder)
    if is_gone:
        (folder / "Account_2.csv").unlink()
    report = load(con, folder, "load-2", contracts=ruled(SHORT, digest="tight"))
    assert refused(con) == [("Account_2.csv", 3, ["number_of_employees_type", "name_short"])]
    assert counts(report, "Account_2.csv") == ((1, 0, 0, 0, 1) if is_gone else (2, 0, 1, 0, 1))


def test_a_replayed_row_is_a_version_like_any_other(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    """A newer sound version that came meanwhile has answered it: nothing old comes back."""
    old, new = "2024-02-01T00:00:00.000+0000", "2024-02-02T00:00:00.000+0000"
    folder = write_export(tmp_path / "x", Account_2=f"{HEADER}{account(5, 'Bolting', old)},2\n{account(6, 'Six')},1\n")
    load(con, folder, contracts=ruled(SHORT, digest="tight"))
    (folder / "Account_2.csv").unlink()
    newer = write_export(folder, Account_3=f"{HEADER}{account(5, 'Bolt', new)},3\n")
    load(con, newer, "load-2", contracts=ruled(SHORT, digest="tight"))
    assert refused(con) == []
    load(con, folder, "load-3", contracts=ruled(digest="loose"))
    assert con.execute("select Name from raw.account where Id = ?", [record_id("001", 5)]).fetchall() == [("Bolt",)]


def test_a_record_that_could_not_be_cut_stays_as_its_text(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    folder = write_export(tmp_path / "x", Account_2=f"{HEADER}{account(5)},2\ntoo,short\n")
    load(con, folder)
    (folder / "Account_2.csv").unlink()
    report = load(con, folder, "load-2", contracts=ruled(digest="other"))
    assert refused(con) == [("Account_2.csv", 3, ["record_structure"])]
    assert counts(report, "Account_2.csv") == (1, 0, 0, 0, 1)


def test_rows_of_a_parquet_file_that_is_gone_are_judged_as_they_would_be_in_it(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    folder = write_export(tmp_path / "x")
    cells = (
        f"'{record_id('001', 9)}' as Id, 'Bolting' as Name, timestamptz '{STAMP}' as CreatedDate, "
        f"timestamptz '{STAMP}' as SystemModstamp, 1250.5::decimal(18,2) as AnnualRevenue, true as IsDeleted, "
        "null::integer as NumberOfEmployees"
    )
    good = cells.replace("Bolting", "Ok").replace(record_id("001", 9), record_id("001", 8))
    duckdb.sql(f"copy (select {cells} union all select {good}) to '{folder / 'Account_2.parquet'}' (format parquet)")
    load(con, folder, contracts=ruled(SHORT, digest="tight"))
    assert [row[0] for row in refused(con)] == ["Account_2.parquet"]
    (folder / "Account_2.parquet").unlink()
    load(con, folder, "load-2", contracts=ruled(digest="loose"))
    wanted = "SystemModstamp, AnnualRevenue, IsDeleted, NumberOfEmployees, _extracted_at"
    found = con.execute(f"select {wanted} from raw.account where Name in ('Bolting', 'Ok')").fetchall()
    assert len(found) == 2
    assert found[0] == found[1]


def keyless(digest: str, *rules: RowRule) -> list[Contract]:
    """The contracts and that of notes, whose rows nothing tells apart."""
    [account] = [one for one in FEW_CONTRACTS if one.object == "Account"]
    name = dataclasses.replace(next(one for one in account.columns if one.name == "Name"), required=False)
    note = dataclasses.replace(
        account, object="Note", table="raw.note", required=False, file_pattern="Note(_2)?", columns=(name,), key=(),
        rules=rules, table_rules=(), metric_rules=(), sql_rules=(), modstamp_column=None, created_column=None,
        event_time_columns=(), owner_columns=(), dumps=None, archive=None,
        digest=digest, max_reject_pct=100,
    )  # fmt: skip
    return [*FEW_CONTRACTS, note]


def notes(con: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    return con.execute("select Name, _line from raw.note order by _line").fetchall()


@pytest.mark.parametrize("rows", ["", "Cutting\nBolting\n"])
def test_without_a_key_a_file_of_which_no_row_is_left_takes_its_rows_along(
    tmp_path: Path, con: duckdb.DuckDBPyConnection, rows: str
) -> None:
    folder = write_export(tmp_path / "x", Note="Name\nAcme\nTwo\n")
    load(con, folder, contracts=keyless("tight", SHORT))
    assert notes(con) == [("Acme", 2), ("Two", 3)]
    (folder / "Note.csv").write_text(f"Name\n{rows}")
    report = load(con, folder, "load-2", contracts=keyless("tight", SHORT))
    assert notes(con) == []
    assert report.changed
    count = rows.count("\n")
    assert counts(report, "Note.csv") == (count, 0, 0, 0, count)


def test_without_a_key_a_row_that_is_let_in_later_leaves_the_others_of_its_file(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    folder = write_export(tmp_path / "x", Note="Name\nAcme\nBolting\n")
    load(con, folder, contracts=keyless("tight", SHORT))
    assert notes(con) == [("Acme", 2)]
    (folder / "Note.csv").rename(tmp_path / "Note.csv")
    (folder / "Note_2.csv").write_text("Name\nTwo\n")
    load(con, folder, "load-2", contracts=keyless("loose"))
    assert sorted(notes(con)) == [("Acme", 2), ("Bolting", 3), ("Two", 2)]
