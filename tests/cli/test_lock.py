"""One writer per home: a second one waits or says for whom; a dead one is known by its note."""

import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.errors import GrowthError
from pipelines.lock import current_writer, writer_lock

HOLD = (
    "import sys, time; from pathlib import Path; from pipelines.lock import writer_lock\n"
    "with writer_lock(Path(sys.argv[1]), 'run-7'):\n"
    "    print('held', flush=True); sys.stdin.read()\n"
)


@pytest.fixture
def holder(tmp_path: Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", HOLD, str(tmp_path / "writer.lock")]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_writer_names_the_first_and_gives_up(tmp_path: Path, holder: "subprocess.Popen[str]") -> None:
    said: list[str] = []
    with (
        pytest.raises(GrowthError, match=f"being written by process {holder.pid}"),
        writer_lock(tmp_path / "writer.lock", "run-8", wait=0.3, say=said.append),
    ):
        pass
    assert said == [f"waiting for process {holder.pid}, which is writing {tmp_path}"]
    writer = current_writer(tmp_path / "writer.lock")
    assert writer is not None
    assert (writer.pid, writer.run_id) == (holder.pid, "run-7")
    holder.communicate()


def test_a_killed_writer_frees_the_lock_and_is_remembered(tmp_path: Path, holder: "subprocess.Popen[str]") -> None:
    holder.kill()
    holder.communicate()
    with writer_lock(tmp_path / "writer.lock", "run-8") as lock:
        assert lock.abandoned == ["run-7"]


def test_a_dead_run_is_remembered_until_somebody_closes_it(tmp_path: Path, holder: "subprocess.Popen[str]") -> None:
    holder.kill()
    holder.communicate()
    path = tmp_path / "writer.lock"
    with writer_lock(path, ""):  # such as `growth quarantine`, which closes no run
        pass
    second = subprocess.Popen([sys.executable, "-c", HOLD.replace("run-7", "run-8"), str(path)], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True)  # fmt: skip
    assert second.stdout is not None
    assert second.stdout.readline() == "held\n"
    second.kill()
    second.communicate()
    with writer_lock(path, "run-9") as lock:
        assert lock.abandoned == ["run-7", "run-8"]
        lock.abandoned.clear()
    with writer_lock(path, "run-9") as lock:
        assert lock.abandoned == []


def test_a_writer_that_ended_leaves_no_note(tmp_path: Path, holder: "subprocess.Popen[str]") -> None:
    holder.communicate()
    with writer_lock(tmp_path / "writer.lock", "run-8") as lock:
        assert lock.abandoned == []
        with writer_lock(tmp_path / "writer.lock", "run-9") as again:
            assert again is lock
    assert current_writer(tmp_path / "writer.lock") is None
