"""Which moments a model learns from, which it scores, and what came of them."""

from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from tests.features.company import Company, Rows

CREATED = datetime(2024, 1, 10)


def history(company: Company, starts: datetime = datetime(2023, 12, 1)) -> None:
    """A first lead, from which the history counts; every day is a landmark of everybody."""
    company.change("config.labels", "landmark_every_days = 1, min_history_days = 0")
    company.put("core.leads", lead_id="first", person_id="first", created_at=starts, is_backfilled=False,
                is_converted=True, converted_at=starts, modified_at="2030-01-01")  # fmt: skip
    company.put("core.lead_tracking", tracked_from_at=starts, tracked_until_at=datetime(9999, 12, 31), has_history=True)
    for table in ("core.lead_steps", "core.opportunities", "core.accounts", "core.first_work"):
        company.give(table)


def lead(company: Company, **values: object) -> None:
    company.put("core.leads", **{"lead_id": "lead", "person_id": "kim", "created_at": CREATED, "is_backfilled": False,
                                 "is_converted": False} | values)  # fmt: skip


def landmarks(company: Company, columns: str = "as_of", where: str = "purpose = 'train'") -> Rows:
    return company.rows("spine.lead_conversion", columns, f"lead_id = 'lead' and {where}")


def days(rows: Rows) -> list[str]:
    return [f"{moment:%m-%d}" for (moment,) in rows if isinstance(moment, datetime)]


@pytest.mark.capability("M4")
def test_a_landmark_counts_when_horizon_and_lag_are_over_at_the_as_of_moment_and_not_a_second_before(
    company: Company,
) -> None:
    history(company)
    lead(company)
    last = datetime(2024, 1, 20)
    company.at(last + timedelta(days=90 + 7))
    assert days(landmarks(company))[-1] == "01-20"
    company.at(last + timedelta(days=90 + 7, seconds=-1))
    assert days(landmarks(company))[-1] == "01-19"


def test_labels_are_known_no_longer_than_the_extracts_of_the_crm_reach(company: Company) -> None:
    history(company)
    company.change("core.leads", "modified_at = created_at")
    lead(company, modified_at=datetime(2024, 1, 12) + timedelta(days=90 + 7))
    company.at(datetime(2024, 12, 31))
    assert days(landmarks(company)) == ["01-10", "01-11", "01-12"]


@pytest.mark.capability("M2")
@pytest.mark.parametrize(
    ("converted_at", "label"),
    [
        (datetime(2024, 1, 15) + timedelta(days=90), True),
        (datetime(2024, 1, 15) + timedelta(days=90, seconds=1), False),
        (datetime(2024, 1, 15, 0, 0, 1), True),
        (None, False),
    ],
)
def test_the_label_is_a_conversion_within_the_horizon(
    company: Company, converted_at: datetime | None, label: bool
) -> None:
    history(company)
    lead(company, converted_at=converted_at, is_converted=converted_at is not None)
    assert landmarks(company, "label", "as_of = '2024-01-15'") == [(label,)]


def test_a_landmark_bears_the_moment_of_its_outcome_within_the_horizon_or_later_and_a_unit_to_score_none(
    company: Company,
) -> None:
    history(company)
    converted_at = datetime(2024, 6, 1, 8)
    lead(company, converted_at=converted_at, is_converted=True)
    assert landmarks(company, "distinct outcome_at") == [(converted_at,)]
    company.change("core.leads", "converted_at = null, is_converted = false")
    assert landmarks(company, "distinct outcome_at", "true") == [(None,)]


@pytest.mark.parametrize("converted_at", [datetime(2024, 1, 15), datetime(2024, 1, 14, 23)])
def test_a_lead_is_looked_at_until_it_converts(company: Company, converted_at: datetime) -> None:
    history(company)
    lead(company, converted_at=converted_at, is_converted=True)
    assert days(landmarks(company)) == ["01-10", "01-11", "01-12", "01-13", "01-14"]
    assert landmarks(company, where="purpose = 'score'") == []


def test_a_disqualified_lead_is_no_work_for_sales_until_somebody_opens_it_again(company: Company) -> None:
    history(company)
    lead(company)
    company.put("core.lead_steps", lead_id="lead", step_number=1, step="lead", entered_at=CREATED, exit_kind="lost",
                exited_at=datetime(2024, 1, 13, 5))  # fmt: skip
    assert days(landmarks(company)) == ["01-10", "01-11", "01-12", "01-13"]
    assert landmarks(company, where="purpose = 'score'") == []
    company.put("core.lead_steps", lead_id="lead", step_number=2, step="lead", entered_at=datetime(2024, 3, 20))
    assert days(landmarks(company))[4:] == ["03-20", "03-21", "03-22", "03-23", "03-24", "03-25"]
    assert landmarks(company, where="purpose = 'score'") == [(datetime(2024, 6, 30, 12),)]


