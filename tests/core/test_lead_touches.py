"""What features may know of a lead: the same whether it converts later, into whom, and what is merged with it."""

from datetime import datetime

import pytest

from tests.core.crm import Crm

CONVERTED = "2024-04-01 10:00"
JANUARY = "2024-01-01 08:00"


def touches_of(crm: Crm, lead: str, known_before: str = CONVERTED) -> list[tuple[object, ...]]:
    """The touches that count for a lead at landmarks before a moment, each since when."""
    where = f"lead_id = '{lead}' and known_at < '{known_before}'"
    return crm.rows("core.lead_touches", "touch_id, known_at", where=where)


def add_lead(crm: Crm, name: str) -> None:
    """A lead that called in, answered a campaign, clicked, and visited before it filled in a form."""
    email = f"{name}@acme.com"
    crm.add("lead", Id=name, Email=email, CreatedDate=JANUARY)
    crm.add("task", Id=f"call {name}", WhoId=name, CallType="Inbound", TaskSubtype="Call", IsClosed=True,
            CompletedDateTime="2024-02-01 10:00", CreatedDate="2024-02-01 10:00")  # fmt: skip
    for kind, responded_on in [("dated", "2024-02-05"), ("undated", None)]:
        crm.add("campaign_member", Id=f"{kind} {name}", LeadId=name, HasResponded=True, CreatedDate="2024-02-02",
                FirstRespondedDate=responded_on, SystemModstamp="2024-02-05 09:00")  # fmt: skip
    crm.add("email_event", email_event_id=f"click {name}", email=email, event_type="click", occurred_at="2024-02-03")
    crm.add("web_visit", visit_id=f"visit {name}", visitor_id=name, page="/", visited_at="2024-02-04")
    crm.add("form_fill", form_fill_id=f"demo {name}", visitor_id=name, email=email, form_type="demo_request",
            submitted_at="2024-02-06")  # fmt: skip


def of_lead(name: str) -> list[tuple[str, datetime]]:
    return [
        (f"campaign_member:dated {name}", datetime(2024, 2, 2)),
        (f"campaign_member:undated {name}", datetime(2024, 2, 2)),
        (f"campaign_response:dated {name}", datetime(2024, 2, 5, 23, 59, 59)),
        (f"email_event:click {name}", datetime(2024, 2, 3)),
        (f"form_fill:demo {name}", datetime(2024, 2, 6)),
        (f"task:call {name}", datetime(2024, 2, 1, 10)),
        (f"web_visit:visit {name}", datetime(2024, 2, 6)),
    ]


def convert(crm: Crm, name: str, moment: str = CONVERTED, is_exact: bool = True) -> None:
    """Into the contact, whom the CRM hands the lead's activities and memberships, changed at that moment."""
    crm.change(
        "update intake.raw.lead set IsConverted = true, ConvertedDate = ?::date, ConvertedContactId = 'contact', "
        "SystemModstamp = ? where Id = ?", moment, moment, name,
    )  # fmt: skip
    crm.change("update intake.raw.task set WhoId = 'contact', SystemModstamp = ? where WhoId = ?", moment, name)
    crm.change("update intake.raw.campaign_member set ContactId = 'contact', SystemModstamp = ? where LeadId = ?",
               moment, name)  # fmt: skip
    if is_exact:
        crm.add("lead_history", LeadId=name, Field="leadConverted", CreatedDate=moment)


@pytest.mark.parametrize("is_exact", [True, False])
@pytest.mark.parametrize(
    ("email", "since"),
    [("a@acme.com", CONVERTED), (None, CONVERTED), ("a@acme.com", "2023-01-01"), ("k@acme.com", "2023-01-01")],
)
@pytest.mark.capability("M4")
def test_a_conversion_changes_nothing_that_was_known_of_the_lead_before(
    crm: Crm, email: str | None, since: str, is_exact: bool
) -> None:
    add_lead(crm, "a")
    if since < CONVERTED:
        crm.add("contact", Id="contact", Email=email, CreatedDate=since)
    assert touches_of(crm, "a") == of_lead("a")
    if since == CONVERTED:
        crm.add("contact", Id="contact", Email=email, CreatedDate=since)
    convert(crm, "a", is_exact=is_exact)
    assert touches_of(crm, "a") == of_lead("a")


