"""Regularised logistic regression on curves: numbers bend at their quantiles, categories have a height per level.

A number enters as ramps between neighbouring knots, so that the penalty draws each piece towards flat and the curve
stays smooth; a level's height is drawn towards the mean of all, the more the rarer it is, which is what lets levels by
the hundred in. Source: T. Hastie, R. Tibshirani and J. Friedman, "The Elements of Statistical Learning" (2009), ch. 5.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from models.additive import LEVELS, LINE, Additive, Curve, centred
from models.calibrate import sigmoid
from models.encode import Encoder
from models.spec import ModelSpec
from models.window import Floats, Rehearsals, Window

KNOTS = 8
STRENGTHS = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
"""Inverse penalties that are tried."""
MOST_ROWS = 100_000
"""More rows move the curves less than their own width; a random part of them is learned from."""
MOST_TRIED = 30_000
"""Strengths are tried on no more rows than this."""
MOSTLY_ZERO = 0.15
"""Of a design with a smaller share of other numbers only these are kept: levels by the hundred are nearly all zero."""
STOPS = {"maxiter": 300, "ftol": 1e-7}
"""Where a step gains less than this share of the loss, the curves no longer move."""


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


def curves_of_strengths(
    encoder: Encoder, rehearsals: Rehearsals, spec: ModelSpec
) -> Iterator[tuple[Callable[[Window], Additive], Floats]]:
    """For every strength: how it learns anew, and its margins on the rows held back. Each begins where the one before
    ended, which is nearer than nothing."""
    tried = [
        (Problem.of(encoder, one.training.at_most(MOST_TRIED, spec.seed), spec), one.validation)
        for one in rehearsals.held
    ]
    starts: list[Floats | None] = [None] * len(tried)
    for strength in STRENGTHS:
        margins = []
        for place, (problem, held) in enumerate(tried):
            starts[place] = found = problem.solved(strength, starts[place])
            margins.append(problem.curves(found).margin(held.matrix))
        yield partial(fit_logistic_curves, encoder, strength, spec), np.concatenate(margins)


def fit_logistic_curves(encoder: Encoder, strength: float, spec: ModelSpec, window: Window) -> Additive:
    """Curves of least penalised log loss; `strength` is the inverse penalty on the squares, as scikit-learn's C.

    The ramps of a feature that must not lower the score are kept at 0 or above.
    """
    problem = Problem.of(encoder, window.at_most(MOST_ROWS, spec.seed), spec)
    return problem.curves(problem.solved(strength, None))


@dataclass(frozen=True, eq=False)
class Problem:
    """One window under its bases, for any strength; the answer is the coefficients and, last, the level."""

    window: Window
    bases: Sequence[Basis]
    design: Any
    bounds: Sequence[tuple[float | None, float | None]]

    @classmethod
    def of(cls, encoder: Encoder, window: Window, spec: ModelSpec) -> "Problem":
        """The bases are learned from these rows."""
        from scipy.sparse import csr_matrix

        learned = bases(encoder, window.matrix)
        signs = [spec.monotone.get(name, 0) for name in encoder.sources]
        design: Any = spread(learned, window.matrix)
        if np.count_nonzero(design) < MOSTLY_ZERO * design.size:
            design = csr_matrix(design)
        return cls(window, learned, design, bounds_of(learned, signs))

    def solved(self, strength: float, start: Floats | None) -> Floats:
        """By limited-memory BFGS within bounds (R. Byrd and others, 1995)."""
        from scipy.optimize import minimize
        from threadpoolctl import threadpool_limits

        label, weight, design = self.window.label, self.window.weight, self.design
        sign = 2 * label - 1

        def loss(values: Floats) -> tuple[float, Floats]:
            margin = sign * (design @ values[:-1] + values[-1])
            error = -sign * weight * sigmoid(-margin)
            slope = np.append(strength * (design.T @ error) + values[:-1], strength * error.sum())
            total = strength * (weight @ np.logaddexp(0.0, -margin)) + 0.5 * values[:-1] @ values[:-1]
            return float(total), slope

        if start is None:
            rate = np.average(label, weights=weight)
            start = np.append(np.zeros(design.shape[1]), np.log(rate / (1 - rate)))
        # On this few numbers the threads of the linear algebra wait for each other longer than they work.
        with threadpool_limits(1):
            found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=self.bounds, options=STOPS)
        return np.asarray(found.x, dtype=np.float64)

    def curves(self, values: Floats) -> Additive:
        """The answer as a sum of curves."""
        return centred(
            "logistic regression", float(values[-1]), [curve_of(one, values) for one in self.bases], self.window
        )


def bounds_of(bases_: list[Basis], signs: Sequence[int]) -> list[tuple[float | None, float | None]]:
    """Least and greatest value of every coefficient, the level last."""
    found: list[tuple[float | None, float | None]] = []
    for basis, sign in zip(bases_, signs, strict=True):
        ramps = basis.width - basis.has_missing
        found += [(0.0 if sign > 0 else None, 0.0 if sign < 0 else None)] * ramps
        found += [(None, None)] * basis.has_missing
    return [*found, (None, None)]


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
