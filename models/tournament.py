"""Who predicts best: contestants learn on one window, the next window ranks them, the best learns anew on both.

What does not belong here: how a contestant learns (its own module) and the test window, which nobody here sees.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from models.additive import Additive
from models.bayes import fit_bayes
from models.blend import Blend, Part
from models.boosting import Trees, best_trees, learned_anew
from models.calibrate import Calibrator, fit_calibrator, fit_logistic
from models.encode import Encoder
from models.grade import fit_grade
from models.logistic import STRENGTHS, fit_logistic_curves
from models.spec import ModelSpec
from models.window import Window, Windows

Floats = NDArray[np.float64]
Estimator = Additive | Trees | Blend
Fitted = TypeVar("Fitted", Additive, Trees, Blend)

SHARES = (0.3, 0.5, 0.7)
"""Shares of the trees in a blend that are tried."""


@dataclass(frozen=True, eq=False)
class Entry(Generic[Fitted]):
    """A contestant that learned on the training window: its margins on the validation window, what they are worth
    once calibrated there, and how it learns anew."""

    fitted: Fitted
    again: Callable[[Window], Fitted]
    margin: Floats
    scale: Calibrator
    loss: float

    @property
    def name(self) -> str:
        return self.fitted.name


@dataclass(frozen=True, eq=False)
class Contest:
    """The winner, learned anew on both windows, its calibrator, and every contestant's validation log loss."""

    winner: Estimator
    calibrator: Calibrator
    losses: dict[str, float]


def contest(spec: ModelSpec, encoder: Encoder, windows: Windows, group: NDArray[np.int64]) -> Contest:
    """Let all contestants learn on the training window and rank them on the next; ties go to the plainer one.

    `group` numbers what belongs together in the validation window (accounts, people).
    """
    training, validation = windows.training, windows.validation
    curves, trees = best_curves(spec, encoder, windows), best_boosting(spec, encoder, windows)
    entries: list[Entry[Additive] | Entry[Trees] | Entry[Blend]] = [
        entry(fit_grade(encoder, training, spec), lambda window: fit_grade(encoder, window, spec), validation),
        entry(fit_bayes(encoder, training, spec), lambda window: fit_bayes(encoder, window, spec), validation),
        curves,
        trees,
        best_blend(curves, trees, validation),
    ]
    best = min(entries, key=lambda one: one.loss)
    return Contest(
        winner=best.again(windows.both),
        calibrator=fit_calibrator(best.margin, validation.label > 0, group),
        losses={one.name: one.loss for one in entries},
    )


def entry(fitted: Fitted, again: Callable[[Window], Fitted], validation: Window) -> Entry[Fitted]:
    """A contestant with what it is worth on the validation window."""
    margin = fitted.margin(validation.matrix)
    scale = fit_logistic(margin, validation.label > 0)
    return Entry(fitted, again, margin, scale, log_loss(scale.probability(margin), validation))


def best_curves(spec: ModelSpec, encoder: Encoder, windows: Windows) -> Entry[Additive]:
    """Logistic regression under the penalty that serves the validation window best."""

    def tried(strength: float) -> Entry[Additive]:
        def learn(window: Window) -> Additive:
            return fit_logistic_curves(encoder, window, strength, spec)

        return entry(learn(windows.training), learn, windows.validation)

    return min((tried(strength) for strength in STRENGTHS), key=lambda one: one.loss)


def best_boosting(spec: ModelSpec, encoder: Encoder, windows: Windows) -> Entry[Trees]:
    """Trees under the setting that serves the validation window best."""
    best = best_trees(spec, encoder, windows.training, windows.validation)
    return entry(best.trees, lambda window: learned_anew(spec, encoder, window, best), windows.validation)


def best_blend(curves: Entry[Additive], trees: Entry[Trees], validation: Window) -> Entry[Blend]:
    """Both together, each on its own scale."""

    def blended(share: float, fitted: Sequence[Additive | Trees]) -> Blend:
        weights = (1 - share, share)
        return Blend(tuple(
            Part(one, weight * of.scale.slope, weight * of.scale.intercept)
            for one, of, weight in zip(fitted, (curves, trees), weights, strict=True)
        ))  # fmt: skip

    def tried(share: float) -> Entry[Blend]:
        return entry(
            blended(share, (curves.fitted, trees.fitted)),
            lambda window: blended(share, (curves.again(window), trees.again(window))),
            validation,
        )

    return min((tried(share) for share in SHARES), key=lambda one: one.loss)


def log_loss(probability: Floats, window: Window) -> float:
    """Mean over the rows, each counting once as in scoring."""
    return float(-np.log(np.where(window.label > 0, probability, 1 - probability)).mean())
