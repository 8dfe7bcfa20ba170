"""Which units people of the house ever came to: those nobody worked are no failures, and teach nothing of work."""

from datetime import datetime, timedelta

import pytest

from tests.features.company import Company
from tests.features.test_spine import CREATED, account, fit, history, landmarks, lead


@pytest.mark.capability("M3")
@pytest.mark.parametrize(
    ("worked_at", "worked", "worked_now"),
    [
        (datetime(2024, 1, 15) + timedelta(days=90), True, True),
        (datetime(2024, 1, 15) + timedelta(days=90, seconds=1), False, True),
        (datetime(2024, 7, 1), False, False),
        (None, False, False),
    ],
)
def test_a_lead_counts_as_worked_when_sales_came_to_it_by_the_end_of_the_label_window(
    company: Company, worked_at: datetime | None, worked: bool, worked_now: bool
) -> None:
    history(company)
    lead(company)
    account(company)
    if worked_at:
        company.put("core.first_work", *({"unit": unit, "unit_id": unit, "first_worked_at": worked_at}
                                         for unit in ("lead", "account")))  # fmt: skip
    assert landmarks(company, "is_worked", "as_of = '2024-01-15'") == [(worked,)]
    assert landmarks(company, "is_worked", "purpose = 'score'") == [(worked_now,)]
    assert fit(company, "is_worked", "purpose = 'score'") == [(worked_now,)]


@pytest.mark.capability("M3")
def test_what_converted_or_was_won_was_worked_and_mailings_are_no_work(company: Company) -> None:
    history(company)
    lead(company, converted_at=datetime(2024, 2, 1), is_converted=True)
    account(company, first_won_at=datetime(2024, 6, 1))
    assert landmarks(company, "is_worked, label", "as_of = '2024-01-15'") == [(True, True)]
    company.at(datetime(2025, 1, 1))
    assert fit(company, "distinct is_worked, label", "as_of = '2024-01-15'") == [(True, True)]


@pytest.mark.capability("M3")
@pytest.mark.parametrize(
    ("touch", "worked"),
    [
        ({"actor": "sales", "source": "task"}, True),
        ({"actor": "prospect", "source": "event"}, True),
        ({"actor": "sales", "source": "call"}, True),
        ({"actor": "marketing", "source": "email_event"}, False),
        ({"actor": "prospect", "source": "web_visit"}, False),
        ({"actor": "sales", "source": "task", "occurred_at": CREATED - timedelta(days=1)}, False),
    ],
)
def test_work_is_what_people_of_the_house_do_after_a_lead_came_in(
    company: Company, touch: dict[str, object], worked: bool
) -> None:
    for table in ("core.lead_statuses", "core.lead_conversions", "core.opportunities"):
        company.give(table)
    lead(company)
    company.put("core.lead_touches", lead_id="lead", touch_id="t", known_at=CREATED)
    company.put("core.touches", **{"touch_id": "t", "occurred_at": CREATED + timedelta(days=3)} | touch)
    found = [("lead", CREATED + timedelta(days=3))] if worked else []
    assert company.rows("core.first_work", "unit_id, first_worked_at") == found


def test_a_status_is_work_unless_it_is_the_first_one_or_marketings(company: Company) -> None:
    for table in ("core.touches", "core.lead_touches", "core.lead_conversions", "core.opportunities"):
        company.give(table)
    lead(company)
    steps = ["lead", "qualified_lead", "lead", "disqualified"]
    company.put("core.lead_statuses", *(
        {"lead_id": "lead", "status_number": number, "step": step, "is_recorded": True,
         "entered_at": CREATED + timedelta(days=number)}
        for number, step in enumerate(steps, 1)
    ))  # fmt: skip
    assert company.rows("core.first_work", "first_worked_at") == [(CREATED + timedelta(days=3),)]


@pytest.mark.parametrize(
    ("step", "since"), [("disqualified", CREATED), ("accepted_lead", CREATED), ("lead", None), ("qualified_lead", None)]
)
def test_a_status_that_nobody_wrote_down_is_work_from_the_beginning(
    company: Company, step: str, since: datetime | None
) -> None:
    for table in ("core.touches", "core.lead_touches", "core.lead_conversions", "core.opportunities"):
        company.give(table)
    lead(company)
    company.put("core.lead_statuses", lead_id="lead", status_number=1, step=step, is_recorded=False,
                entered_at=CREATED + timedelta(days=50))  # fmt: skip
    assert company.rows("core.first_work", "first_worked_at") == ([(since,)] if since else [])
