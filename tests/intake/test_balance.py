"""The balance is a check that can fail: rows lost, doubled, merged or misplaced end the load."""

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from pipelines.contracts import Contract
from pipelines.errors import GrowthError
from pipelines.intake import load as load_steps
from pipelines.intake.forms import structure, tally
from pipelines.intake.merging.raw_tables import table_name
from pipelines.intake.merging.upsert import upsert
from pipelines.intake.workshop import quarantine
from pipelines.warehouse import connect_scratch
from tests.intake.loading import ACCOUNT_HEADER, STAMP, account, load, record_id, write_export

FEW = f"{ACCOUNT_HEADER}\n" + "".join(f"{account(n)}\n" for n in range(1, 6))
MAILS = (
    '{"email_event_id": "%s", "email": "a@b.example", "event_type": "open", "occurred_at": "2024-01-23T03:54:57Z"}\n'
)


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    return connect_scratch()


def balance(con: duckdb.DuckDBPyConnection, load_id: str = "load-1") -> dict[str, tuple[int, ...]]:
    """File -> rows read, loaded, identical, superseded, quarantined, rejected."""
    rows = con.execute(
        "select file, rows_read, rows_loaded, rows_identical, rows_superseded, rows_quarantined, rows_rejected "
        "from ledger.balance where load_id = ? and object = 'Account'",
        [load_id],
    ).fetchall()
    return {file: tuple(counts) for file, *counts in rows}


def tampered(monkeypatch: pytest.MonkeyPatch, tamper: Callable[[duckdb.DuckDBPyConnection, str], object]) -> None:
    """Let the upsert of accounts do something to its table that it should not."""

    def broken(connection: duckdb.DuckDBPyConnection, contract: Contract, *more: Any) -> Any:
        fates = upsert(connection, contract, *more)
        if contract.object == "Account":
            tamper(connection, table_name(contract))
        return fates

    monkeypatch.setattr("pipelines.intake.load.upsert", broken)


