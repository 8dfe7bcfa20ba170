"""Preset points: what people hold of columns and values before anything is learned, as a contestant among the others.

Nothing is learned here but the quantiles of numbers, so that with few outcomes nothing is wasted. What the points are,
the specification says (`ModelSpec.points`); where they come from, its writer.
"""

from collections.abc import Mapping

import numpy as np

from models.additive import LEVELS, LINE, Additive, Curve, centred
from models.encode import EncodedColumn, Encoder
from models.logistic import knots_of
from models.spec import ModelSpec
from models.window import Floats, Window

NAME = "preset points"


def has_points(encoder: Encoder, spec: ModelSpec) -> bool:
    """Whether any column is worth points."""
    return any(name in spec.points for name in encoder.names)


def preset_points(encoder: Encoder, window: Window, spec: ModelSpec) -> Additive:
    """A height per level; a number rises by its points from its least to its middle, and again to its greatest."""
    curves = [curve_of(column, window.matrix[:, place], spec) for place, column in enumerate(encoder.by_place)]
    rate = float(np.average(window.label, weights=window.weight))
    return centred(NAME, float(np.log(rate / (1 - rate))), curves, window)


def curve_of(column: EncodedColumn, values: Floats, spec: ModelSpec) -> Curve:
    """The points of one column; none where nobody says anything of it."""
    points = spec.points.get(column.name)
    if column.kind == "category":
        by_level = points if isinstance(points, Mapping) else {}
        return Curve(LEVELS, (), (*(float(by_level.get(level, 0.0)) for level in column.levels), 0.0), 0.0)
    knots = knots_of(values[~np.isnan(values)])
    if column.kind == "list" or isinstance(points, Mapping) or not points or len(knots) < 2:
        return Curve(LINE, (0.0,), (0.0,), 0.0)
    return Curve(LINE, knots, tuple((points * np.linspace(-1, 1, len(knots))).tolist()), 0.0)
