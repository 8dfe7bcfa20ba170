"""When the set-up or the machine fails: one sentence, a code, no traceback."""

import errno
import json
import os
import sqlite3
import sys
from pathlib import Path

import click
import duckdb
import pytest

from pipelines.cli.demo import demo
from pipelines.cli.doctor import doctor
from pipelines.cli.failures import failure
from pipelines.cli.main import exit_code
from pipelines.cli.run import run
from pipelines.errors import GrowthError
from tests.cli.test_commands import growth

FULL = "No space left on the disk that holds /company; free some and run the command again"
HIDDEN = GrowthError("The database cannot be opened.")
HIDDEN.__context__ = sqlite3.OperationalError("database or disk is full")


def leave(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["growth", *arguments])
    return exit_code()


@pytest.mark.parametrize("more", [[], ["--records"]])
def test_quarantine_after_a_run_that_loaded_nothing_is_empty(tmp_path: Path, more: list[str]) -> None:
    duckdb.connect(str(tmp_path / "intake.duckdb")).close()
    found = growth("quarantine", *more, "--home", str(tmp_path))
    assert (found.returncode, found.stdout, found.stderr) == (0, "No record is in quarantine.\n", "")


def test_models_need_a_playbook_that_is_there_and_labels_them(tmp_path: Path) -> None:
    from pipelines.assets.models import model_names

    with pytest.raises(GrowthError, match=r"gone does not exist; name the folder"):
        model_names(tmp_path / "gone")
    with pytest.raises(GrowthError, match=r"labels\.yaml is missing; copy it"):
        model_names(tmp_path)
    (tmp_path / "labels.yaml").write_text("labels: 7\n", encoding="utf-8")
    with pytest.raises(GrowthError, match=r"labels holds 7, expected a list"):
        model_names(tmp_path)


def test_a_folder_that_may_not_be_read_is_for_the_engine_to_tell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home, extracts = tmp_path / "home", tmp_path / "extracts"
    extracts.mkdir()
    monkeypatch.setattr(os, "access", lambda path, *_, **__: Path(path) != extracts)
    assert leave(monkeypatch, "run", "--home", str(home), "--extracts", str(extracts)) == 1
    assert f"The folder of extracts {extracts} cannot be read" in capsys.readouterr().err
    paths = [param.type for command in (run, demo) for param in command.params if isinstance(param.type, click.Path)]
    assert len(paths) == 4
    assert not any(path.readable for path in paths)


@pytest.mark.parametrize("below", [".", "deeper"])
def test_a_home_that_is_a_file_is_told_as_such(tmp_path: Path, below: str) -> None:
    (tmp_path / "file").touch()
    found = growth("run", "--home", str(tmp_path / "file" / below))
    assert (found.returncode, found.stdout) == (1, "")
    assert found.stderr == f"growth: {tmp_path / 'file'} is a file, no folder; name the company's folder with --home.\n"


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.EFBIG, "File too large"),
        duckdb.IOException('IO Error: Could not write file "x": File too large'),
        duckdb.IOException('IO Error: Could not write file "x": No space left on device'),
        sqlite3.OperationalError("disk I/O error"),
        HIDDEN,
    ],
)
def test_a_full_disk_is_named_wherever_it_was_met(
    error: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(**_: object) -> None:
        raise RuntimeError("Dagster wraps") from error

    monkeypatch.setattr(doctor, "callback", fails)
    assert leave(monkeypatch, "doctor", "--home", "/company") == 1
    assert capsys.readouterr().err.startswith(f"growth: {FULL}")


def test_other_errors_keep_their_traceback() -> None:
    assert failure(ValueError("a fault of ours"), None) is None
    assert failure(duckdb.IOException("IO Error: Could not set lock on file"), None) is None


def test_interrupting_is_one_sentence(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def stop(**_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(doctor, "callback", stop)
    assert leave(monkeypatch, "doctor") == 130
    assert capsys.readouterr().err == "growth: Interrupted; the published lists stay as they were.\n"


def test_a_failure_is_json_for_a_script_wherever_it_arises(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    gone = tmp_path / "gone"
    assert leave(monkeypatch, "run", "--home", str(tmp_path / "home"), "--extracts", str(gone), "--json") == 1
    found = capsys.readouterr()
    failed = json.loads(found.out)
    assert failed["status"] == "failed"
    assert str(gone) in failed["message"]
    assert failed["message"] in found.err
    (tmp_path / "file").touch()
    assert leave(monkeypatch, "run", "--home", str(tmp_path / "file"), "--json") == 1
    assert "is a file, no folder" in json.loads(capsys.readouterr().out)["message"]
    assert leave(monkeypatch, "run", "--home", str(tmp_path / "file")) == 1
    assert capsys.readouterr().out == ""
