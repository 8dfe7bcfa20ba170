"""A deal's row at a landmark is the row that was scored that night: what came later changes nothing in it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random

import pytest

from tests.features.company import Company, Rows

STARTS, ENDS = datetime(2024, 1, 1), datetime(2025, 3, 1)
DAY = timedelta(days=1)
DEALS = 40
STAGES = ("Discovery", "Qualification", "Proposal", "Closed Won", "Closed Lost")
PERCENTS = dict(zip(STAGES, (10, 25, 50, 100, 0), strict=True))
TRACKED = ("StageName", "CloseDate", "Amount")
NOT_FEATURES = "purpose, group_id, label, weight, outcome_at"
CHANGING = ("stage", "stage_days", "stage_days_to_usual", "steps_forward", "steps_back", "close_pushes",
            "days_to_close", "days_overdue", "amount", "employees", "earlier_wins", "earlier_losses", "contacts_named",
            "product_lines", "planned_tasks", "sales_touches_90d", "days_since_last_touch")  # fmt: skip
Life = list[tuple[datetime, dict[str, object]]]


def lives() -> Iterator[Life]:
    """Deals as their versions, the first one made with the record: stages, plans and amounts that change."""
    draw = Random(5)
    for _ in range(DEALS):
        at = STARTS + draw.uniform(0, 350) * DAY
        planned, amount, place = at + draw.uniform(20, 90) * DAY, draw.randrange(1, 90) * 100, 0
        life: Life = []
        while True:
            stage = STAGES[place]
            life.append((at, {"StageName": stage, "CloseDate": planned.date(), "Amount": amount}))
            if place > 2:
                break
            at += draw.uniform(1, 60) * DAY
            step = draw.choice(["on", "on", "on", "back", "push", "amount", "lost"])
            if step == "push":
                planned += draw.uniform(5, 60) * DAY
            elif step == "amount":
                amount += draw.randrange(-5, 20) * 100
            elif step == "lost":
                place, planned = 4, at
            else:
                place = max(place + (1 if step == "on" else -1), 0)
        yield life


def fill(company: Company, until: datetime) -> None:
    """The company as its extracts of that moment told it."""
    company.at(until)
    company.change("config.labels", "landmark_every_days = 1, min_history_days = 0, horizon_days = 5")
    company.give("raw_history.opportunity")
    for column in TRACKED:
        company.put("ledger.history_coverage", object="Opportunity", column_name=column, known_at="tracked",
                    known_from=STARTS, told_from_at=STARTS)  # fmt: skip
    for number, (stage, percent) in enumerate(PERCENTS.items()):
        company.add("opportunity_stage", Id=f"01J{number}", ApiName=stage, MasterLabel=stage, SortOrder=number,
                    DefaultProbability=percent, IsClosed=number > 2, IsWon=number == 3)  # fmt: skip
    company.add("account", Id="001now", CreatedDate=STARTS, SystemModstamp=until)
    for number, life in enumerate(lives()):
        if known := [(at, values) for at, values in life if at <= until]:
            deal(company, f"006{number:02}", f"001{number % 9}", known)
    events(company, until)


def deal(company: Company, name: str, account: str, versions: Life) -> None:
    created, (changed, now) = versions[0][0], versions[-1]
    stage = now["StageName"]
    company.add("opportunity", Id=name, AccountId=account, OwnerId=f"005{int(name[3:]) % 3}", CreatedDate=created,
                CreatedById="0050", SystemModstamp=changed, IsClosed=stage in STAGES[3:], IsWon=stage == STAGES[3],
                LeadSource="Web", **now)  # fmt: skip
    for at, values in versions:
        company.add("opportunity_history", OpportunityId=name, CreatedDate=at, **values)
    for column in TRACKED:
        stretches = [versions[0], *(later for one, later in pairwise(versions)
                                    if one[1][column] != later[1][column])]  # fmt: skip
        ends = [at for at, _ in stretches[1:]] + [None]
        for place, ((at, values), end) in enumerate(zip(stretches, ends, strict=True)):
            if len(stretches) > 1:
                company.put("raw_history.opportunity", record_id=name, column_name=column, stretch_number=place,
                            value=str(values[column]), is_known=True, from_at=at, until_at=end,
                            observed_at=at, known_by="history")  # fmt: skip


def events(company: Company, until: datetime) -> None:
    """Accounts, contacts, roles, tasks and lines, each only once it had happened."""
    draw = Random(6)
    for number in range(9):
        at = STARTS + draw.uniform(0, 60) * DAY
        company.add("account", Id=f"001{number}", Name=f"Firm {number}", Website=f"firm{number}.com",
                    Industry=draw.choice(["Retail", "Trade"]), CreatedDate=at)  # fmt: skip
        company.add("contact", Id=f"003{number}", AccountId=f"001{number}", Title="VP Sales", CreatedDate=at)
        told = STARTS + draw.uniform(0, 400) * DAY
        if told <= until:
            company.put("raw.firmographic", domain=f"firm{number}.com", source="register", fetched_at=told, employees=9)
    for number in range(120):
        at, lasts, of = STARTS + draw.uniform(0, 420) * DAY, draw.uniform(0, 30) * DAY, draw.randrange(9)
        name = f"006{of:02}"
        if at > until:
            continue
        done = at + lasts if at + lasts <= until else None
        company.add("task", WhoId=f"003{of}", WhatId=name, TaskSubtype="Call", CreatedDate=at, CompletedDateTime=done,
                    IsClosed=done is not None, SystemModstamp=done or at)  # fmt: skip
        if number % 10 == 0:
            company.add("opportunity_contact_role", OpportunityId=name, ContactId=f"003{of}", CreatedDate=at)
            company.add("opportunity_line_item", OpportunityId=name, CreatedDate=at)


def rows_at(company: Company, moment: datetime, purpose: str) -> Rows:
    return company.rows("features.opportunity_win", f"* exclude ({NOT_FEATURES})",
                        f"as_of = '{moment}' and purpose = '{purpose}'")  # fmt: skip


@pytest.mark.capability("M4")
def test_a_row_of_training_is_the_row_that_was_scored_that_night(company: Company) -> None:
    nights = [datetime(2024, 6, 10), datetime(2024, 12, 2)]
    fill(company, ENDS)
    learned = {night: rows_at(company, night, "train") for night in nights}
    for night in nights:
        company.clear()
        fill(company, night)
        assert rows_at(company, night, "score") == learned[night]
        assert len(learned[night]) > 10
    # Nothing agrees because nothing is told: what changes with time took several values.
    names = [row[0] for row in company.connection.execute("describe features.opportunity_win").fetchall()]
    told = [name for name in names if name not in NOT_FEATURES.split(", ")]
    values = dict(zip(told, zip(*(row for rows in learned.values() for row in rows), strict=True), strict=True))
    assert [name for name in CHANGING if len(set(values[name])) < 2] == []
