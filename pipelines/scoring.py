"""From features to scores: when a model is due, what it learns from, what it gives. Frames in between, tables outside.

What does not belong here: how to fit or judge (`models/`), where versions are kept (`registry.py`), who is ranked where
(`sql/scores`). The tables written here are those of the schema `scores` that no SQL file makes.
"""

import hashlib
import json
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import duckdb
import polars as pl

from models.artefact import FORMAT
from models.errors import ModelError
from models.spec import ModelSpec
from models.words import FeatureWords
from pipelines.errors import GrowthError
from pipelines.home import PROJECT_ROOT, Home
from pipelines.model_features import custom_features, features_for
from pipelines.publish.report.charts import GainsPoint, ReliabilityBin, gains_chart, reliability_chart, standalone
from pipelines.registry import champion_version, load_champion, log_candidate, promote

if TYPE_CHECKING:
    from models.judge import Judgement

KEPT_TABLES = {
    "model_status": "model varchar, status varchar, model_version varchar, trained_as_of timestamp, sentence varchar,"
    " learned_from varchar",
    "model_health": "model varchar, model_version varchar, slice varchar, metric varchar, value double, low double,"
    " high double, n bigint, split varchar, as_of timestamp, verdict varchar",
    "reliability": "model varchar, model_version varchar, bin bigint, n bigint, mean_score double, event_rate double,"
    " low double, high double",
    "gains": "model varchar, model_version varchar, share double, caught double",
    "list_history": "list_name varchar, as_of timestamp, item_id varchar, rank bigint, tier varchar,"
    " score_source varchar, model_version varchar",
}
"""Tables that outlive a run: what was learned when, and what was listed before."""

LEARNED_SCHEMAS = ("staging", "core", "spine", "features")
"""Where the meaning of a feature is written: a model that learned another meaning must not score."""

CHAMPION, NOT_ENOUGH_DATA, NO_USABLE_SIGNAL = "champion", "not_enough_data", "no_usable_signal"
CHANCE = 0.5  # the AUC of a coin: a model whose interval holds it ranks nobody


@dataclass(frozen=True)
class Status:
    """What stands behind the scores of a model: `champion`, `not_enough_data` or `no_usable_signal`."""

    model: str
    status: str
    model_version: str | None
    trained_as_of: datetime
    sentence: str
    learned_from: str
    """What the training was asked (`question`); another question needs another training."""


def create_kept_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the tables that outlive a run where they are not there yet."""
    for name, columns in KEPT_TABLES.items():
        connection.execute(f"create table if not exists warehouse.scores.{name} ({columns})")


def model_spec(connection: duckdb.DuckDBPyConnection, model: str) -> ModelSpec:
    """The specification of a model, from the playbook's `labels.yaml` and `feature_words.yaml`."""
    rows = connection.execute(
        "select title, unit, positive, horizon_days, reporting_lag_days from config.labels where model = ?", [model]
    ).fetchall()
    if not rows:
        raise GrowthError(f"labels.yaml has no entry for the model {model}; add one, as in the engine's own playbook.")
    title, unit, positive, horizon_days, lag_days = rows[0]
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


def as_of_moment(connection: duckdb.DuckDBPyConnection) -> datetime:
    """The moment this run looks from (naive UTC)."""
    [(as_of,)] = connection.execute("select cast(as_of as timestamp) from config.as_of").fetchall()
    if not isinstance(as_of, datetime):
        raise TypeError(f"config.as_of holds {as_of!r}, not a moment")
    return as_of


def train_model(connection: duckdb.DuckDBPyConnection, home: Home, model: str, force: bool = False) -> str:
    """Fit, judge and register a model when it is due (always with `force`); what came of it, in one sentence.

    A model is due when there is none, when the last training is older than the playbook allows, when it was asked
    something else (another horizon, other features), and when it looked from a later moment than this run does: what
    it learned was then not known yet.
    """
    create_kept_tables(connection)
    as_of = as_of_moment(connection)
    status = read_status(connection, model)
    if status is not None and not force and not is_due(connection, home, status, as_of):
        return status.sentence
    return learn(connection, home, model, as_of)


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
    return not timedelta(0) <= as_of - status.trained_as_of < longest


