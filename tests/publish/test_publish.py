"""What leaves the house: files, order, the switch to a new version, and who must not be on a list."""

import csv
import json
import stat
import zipfile
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from pipelines.errors import GrowthError
from pipelines.history import Inputs, open_run
from pipelines.publish.files import sheet_column
from pipelines.publish.manifest import Manifest, missing_files, note_verdict, read_manifest, write_manifest
from pipelines.publish.reader import open_reader
from pipelines.publish.suppression import suppressed_rows
from pipelines.publish.versions import VERDICT, begin_version, find_partial, switch, versions
from pipelines.publish.write import Origin, write_version
from pipelines.warehouse import connect_scratch

AS_OF = datetime(2026, 6, 30, 23, 59, 59)
QUEUE = """
create table warehouse.marts.lead_queue as from (values
    ('q2', '00Q2', null, 2, '=cmd()', ['employees: 500', 'country: DE'], true, 12.50::decimal(18, 2),
     timestamp '2026-01-02 03:04:05', true),
    ('q1', '00Q1', null, 1, 'Ann "A", Lee', null, null, null, null, false)
) as t(queue_item_id, lead_id, contact_id, rank, person_name, reasons, is_new, amount, seen_at, email_allowed)
"""


def report(_: duckdb.DuckDBPyConnection, path: Path, __: Manifest) -> None:
    path.write_text("<html></html>", encoding="utf-8")


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    scratch = connect_scratch()
    scratch.execute("create table warehouse.config.as_of as select ?::timestamp as as_of", [AS_OF])
    scratch.execute(QUEUE)
    scratch.execute("create table warehouse.core.suppressions(person_id varchar, reason varchar, record_id varchar)")
    scratch.execute("create table warehouse.core.person_records(record_id varchar, person_id varchar)")
    scratch.execute(
        "create table warehouse.config.suppression_reasons as from (values ('opted_out', 'person'),"
        " ('bounced', 'person'), ('deleted', 'person'), ('converted', 'record')) as t(reason, keeps_off)"
    )
    open_run(scratch, "run-1", AS_OF, Inputs(Path("extracts"), Path("playbook"), "f"))
    return scratch


def write(connection: duckdb.DuckDBPyConnection, published: Path) -> Path:
    origin = Origin("run-1", AS_OF, "fingerprint", {"marts.lead_queue": "1.0.0"})
    folder = write_version(connection, published, {"marts.lead_queue": ["queue_item_id"]}, origin, report)
    note_verdict(folder, VERDICT, is_passed=True)
    return folder


def test_csv_is_ranked_joined_dated_and_harmless(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    folder = write(connection, tmp_path)
    with (folder / "lead_queue.csv").open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["queue_item_id"] for row in rows] == ["q1", "q2"]
    assert rows[0]["person_name"] == 'Ann "A", Lee'
    assert rows[1]["person_name"] == "'=cmd()"
    assert rows[1]["reasons"] == "employees: 500; country: DE"
    assert rows[1]["seen_at"] == "2026-01-02T03:04:05Z"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("=1+1", "'=1+1"), ("-2", "'-2"), ("\n=1", "'\n=1"), ("\nplain", "'\nplain"), ("  @cmd", "'  @cmd"),
        ("＝1+1", "'＝1+1"), ("\u3000＋1", "'\u3000＋1"), ("－1", "'－1"), ("＠x", "'＠x"),
        ("a=b", "a=b"), (" plain", " plain"), ("", ""),
    ],
)  # fmt: skip
def test_what_a_spreadsheet_takes_for_a_formula_is_text(
    connection: duckdb.DuckDBPyConnection, text: str, shown: str
) -> None:
    column = sheet_column("cell", "VARCHAR")
    assert connection.execute(f"select {column} from (select ? as cell)", [text]).fetchall() == [(shown,)]


