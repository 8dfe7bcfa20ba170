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


def test_a_status_that_the_playbook_does_not_know_counts_as_the_first_step_and_is_reported(crm: Crm) -> None:
    add_lead(crm, ("Teleported", 1), Company="Acme")
    assert crm.rows("core.lead_steps", "step", as_of=day(2)) == [("lead",)]
    assert crm.rows("meta.unmapped_values", "playbook_list, found_value, counts_as, records") == [
        ("lead_status_steps", "Teleported", "lead", 1)
    ]