def question(connection: duckdb.DuckDBPyConnection, spec: ModelSpec) -> str:
    """A digest of what a training is asked: the form of its answer, specification, features by name, their SQL."""
    columns = [row[0] for row in connection.execute(f"describe features.{spec.name}").fetchall()]
    columns += custom_features(connection, spec.name)
    files = sorted(path for schema in LEARNED_SCHEMAS for path in (PROJECT_ROOT / "sql" / schema).glob("*.sql"))
    asked = [FORMAT, spec.as_dict(), columns, *(path.read_text(encoding="utf-8") for path in files)]
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:16]


def learn(connection: duckdb.DuckDBPyConnection, home: Home, model: str, as_of: datetime) -> str:
    """One training: the champion where there is a usable signal, else the honest sentence."""
    from models.not_enough import NotEnoughData
    from models.training import train

    spec = model_spec(connection, model)
    asked = question(connection, spec)
    query = "select units_positive, units_negative from spine.model_units where model = ?"
    [(positives, negatives)] = connection.execute(query, [model]).fetchall()
    try:
        outcome = train(features_for(connection, model, "train"), spec, as_of, positives, negatives)
    except ModelError as error:
        raise GrowthError(f"{spec.title} cannot be trained: {error}") from error
    if isinstance(outcome, NotEnoughData):
        from models.judge import health_without_model

        keep(connection, Status(model, NOT_ENOUGH_DATA, None, as_of, outcome.sentence, asked))
        keep_frame(connection, "model_health", model, health_without_model(outcome, as_of))
        return outcome.sentence
    log_candidate(home, outcome.model, outcome.health, pictures(outcome.judgement, spec.title))
    status = judged_status(spec, outcome.version, outcome.health, as_of, asked)
    if status.status == CHAMPION:
        promote(home, model, outcome.version)
    keep(connection, status)
    keep_frame(connection, "model_health", model, outcome.health)
    for name, frame in (("reliability", outcome.judgement.reliability), ("gains", outcome.judgement.gains)):
        keep_frame(connection, name, model, with_version(frame, model, outcome.version))
    return status.sentence


def pictures(judgement: "Judgement", title: str) -> dict[str, str]:
    """What the test window showed, drawn for the register of models."""
    bins = judgement.reliability.select("mean_probability", "observed_rate", "low", "high", "n").rows()
    points = judgement.gains.select("share", "caught").rows()
    return {
        "reliability": standalone(reliability_chart([ReliabilityBin(*row) for row in bins], title)),
        "gains": standalone(gains_chart([GainsPoint(*row) for row in points], title)),
    }


def judged_status(spec: ModelSpec, version: str, health: pl.DataFrame, as_of: datetime, asked: str) -> Status:
    """Whether the test window showed a signal: the whole interval of the AUC lies above a coin's."""
    auc = health.filter((pl.col("slice") == "all") & (pl.col("metric") == "auc")).row(0, named=True)
    interval = f"AUC {auc['value']:.3f}, 95 % interval {auc['low']:.3f} to {auc['high']:.3f} on later moments"
    if auc["low"] <= CHANCE:
        sentence = f"{spec.title}: no usable signal ({interval}); points rank instead"
        return Status(spec.name, NO_USABLE_SIGNAL, None, as_of, sentence, asked)
    return Status(spec.name, CHAMPION, version, as_of, f"{spec.title}: {interval}", asked)


def score_model(connection: duckdb.DuckDBPyConnection, home: Home, model: str) -> int:
    """Write `scores.<model>`: one row per unit to score, none where points must rank; the rows written."""
    create_kept_tables(connection)
    status = read_status(connection, model)
    unit_column = model_spec(connection, model).unit_column
    frame = empty_scores(unit_column)
    if status is not None and status.status == CHAMPION:
        frame = scored(connection, home, model, unit_column)
    connection.register("scored_frame", frame)
    connection.execute(
        f"create or replace table warehouse.scores.{model} as select * from scored_frame order by {unit_column}"
    )
    connection.unregister("scored_frame")
    return frame.height