@pytest.mark.parametrize("exit_kind", ["advanced", "recycled", "went_dark"])
def test_other_ways_out_of_a_step_leave_a_lead_open(company: Company, exit_kind: str) -> None:
    history(company)
    lead(company)
    company.put("core.lead_steps", lead_id="lead", step_number=1, step="lead", entered_at=CREATED,
                exit_kind=exit_kind, exited_at=datetime(2024, 1, 13))  # fmt: skip
    assert len(landmarks(company)) == 76
    assert len(landmarks(company, where="purpose = 'score'")) == 1


def test_a_lead_too_old_to_work_is_neither_learned_from_nor_scored(company: Company) -> None:
    history(company)
    lead(company)
    company.at(CREATED + timedelta(days=180))
    assert len(landmarks(company, where="purpose = 'score'")) == 1
    company.at(CREATED + timedelta(days=180, seconds=1))
    assert landmarks(company, where="purpose = 'score'") == []
    company.at(datetime(2024, 12, 31))
    assert days(landmarks(company))[-1] == f"{CREATED + timedelta(days=180):%m-%d}"


def test_landmarks_begin_when_the_history_is_long_enough(company: Company) -> None:
    history(company, starts=datetime(2024, 1, 5, 13))
    lead(company)
    company.change("config.labels", "min_history_days = 30")
    assert days(landmarks(company))[0] == "02-04"


@pytest.mark.capability("M4")
@pytest.mark.parametrize(
    ("tracked_from_at", "tracked_until_at", "last", "number"),
    [
        (datetime(2024, 1, 10), datetime(9999, 12, 31), "03-25", 76),
        (datetime(2024, 1, 20, 5), datetime(9999, 12, 31), "03-25", 76),
        (datetime(2024, 1, 1), datetime(2024, 2, 1, 5), "02-01", 23),
        (datetime(2024, 1, 20), datetime(2024, 2, 1, 5), "01-10", 1),
        (datetime(9999, 12, 31), datetime(9999, 12, 31), "03-25", 76),
    ],
)
def test_where_a_history_was_switched_off_a_lead_is_looked_at_where_it_told_and_in_its_first_night(
    company: Company, tracked_from_at: datetime, tracked_until_at: datetime, last: str, number: int
) -> None:
    history(company)
    company.change("core.lead_tracking", "tracked_from_at = ?, tracked_until_at = ?", tracked_from_at, tracked_until_at)
    lead(company)
    found = days(landmarks(company))
    assert (found[0], found[-1], len(found)) == ("01-10", last, number)
    assert len(landmarks(company, where="purpose = 'score'")) == 1


@pytest.mark.capability("M4")
@pytest.mark.parametrize(("status", "last", "scored"), [("Unqualified", "01-19", 0), ("New", "03-25", 1)])
def test_a_lead_whose_closing_no_history_tells_is_open_until_its_last_change_and_no_longer(
    company: Company, status: str, last: str, scored: int
) -> None:
    history(company)
    lead(company, status=status, modified_at=datetime(2024, 1, 19, 8))
    assert days(landmarks(company))[-1] == last
    assert len(landmarks(company, where="purpose = 'score'")) == scored


def test_records_brought_in_by_a_migration_do_not_begin_the_history(company: Company) -> None:
    company.change("config.labels", "landmark_every_days = 1, min_history_days = 0")
    lead(company, lead_id="moved", is_backfilled=True, created_at=datetime(2019, 1, 1))
    lead(company)
    assert company.rows("spine.days", "min(day_on)::varchar, min(history_days)") == [("2024-01-10", 0)]


