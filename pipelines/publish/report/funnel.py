"""The funnel as pictures and a table by cohort. What belongs here: adding up published cohorts, never a rate of its own
making: a conversion is the published rate of matured cohorts, weighted by how many matured."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import duckdb
from markupsafe import Markup

from pipelines.publish.report.charts import Part, funnel_bar
from pipelines.publish.report.reading import Row, read_table
from pipelines.publish.report.words import label, number, percent

COHORTS_SHOWN = 8
UNITS = {"lead": "Leads", "opportunity": "Opportunities", "account": "Accounts"}
STEP_WORDS = {"activity": "Any contact", "event": "Responded"}
SALE = "opportunity"
COHORTS = """
    select unit, cohort_on, step, entered, advanced, lost, recycled, went_dark, open, n_matured,
        conversion_rate_matured, p50_days, amount, amount_won, currency, is_censored
    from marts.funnel_by_cohort
    where segment = 'all'
    order by unit, cohort_on, step
"""
STEP_ORDER = """
    select unit, step, min(step_order) as step_order
    from core.process_entries
    group by unit, step
    order by unit, step
"""
HORIZONS = "select unit, horizon_days from config.funnel_units order by unit"


@dataclass(frozen=True)
class StepPicture:
    """One step over all cohorts: `bar` is SVG, `parts` are the pieces of those who entered."""

    name: str
    entered: int
    parts: tuple[Part, ...]
    bar: Markup
    n_matured: int
    conversion: str


@dataclass(frozen=True)
class CohortCell:
    """One step of one cohort: how many entered, and the matured conversion in words."""

    entered: str
    conversion: str


@dataclass(frozen=True)
class CohortLine:
    name: str
    cells: tuple[CohortCell, ...]
    won: str
    lost: str
    open: str
    is_censored: bool


@dataclass(frozen=True)
class UnitFunnel:
    """The funnel of one unit: totals over all cohorts, steps in order, the newest cohorts as lines."""

    unit: str
    title: str
    horizon: str
    steps: tuple[StepPicture, ...]
    won: int
    lost: int
    open: int
    amounts: tuple[str, ...]
    cohorts: tuple[CohortLine, ...]
    cohorts_in_all: int


def read_funnels(connection: duckdb.DuckDBPyConnection) -> tuple[UnitFunnel, ...]:
    """One funnel per unit that has cohorts, in the order lead, opportunity, account."""
    rows = read_table(connection, "marts.funnel_by_cohort", COHORTS)
    order = step_order(connection)
    horizons = {row["unit"]: row["horizon_days"] for row in read_table(connection, "config.funnel_units", HORIZONS)}
    by_unit = {unit: [row for row in rows if row["unit"] == unit] for unit in UNITS}
    return tuple(unit_funnel(unit, found, order, horizons.get(unit)) for unit, found in by_unit.items() if found)


def step_order(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], int]:
    """The place of each (unit, step) in its process; steps without one go by how many entered."""
    rows = read_table(connection, "core.process_entries", STEP_ORDER)
    return {(row["unit"], row["step"]): int(row["step_order"]) for row in rows}


def unit_funnel(
    unit: str, rows: Sequence[Row], order: dict[tuple[str, str], int], horizon_days: int | None
) -> UnitFunnel:
    """Add up one unit's cohorts: won is what left the sale's step forward, lost and open are those of every step."""
    by_step = {step: [row for row in rows if row["step"] == step] for step in sorted({row["step"] for row in rows})}
    entered = {step: total(found, "entered") for step, found in by_step.items()}
    steps = sorted(by_step, key=lambda step: (order.get((unit, step), len(order)), -entered[step], step))
    widest = max(entered.values())
    cohorts = sorted({row["cohort_on"] for row in rows})
    return UnitFunnel(
        unit=unit,
        title=UNITS[unit],
        horizon=f"within {horizon_days} days" if horizon_days else "in time",
        steps=tuple(step_picture(step, by_step[step], widest) for step in steps),
        won=total(by_step.get(SALE, ()), "advanced"),
        lost=total(rows, "lost"),
        open=total(rows, "open"),
        amounts=won_amounts(by_step.get(SALE, ())),
        cohorts=tuple(cohort_line(on, rows, steps) for on in cohorts[-COHORTS_SHOWN:]),
        cohorts_in_all=len(cohorts),
    )


def total(rows: Sequence[Row], column: str) -> int:
    return sum(int(row[column] or 0) for row in rows)


def step_words(step: str) -> str:
    return STEP_WORDS.get(step, label(step))


def step_picture(step: str, rows: Sequence[Row], widest: int) -> StepPicture:
    parts = (
        Part("advanced", "won" if step == SALE else "moved on", total(rows, "advanced")),
        Part("open", "still open", total(rows, "open")),
        Part("lost", "lost", total(rows, "lost")),
        Part("recycled", "recycled", total(rows, "recycled")),
        Part("dark", "went dark", total(rows, "went_dark")),
    )
    return StepPicture(
        name=step_words(step),
        entered=total(rows, "entered"),
        parts=tuple(part for part in parts if part.count),
        bar=Markup(funnel_bar(step_words(step), parts, widest)),  # noqa: S704 - the chart escapes every word itself
        n_matured=total(rows, "n_matured"),
        conversion=percent(matured_rate(rows)),
    )


def matured_rate(rows: Sequence[Row]) -> float | None:
    """The published rates of matured cohorts, weighted by how many matured; null when none did."""
    told = [(float(row["conversion_rate_matured"]), int(row["n_matured"])) for row in rows if has_rate(row)]
    matured = sum(n for _, n in told)
    return sum(rate * n for rate, n in told) / matured if matured else None


def has_rate(row: Row) -> bool:
    return row["conversion_rate_matured"] is not None and bool(row["n_matured"])


def won_amounts(rows: Sequence[Row]) -> tuple[str, ...]:
    """What was won, per currency, such as `EUR 1,250,000`; amounts of two currencies are never added."""
    sums: dict[str, float] = {}
    for row in rows:
        if row["amount_won"]:
            currency = row["currency"] or ""
            sums[currency] = sums.get(currency, 0.0) + float(row["amount_won"])
    return tuple(
        f"{currency} {number(amount)}" if currency else f"{number(amount)} (the extracts name no currency)"
        for currency, amount in sorted(sums.items())
    )


def cohort_line(on: date, rows: Sequence[Row], steps: Sequence[str]) -> CohortLine:
    mine = [row for row in rows if row["cohort_on"] == on]
    return CohortLine(
        name=f"{on:%b %Y}" if on.day == 1 else f"{on.day} {on:%b %Y}",
        cells=tuple(cohort_cell([row for row in mine if row["step"] == step]) for step in steps),
        won=number(total([row for row in mine if row["step"] == SALE], "advanced")),
        lost=number(total(mine, "lost")),
        open=number(total(mine, "open")),
        is_censored=any(row["is_censored"] for row in mine),
    )


def cohort_cell(rows: Sequence[Row]) -> CohortCell:
    rate = matured_rate(rows)
    matured = total(rows, "n_matured")
    return CohortCell(
        entered=number(total(rows, "entered")),
        conversion=f"{percent(rate)} of {number(matured)}" if rate is not None else "too early" if rows else "",
    )
