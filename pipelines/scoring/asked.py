"""What a training is asked: the specification from the playbook, the features, and when it must be asked anew."""

import hashlib
import json
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

import duckdb

from models.artefact import FORMAT
from models.spec import ModelSpec
from models.words import FeatureWords
from pipelines.errors import GrowthError
from pipelines.home import PROJECT_ROOT, Home
from pipelines.model_features import custom_features
from pipelines.registry import champion_version
from pipelines.scoring.kept import CHAMPION, Status
from pipelines.scoring.standards import standards_of
from pipelines.scoring.watch import drifted
from pipelines.tables.files import TableFile, meaning_of
from pipelines.tables.tree import read_tables

LEARNED_SCHEMAS = ("staging", "core", "spine", "features")
"""Where the meaning of a feature is written: a model that learned another meaning must not score."""


def model_spec(connection: duckdb.DuckDBPyConnection, model: str) -> ModelSpec:
    """The specification of a model, from the playbook's `labels.yaml` and `feature_words.yaml`."""
    rows = connection.execute(
        "select title, unit, positive, horizon_days, reporting_lag_days, learn_from, unworked_factor"
        " from config.labels where model = ?",
        [model],
    ).fetchall()
    if not rows:
        raise GrowthError(f"labels.yaml has no entry for the model {model}; add one, as in the engine's own playbook.")
    title, unit, positive, horizon_days, lag_days, learn_from, unworked_factor = rows[0]
    words = connection.execute(
        "select feature, idea, rises = 'yes' from config.feature_words where model = ? order by feature", [model]
    ).fetchall()
    return ModelSpec(
        name=model,
        title=title,
        unit=unit,
        unit_column=f"{unit}_id",
        positive_word=positive,
        horizon_days=horizon_days,
        lag_days=lag_days,
        learns_from_worked=learn_from == "worked",
        weighs_unworked=learn_from == "weighted",
        unworked_factor=unworked_factor,
        monotone={feature: 1 for feature, _, rises in words if rises},
        idea_of={feature: idea for feature, idea, _ in words},
    )


def feature_words(connection: duckdb.DuckDBPyConnection, model: str) -> dict[str, FeatureWords]:
    """How each feature of a model is told to a representative."""
    rows = connection.execute(
        "select feature, template, one, zero, counts = 'yes' from config.feature_words where model = ?", [model]
    ).fetchall()
    return {feature: FeatureWords(*words) for feature, *words in rows}


def is_due(connection: duckdb.DuckDBPyConnection, home: Home, status: Status, as_of: datetime) -> bool:
    """Whether the last training no longer speaks for this moment."""
    query = "select retrain_after_days from config.labels where model = ?"
    longest = timedelta(days=sum(days for (days,) in connection.execute(query, [status.model]).fetchall()))
    if status.learned_from != question(connection, model_spec(connection, status.model)):
        return True
    if status.status != CHAMPION:
        return status.trained_as_of != as_of
    if champion_version(home, status.model) != status.model_version:
        return True
    return not timedelta(0) <= as_of - status.trained_as_of < longest or bool(drifted(connection, status))


def question(connection: duckdb.DuckDBPyConnection, spec: ModelSpec) -> str:
    """A digest of what a training is asked: the form of its answer, specification, features by name, and what the SQL
    behind them means: neither a comment there nor the SQL of another model makes it another question."""
    columns = [row[0] for row in connection.execute(f"describe features.{spec.name}").fetchall()]
    columns += custom_features(connection, spec.name)
    tables = read_tables(PROJECT_ROOT / "sql", LEARNED_SCHEMAS)
    asked = [
        FORMAT,
        spec.as_dict(),
        standards_of(connection, spec.name).as_dict(),
        columns,
        *(meaning_of(table.text) for table in behind(tables, {f"features.{spec.name}", "spine.model_units"})),
    ]
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:16]


def behind(tables: Mapping[str, TableFile], names: Collection[str]) -> list[TableFile]:
    """The tables of these names and all that they read, directly or through others, by name."""
    found: set[str] = set()
    waiting = set(names)
    while waiting:
        name = waiting.pop()
        if name in tables and name not in found:
            found.add(name)
            waiting |= tables[name].dependencies
    return [tables[name] for name in sorted(found)]
