"""Archives, links and names that mean harm: none leads out of its folder, and none is more than a name."""

import io
import json
import os
import struct
import warnings
import zipfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.intake.hostile import ACCOUNTS, ROW, outcome, sentence, write_parquet
from tests.intake.loading import ACCOUNT_HEADER, FEW_CONTRACTS, account, load, record_id, write_export

pytestmark = pytest.mark.capability("R6")


def zipped(*members: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", method) as archive:
        for name, content in members:
            with warnings.catch_warnings(action="ignore"):  # of a name that comes twice
                archive.writestr(name, content)
    return sink.getvalue()


def pointed_at_twice(archive: bytes) -> bytes:
    """The archive with a second name for the bytes of its only file (as "A better zip bomb", Fifield 2019, does)."""
    start = archive.rindex(b"PK\x05\x06")
    size, at = struct.unpack("<II", archive[start + 12 : start + 20])
    entry = archive[at : at + size]
    both = entry + entry.replace(b"Account_1", b"Account_2")
    return archive[:at] + both + struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 2, 2, len(both), at, 0)


ZEROS = b"0" * (10 << 20)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (zipped(("AccountX.csv", ACCOUNTS)).replace(b"AccountX", b"Account\0"), r"named 'Account\x00.csv'"),
        (zipped(("Account\n1.csv", ACCOUNTS)), r"named 'Account\n1.csv'"),
        (zipped(("Account.csv", ACCOUNTS), ("Account.csv", b"x")), "the name 'Account.csv' twice"),
        (zipped(("Account.csv", ACCOUNTS), method=zipfile.ZIP_LZMA), "packed by a method (number 14)"),
        (zipped(*((f"Account_{n}.csv", ZEROS) for n in range(7))), "would unpack to 73400320 bytes; it looks like"),
        (pointed_at_twice(zipped(("Account_1.csv", ACCOUNTS))), "'Account_2.csv' overlaps another file"),
        (
            zipped(("Account.csv", ZEROS)).replace(struct.pack("<I", len(ZEROS)), struct.pack("<I", 100)),
            "weekly.zip/Account.csv is cut off or damaged",
        ),
        (zipped(("Account.csv", zipped(("Account.csv", ACCOUNTS)))), "is packed more than once"),
        (zipped(("Account.csv", ACCOUNTS))[:-30], "is not a whole zip archive"),
    ],
)
def test_an_archive_that_lies_about_what_it_holds(
    tmp_path: Path, connection: duckdb.DuckDBPyConnection, content: bytes, words: str
) -> None:
    folder = write_export(tmp_path / "x")
    (folder / "weekly.zip").write_bytes(content)
    assert words in sentence(connection, folder)


def test_a_pipe_packed_as_a_file_is_not_opened(tmp_path: Path, connection: duckdb.DuckDBPyConnection) -> None:
    pipe = zipfile.ZipInfo("Account.csv")
    pipe.external_attr = 0o010644 << 16
    folder = write_export(tmp_path / "x")
    (folder / "weekly.zip").write_bytes(zipped((pipe, b"x")))
    assert "a link or a device named 'Account.csv'" in sentence(connection, folder)


@pytest.mark.parametrize("place", ["Account_[1].csv", "Account_*.csv", "Id=5/Account_2.csv", "Name=x/Account_2.csv"])
def test_a_name_that_a_reader_would_take_for_a_pattern_is_only_a_name(
    tmp_path: Path, connection: duckdb.DuckDBPyConnection, place: str
) -> None:
    folder = write_export(tmp_path / "x", Account_1=f"{ACCOUNT_HEADER}\n{account(2, 'Other')}\n")
    (folder / place).parent.mkdir(exist_ok=True)
    (folder / place).write_text(f"{ACCOUNT_HEADER}\n{account(3, 'Own')}\n", encoding="utf-8")
    load(connection, folder)
    table = "account" if "=" in place else connection.execute(
        "select table_name from duckdb_tables() where schema_name = 'raw' and table_name like 'account_%'"
    ).fetchall()[0][0]  # fmt: skip
    found = connection.execute(f"select Id, Name from raw.\"{table}\" where _file = '{place}'").fetchall()
    assert found == [(record_id("001", 3), "Own")]


def test_a_folder_that_looks_like_a_partition_sets_no_column(
    tmp_path: Path, connection: duckdb.DuckDBPyConnection
) -> None:
    folder = write_export(tmp_path / "x")
    (folder / "Name=evil").mkdir()
    write_parquet(folder / "Name=evil" / "Account_2.parquet")
    load(connection, folder)
    assert connection.execute("select distinct Name from raw.account").fetchall() == [("Acme",)]


