"""Choosing and fitting a model: gradient boosting, its settings and its calibrator. The test window is never read here.

Other estimators of a later tournament stand beside this module and return the same `Fit`.
"""

import platform
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.calibrate import fit_calibrator
from models.encode import Encoder, learn_encoder
from models.errors import ModelError
from models.fitted import FittedModel
from models.landmarks import GROUP, LABEL, class_units, codes, feature_columns, ordered_landmarks, unit_weights
from models.not_enough import NotEnoughData, too_few
from models.spec import ModelSpec
from models.split import TimeSplit, split_by_time

if TYPE_CHECKING:
    from lightgbm import Booster

Floats = NDArray[np.float64]

GRID: tuple[dict[str, float], ...] = (
    {"num_leaves": 3, "lambda_l2": 1.0},
    {"num_leaves": 7, "lambda_l2": 5.0},
    {"num_leaves": 15, "lambda_l2": 20.0},
)
"""All settings that are tried: from nearly additive to many small interactions, the larger the more shrunk."""

MAX_ROUNDS = 600
PATIENCE = 40


@dataclass(frozen=True, eq=False)
class Fit:
    """A fitted model, and the windows of the ordered frame it came from: `test` is still unopened."""

    model: FittedModel
    split: TimeSplit
    test: pl.DataFrame


FitOutcome = Fit | NotEnoughData


def fit(
    frame: pl.DataFrame, spec: ModelSpec, units_positive: int | None = None, units_negative: int | None = None
) -> FitOutcome:
    """Fit on matured landmarks: columns `as_of`, `label`, `group`, the unit, optionally `weight`; the rest features.

    `units_positive` and `units_negative` count the units overall, also those without a matured landmark: when even
    they are too few, the sentence speaks of them. Trees learn on the training window, their settings and number are
    chosen by log loss on the validation window, the calibrator is fitted there; then as many trees of that setting
    learn on both windows. Raises ModelError for a malformed frame.
    """
    overall = (units_positive, units_negative)
    match overall:
        case (int(positives), int(negatives)) if min(positives, negatives) < spec.min_per_class:
            return too_few(spec, positives, negatives)
    if frame.is_empty():
        return too_few(spec, 0, 0, "on the training side")
    ordered = ordered_landmarks(frame, spec)
    split = split_by_time(ordered, spec)
    if isinstance(split, NotEnoughData):
        return split
    training, validation = ordered.filter(split.training), ordered.filter(split.validation)
    encoder = learn_encoder(training, spec.unit_column, feature_columns(ordered, spec))
    if not encoder.columns:
        raise ModelError(f"{spec.title}: no feature is left to learn from; dropped: {dict(encoder.dropped)}.")
    return Fit(fitted_model(spec, encoder, training, validation, split), split, ordered.filter(split.test))


def fitted_model(
    spec: ModelSpec, encoder: Encoder, training: pl.DataFrame, validation: pl.DataFrame, split: TimeSplit
) -> FittedModel:
    """Settings, trees and calibrator from the two windows before the test."""
    import lightgbm

    booster, chosen = best_booster(spec, encoder, training, validation)
    label = validation[LABEL].to_numpy()
    matrix = encoder.encode(validation)
    margin = np.asarray(booster.predict(matrix, raw_score=True, num_threads=spec.threads), dtype=np.float64)
    final = refitted(booster, spec, encoder, pl.concat([training, validation]), chosen["unit_weighs_one"] == 1)
    gains = final.feature_importance("gain").astype(np.float64)
    side = pl.concat([window.select(spec.unit_column, LABEL) for window in (training, validation)])
    positives, negatives = class_units(codes(side[spec.unit_column]), side[LABEL].to_numpy())
    return FittedModel(
        spec=spec,
        encoder=encoder,
        booster_text=final.model_to_string(),
        calibrator=fit_calibrator(margin, label, codes(validation[GROUP])),
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
        chosen=chosen,
        importance=dict(
            zip(encoder.names, (np.add.reduceat(gains, encoder.starts) / max(gains.sum(), 1e-12)).tolist(), strict=True)
        ),
        versions={"lightgbm": lightgbm.__version__, "python": ".".join(platform.python_version_tuple()[:2])},
    )


