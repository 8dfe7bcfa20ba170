"""Gradient boosted trees: their fitted form, and how their settings are found on a validation window.

What does not belong here: what stands against them (`tournament`), and making a matrix of columns (`encode`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from models.encode import Encoder
from models.errors import ModelError
from models.spec import ModelSpec
from models.window import Window

if TYPE_CHECKING:
    from lightgbm import Booster

Floats = NDArray[np.float64]

GRID: tuple[dict[str, float], ...] = (
    {"num_leaves": 3, "lambda_l2": 1.0, "feature_fraction": 0.8},
    {"num_leaves": 7, "lambda_l2": 5.0, "feature_fraction": 0.6},
    {"num_leaves": 15, "lambda_l2": 20.0, "feature_fraction": 0.4},
)
"""All settings that are tried: from nearly additive to many small interactions, the larger the more shrunk."""

MAX_ROUNDS = 600
PATIENCE = 40
MOST_ROWS = 200_000
"""Settings are tried on no more rows than this; the chosen ones then learn from all."""


@dataclass(frozen=True)
class Trees:
    """`text` is LightGBM's own text form, the only form in which the trees are kept, so that a model scores the same
    before saving and after loading."""

    text: str
    threads: int

    @property
    def name(self) -> str:
        return "gradient boosting"

    @cached_property
    def booster(self) -> "Booster":
        from lightgbm import Booster

        return Booster(model_str=self.text)

    def margin(self, matrix: Floats) -> Floats:
        """Log-odds, one per row."""
        return self.raw(matrix, raw_score=True)

    def contributions(self, matrix: Floats) -> Floats:
        """What each column adds: rows x (columns + 1), the last the value without any.

        Exact tree contributions (Lundberg and others, "Consistent Individualized Feature Attribution for Tree
        Ensembles", 2018; LightGBM `pred_contrib`).
        """
        return self.raw(matrix, pred_contrib=True)

    def raw(self, matrix: Floats, **wanted: bool) -> Floats:
        """LightGBM's answer."""
        answer: Any = self.booster.predict(matrix, num_threads=self.threads, **wanted)
        return np.asarray(answer, dtype=np.float64)

    def gains(self) -> Floats:
        """How much each column of the matrix lowered the loss while learning."""
        return np.asarray(self.booster.feature_importance("gain"), dtype=np.float64)


@dataclass(frozen=True, eq=False)
class Tried:
    """Trees under a setting, how many were best, and their log loss on the validation window."""

    trees: Trees
    setting: Mapping[str, float]
    rounds: int
    loss: float


def best_trees(spec: ModelSpec, encoder: Encoder, training: Window, validation: Window) -> Tried:
    """The setting with the lowest validation log loss; ties go to the one tried first."""
    learned = training.at_most(MOST_ROWS, spec.seed)
    tried = [boosted(spec, encoder, learned, validation, setting) for setting in GRID]
    return min(tried, key=lambda one: one.loss)


def boosted(
    spec: ModelSpec, encoder: Encoder, training: Window, validation: Window, setting: Mapping[str, float]
) -> Tried:
    """Boost on the training window until the validation window gains no more."""
    import lightgbm

    settings = parameters(spec, encoder, len(training)) | dict(setting)
    learned = dataset(encoder, training, settings)
    checked = lightgbm.Dataset(validation.matrix, validation.label, reference=learned, params=settings)
    booster = lightgbm.train(
        settings,
        learned,
        num_boost_round=MAX_ROUNDS,
        valid_sets=[checked],
        valid_names=["validation"],
        callbacks=[lightgbm.early_stopping(PATIENCE, verbose=False)],
    )
    loss = float(booster.best_score["validation"]["binary_logloss"])
    rounds = max(booster.best_iteration, 1)
    return Tried(Trees(booster.model_to_string(num_iteration=rounds), spec.threads), setting, rounds, loss)


def learned_anew(spec: ModelSpec, encoder: Encoder, window: Window, tried: Tried) -> Trees:
    """As many trees of the same setting from another window: the newest lessons count too."""
    import lightgbm

    settings = parameters(spec, encoder, len(window)) | dict(tried.setting)
    booster = lightgbm.train(settings, dataset(encoder, window, settings), num_boost_round=tried.rounds)
    return Trees(booster.model_to_string(), spec.threads)


def dataset(encoder: Encoder, window: Window, settings: Mapping[str, object]) -> Any:
    """The window as LightGBM takes it. Columns go in without names: it changes names that hold blanks."""
    import lightgbm

    return lightgbm.Dataset(
        window.matrix,
        window.label,
        weight=window.weight,
        categorical_feature=encoder.categories,
        params=dict(settings),
    )


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
        "min_data_in_leaf": int(np.clip(landmarks // 50, 5, 40)),
        "min_data_per_group": 20,
        "cat_smooth": 10.0,
        "monotone_constraints": [spec.monotone.get(name, 0) for name in encoder.sources],
    }
