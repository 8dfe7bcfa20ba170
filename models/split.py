"""Cutting landmarks by time into training, validation and test, with purge gaps between. No features, no fitting.

Source of the purge gap: M. Lopez de Prado, "Advances in Financial Machine Learning" (2018), ch. 7, for labels that
reach over a window: a landmark whose label is known only after the next window has begun must not train for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.landmarks import AS_OF, LABEL, class_units, codes, unit_weights
from models.not_enough import NotEnoughData, too_few, too_short
from models.spec import ModelSpec

VALIDATION_SHARE = 0.2
TEST_SHARE = 0.2
MIN_PER_WINDOW = 10
MAX_STARTS = 100
MAX_TRIALS = 50
DAY = np.timedelta64(1, "D")

Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class TimeSplit:
    """Three windows over an ordered frame: masks of its rows, and the first and last landmark of each."""

    training: Mask
    validation: Mask
    test: Mask
    before_test: Mask
    """All whose labels were known when the test window began, those in the gap before the validation window included:
    from them the chosen model learns anew."""
    bounds: Mapping[str, datetime]
    """First and last landmark of each window: training_from, training_until, validation_from, ..."""
    purged_rows: int
    """In a gap: neither learned from nor tested."""
    test_units_in_training: float
    """Share of the units of the test window that have earlier landmarks in training (allowed, reported)."""


@dataclass(frozen=True)
class Rows:
    """The columns of an ordered frame that a split looks at, one value per landmark."""

    at: NDArray[np.datetime64]
    label: Mask
    units: NDArray[np.int64]
    weight: NDArray[np.float64]


def split_by_time(frame: pl.DataFrame, spec: ModelSpec) -> TimeSplit | NotEnoughData:
    """Split an ordered, matured training frame; the test window is the last.

    The rule: window starts are days on which a landmark stands (at most 100 of them, evenly spread). A pair of starts
    is possible when all three windows have landmarks after every landmark in a gap is purged, that is, when
    landmark + horizon + lag lies after the start of the next window. Wanted are `min_per_class` units of both classes
    on the training side (training and validation) and 10 of both in each window. Pairs that lack the fewest landmarks
    for that come first, among them those nearest to 60 / 20 / 20 % of the weight that is left (ties: the later test,
    then the later validation). The first of 50 whose units are enough wins; if none is, the answer speaks of the first.
    """
    rows = Rows(
        at=frame[AS_OF].cast(pl.Datetime("us")).to_numpy(),
        label=frame[LABEL].to_numpy(),
        units=codes(frame[spec.unit_column]),
        weight=unit_weights(frame, spec),
    )
    positives, negatives = class_units(rows.units, rows.label)
    if min(positives, negatives) < spec.min_per_class:
        return too_few(spec, positives, negatives, "on the training side")
    pairs = best_pairs(rows, spec)
    if not pairs:
        span = int((rows.at.max() - rows.at.min()) / DAY)
        return too_short(spec, positives, negatives, span)
    windows = [masks(rows.at, validation, test, spec.gap_days * DAY) for validation, test in pairs]
    shortages = (shortage(rows, window, spec) for window in windows)
    found = next((window for window, short in zip(windows, shortages, strict=True) if short is None), None)
    if found is None:
        return shortage(rows, windows[0], spec) or too_few(spec, positives, negatives)
    return described(rows, found, spec.gap_days * DAY)


def best_pairs(rows: Rows, spec: ModelSpec) -> list[tuple[np.datetime64, np.datetime64]]:
    """Possible starts of (validation, test), those that lack least and are nearest to the shares first, at most 50."""
    order, gap = np.argsort(rows.at, kind="stable"), spec.gap_days * DAY
    at = rows.at[order]
    days = np.unique(at.astype("datetime64[D]")).astype(at.dtype)
    starts = days[np.unique(np.linspace(0, len(days) - 1, MAX_STARTS).round().astype(int))]
    at_start, at_gap = np.searchsorted(at, starts, side="left"), np.searchsorted(at, starts - gap, side="right")

    def sizes(amount: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sums in (training, validation, test) x start of validation x start of test."""
        until = np.concatenate([[0.0], np.cumsum(amount[order])])
        training, validation = until[at_gap][:, None], until[at_gap][None, :] - until[at_start][:, None]
        test = until[-1] - until[at_start][None, :]
        return np.stack(np.broadcast_arrays(training, validation, test))

    weight = sizes(rows.weight)
    lacking = np.zeros(weight.shape[1:])
    for one in (rows.label, ~rows.label):
        landmarks = sizes(one.astype(np.float64))
        lacking += np.maximum(MIN_PER_WINDOW - landmarks, 0).sum(axis=0)
        lacking += np.maximum(spec.min_per_class - landmarks[0] - landmarks[1], 0)
    first, second = np.nonzero((weight > 0).all(axis=0))
    shares = weight[:, first, second] / weight[:, first, second].sum(axis=0)
    distance = np.abs(shares[1] - VALIDATION_SHARE) + np.abs(shares[2] - TEST_SHARE)
    # Distances that differ in the last bits alone are ties: rounding keeps the order the same on every machine.
    best = np.lexsort((-first, -second, distance.round(9), lacking[first, second]))[:MAX_TRIALS]
    return [(starts[first[place]], starts[second[place]]) for place in best]


def masks(
    at: NDArray[np.datetime64], validation: np.datetime64, test: np.datetime64, gap: np.timedelta64
) -> tuple[Mask, Mask, Mask]:
    """Rows of training, validation and test for two window starts."""
    known_at = at + gap
    return known_at <= validation, (at >= validation) & (known_at <= test), at >= test


def shortage(rows: Rows, windows: tuple[Mask, Mask, Mask], spec: ModelSpec) -> NotEnoughData | None:
    """The first window with too few units of a class, in words; none when all have enough."""
    training, validation, test = windows
    demands = (
        (training | validation, "on the training side", spec.min_per_class),
        (training, "in the training window", MIN_PER_WINDOW),
        (validation, "in the validation window", MIN_PER_WINDOW),
        (test, "in the test window", MIN_PER_WINDOW),
    )
    for mask, where, needed in demands:
        positives, negatives = class_units(rows.units[mask], rows.label[mask])
        if min(positives, negatives) < needed:
            return too_few(spec, positives, negatives, where, needed)
    return None


def described(rows: Rows, windows: tuple[Mask, Mask, Mask], gap: np.timedelta64) -> TimeSplit:
    """The chosen windows with their bounds and what there is to report about them."""
    training, validation, test = windows
    before_test = rows.at + gap <= rows.at[test].min()
    tested = np.unique(rows.units[test])
    shared = np.isin(tested, np.unique(rows.units[before_test])).mean()
    bounds = {}
    for name, mask in zip(("training", "validation", "test"), windows, strict=True):
        bounds[f"{name}_from"], bounds[f"{name}_until"] = rows.at[mask].min().item(), rows.at[mask].max().item()
    purged = int(rows.at.size - before_test.sum() - test.sum())
    return TimeSplit(training, validation, test, before_test, bounds, purged, float(shared))
