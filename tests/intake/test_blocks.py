"""A file larger than what is looked at together loads as it would in one piece: rows, lines, quarantine."""

import json
from functools import partial
from pathlib import Path

import duckdb
import pytest

from pipelines.intake.forms import delimited, json_text, plain_text
from pipelines.intake.forms.structure import find_blocks
from pipelines.warehouse import connect_scratch
from tests.intake.loading import ACCOUNT_HEADER, STAMP, account, load, record_id, write_export

Rows = list[tuple[object, ...]]
RAW = "select Id, Name, _line from raw.account order by _line, Id"
REFUSED = "select line, line_end, violated_rules, reasons, record from quarantine.rows order by line, record"


def small_blocks(patch: pytest.MonkeyPatch, size: int) -> None:
    """Let readers look at a few bytes at a time."""
    patch.setattr(delimited, "find_blocks", partial(find_blocks, block=size))
    patch.setattr(json_text, "BLOCK", size)
    patch.setattr(plain_text, "CHUNK", size)


def loaded(folder: Path, content: str | bytes) -> tuple[Rows, Rows, object]:
    """The accounts, the refused rows and the balance after loading one file of accounts."""
    con = connect_scratch()
    report = load(con, write_export(folder, Account=content))
    balance = next(one for one in report.files if one.object == "Account")
    return con.execute(RAW).fetchall(), con.execute(REFUSED).fetchall(), balance


def messy_csv(end: str) -> str:
    """Quoted line ends, doubled quotes, a quote in the middle, blank lines, and records that cannot be loaded."""
    rows = [ACCOUNT_HEADER]
    for n in range(1, 60):
        name = ['"two\nlines, one ""name"""', "plain", 'a 5" pipe', '"Café, Ltd"'][n % 4]
        rows.append(account(n, name) if n % 17 else f"{record_id('001', n)},no date,31.13.2024,{STAMP}")
        rows += {7: ["short,row"], 23: [""], 31: ['1,"x"y,2,3']}.get(n, [])
    return end.join(rows) + end


@pytest.mark.capability("E2")
@pytest.mark.parametrize("size", [16, 61, 400])
@pytest.mark.parametrize("form", ["lf", "crlf", "utf-16", "mark"])
def test_a_csv_file_in_blocks_loads_as_in_one_piece(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str, size: int
) -> None:
    text = messy_csv("\r\n" if form == "crlf" else "\n")
    content = text.encode({"utf-16": "utf-16", "mark": "utf-8-sig"}.get(form, "utf-8"))
    whole = loaded(tmp_path / "whole", content)
    small_blocks(monkeypatch, size)
    assert loaded(tmp_path / "blocks", content) == whole
    assert len(whole[0]) == 56
    malformed = [text[: text.index(record)].count("\n") + 1 for record in ("short,row", '1,"x"y')]
    assert [row[0] for row in whole[1] if row[2] == ["record_structure"]] == malformed


@pytest.mark.parametrize("size", [1, 50, 300])
@pytest.mark.parametrize("form", ["lines", "array"])
def test_json_in_blocks_loads_as_in_one_piece(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str, size: int
) -> None:
    names = ["Café", "two\nlines", "x" * 90, '"']
    objects = [
        {"Id": record_id("001", n), "Name": names[n % 4], "CreatedDate": STAMP, "SystemModstamp": STAMP, "n": n}
        for n in range(1, 40)
    ]
    texts = [json.dumps(one, ensure_ascii=False) for one in objects]
    if form == "lines":
        content = "\n".join([*texts[:9], "", "no json", *texts[9:20], "12345", *texts[20:]])
    else:
        content = "[\n" + ",\n\n".join([*texts[:9], "12345", *texts[9:]]) + "\n]\n"
    whole = loaded(tmp_path / "whole", content)
    small_blocks(monkeypatch, size)
    assert loaded(tmp_path / "blocks", content) == whole
    assert len(whole[0]) == len(objects)
    assert len(whole[1]) == (2 if form == "lines" else 1)


def test_the_line_of_a_record_is_its_first_one_wherever_the_lines_before_it_ended(tmp_path: Path) -> None:
    rows = "\n".join([ACCOUNT_HEADER, account(1), account(2, '"a\n\nb"'), "", account(3), f"{account(4)},5"])
    found, refused, _ = loaded(tmp_path / "x", rows)
    assert [row[2] for row in found] == [2, 3, 7]
    assert [row[:2] for row in refused] == [(8, 8)]


@pytest.mark.parametrize("within", ["\r", "\n", "\r\n"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("blank_lines", [0, 1])
def test_a_line_end_in_a_columns_name_is_not_taken_for_that_of_the_file(
    tmp_path: Path, within: str, end: str, blank_lines: int
) -> None:
    names = ACCOUNT_HEADER.replace("Name", f'Name,"Annual{within}Plan"')
    rows = [account(n, f'"Acme, {n}",x') for n in range(1, 9)]
    found, refused, _ = loaded(tmp_path / "x", end.join([names, *rows[:4], *[""] * blank_lines, *rows[4:]]) + end)
    assert [row[:2] for row in found] == [(record_id("001", n), f"Acme, {n}") for n in range(1, 9)]
    assert refused == []


@pytest.mark.capability("E7")
def test_rows_that_come_twice_in_the_first_load_are_told_apart_and_leave_nothing_behind(tmp_path: Path) -> None:
    con = connect_scratch()
    old, new = account(1, "Old"), account(1, "New", "2024-02-01T00:00:00.000+0000")
    folder = write_export(tmp_path / "x", Account_1=f"{ACCOUNT_HEADER}\n{old}\n{account(2)}\n")
    (folder / "Account.csv").write_text(f"{ACCOUNT_HEADER},Note__c\n{new},n\n{new},n\n", encoding="utf-8")
    report = load(con, folder)
    fates = {
        b.file: (b.rows_loaded, b.rows_identical, b.rows_superseded) for b in report.files if b.object == "Account"
    }
    assert fates == {"Account.csv": (1, 1, 0), "Account_1.csv": (1, 0, 1)}
    assert con.execute("select Name, Note__c from raw.account order by Id").fetchall() == [("New", "n"), ("Acme", None)]
    tables = con.execute(
        "select table_name from duckdb_tables() where table_name like '%fresh%' and schema_name <> 'ledger'"
    ).fetchall()
    assert [name for (name,) in tables if "verdict" not in name] == []


def test_the_table_looks_the_same_whether_rows_were_moved_in_or_took_its_place(tmp_path: Path) -> None:
    con, again = connect_scratch(), connect_scratch()
    load(con, write_export(tmp_path / "x", Account=f"{ACCOUNT_HEADER},Note__c\n{account(1)},a\n{account(2)},b\n"))
    load(again, write_export(tmp_path / "y", Account=f"{ACCOUNT_HEADER},Note__c\n{account(1)},a\n"))
    load(
        again, write_export(tmp_path / "y", Account=f"{ACCOUNT_HEADER},Note__c\n{account(1)},a\n{account(2)},b\n"), "l"
    )
    shown = "select * exclude (_load_id, _file, _line) from raw.account order by Id"
    assert columns(con) == columns(again)
    assert con.execute(shown).fetchall() == again.execute(shown).fetchall()


def columns(con: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    return con.execute("describe raw.account").fetchall()
