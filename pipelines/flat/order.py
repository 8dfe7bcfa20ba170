"""The order of a flat table's rows: by the time that was named, or as a number tells that counts them up."""

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.encode import names_rows
from models.measures import auc_of
from pipelines.errors import GrowthError
from pipelines.flat.reading import FlatFile

Codes = NDArray[np.int64]

ARRIVAL = "order of arrival"
TREND = 0.15
"""How far from 0.5 the AUC of such a number alone may be: one that tells more is sorted by the outcome."""
MOST_ROWS = 100_000
"""Neighbours are looked at in so many rows."""


def order_of(file: FlatFile, time: str | None, notes: list[str]) -> Codes:
    """The rows in the order of time, those without one first; the order of the file where no time is named.

    Raises GrowthError for a time that orders nothing.
    """
    size = file.frame.height
    if not time:
        return np.arange(size)
    moment = file.frame[time]
    if moment.n_unique() - bool(moment.null_count()) < 2:
        raise GrowthError(f"{file.path}: {time!r} holds less than two different values and orders nothing.")
    if moment.dtype == pl.String:
        notes.append(
            f"{time} is ordered as text, from {moment.min()!r} to {moment.max()!r}: it is no number and no date in one "
            "form"
        )
    if unknown := moment.null_count():
        notes.append(f"{unknown:,} rows have no {time}: they are scored and neither learned from nor tested")
    place = moment.rank("dense").fill_null(0).to_numpy()
    return np.argsort(place, kind="stable")


def with_arrival(
    frame: pl.DataFrame, file: FlatFile, identifier: str, label: pl.Series, notes: list[str]
) -> pl.DataFrame:
    """With when a row came, where a number that counts the rows up tells it: an arrival is known from the start.

    A number does when neighbours in its order are more alike than others. One that is sorted by the outcome does not.
    """
    known = label.is_not_null()
    truth = label.filter(known).to_numpy().astype(np.bool_)
    for name in [identifier, *(one for one in frame.columns if names_rows(file.frame[one], one))]:
        if not file.frame[name].dtype.is_numeric() or file.frame[name].null_count():
            continue
        number = file.frame[name].to_numpy()
        if len(np.unique(number)) < len(number):
            continue
        alone = auc_of(number[known.to_numpy()], truth)
        if abs(alone - 0.5) > TREND:
            notes.append(
                f"the rows are sorted by their outcome under {name} (AUC {max(alone, 1 - alone):.2f} alone); as an "
                "identifier it is not learned from"
            )
            frame = frame.drop(name, strict=False)
        elif is_trend(frame.drop(name, strict=False), number):
            notes.append(
                f"{name} counts the rows up as they came: when a row came is learned from, as {ARRIVAL!r}; with "
                f"--time {name!r} the last rows are the test instead"
            )
            return frame.drop(name, strict=False).with_columns(pl.Series(ARRIVAL, number))
    return frame


def is_trend(frame: pl.DataFrame, number: NDArray[Any]) -> bool:
    """Whether rows next to each other in this order are alike in several columns, beyond chance."""
    ordered, alike = frame[np.argsort(number, kind="stable")[:MOST_ROWS]], 0
    for name in frame.columns:
        codes = ordered[name].rank("dense").fill_null(0).to_numpy().astype(np.float64)
        if codes.std() > 0:
            alike += abs(float(np.corrcoef(codes[1:], codes[:-1])[0, 1])) > max(5 / np.sqrt(len(codes)), 0.02)
    return alike >= 2
