"""The past of a column: from when until when it held which value, from whatever told of it."""

import itertools
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from pipelines.contracts.contract import Contract, RowRule
from pipelines.intake import load_extracts
from pipelines.warehouse import connect_scratch
from tests.intake.loading import ALL_CONTRACTS, STAMP, record_id, write_export

NAMES = (
    "Account",
    "Contact",
    "Lead",
    "Opportunity",
    "User",
    "LeadHistory",
    "OpportunityHistory",
    "OpportunityFieldHistory",
)
CONTRACTS = [contract for contract in ALL_CONTRACTS if contract.object in NAMES]
LEAD, JOE, ANN = record_id("00Q", 1), record_id("005", 1), record_id("005", 2)
LOG_HEADER = "Id,LeadId,CreatedDate,Field,DataType,OldValue,NewValue\n"


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    return connect_scratch()


def at(day: int, hour: int = 0) -> str:
    return f"2024-02-{day:02d}T{hour:02d}:00:00.000+0000"


def log(*changes: tuple[str, str, str, str]) -> str:
    """LeadHistory of the lead: when, field, old, new."""
    rows = [
        f"{record_id('017', number)},{LEAD},{moment},{field},Text,{old},{new}\n"
        for number, (moment, field, old, new) in enumerate(changes, start=1)
    ]
    return LOG_HEADER + "".join(rows)


def lead(stamp: str, status: str = "Open", owner: str = JOE) -> str:
    return f"Id,Status,OwnerId,CreatedDate,SystemModstamp\n{LEAD},{status},{owner},{STAMP},{stamp}\n"


def past(con: duckdb.DuckDBPyConnection, column: str, table: str = "lead") -> list[tuple[object, ...]]:
    """value, from, until (day and hour), known by; of one column."""
    return con.execute(
        "select case when is_known then value else '?' end, strftime(from_at, '%d-%H'), strftime(until_at, '%d-%H'), "
        f"known_by from raw_history.{table} where column_name = ? order by observed_at, until_at",
        [column],
    ).fetchall()


