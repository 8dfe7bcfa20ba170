"""Runs killed at random moments: what the next run makes of it, and what a reader saw meanwhile.

Each sequence begins with a home as an undisturbed run left it. More days of extracts arrive, and runs over them are
killed: at a random moment, at a random change of a file, or shortly after one. Then one run goes to its end, and all
must be as if nothing had happened. Every step is a process of its own (`processes`).
"""

import hashlib
import importlib
import os
import random
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb

import pipelines.definitions
from pipelines.demo import write_company
from pipelines.engine import Request
from pipelines.home import Home
from pipelines.instance import open_instance
from pipelines.lock import current_writer, read_holder
from pipelines.run import run
from pipelines.warehouse import quoted_name
from tests.torture.processes import child, ended, outcome
from tests.torture.reader import watch
from tests.torture.small import small_definitions, write_days

SCHEMAS = ("raw", "versions", "raw_history", "quarantine", "staging", "config", "core", "features", "scores", "marts")
OF_THE_RUN = ("_load_id", "load_id", "quarantined_at_load", "run_id", "first_seen_at")
"""Columns that name a run or tell its clock: not the same in two runs over the same files."""
CHANGES = ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.symlink", "os.truncate", "os.chmod", "sqlite3.connect",
           "shutil.copyfile", "shutil.rmtree")  # fmt: skip
UNFINISHED = ("queued", "not_started", "managed", "starting", "started", "canceling")
SMALL, WHOLE = "small", "whole"
ARRIVALS = {SMALL: 5, WHOLE: 1}
"""Days that arrive in a sequence; of the whole company one, since yesterday's lists tell in today's what changed."""
KILLS = 5
SOON = 0.3
"""Seconds within which a run dies that is to die shortly after a change, more often at once than late."""


@dataclass
class Sequence:
    """Some kills and a run to the end: how each run died, what the reader looked at, what was not as it should be."""

    company: str
    seed: int
    kills: list[str] = field(default_factory=list)
    looks: int = 0
    problems: list[str] = field(default_factory=list)


@dataclass
class Ground:
    """The undisturbed days of a company: a home before the last ones, what its tables hold after them, how long the run
    over them took and how often it changed a file. The `small` company has a project of its own (`definitions`)."""

    folder: Path
    company: str
    definitions: Callable[..., dg.Definitions] | None = None
    truth: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    changes: int = 0

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def drop(self) -> Path:
        return self.folder / "drop"

    @property
    def days(self) -> list[Path]:
        """Every day's folder, those of the sequences last."""
        return sorted((self.folder / "company").iterdir())

    def arrive(self, days: list[Path]) -> None:
        """Put days into the drop folder."""
        for day in days:
            shutil.copytree(day, self.drop / day.name, dirs_exist_ok=True)

    def copied(self, folder: Path) -> "Ground":
        """The same in another folder, for a second one at work."""
        shutil.copytree(self.folder, folder, symlinks=True)
        return replace(self, folder=folder)

    def engine_run(self) -> str:
        """`growth run` in this process."""
        if self.definitions:
            vars(pipelines.definitions)["project_definitions"] = self.definitions
        return run(Request(Home(self.home), self.drop), lambda: datetime.now(UTC).replace(tzinfo=None)).version


def on_change(act: Callable[[int], None]) -> None:
    """From now on tell the number of each change of a file in this process, beginning with 0."""
    numbers = count()

    def hook(event: str, words: tuple[Any, ...]) -> None:
        if event in CHANGES or (event == "open" and isinstance(words[1], str) and words[1][:1] in "wax"):
            act(next(numbers))

    sys.addaudithook(hook)


def counted_run(ground: Ground) -> dict[str, Any]:
    """An undisturbed run: its version, how often it changed a file, and what it imported on its way."""
    seen = [0]
    on_change(seen.append)
    return {"version": ground.engine_run(), "changes": seen[-1] + 1, "modules": sorted(sys.modules)}


