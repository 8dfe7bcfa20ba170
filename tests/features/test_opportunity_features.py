"""What was known of an open deal at a moment: rows in, the row of features out."""

from datetime import datetime, timedelta

import pytest

from tests.features.company import Company, Rows

THEN = datetime(2024, 5, 1)
DAY = timedelta(days=1)
LONG_AGO = THEN - 100 * DAY


def deal(company: Company, name: str = "deal", **values: object) -> None:
    """An open deal of Acme, made 100 days before, that is looked at."""
    for table in ("core.opportunity_stages", "core.stage_ladder", "core.survivors", "core.currency_rates"):
        company.give(table)
    company.put("spine.opportunity_win", opportunity_id=name, as_of=THEN)
    company.add("opportunity", Id=name, CreatedById="maker")
    other(company, name, created_at=LONG_AGO, **values)


def other(company: Company, name: str, **values: object) -> None:
    company.put("core.opportunities", **{"opportunity_id": name, "account_id": "acme", "outcome": "open",
                "is_new_business": True, "is_backfilled": False, "record_type": None, "lead_source": None,
                "opportunity_type": None, "currency": None, "owner_id": "ada", "closed_at": None} | values)  # fmt: skip


def said(company: Company, attribute: str, *stretches: tuple[float, object], name: str = "deal") -> None:
    """What the record said from so many days before the moment on, one value after the other; negative: later."""
    starts = [THEN - days * DAY for days, _ in stretches]
    for place, (_, value) in enumerate(stretches):
        until = starts[place + 1] if place + 1 < len(starts) else None
        company.put("core.attribute_history", record_of="opportunity", record_id=name, attribute=attribute,
                    value=None if value is None else str(value), from_at=starts[place], until_at=until)  # fmt: skip


def ladder(company: Company, **percents: int) -> None:
    for stage, percent in percents.items():
        company.put("core.stage_ladder", process="", stage=stage, outcome="open", percent=percent)


def told(company: Company, columns: str, where: str = "opportunity_id = 'deal'") -> Rows:
    for table in ("core.accounts", "core.touches", "core.attribute_history"):
        if table not in company.given:
            company.give(table)
    return company.rows("features.opportunity_win", columns, where)


@pytest.mark.capability("M3", "M4")
def test_the_stage_is_the_one_of_then_and_its_steps_those_until_then(company: Company) -> None:
    deal(company)
    ladder(company, Discovery=10, Qualification=25, Proposal=50)
    said(company, "stage", (100, "Discovery"), (60, "Proposal"), (40, "Discovery"), (12.5, "Qualification"),
         (-1, "Proposal"))  # fmt: skip
    columns = "stage, stage_percent, is_qualified, stage_days, steps_forward, steps_back"
    assert told(company, columns) == [("Qualification", 25, True, 12, 2, 1)]


@pytest.mark.capability("M4")
def test_what_no_version_tells_is_unknown_whatever_the_record_says_today(company: Company) -> None:
    deal(company, stage="Proposal", amount=900, reported_amount=900, probability=50, close_on=THEN.date())
    said(company, "stage", (-1, "Proposal"))
    columns = (
        "stage, stage_percent, is_qualified, stage_days, steps_forward, close_pushes, days_to_close, days_overdue, \
        amount, crm_probability"
    )
    assert told(company, columns) == [(None,) * 10]


def test_a_stage_from_before_its_past_is_known_began_nobody_knows_when(company: Company) -> None:
    deal(company)
    said(company, "stage", (30, "Discovery"))  # the history was switched on 70 days after the deal was made
    assert told(company, "stage, stage_days, steps_forward") == [("Discovery", None, 0)]


@pytest.mark.parametrize(
    ("plans", "row"),
    [
        (((100, "2024-05-11"),), (0, 0, 10, 0)),
        (((100, "2024-04-01"), (50, "2024-05-01"), (20, "2024-04-21")), (1, 30, None, 10)),
        (((100, "2024-04-01"), (50, "2024-04-11"), (20, "2024-06-10"), (-2, "2024-09-01")), (2, 70, 40, 0)),
        (((100, "2024-04-01 00:00:00"), (50, "2024-05-02 00:00:00")), (1, 31, 1, 0)),  # HubSpot says it with a time
    ],
)
def test_a_close_date_is_planned_and_pushed_as_was_known_then(
    company: Company, plans: tuple[tuple[float, object], ...], row: tuple[object, ...]
) -> None:
    deal(company)
    said(company, "close_on", *plans)
    columns = "close_pushes, close_days_pushed, days_to_close, days_overdue"
    assert told(company, columns) == [row]


def test_the_amount_is_that_of_then_at_the_rate_of_then(company: Company) -> None:
    deal(company, currency="EUR")
    for day, until, rate in (("2024-01-01", "2024-06-01", 0.5), ("2024-06-01", "9999-12-31", 0.9)):
        company.put("core.currency_rates", currency="EUR", from_on=day, until_on=until, rate=rate)
    said(company, "amount", (100, 500), (10, 600), (-1, 700))
    assert told(company, "amount") == [(1200.0,)]


@pytest.mark.parametrize(("value", "percent"), [("0.4", 40), ("40", 40), ("0", 0), ("1.0", 100)])
def test_the_probability_of_the_crm_is_one_of_a_hundred_however_it_is_written(
    company: Company, value: str, percent: float
) -> None:
    deal(company)
    said(company, "probability", (100, value))
    assert told(company, "crm_probability") == [(percent,)]


