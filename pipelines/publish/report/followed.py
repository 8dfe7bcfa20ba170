"""What became of a model after its test, and what goes with success: the back-test, drift and drivers in words.

What belongs here: rows of `marts.model_health` and `marts.drivers` as lines of the page; no metric is computed here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from pipelines.publish.report.charts import sparkline
from pipelines.publish.report.reading import Row
from pipelines.publish.report.words import decimal, label, number, percent, sentence

DRIVERS = "select * from marts.drivers order by model, outcome, rank"
MOST_DRIFTS, MOST_DRIVERS = 5, 7
PARTS = {"backtest:all": "All", "backtest:worked": "Worked by sales", "backtest:unworked": "Worked by nobody"}
DRIFTED = "drifted"
TRENDS = {
    ("all", "auc"): "Pairs put in the right order (AUC)",
    ("all", "ece"): "Distance of promise from outcome",
    ("backtest:all", "auc"): "AUC of the back-test",
    ("drift:(input)", "psi_since_training"): "Drift of the column that moved most",
    ("drift:(score)", "psi_since_training"): "Drift of the scores",
    ("drift:(outcome)", "observed_over_promised"): "Happened, times what was promised",
}
ASSUMPTIONS = {
    "none": "None of them",
    "half": "Half of it",
    "as set": "As the playbook sets it",
    "double": "Twice as much",
}


@dataclass(frozen=True)
class BacktestLine:
    """Scores of some time ago against what happened since."""

    name: str
    records: str
    promised: str
    happened: str
    ranking: str
    caught: str


@dataclass(frozen=True)
class AssumedLine:
    """How the list would look if so many of those that nobody came to would have succeeded."""

    name: str
    chance: str
    order_kept: str
    top_kept: str
    worked_auc: str
    promised: str


@dataclass(frozen=True)
class TrendLine:
    """One measure over the moments at which it was taken: a small line, the first and the last value."""

    name: str
    picture: Markup
    first: str
    last: str
    moments: str


@dataclass(frozen=True)
class DriverLine:
    """One idea and what goes with it."""

    idea: str
    words: str
    effect: str
    interval: str
    certainty: str


@dataclass(frozen=True)
class DriverTable:
    """The strongest ideas of one outcome; `without`: how many ideas show nothing beyond chance."""

    outcome: str
    unit: str
    lines: tuple[DriverLine, ...]
    without: int


@dataclass(frozen=True)
class Followed:
    """All of it for one model; empty where nothing was noted."""

    backtest: tuple[BacktestLine, ...]
    drift: tuple[str, ...]
    drift_words: str
    gap_words: str
    assumed: tuple[AssumedLine, ...]
    drivers: tuple[DriverTable, ...]
    trend: tuple[TrendLine, ...]


def followed(health: Sequence[Row], drivers: Sequence[Row], history: Sequence[Row]) -> Followed:
    """The parts of one model's health that are no test, its drivers, and how it has done so far."""
    drift = [row for row in health if row["split"] == "drift"]
    return Followed(
        backtest_lines(health),
        drift_lines(drift),
        drift_words(drift),
        gap_words(health),
        assumed_lines(health),
        tables(drivers),
        trend_lines(history),
    )


def backtest_lines(health: Sequence[Row]) -> tuple[BacktestLine, ...]:
    lines = []
    for part, name in PARTS.items():
        rows = {row["metric"]: row for row in health if row["slice"] == part}
        if rows:
            count = number(next(iter(rows.values()))["n"])
            promised, happened = (share(rows.get(metric)) for metric in ("mean_probability", "base_rate"))
            auc, caught = rows.get("auc"), rows.get("flagged_caught")
            ranking = decimal(auc["value"]) if auc and auc["value"] is not None else "too few"
            lines.append(BacktestLine(name, count, promised, happened, ranking, share(caught)))
    return tuple(lines)


def share(row: Row | None) -> str:
    return percent(row["value"]) if row else "too few"


