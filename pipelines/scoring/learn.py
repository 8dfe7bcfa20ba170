"""A training from frame to champion, or to the honest sentence why there is none."""

from datetime import datetime
from typing import TYPE_CHECKING

import duckdb
import polars as pl

from models.errors import ModelError
from models.spec import ModelSpec
from pipelines.errors import GrowthError
from pipelines.home import Home
from pipelines.model_features import features_for
from pipelines.publish.report.charts import GainsPoint, ReliabilityBin, gains_chart, reliability_chart, standalone
from pipelines.registry import log_candidate, promote
from pipelines.scoring.asked import as_of_moment, is_due, model_spec, question
from pipelines.scoring.kept import (
    CHAMPION,
    NO_USABLE_SIGNAL,
    NOT_ENOUGH_DATA,
    Status,
    create_kept_tables,
    keep,
    keep_frame,
    read_status,
    with_version,
)

if TYPE_CHECKING:
    from models.judge import Judgement


CHANCE = 0.5  # the AUC of a coin: a model whose interval holds it ranks nobody


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
