"""What nobody worked says nothing about what work would have brought: which rows teach, and where scores reach beyond.

A lead that sales never came to has not failed. Where a specification says so, a model learns and is tested on worked
units alone, and promises what happens if a unit is worked. How far that may be believed for the others is kept with it:
the share worked by score, as the training side shows it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.landmarks import WORKED
from models.spec import ModelSpec

DECILES = 10
TAIL = 0.005
"""Of the worked scores lie beyond either border: further out nothing was learned from."""
FEWEST_WORKED = 0.25
"""Times the usual share worked: where less was, the model knows such units by hearsay."""

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Worked:
    """Share worked in each tenth of the scores, the borders between them, and the ends of what was worked.

    Empty where all units teach: then nothing is extrapolated, and no share is known.
    """

    borders: tuple[float, ...] = ()
    shares: tuple[float, ...] = ()
    lowest: float = 0.0
    highest: float = 1.0
    usual: float = 1.0

    def share(self, probability: Floats) -> Floats:
        """Share worked among units scored alike; NaN where it is not known."""
        if not self.shares:
            return np.full(len(probability), np.nan)
        return np.asarray(self.shares)[np.searchsorted(self.borders, probability, side="right")]

    def is_extrapolated(self, probability: Floats) -> Mask:
        """Whether a score lies where hardly a unit was worked, or beyond all that were."""
        if not self.shares:
            return np.zeros(len(probability), dtype=np.bool_)
        outside = (probability < self.lowest) | (probability > self.highest)
        return np.asarray(outside | (self.share(probability) < FEWEST_WORKED * self.usual), dtype=np.bool_)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for the artefact."""
        return {
            "borders": list(self.borders),
            "shares": list(self.shares),
            "lowest": self.lowest,
            "highest": self.highest,
            "usual": self.usual,
        }


def worked(description: Mapping[str, Any]) -> Worked:
    """From its plain values."""
    return Worked(**{**description, **{name: tuple(description[name]) for name in ("borders", "shares")}})


def taught(frame: pl.DataFrame, spec: ModelSpec) -> pl.DataFrame:
    """The landmarks that a model may learn from and be tested on."""
    return frame.filter(pl.col(WORKED)) if spec.learns_from_worked and WORKED in frame.columns else frame


def learn_worked(probability: Floats, is_worked: Mask) -> Worked:
    """From scores of landmarks, worked or not, that the scores were not learned from."""
    borders = np.unique(np.quantile(probability, np.arange(1, DECILES) / DECILES))
    tenth = np.searchsorted(borders, probability, side="right")
    count = np.bincount(tenth, minlength=len(borders) + 1)
    shares = np.bincount(tenth, is_worked, minlength=len(borders) + 1) / np.maximum(count, 1)
    lowest, highest = np.quantile(probability[is_worked], (TAIL, 1 - TAIL)) if is_worked.any() else (0.0, 1.0)
    return Worked(
        tuple(map(float, borders)), tuple(map(float, shares)), float(lowest), float(highest), float(is_worked.mean())
    )
