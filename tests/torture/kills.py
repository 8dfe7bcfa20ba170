"""Runs killed at random moments: what the next run makes of it, and what a reader saw meanwhile.

Each sequence begins with a home as an undisturbed run left it, lets one more day of extracts arrive, and kills several
runs over it: at a random moment, or at a random change of a file. Then one run goes to its end, and all must be as if
nothing had happened. Every step is a process of its own, forked from one that has only imported the engine, in a
session of its own that is killed whole (SIGKILL).
"""

import hashlib
import json
import os
import random
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any, NoReturn

import duckdb

from pipelines.definitions import project_definitions
from pipelines.demo import write_company
from pipelines.engine import Request
from pipelines.home import Home
from pipelines.instance import open_instance
from pipelines.lock import current_writer
from pipelines.publish.manifest import missing_files, read_manifest
from pipelines.publish.reader import open_reader
from pipelines.run import run
from pipelines.warehouse import quoted_name

__all__ = ["Sequence", "project_definitions", "torture"]  # what a run imports late is here before it is forked

SCHEMAS = ("raw", "versions", "raw_history", "quarantine", "config", "core", "features", "scores", "marts")
OF_THE_RUN = ("_load_id", "load_id", "quarantined_at_load", "run_id")
"""Columns that name a run: not the same in two runs over the same files."""
CHANGES = ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.symlink", "os.truncate", "os.chmod", "sqlite3.connect",
           "shutil.copyfile", "shutil.rmtree")  # fmt: skip
UNFINISHED = ("queued", "not_started", "managed", "starting", "started", "canceling")
DAYS = 2
KILLS = 4
POLL_SECONDS = 0.3


@dataclass
class Sequence:
    """Some kills and a run to the end: how each run died, what the reader looked at, what was not as it should be."""

    seed: int
    kills: list[str] = field(default_factory=list)
    looks: int = 0
    problems: list[str] = field(default_factory=list)


def child(work: Callable[[], Any], result: Path | None = None) -> int:
    """Start `work` in a process of its own; what it returns is written to `result` as JSON, its error too."""
    pid = os.fork()
    if pid == 0:
        die_after(work, result)
    return pid


def die_after(work: Callable[[], Any], result: Path | None) -> NoReturn:
    """The life of a child."""
    os.setsid()
    code, found = 0, None
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())
        os.dup2(nowhere.fileno(), sys.stderr.fileno())
    try:
        found = work()
    except BaseException:  # noqa: BLE001 - whatever ends a run is what the parent wants to know
        code, found = 1, {"error": traceback.format_exc()[-1500:]}
    if result:
        result.write_text(json.dumps(found), encoding="utf-8")
    os._exit(code)


def outcome(work: Callable[[], Any], folder: Path) -> Any:
    """What `work` returns in a process of its own."""
    result = folder / "result.json"
    os.waitpid(child(work, result), 0)
    return json.loads(result.read_text(encoding="utf-8"))


def engine_run(home: Path, drop: Path) -> str:
    return run(Request(Home(home), drop), lambda: datetime.now(UTC).replace(tzinfo=None)).version


def dying_run(home: Path, drop: Path, change: int) -> str:
    """A run that is killed at the change-th change of a file."""
    changes = count()

    def hook(event: str, words: tuple[Any, ...]) -> None:
        is_change = event in CHANGES or (event == "open" and isinstance(words[1], str) and words[1][:1] in "wax")
        if is_change and next(changes) == change:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)
    return engine_run(home, drop)


