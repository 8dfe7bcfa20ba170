"""What a later extract may and may not take away from a record: columns it lacks, refusals it could not be read for."""

import dataclasses
from pathlib import Path

import duckdb
import pytest

from pipelines.intake import FileBalance, LoadReport, balance_problems
from pipelines.warehouse import connect_scratch
from tests.intake.loading import ACCOUNT_HEADER, FEW_CONTRACTS, STAMP, account, load, record_id, write_export

OLD, NEW, NEWEST = (f"2024-02-0{day}T00:00:00.000+0000" for day in (1, 2, 3))
LEAD = record_id("00Q", 1)
LEADS = "Id,Status,Email,HasOptedOutOfEmail,DoNotCall,EmailBouncedDate,NumberOfEmployees,CreatedDate,SystemModstamp\n"


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    return connect_scratch()


def lead(stamp: str, *, out: str = "false", call: str = "false", bounced: str = "", employees: str = "5") -> str:
    """The lead in question, and another one that is always sound."""
    other = f"{record_id('00Q', 2)},Open,,,,,,{STAMP},{STAMP}\n"
    return f"{LEADS}{LEAD},Open,a@b.c,{out},{call},{bounced},{employees},{STAMP},{stamp}\n{other}"


def short_lead(stamp: str, status: str = "Open") -> str:
    return f"Id,Status,CreatedDate,SystemModstamp\n{LEAD},{status},{STAMP},{stamp}\n"