@pytest.mark.capability("E8")
def test_a_history_object_tells_what_a_column_was_and_when_it_changed(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    history = log((at(3), "Status", "New", "Open"), (at(5), "Status", "Open", "Lost"), (at(1), "created", "", ""))
    load_extracts(con, write_export(tmp_path / "x", Lead=lead(at(5), "Lost"), LeadHistory=history), CONTRACTS, "1")
    assert past(con, "Status") == [
        ("New", None, "03-00", "history"),
        ("Open", "03-00", "05-00", "history"),
        ("Lost", "05-00", None, "history"),
    ]


def test_an_owner_change_that_is_logged_by_id_and_by_name_is_one(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    history = log((at(3), "Owner", "Joe Doe", "Ann Lee"), (at(3), "Owner", JOE, ANN[:15]))
    load_extracts(con, write_export(tmp_path / "x", Lead=lead(at(3), owner=ANN), LeadHistory=history), CONTRACTS, "1")
    assert past(con, "OwnerId") == [(JOE, None, "03-00", "history"), (ANN, "03-00", None, "history")]


@pytest.mark.capability("E8")
def test_a_change_that_the_log_and_successive_extracts_tell_is_one(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    history = log(
        (at(3), "Owner", "Joe Doe", "Ann Lee"), (at(3), "Owner", JOE, ANN[:15]), (at(3), "Status", "New", "Open")
    )
    load_extracts(con, write_export(tmp_path / "x", Lead=lead(STAMP, "New", JOE)), CONTRACTS, "1")
    load_extracts(con, write_export(tmp_path / "y", Lead=lead(at(3), "Open", ANN)), CONTRACTS, "2")
    load_extracts(con, write_export(tmp_path / "z", Lead=lead(at(3), "Open", ANN), LeadHistory=history), CONTRACTS, "3")
    changes = (
        "select column_name, changes from ledger.history_coverage where object = 'Lead' and changes > 0 order by all"
    )
    assert con.execute(changes).fetchall() == [("OwnerId", 1), ("Status", 1)]
    assert [row[:3] for row in past(con, "OwnerId")] == [(JOE, None, "03-00"), (ANN, "03-00", None)]
    assert [row[:3] for row in past(con, "Status")] == [("New", None, "03-00"), ("Open", "03-00", None)]


def test_an_owner_change_that_is_logged_by_name_alone_is_a_change_to_somebody(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    history = log((at(3), "Owner", "Joe Doe", "Ann Lee"))
    load_extracts(con, write_export(tmp_path / "x", Lead=lead(at(4), owner=ANN), LeadHistory=history), CONTRACTS, "1")
    assert past(con, "OwnerId") == [("?", None, "04-00", "history"), (ANN, "04-00", None, "extracts")]


def test_changes_at_one_moment_are_one_from_the_first_value_to_the_last(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    history = log((at(3), "Status", "Open", "Lost"), (at(3), "Status", "New", "Open"))
    load_extracts(con, write_export(tmp_path / "x", Lead=lead(at(3), "Lost"), LeadHistory=history), CONTRACTS, "1")
    assert past(con, "Status") == [("New", None, "03-00", "history"), ("Lost", "03-00", None, "history")]


def test_a_change_that_the_log_missed_shows_in_the_record(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    history = log((at(3), "Status", "New", "Open"))
    load_extracts(con, write_export(tmp_path / "x", Lead=lead(at(9), "Lost"), LeadHistory=history), CONTRACTS, "1")
    assert past(con, "Status")[1:] == [("Open", "03-00", "09-00", "history"), ("Lost", "09-00", None, "extracts")]


def test_states_of_an_opportunity_are_its_past(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    deal = record_id("006", 1)
    header = "Id,OpportunityId,CreatedDate,StageName,Amount\n"
    states = f"{header}{record_id('008', 1)},{deal},{at(3)},Talks,10\n{record_id('008', 2)},{deal},{at(4)},Won,12.5\n"
    opportunity = (
        "Id,Name,StageName,Amount,CloseDate,CreatedDate,SystemModstamp\n"
        f"{deal},Deal,Won,12.50,2024-03-01,{STAMP},{at(4)}\n"
    )
    export = write_export(tmp_path / "x", Opportunity=opportunity, OpportunityHistory=states)
    load_extracts(con, export, CONTRACTS, "1")
    assert past(con, "StageName", "opportunity") == [
        ("Talks", "03-00", "04-00", "history"),  # before it was another one, nobody knows which
        ("Won", "04-00", None, "history"),
    ]
    assert past(con, "Amount", "opportunity")[0] == ("10.00", "03-00", "04-00", "history")


def test_coverage_begins_with_the_first_change_that_is_told_or_the_first_extract(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    history = log((at(3), "Status", "New", "Open"), (at(5), "Owner", ANN, JOE))
    load_extracts(con, write_export(tmp_path / "x", Lead=lead(at(9)), LeadHistory=history), CONTRACTS, "1")
    found = con.execute(
        "select column_name, strftime(known_from, '%d'), known_by, changes from ledger.history_coverage "
        "where object = 'Lead' order by column_name"
    ).fetchall()
    assert found == [("OwnerId", "05", "history", 1), ("Status", "03", "history", 1)]
    assert con.execute(
        "select strftime(known_from, '%Y-%m-%d'), known_by from ledger.history_coverage "
        "where object = 'Opportunity' and column_name in ('Name', 'StageName')"
    ).fetchall() == [("2024-01-23", "creation"), ("2024-01-23", "extracts")]


@pytest.mark.parametrize("order", list(itertools.permutations(range(2))))
def test_the_log_may_come_before_or_after_the_record(
    tmp_path: Path, con: duckdb.DuckDBPyConnection, order: tuple[int, ...]
) -> None:
    parts = [
        {"Lead": lead(at(9), "Lost")},
        {"Lead": lead(STAMP, "New"), "LeadHistory": log((at(3), "Status", "New", "Open"))},
    ]
    for number in order:
        folder = write_export(tmp_path / f"x{number}", **parts[number])
        load_extracts(con, folder, CONTRACTS, f"load-{number}")
    assert [row[0] for row in past(con, "Status")] == ["New", "Open", "Lost"]


def tightened(name: str, rule: RowRule) -> list[Contract]:
    """The contracts after one of them got a further rule."""
    return [
        replace(one, rules=(*one.rules, rule), digest=f"tight {one.digest}", max_reject_pct=100)
        if one.object == name
        else one
        for one in CONTRACTS
    ]


@pytest.mark.capability("E8")
def test_a_version_that_a_tightened_contract_withdraws_leaves_the_past(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    folder = write_export(tmp_path / "x", Lead=lead(at(1)))
    load_extracts(con, folder, CONTRACTS, "load-1")
    (folder / "Lead_2.csv").write_text(lead(at(5), "Working"))
    load_extracts(con, folder, CONTRACTS, "load-2")
    assert past(con, "Status") == [("Open", None, "05-00", "extracts"), ("Working", "05-00", None, "extracts")]
    short = RowRule("status_short", "pattern", ("Status",), "error", "Statuses are short.", pattern=".{1,4}")
    load_extracts(con, folder, tightened("Lead", short), "load-3")
    assert con.execute("select Status from raw.lead").fetchall() == [("Open",)]
    assert past(con, "Status") == []


def test_a_logged_change_that_a_tightened_contract_withdraws_leaves_the_past(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    logged = log((at(3), "Status", "New", "Working"), (at(5), "Status", "Working", "Open"))
    folder = write_export(tmp_path / "x", Lead=lead(at(5)), LeadHistory=logged)
    load_extracts(con, folder, CONTRACTS, "load-1")
    before = ("New", None, "03-00", "history")
    assert past(con, "Status") == [before, ("Working", "03-00", "05-00", "history"), ("Open", "05-00", None, "history")]
    not_new = RowRule("no_new", "pattern", ("OldValue",), "error", "Nothing was new.", pattern="[^N].*")
    load_extracts(con, folder, tightened("LeadHistory", not_new), "load-2")
    assert past(con, "Status") == [("Working", None, "05-00", "history"), ("Open", "05-00", None, "history")]


@pytest.mark.capability("E8")
@pytest.mark.parametrize("days", list(itertools.permutations((1, 2, 3))))
def test_a_value_that_comes_back_without_a_modstamp_is_the_last_of_its_stretches(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, days: tuple[int, ...]
) -> None:
    """In whatever order the extracts of the days come: a calculated column moves no modstamp."""
    write_export(tmp_path / "x")
    (tmp_path / "x" / "Lead.csv").unlink()
    header = "Id,Status,CleanStatus,CreatedDate,SystemModstamp"
    for day in days:
        folder = tmp_path / "x" / f"2024-02-{day:02d}"
        folder.mkdir()
        (folder / "Lead.csv").write_text(f"{header}\n{LEAD},Open,{'-ABA'[day]},{STAMP},{STAMP}\n")
        load_extracts(con, tmp_path / "x", CONTRACTS, f"load-{day}")
    assert con.execute("select CleanStatus from raw.lead").fetchall() == [("A",)]
    assert past(con, "CleanStatus") == [
        ("A", None, "03-00", "extracts"),
        ("B", "03-00", "04-00", "extracts"),
        ("A", "04-00", None, "extracts"),
    ]
