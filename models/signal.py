"""Whether columns tell an outcome at all, at 1 %, selection included: the test of a test. No fitting of contestants.

What was learned from rows that were held apart is tested as it is (H. B. Mann and D. R. Whitney, 1947). In
cross-validation every pair of rows speaks twice, once with each of them held back, so that its AUC strays further than
one of independent rows: its error is that of C. Nadeau and Y. Bengio, "Inference for the Generalization Error" (2003).
Of few rows that leaves little; there labels are dealt out anew, and a plain score is learned from each dealing in the
same way (R. A. Fisher, 1935): what it reaches by chance is then known exactly, whatever the columns are.
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from models.encode import Encoder
from models.measures import ONE_SIDED_99
from models.power import chance_error, detectable_auc
from models.window import Floats

ONE_SIDED_999 = 3.090232306167813
SHARED = 0.009
"""Two tests of one question share the 1 %: nine parts for dealt labels, which see more among few rows."""
DEALT = 599
"""Dealings of the labels: at most four of them may reach what the labels as they are do."""
MOST_DEALT = 2_000
"""Rows; more need no help from the dealings, and would cost too much."""
FOLDS, SHRINKAGE = 5, 1.0
FEWEST_MISSING = 5
REPEATS, FEW_ROWS = 3, 500

Codes = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Signal:
    """The winner's AUC, how many standard errors of pure chance it lies above 0.5, how many are `needed`, and over how
    many rows; `chance`: how often dealt labels do as well as the labels as they are, where they were dealt;
    `is_tested_on_all` where the test was too small; `detectable` is the AUC that is found in eight of ten cases."""

    auc: float
    errors: float
    needed: float
    chance: float | None
    is_better: bool
    rows: int
    is_tested_on_all: bool
    detectable: float | None

    @property
    def is_there(self) -> bool:
        """Whether one of the tests shows it; a winner that is hardly better than a coin is none, whatever they say."""
        return self.is_better and (self.errors > self.needed or (self.chance is not None and self.chance <= SHARED))


def signal_apart(auc: float, positives: int, negatives: int, rows: int) -> Signal:
    """Of an AUC on rows that were held apart once."""
    errors = (auc - 0.5) / chance_error(positives, negatives)
    return Signal(
        auc, errors, ONE_SIDED_99, None, errors > 1, rows, False, detectable_auc(positives, negatives, ONE_SIDED_99)
    )


def signal_in_turn(
    auc: float, positives: int, negatives: int, chance: float | None, *, rows: int, on_all: bool
) -> Signal:
    """Of the mean AUC within the folds of a cross-validation."""
    plain = chance_error(positives, negatives)
    widened = sqrt(1 + FOLDS / (FOLDS - 1))
    errors = (auc - 0.5) / (plain * widened)
    needed = ONE_SIDED_99 if chance is None else ONE_SIDED_999
    found_from = detectable_auc(positives, negatives, ONE_SIDED_99 if chance is not None else needed * widened)
    return Signal(auc, errors, needed, chance, auc > 0.5 + plain, rows, on_all, found_from)


def chance_of(
    encoder: Encoder, matrix: Floats, label: Mask, group: Codes, *, seed: int, preset: Floats | None = None
) -> float | None:
    """How often dealt labels let plain scores reach what they reach with the labels as they are; None of many rows.

    One is a ridge regression on all columns, each with the same weight in the whole, on rows in folds that it did not
    learn from; the other, where there is one, is `preset` and learned nothing. Their rank sums are added, each in its
    own deviations under the dealings. Folds know no label, so that each dealing is as likely as the labels as they are.
    """
    from scipy.stats import rankdata

    size = len(label)
    if size > MOST_DEALT:
        return None
    random = np.random.default_rng(seed)
    alike, dealt = likeness(encoder, matrix), dealings(label, group, random)
    score = np.zeros_like(dealt)
    for _ in range(REPEATS if size < FEW_ROWS else 1):
        score += held_back_scores(alike, dealt, group_folds(group, random))
    reached = standard((np.asarray(rankdata(score.round(9), axis=0)) * dealt).sum(axis=0))
    if preset is not None:
        reached += standard((rankdata(preset.round(9))[:, None] * dealt).sum(axis=0))
    return float((reached >= reached[0] - 1e-6).mean())


def standard(sums: Floats) -> Floats:
    """Rank sums, which order as the AUC does for each dealing has as many positives, in their own deviations."""
    apart: Floats = sums - sums.mean()
    return apart / max(float(sums.std()), 1e-9)


def held_back_scores(alike: Floats, dealt: Floats, fold: Codes) -> Floats:
    """Per dealing the scores of rows by a ridge regression on the other folds."""
    score = np.zeros_like(dealt)
    for number in range(FOLDS):
        held = fold == number
        learned = ~held
        if not held.any() or not learned.any():
            continue
        inner = alike[np.ix_(learned, learned)] + SHRINKAGE * np.eye(int(learned.sum()))
        weights = np.linalg.solve(inner, alike[np.ix_(learned, held)]).T
        score[held] = weights @ (dealt[learned] - dealt[learned].mean(axis=0))
    return score


def dealings(label: Mask, group: Codes, random: np.random.Generator) -> Floats:
    """The labels as they are, then dealt anew among groups of one size: rows x dealings."""
    dealt = np.repeat(label.astype(np.float64)[:, None], DEALT + 1, axis=1)
    order = np.argsort(group, kind="stable")
    _, first, sizes = np.unique(group[order], return_index=True, return_counts=True)
    for size in np.unique(sizes):
        rows = order[first[sizes == size][:, None] + np.arange(size)]
        for place in range(1, DEALT + 1):
            dealt[rows, place] = label[rows[random.permutation(len(rows))]]
    return dealt


def group_folds(group: Codes, random: np.random.Generator) -> Codes:
    """A fold per row; what belongs together is in one. No label is looked at."""
    _, place = np.unique(group, return_inverse=True)
    return np.asarray((random.permutation(place.max() + 1) % FOLDS)[place], dtype=np.int64)


def likeness(encoder: Encoder, matrix: Floats) -> Floats:
    """Rows x rows: how alike they are, each column weighing the same in the whole."""
    from scipy.stats import rankdata

    total, count = np.zeros((len(matrix), len(matrix))), 0
    for start, column in zip(encoder.starts, encoder.columns, strict=True):
        parts: list[Floats] = []
        for place in range(start, start + column.width):
            values = matrix[:, place]
            missing = np.isnan(values)
            if column.kind == "category":
                parts += [(values == level).astype(np.float64) for level in np.unique(values[~missing])]
            else:
                ranks = np.zeros(len(values))
                ranks[~missing] = rankdata(values[~missing])
                ranks[~missing] -= ranks[~missing].mean() if not missing.all() else 0.0
                parts.append(ranks / max(ranks.std(), 1e-9))
            if FEWEST_MISSING <= missing.sum() <= len(missing) - FEWEST_MISSING:
                parts.append(missing.astype(np.float64))
        design = np.column_stack(parts) if parts else np.zeros((len(matrix), 1))
        design -= design.mean(axis=0)
        weight = float((design * design).sum())
        if weight > 1e-9:
            total, count = total + design @ design.T * (len(matrix) / weight), count + 1
    return total / max(count, 1)
