"""Touches: what counts as one, whose it is, and since when the house knows."""

from datetime import datetime

import pytest

from tests.core.crm import Crm


def add_known_visitor(crm: Crm) -> None:
    """Kim visits twice before the form that makes her a lead a minute later, and once after."""
    for day in (1, 2, 4):
        crm.add("web_visit", visit_id=f"v{day}", visitor_id="cookie", page="/", visited_at=datetime(2024, 3, day))
    crm.add("form_fill", form_fill_id="f", visitor_id="cookie", email="Kim@acme.com", form_type="Demo_Request",
            submitted_at="2024-03-03 09:00")  # fmt: skip
    crm.add("lead", Id="kim", Email="kim@acme.com", CreatedDate="2024-03-03 09:01")


@pytest.mark.capability("I4")
def test_a_task_is_a_touch_once_it_is_done_and_a_meeting_once_it_is_over(crm: Crm) -> None:
    crm.add("lead", Id="lead")
    done = {"WhoId": "lead", "IsClosed": True, "SystemModstamp": "2024-03-05 10:00"}
    crm.add("task", Id="t1", TaskSubtype="Call", CompletedDateTime="2024-03-01 10:00", **done)
    crm.add("task", Id="t2", TaskSubtype="Task", Type="Email", ActivityDate="2024-03-02", **done)
    crm.add("task", Id="t3", Type="Call", CallType="Inbound", ActivityDate="2024-12-24", **done)
    crm.add("task", Id="t4", **done)
    crm.add("task", Id="planned", WhoId="lead", IsClosed=False, Status="Not Started", ActivityDate="2024-03-01")
    crm.add("task", Id="deleted", IsDeleted=True, **done)
    crm.add("event", Id="e1", WhoId="lead", StartDateTime="2024-03-06 10:00", EndDateTime="2024-03-06 11:00")
    crm.add("event", Id="e2", WhoId="lead", StartDateTime="2024-06-30 11:30", EndDateTime="2024-06-30 12:30")
    assert crm.rows("core.touches", "touch_id, kind, channel, direction, actor, occurred_at") == [
        ("event:e1", "meeting", "meeting", "outbound", "sales", datetime(2024, 3, 6, 10)),
        ("task:t1", "call", "phone", "outbound", "sales", datetime(2024, 3, 1, 10)),
        ("task:t2", "task_email", "email", "outbound", "sales", datetime(2024, 3, 2, 23, 59, 59)),
        ("task:t3", "call", "phone", "inbound", "prospect", datetime(2024, 3, 5, 10)),
        ("task:t4", "task", "other", "outbound", "sales", datetime(2024, 1, 1, 8)),
    ]


def test_what_was_written_down_late_was_known_late(crm: Crm) -> None:
    crm.add("lead", Id="lead")
    crm.add("task", WhoId="lead", IsClosed=True, CompletedDateTime="2024-02-01", CreatedDate="2024-03-01")
    assert crm.rows("core.touches", "occurred_at, known_at") == [(datetime(2024, 2, 1), datetime(2024, 3, 1))]
    assert crm.rows("core.touches", "touch_id", as_of=datetime(2024, 2, 15)) == []


def test_a_task_without_its_moment_of_completion_is_known_to_be_done_by_its_last_change(crm: Crm) -> None:
    crm.add("lead", Id="lead")
    crm.add("task", WhoId="lead", IsClosed=True, ActivityDate="2024-02-01", SystemModstamp="2024-03-01")
    assert crm.rows("core.touches", "occurred_at, known_at") == [
        (datetime(2024, 2, 1, 23, 59, 59), datetime(2024, 3, 1))
    ]
    assert crm.rows("core.touches", "touch_id", as_of=datetime(2024, 2, 15)) == []


@pytest.mark.capability("I4")
def test_a_member_row_with_lead_and_contact_is_one_touch(crm: Crm) -> None:
    crm.add("contact", Id="contact")
    crm.add("lead", Id="lead", IsConverted=True, ConvertedDate="2024-02-01", ConvertedContactId="contact")
    crm.add("campaign", Id="c", Name="Spring", Type="EMAIL")
    crm.add("campaign_member", Id="m", CampaignId="c", LeadId="lead", ContactId="contact", Status="Sent")
    assert crm.rows("core.touches", "touch_id, person_id, kind, subject") == [
        ("campaign_member:m", "contact", "campaign_sent", "Spring")
    ]


