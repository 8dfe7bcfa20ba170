"""`growth demo`: what it writes it says, and the truth lies apart."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipelines.cli.main import cli
from pipelines.errors import GrowthError


def test_json_names_files_rows_and_planted_flaws(tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = CliRunner().invoke(cli, ["demo", "--accounts", "60", "--out", str(out), "--json"])
    told = json.loads(done.stdout)
    assert {file["name"] for file in told["files"]} == {path.name for path in out.iterdir()}
    assert told["rows"] == sum(file["rows"] for file in told["files"])
    assert {"file", "line", "record_id", "column", "found"} <= set(told["planted"][0])


def test_daily_extracts_and_the_truth_have_folders_of_their_own(tmp_path: Path) -> None:
    out, truth = tmp_path / "out", tmp_path / "truth"
    asked = ["--accounts", "60", "--until", "2026-03-31", "--increments", "2", "--truth", str(truth)]
    done = CliRunner().invoke(cli, ["demo", *asked, "--out", str(out)])
    assert done.exit_code == 0
    assert sorted(path.name for path in out.iterdir()) == ["2026-03-29", "2026-03-30", "2026-03-31"]
    assert (truth / "visits.parquet").exists()
    assert not list(out.rglob("visits.parquet"))


@pytest.mark.parametrize("place", [".", "out/truth", ".."])
def test_the_truth_is_never_written_where_the_export_is_read(tmp_path: Path, place: str) -> None:
    out = tmp_path / "deep" / "out"
    truth = {".": out, "out/truth": out / "truth", "..": out.parent}[place]
    done = CliRunner().invoke(cli, ["demo", "--accounts", "60", "--truth", str(truth), "--out", str(out)])
    assert isinstance(done.exception, GrowthError)
    assert "The truth must lie apart from the export" in str(done.exception)
    assert not out.exists()


def test_a_truth_folder_that_holds_something_is_refused(tmp_path: Path) -> None:
    (tmp_path / "truth").mkdir()
    (tmp_path / "truth" / "mine.txt").write_text("precious")
    done = CliRunner().invoke(
        cli, ["demo", "--accounts", "60", "--truth", str(tmp_path / "truth"), "--out", str(tmp_path / "out")]
    )
    assert "already holds 'mine.txt'" in str(done.exception)
