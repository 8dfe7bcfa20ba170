"""Judging a model on its test window: the rows of `model_health`, and the tables behind the pictures. No fitting."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import polars as pl

from models.curves import costs, gains, ranked_rows, reliability
from models.landmarks import LABEL
from models.measures import Measure, measured
from models.not_enough import NotEnoughData
from models.slices import ALL, HAND_OFF, slices
from models.standards import DEFAULT, Standards

MIN_PER_SLICE = 10
TOLERATED_CALIBRATION_ERROR = 0.02

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
TEST, BACKTEST = "test", "backtest"
TOO_FEW = "too few"
CHANCE = 0.5  # the AUC of a coin


@dataclass(frozen=True, eq=False)
class Judgement:
    """What the test window says.

    `measures`: slice, metric, value, low, high, n, verdict.
    `reliability`: bin (1 = highest scores), n, mean_probability, observed_rate, low, high.
    `gains`: share (of the list worked, from the top), caught (share of the positives in it), low, high.
    `costs`: ratio (cost of an effort over value of a success), worked, caught, net, net_of_all, low, high.
    """

    measures: pl.DataFrame
    reliability: pl.DataFrame
    gains: pl.DataFrame
    costs: pl.DataFrame

    def summary(self) -> dict[str, float]:
        """The measures of the whole window, by name; undefined ones are left out."""
        rows = self.measures.filter((pl.col("slice") == "all") & pl.col("value").is_not_null())
        return dict(rows.select("metric", "value").iter_rows())


def judge(test: pl.DataFrame, seed: int, standards: Standards = DEFAULT) -> Judgement:
    """Measure scored rows: columns `probability`, `label`, `group`; those that `slices` knows are judged apart."""
    rows: list[dict[str, object]] = []
    for name, part in slices(test, standards):
        rows += slice_rows(name, part, seed, standards)
    measures = pl.DataFrame(rows, schema=MEASURES_SCHEMA)
    return Judgement(measures, reliability(test), gains(test, seed), costs(test, seed, standards))


def slice_rows(name: str, part: pl.DataFrame, seed: int, standards: Standards = DEFAULT) -> list[dict[str, object]]:
    """One row per measure of a slice; where a class is too small to measure anything, only how often it happened."""
    label = part[LABEL].to_numpy()
    few = min(int(label.sum()), int((~label).sum())) < MIN_PER_SLICE
    measures = measured(ranked_rows(part), seed, standards)
    told = {"base_rate": measures["base_rate"]} if few and name not in (ALL, HAND_OFF) else measures
    return [
        {
            "slice": name,
            "metric": metric,
            "value": measure.value,
            "low": measure.low,
            "high": measure.high,
            "n": part.height,
            "verdict": TOO_FEW if few else verdict(metric, measures, standards),
        }
        for metric, measure in told.items()
    ]


def gate_slice(measures: pl.DataFrame) -> str:
    """The slice by which a model is let in: the hand-off where it says enough, else all."""
    told = measures.filter((pl.col("slice") == HAND_OFF) & (pl.col("metric") == "auc"))
    return HAND_OFF if told.height and told["verdict"].item(0) not in (TOO_FEW, "not defined") else ALL


def verdict(metric: str, measures: dict[str, Measure], standards: Standards = DEFAULT) -> str:
    """What a measure means, in words; "ok" where nothing speaks against it."""
    value, low = measures[metric].value, measures[metric].low
    if value is None or low is None:
        return "not defined"
    rate = measures["base_rate"].value or 0.0
    against = {
        "auc": (low <= CHANCE, "weak: interval includes 0.5"),
        "lift_at_10pct": (low <= 1, "weak: interval includes 1"),
        "ece": (
            value > allowed_calibration_error(measures["ece_expected"]),
            "off: further from what happened than chance explains",
        ),
        "log_loss": (value >= base_log_loss(rate), "weak: no better than the base rate"),
        "flagged_caught": (value < standards.least_caught, f"short of {standards.least_caught:.0%} of the successes"),
        "top_over_bottom": (
            value < standards.least_top_over_bottom,
            f"short of {standards.least_top_over_bottom:g} times the last segment",
        ),
        "net_benefit_gain": (low <= 0, "weak: no sure gain over working all or none"),
    }
    speaks, words = against.get(metric, (False, ""))
    return words if speaks else "ok"


def allowed_calibration_error(expected: Measure) -> float:
    """What chance explains, and at least 0.02 above its mean: a smaller error moves no decision."""
    return max(expected.high or 0.0, (expected.value or 0.0) + TOLERATED_CALIBRATION_ERROR)


def base_log_loss(rate: float) -> float:
    """Log loss of giving everyone the base rate of the window."""
    return 0.0 if rate in (0.0, 1.0) else float(-(rate * np.log(rate) + (1 - rate) * np.log(1 - rate)))


def health(judgement: Judgement, model: str, model_version: str, as_of: datetime) -> pl.DataFrame:
    """The rows of `model_health` for one fitted model."""
    return health_rows(judgement.measures, model, model_version, as_of, TEST)


def health_rows(measures: pl.DataFrame, model: str, version: str, as_of: datetime, split: str) -> pl.DataFrame:
    """Measures as rows of `model_health`; `split` says on which rows they were taken."""
    return measures.with_columns(
        model=pl.lit(model),
        model_version=pl.lit(version),
        split=pl.lit(split),
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