def test_a_response_is_what_the_campaign_calls_one(crm: Crm) -> None:
    crm.add("lead", Id="lead")
    crm.add("campaign", Id="own", Type="Webinar")
    crm.add("campaign", Id="flag", Type="Webinar")
    crm.add("campaign_member_status", CampaignId="own", Label="Came", HasResponded=True)
    crm.add("campaign_member_status", CampaignId="own", Label="Stayed Away", HasResponded=False)
    for member, campaign, status, flag, responded_on in [
        ("at once", "flag", "Registered", True, "2024-01-01"),
        ("by flag", "flag", "Whatever", True, "2024-03-01"),
        ("by list", "own", "came", False, "2024-03-01"),
        ("no flag", "flag", "Sent", None, None),
        ("not by list", "own", "Stayed Away", True, "2024-03-01"),
    ]:
        crm.add("campaign_member", Id=member, CampaignId=campaign, LeadId="lead", Status=status, HasResponded=flag,
                FirstRespondedDate=responded_on, SystemModstamp="2024-04-01")  # fmt: skip
    added, responded = datetime(2024, 1, 1, 8), datetime(2024, 3, 1, 23, 59, 59)
    assert crm.rows("core.touches", "source_id, kind, channel, occurred_at") == [
        ("by flag", "campaign_sent", "list", added),
        ("by list", "campaign_sent", "list", added),
        ("no flag", "campaign_sent", "list", added),
        ("not by list", "campaign_sent", "list", added),
        ("at once", "campaign_response", "event", datetime(2024, 1, 1, 23, 59, 59)),
        ("by flag", "campaign_response", "event", responded),
        ("by list", "campaign_response", "event", responded),
    ]


def test_a_response_without_its_date_is_known_by_the_last_change_and_put_at_the_beginning(crm: Crm) -> None:
    crm.add("lead", Id="lead")
    crm.add("campaign", Id="c")
    crm.add("campaign_member", CampaignId="c", LeadId="lead", HasResponded=True, CreatedDate="2024-02-01",
            SystemModstamp="2024-05-01")  # fmt: skip
    assert crm.rows("core.touches", "occurred_at, known_at", where="kind = 'campaign_response'") == [
        (datetime(2024, 2, 1), datetime(2024, 5, 1))
    ]
    assert crm.rows("core.campaign_members", "has_responded, responded_at") == [(True, None)]
    assert crm.rows("core.campaign_members", "has_responded", as_of=datetime(2024, 4, 1)) == [(False,)]


def test_members_put_on_a_list_by_upload_have_not_responded(crm: Crm) -> None:
    crm.add("campaign", Id="c")
    for number in range(12):
        crm.add("lead", Id=f"lead{number:02}")
        crm.add("campaign_member", CampaignId="c", LeadId=f"lead{number:02}", Status="Sent", HasResponded=True,
                CreatedById="005", CreatedDate="2024-02-01 10:00:00")  # fmt: skip
    assert crm.rows("core.touches", "kind, count(*)", where="true group by kind") == [("campaign_sent", 12)]


def test_visits_before_the_first_identification_belong_to_the_person_but_were_not_known(crm: Crm) -> None:
    add_known_visitor(crm)
    assert crm.rows("core.touches", "source_id, person_id, kind, is_hand_raise, known_at") == [
        ("f", "kim", "form_demo_request", True, datetime(2024, 3, 3, 9, 1)),
        ("v1", "kim", "page_view", False, datetime(2024, 3, 3, 9, 1)),
        ("v2", "kim", "page_view", False, datetime(2024, 3, 3, 9, 1)),
        ("v4", "kim", "page_view", False, datetime(2024, 3, 4)),
    ]
    before = crm.rows("core.touches", "source_id, person_id", as_of=datetime(2024, 3, 2, 12))
    assert before == [("v1", None), ("v2", None)]


