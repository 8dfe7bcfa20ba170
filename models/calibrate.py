"""From the margin of a booster to a probability: fitted on the validation window alone. No estimator, no judging.

Sources: J. Platt, "Probabilistic Outputs for Support Vector Machines" (1999) for the logistic form with the smoothed
targets; B. Zadrozny and C. Elkan (KDD 2002) for isotonic regression, which needs many positives to be sane.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

MIN_POSITIVES_FOR_STEPS = 300
FOLDS = 5
NEWTON_STEPS = 50
SLOPE_PRIOR = 1.0
LOWEST, HIGHEST = 1e-5, 1 - 1e-5

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Calibrator:
    """A rising function of the margin: `kind` logistic (slope, intercept) or steps (knots, heights, interpolated)."""

    kind: str
    slope: float = 1.0
    intercept: float = 0.0
    knots: tuple[float, ...] = ()
    heights: tuple[float, ...] = ()

    def probability(self, margin: Floats) -> Floats:
        """Probabilities strictly between 0 and 1, one per margin."""
        if self.kind == "logistic":
            raw = sigmoid(self.slope * margin + self.intercept)
        else:
            raw = np.interp(margin, self.knots, self.heights)
        return np.clip(raw, LOWEST, HIGHEST)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for the artefact."""
        return {
            "kind": self.kind,
            "slope": self.slope,
            "intercept": self.intercept,
            "knots": list(self.knots),
            "heights": list(self.heights),
        }


def fit_calibrator(margin: Floats, label: NDArray[np.bool_], group: NDArray[np.int64]) -> Calibrator:
    """The logistic form, or steps where they are better beyond noise over five folds by group and cases are many.

    Every landmark counts once here: a probability speaks of the records as they stand on a day of scoring. Weighting
    by unit would count those that convert soon, and so have few landmarks, too often, and promise too much.
    """
    positives = int(label.sum())
    if min(positives, label.size - positives) < MIN_POSITIVES_FOR_STEPS:
        return fit_logistic(margin, label)
    gain = folded_losses(fit_logistic, margin, label, group) - folded_losses(fit_steps, margin, label, group)
    noise = float(gain.std()) / np.sqrt(gain.size)
    return (fit_steps if float(gain.mean()) > 2 * noise else fit_logistic)(margin, label)


def folded_losses(
    form: Callable[[Floats, NDArray[np.bool_]], Calibrator],
    margin: Floats,
    label: NDArray[np.bool_],
    group: NDArray[np.int64],
) -> Floats:
    """Log loss per row of a form fitted on the rows of other groups."""
    probability = np.empty(margin.size)
    for fold in range(FOLDS):
        held_out = group % FOLDS == fold
        probability[held_out] = form(margin[~held_out], label[~held_out]).probability(margin[held_out])
    losses: Floats = -np.log(np.where(label, probability, 1 - probability))
    return losses


def fit_logistic(margin: Floats, label: NDArray[np.bool_]) -> Calibrator:
    """Platt's form by Newton steps, the slope drawn towards 1 (a normal prior) and never below 0.

    With few positives the prior keeps the booster's own scale; a slope of 0 says that the margin tells nothing, and
    everyone gets the base rate.
    """
    positives = int(label.sum())
    target = np.where(label, (positives + 1) / (positives + 2), 1 / (label.size - positives + 2))
    slope, intercept = newton(margin, target, slope_free=True)
    if slope <= 0:
        slope, intercept = newton(margin, target, slope_free=False)
    return Calibrator("logistic", slope=slope, intercept=intercept)


def newton(margin: Floats, target: Floats, slope_free: bool) -> tuple[float, float]:
    """Slope and intercept of least penalised log loss; with `slope_free` false the slope stays 0."""
    slope, intercept = (1.0, 0.0) if slope_free else (0.0, 0.0)
    for _ in range(NEWTON_STEPS):
        probability = sigmoid(slope * margin + intercept)
        spread = np.maximum(probability * (1 - probability), 1e-12)
        error = probability - target
        steepness = float((error * margin).sum()) + SLOPE_PRIOR * (slope - 1) if slope_free else 0.0
        level = float(error.sum())
        curve_slope = float((spread * margin * margin).sum()) + SLOPE_PRIOR if slope_free else 1.0
        curve_both = float((spread * margin).sum()) if slope_free else 0.0
        curve_level = float(spread.sum())
        determinant = curve_slope * curve_level - curve_both * curve_both
        step_slope = (steepness * curve_level - level * curve_both) / determinant
        step_level = (level * curve_slope - steepness * curve_both) / determinant
        # A long Newton step can overshoot far from the minimum; a bounded one arrives a few rounds later.
        slope -= float(np.clip(step_slope, -2, 2))
        intercept -= float(np.clip(step_level, -2, 2))
        if max(abs(step_slope), abs(step_level)) < 1e-10:
            break
    return slope, intercept


def fit_steps(margin: Floats, label: NDArray[np.bool_]) -> Calibrator:
    """Isotonic regression; its ends are kept off 0 and 1 by one imagined case each way."""
    from sklearn.isotonic import IsotonicRegression

    steps = IsotonicRegression(out_of_bounds="clip", y_min=1 / (label.size + 2), y_max=1 - 1 / (label.size + 2))
    steps.fit(margin, label.astype(np.float64))
    knots, heights = steps.X_thresholds_, steps.y_thresholds_
    return Calibrator("steps", knots=tuple(map(float, knots)), heights=tuple(map(float, heights)))


def sigmoid(value: Floats) -> Floats:
    """The logistic function, without overflow for large negative values."""
    return np.exp(-np.logaddexp(0.0, -value))