@pytest.mark.capability("M4")
def test_landmarks_stand_on_days_of_the_leads_own_so_that_their_ages_are_those_of_any_day(company: Company) -> None:
    history(company)
    company.change("config.labels", "landmark_every_days = 14, min_history_days = 0")
    company.put("core.leads", *({"lead_id": f"00Q{number:04}", "person_id": "p", "created_at": CREATED,
                                 "is_backfilled": False, "is_converted": False} for number in range(700)))  # fmt: skip
    company.at(CREATED + timedelta(days=69 + 97))
    rows = company.rows("spine.lead_conversion", "lead_id, date_diff('day', timestamp '2024-01-10', as_of)",
                        "purpose = 'train'")  # fmt: skip
    ages: dict[object, list[int]] = {}
    for unit, age in rows:
        assert isinstance(age, int)
        ages.setdefault(unit, []).append(age)
    for unit in ages.values():
        assert len(unit) == 5
        assert {later - earlier for earlier, later in pairwise(unit)} == {14}
    at_age = Counter(age for unit in ages.values() for age in unit)
    # 700 leads on 14 days: 50 a day, give or take four standard deviations
    assert sorted(at_age) == list(range(70))
    assert all(50 - 28 <= leads <= 50 + 28 for leads in at_age.values())


@pytest.mark.parametrize(("spine", "unit"), [("lead_conversion", "lead_id"), ("account_fit", "account_id")])
def test_the_landmarks_of_one_unit_weigh_one_together(company: Company, spine: str, unit: str) -> None:
    history(company)
    for number, age in enumerate([0, 40, 75]):
        lead(company, lead_id=f"l{number}", created_at=CREATED + timedelta(days=age))
        account(company, account_id=f"a{number}", created_at=datetime(2023, 12, 1) + timedelta(days=age / 5))
    rows = company.rows(f"spine.{spine}", f"{unit}, count(*), round(sum(weight), 9)",
                        f"purpose = 'train' and {unit} <> 'first' group by {unit} order by {unit}")  # fmt: skip
    assert [total for _, _, total in rows] == [1, 1, 1]
    assert len({landmarks for _, landmarks, _ in rows}) == 3
    assert company.rows(f"spine.{spine}", "distinct label is null, weight is null", "purpose = 'score'") == [
        (True, True)
    ]


def account(company: Company, **values: object) -> None:
    company.put("core.accounts", **{"account_id": "account", "ultimate_parent_id": "family", "created_at": CREATED,
                                    "is_person_account": False, "is_older_customer": False} | values)  # fmt: skip


def fit(company: Company, columns: str, where: str = "purpose = 'train'") -> Rows:
    return company.rows("spine.account_fit", columns, where)


@pytest.mark.capability("M1")
def test_the_fit_label_is_a_first_win_within_180_days_and_a_won_account_is_looked_at_no_more(company: Company) -> None:
    history(company)
    company.at(datetime(2025, 1, 1))
    account(company, first_won_at=datetime(2024, 6, 1))
    seen = {str(day): bool(label) for day, label in fit(company, "as_of::date::varchar, label")}
    # 4 December 2023 would be 180 days before; the account came later
    assert min(seen) == "2024-01-10"
    assert max(seen) == "2024-05-31"
    assert set(seen.values()) == {True}
    company.change("core.accounts", "first_won_at = '2024-09-01 00:00:00'")
    seen = {str(day): bool(label) for day, label in fit(company, "as_of::date::varchar, label")}
    assert [day for day in seen if not seen[day]][-1] == "2024-03-04"
    assert min(day for day in seen if seen[day]) == "2024-03-05"
    assert fit(company, "as_of", "purpose = 'score'") == []
    assert fit(
        company, "max(as_of) + interval 187 day <= '2025-01-01' and max(as_of) + interval 188 day > '2025-01-01'"
    )


@pytest.mark.parametrize(
    ("facts", "is_scored"),
    [
        ({}, True),
        ({"is_person_account": True}, False),
        ({"is_older_customer": True}, False),
        ({"first_won_at": datetime(2024, 6, 29)}, False),
        ({"is_older_customer": True, "first_won_at": datetime(2019, 1, 1)}, False),
    ],
)
@pytest.mark.capability("M1")
def test_only_companies_that_never_won_with_us_are_scored_for_fit(
    company: Company, facts: dict[str, object], is_scored: bool
) -> None:
    history(company)
    account(company, **facts)
    assert fit(company, "account_id, group_id, label", "purpose = 'score'") == (
        [("account", "family", None)] if is_scored else []
    )


def test_units_are_counted_by_what_came_of_them_until_now(company: Company) -> None:
    history(company)
    lead(company)
    account(company)
    account(company, account_id="won", first_won_at=CREATED)
    account(company, account_id="person", is_person_account=True)
    account(company, account_id="older", is_older_customer=True, first_won_at=CREATED)
    assert company.rows("spine.model_units") == [
        ("account_fit", 1, 1),
        ("lead_conversion", 1, 1),
        ("opportunity_win", 0, 0),
    ]
