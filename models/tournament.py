"""Who predicts best: contestants learn on one part, the part held back ranks them, the best learns anew on both.

What does not belong here: how a contestant learns (its own module) and the test, which nobody here sees.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from models.additive import Additive
from models.bayes import fit_bayes
from models.blend import Blend, Part
from models.boosting import DEFAULT, Trees, boosted_contestants
from models.calibrate import Calibrator, fit_calibrator, fit_logistic
from models.encode import Encoder
from models.grade import fit_grade
from models.logistic import curves_of_strengths
from models.points import NAME, has_points, preset_points
from models.spec import ModelSpec
from models.window import Floats, Rehearsals, Window

Estimator = Additive | Trees | Blend
Fitted_co = TypeVar("Fitted_co", bound=Estimator, covariant=True)

SHARES = (0.3, 0.5, 0.7)
"""Shares of the trees in a blend that are tried."""


@dataclass(frozen=True, eq=False)
class Entry(Generic[Fitted_co]):
    """A contestant: how it learns anew, its margins on the rows held back, what they are worth once calibrated."""

    name: str
    again: Callable[[Window], Fitted_co]
    margin: Floats
    scale: Calibrator
    loss: float


@dataclass(frozen=True, eq=False)
class Contest:
    """All who took part, the best first, and the calibrator of the best."""

    entries: tuple[Entry[Estimator], ...]
    calibrator: Calibrator

    @property
    def winner(self) -> Entry[Estimator]:
        return self.entries[0]

    @property
    def losses(self) -> dict[str, float]:
        return {one.name: one.loss for one in self.entries}


def contest(spec: ModelSpec, encoder: Encoder, rehearsals: Rehearsals, group: NDArray[np.int64]) -> Contest:
    """Let all contestants learn and rank them by log loss on what was held back; ties go to the plainer one.

    `group` numbers what belongs together there (accounts, people).
    """
    label = rehearsals.label

    def learner(name: str, again: Callable[[Window], Additive]) -> Entry[Additive]:
        parts = [again(one.training).margin(one.validation.matrix) for one in rehearsals.held]
        return entry(name, again, np.concatenate(parts), label)

    strengths = [
        entry("logistic regression", again, margin, label)
        for again, margin in curves_of_strengths(encoder, rehearsals, spec)
    ]
    trees = [
        entry("plain LightGBM" if setting is DEFAULT else "gradient boosting", again, margin, label)
        for setting, again, margin in boosted_contestants(spec, encoder, rehearsals)
    ]
    plain, curves, best = trees[0], least(strengths), least(trees[1:])
    preset = [learner(NAME, lambda window: preset_points(encoder, window, spec))] if has_points(encoder, spec) else []
    entries: list[Entry[Estimator]] = [
        *preset,
        learner("letter grade", lambda window: fit_grade(encoder, window, spec)),
        learner("naive Bayes", lambda window: fit_bayes(encoder, window, spec)),
        curves,
        plain,
        best,
        best_blend(curves, best, label),
    ]
    ranked = tuple(sorted(entries, key=lambda one: one.loss))
    return Contest(ranked, fit_calibrator(ranked[0].margin, label > 0, group))


def entry(name: str, again: Callable[[Window], Fitted_co], margin: Floats, label: Floats) -> Entry[Fitted_co]:
    """A contestant with what it is worth on the rows held back."""
    scale = fit_logistic(margin, label > 0)
    again = lru_cache(maxsize=1)(again)  # a blend and its parts learn the same
    return Entry(name, again, margin, scale, log_loss(scale.probability(margin), label))


def least(entries: list[Entry[Fitted_co]]) -> Entry[Fitted_co]:
    """The one with the least loss, the first of equals."""
    return min(entries, key=lambda one: one.loss)


def best_blend(curves: Entry[Additive], trees: Entry[Trees], label: Floats) -> Entry[Blend]:
    """Both together, each on its own scale."""

    def tried(share: float) -> Entry[Blend]:
        def part(fitted: Additive | Trees, scale: Calibrator, weight: float) -> Part:
            return Part(fitted, weight * scale.slope, weight * scale.intercept)

        def again(window: Window) -> Blend:
            both = part(curves.again(window), curves.scale, 1 - share), part(trees.again(window), trees.scale, share)
            return Blend(both)

        margin = sum(
            weight * (one.scale.slope * one.margin + one.scale.intercept)
            for one, weight in ((curves, 1 - share), (trees, share))
        )
        return entry(f"{curves.name} + {trees.name}", again, np.asarray(margin), label)

    return least([tried(share) for share in SHARES])


def log_loss(probability: Floats, label: Floats) -> float:
    """Mean over the rows, each counting once as in scoring."""
    return float(row_losses(probability, label).mean())


def row_losses(probability: Floats, label: Floats) -> Floats:
    """What each row adds to the log loss."""
    return np.asarray(-np.log(np.where(label > 0, probability, 1 - probability)), dtype=np.float64)