@pytest.mark.capability("E6")
def test_every_row_of_a_file_with_all_that_can_happen_is_counted_where_it_is(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    lines = [account(1), account(1), "", account(2), account(2, stamp="2025-01-01T00:00:00Z"), account(3), ",,,"]
    folder = write_export(tmp_path / "x", Account=f"{ACCOUNT_HEADER}\n" + "\n".join(lines) + '\n\n"broken')
    load(con, folder)
    assert balance(con) == {"Account.csv": (7, 3, 1, 1, 2, 0)}


@pytest.mark.capability("E6")
@pytest.mark.parametrize(
    ("tamper", "words"),
    [
        ("delete from {table} where _line = 3", "5 rows were accepted and 0 of them known or replaced, but 4 are in"),
        (
            "insert into {table} select * from {table} where _line = 3",
            "5 rows were accepted and 0 of them known or replaced, but 6 are in",
        ),
        ("update {table} set _line = 3 where _line = 4", "one is missing and another was taken twice"),
        ("update {table} set _line = _line + 1", "one is missing and another was taken twice"),
    ],
)
def test_a_row_dropped_doubled_or_merged_with_another_in_the_upsert_ends_the_load(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tamper: str, words: str
) -> None:
    tampered(monkeypatch, lambda connection, table: connection.execute(tamper.format(table=table)))
    with pytest.raises(GrowthError, match=words):
        load(con, write_export(tmp_path / "x", Account=FEW))
    assert balance(con) == {"Account.csv": (5, 0, 0, 0, 0, 5)}


def test_a_row_lost_among_versions_of_an_older_load_ends_the_load(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(con, write_export(tmp_path / "x", Account=FEW))
    tampered(monkeypatch, lambda connection, table: connection.execute(f"delete from {table} where Name = 'New'"))
    changed = f"{ACCOUNT_HEADER}\n{account(1)}\n{account(2, 'New', '2025-01-01T00:00:00Z')}\n"
    with pytest.raises(GrowthError, match="2 rows were accepted and 1 of them known or replaced, but 0 are in"):
        load(con, write_export(tmp_path / "y", Account=changed), "load-2")
    assert con.execute("select count(*) from raw.account").fetchall() == [(5,)]


def test_a_quarantined_row_that_is_lost_ends_the_load(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = quarantine.refuse_rows

    def forgetful(connection: duckdb.DuckDBPyConnection, *words: Any) -> None:
        real(connection, *words)
        connection.execute("delete from intake.quarantine.rows where line = 7")

    monkeypatch.setattr(quarantine, "refuse_rows", forgetful)
    with pytest.raises(GrowthError, match="6 records were read, but 5 are accepted and 0 in"):
        load(con, write_export(tmp_path / "x", Account=FEW + ",Nameless,,\n"))


def test_a_reader_that_takes_two_lines_for_one_ends_the_load(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = structure.assemble

    def merging(*words: Any) -> structure.Records:
        records = real(*words)
        for name in ("starts", "ends", "first_line", "last_line", "fields"):
            setattr(records, name, np.delete(getattr(records, name), 2) if len(records) > 4 else getattr(records, name))
        return records

    monkeypatch.setattr(structure, "assemble", merging)
    with pytest.raises(GrowthError, match="has 6 lines, but header, records and blank lines make 5"):
        load(con, write_export(tmp_path / "x", Account=FEW))


def test_a_reader_whose_records_overlap_ends_the_load(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = structure.assemble

    def overlapping(*words: Any) -> structure.Records:
        records = real(*words)
        if len(records) > 4:
            records.last_line[2] += 1
        return records

    monkeypatch.setattr(structure, "assemble", overlapping)
    with pytest.raises(GrowthError, match=r"Account\.csv, line 4: two records claim this line"):
        load(con, write_export(tmp_path / "x", Account=FEW))


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_blank_lines_and_embedded_line_feeds_are_part_of_the_tiling(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, ending: str
) -> None:
    lines = ["", ACCOUNT_HEADER, "", f'{record_id("001", 1)},"two\nlines",{STAMP},{STAMP}', "", "", account(2), ""]
    load(con, write_export(tmp_path / "x", Account=ending.join(lines)))
    assert balance(con) == {"Account.csv": (2, 2, 0, 0, 0, 0)}


def test_json_lines_arrays_and_parquet_are_balanced_by_lines_too(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    folder = write_export(tmp_path / "x")
    texts = [MAILS % n for n in ("a", "b", "c")]
    (folder / "email_event_1.jsonl.gz").write_bytes(gzip.compress("\n".join([*texts, "no json\n"]).encode()))
    array = "[" + ", ".join(text.strip() for text in (MAILS % n for n in ("d", "e"))) + "]"
    (folder / "email_event_2.json").write_text(array)
    con.execute(
        f"copy (select 'f' as email_event_id, 'a@b.example' as email, 'open' as event_type, timestamp '2024-01-23' as "
        f"occurred_at union all select 'g', null, 'open', null) to '{folder / 'email_event_3.parquet'}'"
    )
    load(con, folder)
    found = con.execute(
        "select file, rows_read, rows_loaded, rows_quarantined from ledger.balance where object = 'email_event'"
    )
    assert sorted(found.fetchall()) == [
        ("email_event_1.jsonl.gz", 4, 3, 1), ("email_event_2.json", 2, 2, 0), ("email_event_3.parquet", 2, 1, 1),
    ]  # fmt: skip


def test_two_tallies_agree_only_where_the_same_lines_are_there_as_often() -> None:
    lines = np.array([2, 3, 5, 9])
    told = tally.tally_of(lines)
    assert told == tally.tally_of(lines[::-1]) == tally.tally_of(lines[:1]) + tally.tally_of(lines[1:])
    assert all(
        tally.tally_of(np.array(other)) != told for other in ([2, 3, 5], [2, 3, 6, 8], [1, 4, 5, 9], [3, 3, 5, 9])
    )
    many = np.arange(2_000_000_000, 2_000_100_000)
    assert tally.tally_of(many) == tally.tally_of_range(2_000_000_000, 100_000)


@pytest.mark.capability("E6")
def test_a_refused_load_leaves_its_balance_and_reason_and_nothing_else(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    folder = write_export(tmp_path / "x", Account=FEW)
    load(con, folder)
    (folder / "Account_2.csv").write_text(f"{ACCOUNT_HEADER}\n{account(9)}\n")
    (folder / "Lead.csv").write_text("Id,Status,CreatedDate,SystemModstamp\n" + ",,,\n" * 3)
    with pytest.raises(GrowthError, match="3 of 3 rows break the contract of Lead"):
        load(con, folder, "load-2")
    assert balance(con, "load-2") == {"Account.csv": (5, 0, 5, 0, 0, 0), "Account_2.csv": (1, 0, 0, 0, 0, 1)}
    assert con.execute("select count(*) from raw.account").fetchall() == [(5,)]
    [(object_name, file, message)] = con.execute(
        "select object, file, message from ledger.reports where load_id = 'load-2' and kind = 'refused'"
    ).fetchall()
    assert (object_name, file) == ("Lead", "Lead.csv")
    assert message.startswith("Lead.csv: 3 of 3 rows break the contract of Lead")
    [(read, rejected)] = con.execute(
        "select rows_read, rows_rejected from ledger.balance where load_id = 'load-2' and object = 'Lead'"
    ).fetchall()
    assert (read, rejected) == (3, 3)


def test_a_fault_that_is_nobodys_mistake_leaves_the_balance_of_what_was_read_too(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise duckdb.IOException("no space left on device")

    folder = write_export(tmp_path / "x", Account=FEW)
    monkeypatch.setattr(load_steps, "remember_history", full)
    with pytest.raises(duckdb.IOException, match="no space left"):
        load(con, folder)
    assert balance(con, "load-1") == {"Account.csv": (5, 0, 0, 0, 0, 5)}
    [(message,)] = con.execute("select message from ledger.reports where kind = 'refused'").fetchall()
    assert message == "IOException: no space left on device"


def test_an_object_without_a_file_is_told_as_the_reason_of_a_refused_load(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    folder = write_export(tmp_path / "x")
    (folder / "Lead.csv").unlink()
    with pytest.raises(GrowthError, match="No file for Lead"):
        load(con, folder)
    assert con.execute("select count(*) from ledger.balance").fetchall() == [(0,)]
    assert con.execute("select kind from ledger.reports").fetchall() == [("refused",)]
