"""Regularised logistic regression on curves: numbers bend at their quantiles, categories have a height per level.

A number enters as ramps between neighbouring knots, so that the penalty draws each piece towards flat and the curve
stays smooth; a level's height is drawn towards the mean of all, the more the rarer it is, which is what lets levels by
the hundred in. Source: T. Hastie, R. Tibshirani and J. Friedman, "The Elements of Statistical Learning" (2009), ch. 5.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.additive import LEVELS, LINE, Additive, Curve, centred
from models.encode import Encoder
from models.window import Window

Floats = NDArray[np.float64]

KNOTS = 8
STRENGTHS = (0.03, 0.1, 0.3, 1.0, 3.0)
"""Inverse penalties that are tried."""
MOST_ROWS = 100_000
"""More rows move the curves less than their own width; a random part of them is learned from."""
MOST_STEPS = 300


@dataclass(frozen=True)
class Basis:
    """How one column enters: the knots of a number (none for a category), how many levels, the columns it fills."""

    knots: tuple[float, ...]
    levels: int
    start: int
    has_missing: bool

    @property
    def width(self) -> int:
        return (max(len(self.knots) - 1, 0) or self.levels) + self.has_missing


def bases(encoder: Encoder, matrix: Floats) -> list[Basis]:
    """The basis of every column of the matrix, learned from these rows."""
    found: list[Basis] = []
    start = 0
    for place, column in enumerate(encoder.by_place):
        values = matrix[:, place]
        has_missing = bool(np.isnan(values).any())
        if column.kind == "category":
            basis = Basis((), len(column.levels) + 1, start, has_missing)
        else:
            basis = Basis(knots_of(values[~np.isnan(values)]), 0, start, has_missing)
        found.append(basis)
        start += basis.width
    return found


def knots_of(values: Floats) -> tuple[float, ...]:
    """Distinct quantiles of a number; the two values of a yes or no."""
    if not values.size:
        return ()
    return tuple(np.unique(np.quantile(values, np.linspace(0, 1, KNOTS))).tolist())


def spread(bases_: list[Basis], matrix: Floats) -> Floats:
    """The design matrix, rows x all basis columns."""
    design = np.zeros((len(matrix), sum(basis.width for basis in bases_)))
    rows = np.arange(len(matrix))
    for place, basis in enumerate(bases_):
        values = matrix[:, place]
        known = ~np.isnan(values)
        if basis.levels:
            levels = np.minimum(values[known].astype(np.int64), basis.levels - 1)
            design[rows[known], basis.start + levels] = 1.0
        for ramp, (low, high) in enumerate(zip(basis.knots, basis.knots[1:], strict=False)):
            design[known, basis.start + ramp] = np.clip((values[known] - low) / (high - low), 0, 1)
        if basis.has_missing:
            design[~known, basis.start + basis.width - 1] = 1.0
    return design


def fit_logistic_curves(encoder: Encoder, window: Window, strength: float, seed: int) -> Additive:
    """Curves of least penalised log loss; `strength` is the inverse penalty (scikit-learn's C)."""
    from sklearn.linear_model import LogisticRegression

    window = window.at_most(MOST_ROWS, seed)
    learned = bases(encoder, window.matrix)
    regression = LogisticRegression(C=strength, max_iter=MOST_STEPS)
    regression.fit(spread(learned, window.matrix), window.label, sample_weight=window.weight)
    coefficients = regression.coef_[0]
    curves = [curve_of(basis, coefficients) for basis in learned]
    return centred("logistic regression", float(regression.intercept_[0]), curves, window)


def curve_of(basis: Basis, coefficients: Floats) -> Curve:
    """Ramps add up to heights at the knots; a level's coefficient is its height. What was never missing adds nothing
    when it is."""
    own = coefficients[basis.start : basis.start + basis.width]
    missing = float(own[-1]) if basis.has_missing else 0.0
    own = own[: basis.width - basis.has_missing]
    if basis.levels:
        return Curve(LEVELS, (), tuple(own.tolist()), missing)
    if not basis.knots:
        return Curve(LEVELS, (), (0.0,), missing)
    return Curve(LINE, basis.knots, (0.0, *np.cumsum(own).tolist()), missing)
