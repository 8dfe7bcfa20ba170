"""Whether a model foresees an outcome or is only told of it: the AUC without outcomes that follow at once.

A call before the contract, a status set on the eve: what announces an outcome stands hours before it, what foresees it
stands weeks before. Rows whose outcome follows within the gap leave the comparison.
"""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.curves import ranked_rows
from models.fitted import FittedModel
from models.judge import MEASURES_SCHEMA, MIN_PER_SLICE
from models.landmarks import AS_OF, LABEL, OUTCOME_AT
from models.measures import INTERVAL, Ranked, draws, weighted_measures
from models.standards import DEFAULT, Standards

LARGE_DROP = 0.02
MOST_NAMED = 3
MOST_EXPLAINED = 5_000


@dataclass(frozen=True)
class Drop:
    """How much of the AUC goes with the outcomes that follow at once, with its 95 % interval."""

    without: float
    value: float
    low: float
    high: float

    @property
    def is_large(self) -> bool:
        return self.value >= LARGE_DROP and self.low > 0


def gap_rows(model: FittedModel, test: pl.DataFrame, seed: int, standards: Standards = DEFAULT) -> pl.DataFrame:
    """Rows of measures: the AUC with the gap, and the drop, whose verdict names the features that fall most.

    None where the moment of the outcome is not known or too few outcomes are left.
    """
    empty = pl.DataFrame(schema=MEASURES_SCHEMA)
    if OUTCOME_AT not in test.columns or test[OUTCOME_AT].null_count() == test.height:
        return empty
    soon = follows_soon(test, standards.gap_hours)
    later = test.filter(~pl.Series(soon))
    left = later[LABEL].to_numpy()
    if min(left.sum(), (~left).sum()) < MIN_PER_SLICE:
        return empty
    drop = drop_of(test, soon, seed)
    verdict = "ok"
    if drop.is_large:
        names = announcing(model, test, soon)
        verdict = f"drops: {', '.join(names)} may only announce the outcome" if names else "drops"
    hours = standards.gap_hours
    rows = [
        ("all", f"auc_gap_{hours}h", drop.without, None, None, later.height, verdict),
        ("all", f"auc_drop_{hours}h", drop.value, drop.low, drop.high, test.height, verdict),
    ]
    return pl.DataFrame(rows, schema=MEASURES_SCHEMA, orient="row")


def follows_soon(test: pl.DataFrame, hours: int) -> NDArray[np.bool_]:
    """Positive rows whose outcome came within so many hours after the landmark."""
    soon = pl.col(LABEL) & (pl.col(OUTCOME_AT) <= pl.col(AS_OF) + timedelta(hours=hours))
    return test.select(soon.fill_null(False)).to_series().to_numpy()


def drop_of(test: pl.DataFrame, soon: NDArray[np.bool_], seed: int) -> Drop:
    """The AUC of all rows less that of those without an outcome at once, both on the same resamples."""
    rows = ranked_rows(test)
    kept = (~soon)[np.argsort(-test["probability"].to_numpy(), kind="stable")].astype(np.float64)
    whole, without = both(rows, np.ones(len(kept)), kept)
    drawn = [np.subtract(*both(rows, weight, kept)) for weight in draws(rows, np.random.default_rng(seed))]
    low, high = np.nanpercentile(drawn, INTERVAL)
    return Drop(without, whole - without, float(low), float(high))


def both(rows: Ranked, weight: NDArray[np.float64], kept: NDArray[np.float64]) -> tuple[float, float]:
    """AUC under weights, of all rows and of the kept ones."""
    return auc(rows, weight), auc(rows, weight * kept)


def auc(rows: Ranked, weight: NDArray[np.float64]) -> float:
    return weighted_measures(rows, weight)["auc"]


def announcing(model: FittedModel, test: pl.DataFrame, soon: NDArray[np.bool_]) -> list[str]:
    """The features that set successes apart from the rest less once those that follow at once are gone, worst first.

    Apart: how much more a feature adds to the log-odds of a success than to that of the others, on average.
    """
    rows = np.sort(np.random.default_rng(0).permutation(test.height)[:MOST_EXPLAINED])
    added, label, at_once = model.contributions(test[rows])[:, :-1], test[LABEL].to_numpy()[rows], soon[rows]
    if not (label & ~at_once).any():
        return []
    others = added[~label].mean(axis=0)
    fall = (added[label].mean(axis=0) - others) - (added[label & ~at_once].mean(axis=0) - others)
    order = np.argsort(-fall, kind="stable")[:MOST_NAMED]
    return [model.encoder.names[place] for place in order if fall[place] > 0.1 * max(fall.max(), 1e-12)]