def test_a_plain_file_whose_name_says_it_is_packed_loads(tmp_path: Path, connection: duckdb.DuckDBPyConnection) -> None:
    folder = write_export(tmp_path / "x")
    (folder / "Account.csv").rename(folder / "Account.csv.gz")
    assert outcome(connection, folder) == (["Acme"], [])


@pytest.mark.parametrize("kind", ["outside", "nowhere", "circle", "folder", "pipe"])
def test_what_is_no_file_of_the_folder_ends_the_load(
    tmp_path: Path, connection: duckdb.DuckDBPyConnection, kind: str
) -> None:
    folder = write_export(tmp_path / "x")
    (tmp_path / "secret.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    entry = folder / "Account_2.csv"
    if kind == "pipe":
        os.mkfifo(entry)
    else:
        targets = {"outside": tmp_path / "secret.csv", "nowhere": tmp_path / "gone", "circle": entry}
        entry.symlink_to(targets.get(kind, tmp_path))
    words = sentence(connection, folder)
    assert words.startswith(f"Account_2.csv in {folder} is a ")
    assert "secret" not in words


def test_a_link_to_a_file_of_the_folder_is_read(tmp_path: Path, connection: duckdb.DuckDBPyConnection) -> None:
    folder = write_export(tmp_path / "x")
    (folder / "day").mkdir()
    (folder / "Account.csv").rename(folder / "day" / "a.txt")
    (folder / "Account.csv").symlink_to("day/a.txt")
    assert outcome(connection, folder) == (["Acme"], [])


@pytest.mark.parametrize("name", [b"Account\n1.csv", b"Account_\xff.csv", b"\x1b[31mAccount.csv"])
def test_a_name_that_cannot_be_shown_is_shown_as_escapes(
    tmp_path: Path, connection: duckdb.DuckDBPyConnection, name: bytes
) -> None:
    folder = write_export(tmp_path / "x")
    Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_bytes(ACCOUNTS)
    words = sentence(connection, folder)
    assert f"holds a file named {os.fsdecode(name)!r}" in words
    assert words.isprintable()


def test_a_quotation_mark_in_the_name_of_an_event_time_column_is_part_of_the_name(
    tmp_path: Path, connection: duckdb.DuckDBPyConnection
) -> None:
    name = 'made ") from raw.account; drop table raw.account; --'
    [own] = [one for one in FEW_CONTRACTS if one.object == "Account"]
    [made] = [column for column in own.columns if column.name == "CreatedDate"]
    evil = replace(
        own,
        columns=(*own.columns, replace(made, name=name)),
        event_time_columns=(*own.event_time_columns, name),
        digest="evil",
    )
    contracts = [evil if one is own else one for one in FEW_CONTRACTS]
    quoted = name.replace('"', '""')
    rows = f'{ACCOUNT_HEADER},"{quoted}"\n{account()},2024-02-02T00:00:00Z\n'
    report = load(connection, write_export(tmp_path / "x", Account=rows), contracts=contracts)
    assert report.as_of == datetime(2024, 2, 2)


@pytest.mark.parametrize("form", ["csv", "json", "parquet"])
@pytest.mark.parametrize("listed", [True, False])
def test_sql_in_names_and_values_of_any_form_is_text(
    tmp_path: Path, connection: duckdb.DuckDBPyConnection, form: str, listed: bool
) -> None:
    evil = "x'); drop table raw.account; --"
    column = "a\"'b; drop table raw.account; --"
    row = ROW | {"Id": record_id("001", 2), "Name": evil, column: evil}
    folder = write_export(tmp_path / "x")
    path = folder / 'it\'s; "a" --' / f"{'Account_2' if listed else evil}.{form}"
    path.parent.mkdir()
    if form == "csv":
        quoted = [['"' + cell.replace('"', '""') + '"' for cell in cells] for cells in (list(row), list(row.values()))]
        path.write_text("\n".join(",".join(cells) for cells in quoted), encoding="utf-8")
    elif form == "json":
        path.write_text(json.dumps(row), encoding="utf-8")
    else:
        pq.write_table(pa.table({name: [value] for name, value in row.items()}), path)
    load(connection, folder)
    names = "select table_name from duckdb_columns() where schema_name = 'raw' and column_name = ?"
    [(table,)] = connection.execute(names, [column]).fetchall()
    quoted_column = '"' + column.replace('"', '""') + '"'
    found = connection.execute(
        f'select Name, {quoted_column}, _file from raw."{table}" where Id = ?', [row["Id"]]
    ).fetchall()
    assert found == [(evil, evil, path.relative_to(folder).as_posix())]
    assert (table == "account") is listed
