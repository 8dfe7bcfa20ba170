"""Judging a model on its test window: the rows of `model_health`, and the tables behind the pictures. No fitting."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import polars as pl

from models.landmarks import AGE, GROUP, LABEL, codes
from models.measures import Measure, measured, ranked, wilson
from models.not_enough import NotEnoughData

MIN_PER_SLICE = 10
TOLERATED_CALIBRATION_ERROR = 0.02
AGE_SLICES: tuple[tuple[str, float, float], ...] = (
    ("age:0-1", float("-inf"), 2),
    ("age:2-7", 2, 8),
    ("age:8-30", 8, 31),
    ("age:31+", 31, float("inf")),
)
"""Days since the record was made, from (inclusive) and to (exclusive)."""

PROBABILITY = "probability"
MEASURES_SCHEMA = {
    "slice": pl.String,
    "metric": pl.String,
    "value": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "n": pl.Int64,
    "verdict": pl.String,
}
HEALTH_COLUMNS = ["model", "model_version", "slice", "metric", "value", "low", "high", "n", "split", "as_of", "verdict"]


@dataclass(frozen=True, eq=False)
class Judgement:
    """What the test window says.

    `measures`: slice, metric, value, low, high, n, verdict.
    `reliability`: bin (1 = highest scores), n, mean_probability, observed_rate, low, high.
    `gains`: share (of the list worked, from the top), caught (share of the positives in it).
    """

    measures: pl.DataFrame
    reliability: pl.DataFrame
    gains: pl.DataFrame

    def summary(self) -> dict[str, float]:
        """The measures of the whole window, by name; undefined ones are left out."""
        rows = self.measures.filter((pl.col("slice") == "all") & pl.col("value").is_not_null())
        return dict(rows.select("metric", "value").iter_rows())


def judge(test: pl.DataFrame, seed: int) -> Judgement:
    """Measure scored rows: columns `probability`, `label`, `group` and, for slices by age, `age_days`."""
    rows: list[dict[str, object]] = []
    for name, part in slices(test):
        rows += slice_rows(name, part, seed)
    return Judgement(pl.DataFrame(rows, schema=MEASURES_SCHEMA), reliability(test), gains(test))


def slices(test: pl.DataFrame) -> list[tuple[str, pl.DataFrame]]:
    """The whole window, then the ages of the record that have rows."""
    parts = [("all", test)]
    if AGE in test.columns:
        parts += [(name, test.filter(pl.col(AGE) >= low, pl.col(AGE) < high)) for name, low, high in AGE_SLICES]
    return [(name, part) for name, part in parts if part.height]


def slice_rows(name: str, part: pl.DataFrame, seed: int) -> list[dict[str, object]]:
    """One row per measure of a slice."""
    label = part[LABEL].to_numpy()
    measures = measured(ranked(part[PROBABILITY].to_numpy(), label, codes(part[GROUP])), seed)
    few = min(int(label.sum()), int((~label).sum())) < MIN_PER_SLICE
    return [
        {
            "slice": name,
            "metric": metric,
            "value": measure.value,
            "low": measure.low,
            "high": measure.high,
            "n": part.height,
            "verdict": "too few" if few else verdict(metric, measures),
        }
        for metric, measure in measures.items()
    ]


def verdict(metric: str, measures: dict[str, Measure]) -> str:
    """What a measure means, in words; "ok" where nothing speaks against it."""
    measure = measures[metric]
    if measure.value is None or measure.low is None:
        return "not defined"
    if metric == "auc" and measure.low <= 0.5:
        return "weak: interval includes 0.5"
    if metric == "lift_at_10pct" and measure.low <= 1:
        return "weak: interval includes 1"
    if metric == "ece" and measure.value > allowed_calibration_error(measures["ece_expected"]):
        return "off: further from what happened than chance explains"
    if metric == "log_loss" and measure.value >= base_log_loss(measures["base_rate"].value or 0.0):
        return "weak: no better than the base rate"
    return "ok"


def allowed_calibration_error(expected: Measure) -> float:
    """What chance explains, and at least 0.02 above its mean: a smaller error moves no decision."""
    return max(expected.high or 0.0, (expected.value or 0.0) + TOLERATED_CALIBRATION_ERROR)


def base_log_loss(rate: float) -> float:
    """Log loss of giving everyone the base rate of the window."""
    return 0.0 if rate in (0.0, 1.0) else float(-(rate * np.log(rate) + (1 - rate) * np.log(1 - rate)))


def reliability(test: pl.DataFrame) -> pl.DataFrame:
    """Promised against observed rate in ten bins of equal size, highest scores first, with Wilson's interval."""
    rows = ranked(test[PROBABILITY].to_numpy(), test[LABEL].to_numpy(), codes(test[GROUP]))
    filled, counts = np.unique(rows.bins, return_counts=True)
    size = counts.astype(np.float64)
    positives = np.bincount(rows.bins, rows.label)[filled].astype(np.float64)
    promised = np.bincount(rows.bins, rows.probability)[filled]
    low, high = wilson(positives, size)
    return pl.DataFrame(
        {
            "bin": np.arange(1, len(filled) + 1),
            "n": counts.astype(np.int64),
            "mean_probability": promised / size,
            "observed_rate": positives / size,
            "low": low,
            "high": high,
        }
    )


def gains(test: pl.DataFrame) -> pl.DataFrame:
    """Share of the positives that the top of the list holds, in steps of 5 %; equal scores count in proportion."""
    rows = ranked(test[PROBABILITY].to_numpy(), test[LABEL].to_numpy(), codes(test[GROUP]))
    share = np.linspace(0, 1, 21)
    worked = np.append(0.0, (rows.block_ends + 1) / rows.label.size)
    caught = np.append(0.0, np.cumsum(rows.label)[rows.block_ends] / max(rows.label.sum(), 1.0))
    return pl.DataFrame({"share": share, "caught": np.interp(share, worked, caught)})


def health(judgement: Judgement, model: str, model_version: str, as_of: datetime) -> pl.DataFrame:
    """The rows of `model_health` for one fitted model."""
    return judgement.measures.with_columns(
        model=pl.lit(model),
        model_version=pl.lit(model_version),
        split=pl.lit("test"),
        as_of=pl.lit(as_of, pl.Datetime("us")),
    ).select(HEALTH_COLUMNS)


def health_without_model(reason: NotEnoughData, as_of: datetime) -> pl.DataFrame:
    """The rows of `model_health` when no model was fitted: the units of each class, the sentence as the verdict."""
    counts = {"units_positive": reason.positives, "units_negative": reason.negatives}
    units = sum(counts.values())
    rows = [
        {"slice": "all", "metric": metric, "value": float(value), "n": units, "verdict": reason.sentence}
        for metric, value in counts.items()
    ]
    return (
        pl.DataFrame(rows, schema=MEASURES_SCHEMA)
        .with_columns(
            model=pl.lit(reason.model),
            model_version=pl.lit(None, pl.String),
            split=pl.lit("training"),
            as_of=pl.lit(as_of, pl.Datetime("us")),
        )
        .select(HEALTH_COLUMNS)
    )