def leads(con: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    columns = "Status, Email, HasOptedOutOfEmail, DoNotCall"
    return con.execute(f"select {columns} from raw.lead where Id = ?", [LEAD]).fetchall()


def balance(report: LoadReport, file: str) -> FileBalance:
    return next(one for one in report.files if one.file == file)


def kinds(report: LoadReport, kind: str) -> list[tuple[str, str]]:
    return [(one.object, one.file) for one in report.reports if one.kind == kind]


def test_a_column_that_a_newer_file_lacks_keeps_its_values_and_is_told_once(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    folder = write_export(tmp_path / "x", Lead=lead(OLD, out="true", call="1"))
    load(con, folder)
    report = load(con, write_export(folder, Lead=short_lead(NEW, "Working")), "load-2")
    assert leads(con) == [("Working", "a@b.c", True, True)]
    assert kinds(report, "absent_column") == [("Lead", "Lead.csv")]
    [message] = [one.message for one in report.reports if one.kind == "absent_column"]
    assert message.startswith("Lead.csv lacks DoNotCall, Email, EmailBouncedDate, HasOptedOutOfEmail, NumberOfEmp")
    again = load(con, write_export(folder, Lead=lead(NEWEST)), "load-3")
    assert leads(con) == [("Open", "a@b.c", False, False)]
    assert kinds(again, "absent_column") == []


def test_a_column_that_one_of_two_files_lacks_comes_from_the_other(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    load(con, write_export(tmp_path / "x", Lead=short_lead(NEW, "Working"), Lead_2=lead(OLD, out="true")))
    assert leads(con) == [("Working", "a@b.c", True, False)]


def test_an_older_version_that_comes_late_still_says_whether_it_opted_out(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    folder = write_export(tmp_path / "x", Lead=short_lead(NEW, "Working"))
    load(con, folder)
    report = load(con, write_export(folder, Lead=lead(OLD, out="true")), "load-2")
    assert leads(con) == [("Working", None, True, False)]
    assert balance(report, "Lead.csv").rows_superseded == 1


def test_an_emptied_cell_of_a_present_column_is_empty(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    folder = write_export(tmp_path / "x", Lead=lead(OLD))
    load(con, folder)
    load(con, write_export(folder, Lead=lead(NEW).replace("a@b.c", "")), "load-2")
    assert leads(con) == [("Open", None, False, False)]


@pytest.mark.parametrize("said", ["true", "yes"])
def test_the_opt_out_of_a_refused_row_reaches_the_version_that_is_loaded(
    tmp_path: Path, con: duckdb.DuckDBPyConnection, said: str
) -> None:
    folder = write_export(tmp_path / "x", Lead=lead(OLD))
    load(con, folder)
    rows = lead(NEW, out=said, bounced="2024-02-02T00:00:00Z", employees="about 5")
    report = load(con, write_export(folder, Lead=rows), "load-2")
    assert leads(con) == [("Open", "a@b.c", True, False)]
    found = con.execute(
        "select EmailBouncedDate::varchar, SystemModstamp::varchar from raw.lead where Id = ?", [LEAD]
    ).fetchall()
    assert found == [("2024-02-02 00:00:00", "2024-02-01 00:00:00")]
    assert balance(report, "Lead.csv").rows_quarantined == 1
    assert kinds(report, "refusal_carried") == [("Lead", "")]
    assert report.changed


def test_a_carried_refusal_outlives_the_older_version_coming_again_but_not_a_newer_word(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    folder = write_export(tmp_path / "x", Lead=lead(OLD))
    load(con, folder)
    load(con, write_export(folder, Lead=lead(NEW, out="true", employees="about 5")), "load-2")
    again = load(con, write_export(folder, Lead=lead(OLD)), "load-3")
    assert leads(con) == [("Open", "a@b.c", True, False)]
    assert balance(again, "Lead.csv").rows_identical == 2
    load(con, write_export(folder, Lead=lead(NEWEST)), "load-4")
    assert leads(con) == [("Open", "a@b.c", False, False)]


def test_a_refused_row_never_takes_a_refusal_back(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    folder = write_export(tmp_path / "x", Lead=lead(OLD, out="true"))
    load(con, folder)
    report = load(con, write_export(folder, Lead=lead(NEW, out="false", employees="about 5")), "load-2")
    assert leads(con) == [("Open", "a@b.c", True, False)]
    assert kinds(report, "refusal_carried") == []


def test_a_content_that_comes_back_after_a_correction_is_read_again(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    header = f"{ACCOUNT_HEADER},NumberOfEmployees\n"
    bad = f"{header}{account(1, stamp=NEW)},many\n{account(2)},5\n"
    good = f"{header}{account(1)},9\n{account(2)},5\n"
    folder = write_export(tmp_path / "x", Account=bad)
    load(con, folder, "z")
    load(con, write_export(folder, Account=good), "y")
    third = balance(load(con, write_export(folder, Account=bad), "x"), "Account.csv")
    assert (third.rows_identical, third.rows_quarantined) == (1, 1)
    assert con.execute("select count(*) from quarantine.rows").fetchall() == [(1,)]
    assert balance_problems(con, "x") == []


def test_a_known_content_under_a_new_name_is_read_when_its_old_name_brings_another(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    header = f"{ACCOUNT_HEADER},NumberOfEmployees\n"
    bad = f"{header}{account(1)},many\n{account(2)},5\n"
    folder = write_export(tmp_path / "x", Account=bad)
    load(con, folder)
    report = load(con, write_export(folder, Account=f"{header}{account(3)},5\n", Account_2=bad), "load-2")
    assert balance(report, "Account_2.csv").rows_quarantined == 1
    assert con.execute("select file, line from quarantine.rows").fetchall() == [("Account_2.csv", 2)]


def test_a_row_mended_by_another_file_is_told_as_superseded(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    header = f"{ACCOUNT_HEADER},NumberOfEmployees\n"
    folder = write_export(tmp_path / "x", Account=f"{header}{account(1)},many\n{account(2)},5\n")
    load(con, folder)
    (folder / "Account_2.csv").write_text(f"{header}{account(1)},9\n")
    load(con, folder, "load-2")
    known = balance(load(con, folder, "load-3"), "Account.csv")
    assert (known.rows_identical, known.rows_superseded, known.rows_quarantined) == (1, 1, 0)


def test_the_newest_content_of_an_unlisted_file_is_the_one_loaded_last_whatever_the_runs_are_called(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    folder = write_export(tmp_path / "x", Case="Id,Status\n1,Open\n")
    load(con, folder, "zebra")
    load(con, write_export(folder, Case="Id,Status\n1,Closed\n"), "apple")
    load(con, write_export(folder, Case="Id,Status\n1,Open\n"), "middle")
    assert con.execute('select Status from raw."case"').fetchall() == [("Open",)]


def test_a_tightened_contract_moves_the_row_from_the_table_to_quarantine(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    folder = write_export(tmp_path / "x", Account=f"{ACCOUNT_HEADER}\n{account(1, 'Acme')}\n{account(2, 'Bolt')}\n")
    load(con, folder)
    [contract] = [one for one in FEW_CONTRACTS if one.object == "Account"]
    rule = next(rule for rule in contract.rules if rule.kind == "pattern")
    stricter = dataclasses.replace(rule, rule_id="name_short", columns=("Name",), pattern="A.*")
    tight = dataclasses.replace(contract, rules=(*contract.rules, stricter), digest="tight")
    contracts = [tight if one.object == "Account" else one for one in FEW_CONTRACTS]
    report = load(con, folder, "load-2", contracts)
    assert con.execute("select Name from raw.account").fetchall() == [("Acme",)]
    assert con.execute("select violated_rules from quarantine.rows").fetchall() == [(["name_short"],)]
    assert balance(report, "Account.csv").rows_quarantined == 1
