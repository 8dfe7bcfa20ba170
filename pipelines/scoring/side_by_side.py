"""Two versions of a model on the rows of today that neither learned from. For people to look at; nothing is written."""

from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import duckdb

from models.errors import ModelError
from models.paired import Paired
from models.release import NOISE, WHOLE_Z, Comparison, compare
from models.worked import taught
from pipelines.errors import GrowthError
from pipelines.home import Home
from pipelines.model_features import features_for
from pipelines.registered import CHALLENGER, CHAMPION, Registered, check_model, find_version, with_alias
from pipelines.registry import load_version
from pipelines.scoring.chosen import question_of_today
from pipelines.scoring.kept import as_of_moment
from pipelines.scoring.release import churn_of, why_not
from pipelines.scoring.standards import standards_of

STORED = ("auc", "log_loss", "ece", "ece_expected", "lift_at_10pct", "base_rate")


@dataclass(frozen=True)
class SideBySide:
    """Two versions: what was stored of each, by its own test, and the paired comparison with the churn of tiers where
    both can answer (else `note` says why not)."""

    first: Registered
    second: Registered
    comparison: Comparison | None
    tier_churn: float | None
    note: str

    def differences(self) -> list[dict[str, Any]]:
        """One row per slice and measure: both values, the second less the first, its interval, the verdict."""
        if self.comparison is None:
            return []
        looks = sum(len(measures) for measures in self.comparison.slices.values())
        slice_z = NormalDist().inv_cdf(1 - NOISE / max(looks, 1))
        parts = [("all", self.comparison.whole, WHOLE_Z)]
        parts += [(name, measures, slice_z) for name, measures in self.comparison.slices.items()]
        return [difference(name, one, z) for name, measures, z in parts for one in measures.values()]

    def stored(self) -> list[dict[str, Any]]:
        """One row per measure: the value of each version on the test window of its own training."""
        return [
            {"measure": name, "first": self.first.metrics.get(name), "second": self.second.metrics.get(name)}
            for name in STORED
        ]


def difference(part: str, one: Paired, z: float) -> dict[str, Any]:
    """A measure of a slice as a row."""
    low, high = one.interval(z)
    verdict = "better" if one.is_better(z) else "worse" if one.is_worse(z) else "within noise"
    return {
        "slice": part,
        "measure": one.measure,
        "first": one.first,
        "second": one.second,
        "difference": one.difference,
        "low": low,
        "high": high,
        "second_is": verdict,
    }


def chosen_pair(home: Home, model: str, first: str | None, second: str | None) -> tuple[Registered, Registered]:
    """The named versions; those that are not named are the champion and the challenger. Raises GrowthError when a
    version is unknown or both are the same."""
    check_model(home, model)
    pair = []
    for name, alias in ((first, CHAMPION), (second, CHALLENGER)):
        found = find_version(home, model, name) if name else with_alias(home, model, alias)
        if found is None:
            raise GrowthError(f"{model} has no {alias}; name two versions, `growth models` lists them.")
        pair.append(found)
    if pair[0].version == pair[1].version:
        raise GrowthError(f"{pair[0].version} is both; name two versions, `growth models` lists them.")
    return pair[0], pair[1]


def side_by_side(
    connection: duckdb.DuckDBPyConnection, home: Home, model: str, first: str | None, second: str | None
) -> SideBySide:
    """Compare two versions of a model, champion and challenger unless they are named."""
    one, other = chosen_pair(home, model, first, second)
    try:
        asked = question_of_today(connection, model)
        for version in (one.version, other.version):
            if cannot := why_not(home, model, version, asked, as_of_moment(connection)):
                return SideBySide(one, other, None, None, f"{version} cannot answer today's question: {cannot}")
        fitted = [load_version(home, model, version.version) for version in (one, other)]
        rows = taught(features_for(connection, model, "train"), fitted[0].spec)
        comparison = compare(rows, fitted[0], fitted[1], standards_of(connection, model))
    except (GrowthError, ModelError) as error:
        return SideBySide(one, other, None, None, str(error))
    note = "" if comparison.is_enough else "too few rows that neither learned from to tell them apart"
    return SideBySide(one, other, comparison, churn_of(connection, model, fitted[0], fitted[1]), note)