def test_time_in_a_stage_is_held_against_the_stays_that_had_ended_by_the_month(company: Company) -> None:
    deal(company)
    said(company, "stage", (100, "Discovery"), (30, "Proposal"))
    for number in range(10):
        for entered, days in ((200, 10), (2, 4), (600, 99)):  # in the year before, in this month, too long ago
            start = THEN - entered * DAY
            company.put("core.opportunity_stages", opportunity_id=f"{number}-{entered}", stage_number=1,
                        stage="Proposal", entered_at=start, left_at=start + days * DAY)  # fmt: skip
    assert told(company, "stage_days_to_usual") == [(3.0,)]
    company.change("core.opportunity_stages", "left_at = null where opportunity_id = '0-200'")
    assert told(company, "stage_days_to_usual") == [(None,)]


def test_an_owner_is_told_by_the_deals_of_new_business_closed_in_the_year_before(company: Company) -> None:
    deal(company)
    said(company, "owner_id", (100, "ada"), (-1, "ben"))
    for number in range(10):
        other(company, f"w{number}", outcome="won" if number < 4 else "lost", closed_at=THEN - 40 * DAY)
        other(company, f"r{number}", outcome="won", closed_at=THEN - 40 * DAY, is_new_business=False)
        other(company, f"l{number}", outcome="won", closed_at=THEN + DAY)
        other(company, f"o{number}", outcome="won", closed_at=THEN - 400 * DAY)
    assert told(company, "owner_won_share") == [(0.4,)]


def test_without_a_known_owner_a_deal_counts_as_its_makers(company: Company) -> None:
    deal(company)
    for number in range(10):
        other(company, f"w{number}", owner_id="maker", outcome="won", closed_at=THEN - 40 * DAY)
    assert told(company, "owner_won_share") == [(1.0,)]


def test_the_account_is_what_the_crm_and_then_a_third_party_had_said_of_it(company: Company) -> None:
    deal(company)
    company.put("core.accounts", account_id="acme", domain="acme.com", industry="Retail", created_at=LONG_AGO)
    for day, employees in (("2024-03-01", 80), ("2024-04-01", 90), ("2024-06-01", 100)):
        company.put("raw.firmographic", domain="acme.com", source="register", fetched_at=day, employees=employees,
                    industry="Trade", country="Peru", technologies="SAP;Snowflake")  # fmt: skip
    columns = "industry, employees, country, technologies"
    assert told(company, columns) == [("Retail", 90, "Peru", "SAP, Snowflake")]


def test_earlier_business_is_what_was_closed_by_then(company: Company) -> None:
    deal(company)
    company.put("core.accounts", account_id="acme", created_at=LONG_AGO)
    for name, outcome, closed in (("a", "won", 50), ("b", "lost", 50), ("c", "lost", 1), ("d", "won", -1)):
        other(company, name, outcome=outcome, created_at=LONG_AGO, closed_at=THEN - closed * DAY)
    other(company, "e", created_at=THEN + DAY)
    other(company, "f", account_id="another", created_at=LONG_AGO)
    assert told(company, "earlier_wins, earlier_losses, other_open_deals") == [(1, 2, 1)]


def test_contacts_named_by_then_count_and_the_highest_of_them_is_told(company: Company) -> None:
    deal(company)
    for number, (title, days) in enumerate([("Sales Director", 5), ("Accountant", 5), ("CEO", -5), (None, 5)]):
        company.add("contact", Id=f"c{number}", Title=title)
        company.add("opportunity_contact_role", OpportunityId="deal", ContactId=f"c{number}",
                    CreatedDate=THEN - days * DAY)  # fmt: skip
    assert told(company, "contacts_named, highest_seniority") == [(3, "director")]


def touch(company: Company, days_ago: float, **values: object) -> None:
    company.numbers += 1
    moment = THEN - days_ago * DAY
    company.put("core.touches", **{"touch_id": f"t{company.numbers}", "account_id": "acme", "actor": "prospect",
                "kind": "page_view", "is_weak": False, "is_machine": False, "occurred_at": moment,
                "known_at": moment} | values)  # fmt: skip


def test_what_passed_between_the_house_and_the_account_counts_in_its_windows(company: Company) -> None:
    deal(company)
    for days in (3, 8, 31, 91, -1):
        touch(company, days)
        touch(company, days, actor="sales", kind="call")
    touch(company, 2, actor="sales", kind="meeting")
    touch(company, 1, is_weak=True)
    touch(company, 1, is_machine=True)
    touch(company, 1, account_id="another")
    touch(company, 1, known_at=THEN + DAY)
    assert told(company, "actions_7d, actions_30d, actions_90d") == [(1, 2, 3)]
    assert told(company, "sales_touches_7d, sales_touches_30d, sales_touches_90d") == [(2, 3, 4)]
    assert told(company, "meetings_90d, days_since_last_touch") == [(1, 2)]


def test_a_task_is_planned_until_it_is_done_and_a_line_is_offered_from_its_entry(company: Company) -> None:
    deal(company)
    for made, done in ((5, None), (5, -1), (5, 1), (-1, None)):
        company.add("task", WhatId="deal", CreatedDate=THEN - made * DAY,
                    CompletedDateTime=None if done is None else THEN - done * DAY)  # fmt: skip
        company.add("opportunity_line_item", OpportunityId="deal", CreatedDate=THEN - made * DAY)
    assert told(company, "planned_tasks, product_lines") == [(2, 3)]


def test_a_bare_deal_has_a_row_and_knows_nothing(company: Company) -> None:
    deal(company, account_id=None, lead_source="Web")
    columns = "age_days, lead_source, stage, amount, industry, earlier_wins, contacts_named, actions_90d"
    assert told(company, columns) == [(100, "Web", None, None, None, None, 0, 0)]
