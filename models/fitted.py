"""A fitted model as one object: encoder, booster, calibrator and what is known about them. No fitting, no files."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.calibrate import Calibrator
from models.encode import Encoder
from models.spec import ModelSpec

if TYPE_CHECKING:
    from lightgbm import Booster

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class FittedModel:
    """Scores a frame that has the columns it learned from; other columns are not looked at.

    `booster_text` is LightGBM's own text form, the only form in which the trees are kept, so that a model scores the
    same before saving and after loading. `base_rate` is the share of positive landmarks on the training side.
    """

    spec: ModelSpec
    encoder: Encoder
    booster_text: str
    calibrator: Calibrator
    base_rate: float
    windows: Mapping[str, str]
    counts: Mapping[str, int]
    chosen: Mapping[str, float]
    importance: Mapping[str, float]
    versions: Mapping[str, str]
    metrics: Mapping[str, float] = field(default_factory=dict)

    @cached_property
    def booster(self) -> "Booster":
        from lightgbm import Booster

        return Booster(model_str=self.booster_text)

    def with_metrics(self, metrics: Mapping[str, float]) -> "FittedModel":
        """The same model with what the test window said about it."""
        return replace(self, metrics=dict(metrics))

    def margin(self, frame: pl.DataFrame) -> Floats:
        """The booster's raw score (log-odds before calibration), one per row."""
        if not frame.height:
            return np.empty(0)
        return self.raw(frame, raw_score=True)

    def predict(self, frame: pl.DataFrame) -> Floats:
        """Calibrated probabilities, one per row. Raises ModelError when a column is missing."""
        return self.calibrator.probability(self.margin(frame))

    def lift(self, probability: Floats) -> Floats:
        """How many times the base rate a probability is."""
        return probability / self.base_rate

    def contributions(self, frame: pl.DataFrame) -> Floats:
        """What each feature adds to the log-odds: rows x (features + 1), the last column the value without any.

        Exact tree contributions (Lundberg and others, "Consistent Individualized Feature Attribution for Tree
        Ensembles", 2018; LightGBM `pred_contrib`). Under a logistic calibrator they add up to the calibrated log-odds;
        under a stepped one, which no sum can follow, to the margin.
        """
        if not frame.height:
            return np.empty((0, len(self.encoder.columns) + 1))
        by_column = self.raw(frame, pred_contrib=True)
        starts = [*self.encoder.starts, len(self.encoder.sources)]
        contributions = np.asarray(np.add.reduceat(by_column, starts, axis=1), dtype=np.float64)
        if self.calibrator.kind == "logistic":
            contributions = contributions * self.calibrator.slope
            contributions[:, -1] += self.calibrator.intercept
        return contributions

    def raw(self, frame: pl.DataFrame, **wanted: bool) -> Floats:
        """LightGBM's answer for the encoded frame."""
        matrix = self.encoder.encode(frame)
        answer: Any = self.booster.predict(matrix, num_threads=self.spec.threads, **wanted)
        return np.asarray(answer, dtype=np.float64)