@pytest.mark.parametrize("email", ["a@acme.com", "k@acme.com"])
@pytest.mark.capability("M4")
def test_two_leads_that_become_one_contact_never_had_the_touches_of_each_other(crm: Crm, email: str) -> None:
    for name in ("a", "b"):
        add_lead(crm, name)
    crm.add("contact", Id="contact", Email=email, CreatedDate="2023-01-01")
    convert(crm, "b", "2024-03-15 10:00")
    assert touches_of(crm, "a", "2025-01-01") == of_lead("a")
    convert(crm, "a")
    assert touches_of(crm, "a") == of_lead("a")
    assert touches_of(crm, "b", "2024-03-15 10:00") == of_lead("b")


@pytest.mark.capability("M4")
def test_what_the_older_contact_did_is_not_the_leads_before_the_conversion(crm: Crm) -> None:
    add_lead(crm, "a")
    crm.add("contact", Id="contact", Email="k@acme.com", CreatedDate="2023-01-01")
    for task, changed in [("left alone", "2024-03-01"), ("changed later", "2024-05-01")]:
        crm.add("task", Id=task, WhoId="contact", CallType="Inbound", IsClosed=True, SystemModstamp=changed,
                CompletedDateTime="2024-03-01", CreatedDate="2024-03-01")  # fmt: skip
    crm.add("email_event", email_event_id="own", email="k@acme.com", event_type="click", occurred_at="2024-03-01")
    convert(crm, "a")
    assert touches_of(crm, "a") == of_lead("a")
    assert len(crm.rows("core.touches", "touch_id", where="person_id = 'contact'")) == 11


@pytest.mark.capability("M4")
def test_what_a_merged_lead_did_counts_for_the_survivor_from_the_merge_on(crm: Crm) -> None:
    crm.add("lead", Id="lead", Email="a@acme.com", CreatedDate=JANUARY)
    crm.add("lead", Id="loser", Email="b@acme.com", CreatedDate=JANUARY, IsDeleted=True, MasterRecordId="lead",
            SystemModstamp="2024-03-01")  # fmt: skip
    crm.add("task", Id="call", WhoId="loser", CallType="Inbound", IsClosed=True, CompletedDateTime="2024-02-01")
    crm.add("email_event", email_event_id="click", email="b@acme.com", event_type="click", occurred_at="2024-02-01")
    merge = datetime(2024, 3, 1)
    assert touches_of(crm, "lead") == [("email_event:click", merge), ("task:call", merge)]
    assert crm.rows("core.touches", "person_id, known_at") == [("lead", merge), ("lead", merge)]


def test_records_of_one_address_are_one_lead_since_both_are_there(crm: Crm) -> None:
    crm.add("lead", Id="lead", Email="a@acme.com", CreatedDate=JANUARY)
    crm.add("contact", Id="contact", Email="A@acme.com", CreatedDate="2024-03-01")
    crm.add("task", Id="call", WhoId="contact", CallType="Inbound", IsClosed=True, CompletedDateTime="2024-02-01",
            CreatedDate="2024-02-01")  # fmt: skip
    assert touches_of(crm, "lead") == [("task:call", datetime(2024, 3, 1))]


def test_a_task_or_response_of_unknown_date_counts_for_no_lead_since_a_conversion_would_move_it(crm: Crm) -> None:
    crm.add("lead", Id="lead", CreatedDate=JANUARY)
    crm.add("task", WhoId="lead", CallType="Inbound", IsClosed=True, ActivityDate="2024-02-01")
    crm.add("campaign_member", Id="m", LeadId="lead", HasResponded=True, CreatedDate="2024-02-02")
    assert touches_of(crm, "lead") == [("campaign_member:m", datetime(2024, 2, 2))]
