"""A fitted model as one object: encoder, estimator, calibrator and what is known about them. No fitting, no files."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.alike import Alike
from models.calibrate import Calibrator
from models.encode import Encoder
from models.spec import ModelSpec
from models.tournament import Estimator
from models.worked import Worked

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class FittedModel:
    """Scores a frame that has the columns it learned from; other columns are not looked at.

    `base_rate` is the share of positive landmarks on the training side, `losses` the log loss on the validation window
    of every contestant that the estimator won against.
    """

    spec: ModelSpec
    encoder: Encoder
    estimator: Estimator
    calibrator: Calibrator
    alike: Alike
    worked: Worked
    base_rate: float
    windows: Mapping[str, str]
    counts: Mapping[str, int]
    losses: Mapping[str, float]
    importance: Mapping[str, float]
    versions: Mapping[str, str]
    metrics: Mapping[str, float] = field(default_factory=dict)

    def with_metrics(self, metrics: Mapping[str, float]) -> "FittedModel":
        """The same model with what the test window said about it."""
        return replace(self, metrics=dict(metrics))

    def margin(self, frame: pl.DataFrame) -> Floats:
        """The estimator's log-odds before calibration, one per row."""
        if not frame.height:
            return np.empty(0)
        return self.estimator.margin(self.encoder.encode(frame))

    def predict(self, frame: pl.DataFrame) -> Floats:
        """Calibrated probabilities, one per row. Raises ModelError when a column is missing."""
        return self.calibrator.probability(self.margin(frame))

    def probability_of(self, matrix: Floats) -> Floats:
        """Calibrated probabilities of rows that are encoded already."""
        return self.calibrator.probability(self.estimator.margin(matrix))

    def interval(self, probability: Floats) -> tuple[Floats, Floats]:
        """Low and high of 90 % intervals for the event rate of units scored like these (`models.alike`)."""
        return self.alike.interval(probability)

    def lift(self, probability: Floats) -> Floats:
        """How many times the base rate a probability is."""
        return probability / self.base_rate

    def contributions(self, frame: pl.DataFrame) -> Floats:
        """What each feature adds to the log-odds: rows x (features + 1), the last column the value without any."""
        if not frame.height:
            return np.empty((0, len(self.encoder.columns) + 1))
        return self.contributions_of(self.encoder.encode(frame))

    def contributions_of(self, matrix: Floats) -> Floats:
        """The same of rows that are encoded already.

        Exact, whatever the estimator is. Under a logistic calibrator they add up to the calibrated log-odds; under a
        stepped one, which no sum can follow, to the margin.
        """
        by_column = self.estimator.contributions(matrix)
        starts = [*self.encoder.starts, len(self.encoder.sources)]
        contributions = np.asarray(np.add.reduceat(by_column, starts, axis=1), dtype=np.float64)
        if self.calibrator.kind == "logistic":
            contributions = contributions * self.calibrator.slope
            contributions[:, -1] += self.calibrator.intercept
        return contributions
