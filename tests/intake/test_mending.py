"""Refused rows come back mended, and are judged and loaded like any row of an extract."""

import json
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from pipelines.errors import GrowthError
from pipelines.intake import balance_problems
from pipelines.intake.workshop.mending import mend
from pipelines.intake.workshop.refused import show_refused
from pipelines.warehouse import connect_scratch
from tests.intake.loading import STAMP, record_id
from tests.intake.mending import (
    CONTRACTS,
    LEADS,
    NEW,
    NOW,
    OLD,
    Row,
    counts,
    exported,
    lead,
    leads,
    load,
    mended,
    table,
    with_five,
    write_leads,
)


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    return connect_scratch()


@pytest.mark.capability("E6")
def test_a_mended_row_is_loaded_in_its_place_and_a_home_built_anew_comes_to_the_same_tables(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    write_leads(tmp_path, lead(1), lead(2, "many", name='"=1+1; ""drop"""'), lead(3, "none"), lead(4))
    assert counts(load(con, tmp_path)["Lead.csv"]) == (4, 2, 0, 0, 2)
    outcome = mended(con, tmp_path, lambda row: with_five(row) if "many" in row["NumberOfEmployees"] else None)
    assert (outcome.object, outcome.loaded, outcome.before) == ("Lead", 1, 0)
    assert [reasons for _, reasons in outcome.failing] == [
        ["line 3, column NumberOfEmployees: found 'none', expected a whole number like 250"]
    ]
    assert (outcome.kept, outcome.changed) == ([], [])
    assert balance_problems(con, "mend-1") == []
    assert table(con)[1][:4] == (record_id("00Q", 2), '=1+1; "drop"', "'+49 30", 5)
    assert table(con)[1][6:8] == ("Lead.csv", 3)
    assert con.execute("select line from quarantine.rows").fetchall() == [(4,)]
    after = load(con, tmp_path, "load-2")
    assert counts(after["Lead.csv"]) == (4, 0, 2, 1, 1)
    [name] = [file for file in after if file.startswith("mended/")]
    assert counts(after[name]) == (1, 0, 1, 0, 0)
    fresh = connect_scratch()
    again = load(fresh, tmp_path)
    assert (table(fresh), fresh.execute("select row_id, line from quarantine.rows").fetchall()) == (
        table(con),
        con.execute("select row_id, line from quarantine.rows").fetchall(),
    )
    assert counts(again["Lead.csv"]) == (4, 2, 0, 1, 1)
    assert counts(again[name]) == (1, 1, 0, 0, 0)


def test_the_same_file_again_changes_nothing(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    write_leads(tmp_path, lead(1), lead(2, "many"))
    load(con, tmp_path)
    mended(con, tmp_path, with_five)
    before = (table(con), sorted((tmp_path / "mended").iterdir()))
    again = mend(con, tmp_path / "out.csv", CONTRACTS, tmp_path / "mended", "mend-2", now=NOW)
    assert (again.mended, again.before, again.failing) == (0, 1, [])
    assert (table(con), sorted((tmp_path / "mended").iterdir())) == before
    load(con, tmp_path, "load-2")
    assert table(con) == before[0]


def test_the_same_bad_record_in_a_later_extract_stays_mended(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    write_leads(tmp_path, lead(1), lead(2, "many"))
    load(con, tmp_path)
    mended(con, tmp_path, with_five)
    (tmp_path / "x" / "Lead_2.csv").write_text(leads(lead(7, stamp=NEW), lead(2, "many")))
    after = load(con, tmp_path, "load-2")
    assert counts(after["Lead_2.csv"]) == (2, 1, 0, 1, 0)
    assert con.execute("select count(*) from quarantine.rows").fetchall() == [(0,)]
    assert con.execute("select NumberOfEmployees from raw.lead where Id = ?", [record_id("00Q", 2)]).fetchall() == [
        (5,)
    ]


@pytest.mark.parametrize("when", ["before the mend", "after the mend", "in a home built anew"])
def test_a_newer_sound_version_wins_over_a_mended_row_whenever_it_comes(
    tmp_path: Path, con: duckdb.DuckDBPyConnection, when: str
) -> None:
    write_leads(tmp_path, lead(1), lead(2, "many", stamp=OLD))
    load(con, tmp_path)
    show_refused(con, CONTRACTS)
    newer = leads(lead(2, "9", name="Newer", stamp=NEW))
    if when == "before the mend":  # the row leaves with it, so that there is nothing to mend any more
        (tmp_path / "x" / "Lead_2.csv").write_text(newer)
        exported(con, tmp_path / "out.csv")
        load(con, tmp_path, "load-2")
        with pytest.raises(GrowthError, match=r"is not in quarantine: a sound version of its record came in"):
            mend(con, tmp_path / "out.csv", CONTRACTS, tmp_path / "mended", "mend-1", now=NOW)
    else:
        mended(con, tmp_path, with_five)
        (tmp_path / "x" / "Lead_2.csv").write_text(newer)
        con = con if when == "after the mend" else connect_scratch()
        load(con, tmp_path, "load-2")
    assert [row[1] for row in table(con)] == ["Lee", "Newer"]


def test_an_older_mended_row_does_not_take_the_place_of_a_newer_one(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    """The person sets a modstamp before that of the sound version: told as superseded."""
    write_leads(tmp_path, lead(1), lead(2, "9", name="Now", stamp=OLD), lead(2, "many", stamp=NEW))
    load(con, tmp_path)
    outcome = mended(con, tmp_path, lambda row: row.update(NumberOfEmployees="5", SystemModstamp=STAMP))
    assert (outcome.loaded, outcome.superseded) == (0, 1)
    assert [row[1] for row in table(con)] == ["Lee", "Now"]
    assert con.execute("select count(*) from quarantine.rows").fetchall() == [(0,)]


@pytest.mark.parametrize("stamp", [OLD, NEW])
@pytest.mark.parametrize("is_anew", [False, True])
def test_an_opt_out_of_the_refused_row_outlives_its_mending_unless_the_mended_row_is_newer(
    tmp_path: Path, con: duckdb.DuckDBPyConnection, stamp: str, is_anew: bool
) -> None:
    write_leads(tmp_path, lead(1), lead(2, "many", out="yes"))
    load(con, tmp_path)
    change = {"NumberOfEmployees": "5", "HasOptedOutOfEmail": "false", "SystemModstamp": stamp}
    outcome = mended(con, tmp_path, lambda row: row.update(change))
    if is_anew:
        con = connect_scratch()
        load(con, tmp_path)
    assert table(con)[1][4] is (stamp == OLD)
    assert [name for _, name in outcome.refusals] == ["HasOptedOutOfEmail"] * (stamp == OLD)


def test_an_opt_out_follows_the_record_to_the_key_that_it_is_mended_to(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    broken = lead(2, out="yes").replace(record_id("00Q", 2), "two")
    write_leads(tmp_path, lead(1), broken)
    load(con, tmp_path)
    mended(con, tmp_path, lambda row: row.update(Id=record_id("00Q", 2), HasOptedOutOfEmail="false"))
    assert [row[4] for row in table(con)] == [False, True]


def test_a_record_that_could_not_be_cut_is_filled_in(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    write_leads(tmp_path, lead(1), "cut,off")
    load(con, tmp_path)
    whole = dict(zip(LEADS.split(","), lead(2).split(","), strict=True))

    def fill(row: Row) -> None:
        assert (row["quarantine_text"], row["Id"]) == ("cut,off", "")
        row.update(whole)

    assert mended(con, tmp_path, fill).loaded == 1
    assert table(con)[1][6:8] == ("Lead.csv", 3)
    assert con.execute("select count(*) from quarantine.rows").fetchall() == [(0,)]


def test_a_mend_that_fails_at_its_end_leaves_nothing_behind(
    tmp_path: Path, con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_leads(tmp_path, lead(1), lead(2, "many"))
    load(con, tmp_path)
    before = table(con)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("pipelines.intake.workshop.mending.put_in_place", full)
        with pytest.raises(OSError, match="No space"):
            mended(con, tmp_path, with_five)
    assert table(con) == before
    assert list((tmp_path / "mended").iterdir()) == []
    assert mended(con, tmp_path, with_five, "mend-2").loaded == 1


def test_killed_between_file_and_commit_the_next_load_finishes_the_mend(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    write_leads(tmp_path, lead(1), lead(2, "many"))
    load(con, tmp_path)
    killed = connect_scratch()
    load(killed, tmp_path)
    mended(killed, tmp_path, with_five)  # its file is there, the other database knows nothing of it
    load(con, tmp_path, "load-2")
    assert table(con) == table(killed)
    assert con.execute("select count(*) from quarantine.rows").fetchall() == [(0,)]


def test_a_tightened_contract_refuses_the_mended_row_and_the_record_does_not_come_back(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    write_leads(tmp_path, lead(1, name="Ok"), lead(2, "many"))
    load(con, tmp_path)
    mended(con, tmp_path, with_five)
    [contract] = [one for one in CONTRACTS if one.object == "Lead"]
    rule = next(rule for rule in contract.rules if rule.kind == "pattern")
    short = replace(rule, rule_id="short", columns=("LastName",), pattern="..")
    tight = replace(contract, rules=(*contract.rules, short), digest="tight")
    contracts = [tight if one.object == "Lead" else one for one in CONTRACTS]
    after = load(con, tmp_path, "load-2", contracts)
    [name] = [file for file in after if file.startswith("mended/")]
    assert (counts(after["Lead.csv"]), counts(after[name])) == ((2, 0, 1, 1, 0), (1, 0, 0, 0, 1))
    assert [row[1] for row in table(con)] == ["Ok"]
    [(file, record)] = con.execute("select file, record from quarantine.rows").fetchall()
    assert (file, json.loads(record)["NumberOfEmployees"]) == (name, "5")
    load(con, tmp_path, "load-3")
    assert [row[1] for row in table(con)] == ["Ok", "Lee"]
