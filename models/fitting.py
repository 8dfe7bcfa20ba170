"""Fitting a model: its windows, its matrix, the contest of estimators on them. The test window is never read here."""

import platform
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from models.alike import learn_alike
from models.boosting import GRID, boosted
from models.calibrate import fit_logistic
from models.encode import Encoder, learn_encoder
from models.errors import ModelError
from models.fitted import FittedModel
from models.landmarks import (
    AS_OF,
    GROUP,
    LABEL,
    WORKED,
    class_units,
    codes,
    feature_columns,
    ordered_landmarks,
    unit_weights,
)
from models.not_enough import NotEnoughData, too_few
from models.spec import ModelSpec
from models.split import TimeSplit, split_by_time
from models.tournament import Estimator, contest, log_loss
from models.unlabelled import Learner, contest_assuming, unlabelled_rows
from models.window import Floats, Rehearsal, Rehearsals, Window
from models.worked import Worked, learn_worked, taught

MOST_EXPLAINED = 2_000
"""Rows by which a feature's share is told."""


@dataclass(frozen=True, eq=False)
class Learned:
    """How the winner learns when labels are taken as they stand, and the rows before the test from which it does."""

    again: Learner
    whole: Window


@dataclass(frozen=True, eq=False)
class Fit:
    """A fitted model, and the windows of the ordered frame it came from: `test` is still unopened."""

    model: FittedModel
    split: TimeSplit
    test: pl.DataFrame
    learned: Learned


FitOutcome = Fit | NotEnoughData


def fit(
    frame: pl.DataFrame, spec: ModelSpec, units_positive: int | None = None, units_negative: int | None = None
) -> FitOutcome:
    """Fit on matured landmarks: columns `as_of`, `label`, `group`, the unit, optionally `weight`; the rest features.

    `units_positive` and `units_negative` count the units overall, also those without a matured landmark: when even
    they are too few, the sentence speaks of them. Contestants learn on the training window, are chosen by log loss on
    the validation window and calibrated there; then the winner learns on both windows. Raises ModelError for a
    malformed frame.
    """
    overall = (units_positive, units_negative)
    match overall:
        case (int(positives), int(negatives)) if min(positives, negatives) < spec.min_per_class:
            return too_few(spec, positives, negatives)
    if frame.is_empty():
        return too_few(spec, 0, 0, "on the training side")
    every = ordered_landmarks(frame, spec)
    ordered = taught(every, spec)
    split = split_by_time(ordered, spec)
    if isinstance(split, NotEnoughData):
        return split
    training, validation = ordered.filter(split.training), ordered.filter(split.validation)
    encoder = learn_encoder(training, spec.unit_column, feature_columns(ordered, spec))
    if not encoder.columns:
        raise ModelError(f"{spec.title}: no feature is left to learn from; dropped: {dict(encoder.dropped)}.")
    model, learned = fitted_model(spec, encoder, training, validation, split)
    return Fit(with_worked(model, every, split), split, ordered.filter(split.test), learned)


def with_worked(model: FittedModel, every: pl.DataFrame, split: TimeSplit) -> FittedModel:
    """With the share worked by score among all landmarks since the test window began; it chooses nothing."""
    if not model.spec.learns_from_worked or WORKED not in every.columns:
        return model
    late = every.filter(pl.col(AS_OF) >= split.bounds["test_from"])
    return replace(model, worked=learn_worked(model.predict(late), late[WORKED].to_numpy()))


def fitted_model(
    spec: ModelSpec, encoder: Encoder, training: pl.DataFrame, validation: pl.DataFrame, split: TimeSplit
) -> tuple[FittedModel, Learned]:
    """Winner and calibrator from the two windows before the test, and how the winner learned."""
    import lightgbm

    rehearsals = weighed(spec, encoder, training, validation)
    units = codes(validation[GROUP])
    held = contest(spec, encoder, rehearsals, units)
    learned = Learned(held.winner.again, rehearsals.whole)
    if spec.weighs_unworked:
        held = contest_assuming(held, rehearsals, units, spec.unworked_factor)
    winner = held.winner.again(rehearsals.whole)
    side = pl.concat([window.select(spec.unit_column, LABEL) for window in (training, validation)])
    positives, negatives = class_units(codes(side[spec.unit_column]), side[LABEL].to_numpy())
    model = FittedModel(
        spec=spec,
        encoder=encoder,
        estimator=winner,
        calibrator=held.calibrator,
        alike=learn_alike(held.calibrator.probability(held.winner.margin), rehearsals.label > 0, units),
        worked=Worked(),
        base_rate=float(side[LABEL].to_numpy().mean()),
        windows={name: at.isoformat() for name, at in split.bounds.items()},
        counts={
            "training_units_positive": positives,
            "training_units_negative": negatives,
            "training_landmarks": training.height,
            "validation_landmarks": validation.height,
            "test_landmarks": int(split.test.sum()),
            "purged_landmarks": split.purged_rows,
        },
        losses=held.losses,
        importance=importance(encoder, winner, rehearsals.held[0].validation),
        versions={"lightgbm": lightgbm.__version__, "python": ".".join(platform.python_version_tuple()[:2])},
    )
    return model, learned


def weighed(spec: ModelSpec, encoder: Encoder, training: pl.DataFrame, validation: pl.DataFrame) -> Rehearsals:
    """The windows as numbers, the landmarks under the weights that serve the validation window better.

    1 per unit in total, or 1 each. Where a unit leaves no landmark after its outcome, as a lead does, weights per unit
    count those that convert soon too often and bend the score by age; where units differ only in how long they were
    seen, weights per landmark let the longest seen speak loudest. The validation window, in which every landmark counts
    once as in scoring, tells which it is, by the simplest trees.
    """
    held = window_of(encoder, validation, np.ones(validation.height))

    def under(weights: Callable[[pl.DataFrame], Floats]) -> Rehearsals:
        learned, whole = (window_of(encoder, frame, weights(frame)) for frame in (training, both))
        return Rehearsals((Rehearsal(learned, held),), whole)

    def loss(rehearsals: Rehearsals) -> float:
        _, _, margin = boosted(spec, encoder, rehearsals, GRID[0])
        return log_loss(fit_logistic(margin, held.label > 0).probability(margin), held.label)

    both = pl.concat([training, validation])
    plain = under(lambda frame: np.ones(frame.height))
    per_unit = under(lambda frame: unit_weights(frame, spec))
    if np.array_equal(plain.held[0].training.weight, per_unit.held[0].training.weight):
        return plain
    return per_unit if loss(per_unit) < loss(plain) else plain


def window_of(encoder: Encoder, frame: pl.DataFrame, weight: Floats) -> Window:
    """The rows of a frame as numbers."""
    label = frame[LABEL].to_numpy().astype(np.float64)
    return Window(encoder.encode(frame), label, weight, unlabelled_rows(frame))


def importance(encoder: Encoder, estimator: Estimator, window: Window) -> dict[str, float]:
    """Each feature's share in what moves the scores: its mean distance from the middle, in log-odds."""
    added = estimator.contributions(window.at_most(MOST_EXPLAINED, 0).matrix)[:, :-1]
    by_feature = np.abs(np.add.reduceat(added, encoder.starts, axis=1)).mean(axis=0)
    return dict(zip(encoder.names, (by_feature / max(by_feature.sum(), 1e-12)).tolist(), strict=True))
