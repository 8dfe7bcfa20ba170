"""Two scores of the very same rows held against each other: which loses less, which orders better, and how surely.

Source: the paired bootstrap over groups (A. Davison and D. Hinkley, 1997, ch. 3). Both scores are looked at in the same
resamples, so that what makes a row hard for both cancels out. What does not belong here: what follows (`release`).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.measures import Ranked, ranked

RESAMPLES = 400
MOST_AT_ONCE = 1_000_000
"""Rows x resamples that are held in memory together."""
LOG_LOSS, AUC = "log_loss", "auc"
BETTER_IS_LOWER = {LOG_LOSS: True, AUC: False}

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Paired:
    """One measure of both scores, the standard error of the first one's value and that of the difference."""

    measure: str
    first: float
    second: float
    first_error: float
    error: float

    @property
    def difference(self) -> float:
        """The second less the first."""
        return self.second - self.first

    @property
    def gain(self) -> float:
        """How much better the second is, whatever way the measure runs."""
        return -self.difference if BETTER_IS_LOWER[self.measure] else self.difference

    def interval(self, z: float) -> tuple[float, float]:
        """The normal interval of the difference, `z` standard errors each way."""
        return self.difference - z * self.error, self.difference + z * self.error

    def is_better(self, z: float) -> bool:
        """Whether the second is better beyond noise."""
        return self.gain > z * self.error

    def is_worse(self, z: float) -> bool:
        """Whether the second is worse beyond noise."""
        return self.gain < -z * self.error


def paired(
    first: Floats, second: Floats, label: NDArray[np.bool_], group: NDArray[np.int64], seed: int
) -> dict[str, Paired]:
    """Log loss and AUC of two columns of probabilities; rows of one `group` are drawn together.

    Empty when a class is missing: then nothing orders anything.
    """
    if label.all() or not label.any():
        return {}
    numbered = np.unique(group, return_inverse=True)[1].astype(np.int64)
    groups = int(numbered.max()) + 1
    sorted_rows = [ranked(probability, label, numbered) for probability in (first, second)]
    losses = [np.bincount(numbered, row_losses(probability, label)) for probability in (first, second)]
    sizes = np.bincount(numbered).astype(np.float64)

    def measured(drawn: Floats) -> Floats:
        """Both log losses, then both AUCs, under the times each group was drawn: resamples x groups."""
        rows = drawn @ sizes
        return np.stack([*(drawn @ loss / rows for loss in losses), *(auc(one, drawn) for one in sorted_rows)])

    random = np.random.default_rng(seed)
    at_once = max(1, MOST_AT_ONCE // label.size)
    parts = []
    for done in range(0, RESAMPLES, at_once):
        drawn = random.integers(0, groups, (min(at_once, RESAMPLES - done), groups))
        parts.append(measured(np.stack([np.bincount(one, minlength=groups) for one in drawn]).astype(np.float64)))
    resampled = np.concatenate(parts, axis=1)
    resampled = resampled[:, np.isfinite(resampled).all(axis=0)]
    if resampled.shape[1] < 2:
        return {}
    values = measured(np.ones((1, groups)))[:, 0]
    return {
        name: Paired(
            name,
            float(values[place]),
            float(values[place + 1]),
            float(resampled[place].std(ddof=1)),
            float((resampled[place + 1] - resampled[place]).std(ddof=1)),
        )
        for name, place in ((LOG_LOSS, 0), (AUC, 2))
    }


def row_losses(probability: Floats, label: NDArray[np.bool_]) -> Floats:
    """Log loss of each row."""
    losses: Floats = -np.log(np.where(label, probability, 1 - probability))
    return losses


def auc(rows: Ranked, drawn: Floats) -> Floats:
    """The share of pairs in the right order, each row as often as its group was drawn (resamples x groups), one per
    resample; NaN without pairs."""
    weight = drawn[:, rows.group]
    positive = np.cumsum(weight * rows.label, axis=1)[:, rows.block_ends]
    negative = np.cumsum(weight * (1 - rows.label), axis=1)[:, rows.block_ends]
    gained, refused = np.diff(positive, prepend=0.0, axis=1), np.diff(negative, prepend=0.0, axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        found: Floats = (refused * (positive - gained / 2)).sum(axis=1) / (positive[:, -1] * negative[:, -1])
    return found
