"""Trainings killed at named points and at random changes of a file: the champion stays what it was, or is the new one.

A training is forked from a process that has imported all it needs (`processes`), in a copy of a home that has a
champion. It dies; then the champion must load and score to the last bit as one of the two models does, the old one
unless the alias was moved, and the training that is done again must come to the end of an undisturbed one.
"""

import argparse
import importlib
import json
import os
import pickle
import random
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

import models.training
from models.fitted import FittedModel
from pipelines.home import PROJECT_ROOT, Home
from pipelines.playbook_tables import load_playbook, set_as_of
from pipelines.registry import champion_version, load_champion
from pipelines.scoring.learn import train_model
from pipelines.scoring.score import score_model
from pipelines.warehouse import connect
from tests.models.made import made, signals, signals_to_learn, trained
from tests.models.worlds import AS_OF
from tests.torture.kills import die, on_change
from tests.torture.processes import child, ended

MODEL = "lead_conversion"
WEAK, GOOD = made(0.2, name="weak"), made(1.0, name="good")
POINTS = (
    "models.training.train",
    "models.artefact.save",
    "mlflow.tracking.MlflowClient.create_run",
    "mlflow.tracking.MlflowClient.log_batch",
    "mlflow.tracking.MlflowClient.log_artifacts",
    "mlflow.tracking.MlflowClient.create_model_version",
    "pipelines.scoring.learn.decision",
    "mlflow.tracking.MlflowClient.set_registered_model_tag",
    "pipelines.scoring.learn.keep",
    "pipelines.scoring.learn.note_drivers",
    "pipelines.scoring.learn.promote",
)
"""Where a training dies: when it has just come from one of these, in their order."""
Training = Callable[[Home], Any]


@dataclass
class Grounds:
    """A home with a weak champion, and what an undisturbed training makes of it."""

    home: Path
    folder: Path
    truth: dict[str, Any]
    changes: int


def learn_in(home: Home, model: FittedModel) -> dict[str, Any]:
    """One training that ends in a model, the scores after it, and what the tables say."""
    outcome = judged(home.root.parent / f"{model.estimator.name}.pickle", model)
    vars(models.training)["train"] = lambda *_, **__: outcome
    with closing(connect(home)) as connection:
        train_model(connection, home, MODEL, force=True)
        score_model(connection, home, MODEL)
        return state(connection, home)


def judged(kept: Path, model: FittedModel) -> models.training.Trained:
    """The outcome of a training that ends in a model, judged once for all that die on their way to it."""
    if not kept.exists():
        kept.write_bytes(pickle.dumps(trained(model, signals())))
    outcome: models.training.Trained = pickle.loads(kept.read_bytes())  # noqa: S301 - our own, of this very run
    return outcome


def state(connection: duckdb.DuckDBPyConnection, home: Home) -> dict[str, Any]:
    """Who speaks, and every kept row: what a training that was killed and done again must leave as well."""
    tables = ("model_status", "model_health", "reliability", "gains", "model_releases", MODEL)
    rows = {name: repr(connection.execute(f"select * from scores.{name} order by all").fetchall()) for name in tables}
    return {"champion": champion_version(home, MODEL), **rows}


def prepare(folder: Path) -> Grounds:
    """The home of the torture; everything that starts a thread happens in processes that end."""
    home = Home(folder / "home")
    ended(child(partial(begin, home), folder / "begun.json"), folder / "begun.json")
    undisturbed = Home(folder / "undisturbed")
    shutil.copytree(home.root, undisturbed.root)
    result = folder / "truth.json"
    found = ended(child(partial(counted, undisturbed), result), result)
    if "error" in found:
        raise RuntimeError(found["error"])
    for name in found["modules"]:
        with suppress(ImportError):
            importlib.import_module(name)  # the forked ones have it
    return Grounds(home.root, folder, found["state"], found["changes"])


def begin(home: Home) -> None:
    """A company and its first champion."""
    home.create()
    with closing(connect(home)) as connection:
        load_playbook(connection, PROJECT_ROOT / "pipelines" / "playbook")
        set_as_of(connection, AS_OF)
        signals_to_learn(connection, MODEL)
    learn_in(home, WEAK)


