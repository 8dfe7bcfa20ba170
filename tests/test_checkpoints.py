"""A checkpoint that is killed, page by page: what the file holds afterwards, and who may open it meanwhile."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from pipelines.checkpoints import HEADERS, checkpoint, copy_file, journal_of, keep, undo
from pipelines.home import Home
from pipelines.warehouse import connect

BLOCK = 262_144
PAGE = 4_096


def work(connection: duckdb.DuckDBPyConnection, day: int) -> None:
    """What a day of a run does: rows come and go, tables are made anew, some are large enough to be written at once."""
    for table in range(12):
        connection.execute(f"create table if not exists intake.raw.t{table} (a bigint, b varchar)")
        connection.execute(f"insert into intake.raw.t{table} select range, 'x' || {day} from range({100 + day * 50})")
        connection.execute(f"delete from intake.raw.t{table} where a % 7 = {day}")
    connection.execute(
        "create or replace table intake.raw.large as select range as a, hash(range) as b from range(200000)"
    )
    connection.execute(f"insert into intake.raw.large select range, {day} from range(1000)")


def contents(connection: duckdb.DuckDBPyConnection) -> dict[str, tuple[int, int]]:
    """Rows and a hash of every table."""
    names = connection.execute("select table_name from duckdb_tables() where schema_name = 'raw'").fetchall()
    found = {}
    for (name,) in names:
        [row] = connection.execute(f"select count(*), sum(hash(t)) from intake.raw.{name} as t").fetchall()
        found[name] = row
    return found


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    made.create()
    return made


def torn(before: bytes, after: bytes) -> Iterator[tuple[int, bytes]]:
    """The file as a kill may leave it before the new header: all blocks written but one, of which some pages are."""
    written = before[:HEADERS] + after[HEADERS:] + before[len(after) :]  # it is cut to length at the very end
    for start in range(HEADERS, min(len(before), len(after)), BLOCK):
        pages = [at for at in range(start, start + BLOCK, PAGE) if before[at : at + PAGE] != after[at : at + PAGE]]
        for end in pages[1:]:
            yield start, written[:end] + before[end : start + BLOCK] + written[start + BLOCK :]


@pytest.mark.capability("R4")
def test_a_checkpoint_killed_at_any_page_is_undone(home: Home, tmp_path: Path) -> None:
    was_unreadable = 0
    for day in range(4):
        with closing(connect(home)) as connection:
            work(connection, day)
            expected = contents(connection)
            keep(connection, "intake")
            saved = tmp_path / f"day {day}"
            shutil.copytree(home.root, saved)
            connection.execute("checkpoint intake")
            journal_of(home.intake).unlink()
        before, after = (root / home.intake.name for root in (saved, home.root))
        for start, image in torn(before.read_bytes(), after.read_bytes()):
            found = Home(tmp_path / "found")
            shutil.copytree(saved, found.root)
            found.intake.write_bytes(image)
            try:
                duckdb.connect(str(found.intake), read_only=True).close()
            except duckdb.Error:
                was_unreadable += 1
            with closing(connect(found)) as connection:
                assert contents(connection) == expected, (day, start)
            assert not journal_of(found.intake).exists()
            shutil.rmtree(found.root)
    assert was_unreadable, "DuckDB does not write in place any more: is the journal still needed?"


def test_a_checkpoint_that_was_done_stays_done(home: Home) -> None:
    with closing(connect(home)) as connection:
        work(connection, 0)
        keep(connection, "intake")
        connection.execute("checkpoint intake")
        expected = contents(connection)
    done = home.intake.read_bytes()
    undo(home.intake)
    assert home.intake.read_bytes() == done
    with closing(connect(home)) as connection:
        assert contents(connection) == expected


def test_nobody_but_us_checkpoints(home: Home) -> None:
    """Neither a long log, nor closing, nor opening a file with a log."""
    for _ in range(2):
        with closing(connect(home)) as connection:
            connection.execute("create table if not exists intake.raw.long (a bigint)")
            header = home.intake.read_bytes()[:HEADERS]
            for _ in range(3):
                connection.execute("insert into intake.raw.long from range(100000)")
                connection.execute("update intake.raw.long set a = a + 1")
        assert home.intake.read_bytes()[:HEADERS] == header
        assert home.intake.with_name("intake.duckdb.wal").stat().st_size > 16 * 2**20 / 4
    with closing(connect(home)) as connection:
        checkpoint(connection)
    assert not home.intake.with_name("intake.duckdb.wal").exists()
    assert not journal_of(home.intake).exists()


def test_a_journal_left_by_a_failed_checkpoint_is_not_written_over(home: Home) -> None:
    with closing(connect(home)) as connection:
        work(connection, 0)
        journal_of(home.intake).write_bytes(b"of the one that failed")
        checkpoint(connection)
    assert journal_of(home.intake).read_bytes() == b"of the one that failed"


def test_the_file_is_ours_alone_after_checkpoint_and_copy(home: Home, tmp_path: Path) -> None:
    look = f"import duckdb; duckdb.connect({str(home.intake)!r}, read_only=True)"
    with closing(connect(home)) as connection:
        work(connection, 0)
        checkpoint(connection)
        assert copy_file(connection, "intake", tmp_path / "copy.duckdb")
        done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=False)
        assert "lock" in done.stderr
    with closing(duckdb.connect()) as copy:
        copy.execute(f"attach '{tmp_path / 'copy.duckdb'}' as intake (read_only)")
        assert len(contents(copy)) == 13
