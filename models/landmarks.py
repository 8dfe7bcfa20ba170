"""What a training frame looks like: its fixed columns, its order, its weights. Anything else in it is a feature.

A row is a landmark: one unit at one moment (`as_of`), with what was known before and the label of the window after.
"""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.errors import ModelError
from models.spec import ModelSpec

AS_OF = "as_of"
LABEL = "label"
WEIGHT = "weight"
GROUP = "group"
AGE = "age_days"
WORKED = "is_worked"
"""Whether people of the house ever came to the unit, as the end of the label window knows it: no feature."""
PROBABILITY = "probability"
"""What a model says of a row; it stands in scored frames alone."""
OUTCOME_AT = "outcome_at"
"""When the unit's outcome happened, within the horizon or later; null where it has not yet. Known only afterwards."""


def feature_columns(frame: pl.DataFrame, spec: ModelSpec) -> list[str]:
    """The columns a model may learn from, by name, so that the order of a query's columns cannot matter."""
    return sorted(set(frame.columns) - {spec.unit_column, AS_OF, LABEL, WEIGHT, GROUP, WORKED, OUTCOME_AT})


def ordered_landmarks(frame: pl.DataFrame, spec: ModelSpec) -> pl.DataFrame:
    """The frame sorted by unit and moment, checked: columns there, labels known, one row per unit and moment.

    The order of the rows given therefore has no influence on the model, nor can it carry the label.
    """
    missing = [name for name in (spec.unit_column, AS_OF, LABEL, GROUP) if name not in frame.columns]
    if missing:
        raise ModelError(f"{spec.title}: the training frame lacks the column {', '.join(missing)}.")
    if frame.schema[LABEL] != pl.Boolean:
        raise ModelError(f"{spec.title}: the column {LABEL} is {frame.schema[LABEL]}; expected true or false.")
    for name in (spec.unit_column, AS_OF, LABEL, GROUP):
        if frame[name].null_count():
            raise ModelError(f"{spec.title}: {frame[name].null_count()} rows have no {name}; leave them out.")
    if is_strictly_ordered(frame, spec.unit_column):
        return frame.with_columns(pl.col(spec.unit_column).set_sorted())  # a large one is not copied
    if frame.select(spec.unit_column, AS_OF).is_duplicated().any():
        raise ModelError(f"{spec.title}: a {spec.unit} stands twice at the same moment; expected one row per landmark.")
    return frame.sort(spec.unit_column, AS_OF)


def is_strictly_ordered(frame: pl.DataFrame, unit_column: str) -> bool:
    """Whether every row stands behind the one before, by unit and then by moment."""
    unit, moment = pl.col(unit_column), pl.col(AS_OF)
    follows = (unit > unit.shift()) | ((unit == unit.shift()) & (moment > moment.shift()))
    return bool(frame.select(follows.fill_null(True).all()).item())


def codes(column: pl.Series) -> NDArray[np.int64]:
    """A number per distinct value, in the order of the values: `n` whole numbers from 0."""
    return column.cast(pl.String).rank("dense").to_numpy().astype(np.int64) - 1


def unit_weights(frame: pl.DataFrame, spec: ModelSpec) -> NDArray[np.float64]:
    """Weights under which the landmarks of one unit in this frame weigh 1 in total.

    Without this a lead that stays open for a year would speak twelve times, one that converts at once a single time.
    """
    if WEIGHT not in frame.columns:
        return frame.select(weight=1 / pl.len().over(spec.unit_column))["weight"].to_numpy()
    given = pl.col(WEIGHT).cast(pl.Float64)
    total = given.sum().over(spec.unit_column)
    return frame.select(weight=pl.when(total > 0).then(given / total).otherwise(0.0))["weight"].to_numpy()


def class_units(units: NDArray[np.int64], label: NDArray[np.bool_]) -> tuple[int, int]:
    """Units with a positive landmark, and units with none."""
    positives = np.unique(units[label]).size
    return int(positives), int(np.unique(units).size - positives)
