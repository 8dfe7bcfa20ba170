"""What ends a load in one clear sentence, with nothing written but the account of it."""

import gzip
import os
import zipfile
from pathlib import Path

import duckdb
import pytest

from pipelines.errors import GrowthError
from pipelines.warehouse import connect_scratch
from tests.intake.loading import ACCOUNT_HEADER, SMALL, account, load, write_export


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    return connect_scratch()


def sentence(con: duckdb.DuckDBPyConnection, folder: Path) -> str:
    with pytest.raises(GrowthError) as caught:
        load(con, folder)
    tables = "select table_name from duckdb_tables() where database_name = 'intake' and schema_name <> 'ledger'"
    assert con.execute(tables).fetchall() == [], "a refused load left a table behind"
    kept = "select count(*) from ledger.files"
    assert con.execute(kept).fetchall() == [(0,)], "a refused load left something behind"
    assert con.execute("select message from ledger.reports where kind = 'refused'").fetchall() == [(str(caught.value),)]
    broken = "rows_read <> rows_rejected or rows_loaded + rows_identical + rows_superseded + rows_quarantined > 0"
    assert con.execute(f"select * from ledger.balance where {broken}").fetchall() == []
    return str(caught.value)


def test_a_missing_folder(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    assert "does not exist" in sentence(con, tmp_path / "nowhere")


def test_a_file_in_place_of_the_folder(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    (tmp_path / "x").write_text("hello")
    assert "is a file, expected the folder" in sentence(con, tmp_path / "x")


def test_an_empty_folder(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    (tmp_path / ".hidden").write_text("not counted")
    assert "is empty; put the export's files there" in sentence(con, tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads what it likes")
def test_a_folder_or_file_that_may_not_be_read(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    folder = write_export(tmp_path / "x")
    (folder / "Lead.csv").chmod(0)
    assert "Lead.csv cannot be read" in sentence(con, folder)
    folder.chmod(0)
    assert "cannot be read" in sentence(con, folder)
    folder.chmod(0o700)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (
            "Dear all,\nplease find attached\n",
            "is not an extract of Account: found the columns Dear all, column_2; expected also Id",
        ),
        ("", "Account.csv is empty"),
        (f"{ACCOUNT_HEADER}\n", "holds a header and no rows; Account is required"),
        (f"{ACCOUNT_HEADER},id\n{account()},x\n", "names the column 'id' twice"),
        (f"{ACCOUNT_HEADER}\nx,y,z,w\nx,y,z,w\n", "2 of 2 rows break the contract of Account"),
        (b"PAR1 cut off", "is a Parquet file that is cut off"),
        (b"PAR1 and nonsense PAR1", "is not a whole Parquet file"),
        (gzip.compress(SMALL["Account.csv"].encode(), mtime=0)[:-12], "is cut off or damaged"),
        (gzip.compress(gzip.compress(b"x", mtime=0), mtime=0), "is packed more than once"),
        (b"[{}, {", "the JSON array breaks off"),
        (b"\xff\xfea\x00b", "is not UTF-16"),
    ],
)
def test_a_file_that_only_bears_the_name_of_an_object(
    tmp_path: Path, con: duckdb.DuckDBPyConnection, content: str | bytes, words: str
) -> None:
    assert words in sentence(con, write_export(tmp_path / "x", Account=content))


def test_a_truncated_zstd_file(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    import zstandard

    packed = zstandard.compress("".join(f"{account(n)}\n" for n in range(3000)).encode())
    assert "is cut off or damaged" in sentence(con, write_export(tmp_path / "x", Account=packed[: len(packed) // 2]))


def test_a_missing_required_object(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    folder = write_export(tmp_path / "x")
    (folder / "Lead.csv").unlink()
    assert sentence(con, folder).startswith("No file for Lead: looked for Lead.csv")


@pytest.mark.parametrize("name", ["../Account.csv", "/Account.csv", "a/../../Account.csv", "C:\\Account.csv"])
def test_a_zip_whose_names_lead_out_of_it(tmp_path: Path, con: duckdb.DuckDBPyConnection, name: str) -> None:
    folder = write_export(tmp_path / "x")
    with zipfile.ZipFile(folder / "weekly.zip", "w") as archive:
        archive.writestr(name, "x")
    assert "points outside the archive" in sentence(con, folder)


def test_a_zip_that_holds_a_link(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    folder = write_export(tmp_path / "x")
    link = zipfile.ZipInfo("Account.csv")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(folder / "weekly.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    assert "holds a link" in sentence(con, folder)


def test_a_zip_bomb(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    folder = write_export(tmp_path / "x")
    with zipfile.ZipFile(folder / "weekly.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("Account_2.csv", b"0" * (70 << 20))
    assert "looks like a zip bomb" in sentence(con, folder)


def test_names_that_would_be_sql_are_only_names(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    evil = "x'); drop table raw.account; --"
    rows = f'{ACCOUNT_HEADER},"a""b; drop"\n{account(1, chr(34) + evil + chr(34))},v\n'
    folder = write_export(tmp_path / "x", Account=rows)
    (folder / "Evil'; drop--.csv").write_text("a,b\n1,2\n")
    load(con, folder)
    assert con.execute('select Name, "a""b; drop" from raw.account').fetchall() == [(evil, "v")]


def test_a_failure_leaves_the_tables_of_the_load_before(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    folder = write_export(tmp_path / "x")
    load(con, folder)
    before = con.execute("select * from raw.account").fetchall()
    write_export(folder, Account=f"{ACCOUNT_HEADER}\n{account(5)}\n", Opportunity="")
    with pytest.raises(GrowthError, match=r"Opportunity\.csv is empty"):
        load(con, folder, "load-2")
    assert con.execute("select * from raw.account").fetchall() == before
