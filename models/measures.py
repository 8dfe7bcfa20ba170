"""Measures of scores against what happened, with intervals. Arrays in, numbers out; no model, no frames of the house.

Sources: intervals by bootstrap over groups (A. Davison and D. Hinkley, 1997, ch. 3); the expected value of the
calibration error of a perfect model by redrawing labels from its scores (J. Broecker and L. Smith, 2007); net benefit
of acting above a threshold (A. Vickers and E. Elkin, "Decision Curve Analysis", 2006), in successes per row.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.standards import DEFAULT, Standards

RESAMPLES, FEWEST_RESAMPLES = 200, 50
MANY_ROWS = 100_000
"""More rows are resampled less often: their intervals are narrow, and so is what the draws leave open of them."""
BINS = 10
INTERVAL = (2.5, 97.5)
ONE_SIDED_99 = 2.3263478740408408
TWO_SIDED_95 = 1.959963984540054

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Ranked:
    """Scored rows, highest first. `block_ends` marks the last row of each run of equal scores."""

    probability: Floats
    label: Floats
    group: NDArray[np.int64]
    block_ends: NDArray[np.int64]
    bins: NDArray[np.int64]
    """The calibration bin of each row: ten of about equal size, equal scores always together."""


@dataclass(frozen=True)
class Measure:
    """A value with its 95 % interval; null where it is not defined (no positive, no negative)."""

    value: float | None
    low: float | None
    high: float | None


def ranked(probability: Floats, label: NDArray[np.bool_], group: NDArray[np.int64]) -> Ranked:
    """Sort rows by score; `group` numbers what is resampled together (accounts, people)."""
    order = np.argsort(-probability, kind="stable")
    sorted_probability = probability[order]
    block_ends = np.flatnonzero(np.append(sorted_probability[1:] != sorted_probability[:-1], True))
    block_starts = np.concatenate([[0], block_ends[:-1] + 1])
    middle = (block_starts + block_ends) / 2
    bin_of_block = np.minimum(middle * BINS / probability.size, BINS - 1).astype(np.int64)
    bins = np.repeat(bin_of_block, block_ends - block_starts + 1)
    groups = np.unique(group[order], return_inverse=True)[1].astype(np.int64)
    return Ranked(sorted_probability, label[order].astype(np.float64), groups, block_ends, bins)


def measured(rows: Ranked, seed: int, standards: Standards = DEFAULT) -> dict[str, Measure]:
    """All measures of one slice with bootstrap intervals over resamples of its groups."""
    values = weighted_measures(rows, np.ones(rows.label.size), standards)
    random = np.random.default_rng(seed)
    ratio = cost_ratio(rows, standards)
    resamples = [weighted_measures(rows, drawn, standards, ratio) for drawn in draws(rows, random)]
    measures = {name: with_interval(values[name], [one[name] for one in resamples]) for name in values}
    return measures | {"ece_expected": expected_calibration_error(rows, random)}


def draws(rows: Ranked, random: np.random.Generator) -> Iterator[Floats]:
    """How often each row is drawn when whole groups are, once per resample."""
    groups = int(rows.group.max()) + 1
    for _ in range(max(FEWEST_RESAMPLES, min(RESAMPLES, RESAMPLES * MANY_ROWS // rows.label.size))):
        times_drawn = np.bincount(random.integers(0, groups, groups), minlength=groups).astype(np.float64)
        yield times_drawn[rows.group]


def cost_ratio(rows: Ranked, standards: Standards) -> float:
    """From which probability on an effort pays; without costs the base rate: working all gains naught."""
    return float(rows.label.mean()) if standards.cost_ratio is None else standards.cost_ratio


def with_interval(value: float, resampled: list[float]) -> Measure:
    """The value and the middle 95 % of its resamples; resamples in which it is not defined are left out."""
    if not np.isfinite(value):
        return Measure(None, None, None)
    known = np.array([one for one in resampled if np.isfinite(one)])
    if not known.size:
        return Measure(value, None, None)
    low, high = np.percentile(known, INTERVAL)
    return Measure(value, float(low), float(high))


def weighted_measures(
    rows: Ranked, weight: Floats, standards: Standards = DEFAULT, ratio: float | None = None
) -> dict[str, float]:
    """Every measure under row weights (how often a row was drawn); NaN where a class is absent.

    `ratio`: cost of an effort over the value of a success, that of the rows as they are when not given.
    """
    ratio = cost_ratio(rows, standards) if ratio is None else ratio
    shares = np.array([0.1, 0.2, 0.9, standards.flagged_share, standards.top_share, standards.bottom_from])
    total = np.cumsum(weight)[rows.block_ends]
    positive = np.cumsum(weight * rows.label)[rows.block_ends]
    size, positives = total[-1], positive[-1]
    negatives = size - positives
    with np.errstate(divide="ignore", invalid="ignore"):
        gained = np.diff(positive, prepend=0.0)
        refused = np.diff(total - positive, prepend=0.0)
        auc = (refused * (positive - gained / 2)).sum() / (positives * negatives)
        average_precision = np.where(gained > 0, gained * positive / total, 0.0).sum() / positives
        caught = np.interp(shares * size, np.append(0.0, total), np.append(0.0, positive))
        pays = np.searchsorted(-rows.probability[rows.block_ends], -ratio, side="right")
        benefit = (positive[pays - 1] - ratio * total[pays - 1]) / size if pays else 0.0
        of_all = (positives - ratio * size) / size
        likelihood = np.where(rows.label > 0, rows.probability, 1 - rows.probability)
        loss, rate = -(weight * np.log(likelihood)).sum() / size, positives / size
        base_loss = -(rate * np.log(rate) + (1 - rate) * np.log(1 - rate))
        top = (caught[4] + 0.5) / (standards.top_share * size + 1)
        bottom = (positives - caught[5] + 0.5) / ((1 - standards.bottom_from) * size + 1)
        measures = {
            "auc": auc,
            "average_precision": average_precision,
            "log_loss": loss,
            "gain_over_base_rate": 1 - loss / base_loss,
            "brier": (weight * (rows.probability - rows.label) ** 2).sum() / size,
            "ece": calibration_error(rows, rows.label, weight),
            "lift_at_10pct": caught[0] / positives / 0.1,
            "positives_in_top_20pct": caught[1] / positives,
            "top_decile_rate": caught[0] / (0.1 * size),
            "bottom_decile_rate": (positives - caught[2]) / (0.1 * size),
            "flagged_share": standards.flagged_share,
            "flagged_caught": caught[3] / positives,
            "top_over_bottom": top / bottom if positives else np.nan,
            "net_benefit": benefit,
            "net_benefit_gain": benefit - max(0.0, of_all),
            "mean_probability": (weight * rows.probability).sum() / size,
            "base_rate": positives / size,
        }
    return {name: float(value) for name, value in measures.items()}


def calibration_error(rows: Ranked, label: Floats, weight: Floats) -> float:
    """Mean distance between promised and observed rate over ten bins of equal size, weighted by their rows."""
    by_bin = np.bincount(rows.bins, weight * (rows.probability - label), minlength=BINS)
    return float(np.abs(by_bin).sum() / weight.sum())


def expected_calibration_error(rows: Ranked, random: np.random.Generator) -> Measure:
    """The calibration error that chance alone gives: its mean and 95 % range when labels are drawn from the scores."""
    ones = np.ones(rows.label.size)
    errors = np.array(
        [
            calibration_error(rows, (random.random(ones.size) < rows.probability).astype(np.float64), ones)
            for _ in range(RESAMPLES)
        ]
    )
    low, high = np.percentile(errors, INTERVAL)
    return Measure(float(errors.mean()), float(low), float(high))


def wilson(positives: Floats, size: Floats, z: float = TWO_SIDED_95) -> tuple[Floats, Floats]:
    """E. B. Wilson's interval (1927) for a rate, of 95 % unless told; `size` must be above 0."""
    rate = positives / size
    centre = (rate + z * z / (2 * size)) / (1 + z * z / size)
    reach = z * np.sqrt(rate * (1 - rate) / size + z * z / (4 * size * size)) / (1 + z * z / size)
    return np.maximum(centre - reach, 0.0), np.minimum(centre + reach, 1.0)