def drift_lines(rows: Sequence[Row]) -> tuple[str, ...]:
    """The columns that moved furthest from what the model learned from, and what chance explains of it."""
    chance = {row["slice"]: row["high"] for row in rows if row["metric"] == "psi_expected"}
    moved = [row for row in rows if row["metric"] == "psi" and row["verdict"].startswith(DRIFTED)]
    moved.sort(key=lambda row: (-row["value"], row["slice"]))
    lines = [
        f"{part_of(row)}: index {decimal(row['value'])}, of which chance explains {decimal(chance[row['slice']])}"
        for row in moved[:MOST_DRIFTS]
    ]
    return (*lines, *([f"and {len(moved) - MOST_DRIFTS} more"] if len(moved) > MOST_DRIFTS else []))


def part_of(row: Row) -> str:
    return label(row["slice"].removeprefix("drift:").strip("()"))


def drift_words(rows: Sequence[Row]) -> str:
    """Whether anything moved, in one sentence; empty where nothing was compared."""
    if not rows:
        return ""
    asking = [row for row in rows if row["metric"] != "psi" and row["verdict"].startswith(DRIFTED)]
    if asking:
        return sentence(f"{part_of(asking[0])} has {asking[0]['verdict']} since the training: the next run fits anew")
    if any(row["metric"] == "psi" and row["verdict"].startswith(DRIFTED) for row in rows):
        return (
            "Today's records differ from those that the model learned from, but not from those at its training: a new "
            "training would not change that. Most moved:"
        )
    return "Today's records look like those that the model learned from, as far as chance lets anybody say."


def gap_words(health: Sequence[Row]) -> str:
    """What the AUC is without outcomes that followed at once."""
    found = [row for row in health if row["metric"].startswith("auc_gap_") and row["value"] is not None]
    if not found:
        return ""
    hours = found[0]["metric"].removeprefix("auc_gap_").removesuffix("h")
    words = f"Without outcomes that followed within {hours} hours the AUC is {decimal(found[0]['value'])}"
    return sentence(words if found[0]["verdict"] == "ok" else f"{words}: it {found[0]['verdict']}")


def assumed_lines(health: Sequence[Row]) -> tuple[AssumedLine, ...]:
    """What hangs on the assumption about those that nobody came to; none where everybody was worked."""
    lines = []
    for part, name in ASSUMPTIONS.items():
        rows = {row["metric"]: row["value"] for row in health if row["slice"] == f"unlabelled:{part}"}
        if rows:
            shares = [percent(rows[one]) for one in ("assumed_chance", "top_decile_kept", "mean_probability")]
            order, auc = (decimal(rows[one]) for one in ("order_kept", "auc_worked"))
            lines.append(AssumedLine(name, shares[0], order, shares[1], auc, shares[2]))
    return tuple(lines)


def trend_lines(history: Sequence[Row]) -> tuple[TrendLine, ...]:
    """Every measure that was taken at least twice."""
    lines = []
    for (part, metric), name in TRENDS.items():
        rows = [row for row in history if (row["slice"], row["metric"]) == (part, metric)]
        if len(rows) > 1:
            told = [f"{row['as_of']:%d %b %Y}: {decimal(row['value'], 3)}" for row in rows]
            drawn = sparkline([float(row["value"]) for row in rows], name, told)
            picture = Markup(drawn)  # noqa: S704 - the chart escapes every word itself
            lines.append(TrendLine(name, picture, told[0], told[-1], number(len(rows))))
    return tuple(lines)


def tables(rows: Sequence[Row]) -> tuple[DriverTable, ...]:
    by_outcome: Mapping[str, list[Row]] = {row["outcome"]: [] for row in rows}
    for row in rows:
        by_outcome[row["outcome"]].append(row)
    made = []
    for outcome, its in by_outcome.items():
        found = [row for row in its if row["is_found"]]
        lines = tuple(driver_line(row) for row in found[:MOST_DRIVERS])
        made.append(DriverTable(outcome, its[0]["unit"], lines, len(its) - len(found)))
    return tuple(made)


def driver_line(row: Row) -> DriverLine:
    certainty = "q < 0.001" if row["q_value"] < 0.001 else f"q = {decimal(row['q_value'], 3)}"
    ends = [decimal(row[end], 1) for end in ("low", "high")]
    words = f"{row['to_value']} rather than {row['from_value']}"
    return DriverLine(label(row["idea"]), words, f"{row['effect']:+,.1f}", f"{ends[0]} to {ends[1]}", certainty)
