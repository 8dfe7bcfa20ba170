"""Probabilities for rows by models that never saw them: the last share by time, or every row in its turn.

Without an order this is nested cross-validation: whatever is chosen is chosen again inside every fold (S. Varma and
R. Simon, "Bias in error estimation when using cross-validation for model selection", 2006).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.measures import auc_of
from models.rehearse import Learned, Part, folds, learn
from models.spec import ModelSpec
from models.window import Floats

OUTER = 5
FEW_ROWS, REPEATS = 500, 3
"""With fewer rows, chance in the folds is averaged out."""

Codes = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Unseen:
    """Rows of a part with the mean of the probabilities, and of the intervals' ends, that models gave who had not seen
    them; `by_contestant`: what every contestant would have said. `model` is one that scored the row, by its place in
    `models`; `within`: the mean AUC within the rows that were held back together.
    """

    rows: Codes
    probability: Floats
    low: Floats
    high: Floats
    model: Codes
    models: Sequence[Learned]
    by_contestant: dict[str, Floats]
    within: float
    n_train: int
    purged: int = 0


def last_share(part: Part, spec: ModelSpec, share: float) -> Unseen:
    """The last rows by the models of those before. What belongs to a tested row does not train: it is purged."""
    size = len(part.label)
    test = np.arange(size) >= size - max(1, round(size * share))
    straddling = ~test & np.isin(part.group, np.unique(part.group[test]))
    learned = learn(part.of(~test & ~straddling), spec)
    rows = np.flatnonzero(test)
    everyone = probabilities(learned, part, rows)
    probability = everyone[learned.contest.winner.name]
    low, high = learned.alike.interval(probability)
    return Unseen(
        rows, probability, low, high, np.zeros(len(rows), dtype=np.int64), [learned], everyone,
        auc_of(probability, part.label[rows]), len(learned.rows), int(straddling.sum()),
    )  # fmt: skip


def in_turn(part: Part, spec: ModelSpec) -> Unseen:
    """Every row by the models of the folds that it is not in."""
    size, times = len(part.label), REPEATS if len(part.label) < FEW_ROWS else 1
    models: list[Learned] = []
    total = np.zeros((3, size))
    model = np.zeros(size, dtype=np.int64)
    by_contestant: dict[str, Floats] = {}
    within = []
    for turn in range(times):
        fold = folds(part.group, part.label, OUTER, spec.seed + turn)
        for number in range(OUTER):
            rows = np.flatnonzero(fold == number)
            learned = learn(part.of(fold != number), spec)
            everyone = probabilities(learned, part, rows)
            probability = everyone[learned.contest.winner.name]
            total[:, rows] += np.stack([probability, *learned.alike.interval(probability)])
            for name, one in everyone.items():
                by_contestant.setdefault(name, np.zeros(size))[rows] += one / times
            model[rows] = len(models)
            models.append(learned)
            within.append(auc_of(probability, part.label[rows]))
    probability, low, high = total / times
    return Unseen(
        np.arange(size), probability, low, high, model, models, by_contestant, float(np.nanmean(within)), size
    )


def probabilities(learned: Learned, part: Part, rows: Codes) -> dict[str, Floats]:
    """What the winner and all others say of some rows, by name."""
    matrix = learned.encoder.encode(part.frame[rows])
    winner = learned.contest.winner
    others = {
        one.name: one.scale.probability(one.again(learned.rows).margin(matrix))
        for one in learned.contest.entries
        if one is not winner
    }
    return {winner.name: learned.probability(matrix)} | others