def counted(home: Home) -> dict[str, Any]:
    """An undisturbed training, and how often it changed a file."""
    seen = [0]
    on_change(seen.append)
    found = learn_in(home, GOOD)
    return {"state": found, "changes": seen[-1] + 1, "modules": sorted(sys.modules)}


def dying_at(home: Home, point: str) -> None:
    """A training that dies when it comes from a point."""
    real, owner, name = found_at(point)

    def last(*words: Any, **named: Any) -> None:
        real(*words, **named)
        die()

    if point == POINTS[0]:
        vars(models.training)["train"] = lambda *_, **__: die()
        with closing(connect(home)) as connection:
            train_model(connection, home, MODEL, force=True)
    setattr(owner, name, last)
    learn_in(home, GOOD)


def found_at(point: str) -> tuple[Callable[..., Any], Any, str]:
    """What a dotted name stands for, and where it hangs."""
    parts = point.split(".")
    for cut in range(len(parts) - 1, 0, -1):
        try:
            owner: Any = importlib.import_module(".".join(parts[:cut]))
        except ImportError:
            continue
        for name in parts[cut:-1]:
            owner = getattr(owner, name)
        return getattr(owner, parts[-1]), owner, parts[-1]
    raise ValueError(point)


def dying_at_change(home: Home, change: int) -> None:
    """A training that dies at the change-th change of a file."""
    on_change(lambda number: die() if number == change else None)
    learn_in(home, GOOD)


def after(home: Home) -> dict[str, Any]:
    """What the next one finds: the champion as it loads, then the training done again."""
    with closing(connect(home)):
        champion = load_champion(home, MODEL)
    if champion is None:
        raise RuntimeError("the champion is gone")
    rows = signals(50, seed=9)
    like = [np.array_equal(champion.predict(rows), one.predict(rows)) for one in (WEAK, GOOD)]
    return {"before": like, "state": learn_in(home, GOOD)}


def killed(grounds: Grounds, name: str, work: Training) -> list[str]:
    """One killed training; what was not as it should be."""
    home = Home(grounds.folder / "killed")
    shutil.rmtree(home.root, ignore_errors=True)
    shutil.copytree(grounds.home, home.root)
    result = grounds.folder / "result.json"
    pid = child(partial(work, home), result)
    _, status = os.waitpid(pid, 0)
    if not (os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL):
        return [f"{name}: it was not killed: {result.read_text(encoding='utf-8') if result.exists() else status}"]
    found = ended(child(partial(after, home), result), result)
    if "error" in found:
        return [f"{name}: {found['error']}"]
    problems = [] if any(found["before"]) else [f"{name}: the champion scores like neither model"]
    if found["before"][1] and name != POINTS[-1] and not name.startswith("change"):
        problems.append(f"{name}: the champion had changed before the end of the training")
    for table, rows in grounds.truth.items():
        if found["state"][table] != rows:
            problems.append(
                f"{name}: {table} is not what an undisturbed training leaves: {found['state'][table][:300]}"
            )
    return problems


def torture(points: Sequence[str], changes: int, seed: int) -> list[str]:
    """Kill at named points and at random changes of a file; all that was not as it should be."""
    problems = []
    with tempfile.TemporaryDirectory() as folder:
        grounds = prepare(Path(folder))
        for point in points:
            problems += killed(grounds, point, partial(dying_at, point=point))
        for change in random.Random(seed).sample(range(grounds.changes), min(changes, grounds.changes)):
            work = partial(dying_at_change, change=change)
            problems += killed(grounds, f"change {change} of {grounds.changes}", work)
    return problems


def main() -> None:
    """Torture, and print what was found as JSON; leave with 1 when something was."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture.trainings", description=__doc__)
    parser.add_argument("--points", type=int, default=len(POINTS), help="named points, spread over all of them")
    parser.add_argument("--changes", type=int, default=60, help="random changes of a file")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    import mlflow.tracking  # noqa: F401 - what that imports takes seconds; the forked ones have it

    places = np.unique(np.linspace(0, len(POINTS) - 1, asked.points).round().astype(int))
    problems = torture([POINTS[place] for place in places], asked.changes, asked.seed)
    sys.stdout.write(json.dumps(problems, indent=1) + "\n")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
