"""What is kept out, for how long, and under which id: the same whatever the order, the names and forms of the files."""

import json
from itertools import permutations
from pathlib import Path

import duckdb
import pytest

from pipelines.intake import LoadReport, balance_problems
from pipelines.warehouse import connect_scratch
from tests.intake.loading import (
    ACCOUNT_HEADER,
    ALL_CONTRACTS,
    FEW_CONTRACTS,
    STAMP,
    account,
    load,
    record_id,
    write_export,
)

OLD, NEW = "2024-02-01T00:00:00.000+0000", "2024-02-02T00:00:00.000+0000"
HEADER = f"{ACCOUNT_HEADER},NumberOfEmployees\n"


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    return connect_scratch()


def refused(con: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    return con.execute("select file, line, violated_rules from quarantine.rows order by all").fetchall()


def counts(report: LoadReport, file: str) -> tuple[int, ...]:
    """Read, loaded, identical, superseded, quarantined."""
    [one] = [one for one in report.files if one.file == file]
    return (one.rows_read, one.rows_loaded, one.rows_identical, one.rows_superseded, one.rows_quarantined)


@pytest.mark.capability("E6", "E7")
@pytest.mark.parametrize(
    ("refused_stamp", "sound_stamp", "stays"), [(OLD, NEW, False), (OLD, OLD, False), (NEW, OLD, True)]
)
@pytest.mark.parametrize("at_once", [True, False])
def test_a_refused_row_leaves_for_a_sound_version_at_least_as_new_whichever_came_first(
    tmp_path: Path, refused_stamp: str, sound_stamp: str, stays: bool, at_once: bool
) -> None:
    late = f"{account(9, stamp=NEW)},1\n"  # both files are of the same moment
    parts = {
        "Account_1": f"{HEADER}{account(1, stamp=refused_stamp)},many\n{late}",
        "Account_2": f"{HEADER}{account(1, stamp=sound_stamp)},9\n{late}",
    }
    for number, order in enumerate(permutations(parts)):
        con = connect_scratch()
        folder = write_export(tmp_path / str(number))
        if at_once:
            write_export(folder, **parts)
            load(con, folder)
        else:
            for step, name in enumerate(order):
                write_export(folder, **{name: parts[name]})
                load(con, folder, f"load-{step}")
                assert balance_problems(con, f"load-{step}") == []
        assert [row[0] for row in refused(con)] == ["Account_1.csv"] * stays
        assert con.execute("select count(*) from raw.account").fetchall() == [(2,)]


def test_a_refused_row_of_an_equal_version_in_a_later_extract_stays_and_an_earlier_extract_does_not_answer_it(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    """Derived columns change without a modstamp: today's extract is the newer one."""
    yesterday = f"{HEADER}{account(1, stamp=OLD)},9\n"
    today = f"{HEADER}{account(1, stamp=OLD)},many\n{account(2, stamp=NEW)},9\n"
    load(con, write_export(tmp_path / "x", Account=yesterday))
    report = load(con, write_export(tmp_path / "x", Account_2=today), "load-2")
    assert refused(con) == [("Account_2.csv", 2, ["number_of_employees_type"])]
    assert counts(report, "Account_2.csv") == (2, 1, 0, 0, 1)


def test_a_version_whose_modstamp_cannot_be_read_stays_beside_an_older_extract(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    load(con, write_export(tmp_path / "x", Account=f"{HEADER}{account(1, stamp=OLD)},9\n"))
    broken = f"{HEADER}{account(1, stamp='soon')},9\n{account(2, stamp=NEW)},9\n"
    load(con, write_export(tmp_path / "x", Account_2=broken), "load-2")
    assert [row[0] for row in refused(con)] == ["Account_2.csv"]
    newest = f"{HEADER}{account(1, stamp='2024-02-03T00:00:00.000+0000')},9\n"
    load(con, write_export(tmp_path / "x", Account_3=newest), "load-3")
    assert refused(con) == []


@pytest.mark.parametrize("form", ["short id", "json", "parquet"])
def test_a_sound_version_answers_in_whatever_form_it_comes(
    tmp_path: Path, con: duckdb.DuckDBPyConnection, form: str
) -> None:
    bad = f"id,name,createddate,systemmodstamp,numberofemployees\n{account(1, stamp=OLD)},many\n{account(2)},5\n"
    folder = write_export(tmp_path / "x", Account=bad)
    load(con, folder)
    assert len(refused(con)) == 1
    key = record_id("001", 1)
    values = {"Id": key, "Name": "A", "CreatedDate": STAMP, "SystemModstamp": NEW}
    match form:
        case "short id":
            write_export(folder, Account_2=f"{HEADER}{account(1, stamp=NEW)},7\n".replace(key, key[:15]))
        case "json":
            (folder / "Account_2.jsonl").write_text(json.dumps(values))
        case "parquet":
            cells = ", ".join(
                f"timestamptz '{value}' as {name}" if name.endswith(("Date", "Modstamp")) else f"'{value}' as {name}"
                for name, value in values.items()
            )
            duckdb.sql(f"copy (select {cells}) to '{folder / 'Account_2.parquet'}' (format parquet)")
    load(con, folder, "load-2")
    assert refused(con) == []


def test_a_row_keeps_its_id_and_the_load_that_first_saw_it_under_another_name_and_another_line(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    folder = write_export(tmp_path / "x", Account=f"{HEADER}{account(1)},many\n{account(2)},5\n")
    load(con, folder)
    [(first,)] = con.execute("select row_id from quarantine.rows").fetchall()
    (folder / "Account.csv").unlink()
    load(con, write_export(folder, Account=f"{HEADER}{account(3)},5\n{account(1)},many\n"), "load-2")
    found = con.execute("select row_id, line, load_id, quarantined_at_load from quarantine.rows").fetchall()
    assert found == [(first, 3, "load-2", "load-1")]
    assert (len(first), first[0]) == (13, "q")


def test_cells_that_look_like_sql_or_json_or_hold_line_ends_are_kept_as_they_came(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    evil = "'); drop table quarantine.rows; --\n\"{[;\t\\u0000"
    text = f"{HEADER}{account(1, chr(34) + evil.replace(chr(34), chr(34) * 2) + chr(34))},many\n{account(2)},5\n"
    load(con, write_export(tmp_path / "x", Account=text))
    [(record,)] = con.execute("select record from quarantine.rows").fetchall()
    assert json.loads(record)["Name"] == evil


def test_many_refused_rows_are_counted_and_kept(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    rows = "".join(f"{account(n)},{'5' if n % 2 else 'many'}\n" for n in range(1, 5001))
    broken = "one,cell too,few\n" * 40
    report = load(
        con,
        write_export(
            tmp_path / "x",
            Account=f"{HEADER}{rows}{account(9000)},5\n{broken}"
            + "".join(f"{account(n)},5\n" for n in range(9001, 9101)),
        ),
    )
    assert counts(report, "Account.csv") == (5141, 2601, 0, 0, 2540)
    assert con.execute("select count(*), count(distinct row_id) from quarantine.rows").fetchall() == [(2540, 2501)]


def test_a_home_from_before_gets_ids_for_what_it_kept_out(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    con.execute(
        "create table intake.quarantine.rows as select 'load-0' as load_id, 'salesforce' as source, 'Account' as "
        "object, 'Account_0.csv' as file, 2::bigint as line, 2::bigint as line_end, ['x'] as violated_rules, "
        "['line 2'] as reasons, '{\"Id\":\"1\"}' as record, 'load-0' as quarantined_at_load"
    )
    load(con, write_export(tmp_path / "x"))
    [(row_id, first)] = con.execute("select row_id, quarantined_at_load from quarantine.rows").fetchall()
    assert (len(row_id), first) == (13, "load-0")


@pytest.mark.capability("T5")
def test_a_refusal_in_a_call_of_unlisted_words_is_read(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    header = "call_id,phone,direction,outcome,do_not_call,started_at\n"
    rows = "1,+49 30 1234567,out,hung_up,true,2024-03-01T10:00:00Z\n2,+49 30 1234568,,,true,2024-03-01T10:00:00Z\n"
    contracts = [one for one in ALL_CONTRACTS if one in FEW_CONTRACTS or one.object == "call"]
    load(con, write_export(tmp_path / "x", call=header + rows), contracts=contracts)
    assert con.execute("select call_id, do_not_call, len(_warned_rules) from raw.call order by all").fetchall() == [
        ("1", True, 2),
        ("2", True, 2),
    ]
