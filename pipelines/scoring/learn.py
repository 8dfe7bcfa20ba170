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
from pipelines.publish.report.cost_chart import CostPoint, cost_chart
from pipelines.registered import LEARNED_FROM, SIGNAL, TRAINED_AS_OF, USABLE, find_version
from pipelines.registry import Candidate, champion_version, judgement_tables, log_candidate, promote, record
from pipelines.releases import Release, holding, moment_text, read_releases
from pipelines.scoring.asked import is_due, model_spec, question
from pipelines.scoring.drive import note_drivers
from pipelines.scoring.kept import (
    CHAMPION,
    NO_USABLE_SIGNAL,
    NOT_ENOUGH_DATA,
    Status,
    as_of_moment,
    create_kept_tables,
    keep,
    keep_releases,
    read_status,
    with_version,
)
from pipelines.scoring.release import decision, judged_anew, why_not
from pipelines.scoring.standards import standards_of
from pipelines.scoring.watch import drifted
from pipelines.warehouse import transaction

if TYPE_CHECKING:
    from models.judge import Judgement
    from models.not_enough import NotEnoughData
    from models.training import Trained


CHANCE = 0.5  # the AUC of a coin: a model whose interval holds it ranks nobody


def train_model(connection: duckdb.DuckDBPyConnection, home: Home, model: str, force: bool = False) -> str:
    """Fit, judge and register a model when it is due (always with `force`); what came of it, in one sentence.

    A model is due when there is none, when the last training is older than the playbook allows, when it was asked
    something else (another horizon, other features), and when it looked from a later moment than this run does: what
    it learned was then not known yet. The champion that a person promoted or went back to speaks at once.
    """
    create_kept_tables(connection)
    as_of = as_of_moment(connection)
    status = read_status(connection, model)
    if status is not None:
        status = heard(connection, home, status)
    if status is not None and not force and not is_due(connection, home, status, as_of):
        return status.sentence
    why = drifted(connection, status) if status is not None else ""
    return learn(connection, home, model, as_of) + (f"; fitted anew: {why}" if why else "")


def heard(connection: duckdb.DuckDBPyConnection, home: Home, status: Status) -> Status:
    """The status after what people said since the last training: the version they chose speaks, with its own
    judgement; when the last training was stays as it is."""
    champion, releases = champion_version(home, status.model), read_releases(home, status.model)
    held = holding(releases, champion)
    if champion is None or held is None or (status.status == CHAMPION and status.model_version == champion):
        with transaction(connection):
            keep_releases(connection, releases)
        return status
    tags, tables = find_version(home, status.model, champion).tags, judgement_tables(home, status.model, champion)
    title = model_spec(connection, status.model).title
    sentence = f"{title}: {auc_words(tables.get('model_health'))}; the champion {champion} speaks, as {held.words}"
    chosen = Status(
        status.model, CHAMPION, champion, status.trained_as_of, sentence, tags.get(LEARNED_FROM, "not known")
    )
    keep(connection, chosen, tables, releases)
    return chosen


def learn(connection: duckdb.DuckDBPyConnection, home: Home, model: str, as_of: datetime) -> str:
    """One training: who speaks from now on and why, or the honest sentence why nobody does.

    Everything is written down before the champion is changed, and that in one step: killed at any moment, a training
    leaves the champion as it was, and the next one comes to the same end.
    """
    from models.not_enough import NotEnoughData
    from models.training import train

    spec = model_spec(connection, model)
    asked = question(connection, spec)
    query = "select units_positive, units_negative from spine.model_units where model = ?"
    [(positives, negatives)] = connection.execute(query, [model]).fetchall()
    try:
        frame, standards = features_for(connection, model, "train"), standards_of(connection, model)
        outcome = train(frame, spec, as_of, positives, negatives, standards=standards)
    except ModelError as error:
        raise GrowthError(f"{spec.title} cannot be trained: {error}") from error
    if isinstance(outcome, NotEnoughData):
        return without_model(connection, home, outcome, as_of, asked)
    return released(connection, home, outcome, as_of, asked)


