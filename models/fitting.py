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
from models.tournament import Estimator, contest, row_losses
from models.unlabelled import Learner, contest_assuming, unlabelled_rows
from models.window import Floats, Rehearsal, Rehearsals, Window
from models.worked import Worked, learn_worked, taught

MOST_EXPLAINED = 2_000
"""Rows by which a feature's share is told."""
NOISE = 2.0
"""Standard errors, over groups of landmarks, that a gain must reach to be believed."""


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
    the validation window and calibrated there; then the winner learns from all that was known before the test window.
    Raises ModelError for a malformed frame.
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
    sides = Sides(*(ordered.filter(mask) for mask in (split.training, split.validation, split.before_test)))
    encoder = learn_encoder(sides.training, spec.unit_column, feature_columns(ordered, spec))
    if not encoder.columns:
        raise ModelError(f"{spec.title}: no feature is left to learn from; dropped: {dict(encoder.dropped)}.")
    model, learned = fitted_model(spec, encoder, sides, split)
    return Fit(with_worked(model, every, split), split, ordered.filter(split.test), learned)


def with_worked(model: FittedModel, every: pl.DataFrame, split: TimeSplit) -> FittedModel:
    """With the share worked by score among all landmarks since the test window began; it chooses nothing."""
    if not model.spec.learns_from_worked or WORKED not in every.columns:
        return model
    late = every.filter(pl.col(AS_OF) >= split.bounds["test_from"])
    return replace(model, worked=learn_worked(model.predict(late), late[WORKED].to_numpy()))


@dataclass(frozen=True, eq=False)
class Sides:
    """The frames before the test window: the contestants learn from `training` and are chosen on `validation`; from
    `whole`, which holds the gap between the two besides, the winner learns anew."""

    training: pl.DataFrame
    validation: pl.DataFrame
    whole: pl.DataFrame


def fitted_model(spec: ModelSpec, encoder: Encoder, sides: Sides, split: TimeSplit) -> tuple[FittedModel, Learned]:
    """Winner and calibrator from what was known before the test, and how the winner learned."""
    import lightgbm

    rehearsals = weighed(spec, encoder, sides)
    units = codes(sides.validation[GROUP])
    held = contest(spec, encoder, rehearsals, units)
    learned = Learned(held.winner.again, rehearsals.whole)
    if spec.weighs_unworked:
        held = contest_assuming(held, rehearsals, units, spec.unworked_factor)
    winner = held.winner.again(rehearsals.whole)
    positives, negatives = class_units(codes(sides.whole[spec.unit_column]), sides.whole[LABEL].to_numpy())
    model = FittedModel(
        spec=spec,
        encoder=encoder,
        estimator=winner,
        calibrator=held.calibrator,
        alike=learn_alike(held.calibrator.probability(held.winner.margin), rehearsals.label > 0, units),
        worked=Worked(),
        base_rate=float(sides.whole[LABEL].to_numpy().mean()),
        windows={name: at.isoformat() for name, at in split.bounds.items()},
        counts={
            "training_units_positive": positives,
            "training_units_negative": negatives,
            "training_landmarks": sides.training.height,
            "validation_landmarks": sides.validation.height,
            "learned_landmarks": sides.whole.height,
            "test_landmarks": int(split.test.sum()),
            "purged_landmarks": split.purged_rows,
        },
        losses=held.losses,
        importance=importance(encoder, winner, rehearsals.held[0].validation),
        versions={"lightgbm": lightgbm.__version__, "python": ".".join(platform.python_version_tuple()[:2])},
    )
    return model, learned


def weighed(spec: ModelSpec, encoder: Encoder, sides: Sides) -> Rehearsals:
    """The windows as numbers, every landmark under 1, or under weights of 1 per unit in total where these serve the
    validation window better beyond noise, by the simplest trees.

    A day of scoring looks at landmarks, not at units, so 1 each is what the model will be asked. Weights per unit count
    those that convert soon, and leave few landmarks, too often, and bend the score by age: on simulated companies they
    cost 0.004 to 0.02 of the AUC that the truth allows. They serve where few units, long seen, would speak for all.
    """
    held = window_of(encoder, sides.validation, np.ones(sides.validation.height))

    def under(weights: Callable[[pl.DataFrame], Floats]) -> Rehearsals:
        learned, whole = (window_of(encoder, frame, weights(frame)) for frame in (sides.training, sides.whole))
        return Rehearsals((Rehearsal(learned, held),), whole)

    def losses(rehearsals: Rehearsals) -> Floats:
        _, _, margin = boosted(spec, encoder, rehearsals, GRID[0])
        return row_losses(fit_logistic(margin, held.label > 0).probability(margin), held.label)

    plain = under(lambda frame: np.ones(frame.height))
    per_unit = under(lambda frame: unit_weights(frame, spec))
    if np.array_equal(plain.held[0].training.weight, per_unit.held[0].training.weight):
        return plain
    gain = np.bincount(codes(sides.validation[GROUP]), losses(plain) - losses(per_unit))
    return per_unit if gain.sum() > NOISE * np.sqrt(gain @ gain) else plain


def window_of(encoder: Encoder, frame: pl.DataFrame, weight: Floats) -> Window:
    """The rows of a frame as numbers."""
    label = frame[LABEL].to_numpy().astype(np.float64)
    return Window(encoder.encode(frame), label, weight, unlabelled_rows(frame))


def importance(encoder: Encoder, estimator: Estimator, window: Window) -> dict[str, float]:
    """Each feature's share in what moves the scores: its mean distance from the middle, in log-odds."""
    added = estimator.contributions(window.at_most(MOST_EXPLAINED, 0).matrix)[:, :-1]
    by_feature = np.abs(np.add.reduceat(added, encoder.starts, axis=1)).mean(axis=0)
    return dict(zip(encoder.names, (by_feature / max(by_feature.sum(), 1e-12)).tolist(), strict=True))
