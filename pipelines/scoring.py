"""From features to scores: when a model is due, what it learns from, what it gives. Frames in between, tables outside.

What does not belong here: how to fit or judge (`models/`), where versions are kept (`registry.py`), who is ranked where
(`sql/scores`). The tables written here are those of the schema `scores` that no SQL file makes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import duckdb
import polars as pl

from models.spec import ModelSpec
from models.words import FeatureWords
from pipelines.errors import GrowthError
from pipelines.home import Home

KEPT_TABLES = {
    "model_status": "model varchar, status varchar, model_version varchar, trained_as_of timestamp, sentence varchar",
    "model_health": "model varchar, model_version varchar, slice varchar, metric varchar, value double, low double,"
    " high double, n bigint, split varchar, as_of timestamp, verdict varchar",
    "reliability": "model varchar, model_version varchar, bin bigint, n bigint, mean_score double, event_rate double,"
    " low double, high double",
    "gains": "model varchar, model_version varchar, share double, caught double",
    "list_history": "list_name varchar, as_of timestamp, item_id varchar, rank bigint, tier varchar,"
    " score_source varchar, model_version varchar",
}
"""Tables that outlive a run: what was learned when, and what was listed before."""

FRAME_COLUMNS = ("purpose",)
LEAST_AUC = 0.5


@dataclass(frozen=True)
class Status:
    """What stands behind the scores of a model: `champion`, `not_enough_data` or `no_usable_signal`."""

    model: str
    status: str
    model_version: str | None
    trained_as_of: datetime
    sentence: str


def create_kept_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the tables that outlive a run where they are not there yet."""
    for name, columns in KEPT_TABLES.items():
        connection.execute(f"create table if not exists warehouse.scores.{name} ({columns})")


def model_spec(connection: duckdb.DuckDBPyConnection, model: str) -> ModelSpec:
    """The specification of a model, from the playbook's `labels.yaml` and `feature_words.yaml`."""
    cursor = connection.execute(
        "select title, unit, positive, horizon_days, reporting_lag_days from config.labels where model = ?", [model]
    )
    row = cursor.fetchone()
    if row is None:
        raise GrowthError(f"labels.yaml has no entry for the model {model}; add one, as in the engine's own playbook.")
    title, unit, positive, horizon_days, lag_days = row
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
        monotone={feature: 1 for feature, _, rises in words if rises},
        idea_of={feature: idea for feature, idea, _ in words},
    )


def feature_words(connection: duckdb.DuckDBPyConnection, model: str) -> dict[str, FeatureWords]:
    """How each feature of a model is told to a representative."""
    rows = connection.execute(
        "select feature, template, one, zero from config.feature_words where model = ?", [model]
    ).fetchall()
    return {feature: FeatureWords(template, one, zero) for feature, template, one, zero in rows}


def features_for(connection: duckdb.DuckDBPyConnection, model: str, purpose: str) -> pl.DataFrame:
    """`features.<model>` for training or for scoring, sorted by unit and moment, money as plain numbers."""
    frame = connection.execute(
        f"select * from features.{model} where purpose = ? order by all", [purpose]
    ).pl()
    decimals = [name for name, kind in frame.schema.items() if isinstance(kind, pl.Decimal)]
    return frame.drop(*FRAME_COLUMNS).rename({"group_id": "group"}).with_columns(pl.col(decimals).cast(pl.Float64))


def as_of_moment(connection: duckdb.DuckDBPyConnection) -> datetime:
    """The moment this run looks from (naive UTC)."""
    row = connection.execute("select as_of from config.as_of").fetchone()
    assert row is not None, "config.as_of is written before anything is scored"  # noqa: S101
    return row[0]  # type: ignore[no-any-return]