def scored(connection: duckdb.DuckDBPyConnection, home: Home, model: str, unit_column: str) -> pl.DataFrame:
    """Probability, lift and reasons of every unit to score, by the champion."""
    from models.artefact import version_of
    from models.reasons import reasons

    champion = load_champion(home, model)
    if champion is None:
        raise GrowthError(f"The champion of {model} is gone from {home.mlflow}; run again, and a new one is trained.")
    units = features_for(connection, model, "score")
    try:
        probability = champion.predict(units)
        told = reasons(champion, units, feature_words(connection, model))
    except ModelError as error:
        raise GrowthError(f"{model} cannot score: {error}") from error
    return pl.DataFrame(
        {
            unit_column: units[unit_column],
            "as_of": units["as_of"],
            "probability": probability,
            "lift": champion.lift(probability),
            "reasons": pl.Series(told, dtype=pl.List(pl.String)),
            "model_version": pl.Series([version_of(champion)] * units.height, dtype=pl.String),
        },
        schema=empty_scores(unit_column).schema,
    )


def empty_scores(unit_column: str) -> pl.DataFrame:
    """The columns of `scores.<model>` without a row."""
    return pl.DataFrame(
        schema={
            unit_column: pl.String,
            "as_of": pl.Datetime("us"),
            "probability": pl.Float64,
            "lift": pl.Float64,
            "reasons": pl.List(pl.String),
            "model_version": pl.String,
        }
    )


def remember_lists(connection: duckdb.DuckDBPyConnection) -> None:
    """Add the lists just published to `scores.list_history`, in place of those of the same moment."""
    create_kept_tables(connection)
    connection.execute("begin transaction")
    connection.execute("delete from warehouse.scores.list_history where as_of = (select as_of from config.as_of)")
    for name, item in (("target_accounts", "account_id"), ("lead_queue", "queue_item_id")):
        connection.execute(
            f"insert into warehouse.scores.list_history select '{name}', scored_at, {item}, rank, tier, score_source,"
            f" model_version from marts.{name} order by rank"
        )
    connection.execute("commit")


def read_status(connection: duckdb.DuckDBPyConnection, model: str) -> Status | None:
    """What came of the last training, none before the first."""
    rows = connection.execute(
        "select model, status, model_version, trained_as_of, sentence, learned_from"
        " from scores.model_status where model = ?",
        [model],
    ).fetchall()
    return Status(*rows[0]) if rows else None


def keep(connection: duckdb.DuckDBPyConnection, status: Status) -> None:
    """Note the outcome of a training; pictures of an earlier one no longer speak."""
    for name in ("model_status", "reliability", "gains"):
        connection.execute(f"delete from warehouse.scores.{name} where model = ?", [status.model])
    connection.execute("insert into warehouse.scores.model_status values (?, ?, ?, ?, ?, ?)", astuple(status))


def keep_frame(connection: duckdb.DuckDBPyConnection, name: str, model: str, frame: pl.DataFrame) -> None:
    """Replace a model's rows in a kept table."""
    connection.execute(f"delete from warehouse.scores.{name} where model = ?", [model])
    connection.register("kept_frame", frame)
    connection.execute(f"insert into warehouse.scores.{name} by name select * from kept_frame")
    connection.unregister("kept_frame")


def with_version(frame: pl.DataFrame, model: str, version: str) -> pl.DataFrame:
    """The rows of a picture under the names that the tables use."""
    renamed = {"mean_probability": "mean_score", "observed_rate": "event_rate"}
    return frame.rename({old: new for old, new in renamed.items() if old in frame.columns}).with_columns(
        model=pl.lit(model), model_version=pl.lit(version)
    )
