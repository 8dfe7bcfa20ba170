"""A field history that starts late, or ends: other landmarks, and no fact of one that stays is another."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest

from tests.features.company import Company, Rows

NOON = datetime(2025, 6, 1, 12)
STARTS = datetime(2024, 1, 1)
DAY = timedelta(days=1)
LEADS = 40
Row = dict[str, object]


def lives() -> Iterator[tuple[Row, list[Row]]]:
    """Leads of a year with the rows of their history: open, lost, lost and opened again, converted."""
    draw = Random(3)
    for number in range(LEADS):
        created = STARTS + draw.uniform(0, 380) * DAY
        statuses = ["New", *draw.choice([[], ["MQL"], ["Unqualified"], ["MQL", "Unqualified"], ["MQL", "Qualified"],
                                         ["Unqualified", "New"], ["Qualified"]])]  # fmt: skip
        moments = sorted(created + draw.uniform(0.1, 100) * DAY for _ in statuses[1:])
        rows = [
            {"Id": f"h{number}{step}", "LeadId": f"00Q{number:02}", "Field": "Status", "OldValue": statuses[step],
             "NewValue": statuses[step + 1], "CreatedDate": moment}
            for step, moment in enumerate(moments)
        ]  # fmt: skip
        is_converted = statuses[-1] == "Qualified"
        if is_converted:
            rows.append(rows[-1] | {"Id": f"h{number}c", "Field": "leadConverted", "OldValue": None, "NewValue": None})
        changed = moments[-1] if moments else created
        # somebody changed every record again, weeks after anything happened to it
        lead = {"Id": f"00Q{number:02}", "Email": f"{number}@acme.com", "Status": statuses[-1], "CreatedDate": created,
                "SystemModstamp": changed + draw.uniform(0, 50) * DAY, "IsConverted": is_converted,
                "ConvertedDate": changed.date() if is_converted else None}  # fmt: skip
        yield lead, rows


def fill(company: Company, tracked_from: datetime, tracked_until: datetime) -> None:
    company.at(NOON)
    company.change("config.labels", "landmark_every_days = 1, min_history_days = 0")
    company.add("account", SystemModstamp=NOON)
    old = {"Id": "00Qold", "Email": "old@acme.com", "Status": "MQL", "CreatedDate": STARTS - 2 * DAY,
           "SystemModstamp": STARTS - DAY, "IsConverted": False, "ConvertedDate": None}  # fmt: skip
    first = {"Id": "hold", "LeadId": "00Qold", "Field": "Status", "OldValue": "New", "NewValue": "MQL",
             "CreatedDate": STARTS - DAY}  # fmt: skip
    leads, histories = zip(*lives(), strict=True)
    company.put("raw.lead", old, *leads)
    rows = [first, *(row for rows in histories for row in rows)]
    kept = [row for row in rows if tracked_from <= row["CreatedDate"] < tracked_until]
    company.give("raw.lead_history")
    if kept:
        company.put("raw.lead_history", *kept)
    for number in range(LEADS):
        company.put("raw.email_event", email_event_id=f"e{number}", email=f"{number}@acme.com", event_type="click",
                    message_id="m", link="a", occurred_at=STARTS + 5 * number * DAY)  # fmt: skip


def landmarks(company: Company) -> dict[tuple[Any, Any], tuple[object, ...]]:
    """What is known at each landmark, and its label."""
    columns = "lead_id, as_of, * exclude (lead_id, as_of, weight, is_worked, outcome_at), outcome_at::date"
    rows: Rows = company.rows("features.lead_conversion", columns, "purpose = 'train'")
    return {(row[0], row[1]): row[2:] for row in rows}


def worked(company: Company) -> set[tuple[object, ...]]:
    """Landmarks of leads that people came to by the end of the label window, where the record still tells it."""
    told = "lead_id not in (select lead_id from core.leads where status in ('New', 'MQL'))"
    return set(
        company.rows("features.lead_conversion", "lead_id, as_of", f"purpose = 'train' and is_worked and {told}")
    )


@pytest.mark.capability("M4")
@pytest.mark.parametrize("tracked_from", [STARTS + 200 * DAY, NOON])
def test_a_history_that_starts_late_leaves_every_landmark_and_adds_those_of_leads_closed_nobody_knows_when(
    company: Company, tracked_from: datetime
) -> None:
    fill(company, STARTS - 3 * DAY, NOON)
    whole, came_to = landmarks(company), worked(company)
    company.clear()
    fill(company, tracked_from, NOON)
    cut = landmarks(company)
    assert came_to
    assert came_to <= worked(company)  # since when is not known of some, that somebody came is
    closed = {row[0]: row[1] for row in company.rows("core.leads", "lead_id, modified_at", "status = 'Unqualified'")}
    assert {place: cut[place] for place in whole} == whole
    more = cut.keys() - whole.keys()
    assert more
    # A closed lead counts as open until its last change, never longer.
    assert [place for place in more if place[0] in closed and not place[1] < closed[place[0]]] == []
    assert {facts[2] for facts in cut.values()} == {True, False}


@pytest.mark.capability("M4")
@pytest.mark.parametrize(
    ("tracked_from", "tracked_until"),
    [(STARTS - 3 * DAY, STARTS + 200 * DAY), (STARTS + 100 * DAY, STARTS + 250 * DAY)],
)
def test_a_history_that_was_switched_off_leaves_every_landmark_that_stays_as_it_was(
    company: Company, tracked_from: datetime, tracked_until: datetime
) -> None:
    fill(company, STARTS - 3 * DAY, NOON)
    whole = landmarks(company)
    created = {row[0]: row[1] for row in company.rows("core.leads", "lead_id, created_at")}
    company.clear()
    fill(company, tracked_from, tracked_until)
    cut = landmarks(company)
    [(from_at, until_at)] = company.rows("core.lead_tracking", "tracked_from_at, tracked_until_at")
    assert isinstance(from_at, datetime)
    assert isinstance(until_at, datetime)

    def is_told(lead: object, as_of: object) -> bool:
        came = created[lead]
        assert isinstance(as_of, datetime)
        assert isinstance(came, datetime)
        if as_of - came < DAY:
            return True
        return from_at <= as_of < until_at and (came >= from_at or until_at.year == 9999)

    # Who stays is told by the day and by when the lead came, whatever became of it; nothing else has changed.
    assert cut == {place: facts for place, facts in whole.items() if is_told(*place)}
    assert cut.keys() != whole.keys()
    assert {facts[2] for facts in cut.values()} == {True, False}
