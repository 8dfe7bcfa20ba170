"""Steps of a lead: when it came in, how it left, and on which pass."""

from datetime import datetime
from itertools import pairwise

import pytest

from tests.core.crm import Crm

STEPS = "step_number, pass_number, step, entered_at, exited_at, next_step, exit_kind, is_legal"


def day(number: int, month: int = 5) -> datetime:
    return datetime(2024, month, number)


def add_lead(crm: Crm, *statuses: tuple[str, int], **values: object) -> None:
    """A lead of the first of May with the statuses it had since then, day by day; the first one at its creation."""
    names = [status for status, _ in statuses]
    crm.add("lead", **({"Id": "lead", "Status": names[-1], "CreatedDate": day(1)} | values))
    for (old, _), (new, since) in pairwise(statuses):
        crm.add("lead_history", LeadId="lead", Field="Status", OldValue=old, NewValue=new, CreatedDate=day(since))


@pytest.mark.capability("P2")
def test_a_lead_climbs_step_by_step_to_a_won_opportunity(crm: Crm) -> None:
    crm.add("opportunity", Id="deal", StageName="Closed Won", IsClosed=True, IsWon=True, CloseDate="2024-05-20",
            SystemModstamp=day(20))  # fmt: skip
    add_lead(crm, ("New", 1), ("Contacted", 2), ("MQL", 3), ("Accepted", 5), IsConverted=True,
             ConvertedDate="2024-05-08", ConvertedOpportunityId="deal", SystemModstamp=day(8))  # fmt: skip
    crm.add("lead_history", LeadId="lead", Field="leadConverted", CreatedDate=day(8))
    assert crm.rows("core.lead_steps", STEPS) == [
        (1, 1, "lead", day(1), day(3), "qualified_lead", "advanced", True),
        (2, 1, "qualified_lead", day(3), day(5), "accepted_lead", "advanced", True),
        (3, 1, "accepted_lead", day(5), day(8), "opportunity", "advanced", True),
        (4, 1, "opportunity", day(8), day(20), "won", "advanced", True),
    ]


@pytest.mark.capability("P2")
def test_recycling_returns_to_the_first_step_on_a_new_pass(crm: Crm) -> None:
    add_lead(crm, ("New", 1), ("MQL", 3), ("Nurturing", 5), ("Working", 7), ("MQL", 9), ("Unqualified", 11))
    assert crm.rows("core.lead_steps", STEPS) == [
        (1, 1, "lead", day(1), day(3), "qualified_lead", "advanced", True),
        (2, 1, "qualified_lead", day(3), day(5), "lead", "recycled", True),
        (3, 2, "lead", day(5), day(9), "qualified_lead", "advanced", True),
        (4, 2, "qualified_lead", day(9), day(11), "disqualified", "lost", True),
    ]


@pytest.mark.capability("P2")
def test_moves_that_the_process_does_not_know_are_kept_and_marked(crm: Crm) -> None:
    add_lead(crm, ("New", 1), ("Accepted", 3), ("MQL", 5), ("Unqualified", 7), ("New", 9), SystemModstamp=day(9))
    assert crm.rows("core.lead_steps", STEPS, as_of=day(12)) == [
        (1, 1, "lead", day(1), day(3), "accepted_lead", "advanced", False),
        (2, 1, "accepted_lead", day(3), day(5), "qualified_lead", "recycled", False),
        (3, 2, "qualified_lead", day(5), day(7), "disqualified", "lost", True),
        (4, 3, "lead", day(9), None, None, None, True),
    ]


def test_the_past_shows_the_step_of_that_day(crm: Crm) -> None:
    add_lead(crm, ("New", 1), ("MQL", 3), ("Unqualified", 20), SystemModstamp=day(20))
    assert crm.rows("core.lead_steps", "step, exit_kind", as_of=day(10)) == [
        ("lead", "advanced"),
        ("qualified_lead", None),
    ]
    assert crm.rows("core.lead_steps", "step, exit_kind", as_of=day(2)) == [("lead", None)]


def test_a_lead_that_nobody_touches_goes_dark_and_one_that_acts_does_not(crm: Crm) -> None:
    for lead in ("quiet", "mailed", "active"):
        crm.add("lead", Id=lead, Email=f"{lead}@acme.com", Status="New", CreatedDate="2024-04-01")
        crm.add("email_event", email_event_id=lead, email=f"{lead}@acme.com", occurred_at="2024-06-01",
                event_type="click" if lead == "active" else "sent")  # fmt: skip
    assert crm.rows("core.lead_steps", "lead_id, exit_kind, exited_at") == [
        ("active", None, None),
        ("mailed", "went_dark", datetime(2024, 5, 31)),
        ("quiet", "went_dark", datetime(2024, 5, 31)),
    ]


def test_without_history_there_is_one_step_since_when_nobody_knows_if_the_record_changed(crm: Crm) -> None:
    for lead, status, modified in [("a", "MQL", day(1)), ("b", "MQL", day(9)), ("c", "Working", day(9)),
                                   ("d", "Rejected", day(9))]:  # fmt: skip
        crm.add("lead", Id=lead, Status=status, CreatedDate=day(1), SystemModstamp=modified)
    assert crm.rows("core.lead_steps", "lead_id, step, entered_at, exited_at, exit_kind, is_legal", day(12)) == [
        ("a", "qualified_lead", day(1), None, None, True),
        ("b", "qualified_lead", None, None, None, True),
        ("c", "lead", day(1), None, None, True),
        ("d", "lead", day(1), day(9), "lost", None),
    ]


