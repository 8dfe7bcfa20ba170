"""What the register of models says, read straight from MLflow's sqlite file: importing MLflow costs seconds.

What belongs here: reading. Registering, aliases and records are written by `registry.py`, through MLflow.
"""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipelines.errors import GrowthError
from pipelines.home import Home

CHAMPION, CHALLENGER = "champion", "challenger"
CONTENT_VERSION = "content_version"
LEARNED_FROM, TRAINED_AS_OF, SIGNAL = "learned_from", "trained_as_of", "signal"
USABLE = "usable"
RECORD = "release."
"""Tags of a model under this prefix are its records of releases, numbered."""

TAGS = """
select tags.version, tags.key, tags.value from model_version_tags as tags where tags.name = ?
"""
VERSIONS = """
select version, run_id, source from model_versions where name = ? order by version
"""
ALIASES = "select alias, version from registered_model_aliases where name = ? order by alias"
METRICS = """
select metrics.run_uuid, metrics.key, metrics.value
from latest_metrics as metrics
where metrics.run_uuid in (select run_id from model_versions where name = ?)
"""
PARAMS = """
select params.run_uuid, params.key, params.value
from params
where params.run_uuid in (select run_id from model_versions where name = ?)
"""
RECORDS = """
select value from registered_model_tags where name = ? and key like ? order by key
"""


@dataclass(frozen=True)
class Registered:
    """A version of a model: its place in the register, what it was asked, what its test window said."""

    model: str
    version: str
    number: int
    run_id: str
    source: str
    aliases: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_usable(self) -> bool:
        """Whether its test window showed a usable signal."""
        return self.tags.get(SIGNAL) == USABLE

    @property
    def sort_key(self) -> tuple[str, int]:
        return self.tags.get(TRAINED_AS_OF, ""), self.number


def register(home: Home) -> Path:
    """MLflow's sqlite file, by its absolute path."""
    return home.mlflow.resolve() / "mlflow.db"


def rows(home: Home, text: str, values: Sequence[str] = ()) -> list[tuple[Any, ...]]:
    """The answer to a question to the register, read only; nothing when there is no register."""
    if not register(home).exists():
        return []
    with closing(sqlite3.connect(f"{register(home).as_uri()}?mode=ro", uri=True)) as connection:
        try:
            return connection.execute(text, tuple(values)).fetchall()
        except sqlite3.Error as error:
            raise GrowthError(f"The register of models {register(home)} cannot be read: {error}.") from error


def registered_models(home: Home) -> list[str]:
    """The models of which there is a version, by name."""
    return [str(name) for (name,) in rows(home, "select distinct name from model_versions order by name")]


def versions(home: Home, model: str) -> list[Registered]:
    """The versions of a model, the oldest first; of one registered again (its files were damaged) the last place."""
    values: dict[str, dict[str, dict[str, Any]]] = {"tags": {}, "metrics": {}, "params": {}}
    for name, text in (("tags", TAGS), ("metrics", METRICS), ("params", PARAMS)):
        for owner, key, value in rows(home, text, [model]):
            values[name].setdefault(str(owner), {})[str(key)] = value
    aliases: dict[str, list[str]] = {}
    for alias, number in rows(home, ALIASES, [model]):
        aliases.setdefault(str(number), []).append(str(alias))
    found: dict[str, Registered] = {}
    for number, run_id, source in rows(home, VERSIONS, [model]):
        tags = values["tags"].get(str(number), {})
        if CONTENT_VERSION in tags:
            found[tags[CONTENT_VERSION]] = Registered(
                model,
                tags[CONTENT_VERSION],
                int(number),
                str(run_id),
                str(source),
                tuple(aliases.get(str(number), ())),
                tags,
                values["metrics"].get(str(run_id), {}),
                values["params"].get(str(run_id), {}),
            )
    return sorted(found.values(), key=lambda one: one.sort_key)


def find_version(home: Home, model: str, version: str) -> Registered:
    """One version. Raises GrowthError that names those that exist when the model or the version is unknown."""
    check_model(home, model)
    found = versions(home, model)
    for one in found:
        if one.version == version:
            return one
    raise GrowthError(f"The model {model} has no version {version[:80]!r}; there are {', '.join(told(found))}.")


def check_model(home: Home, model: str) -> None:
    """Raise GrowthError that names the models there are when none has this name."""
    models = registered_models(home)
    if model not in models:
        there = f"there are {', '.join(models)}" if models else "none was trained yet; run `growth run`"
        raise GrowthError(f"No model is called {model[:80]!r}; {there}.")


def told(found: Sequence[Registered], most: int = 10) -> list[str]:
    """The names of versions, the newest first, and how many more there are."""
    names = [one.version for one in reversed(found)]
    return names[:most] + ([f"{len(names) - most} older ones"] if len(names) > most else [])


def with_alias(home: Home, model: str, alias: str) -> Registered | None:
    """The version that an alias points to, none when nothing bears it."""
    return next((one for one in versions(home, model) if alias in one.aliases), None)


def records(home: Home, model: str) -> list[dict[str, Any]]:
    """The records of releases of a model as they were written, the oldest first."""
    try:
        return [dict(json.loads(value)) for (value,) in rows(home, RECORDS, [model, f"{RECORD}%"])]
    except ValueError as error:
        raise GrowthError(f"A record of releases of {model} in {register(home)} cannot be read: {error}.") from error