def auc_of(score: Floats, label: NDArray[np.bool_]) -> float:
    """The share of pairs (one of each class) that the score orders rightly, equal scores as half; NaN without pairs.

    Source: H. B. Mann and D. R. Whitney (1947).
    """
    from scipy.stats import rankdata

    positives = int(label.sum())
    negatives = len(label) - positives
    if not positives or not negatives:
        return float("nan")
    ranks = rankdata(score)[label].sum() - positives * (positives + 1) / 2
    return float(ranks / (positives * negatives))


def auc_error(auc: float, positives: float, negatives: float) -> float:
    """Standard error of an AUC (J. Hanley and B. McNeil, "The meaning and use of the area under a ROC curve", 1982)."""
    one, other = auc / (2 - auc), 2 * auc * auc / (1 + auc)
    spread = auc * (1 - auc) + (positives - 1) * (one - auc * auc) + (negatives - 1) * (other - auc * auc)
    return float(np.sqrt(spread / (positives * negatives)))


def least_auc(score: Floats, label: NDArray[np.bool_]) -> float:
    """What an AUC is at the least, with a certainty of 99 %; 0 where it is not defined."""
    positives, auc = float(label.sum()), auc_of(score, label)
    if not np.isfinite(auc):
        return 0.0
    return auc - ONE_SIDED_99 * auc_error(auc, positives, len(label) - positives)
