"""References between files: a parent may come late, go, or come in the same load; what may have changed is judged."""

import dataclasses
from pathlib import Path

import duckdb
import pytest

from pipelines.warehouse import connect_scratch
from tests.intake.loading import FEW_CONTRACTS, STAMP, account, load, record_id, write_export

LATER = "2024-02-01T00:00:00.000+0000"
CONTACT_HEADER = "Id,AccountId,CreatedDate,SystemModstamp"
ACCOUNTS = "Id,Name,CreatedDate,SystemModstamp"


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    return connect_scratch()


def contact(number: int, of_account: int, stamp: str = STAMP) -> str:
    return f"{record_id('003', number)},{record_id('001', of_account)},{STAMP},{stamp}"


def contacts(*rows: str) -> str:
    return "\n".join([CONTACT_HEADER, *rows, ""])


def accounts(*numbers: int) -> str:
    return "\n".join([ACCOUNTS, *(account(number) for number in numbers), ""])


def told(con: duckdb.DuckDBPyConnection, load_id: str) -> list[tuple[int, int]]:
    return con.execute(
        "select rows_failed, rows_waiting from ledger.rule_results where load_id = ? and object = 'Contact' "
        "and rule_id = 'account_known'",
        [load_id],
    ).fetchall()


def flagged(con: duckdb.DuckDBPyConnection) -> list[str]:
    rows = con.execute("select Id from raw.contact where list_contains(_warned_rules, 'account_known') order by Id")
    return [key for (key,) in rows.fetchall()]


@pytest.mark.capability("E5")
def test_a_child_waits_for_its_parent_in_the_load_in_which_it_came_and_is_broken_from_the_next(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    load(con, write_export(tmp_path / "x", Contact=contacts(contact(1, 1), contact(2, 9))), "load-1")
    assert (told(con, "load-1"), flagged(con)) == ([(0, 1)], [record_id("003", 2)])
    load(con, write_export(tmp_path / "x", Contact=contacts(contact(3, 1)), Account=accounts(1)), "load-2")
    assert (told(con, "load-2"), flagged(con)) == ([(1, 0)], [record_id("003", 2)])
    load(con, write_export(tmp_path / "x", Account=accounts(1, 9)), "load-3")
    assert (told(con, "load-3"), flagged(con)) == ([(0, 0)], [])


@pytest.mark.capability("E5")
def test_a_reference_rule_that_is_added_judges_the_rows_that_were_there(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    folder = write_export(tmp_path / "x", Contact=contacts(contact(1, 1), contact(2, 9)))
    without = [
        dataclasses.replace(
            one, rules=tuple(rule for rule in one.rules if rule.kind != "reference"), digest=f"before {one.digest}"
        )
        for one in FEW_CONTRACTS
    ]
    load(con, folder, "load-1", without)
    assert flagged(con) == []
    assert load(con, folder, "load-2").changed
    assert (told(con, "load-2"), flagged(con)) == ([(1, 0)], [record_id("003", 2)])
    assert not load(con, folder, "load-3").changed


def test_a_child_that_changes_its_parent_is_judged_anew(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    load(con, write_export(tmp_path / "x", Contact=contacts(contact(1, 1), contact(2, 9))), "load-1")
    changed = contacts(contact(1, 8, LATER), contact(2, 1, LATER))
    load(con, write_export(tmp_path / "x", Contact=changed), "load-2")
    assert flagged(con) == [record_id("003", 1)]


def test_children_of_a_parent_that_a_tighter_contract_takes_out_are_judged_anew(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    folder = write_export(tmp_path / "x", Contact=contacts(contact(1, 1), contact(2, 2)), Account=accounts(1, 2))
    load(con, folder, "load-1")
    assert flagged(con) == []
    [contract] = [contract for contract in FEW_CONTRACTS if contract.object == "Account"]
    [pattern] = [rule for rule in contract.rules if rule.columns == ("Id",) and rule.kind == "pattern"]
    stricter = dataclasses.replace(pattern, rule_id="not_two", pattern=".*1AAA")
    tight = dataclasses.replace(contract, rules=(*contract.rules, stricter), digest="tight", max_reject_pct=100)
    others = [other for other in FEW_CONTRACTS if other.object != "Account"]
    load(con, folder, "load-2", [tight, *others])
    assert con.execute("select Id from raw.account").fetchall() == [(record_id("001", 1),)]
    assert (told(con, "load-2"), flagged(con)) == ([(1, 0)], [record_id("003", 2)])


def test_a_reference_that_a_contract_gains_is_judged_for_the_rows_that_are_there(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    folder = write_export(tmp_path / "x", Contact=contacts(contact(1, 9)))
    [contract] = [contract for contract in FEW_CONTRACTS if contract.object == "Contact"]
    without = tuple(rule for rule in contract.rules if rule.kind != "reference")
    loose = dataclasses.replace(contract, rules=without, digest="loose")
    others = [other for other in FEW_CONTRACTS if other.object != "Contact"]
    load(con, folder, "load-1", [loose, *others])
    assert flagged(con) == []
    load(con, write_export(folder, Contact=contacts(contact(1, 9), contact(2, 1))), "load-2")
    assert flagged(con) == [record_id("003", 1)]
