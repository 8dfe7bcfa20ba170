"""Runs that Dagster starts by itself: they take up what the last `growth run` was asked, with its fingerprint."""

from contextlib import closing
from datetime import datetime
from pathlib import Path

import dagster as dg
import pytest

from pipelines.definitions import HOME_VARIABLE, engine, is_loading, published_playbook, repeated
from pipelines.engine import PLAYBOOK, Engine, Request
from pipelines.fingerprint import HALF, half, is_of_today
from pipelines.history import Inputs, close_run, open_run
from pipelines.home import Home
from pipelines.warehouse import connect

NOW = datetime(2026, 7, 1)
TODAY = [("sql/core/people.sql", "hash")]
MARK = "0" * HALF + half(TODAY)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setattr("pipelines.fingerprint.project_hashes", lambda _: iter(TODAY))
    home = Home(tmp_path / "home")
    home.create()
    return home


def past_run(home: Home, run_id: str, status: str, mark: str, at: datetime = NOW) -> None:
    with closing(connect(home)) as connection:
        open_run(connection, run_id, at, Inputs(home.root / "drop", PLAYBOOK, mark))
        close_run(connection, run_id, status, "", ended=at)


def test_a_home_without_a_run_reads_its_own_drop_folder(home: Home) -> None:
    request, mark = repeated(home)
    assert (request.extracts, request.playbook, mark) == (home.extracts, PLAYBOOK, "")
    assert published_playbook(home) == PLAYBOOK


def test_the_last_run_that_went_well_is_repeated_with_its_fingerprint(home: Home) -> None:
    past_run(home, "one", "published", MARK)
    request, mark = repeated(home)
    assert (request.extracts, request.as_of, mark) == (home.root / "drop", None, MARK)


@pytest.mark.parametrize("status", ["failed", "finished"])
def test_after_a_run_that_did_not_publish_no_fingerprint_speaks_for_the_tables(home: Home, status: str) -> None:
    past_run(home, "one", "published", MARK)
    past_run(home, "two", status, MARK, at=datetime(2026, 7, 2))
    request, mark = repeated(home)
    assert (request.extracts, mark) == (home.root / "drop", "")


@pytest.mark.parametrize("own", ["contracts/own/fair.odcs.yaml", "sql/staging/own_fair.sql"])
def test_a_file_of_the_home_that_was_changed_gives_up_the_fingerprint(home: Home, own: str) -> None:
    past_run(home, "one", "published", MARK)
    assert repeated(home)[1] == MARK
    (home.root / own).parent.mkdir(parents=True, exist_ok=True)
    (home.root / own).write_text("changed")
    assert repeated(home)[1] == ""


def test_another_program_gives_up_the_fingerprint(home: Home) -> None:
    assert not is_of_today("0" * 2 * HALF, Request(home, home.extracts, PLAYBOOK))
    past_run(home, "one", "published", "0" * 2 * HALF)
    assert repeated(home)[1] == ""


def test_the_resource_works_on_what_the_last_run_read(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(HOME_VARIABLE, str(home.root))
    past_run(home, "one", "published", MARK)
    with dg.build_resources({"engine": engine}) as resources:
        opened: Engine = resources.engine
        assert (opened.request.extracts, opened.fingerprint) == (home.root / "drop", MARK)


@pytest.mark.parametrize(
    ("job", "chosen", "loads"),
    [
        ("daily", None, True),
        ("weekly_training", None, False),
        ("publish", None, False),
        ("__ASSET_JOB", {dg.AssetKey(["raw", "account"])}, True),
        ("__ASSET_JOB", {dg.AssetKey(["marts", "lead_queue"])}, False),
    ],
)
def test_which_runs_load_extracts(job: str, chosen: set[dg.AssetKey] | None, loads: bool) -> None:
    run = dg.DagsterRun(job_name=job, run_id="1", asset_selection=frozenset(chosen) if chosen else None)
    assert is_loading(run) is loads