def test_a_sheet_holds_numbers_dates_and_words(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    with zipfile.ZipFile(write(connection, tmp_path) / "lead_queue.xlsx") as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    for cell in (
        '<c r="D3"><v>2</v></c>',
        "<t>'=cmd()</t>",
        "<t>employees: 500; country: DE</t>",
        '<c r="G3" t="b"><v>1</v></c>',
        '<c r="H3"><v>12.5</v></c>',
        "<v>46024.1278356",
    ):
        assert cell in sheet
    assert sheet.index("Ann") < sheet.index("=cmd()")


def test_parquet_keeps_lists_and_exact_text(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    path = write(connection, tmp_path) / "lead_queue.parquet"
    [row] = connection.execute(f"select person_name, reasons from '{path}' where rank = 2").fetchall()
    assert row == ("=cmd()", ["employees: 500", "country: DE"])


def test_the_same_tables_twice_give_the_same_bytes(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    first, second = write(connection, tmp_path / "a"), write(connection, tmp_path / "b")
    for name in ("lead_queue.csv", "lead_queue.parquet", "lead_queue.xlsx", "manifest.json"):
        if name != "manifest.json":
            assert (first / name).read_bytes() == (second / name).read_bytes(), name
    assert read_manifest(first)["tables"] == read_manifest(second)["tables"]  # type: ignore[index]


def test_switch_points_latest_at_the_new_version_and_keeps_three(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    names = [switch(write(connection, tmp_path)) for _ in range(4)]
    assert [folder.name for folder in versions(tmp_path)] == names[1:]
    assert (tmp_path / "latest").resolve().name == names[-1] == "20260630T235959Z-0004"
    manifest = read_manifest(tmp_path / "latest")
    assert manifest is not None
    assert missing_files(tmp_path / "latest", manifest, read_all=True) == []
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "latest").iterdir()}
    assert modes == {0o600}
    assert stat.S_IMODE((tmp_path / names[-1]).stat().st_mode) == 0o700


def test_a_changed_file_is_found(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    switch(write(connection, tmp_path))
    latest = tmp_path / "latest"
    manifest = json.loads((latest / "manifest.json").read_text(encoding="utf-8"))
    text = (latest / "lead_queue.csv").read_bytes()
    (latest / "lead_queue.csv").write_bytes(text.replace(b"DE", b"FR"))
    assert missing_files(latest, manifest) == []
    assert missing_files(latest, manifest, read_all=True) == ["lead_queue.csv"]


def test_leftovers_of_a_dead_run_are_swept(tmp_path: Path) -> None:
    dead = begin_version(tmp_path, AS_OF)
    alive = begin_version(tmp_path, datetime(2026, 7, 1))
    assert not dead.exists()
    assert alive.exists()


@pytest.mark.parametrize(
    ("manifest", "taken"),
    [
        ({"run_id": "run-1", "checks": {"nobody_suppressed": True}}, True),
        ({"run_id": "run-0", "checks": {"nobody_suppressed": True}}, False),  # another run's leftover
        ({"run_id": "run-1", "checks": {"nobody_suppressed": False}}, False),
        ({"run_id": "run-1"}, False),  # nobody looked
    ],
)
def test_only_what_this_run_wrote_and_checked_is_switched_to(tmp_path: Path, manifest: Manifest, taken: bool) -> None:
    partial = begin_version(tmp_path, AS_OF)
    write_manifest(partial, manifest)
    if taken:
        assert switch(find_partial(tmp_path, "run-1"))
        return
    with pytest.raises(GrowthError, match="wrote and checked"):
        find_partial(tmp_path, "run-1")
    if not manifest.get("checks", {}).get("nobody_suppressed"):
        with pytest.raises(GrowthError, match="not checked"):
            switch(partial)
    assert not (tmp_path / "latest").exists()


def test_the_readers_copy_holds_the_tables_and_this_run(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    version = switch(write(connection, tmp_path))
    with open_reader(tmp_path / "latest" / "reader.duckdb") as reader:
        assert reader.execute("select count(*) from marts.lead_queue").fetchall() == [(2,)]
        assert reader.execute("select status, version from meta.runs").fetchall() == [("published", version)]


@pytest.mark.parametrize(
    ("suppression", "found"),
    [
        (("p1", "deleted", "0031"), 1),  # another record of the person on the list
        (("p2", "opted_out", "0031"), 1),  # an opt-out in any record of the person
        (("p1", "converted", "00Q1"), 1),  # the converted lead itself
        (("p1", "converted", "00Q9"), 0),  # another, converted lead of the person
        (("p9", "bounced", "00Q9"), 0),  # somebody else
    ],
)
def test_suppressed_people_are_found_in_the_written_files(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, suppression: tuple[str, str, str], found: int
) -> None:
    records = [("00Q1", "p1"), ("00Q2", "p2"), ("00Q9", "p9")]
    connection.executemany("insert into warehouse.core.person_records values (?, ?)", records)
    connection.execute("insert into warehouse.core.suppressions values (?, ?, ?)", suppression)
    assert suppressed_rows(connection, write(connection, tmp_path)) == {"lead_queue": found}
