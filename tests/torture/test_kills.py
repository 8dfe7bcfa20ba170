"""Some runs killed over a small company: nothing is lost, nothing waits, no reader meets half a version.

The torture is a process of its own: it forks, which no thread of another test may meet.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from pipelines.history import Inputs, close_run, open_run
from pipelines.home import PROJECT_ROOT
from pipelines.publish.manifest import file_entry, read_manifest, write_manifest
from tests.torture.reader import Signs, look

NOW, VERSION = datetime(2026, 7, 1), "20260701T000000Z-0001"


@pytest.mark.capability("R4")
def test_killed_runs_leave_nothing_behind_and_lose_nothing(tmp_path: Path) -> None:
    journal = tmp_path / "torture"
    asked = ["--kills", "20", "--whole", "0", "--mutants", "0", "--journal", str(journal)]
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.torture", *asked],
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
        cwd=PROJECT_ROOT,
    )
    sequences = [json.loads(line) for line in (journal / "kills.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [problem for sequence in sequences for problem in sequence["problems"]] == []
    assert done.returncode == 0, done.stderr
    assert all(sequence["looks"] > 20 for sequence in sequences)


@pytest.fixture
def latest(tmp_path: Path) -> Path:
    """A published version, whole and one."""
    version = tmp_path / VERSION
    version.mkdir()
    with duckdb.connect() as connection:
        connection.execute(f"attach '{version / 'reader.duckdb'}' as warehouse; create schema warehouse.meta")
        open_run(connection, "run-1", NOW, Inputs(tmp_path, tmp_path, "mark"))
        close_run(connection, "run-1", "published", "", ended=NOW, version=VERSION)
    (version / "lead_queue.csv").write_text("rank\n1\n", encoding="utf-8")
    files = [file_entry(version / name) for name in ("reader.duckdb", "lead_queue.csv")]
    write_manifest(version, {"version": VERSION, "run_id": "run-1", "files": files, "tables": {}})
    (tmp_path / "latest").symlink_to(VERSION)
    return tmp_path / "latest"


def test_the_reader_is_content_with_a_whole_version(latest: Path) -> None:
    known: set[Signs] = set()
    assert [look(latest, known), look(latest, known), len(known)] == [None, None, 1]


def cut_short(latest: Path) -> None:
    (latest / "lead_queue.csv").write_text("rank\n", encoding="utf-8")


def of_another_run(latest: Path) -> None:
    (latest / "lead_queue.csv").write_text("rank\n2\n", encoding="utf-8")


def lost(latest: Path) -> None:
    (latest / "lead_queue.csv").unlink()


def no_link(latest: Path) -> None:
    latest.unlink()


def of_another_version(latest: Path) -> None:
    write_manifest(latest, (read_manifest(latest) or {}) | {"version": "20260702T000000Z-0002"})


def half_a_database(latest: Path) -> None:
    reader = latest / "reader.duckdb"
    reader.write_bytes(reader.read_bytes()[:5000])
    files = [file_entry(latest / name) for name in ("reader.duckdb", "lead_queue.csv")]
    write_manifest(latest, (read_manifest(latest) or {}) | {"files": files})


@pytest.mark.parametrize("harm", [cut_short, of_another_run, lost, no_link, of_another_version, half_a_database])
def test_the_reader_finds_harm(latest: Path, harm: Callable[[Path], None]) -> None:
    known: set[Signs] = set()
    assert look(latest, known) is None
    harm(latest)
    assert look(latest, known) is not None
