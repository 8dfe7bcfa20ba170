"""How good the models are and how we know, in words and pictures. What belongs here: putting the published judgement
(`marts.model_health`, `scores.reliability`, `scores.gains`) into sentences; no metric is computed here."""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
from markupsafe import Markup

from pipelines.publish.report.charts import GainsPoint, ReliabilityBin, caught_at, gains_chart, reliability_chart
from pipelines.publish.report.reading import Row, columns_of, read_table
from pipelines.publish.report.words import decimal, label, number, percent, sentence

HEALTH = """
    select model, model_version, slice, metric, value, low, high, n, split, as_of, verdict
    from marts.model_health
    order by model, model_version, slice, metric, split
"""
RELIABILITY = """
    select model, model_version, mean_score, event_rate, low, high, n
    from scores.reliability
    order by model, model_version, bin
"""
GAINS = "select model, model_version, share, caught from scores.gains order by model, model_version, share"
LABELS = "select model, title, unit, positive, horizon_days from config.labels order by model"
TOO_FEW = "not enough data"
RANKING = "auc"
METRIC_WORDS = {
    "auc": "Ranking (AUC)",
    "average_precision": "Average precision",
    "brier": "Brier score",
    "log_loss": "Log loss",
    "base_rate": "Share that succeeded",
    "event_rate": "Share that succeeded",
    "mean_score": "Mean probability",
    "lift_at_10": "Lift in the best 10%",
    "calibration_slope": "Calibration slope",
    "expected_calibration_error": "Calibration error",
}
SHARES = frozenset({"base_rate", "event_rate", "mean_score"})


@dataclass(frozen=True)
class MetricLine:
    slice: str
    metric: str
    value: str
    interval: str
    n: str
    split: str


@dataclass(frozen=True)
class ModelTrust:
    """One model's judgement: sentences, two pictures (null when not published), and its figures by slice."""

    name: str
    version: str
    predicts: str
    verdict: str
    is_ranking: bool
    ranking: str
    ranking_short: str
    gains_words: str
    reliability: Markup | None
    gains: Markup | None
    lines: tuple[MetricLine, ...]


def read_trust(connection: duckdb.DuckDBPyConnection) -> tuple[ModelTrust, ...]:
    """One entry per model in the published health table."""
    health = read_table(connection, "marts.model_health", HEALTH)
    bins = read_table(connection, "scores.reliability", RELIABILITY)
    gains = read_table(connection, "scores.gains", GAINS)
    has_labels = {"model", "title", "unit", "positive", "horizon_days"} <= columns_of(connection, "config.labels")
    labels = {row["model"]: row for row in read_table(connection, "config.labels", LABELS)} if has_labels else {}
    versions = sorted({(row["model"], row["model_version"] or "") for row in health})
    return tuple(
        model_trust(
            labels.get(model, {"model": model}),
            version,
            *(rows_of(rows, model, version) for rows in (health, bins, gains)),
        )
        for model, version in versions
    )


def rows_of(rows: Sequence[Row], model: str, version: str) -> list[Row]:
    return [row for row in rows if row["model"] == model and (row["model_version"] or "") == version]


def model_trust(
    label_row: Row, version: str, health: Sequence[Row], bins: Sequence[Row], gains: Sequence[Row]
) -> ModelTrust:
    name = label(label_row.get("title") or label_row["model"])
    verdict = next((row["verdict"] for row in sorted(health, key=by_weight) if row["verdict"]), "")
    auc = next((r for r in health if r["metric"] == RANKING and r["slice"] == "all" and r["value"] is not None), None)
    is_ranking = auc is not None and TOO_FEW not in verdict.lower()
    happens = label_row.get("positive") or "succeeded"
    points = [GainsPoint(float(row["share"]), float(row["caught"])) for row in gains]
    return ModelTrust(
        name=name,
        version=version,
        predicts=predicts(label_row),
        verdict=sentence(verdict),
        is_ranking=is_ranking,
        ranking=ranking_words(auc, happens) if auc else "",
        ranking_short=ranking_short(auc) if auc else "",
        gains_words=gains_words(points, label_row.get("unit") or "record", happens),
        reliability=picture(reliability_chart([reliability_bin(row) for row in bins], name)) if bins else None,
        gains=picture(gains_chart(points, name)) if points else None,
        lines=tuple(metric_line(row) for row in health if row["value"] is not None),
    )


def by_weight(row: Row) -> tuple[bool, bool]:
    """The verdict on the whole model before those on slices, on its ranking before those on other metrics."""
    return (row["slice"] != "all", row["metric"] != RANKING)


def picture(svg: str) -> Markup:
    return Markup(svg)  # noqa: S704 - the chart escapes every word itself


def predicts(row: Row) -> str:
    if not row.get("horizon_days"):
        return ""
    return f"Predicts whether a{'n' if row['unit'][:1] in 'aeio' else ''} {row['unit']} will be {row['positive']} " \
        f"within {row['horizon_days']} days."


def ranking_words(auc: Row, happens: str) -> str:
    """The area under the ROC curve as a wager (Hanley and McNeil 1982: the probability of ranking a pair rightly)."""
    return (
        f"Take one that {was(happens)} and one that did not: the model puts the right one first {hundred(auc['value'])} "
        f"times in 100{between(auc)}. Tossing a coin would manage 50; knowing the future, 100."
    )


def was(happens: str) -> str:
    return f"was later {happens}" if happens == "won" else f"later {happens}"


def ranking_short(auc: Row) -> str:
    return f"orders {hundred(auc['value'])} of 100 pairs rightly{between(auc)}, where a coin would order 50"


def between(auc: Row) -> str:
    if auc["low"] is None or auc["high"] is None:
        return ""
    return f" (between {hundred(auc['low'])} and {hundred(auc['high'])} with 95% confidence)"


def hundred(value: float) -> str:
    return number(value * 100)


def gains_words(points: Sequence[GainsPoint], unit: str, happens: str) -> str:
    caught = caught_at(points, 0.1)
    if caught is None:
        return ""
    return (
        f"In the test the best 10% of {unit}s by score held {percent(caught)} of all that were later {happens}: "
        f"{decimal(caught / 0.1, 1)} times what an unsorted list would give."
    )


def reliability_bin(row: Row) -> ReliabilityBin:
    observed = float(row["event_rate"])
    low, high = (observed if row[end] is None else float(row[end]) for end in ("low", "high"))
    return ReliabilityBin(float(row["mean_score"]), observed, low, high, int(row["n"]))


def metric_line(row: Row) -> MetricLine:
    show = percent if row["metric"] in SHARES else decimal
    known = row["low"] is not None and row["high"] is not None
    return MetricLine(
        slice="All records" if row["slice"] == "all" else label(row["slice"]),
        metric=METRIC_WORDS.get(row["metric"], label(row["metric"])),
        value=show(row["value"]),
        interval=f"{show(row['low'])} to {show(row['high'])}" if known else "",
        n=number(row["n"]),
        split=label(row["split"]),
    )
