"""Who speaks after a training, or after the word of a person: what the rules of `models/release.py` need to know of
this home, and the record of what they said. No fitting, no scoring, no MLflow.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import duckdb
import polars as pl

from models.errors import ModelError
from models.release import WHOLE_Z, Comparison, Incumbent, Verdict, decide, fair_rows, tier_churn
from pipelines.errors import GrowthError
from pipelines.home import Home
from pipelines.model_features import features_for
from pipelines.registered import LEARNED_FROM, TRAINED_AS_OF, find_version
from pipelines.registry import champion_version, load_version
from pipelines.releases import Release, holding, moment_text, read_releases, unfair_trainings
from pipelines.scoring.kept import as_of_moment
from pipelines.scoring.standards import standards_of

if TYPE_CHECKING:
    from models.fitted import FittedModel
    from models.judge import Judgement
    from models.training import Trained


@dataclass(frozen=True, eq=False)
class Decision:
    """The verdict on a training, its record, and the champion that went on, if it did, as a model."""

    verdict: Verdict
    release: Release
    champion: "FittedModel | None"


def decision(
    connection: duckdb.DuckDBPyConnection, home: Home, trained: "Trained", has_signal: bool, asked: str
) -> Decision:
    """Hold a trained model against the champion. Nothing is written."""
    model, as_of = trained.model.spec.name, as_of_moment(connection)
    incumbent, standards = incumbent_of(home, model, asked, as_of), standards_of(connection, model)
    try:
        verdict = decide(trained.model, trained.version, has_signal, trained.test, incumbent, standards=standards)
    except ModelError as error:  # a column of another kind than the champion knew
        incumbent = replace(incumbent, model=None, cannot=str(error)) if incumbent else None
        verdict = decide(trained.model, trained.version, has_signal, trained.test, incumbent, standards=standards)
    before = incumbent.model if incumbent and incumbent.version != trained.version else None
    churn = churn_of(connection, model, before, trained.model) if before else None
    sentence = verdict.because if churn is None else f"{verdict.because}; {churn_words(churn)}"
    release = Release(
        model=model,
        number=None,
        model_version=trained.version,
        champion_before=incumbent.version if incumbent else None,
        champion=verdict.champion,
        decision=verdict.decision,
        sentence=sentence,
        as_of=moment_text(as_of),
        tier_churn=churn,
        **differences(verdict.comparison),
    )
    stays = incumbent is not None and verdict.champion == incumbent.version
    return Decision(verdict, repeated(home, release), before if stays else None)


def repeated(home: Home, release: Release) -> Release:
    """The record of the same training that a kill kept from its end, after the alias was moved; else the one given."""
    before = read_releases(home, release.model)
    last = before[-1] if before else None
    if last and last.makes_champion and (last.model_version, last.as_of) == (release.model_version, release.as_of):
        return last if release.decision == "same" else release
    return release


def incumbent_of(home: Home, model: str, asked: str, as_of: datetime) -> Incumbent | None:
    """The champion as a challenger meets it; none before the first."""
    version = champion_version(home, model)
    if version is None:
        return None
    releases = read_releases(home, model)
    held = holding(releases, version)
    cannot = why_not(home, model, version, asked, as_of)
    found = None
    if not cannot:
        try:
            found = load_version(home, model, version)
        except GrowthError as error:
            cannot = str(error)
    return Incumbent(version, found, cannot, held.words if held else "", unfair_trainings(releases, version))


def why_not(home: Home, model: str, version: str, asked: str, as_of: datetime) -> str:
    """Why a version must not score what is asked now; empty when it may."""
    tags = find_version(home, model, version).tags
    if tags.get(LEARNED_FROM) != asked:
        return "it learned from other features, labels or settings than those of today"
    if tags.get(TRAINED_AS_OF, "") > moment_text(as_of):
        return f"it looked from {tags[TRAINED_AS_OF][:16]}, which is later than this run does"
    return ""


def judged_anew(connection: duckdb.DuckDBPyConnection, trained: "Trained", decided: Decision) -> "Judgement | None":
    """How good the champion that goes on is on the rows that neither model learned from; none without enough rows."""
    from models.judge import judge
    from models.landmarks import PROBABILITY

    champion, comparison = decided.champion, decided.verdict.comparison
    if champion is None or comparison is None or not comparison.is_enough:
        return None
    rows = fair_rows(trained.test, champion, trained.model)
    scored = rows.with_columns(pl.Series(PROBABILITY, champion.predict(rows)))
    return judge(scored, champion.spec.seed, standards_of(connection, champion.spec.name))


def churn_of(
    connection: duckdb.DuckDBPyConnection, model: str, first: "FittedModel", second: "FittedModel"
) -> float | None:
    """The share of today's units that two models put into different tiers, by rank alone."""
    units = features_for(connection, model, "score")
    shares = connection.execute("select up_to_share from config.tiers order by up_to_share").fetchall()
    try:
        return tier_churn(first.predict(units), second.predict(units), [float(share) for (share,) in shares])
    except ModelError:
        return None  # the scoring that follows says in words what is wrong with the units


def churn_words(churn: float) -> str:
    return f"{churn:.1%} of the units to score stand in another tier with the one than with the other"


def differences(comparison: Comparison | None) -> dict[str, Any]:
    """The differences of a comparison under the names of the record."""
    told: dict[str, Any] = {"fair_rows": comparison.rows if comparison else None}
    for name, one in (comparison.whole if comparison else {}).items():
        low, high = one.interval(WHOLE_Z)
        told |= {f"{name}_difference": one.difference, f"{name}_low": low, f"{name}_high": high}
    return told
