"""A score that is a sum of one curve per column: what logistic regression, naive Bayes and grades have in common.

A curve is a table, so the model is plain numbers: kept as JSON, read by eye, the same to the last bit after loading.
What belongs here: the fitted sum and what each column adds to it. How curves are found: `logistic`, `bayes`, `grade`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from models.window import Floats, Window

LINE, STEPS, LEVELS = "line", "steps", "levels"


@dataclass(frozen=True)
class Curve:
    """What one column of the matrix adds to the log-odds.

    `line`: straight between `knots`, level beyond them, `heights` at the knots. `steps`: one height more than knots, a
    value at a knot belongs to the step above it. `levels`: one height per number of a level. `missing`: for no value.
    """

    kind: str
    knots: tuple[float, ...]
    heights: tuple[float, ...]
    missing: float

    def at(self, values: Floats) -> Floats:
        """Heights, one per value; NaN is missing."""
        heights = np.asarray(self.heights)
        if self.kind == LINE:
            found: Floats = np.interp(values, self.knots, heights)  # gives NaN for NaN
            if np.isnan(found).any():
                found[np.isnan(values)] = self.missing
            return found
        lost = np.isnan(values)
        if self.kind == STEPS:
            found = heights[np.searchsorted(np.asarray(self.knots), values, side="right").clip(max=len(heights) - 1)]
        else:
            found = heights[np.minimum(np.where(lost, 0.0, values), len(heights) - 1).astype(np.int64)]
        found[lost] = self.missing
        return found

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for the artefact."""
        return {
            "kind": self.kind, "knots": list(self.knots), "heights": list(self.heights), "missing": self.missing
        }  # fmt: skip


@dataclass(frozen=True)
class Additive:
    """`name` tells how the curves were found, `level` is added to every row; one curve per column of the matrix."""

    name: str
    level: float
    curves: tuple[Curve, ...]

    def margin(self, matrix: Floats) -> Floats:
        """Log-odds, one per row."""
        total = np.full(len(matrix), self.level)
        for place, curve in enumerate(self.curves):
            total += curve.at(matrix[:, place])
        return total

    def contributions(self, matrix: Floats) -> Floats:
        """What each column adds: rows x (columns + 1), the last the level. They add up to the margin.

        Curves are centred when they are fitted, so that what a column adds is measured against the training rows.
        """
        parts = [curve.at(matrix[:, place]) for place, curve in enumerate(self.curves)]
        return np.column_stack([*parts, np.full(len(matrix), self.level)])

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for the artefact."""
        return {"name": self.name, "level": self.level, "curves": [curve.as_dict() for curve in self.curves]}


def additive(description: Mapping[str, Any]) -> Additive:
    """The sum from its plain values."""
    curves = (
        Curve(one["kind"], tuple(one["knots"]), tuple(one["heights"]), one["missing"]) for one in description["curves"]
    )
    return Additive(description["name"], description["level"], tuple(curves))


def centred(name: str, level: float, curves: Sequence[Curve], window: Window) -> Additive:
    """The same sum with every curve's weighted mean over these rows moved into the level."""
    moved = []
    for place, curve in enumerate(curves):
        middle = float(np.average(curve.at(window.matrix[:, place]), weights=window.weight))
        level += middle
        heights = tuple(height - middle for height in curve.heights)
        moved.append(Curve(curve.kind, curve.knots, heights, curve.missing - middle))
    return Additive(name, level, tuple(moved))
