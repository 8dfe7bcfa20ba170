"""How sure a probability is: an interval for the share of events among units scored alike. No estimator.

The guarantee: among the rows held back, those scored nearest to a unit (a tenth of them, at least 50) are a sample of
the units scored like it; E. B. Wilson's interval (1927) of their event rate covers the rate of all such units in about
90 of 100 cases, as long as the future draws from where the past did. Rows that belong together (landmarks of one unit)
count once. It says nothing about a single unit, which converts or does not.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.measures import wilson

Floats = NDArray[np.float64]

SHARE, FEWEST = 0.1, 50
PLACES = 200
Z = 1.6448536269514722
"""Of a 90 % interval."""


@dataclass(frozen=True)
class Alike:
    """Ends of the interval at rising `scores` (probabilities), straight between them."""

    scores: tuple[float, ...]
    lows: tuple[float, ...]
    highs: tuple[float, ...]

    def interval(self, probability: Floats) -> tuple[Floats, Floats]:
        """Low and high, one of each per probability; the interval is never without the probability itself."""
        low, high = (np.interp(probability, self.scores, ends) for ends in (self.lows, self.highs))
        return np.minimum(low, probability), np.maximum(high, probability)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for the artefact."""
        return {"scores": list(self.scores), "lows": list(self.lows), "highs": list(self.highs)}


def alike(description: Mapping[str, Any]) -> Alike:
    """From its plain values."""
    return Alike(*(tuple(description[name]) for name in ("scores", "lows", "highs")))


def learn_alike(probability: Floats, label: NDArray[np.bool_], unit: NDArray[np.int64]) -> Alike:
    """From rows held back: their probabilities, what happened, and which rows belong together."""
    order = np.argsort(probability, kind="stable")
    scores, events = probability[order], np.append(0.0, np.cumsum(label[order]))
    size = len(scores)
    near = min(size, max(FEWEST, int(size * SHARE)))
    places = np.unique(np.linspace(0, size - 1, min(PLACES, size)).round().astype(np.int64))
    first = np.clip(places - near // 2, 0, size - near)
    rate = (events[first + near] - events[first]) / near
    independent = near * len(np.unique(unit)) / size
    low, high = wilson(rate * independent, np.full(len(rate), independent), Z)
    at, start = np.unique(scores[places], return_index=True)
    return Alike(*(tuple(map(float, ends)) for ends in (at, low[start], high[start])))
