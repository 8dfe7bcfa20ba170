"""The spreadsheet in which refused rows are mended: what it may not change, and what is no such file."""

import csv
import zipfile
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from pipelines.errors import GrowthError
from pipelines.intake.workshop.mending import mend
from pipelines.intake.workshop.refused import Filter, show_refused
from pipelines.intake.workshop.spreadsheet import is_rewritten
from pipelines.intake.workshop.to_mend import export
from pipelines.warehouse import connect_scratch
from tests.intake.loading import STAMP, record_id
from tests.intake.mending import CONTRACTS, LEADS, NOW, Row, exported, lead, load, mended, table, write_leads


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    return connect_scratch()


def test_what_nobody_touched_comes_back_as_it_was_whatever_a_spreadsheet_made_of_it(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    write_leads(tmp_path, lead(1), lead(2, "many", name="007"))
    load(con, tmp_path)

    def rewrite(row: Row) -> None:
        assert row["Phone"] == "''+49 30"  # the record's own apostrophe, and ours
        row.update(LastName="7", CreatedDate="23/01/2024 03:54", HasOptedOutOfEmail="FALSE", NumberOfEmployees="5")
        row["Status"] = "Won"

    outcome = mended(con, tmp_path, rewrite)
    assert {name for _, name, _, _ in outcome.kept} == {"LastName", "CreatedDate", "HasOptedOutOfEmail"}
    assert [cell[1:] for cell in outcome.changed] == [("Status", "Open", "Won")]
    assert table(con)[1][1:3] == ("007", "'+49 30")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda rows: rows[0].update(quarantine_id="q000000000000"), r"line 2: 'q000000000000' is not in quarantine"),
        (lambda rows: rows[0].update(quarantine_id=""), "line 2: quarantine_id is blank"),
        (lambda rows: rows.append(dict(rows[0])), "lines 2 and 3 both mend q"),
        (lambda rows: [row.pop("Phone") for row in rows], "lacks the column Phone, which its records have"),
        (lambda rows: [row.update(Notes="x") for row in rows], "has the column 'Notes', which no extract of Lead has"),
        (lambda rows: [row.pop("quarantine_id") for row in rows], "has no column quarantine_id"),
    ],
)
def test_a_file_that_is_no_mended_export_changes_nothing(
    tmp_path: Path, con: duckdb.DuckDBPyConnection, change: Callable[[list[Row]], object], words: str
) -> None:
    write_leads(tmp_path, lead(1), lead(2, "many"))
    load(con, tmp_path)
    before, path = table(con), tmp_path / "out.csv"
    rows = exported(con, path)
    rows[0]["NumberOfEmployees"] = "5"
    change(rows)
    with path.open("w", encoding="utf-8", newline="") as sink:
        writer = csv.DictWriter(sink, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    with pytest.raises(GrowthError, match=words):
        mend(con, path, CONTRACTS, tmp_path / "mended", "mend-1", now=NOW)
    assert table(con) == before
    assert not (tmp_path / "mended").exists()


def test_rows_of_two_objects_are_mended_apart(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    account = f"Id,Name,NumberOfEmployees,CreatedDate,SystemModstamp\n{record_id('001', 1)},A,x,{STAMP},{STAMP}\n"
    account += f"{record_id('001', 2)},B,1,{STAMP},{STAMP}\n"
    write_leads(tmp_path, lead(1), lead(2, "many"), account=account)
    load(con, tmp_path)
    show_refused(con, CONTRACTS)
    files = export(con, Filter(), tmp_path / "all.csv", NOW)
    assert [(path.name, rows) for path, rows in files] == [("all-Account.csv", 1), ("all-Lead.csv", 1)]
    with files[1][0].open("a", encoding="utf-8") as sink:
        row_id = con.execute("select row_id from quarantine.rows where object = 'Account'").fetchall()[0][0]
        sink.write(row_id + "," * (len(LEADS.split(",")) + 4) + "\n")
    with pytest.raises(GrowthError, match=r"holds rows of Account and Lead; mend one object at a time"):
        mend(con, files[1][0], CONTRACTS, tmp_path / "mended", "mend-1", now=NOW)


def test_a_workbook_holds_every_cell_as_text(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    write_leads(tmp_path, lead(1), lead(2, "many", name="=cmd|'/c calc'!A1"))
    load(con, tmp_path)
    show_refused(con, CONTRACTS)
    export(con, Filter(object="lead"), tmp_path / "out.xlsx", NOW)
    with zipfile.ZipFile(tmp_path / "out.xlsx") as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "'=cmd|" in sheet.replace("&apos;", "'") or "'=cmd|" in sheet
    with pytest.raises(GrowthError, match="is a workbook or an archive; save its sheet as CSV UTF-8"):
        mend(con, tmp_path / "out.xlsx", CONTRACTS, tmp_path / "mended", "mend-1", now=NOW)


@pytest.mark.parametrize(
    ("before", "after", "rewritten"),
    [
        ("00042", "42", True),
        ("123456789012345678", "1.23457E+17", True),
        ("123456789012345678", "123456789012346000", True),
        ("1250.50", "1250,5", True),
        ("2024-01-31", "31/01/2024", True),
        ("2024-01-31", "1/31/24", True),
        ("2024-01-31T09:30:12.000+0000", "31.01.2024 09:30", True),
        ("true", "TRUE", True),
        ("01/02", "01-Feb", True),
        ("MAR1", "01.03.2026", True),
        ("two\r\nlines", "two\nlines", True),
        ("x" * 40_000, "x" * 32_767, True),
        ("2024-01-31", "2024-02-01", False),
        ("1250.50", "1251", False),
        ("42", "", False),
        ("Lee", "Li", False),
        ("true", "false", False),
    ],
)
def test_a_rewriting_is_told_from_a_change(before: str, after: str, rewritten: bool) -> None:
    assert is_rewritten(before, after) is rewritten
