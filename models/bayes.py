"""Smoothed naive Bayes per field, as sales teams know it: how often those with this value were won, field by field.

Source: the predictive lead scoring of Odoo (documentation of its CRM), which keeps won and lost counts per field, value
and team with a tenth of a case added to each; here a number counts by its tenths.
"""

import numpy as np

from models.additive import LEVELS, STEPS, Additive, Curve, centred
from models.encode import Encoder
from models.spec import ModelSpec
from models.window import Floats, Window

ADDED = 0.1
"""Cases added to every count, so that a value that was never won is unlikely and not impossible."""
BINS = 10


def fit_bayes(encoder: Encoder, window: Window, spec: ModelSpec) -> Additive:
    """One height per value or tenth: the log of its share among the won over its share among the lost."""
    label, weight = window.label, window.weight
    won, lost = float(weight @ label), float(weight @ (1 - label))
    curves = []
    for place, column in enumerate(encoder.by_place):
        values = window.matrix[:, place]
        known = ~np.isnan(values)
        knots: tuple[float, ...] = ()
        if column.kind == "category":
            size = len(column.levels) + 1
            numbers = np.where(known, np.minimum(np.where(known, values, 0.0), size - 1), size).astype(np.int64)
        else:
            knots = edges_of(values[known])
            size = len(knots) + 1
            numbers = np.where(known, np.searchsorted(knots, values, side="right"), size).astype(np.int64)
        mine = np.bincount(numbers, weight * label, minlength=size + 1) + ADDED
        theirs = np.bincount(numbers, weight * (1 - label), minlength=size + 1) + ADDED
        heights = np.log(mine / (won + ADDED)) - np.log(theirs / (lost + ADDED))
        if sign := spec.monotone.get(column.name, 0):
            heights[:-1] = rising(sign * heights[:-1], (mine + theirs)[:-1]) * sign
        kind = LEVELS if column.kind == "category" else STEPS
        missing = float(heights[-1]) if not known.all() else 0.0
        curves.append(Curve(kind, knots, tuple(heights[:-1].tolist()), missing))
    return centred("naive Bayes", float(np.log((won + ADDED) / (lost + ADDED))), curves, window)


def rising(heights: Floats, weight: Floats) -> Floats:
    """The nearest heights that never fall."""
    from sklearn.isotonic import isotonic_regression

    return np.asarray(isotonic_regression(heights, sample_weight=weight), dtype=np.float64)


def edges_of(values: Floats) -> tuple[float, ...]:
    """Where the tenths of a number begin, but for the first."""
    if not values.size:
        return ()
    inner = np.unique(np.quantile(values, np.linspace(0, 1, BINS + 1)[1:-1]))
    return tuple(inner[inner > values.min()].tolist())