def snapshot(home: Path) -> dict[str, str]:
    """Rows and a hash of every table, and the hash of every published file but those that name the run."""
    found = {}
    with closing(duckdb.connect()) as connection:
        for database in ("intake", "warehouse"):
            connection.execute(f"attach '{home / f'{database}.duckdb'}' as {database} (read_only)")
        tables = connection.execute(
            "select database_name, schema_name, table_name from duckdb_tables() where list_contains(?, schema_name)",
            [list(SCHEMAS)],
        ).fetchall()
        for database, schema, table in sorted(tables):
            name = f"{database}.{schema}.{quoted_name(table)}"
            columns = [row[0] for row in connection.execute(f"describe {name}").fetchall() if row[0] not in OF_THE_RUN]
            row = ", ".join(f"{quoted_name(column)}::varchar" for column in sorted(columns))
            [(rows, total)] = connection.execute(f"select count(*), sum(hash(row({row}))) from {name}").fetchall()
            found[f"{schema}.{table}"] = f"{rows} {total}"
    latest = home / "published" / "latest"
    for path in sorted(latest.glob("*")):
        if path.name not in ("reader.duckdb", "manifest.json", "report.html"):
            found[path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def leftovers(home: Path, temporary: Path) -> list[str]:
    """What a dead run left behind that nobody needs: sentences."""
    spots = [home.glob("published/.*"), home.glob("set_aside/*"), home.glob("scratch/*"), temporary.iterdir()]
    found = [f"left behind: {path}" for spot in spots for path in spot]
    holder = current_writer(Home(home).writer_lock)
    found += [f"the lock is held by {holder}"] if holder else []
    with closing(duckdb.connect(str(home / "intake.duckdb"), read_only=True)) as connection:
        parts = "rows_loaded + rows_identical + rows_superseded + rows_quarantined + rows_rejected"
        unbalanced = connection.execute(f"select file from ledger.balance where rows_read <> {parts}").fetchall()
    found += [f"the balance does not hold: {unbalanced}"] if unbalanced else []
    with open_instance(Home(home)) as instance:
        waiting = [one.run_id for one in instance.get_runs() if one.status.value.lower() in UNFINISHED]
    return found + ([f"Dagster waits for {waiting}"] if waiting else [])


def look(latest: Path) -> str | None:
    """One look of a reader: whether the version it finds is whole and one; None when it is."""
    version = latest.resolve(strict=True)
    manifest = read_manifest(version)
    if manifest is None or manifest.get("version") != version.name:
        return f"{version.name}: the manifest says {manifest and manifest.get('version')}"
    if missing := missing_files(version, manifest):
        return f"{version.name}: missing {missing}"
    entries = [*manifest["files"], *(entry for table in manifest["tables"].values() for entry in table["files"])]
    for entry in entries:
        if hashlib.sha256((version / entry["file"]).read_bytes()).hexdigest() != entry["sha256"]:
            return f"{version.name}: {entry['name']} is not what the manifest says"
    with closing(open_reader(version / "reader.duckdb")) as reader:
        query = "select version from meta.runs where run_id = ?"
        [(said,)] = reader.execute(query, [manifest["run_id"]]).fetchall()
    return None if said == version.name else f"{version.name}: its database says {said}"


def watch(latest: Path, stop: Path) -> dict[str, Any]:
    """Look again and again until `stop` is there."""
    looks, problems = 0, set[str]()
    while not stop.exists():
        problem = look(latest)
        looks += 1
        problems |= {problem} if problem else set()
        time.sleep(POLL_SECONDS)
    return {"looks": looks, "problems": sorted(problems)}


@dataclass
class Ground:
    """The undisturbed days: a home after each, what its tables hold, and how long the run over the last one took."""

    folder: Path
    before: Path
    truth: dict[str, str]
    seconds: float


def prepare(folder: Path) -> Ground:
    """Write the company and let an undisturbed engine take its days one by one."""
    outcome(lambda: str(write_company(folder / "company", accounts=20, seed=3, increments=DAYS - 1).folder), folder)
    drop, home, before = folder / "drop", folder / "home", folder / "before"
    seconds = 0.0
    for number, day in enumerate(sorted((folder / "company").iterdir())):
        if number == DAYS - 1:
            shutil.copytree(home, before, symlinks=True)
            shutil.copytree(drop, folder / "drop_before")
        shutil.copytree(day, drop / day.name)
        begun = time.monotonic()
        version = outcome(lambda: engine_run(home, drop), folder)
        seconds = time.monotonic() - begun
        if not isinstance(version, str):
            raise RuntimeError(f"the undisturbed run failed: {version}")
    return Ground(folder, before, outcome(lambda: snapshot(home), folder), seconds)


def torture(ground: Ground, seed: int, kills: int = KILLS) -> Sequence:
    """One sequence."""
    rng, folder = random.Random(seed), ground.folder / f"sequence-{seed}"
    found = Sequence(seed)
    home, stop, temporary = ground.folder / "home", folder / "stop", folder / "temporary"
    shutil.rmtree(home)  # the same place as before: its name stands in some tables
    shutil.copytree(ground.before, home, symlinks=True)
    temporary.mkdir(parents=True)
    os.environ["TMPDIR"] = str(temporary)
    watcher = child(lambda: watch(home / "published" / "latest", stop), folder / "watched.json")
    try:
        for _ in range(kills):
            found.kills.append(kill_one(rng, home, ground, folder))
        version = outcome(lambda: engine_run(home, ground.folder / "drop"), folder)
    finally:
        stop.touch()
        os.waitpid(watcher, 0)
    watched = json.loads((folder / "watched.json").read_text(encoding="utf-8"))
    found.looks = watched.get("looks", 0)
    found.problems += watched.get("problems", [str(watched)])
    if not isinstance(version, str):
        found.problems.append(f"the run after the kills failed: {version}")
        return found
    now = outcome(lambda: snapshot(home), folder)
    names = sorted(name for name in now.keys() | ground.truth.keys() if now.get(name) != ground.truth.get(name))
    found.problems += [f"not as undisturbed: {name}" for name in names]
    found.problems += outcome(lambda: leftovers(home, temporary), folder)
    shutil.rmtree(folder)
    return found


def kill_one(rng: random.Random, home: Path, ground: Ground, folder: Path) -> str:
    """Start a run and let it die; how it died."""
    drop = ground.folder / "drop"
    if rng.random() < 0.5:
        change = rng.randrange(150)
        _, status = os.waitpid(child(lambda: dying_run(home, drop, change), folder / "killed.json"), 0)
        return f"at change {change}" if os.WIFSIGNALED(status) else f"came to its end before change {change}"
    moment = rng.random() * ground.seconds
    pid = child(lambda: engine_run(home, drop), folder / "killed.json")
    deadline = time.monotonic() + moment
    while time.monotonic() < deadline:
        if os.waitpid(pid, os.WNOHANG)[0]:
            return f"came to its end before {moment:.1f} s"
        time.sleep(0.02)
    os.killpg(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return f"after {moment:.1f} s"
