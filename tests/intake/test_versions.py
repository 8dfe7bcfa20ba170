"""What a later extract may and may not take away from a record: columns it lacks, refusals it could not be read for."""

import dataclasses
from itertools import permutations
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


def test_an_older_version_that_comes_late_still_says_what_the_newer_one_had_no_column_for(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    folder = write_export(tmp_path / "x", Lead=short_lead(NEW, "Working"))
    load(con, folder)
    report = load(con, write_export(folder, Lead=lead(OLD, out="true")), "load-2")
    assert leads(con) == [("Working", "a@b.c", True, False)]
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


def versions(con: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    columns = "Status, Email, HasOptedOutOfEmail, SystemModstamp::date::varchar"
    found = con.execute(f"select {columns} from versions.lead where Id = ? order by SystemModstamp, Status", [LEAD])
    return found.fetchall()


@pytest.mark.capability("E7")
@pytest.mark.parametrize("order", list(permutations((0, 1, 2))))
def test_every_version_that_is_not_the_newest_is_kept_once_whatever_came_first(
    tmp_path: Path, con: duckdb.DuckDBPyConnection, order: tuple[int, ...]
) -> None:
    rows = [lead(OLD, out="true"), short_lead(NEW, "Working"), lead(NEWEST).replace("Open,a@", "Closed,a@")]
    for turn, number in enumerate((*order, order[0])):
        load(con, write_export(tmp_path / f"x{number}", Lead=rows[number]), f"load-{turn}")
    assert leads(con) == [("Closed", "a@b.c", False, False)]
    assert versions(con) == [("Open", "a@b.c", True, "2024-02-01"), ("Working", "a@b.c", True, "2024-02-02")]


@pytest.mark.capability("E7")
@pytest.mark.parametrize("order", list(permutations((0, 1, 2))))
def test_of_equal_modstamps_the_value_of_the_later_extract_wins_whatever_came_first(
    tmp_path: Path, con: duckdb.DuckDBPyConnection, order: tuple[int, ...]
) -> None:
    days, ages = ("2024-03-01", "2024-03-02", "2024-03-03"), ("5", "6", "5")
    for number in order:
        load(con, write_export(tmp_path / days[number], Lead=lead(OLD, employees=ages[number])), f"load-{number}")
    times = "NumberOfEmployees, _extracted_at::date::varchar, _seen_at::date::varchar"
    found = con.execute(
        f"select {times} from (from raw.lead union all from versions.lead) where Id = ?", [LEAD]
    ).fetchall()
    assert found == [(5, "2024-03-01", "2024-03-03"), (6, "2024-03-02", "2024-03-02")]


def test_a_home_from_before_versions_were_kept_is_carried_on(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    folder = write_export(tmp_path / "x", Lead=lead(OLD))
    load(con, folder)
    con.execute("drop schema intake.versions cascade; create schema intake.versions")
    con.execute(
        "alter table intake.raw.lead drop column _seen_at; alter table intake.raw.lead drop column _absent_since"
    )
    for column in ("dated_at", "extracted_at", "first_modstamp", "last_modstamp", "columns"):
        con.execute(f"alter table intake.ledger.files drop column {column}")
    load(con, write_export(folder, Lead=lead(NEW).replace("Open,a@", "Working,a@")), "load-2")
    assert leads(con) == [("Working", "a@b.c", False, False)]
    assert versions(con) == [("Open", "a@b.c", False, "2024-02-01")]


def test_the_ledger_tells_from_when_to_when_the_rows_of_a_file_changed(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    load(con, write_export(tmp_path / "2024-03-01", Lead=lead(NEW)))
    found = con.execute(
        "select file, records, extracted_at::varchar, first_modstamp::date::varchar, last_modstamp::date::varchar "
        "from ledger.files where object = 'Lead'"
    ).fetchall()
    assert found == [("2024-03-01/Lead.csv", 2, "2024-03-01 00:00:00", "2024-01-23", "2024-02-02")]
