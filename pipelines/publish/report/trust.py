"""How good the models are and how we know, in words and pictures. What belongs here: putting the published judgement
(`marts.model_health`, `scores.model_status`, `scores.reliability`, `scores.gains`) into sentences; no metric is
computed here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb
from markupsafe import Markup

from pipelines.publish.report.charts import GainsPoint, ReliabilityBin, caught_at, gains_chart, reliability_chart
from pipelines.publish.report.cost_chart import CostPoint, cost_chart
from pipelines.publish.report.followed import DRIVERS, Followed, followed
from pipelines.publish.report.reading import Row, columns_of, read_table
from pipelines.publish.report.words import decimal, label, number, percent, sentence

HEALTH = """
    select model, model_version, slice, metric, value, low, high, n, split, verdict
    from marts.model_health
    qualify split = 'drift'
        or as_of = max(as_of) filter (where split is distinct from 'drift') over (partition by model)
    order by model, model_version, slice, metric
"""
STATUS = "select model, status, model_version, sentence from scores.model_status order by model"
RELIABILITY = """
    select model, model_version, mean_score, event_rate, low, high, n
    from scores.reliability
    order by model, model_version, bin
"""
GAINS = "select model, model_version, share, caught from scores.gains order by model, model_version, share"
HISTORY = "select model, slice, metric, value, as_of, verdict from scores.health_history order by model, as_of"
LABELS = "select model, title, unit, positive, horizon_days from config.labels order by model"
COSTS = "select model, model_version, ratio, net, low, high, net_of_all from scores.cost_curve order by all"
TOO_FEW = "not enough data"
WHOLE, TEST, HAND_OFF = "all", "test", "hand-off"
METRIC_WORDS = {
    "auc": "Pairs put in the right order (AUC)",
    "lift_at_10pct": "Lift in the best 10%",
    "positives_in_top_20pct": "Successes within the best 20%",
    "flagged_share": "Share of the list that is handed on",
    "flagged_caught": "Successes among those handed on",
    "top_over_bottom": "Success rate of the first tier over the last",
    "base_rate": "Success rate of all",
    "mean_probability": "Success rate that was promised",
    "top_decile_rate": "Success rate of the best 10%",
    "bottom_decile_rate": "Success rate of the last 10%",
    "ece": "Distance of promise from outcome",
    "ece_expected": "The distance that chance explains",
    "brier": "Brier score (lower is better)",
    "log_loss": "Log loss (lower is better)",
    "gain_over_base_rate": "Share of the doubt that the scores take away",
    "average_precision": "Average precision",
    "net_benefit": "Successes per unit worth working, costs taken off",
    "net_benefit_gain": "The same, above working all or none",
    "units_positive": "Units that succeeded",
    "units_negative": "Units that did not",
}
SHARES = frozenset(
    (
        "positives_in_top_20pct",
        "flagged_share",
        "flagged_caught",
        "mean_probability",
        "base_rate",
        "top_decile_rate",
        "bottom_decile_rate",
        "ece",
        "ece_expected",
    )
)
COUNTS = frozenset(("units_positive", "units_negative"))
GAP = "auc_"  # with a gap before the outcome: told in a sentence
AGE_METRICS = ("auc", "lift_at_10pct", "base_rate")


@dataclass(frozen=True)
class Figure:
    """One metric: its value, its 95% interval and what the judgement says of it, all in words."""

    metric: str
    value: str
    interval: str
    verdict: str


@dataclass(frozen=True)
class SliceLine:
    """One slice of the test, such as an age of the record: its figures in the order of AGE_METRICS."""

    name: str
    records: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class ModelTrust:
    """One model's judgement: sentences, two pictures (null when not published), its figures, whole and by slice."""

    name: str
    version: str
    predicts: str
    verdict: str
    is_ranking: bool
    tested_on: str
    ranking: str
    ranking_short: str
    gains_words: str
    reliability: Markup | None
    gains: Markup | None
    costs: Markup | None
    figures: tuple[Figure, ...]
    slices: tuple[SliceLine, ...]
    followed: Followed


def read_trust(connection: duckdb.DuckDBPyConnection) -> tuple[ModelTrust, ...]:
    """One entry per model that has a status or a judgement, for the version that stands behind its scores."""
    health = read_table(connection, "marts.model_health", HEALTH)
    bins = read_table(connection, "scores.reliability", RELIABILITY)
    gains = read_table(connection, "scores.gains", GAINS)
    costs = read_table(connection, "scores.cost_curve", COSTS)
    drivers = read_table(connection, "marts.drivers", DRIVERS)
    states = {row["model"]: row for row in read_table(connection, "scores.model_status", STATUS)}
    has_labels = "title" in columns_of(connection, "config.labels")
    labels = {row["model"]: row for row in read_table(connection, "config.labels", LABELS)} if has_labels else {}
    models = sorted({row["model"] for row in health} | states.keys())
    history = read_table(connection, "scores.health_history", HISTORY)
    tables = {"health": health, "bins": bins, "gains": gains, "costs": costs, "drivers": drivers, "history": history}
    return tuple(
        model_trust(
            labels.get(model, {"model": model}),
            states.get(model),
            {name: of_model(rows, model) for name, rows in tables.items()},
        )
        for model in models
    )


def of_model(rows: Sequence[Row], model: str) -> list[Row]:
    return [row for row in rows if row["model"] == model]


