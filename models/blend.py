"""Several scores as one: the weighted sum of their log-odds. Which, and with what weights, is decided elsewhere."""

from dataclasses import dataclass

import numpy as np

from models.additive import Additive
from models.boosting import Trees
from models.window import Floats


@dataclass(frozen=True)
class Part:
    """One score and the straight line that brings it to the common scale, its share in the whole included."""

    estimator: Additive | Trees
    slope: float
    level: float


@dataclass(frozen=True)
class Blend:
    """The sum of its parts."""

    parts: tuple[Part, ...]

    @property
    def name(self) -> str:
        return " + ".join(part.estimator.name for part in self.parts)

    def margin(self, matrix: Floats) -> Floats:
        """Log-odds, one per row."""
        total = np.zeros(len(matrix))
        for part in self.parts:
            total += part.slope * part.estimator.margin(matrix) + part.level
        return total

    def contributions(self, matrix: Floats) -> Floats:
        """What each column adds: rows x (columns + 1), the last the value without any."""
        total = np.zeros((len(matrix), matrix.shape[1] + 1))
        for part in self.parts:
            total += part.slope * part.estimator.contributions(matrix)
            total[:, -1] += part.level
        return total