def dying_run(ground: Ground, change: int, delay: float | None) -> str:
    """A run that is killed at the change-th change of a file, or some seconds after it."""

    def act(number: int) -> None:
        if number == change and delay is None:
            die()
        elif number == change and delay is not None:
            threading.Timer(delay, die).start()

    on_change(act)
    return ground.engine_run()


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def snapshot(ground: Ground) -> dict[str, str]:
    """Rows and a hash of every table, and the hash of every published file but those that name the run.

    Where several days arrive, which of them were published each is not the same after a kill: what is kept of them.
    """
    found, home = {}, ground.home
    with closing(duckdb.connect()) as connection:
        for database in ("intake", "warehouse"):
            connection.execute(f"attach '{home / f'{database}.duckdb'}' as {database} (read_only)")
        tables = connection.execute(
            "select database_name, schema_name, table_name, list(column_name order by column_name)"
            " from duckdb_columns() where list_contains(?, schema_name) and database_name <> 'system' and not internal"
            " and (schema_name, table_name) in (select (schema_name, table_name) from duckdb_tables())"
            " group by all order by all",
            [list(SCHEMAS)],
        ).fetchall()
        for database, schema, table, columns in tables:
            name = f"{database}.{schema}.{quoted_name(table)}"
            row = ", ".join(f"{quoted_name(column)}::varchar" for column in columns if column not in OF_THE_RUN)
            [(rows, total)] = connection.execute(f"select count(*), sum(hash(row({row}))) from {name}").fetchall()
            found[f"{schema}.{table}"] = f"{rows} {total}"
    if ground.company == SMALL:
        for name in ("history", "published_moments", "published_values"):
            del found[f"scores.{name}"]
    latest = home / "published" / "latest"
    for path in sorted(latest.glob("*")):
        if path.name not in ("reader.duckdb", "manifest.json", "report.html"):
            found[path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def leftovers(root: Path, temporary: Path) -> list[str]:
    """What a dead run left behind that nobody needs or that waits for it: sentences."""
    home = Home(root)
    hidden = [root.glob(".*"), root.glob("published/.*"), root.glob("mended/.*")]
    spots = [*hidden, root.glob("*.wal"), root.glob("set_aside/*"), root.glob("scratch/*"), temporary.iterdir()]
    found = [f"left behind: {path}" for spot in spots for path in spot]
    holder = current_writer(home.writer_lock) or read_holder(home.writer_lock)
    found += [f"the lock names {holder}"] if holder else []
    with closing(duckdb.connect(str(home.intake), read_only=True)) as connection:
        parts = "rows_loaded + rows_identical + rows_superseded + rows_quarantined + rows_rejected"
        unbalanced = connection.execute(f"select file from ledger.balance where rows_read <> {parts}").fetchall()
    found += [f"the balance does not hold: {unbalanced}"] if unbalanced else []
    with closing(duckdb.connect(str(home.warehouse), read_only=True)) as connection:
        running = connection.execute("select run_id from meta.runs where status = 'running'").fetchall()
    found += [f"meta.runs waits for {running}"] if running else []
    with open_instance(home) as instance:
        waiting = [one.run_id for one in instance.get_runs() if one.status.value.lower() in UNFINISHED]
    return found + ([f"Dagster waits for {waiting}"] if waiting else [])


def prepare(folder: Path, company: str) -> Ground:
    """Write the company and let an undisturbed engine take its days, those that will arrive in the sequences last."""
    folder.mkdir(exist_ok=True)
    ground, arrivals = Ground(folder, company), ARRIVALS[company]
    if company == SMALL:
        ground.definitions = small_definitions(folder / "sql")
        write_days(folder / "company", 1 + arrivals)
    else:
        outcome(lambda: str(write_company(folder / "company", accounts=20, seed=3, increments=arrivals)), folder)
    ground.arrive(ground.days[:-arrivals])
    undisturbed(ground)
    shutil.copytree(ground.home, folder / "before", symlinks=True)
    ground.arrive(ground.days[-arrivals:])
    begun = time.monotonic()
    ground.changes = undisturbed(ground)
    ground.seconds = time.monotonic() - begun
    ground.truth = outcome(lambda: snapshot(ground), folder)
    return ground


def undisturbed(ground: Ground) -> int:
    """One run to its end; how often it changed a file. What it imported late is here before the next is forked."""
    found = outcome(lambda: counted_run(ground), ground.folder)
    if "version" not in found:
        raise RuntimeError(f"the undisturbed run failed: {found}")
    for name in found["modules"]:
        if name not in sys.modules and not name.startswith("_"):
            with suppress(ImportError):  # some that a library made on the fly
                importlib.import_module(name)
    return int(found["changes"])


def torture(ground: Ground, seed: int, kills: int) -> Sequence:
    """One sequence; before each kill another day arrives, as long as there are any."""
    rng, folder = random.Random(seed), ground.folder / f"sequence-{seed}"
    found, arriving = Sequence(ground.company, seed), ground.days[-ARRIVALS[ground.company] :]
    stop, temporary = folder / "stop", folder / "temporary"
    shutil.rmtree(ground.home)  # the same place as before: its name stands in some tables
    shutil.copytree(ground.folder / "before", ground.home, symlinks=True)
    for day in arriving:
        shutil.rmtree(ground.drop / day.name)
    temporary.mkdir(parents=True)
    os.environ["TMPDIR"] = str(temporary)
    watcher = child(lambda: watch(ground.home / "published" / "latest", stop), folder / "watched.json")
    try:
        for number in range(kills):
            ground.arrive(arriving[number : number + 1])
            found.kills.append(kill_one(rng, ground, folder))
        ground.arrive(arriving)
        version = outcome(ground.engine_run, folder)
    finally:
        stop.touch()
        watched = ended(watcher, folder / "watched.json")
    found.looks = watched.get("looks", 0)
    found.problems += watched.get("problems", [str(watched)])
    if not isinstance(version, str):
        found.problems.append(f"the run after the kills failed: {version}")
        return found
    now = outcome(lambda: snapshot(ground), folder)
    names = sorted(name for name in now.keys() | ground.truth.keys() if now.get(name) != ground.truth.get(name))
    found.problems += [f"not as undisturbed: {name}" for name in names]
    found.problems += outcome(lambda: leftovers(ground.home, temporary), folder)
    shutil.rmtree(folder)
    return found


def kill_one(rng: random.Random, ground: Ground, folder: Path) -> str:
    """Start a run and let it die; how it died."""
    result = folder / "killed.json"
    kind = rng.choice(["moment", "change", "soon after"])
    if kind == "moment":
        moment = rng.random() * ground.seconds
        pid = child(ground.engine_run, result)
        deadline = time.monotonic() + moment
        while time.monotonic() < deadline:
            if os.waitpid(pid, os.WNOHANG)[0]:
                return f"came to its end before {moment:.2f} s"
            time.sleep(0.01)
        os.killpg(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        return f"after {moment:.2f} s"
    change = rng.randrange(ground.changes)
    delay = rng.random() ** 3 * SOON if kind == "soon after" else None
    _, status = os.waitpid(child(lambda: dying_run(ground, change, delay), result), 0)
    late = f", {delay:.2f} s late" if delay is not None else ""
    return f"at change {change}{late}" if os.WIFSIGNALED(status) else f"came to its end before change {change}"