def model_trust(labels: Row, status: Row | None, tables: Mapping[str, Sequence[Row]]) -> ModelTrust:
    """`tables`: the rows of one model in health, bins, gains, costs, drivers and history."""
    name = label(labels.get("title") or labels["model"])
    version = version_of(status, tables["health"])
    health, bins, gains, costs = (of_version(tables[one], version) for one in ("health", "bins", "gains", "costs"))
    whole = {row["metric"]: row for row in health if row["slice"] == WHOLE and row["value"] is not None}
    auc = whole.get("auc")
    happens = labels.get("positive") or "succeeded"
    points = [GainsPoint(float(row["share"]), float(row["caught"])) for row in gains]
    return ModelTrust(
        name=name,
        version="" if version == "none" else version,
        predicts=predicts(labels),
        verdict=verdict_of(status, health),
        is_ranking=status["status"] == "champion" if status else auc is not None,
        tested_on=f"Tested once, on {number(auc['n'])} looks at records from the newest stretch." if auc else "",
        ranking=ranking_words(auc, happens) if auc else "",
        ranking_short=f"{hundred(auc['value'])} times in 100{between(auc)}" if auc else "",
        gains_words=gains_words(points, labels.get("unit") or "record", happens),
        reliability=picture(reliability_chart([reliability_bin(row) for row in bins], name)) if bins else None,
        gains=picture(gains_chart(points, name)) if points else None,
        costs=picture(cost_chart([cost_point(row) for row in costs], name)) if costs else None,
        figures=tuple(figure(metric, whole) for metric in in_order(whole) if not metric.startswith(GAP)),
        slices=slice_lines([row for row in health if row["split"] == TEST]),
        followed=followed(health, tables["drivers"], tables["history"]),
    )


def version_of(status: Row | None, health: Sequence[Row]) -> str:
    """The version behind the scores; without a status, the last one judged."""
    known = [str(row["model_version"] or "none") for row in health]
    return str(status["model_version"] or "none") if status else max(known, default="none")


def of_version(rows: Sequence[Row], version: str) -> list[Row]:
    return [row for row in rows if str(row["model_version"] or "none") == version]


def verdict_of(status: Row | None, health: Sequence[Row]) -> str:
    """The sentence of the status; else why there is no model; else what speaks against one, metric by metric."""
    if status and status["sentence"]:
        return sentence(status["sentence"])
    told = [row for row in health if row["slice"] == WHOLE and row["verdict"]]
    refused = next((row["verdict"] for row in told if TOO_FEW in row["verdict"]), None)
    return sentence(refused) if refused else ""


def in_order(metrics: Mapping[str, Row]) -> list[str]:
    """The metrics that a reader asks for first, then whatever else there is."""
    return [*(metric for metric in METRIC_WORDS if metric in metrics), *sorted(metrics.keys() - METRIC_WORDS.keys())]


def slice_lines(health: Sequence[Row]) -> tuple[SliceLine, ...]:
    """One line per slice but the whole, the youngest age first."""
    found = {row["slice"] for row in health} - {WHOLE}
    lines = []
    for name in sorted(found, key=slice_order):
        rows = {row["metric"]: row for row in health if row["slice"] == name}
        records = number(next(iter(rows.values()))["n"])
        lines.append(SliceLine(slice_words(name), records, tuple(figure(metric, rows) for metric in AGE_METRICS)))
    return tuple(lines)


def slice_order(name: str) -> tuple[str, int, str]:
    kind, _, rest = name.partition(":")
    if kind == HAND_OFF:
        return "", 0, rest
    digits = rest.split("-")[0].rstrip("+")
    return (kind, int(digits) if digits.isdigit() else 0, rest)


def slice_words(name: str) -> str:
    """`age:2-7` as `Records of 2 to 7 days`; other slices as `Segment: large`."""
    kind, _, rest = name.partition(":")
    if kind == HAND_OFF:
        return "The hand-off: records of up to a week"
    if kind != "age":
        return label(f"{kind}: {rest}" if rest else kind)
    if rest.endswith("+"):
        return f"Records of {rest.rstrip('+')} days and more"
    return f"Records of {rest.replace('-', ' to ')} days"


def figure(metric: str, rows: Mapping[str, Row]) -> Figure:
    name = METRIC_WORDS.get(metric, label(metric))
    row = rows.get(metric)
    if row is None or row["value"] is None:
        return Figure(name, "–", "", row["verdict"] or "" if row else "")
    show = percent if metric in SHARES else number if metric in COUNTS else decimal
    known = row["low"] is not None and row["high"] is not None
    interval = f"{show(row['low'])} to {show(row['high'])}" if known else ""
    return Figure(name, show(row["value"]), interval, row["verdict"] or "")


def picture(svg: str) -> Markup:
    return Markup(svg)  # noqa: S704 - the chart escapes every word itself


def predicts(labels: Row) -> str:
    if not labels.get("horizon_days"):
        return ""
    article = "an" if labels["unit"][:1] in "aeio" else "a"
    return f"Predicts whether {article} {labels['unit']} is {labels['positive']} within {labels['horizon_days']} days."


def ranking_words(auc: Row, happens: str) -> str:
    """The area under the ROC curve as a wager (Hanley and McNeil 1982: the probability of ranking a pair rightly)."""
    return (
        f"Take one that was later {happens} and one that was not: the model puts the right one first "
        f"{hundred(auc['value'])} times in 100{between(auc)}. Tossing a coin would manage 50; knowing the future, 100."
    )


def between(auc: Row) -> str:
    if auc["low"] is None or auc["high"] is None:
        return ""
    return f" ({hundred(auc['low'])} to {hundred(auc['high'])} with 95% confidence)"


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


def cost_point(row: Row) -> CostPoint:
    return CostPoint(*(float(row[name]) for name in ("ratio", "net", "low", "high", "net_of_all")))


def reliability_bin(row: Row) -> ReliabilityBin:
    observed = float(row["event_rate"])
    low, high = (observed if row[end] is None else float(row[end]) for end in ("low", "high"))
    return ReliabilityBin(float(row["mean_score"]), observed, low, high, int(row["n"]))
