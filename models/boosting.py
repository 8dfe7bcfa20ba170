"""Gradient boosted trees: their fitted form, and how their settings are found on a validation window.

What does not belong here: what stands against them (`tournament`), and making a matrix of columns (`encode`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from models.encode import Encoder
from models.errors import ModelError
from models.spec import ModelSpec
from models.window import Floats, Rehearsal, Rehearsals, Window

if TYPE_CHECKING:
    from lightgbm import Booster

GRID: tuple[dict[str, float], ...] = (
    {"num_leaves": 3, "lambda_l2": 1.0, "feature_fraction": 0.8},
    {"num_leaves": 7, "lambda_l2": 2.0, "feature_fraction": 0.5},
    {"num_leaves": 15, "lambda_l2": 5.0, "feature_fraction": 0.5},
)
"""All settings that are tried: from nearly additive to many small interactions, the larger the more shrunk."""

DEFAULT: Mapping[str, float] = {"rounds": 100}
"""LightGBM as it comes: whoever wins must not be behind it."""
MAX_ROUNDS = 1_000
PATIENCE = 50
MOST_ROWS = 100_000
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


Contestant = tuple[Mapping[str, float], Callable[[Window], Trees], Floats]
"""A setting, how it learns anew, and its margins on the rows held back."""


def boosted_contestants(spec: ModelSpec, encoder: Encoder, rehearsals: Rehearsals) -> list[Contestant]:
    """LightGBM as it comes, then each setting of the grid with as many trees as serve the rows held back best."""
    return [boosted(spec, encoder, rehearsals, setting) for setting in (DEFAULT, *GRID)]


def boosted(spec: ModelSpec, encoder: Encoder, rehearsals: Rehearsals, setting: Mapping[str, float]) -> Contestant:
    """Boost in every rehearsal until what it holds back gains no more; the number of trees is one for all of them."""
    fixed = int(setting.get("rounds", 0))
    tried = [
        watched(spec, encoder, Rehearsal(one.training.at_most(MOST_ROWS, spec.seed), one.validation), setting, fixed)
        for one in rehearsals.held
    ]
    rounds = fixed or best_rounds([curve for _, curve in tried], [len(one.validation) for one in rehearsals.held])
    margins = [
        Trees(booster.model_to_string(num_iteration=rounds), spec.threads).margin(one.validation.matrix)
        for (booster, _), one in zip(tried, rehearsals.held, strict=True)
    ]

    def again(window: Window) -> Trees:
        import lightgbm

        settings = parameters(spec, encoder, len(window), setting)
        booster = lightgbm.train(settings, dataset(encoder, window, settings), num_boost_round=rounds)
        return Trees(booster.model_to_string(), spec.threads)

    return setting, again, np.concatenate(margins)


def watched(
    spec: ModelSpec, encoder: Encoder, rehearsal: Rehearsal, setting: Mapping[str, float], fixed: int
) -> tuple["Booster", Floats]:
    """The trees of one rehearsal, and the log loss on what it holds back after each of them."""
    import lightgbm

    settings = parameters(spec, encoder, len(rehearsal.training), setting)
    learned = dataset(encoder, rehearsal.training, settings)
    held = rehearsal.validation
    checked = lightgbm.Dataset(held.matrix, held.label, reference=learned, params=settings)
    curve: dict[str, dict[str, list[float]]] = {}
    callbacks = [lightgbm.record_evaluation(curve)]
    if not fixed:
        callbacks.append(lightgbm.early_stopping(PATIENCE, verbose=False))
    booster = lightgbm.train(
        settings, learned, fixed or MAX_ROUNDS, valid_sets=[checked], valid_names=["held"], callbacks=callbacks
    )
    return booster, np.array(curve["held"]["binary_logloss"])


def best_rounds(curves: Sequence[Floats], sizes: Sequence[int]) -> int:
    """How many trees lose least over all rehearsals together."""
    shortest = min(map(len, curves))
    total = sum(size * curve[:shortest] for curve, size in zip(curves, sizes, strict=True))
    return int(np.argmin(total)) + 1


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


def parameters(spec: ModelSpec, encoder: Encoder, landmarks: int, setting: Mapping[str, float]) -> dict[str, object]:
    """LightGBM's settings: the chosen ones, and the loss, the seed, the least size of a leaf, what is monotone."""
    wrong = [
        column.name
        for column in encoder.columns
        if column.kind in ("category", "list") and column.name in spec.monotone
    ]
    if wrong:
        raise ModelError(f"{spec.title}: {', '.join(wrong)} is a category and cannot be monotone.")
    steady: dict[str, object] = {
        "objective": "binary",
        "metric": "binary_logloss",
        "seed": spec.seed,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": spec.threads,
        "verbosity": -1,
        "monotone_constraints": [spec.monotone.get(name, 0) for name in encoder.sources],
    }
    if setting is DEFAULT:
        return steady
    return (
        steady
        | dict(setting)
        | {
            "learning_rate": 0.03,
            "bagging_fraction": 0.7,
            "bagging_freq": 1,
            "min_data_in_leaf": int(np.clip(landmarks // 50, 5, 20)),
            "min_data_per_group": 20,
            "cat_smooth": 10.0,
            "max_cat_to_onehot": 64,  # a level against all others: sets of levels learn what chance put together
        }
    )
