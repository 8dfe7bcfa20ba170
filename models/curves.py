"""The tables behind the pictures of a judgement: reliability, gains, costs; intervals by whole groups. No drawing."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.landmarks import GROUP, LABEL, PROBABILITY, codes
from models.measures import INTERVAL, Floats, Ranked, cost_ratio, draws, ranked, wilson
from models.standards import DEFAULT, Standards

STEPS = 21
RATIOS = np.array([0.0, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0])
"""Cost ratios of the cost curve, as multiples of the one at which working everybody gains nothing."""


def ranked_rows(test: pl.DataFrame) -> Ranked:
    """The rows of a frame as the measures take them."""
    return ranked(test[PROBABILITY].to_numpy(), test[LABEL].to_numpy(), codes(test[GROUP]))


def reliability(test: pl.DataFrame) -> pl.DataFrame:
    """Promised against observed rate in ten bins of equal size, highest scores first.

    The interval is Wilson's over as many cases as the bin has groups: rows of one group tell the same story.
    """
    rows = ranked_rows(test)
    filled, counts = np.unique(rows.bins, return_counts=True)
    size = counts.astype(np.float64)
    rate = np.bincount(rows.bins, rows.label)[filled] / size
    groups = np.array([len(np.unique(rows.group[rows.bins == one])) for one in filled], dtype=np.float64)
    low, high = wilson(rate * groups, groups)
    return pl.DataFrame(
        {
            "bin": np.arange(1, len(filled) + 1),
            "n": counts.astype(np.int64),
            "mean_probability": np.bincount(rows.bins, rows.probability)[filled] / size,
            "observed_rate": rate,
            "low": low,
            "high": high,
        }
    )


def gains(test: pl.DataFrame, seed: int = 0) -> pl.DataFrame:
    """Share of the positives that the top of the list holds, in steps of 5 %; equal scores count in proportion."""
    rows = ranked_rows(test)
    share = np.linspace(0, 1, STEPS)
    drawn = np.array([caught(rows, one, share) for one in draws(rows, np.random.default_rng(seed))])
    low, high = middle(drawn)
    return pl.DataFrame(
        {"share": share, "caught": caught(rows, np.ones(rows.label.size), share), "low": low, "high": high}
    )


def caught(rows: Ranked, weight: Floats, share: Floats) -> Floats:
    """The share of the positives within each share of the list, under weights."""
    worked = np.append(0.0, np.cumsum(weight)[rows.block_ends])
    positive = np.append(0.0, np.cumsum(weight * rows.label)[rows.block_ends])
    return np.asarray(np.interp(share * worked[-1], worked, positive) / max(positive[-1], 1.0))


def costs(test: pl.DataFrame, seed: int = 0, standards: Standards = DEFAULT) -> pl.DataFrame:
    """What working those above the break-even gains, per ratio of an effort's cost to a success's value.

    ratio, worked and caught (shares), net and net_of_all (successes per row, costs taken off; of those above the
    break-even, and of everybody), low and high (of net).
    """
    rows = ranked_rows(test)
    ratios = np.unique(np.minimum(RATIOS * cost_ratio(rows, standards), 1.0))
    above = np.searchsorted(-rows.probability, -ratios, side="right")
    ones = np.ones(rows.label.size)
    worked, won = shares_above(rows, ones, above)
    drawn = []
    for one in draws(rows, np.random.default_rng(seed)):
        drawn_worked, drawn_won = shares_above(rows, one, above)
        drawn.append(drawn_won - ratios * drawn_worked)
    low, high = middle(np.array(drawn))
    rate = float(rows.label.mean())
    return pl.DataFrame(
        {
            "ratio": ratios,
            "worked": worked,
            "caught": won / max(rate, 1 / rows.label.size),
            "net": won - ratios * worked,
            "net_of_all": rate - ratios,
            "low": low,
            "high": high,
        }
    )


def shares_above(rows: Ranked, weight: Floats, above: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Worked rows and positives among them, per row drawn, of the first so many rows."""
    worked = np.append(0.0, np.cumsum(weight))
    won = np.append(0.0, np.cumsum(weight * rows.label))
    return worked[above] / worked[-1], won[above] / worked[-1]


def middle(drawn: Floats) -> tuple[Floats, Floats]:
    """The ends of the middle 95 %, column by column."""
    low, high = np.percentile(drawn, INTERVAL, axis=0)
    return low, high