def best_booster(
    spec: ModelSpec, encoder: Encoder, training: pl.DataFrame, validation: pl.DataFrame
) -> tuple["Booster", dict[str, float]]:
    """The booster with the lowest validation log loss; ties go to the one tried first.

    First the weights of the landmarks are chosen with the simplest setting: 1 per unit in total, or 1 each. Where a
    unit leaves no landmark after its outcome, as a lead does, weights per unit count those that convert soon too often
    and bend the score by age; where units differ only in how long they were seen, weights per landmark let the longest
    seen speak loudest. The validation window, which counts every landmark once as scoring does, tells which it is.
    """
    windows = encoded_window(encoder, training), encoded_window(encoder, validation)
    each, per_unit = np.ones(training.height), unit_weights(training, spec)
    settings = [parameters(spec, encoder, training.height) | setting for setting in GRID]
    weights = each
    best = boosted(*windows, weights, settings[0], encoder.categories)
    if not np.array_equal(each, per_unit):
        other = boosted(*windows, per_unit, settings[0], encoder.categories)
        if other.loss < best.loss:
            best, weights = other, per_unit
    for setting in settings[1:]:
        other = boosted(*windows, weights, setting, encoder.categories)
        best = other if other.loss < best.loss else best
    chosen = {name: float(best.booster.params[name]) for name in GRID[0]}
    chosen["rounds"] = float(best.booster.best_iteration)
    chosen["unit_weighs_one"] = float(weights is per_unit)
    return best.booster, chosen | {"validation_log_loss": best.loss}


def refitted(
    booster: "Booster", spec: ModelSpec, encoder: Encoder, side: pl.DataFrame, unit_weighs_one: bool
) -> "Booster":
    """The chosen booster learned anew on both windows, with as many trees: the newest lessons count most."""
    import lightgbm

    window = encoded_window(encoder, side)
    weights = unit_weights(side, spec) if unit_weighs_one else np.ones(side.height)
    settings = parameters(spec, encoder, side.height) | {name: booster.params[name] for name in GRID[0]}
    learned = lightgbm.Dataset(
        window.matrix, window.label, weight=weights, categorical_feature=encoder.categories, params=settings
    )
    return lightgbm.train(settings, learned, num_boost_round=max(booster.best_iteration, 1))


@dataclass(frozen=True, eq=False)
class Window:
    """A window as LightGBM takes it: rows x features, and the label as 0 or 1."""

    matrix: Floats
    label: Floats


@dataclass(frozen=True, eq=False)
class Tried:
    """A booster and its log loss on the validation window."""

    booster: "Booster"
    loss: float


def encoded_window(encoder: Encoder, frame: pl.DataFrame) -> Window:
    """The rows of one window as numbers."""
    return Window(encoder.encode(frame), frame[LABEL].to_numpy().astype(np.float64))


def boosted(
    training: Window, validation: Window, weights: Floats, settings: dict[str, object], categories: list[int]
) -> Tried:
    """Boost on the training window until the validation window gains no more."""
    import lightgbm

    # Columns go in without names: LightGBM changes names that hold blanks and refuses some characters.
    learned = lightgbm.Dataset(
        training.matrix, training.label, weight=weights, categorical_feature=categories, params=settings
    )
    checked = lightgbm.Dataset(validation.matrix, validation.label, reference=learned, params=settings)
    booster = lightgbm.train(
        settings,
        learned,
        num_boost_round=MAX_ROUNDS,
        valid_sets=[checked],
        valid_names=["validation"],
        callbacks=[lightgbm.early_stopping(PATIENCE, verbose=False)],
    )
    return Tried(booster, float(booster.best_score["validation"]["binary_logloss"]))


def parameters(spec: ModelSpec, encoder: Encoder, landmarks: int) -> dict[str, object]:
    """LightGBM's settings that are not chosen: the loss, the seed, the least size of a leaf, what is monotone."""
    wrong = [
        column.name
        for column in encoder.columns
        if column.kind in ("category", "list") and column.name in spec.monotone
    ]
    if wrong:
        raise ModelError(f"{spec.title}: {', '.join(wrong)} is a category and cannot be monotone.")
    return {
        "objective": "binary",
        "metric": "binary_logloss",
        "seed": spec.seed,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": spec.threads,
        "verbosity": -1,
        "learning_rate": 0.05,
        "feature_fraction": 0.8,
        "min_data_in_leaf": int(np.clip(landmarks // 50, 5, 40)),
        "min_data_per_group": 20,
        "cat_smooth": 10.0,
        "monotone_constraints": [spec.monotone.get(name, 0) for name in encoder.sources],
    }
