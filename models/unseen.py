"""Probabilities for rows by models that never saw them: the last share by time, or every row in its turn.

Without an order this is nested cross-validation: whatever is chosen is chosen again inside every fold (S. Varma and
R. Simon, "Bias in error estimation when using cross-validation for model selection", 2006).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.measures import auc_of
from models.rehearse import MOST_ROWS, Learned, Part, folds, learn, relearn
from models.spec import ModelSpec
from models.window import Floats

OUTER = 5
FEW_ROWS, REPEATS = 500, 3
"""With fewer rows, chance in the folds is averaged out."""
NESTED_ROWS, NESTED_CELLS = 4_000, 300_000
"""With more of both the contest is held in the first fold alone: what one choice among a few contestants can promise
too much is by then far below what chance does, and choosing is what costs. Calibrated is anew in every fold."""

Codes = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Unseen:
    """Rows of a part with the mean of the probabilities, and of the intervals' ends, that models gave who had not seen
    them; `by_contestant`: what every contestant would have said. `model` is one that scored the row, by its place in
    `models`; `within`: the mean AUC within the rows that were held back together; `passed_over`: rows that could have
    been learned from besides the `n_train` that were.
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
    passed_over: int = 0

    def auc(self, probability: Floats, label: NDArray[np.bool_]) -> float:
        """The mean AUC within the parts that were held back together: between them only scales would be compared (G.
        Forman and M. Scholz, "Apples-to-apples in cross-validation studies", 2010)."""
        parts = [self.model == one for one in np.unique(self.model)]
        return float(np.nanmean([auc_of(probability[part], label[part]) for part in parts]))

    @property
    def is_nested(self) -> bool:
        """Whether every fold held a contest of its own."""
        return len({id(one.encoder) for one in self.models}) == len(self.models)


def last_share(part: Part, spec: ModelSpec, share: float) -> Unseen:
    """The last rows by the models of those before. What belongs to a tested row does not train: it is purged."""
    size = len(part.label)
    test = np.arange(size) >= size - max(1, round(size * share))
    straddling = ~test & np.isin(part.group, np.unique(part.group[test]))
    before = part.of(~test & ~straddling)
    learned = learn(before, spec)
    rows = np.flatnonzero(test)
    everyone = probabilities(learned, part, rows)
    probability = everyone[learned.contest.winner.name]
    low, high = learned.alike.interval(probability)
    return Unseen(
        rows, probability, low, high, np.zeros(len(rows), dtype=np.int64), [learned], everyone,
        auc_of(probability, part.label[rows]), len(learned.rows), int(straddling.sum()),
        len(before.label) - len(learned.rows),
    )  # fmt: skip


def in_turn(part: Part, spec: ModelSpec, turns: int = OUTER) -> Unseen:
    """Every row by the models of the folds that it is not in; with fewer `turns`, those of the first folds."""
    size = len(part.label)
    times = REPEATS if size < FEW_ROWS and turns == OUTER else 1
    choose_once = size > NESTED_ROWS and size * part.frame.width > NESTED_CELLS
    models: list[Learned] = []
    total = np.zeros((3, size))
    model = np.zeros(size, dtype=np.int64)
    by_contestant: dict[str, Floats] = {}
    within = []
    for turn in range(times):
        fold = folds(part.group, part.label, OUTER, spec.seed + turn)
        for number in range(turns):
            rows = np.flatnonzero(fold == number)
            others = part.of(fold != number)
            learned = relearn(models[0], others, spec) if choose_once and models else learn(others, spec)
            everyone = probabilities(learned, part, rows)
            probability = everyone[learned.contest.winner.name]
            total[:, rows] += np.stack([probability, *learned.alike.interval(probability)])
            for name, one in everyone.items():
                by_contestant.setdefault(name, np.zeros(size))[rows] += one
            model[rows] = len(models)
            models.append(learned)
            within.append(auc_of(probability, part.label[rows]))
    tested = np.flatnonzero(total[0] > 0)
    probability, low, high = total[:, tested] / times
    everyone = {name: one[tested] / times for name, one in by_contestant.items()}
    n_train = size if turns == OUTER else size - len(tested)
    return Unseen(
        tested, probability, low, high, model[tested], models, everyone, float(np.nanmean(within)),
        min(n_train, MOST_ROWS), 0, max(0, n_train - MOST_ROWS),
    )  # fmt: skip


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
