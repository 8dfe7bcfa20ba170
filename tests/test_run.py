"""What `growth run` decides around the daily job: nothing to do, all to do, whose home it is, what a failure leaves."""

import json
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

import pipelines.run as module
from pipelines.engine import Engine, Request
from pipelines.errors import GrowthError
from pipelines.history import Inputs, close_run, open_run
from pipelines.home import Home
from pipelines.other_company import settle
from pipelines.publish.manifest import Manifest
from pipelines.publish.versions import begin_version, switch, version_of
from pipelines.run import run
from pipelines.warehouse import connect

NOW = datetime(2026, 7, 1)
ALPHA, BETA = "001Hs0000000001AAA", "001Zz0000000009AAA"
OURS, THEIRS = "005Hs0000000001AAA", "005Zz0000000009AAA"


def daily(engine: Engine, _: bool) -> None:
    """Stands for the job: loads Account.csv, is stopped by a file named `stop`, publishes an empty version."""
    connection, home = engine.connection, engine.home
    connection.execute("create table if not exists intake.raw.account (Id varchar, OwnerId varchar)")
    connection.execute("create table if not exists intake.ledger.balance (load_id varchar, rows_read bigint)")
    rows = (engine.request.extracts / "Account.csv").read_text(encoding="utf-8").splitlines()[1:]
    connection.executemany("insert into intake.raw.account values (?, ?)", [row.split(",") for row in rows])
    if (engine.request.extracts / "stop").exists():
        raise GrowthError("Stopped by a check.")
    partial = begin_version(home.published, NOW)
    manifest: Manifest = {
        "run_id": engine.run_id,
        "version": version_of(partial),
        "input_fingerprint": engine.fingerprint,
    }
    manifest |= {"files": [], "tables": {}, "checks": {"nobody_suppressed": True}}
    (partial / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    close_run(connection, engine.run_id, "published", "", ended=NOW, version=switch(partial))


@pytest.fixture(autouse=True)
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The runs that Dagster was told to be dead; the job itself is the one above."""
    dead: list[str] = []
    monkeypatch.setattr(module, "execute_daily", daily)
    monkeypatch.setattr(module, "note_unchanged", lambda *_: None)
    monkeypatch.setattr(module, "tell_dagster", lambda _, abandoned: dead.extend(abandoned))
    return dead


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def extracts(tmp_path: Path) -> Callable[..., Path]:
    def write(name: str, account: str, owner: str = OURS, stop: bool = False) -> Path:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        (folder / "Account.csv").write_text(f"Id,OwnerId\n{account},{owner}\n", encoding="utf-8")
        if stop:
            (folder / "stop").write_text("x", encoding="utf-8")
        else:
            (folder / "stop").unlink(missing_ok=True)
        return folder

    return write


CLOCK = (NOW + timedelta(seconds=number) for number in count())


def start(home: Home, folder: Path) -> module.Outcome:
    return run(Request(home, folder), lambda: next(CLOCK))


def stories(home: Home) -> list[tuple[str, str]]:
    """Status and message of every run in `meta.runs`, the oldest first."""
    with closing(connect(home)) as connection:
        return connection.execute("select status, message from meta.runs order by started_at").fetchall()


def accounts(home: Home) -> list[str]:
    with closing(connect(home)) as connection:
        return [row[0] for row in connection.execute("select distinct Id from raw.account order by all").fetchall()]


def test_unchanged_inputs_publish_nothing_new(home: Home, extracts: Callable[..., Path]) -> None:
    first = start(home, extracts("a", ALPHA))
    second = start(home, extracts("a", ALPHA))
    assert (second.is_new, second.version) == (False, first.version)
    assert [status for status, _ in stories(home)] == ["published", "unchanged"]


@pytest.mark.parametrize("gone", ["intake", "warehouse"])
def test_a_database_that_is_gone_is_made_again(home: Home, extracts: Callable[..., Path], gone: str) -> None:
    start(home, extracts("a", ALPHA))
    getattr(home, gone).unlink()
    assert start(home, extracts("a", ALPHA)).is_new
    assert accounts(home) == [ALPHA]


def test_training_is_forced_though_nothing_changed(home: Home, extracts: Callable[..., Path]) -> None:
    start(home, extracts("a", ALPHA))
    assert run(Request(home, extracts("a", ALPHA), train=True), lambda: next(CLOCK)).is_new


def test_a_failed_run_leaves_the_lists_and_is_noted(home: Home, extracts: Callable[..., Path]) -> None:
    first = start(home, extracts("a", ALPHA))
    with pytest.raises(GrowthError, match="Stopped by a check"):
        start(home, extracts("a", ALPHA, stop=True))
    assert home.latest.resolve().name == first.version
    assert stories(home) == [("published", ""), ("failed", "Stopped by a check.")]
    assert start(home, extracts("a", ALPHA)).is_new, "the failed run has changed tables"


def test_a_run_whose_process_died_is_noted_as_failed(
    home: Home, extracts: Callable[..., Path], told: list[str]
) -> None:
    home.create()
    with closing(connect(home)) as connection:
        open_run(connection, "dead", next(CLOCK), Inputs(Path("a"), Path("p"), ""))
    home.writer_lock.write_text(json.dumps({"pid": 1, "run_id": "dead"}), encoding="utf-8")
    start(home, extracts("a", ALPHA))
    assert stories(home) == [("failed", "its process died"), ("published", "")]
    assert told == ["dead"]


def test_another_company_begins_anew_even_after_a_failed_first_run(home: Home, extracts: Callable[..., Path]) -> None:
    with pytest.raises(GrowthError):
        start(home, extracts("a", ALPHA, stop=True))
    start(home, extracts("b", BETA, THEIRS))
    assert accounts(home) == [BETA]
    [aside] = (home.root / "set_aside").iterdir()
    assert (aside / "intake.duckdb").exists()


def test_another_company_in_the_same_folder_begins_anew(home: Home, extracts: Callable[..., Path]) -> None:
    start(home, extracts("a", ALPHA))
    start(home, extracts("a", BETA, THEIRS))
    assert accounts(home) == [BETA]


def test_new_records_of_a_known_owner_are_the_same_company(home: Home, extracts: Callable[..., Path]) -> None:
    start(home, extracts("a", ALPHA))
    start(home, extracts("b", BETA, OURS))
    assert accounts(home) == sorted([ALPHA, BETA])
    assert not (home.root / "set_aside").exists()


def test_a_failed_run_of_another_company_gives_the_home_back(home: Home, extracts: Callable[..., Path]) -> None:
    first = start(home, extracts("a", ALPHA))
    (home.mlflow / "model").write_text("old", encoding="utf-8")
    with pytest.raises(GrowthError, match="Stopped"):
        start(home, extracts("b", BETA, THEIRS, stop=True))
    assert accounts(home) == [ALPHA]
    assert (home.mlflow / "model").read_text(encoding="utf-8") == "old"
    assert [status for status, _ in stories(home)] == ["published", "failed"]
    assert home.latest.resolve().name == first.version


@pytest.mark.parametrize("moved", [[], ["intake.duckdb"], ["intake.duckdb", "warehouse.duckdb"]])
def test_a_move_that_was_cut_short_is_undone(home: Home, moved: list[str]) -> None:
    home.create()
    waiting = home.root / "set_aside" / "dead.waiting"
    waiting.mkdir(parents=True)
    listed = ["intake.duckdb", "warehouse.duckdb"]
    (waiting / "files.json").write_text(json.dumps([*listed, "mlflow"]), encoding="utf-8")
    for name in listed:
        (home.root / name).write_text("new" if name in moved else "old", encoding="utf-8")
    for name in moved:
        (waiting / name).write_text("old", encoding="utf-8")
    (home.root / "warehouse.duckdb.wal").write_text("new", encoding="utf-8")
    settle(home)
    assert [(home.root / name).read_text(encoding="utf-8") for name in listed] == ["old", "old"]
    assert not (home.root / "warehouse.duckdb.wal").exists()
    assert not waiting.exists()