@pytest.mark.parametrize(
    ("values", "lost_at"),
    [
        ({"CreatedDate": day(2), "SystemModstamp": day(9)}, day(3)),  # older than the history: lost before it began
        ({"CreatedDate": day(2), "SystemModstamp": day(2)}, day(2)),
        ({"CreatedDate": day(4), "SystemModstamp": day(9)}, day(4)),
    ],
)
def test_a_lead_without_a_row_is_as_at_its_creation_only_where_the_history_reaches_back_to_it(
    crm: Crm, values: dict[str, object], lost_at: datetime
) -> None:
    crm.add("lead", Id="other", Status="Working", CreatedDate=day(1))
    crm.add("lead_history", LeadId="other", Field="Status", OldValue="New", NewValue="Working", CreatedDate=day(3))
    crm.add("lead", Id="lead", Status="Unqualified", **values)
    assert crm.rows("core.lead_steps", "step, exited_at, exit_kind", where="lead_id = 'lead'") == [
        ("lead", lost_at, "lost")
    ]


def test_after_the_end_of_a_history_the_record_alone_tells_and_only_that_something_changed(crm: Crm) -> None:
    crm.add("lead", Id="other", Status="Rejected", CreatedDate=day(1), SystemModstamp=day(30))
    crm.add("lead_history", LeadId="other", Field="Status", OldValue="New", NewValue="MQL", CreatedDate=day(3))
    for lead, created, modified in [("a", 2, 2), ("b", 2, 30), ("c", 4, 4), ("d", 4, 30)]:
        crm.add("lead", Id=lead, Status="Unqualified", CreatedDate=day(created), SystemModstamp=day(modified))
    tracking = "tracked_from_at, tracked_until_at"
    assert crm.rows("core.lead_tracking", tracking) == [(day(3), day(3))]
    assert crm.rows("core.lead_steps", "lead_id, exited_at, exit_kind", where="lead_id <> 'other'") == [
        ("a", day(2), "lost"),
        ("b", day(30), "lost"),
        ("c", day(4), "lost"),
        ("d", day(30), "lost"),
    ]
    assert crm.rows("core.lead_steps", "step, exited_at, exit_kind", where="lead_id = 'other'") == [
        ("lead", day(3), "advanced"),
        ("qualified_lead", day(30), "lost"),
    ]
    # within the days in which something is entered late, a record that disagrees is no sign of an end
    assert crm.rows("core.lead_tracking", tracking, as_of=day(9)) == [(day(3), datetime(9999, 12, 31))]


def test_a_conversion_long_after_the_last_row_is_the_end_of_the_history(crm: Crm) -> None:
    crm.add("lead", Id="other", Status="MQL", CreatedDate=day(1), SystemModstamp=day(3))
    crm.add("lead_history", LeadId="other", Field="Status", OldValue="New", NewValue="MQL", CreatedDate=day(3))
    crm.add("lead", Id="lead", Status="Qualified", CreatedDate=day(2), SystemModstamp=day(20), IsConverted=True,
            ConvertedDate="2024-05-20")  # fmt: skip
    assert crm.rows("core.lead_tracking", "tracked_until_at, has_history") == [(day(3), True)]
    crm.add("lead_history", LeadId="lead", Field="leadConverted", CreatedDate=day(20))
    assert crm.rows("core.lead_tracking", "tracked_until_at") == [(datetime(9999, 12, 31),)]


def test_the_first_status_of_a_lead_whose_history_was_cut_off_began_nobody_knows_when(crm: Crm) -> None:
    for lead, first in [("a", "MQL"), ("b", "Unqualified")]:
        crm.add("lead", Id=lead, Status="Accepted", CreatedDate=day(1), SystemModstamp=day(9))
        crm.add("lead_history", LeadId=lead, Field="Status", OldValue=first, NewValue="Accepted", CreatedDate=day(9))
    assert crm.rows("core.lead_steps", "lead_id, step, entered_at, exited_at, exit_kind", as_of=day(12)) == [
        ("a", "qualified_lead", None, day(9), "advanced"),
        ("a", "accepted_lead", day(9), None, None),
        ("b", "lead", day(1), day(9), "lost"),
        ("b", "accepted_lead", day(9), None, None),
    ]


@pytest.mark.parametrize("reopened", ["Working", "Nurturing", "MQL"])
def test_a_lost_lead_that_somebody_reopens_is_open_again_on_a_new_pass(crm: Crm, reopened: str) -> None:
    add_lead(crm, ("New", 1), ("Unqualified", 5), (reopened, 20), SystemModstamp=day(20))
    [lost, last] = crm.rows("core.lead_steps", "pass_number, entered_at, exited_at, exit_kind", as_of=day(15, 6))
    assert lost == (1, day(1), day(5), "lost")
    assert last == (2, day(20), None, None)


def test_a_status_that_the_playbook_does_not_know_counts_as_the_first_step_and_is_reported(crm: Crm) -> None:
    add_lead(crm, ("Teleported", 1), Company="Acme")
    assert crm.rows("core.lead_steps", "step", as_of=day(2)) == [("lead",)]
    assert crm.rows("meta.unmapped_values", "playbook_list, found_value, counts_as, records") == [
        ("lead_status_steps", "Teleported", "lead", 1)
    ]