def without_model(
    connection: duckdb.DuckDBPyConnection, home: Home, reason: "NotEnoughData", as_of: datetime, asked: str
) -> str:
    """Too little to learn from: points rank, unless a person holds a champion that may answer what is asked."""
    from models.judge import health_without_model

    model, champion = reason.model, champion_version(home, reason.model)
    releases = read_releases(home, model)
    held = holding(releases, champion)
    if champion and held and not why_not(home, model, champion, asked, as_of):
        sentence = f"{reason.sentence}; the champion {champion} stays, as {held.words}"
        status = Status(model, CHAMPION, champion, as_of, sentence, asked)
        tables = judgement_tables(home, model, champion)
    else:
        status = Status(model, NOT_ENOUGH_DATA, None, as_of, reason.sentence, asked)
        tables = {"model_health": health_without_model(reason, as_of)}
    told = Release(
        model, None, None, champion, status.model_version, NOT_ENOUGH_DATA, status.sentence, moment_text(as_of)
    )
    keep(connection, status, tables, [*releases, told])
    return status.sentence


def released(connection: duckdb.DuckDBPyConnection, home: Home, trained: "Trained", as_of: datetime, asked: str) -> str:
    """Register what was learned, decide who speaks, write all of it down, and only then change the champion."""
    from models.judge import health

    spec, version = trained.model.spec, trained.version
    signal = has_signal(trained.health)
    tags = {
        LEARNED_FROM: asked,
        TRAINED_AS_OF: moment_text(as_of),
        SIGNAL: USABLE if signal else NO_USABLE_SIGNAL,
    }
    tables = judged_tables(trained.judgement, trained.health, spec.name, version)
    drawn = pictures(trained.judgement, spec.title)
    log_candidate(home, Candidate(trained.model, trained.health, drawn, tables, tags))
    decided = decision(connection, home, trained, signal, asked)
    release = record(home, decided.release)
    if decided.champion is not None:
        anew = judged_anew(connection, trained, decided)
        tables = judgement_tables(home, spec.name, str(release.champion))
        if anew is not None:
            measures = health(anew, spec.name, str(release.champion), as_of)
            tables = judged_tables(anew, measures, spec.name, str(release.champion))
    status = status_of(spec, release, tables.get("model_health"), as_of, asked)
    keep(connection, status, tables, read_releases(home, spec.name))
    note_drivers(connection, trained, as_of)
    if release.champion == version:
        promote(home, spec.name, version)
    return status.sentence


def judged_tables(judgement: "Judgement", health: pl.DataFrame, model: str, version: str) -> dict[str, pl.DataFrame]:
    """A judgement as the kept tables hold it, by their names."""
    pictured = {"reliability": judgement.reliability, "gains": judgement.gains, "cost_curve": judgement.costs}
    return {"model_health": health} | {name: with_version(frame, model, version) for name, frame in pictured.items()}


def pictures(judgement: "Judgement", title: str) -> dict[str, str]:
    """What the test window showed, drawn for the register of models."""
    bins = judgement.reliability.select("mean_probability", "observed_rate", "low", "high", "n").rows()
    points = judgement.gains.select("share", "caught").rows()
    net = judgement.costs.select("ratio", "net", "low", "high", "net_of_all").rows()
    return {
        "costs": standalone(cost_chart([CostPoint(*row) for row in net], title)),
        "reliability": standalone(reliability_chart([ReliabilityBin(*row) for row in bins], title)),
        "gains": standalone(gains_chart([GainsPoint(*row) for row in points], title)),
    }


def status_of(spec: ModelSpec, release: Release, health: pl.DataFrame | None, as_of: datetime, asked: str) -> Status:
    """What stands behind the scores after a decision, in one sentence: how good it is, and why it speaks."""
    measures = auc_words(health)
    if release.champion is None:
        sentence = f"{spec.title}: no usable signal ({measures}); {release.sentence}"
        return Status(spec.name, NO_USABLE_SIGNAL, None, as_of, sentence, asked)
    sentence = f"{spec.title}: {measures}; {release.sentence}"
    return Status(spec.name, CHAMPION, release.champion, as_of, sentence, asked)


def has_signal(health: pl.DataFrame) -> bool:
    """Whether the test window showed a signal: the whole interval of the AUC lies above a coin's."""
    return bool(auc_row(health)["low"] > CHANCE)


def auc_words(health: pl.DataFrame | None) -> str:
    """How well pairs are put in order, in words."""
    if health is None:
        return "not judged"
    auc = auc_row(health)
    return f"AUC {auc['value']:.3f}, 95 % interval {auc['low']:.3f} to {auc['high']:.3f} on later moments"


def auc_row(health: pl.DataFrame) -> dict[str, float]:
    """The AUC of the slice that is handed to sales where it says enough, else of the whole test window."""
    from models.judge import gate_slice

    return health.filter((pl.col("slice") == gate_slice(health)) & (pl.col("metric") == "auc")).row(0, named=True)