def test_a_shared_cookie_belongs_to_whoever_was_identified_last(crm: Crm) -> None:
    for name, day in [("ann", 2), ("bob", 4), ("ann", 6)]:
        crm.add("form_fill", form_fill_id=f"f{day}", visitor_id="cookie", email=f"{name}@acme.com",
                submitted_at=datetime(2024, 3, day))  # fmt: skip
    for name in ("ann", "bob"):
        crm.add("contact", Id=name, Email=f"{name}@acme.com")
    for day in (1, 3, 5, 7):
        crm.add("web_visit", visit_id=f"v{day}", visitor_id="cookie", page="/", visited_at=datetime(2024, 3, day))
    visits = crm.rows("core.touches", "source_id, person_id", where="source = 'web_visit'")
    assert visits == [("v1", "ann"), ("v3", "ann"), ("v5", "bob"), ("v7", "ann")]


def test_an_action_that_carries_an_address_is_of_nobody_else_though_the_cookie_has_an_owner(crm: Crm) -> None:
    crm.add("contact", Id="ann", Email="ann@acme.com")
    for number, email in enumerate(["ann@acme.com", "stranger@acme.com", None]):
        crm.add("form_fill", form_fill_id=f"f{number}", visitor_id="cookie", email=email,
                submitted_at=datetime(2024, 3, 1 + number))  # fmt: skip
    crm.add("web_visit", visit_id="v", visitor_id="cookie", page="/", visited_at="2024-03-01 10:00")
    assert crm.rows("core.touches", "source_id, person_id") == [
        ("f0", "ann"),
        ("f1", None),
        ("f2", None),  # the stranger was the last to tell a name
        ("v", "ann"),
    ]


def test_robots_pricing_pages_and_clicks_on_every_link_are_told_apart(crm: Crm) -> None:
    crm.add("contact", Id="kim", Email="kim@acme.com")
    for visit, page, agent in [("v1", "/Pricing/eu", "Mozilla"), ("v2", "/", "GoogleBot/2.1")]:
        crm.add("web_visit", visit_id=visit, visitor_id="x", page=page, user_agent=agent, visited_at="2024-03-01")
    clicks = [("m1", "a", 0), ("m1", "b", 4), ("m1", "c", 9), ("m1", "a", 3600), ("m2", "a", 0), ("m2", "a", 1),
              ("m2", "a", 2), ("m3", "a", 0), ("m3", "b", 8), ("m3", "c", 16)]  # fmt: skip
    for number, (message, link, second) in enumerate(clicks):
        moment = datetime(2024, 3, 1, 10 + second // 3600, second % 3600 // 60, second % 60)
        crm.add("email_event", email_event_id=f"e{number}", email="kim@acme.com", event_type="click",
                message_id=message, link=link, occurred_at=moment)  # fmt: skip
    crm.add("email_event", email_event_id="open", email="kim@acme.com", event_type="open", occurred_at="2024-03-01")
    machines = crm.rows("core.touches", "source_id", where="is_machine")
    assert machines == [("e0",), ("e1",), ("e2",), ("v2",)]
    assert crm.rows("core.touches", "source_id", where="is_weak") == [("open",)]
    assert crm.rows("core.touches", "kind", where="source_id = 'v1'") == [("pricing_page_view",)]


def test_the_account_of_a_touch_is_what_it_is_about_else_the_persons_account_known_by_then(crm: Crm) -> None:
    crm.add("account", Id="001about")
    crm.add("account", Id="001acme", Website="acme.com", CreatedDate="2024-02-01")
    crm.add("opportunity", Id="006deal", AccountId="001about")
    crm.add("lead", Id="kim", Email="kim@acme.com")
    for task, what, day in [("t1", None, "2024-01-15"), ("t2", None, "2024-02-15"), ("t3", "001about", "2024-02-15"),
                            ("t4", "006deal", "2024-02-15")]:  # fmt: skip
        crm.add("task", Id=task, WhoId="kim", WhatId=what, IsClosed=True, CompletedDateTime=day)
    assert crm.rows("core.touches", "source_id, account_id, opportunity_id") == [
        ("t1", None, None),
        ("t2", "001acme", None),
        ("t3", "001about", None),
        ("t4", "001about", "006deal"),
    ]
