"""A disk that fills up during a run: one sentence, exit code 1, the lists of the day before, and a next run that works.

Files that may not grow beyond a size (RLIMIT_FSIZE) stand for the disk, since anybody may set that: the system then
refuses a write as a full disk would, wherever in the run it comes. What a run writes grows by orders of magnitude from
step to step, so that each size stops it in another room.
"""

import json
import os
import resource
import subprocess
from pathlib import Path

import pytest

from pipelines.home import Home
from tests.intake.loading import write_export
from tests.whole.command import GROWTH, growth

VERSION = "20240101T000000Z-0001"


def run_with(home: Path, extracts: Path, bytes_per_file: int) -> "subprocess.CompletedProcess[str]":
    """`growth run` in which no file grows beyond so many bytes."""
    return subprocess.run(
        [*GROWTH, "run", "--home", str(home), "--extracts", str(extracts)],
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_per_file, bytes_per_file)),
    )


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the lists of the day before."""
    home = Home(tmp_path_factory.mktemp("full") / "home")
    home.create()
    version = home.published / VERSION
    version.mkdir()
    (version / "manifest.json").write_text(json.dumps({"version": VERSION, "run_id": "old"}), encoding="utf-8")
    (version / "lead_queue.csv").write_text("rank\n1\n", encoding="utf-8")
    home.latest.symlink_to(VERSION)
    return home.root


@pytest.mark.capability("R4")
def test_a_disk_that_fills_up_is_one_sentence_and_leaves_the_lists(home: Path, tmp_path: Path) -> None:
    extracts = write_export(tmp_path / "extracts")
    latest = home / "published" / "latest"
    for size in (8 << 10, 100 << 10, 1 << 20):
        done = run_with(home, extracts, size)
        last = done.stderr.strip().splitlines()[-1]
        assert (done.returncode, done.stdout) == (1, ""), (size, done.stderr[-2000:])
        assert last == (
            f"growth: No space left on the disk that holds {home}; free some and run the command again, the published "
            "lists stay as they were."
        )
        assert "Traceback" not in done.stderr
        assert (latest.resolve().name, (latest / "lead_queue.csv").read_text(encoding="utf-8")) == (
            VERSION,
            "rank\n1\n",
        )
        assert not list(home.glob("scratch/*"))
    done = growth("run", "--home", home, "--extracts", extracts)
    assert done.returncode == 0, done.stderr
    assert latest.resolve().name != VERSION
    assert not list((home / "published").glob(".*"))
