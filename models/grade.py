"""A letter grade, as marketing tools give it: everybody starts at D, each fact moves the grade by thirds of a letter.

The grading of Pardot and its like moves by hand-made rules; here a value moves the grade by how much better than all
those with it did, in steps as coarse as theirs. It is the yardstick of what such a scheme can say at its best.
"""

import numpy as np

from models.additive import Additive, Curve, centred
from models.bayes import fit_bayes
from models.encode import Encoder
from models.spec import ModelSpec
from models.window import Window

THIRD = 1 / 3
STEPS_OF_ODDS = ((np.log(2.0), 2), (np.log(1.25), 1))
"""At least this log of the odds against all others, and the thirds of a letter that it moves, up or down."""


def fit_grade(encoder: Encoder, window: Window, spec: ModelSpec) -> Additive:
    """Thirds of a letter per value or tenth of a number."""
    counted = fit_bayes(encoder, window, spec)
    curves = [
        Curve(curve.kind, curve.knots, tuple(map(thirds, curve.heights)), thirds(curve.missing))
        for curve in counted.curves
    ]
    return centred("letter grade", counted.level, curves, window)


def thirds(height: float) -> float:
    """The move of a letter for a log of odds."""
    for least, moved in STEPS_OF_ODDS:
        if abs(height) >= least:
            return float(np.sign(height)) * moved * THIRD
    return 0.0
