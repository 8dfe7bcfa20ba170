"""Choosing and fitting a model: gradient boosting, its settings and its calibrator. The test window is never read here.

Other estimators of a later tournament stand beside this module and return the same `Fit`.
"""

import platform
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

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
    chosen by log loss on the validation window, the calibrator is fitted there. Raises ModelError for a malformed
    frame.
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
    gains = booster.feature_importance("gain").astype(np.float64)
    side = pl.concat([training, validation])
    positives, negatives = class_units(codes(side[spec.unit_column]), side[LABEL].to_numpy())
    return FittedModel(
        spec=spec,
        encoder=encoder,
        booster_text=booster.model_to_string(),
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
        importance=dict(zip(encoder.names, (gains / max(gains.sum(), 1e-12)).tolist(), strict=True)),
        versions={"lightgbm": lightgbm.__version__, "python": ".".join(platform.python_version_tuple()[:2])},
    )


def best_booster(
    spec: ModelSpec, encoder: Encoder, training: pl.DataFrame, validation: pl.DataFrame
) -> tuple["Booster", dict[str, float]]:
    """The booster of the grid with the lowest validation log loss; ties go to the simpler settings."""
    import lightgbm

    # Columns are numbered: LightGBM changes names that hold blanks and refuses some characters.
    names = [f"f{position}" for position in range(len(encoder.columns))]
    learned = lightgbm.Dataset(
        encoder.encode(training),
        training[LABEL].to_numpy().astype(np.float64),
        weight=unit_weights(training, spec),
        feature_name=names,
        categorical_feature=encoder.categories,
        params=dataset_parameters(spec),
    )
    checked = lightgbm.Dataset(
        encoder.encode(validation),
        validation[LABEL].to_numpy().astype(np.float64),
        weight=unit_weights(validation, spec),
        reference=learned,
    )
    best: tuple[float, Booster, dict[str, float]] | None = None
    for setting in GRID:
        booster = lightgbm.train(
            parameters(spec, encoder, training.height) | setting,
            learned,
            num_boost_round=MAX_ROUNDS,
            valid_sets=[checked],
            valid_names=["validation"],
            callbacks=[lightgbm.early_stopping(PATIENCE, verbose=False)],
        )
        loss = float(booster.best_score["validation"]["binary_logloss"])
        if best is None or loss < best[0]:
            best = (loss, booster, setting)
    if best is None:
        raise ModelError(f"{spec.title}: the grid of settings is empty.")
    loss, booster, setting = best
    return booster, {**setting, "rounds": float(booster.best_iteration), "validation_log_loss": loss}


def dataset_parameters(spec: ModelSpec) -> dict[str, int | bool]:
    """What binning depends on; the same in every booster of the grid."""
    return {
        "seed": spec.seed,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": spec.threads,
        "verbosity": -1,
        "min_data_per_group": 20,
        "min_data_in_bin": 3,
    }


def parameters(spec: ModelSpec, encoder: Encoder, landmarks: int) -> dict[str, object]:
    """LightGBM's settings that are not chosen: the loss, the seeds, the least size of a leaf, what is monotone."""
    wrong = [column.name for column in encoder.columns if column.kind == "category" and column.name in spec.monotone]
    if wrong:
        raise ModelError(f"{spec.title}: {', '.join(wrong)} is a category and cannot be monotone.")
    return dataset_parameters(spec) | {
        "objective": "binary",
        "metric": "binary_logloss",
        "learning_rate": 0.05,
        "feature_fraction": 0.8,
        "min_data_in_leaf": int(np.clip(landmarks // 50, 5, 40)),
        "cat_smooth": 10.0,
        "monotone_constraints": [spec.monotone.get(name, 0) for name in encoder.names],
    }
