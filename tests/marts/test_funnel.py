"""The funnel tables: what comes in, goes on, leaves and stays, by cohort and by month."""

import math
from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.features.company import NOON, Company

START = datetime(2023, 9, 1)
EXITS = ["advanced", "lost", "recycled", "went_dark"]
ENTRIES = st.lists(
    st.fixed_dictionaries(
        {
            "unit": st.sampled_from(["lead", "opportunity"]),
            "step": st.sampled_from(["lead", "opportunity"]),
            "entered": st.integers(0, 300 * 24),
            "stayed": st.integers(0, 200 * 24),
            "exit_kind": st.sampled_from([None, *EXITS, "advanced"]),
            "is_timed": st.sampled_from([True, True, True, False]),
        }
    ),
    max_size=40,
)
PROPERTY = settings(
    max_examples=20, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
Row = dict[str, Any]


def fill(company: Company, *rows: Row) -> list[Row]:
    """Process entries and the segment `all` of their units; every unit has one entry."""
    filled = []
    for number, row in enumerate(rows):
        entered = row["entered_at"]
        exited = row.get("exited_at")
        timed = row.get("has_known_times", True)
        filled.append({
            "unit": "lead", "unit_id": f"u{number:03}", "entry_number": 1, "step": "lead", "step_order": 1,
            "cohort_on": entered.date().replace(day=1), "exited_at": None, "exit_kind": None, "has_known_times": timed,
            "days_in_step": (exited - entered) / timedelta(days=1) if exited and timed else None,
            "amount": None, "amount_won": None, "currency": None} | row)  # fmt: skip
    company.clear()
    for table in ("core.process_entries", "core.process_segments", "core.leads", "core.opportunities"):
        company.give(table)
    if filled:
        company.put("core.process_entries", *filled)
        segments = [{"unit": row["unit"], "unit_id": row["unit_id"], "segment": "all"} for row in filled]
        company.put("core.process_segments", *segments)
        company.put("core.leads", lead_id="first", created_at=START, is_backfilled=False)
    return filled


def drawn(company: Company, entries: list[Row]) -> list[Row]:
    """The entries of a hypothesis example; an exit after the as-of moment has not happened yet."""
    rows = []
    for one in entries:
        entered = START + timedelta(hours=one["entered"])
        exited = entered + timedelta(hours=one["stayed"])
        gone = one["exit_kind"] is not None and exited <= NOON
        exit_kind, exited_at = (one["exit_kind"], exited) if gone else (None, None)
        rows.append({"unit": one["unit"], "step": one["step"], "entered_at": entered, "exited_at": exited_at,
                     "exit_kind": exit_kind, "has_known_times": one["is_timed"]})  # fmt: skip
    return fill(company, *rows)


def table(company: Company, name: str) -> list[Row]:
    company.rows(f"marts.{name}")
    found = company.connection.execute(f"select * from marts.{name}")
    names = [column[0] for column in found.description or []]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


@pytest.mark.capability("K1")
@PROPERTY
@given(entries=ENTRIES)
def test_who_entered_advanced_was_lost_was_recycled_went_dark_or_is_open(company: Company, entries: list[Row]) -> None:
    rows = drawn(company, entries)
    groups: dict[tuple[object, ...], list[Row]] = defaultdict(list)
    for row in rows:
        groups[row["cohort_on"], row["unit"], "all", row["step"]].append(row)
    cohorts = {tuple(one[key] for key in ("cohort_on", "unit", "segment", "step")): one
               for one in table(company, "funnel_by_cohort")}  # fmt: skip
    assert cohorts.keys() == groups.keys()
    for place, cohort in cohorts.items():
        exits = [row["exit_kind"] for row in groups[place]]
        assert cohort["entered"] == len(exits)
        assert {kind: cohort[kind] for kind in EXITS} == {kind: exits.count(kind) for kind in EXITS}
        assert cohort["entered"] == sum(cohort[kind] for kind in EXITS) + cohort["open"]
        check_rates(cohort, groups[place])


def check_rates(cohort: Row, rows: list[Row]) -> None:
    horizon = {"lead": 90, "opportunity": 180}[cohort["unit"]]
    timed = [row for row in rows if row["has_known_times"]]
    matured = [row for row in timed if row["entered_at"] + timedelta(days=horizon + 7) <= NOON]
    advanced = [row for row in matured if row["exit_kind"] == "advanced" and row["days_in_step"] <= horizon]
    assert cohort["n_matured"] == len(matured)
    assert cohort["conversion_rate_matured"] == (len(advanced) / len(matured) if matured else None)
    days = sorted(row["days_in_step"] for row in timed if row["exit_kind"] == "advanced")
    for share, name in ((0.5, "p50_days"), (0.9, "p90_days")):
        assert cohort[name] == (pytest.approx(days[math.ceil(share * len(days)) - 1]) if days else None)
    assert cohort["km_rate"] == (pytest.approx(incidence(timed, horizon), abs=1e-8) if timed else None)
    last = max(row["entered_at"] for row in rows)
    is_over = NOON.date() >= (cohort["cohort_on"] + timedelta(days=31))
    assert cohort["is_censored"] == (last + timedelta(days=horizon + 7) > NOON or not is_over)


def incidence(rows: list[Row], horizon: int) -> float:
    """The share that advances by day `horizon`, in whole days: S(t-) times the hazard of advancing, summed."""
    ends = [(math.floor(row["days_in_step"]), row["exit_kind"]) for row in rows if row["exit_kind"]]
    opens = [math.floor((NOON - row["entered_at"]) / timedelta(days=1)) for row in rows if not row["exit_kind"]]
    still_in, share = 1.0, 0.0
    for day in sorted({day for day, _ in ends if day <= horizon}):
        at_risk = sum(other >= day for other, _ in ends) + sum(other >= day for other in opens)
        leaving = [kind for other, kind in ends if other == day]
        share += still_in * leaving.count("advanced") / at_risk
        still_in *= 1 - len(leaving) / at_risk
    return share


@pytest.mark.capability("K1")
@PROPERTY
@given(entries=ENTRIES)
def test_what_was_open_and_came_less_what_left_is_open_at_the_end_and_at_the_next_start(
    company: Company, entries: list[Row]
) -> None:
    rows = drawn(company, entries)
    ends: dict[tuple[object, ...], int] = {}
    periods = table(company, "funnel_by_period")
    for one in periods:
        place = (one["unit"], one["segment"], one["step"])
        assert one["open_at_start"] == ends.get(place, 0)
        assert one["open_at_start"] + one["entered"] - one["advanced"] - one["exited"] == one["open_at_end"] >= 0
        ends[place] = one["open_at_end"]
    assert sum(one["entered"] for one in periods) == len(rows)
    assert sum(ends.values()) == sum(row["exit_kind"] is None for row in rows)
    assert all(one["period_on"].day == 1 for one in periods)


def test_every_month_from_the_first_entry_on_has_its_row_even_when_nothing_happened(company: Company) -> None:
    fill(company, {"entered_at": datetime(2024, 2, 10), "exit_kind": "lost", "exited_at": datetime(2024, 5, 3)})
    assert [
        (f"{one['period_on']:%m}", one["open_at_start"], one["entered"], one["exited"], one["open_at_end"],
         one["throughput_ratio"])
        for one in table(company, "funnel_by_period")
    ] == [("02", 0, 1, 0, 1, 0), ("03", 1, 0, 0, 1, None), ("04", 1, 0, 0, 1, None), ("05", 1, 0, 1, 0, None),
          ("06", 0, 0, 0, 0, None)]  # fmt: skip


def test_who_left_otherwise_cannot_advance_any_more_and_who_is_open_still_may(company: Company) -> None:
    old = {"entered_at": datetime(2024, 1, 2)}
    fill(
        company,
        old | {"exit_kind": "advanced", "exited_at": datetime(2024, 1, 12)},
        old | {"exit_kind": "lost", "exited_at": datetime(2024, 1, 12)},
        old | {"exit_kind": "advanced", "exited_at": datetime(2024, 5, 2)},  # after 90 days
        old,
    )
    [cohort] = table(company, "funnel_by_cohort")
    assert (cohort["km_rate"], cohort["conversion_rate_matured"], cohort["n_matured"]) == (0.25, 0.25, 4)
    # Young ones: nobody has been watched for longer than the advance took; half of those still watched advanced.
    young = {"entered_at": NOON - timedelta(days=5)}
    fill(company, young, young | {"exit_kind": "advanced", "exited_at": NOON}, {"entered_at": NOON - timedelta(days=4)})
    [cohort] = table(company, "funnel_by_cohort")
    assert (cohort["km_rate"], cohort["conversion_rate_matured"], cohort["is_censored"]) == (0.5, None, True)


def test_a_cohort_is_final_to_the_second_when_its_last_member_had_horizon_and_lag(company: Company) -> None:
    exact = NOON - timedelta(days=97)
    for entered, n_matured, is_censored in ((exact, 1, False), (exact + timedelta(seconds=1), 0, True)):
        fill(company, {"entered_at": entered})
        [cohort] = table(company, "funnel_by_cohort")
        assert (cohort["n_matured"], cohort["is_censored"]) == (n_matured, is_censored)


@pytest.mark.parametrize(
    ("deals", "amount", "amount_won", "currency"),
    [
        ([(10, "EUR", 10), (5, "EUR", None)], 15, 10, "EUR"),
        ([(10, "EUR", 10), (5, "USD", 5)], None, None, None),
        ([(10, None, 10), (5, None, None)], 15, 10, None),
        ([(10, "EUR", 10), (5, None, 5)], None, None, None),
        ([(10, "EUR", 10), (None, None, None)], 10, 10, "EUR"),
        ([(None, None, None)], None, None, None),
    ],
)
def test_amounts_add_up_in_one_currency_only(
    company: Company, deals: list[Any], amount: float | None, amount_won: float | None, currency: str | None
) -> None:
    fill(company, *({"entered_at": datetime(2024, 1, 2), "exited_at": datetime(2024, 1, 3), "exit_kind": "advanced",
                     "amount": one, "currency": money, "amount_won": won} for one, money, won in deals))  # fmt: skip
    for name in ("funnel_by_cohort", "funnel_by_period"):
        first = table(company, name)[0]
        assert (first["amount"], first["amount_won"], first["currency"]) == (amount, amount_won, currency)


def test_months_are_cut_in_the_zone_in_which_the_company_reports(company: Company) -> None:
    late = {"entered_at": datetime(2024, 1, 31, 23, 30), "exit_kind": "advanced",
            "exited_at": datetime(2024, 2, 29, 23, 30)}  # fmt: skip
    for zone, entered, left in (("UTC", "2024-01", "2024-02"), ("Europe/Berlin", "2024-02", "2024-03")):
        fill(company, late)
        company.change("config.calendar", "zone = ?", zone)
        periods = table(company, "funnel_by_period")
        assert [f"{one['period_on']:%Y-%m}" for one in periods if one["entered"]] == [entered]
        assert [f"{one['period_on']:%Y-%m}" for one in periods if one["advanced"]] == [left]
