"""Full dumps: what one lacks is absent since then, whatever came first; increments delete nothing."""

import dataclasses
import zipfile
from itertools import permutations
from pathlib import Path

import duckdb
import pytest

from pipelines.contracts import Contract
from pipelines.errors import GrowthError
from pipelines.intake import LoadReport
from pipelines.warehouse import connect_scratch
from tests.intake.loading import ACCOUNT_HEADER, FEW_CONTRACTS, SMALL, account, load, write_export

NEW = "2024-02-01T00:00:00.000+0000"


def believing(pct: float) -> list[Contract]:
    """The contracts, of which that of accounts believes a dump which lacks so many."""
    return [
        dataclasses.replace(one, dumps=one.dumps and dataclasses.replace(one.dumps, max_vanished_pct=pct))
        for one in FEW_CONTRACTS
    ]


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    return connect_scratch()


def accounts(*numbers: int, stamp: str = NEW) -> str:
    return "\n".join([ACCOUNT_HEADER, *(account(number, stamp=stamp) for number in numbers)]) + "\n"


def export(folder: Path, *parts: str, name: str = "WE_00D") -> Path:
    """A weekly export: numbered archives of which each holds a part of the accounts."""
    folder.mkdir()
    for number, part in enumerate(parts, start=1):
        with zipfile.ZipFile(folder / f"{name}_{number}.ZIP", "w") as archive:
            archive.writestr("Account.csv" if len(parts) == 1 else f"Account_{number}.csv", part)
            if number == 1:
                for other in ("Contact", "Lead", "Opportunity"):
                    archive.writestr(f"{other}.csv", SMALL[f"{other}.csv"])
    return folder


def increment(folder: Path, *numbers: int, stamp: str = NEW) -> Path:
    return write_export(folder, Account=accounts(*numbers, stamp=stamp))


def absent(con: duckdb.DuckDBPyConnection) -> dict[str, str | None]:
    rows = con.execute("select Id, _absent_since::date::varchar from raw.account").fetchall()
    return {str(int(key[3:15])): since for key, since in rows}


def told(report: LoadReport, kind: str) -> list[str]:
    return [one.message for one in report.reports if one.kind == kind]


@pytest.mark.capability("E7")
def test_what_a_full_dump_lacks_is_absent_since_then_and_what_an_increment_lacks_is_not(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    load(con, export(tmp_path / "2024-03-01", accounts(1, 2, 3)), "load-1", believing(50))
    load(con, increment(tmp_path / "2024-03-02", 3, 4), "load-2", believing(50))
    assert absent(con) == {"1": None, "2": None, "3": None, "4": None}
    report = load(con, export(tmp_path / "2024-03-08", accounts(1, 2), accounts(4)), "load-3", believing(50))
    assert absent(con) == {"1": None, "2": None, "3": "2024-03-08", "4": None}
    assert told(report, "vanished") == [
        "1 of 4 records of Account are no longer in the full dump 2024-03-08/WE_00D; they count as deleted since "
        "2024-03-08 00:00."
    ]
    load(con, increment(tmp_path / "2024-03-09", 3), "load-4", believing(50))
    assert absent(con)["3"] is None


@pytest.mark.capability("E7")
@pytest.mark.parametrize("order", list(permutations(range(4)))[::5])
def test_who_is_absent_does_not_depend_on_the_order_in_which_the_extracts_came(
    tmp_path: Path, con: duckdb.DuckDBPyConnection, order: tuple[int, ...]
) -> None:
    folders = [
        export(tmp_path / "2024-03-01", accounts(1, 2, 3, 5)),
        increment(tmp_path / "2024-03-02", 3, 4, stamp="2024-03-02T00:00:00.000+0000"),
        export(tmp_path / "2024-03-08", accounts(1, 2, 5)),
        export(tmp_path / "2024-03-15", accounts(1, 4)),
    ]
    for number in order:
        load(con, folders[number], f"load-{number}", believing(100))
    assert absent(con) == {"1": None, "2": "2024-03-15", "3": "2024-03-08", "4": None, "5": "2024-03-15"}


def test_a_dump_that_lacks_too_many_is_refused(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    load(con, export(tmp_path / "2024-03-01", accounts(*range(1, 21))))
    with pytest.raises(GrowthError, match=r"2024-03-08/WE_00D of Account .* lacks 5 of the 20 records .* \(25 %, expe"):
        load(con, export(tmp_path / "2024-03-08", accounts(*range(1, 16))), "load-2")
    assert set(absent(con).values()) == {None}


def test_a_refused_record_has_not_vanished_and_one_that_nobody_can_name_stops_the_count(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    load(con, export(tmp_path / "2024-03-01", accounts(1, 2, 3)), "load-1", believing(50))
    refused = f"{accounts(1)}{account(2)[:18]},,{NEW},{NEW}\n"
    load(con, export(tmp_path / "2024-03-08", refused), "load-2", believing(50))
    assert absent(con) == {"1": None, "2": None, "3": "2024-03-08"}
    report = load(con, export(tmp_path / "2024-03-15", f"{accounts(1)}cut,off\n"), "load-3", believing(50))
    assert absent(con) == {"1": None, "2": None, "3": "2024-03-08"}
    assert len(told(report, "dump_unread")) == 1


def test_a_vanished_record_is_deleted_in_staging(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    from pipelines.home import PROJECT_ROOT

    load(con, export(tmp_path / "2024-03-01", accounts(1, 2)), "load-1", believing(50))
    load(con, export(tmp_path / "2024-03-08", accounts(1)), "load-2", believing(50))
    staged = (PROJECT_ROOT / "sql" / "staging" / "salesforce_accounts.sql").read_text(encoding="utf-8")
    found = con.execute(f"select is_deleted from ({staged}) order by account_id").fetchall()
    assert found == [(False,), (True,)]
