"""HubSpot by files alone: rows as a replication tool lands them, and what core makes of them."""

from datetime import datetime

import pytest

from tests.core.crm import Crm

MADE = "2024-02-01 08:00"
SYNCED = "2024-06-01 08:00"


def contact(crm: Crm, name: str, **values: object) -> None:
    filled = {"property_createdate": MADE, "_fivetran_synced": SYNCED, "property_email": f"{name}@ada.example"}
    crm.add("hubspot_contact", **filled | {"Id": name} | values)


def company(crm: Crm, name: str, **values: object) -> None:
    crm.add("hubspot_company", **{"property_createdate": MADE, "_fivetran_synced": SYNCED, "Id": name} | values)


def deal(crm: Crm, name: str, *people: str, **values: object) -> None:
    filled = {"deal_id": name, "property_createdate": "2024-03-01 09:00", "_fivetran_synced": SYNCED}
    crm.add("hubspot_deal", **filled | values)
    for person in people:
        crm.add("hubspot_deal_contact", deal_id=name, contact_id=person)


def pipeline(crm: Crm, name: str, label: str) -> None:
    """A pipeline with an open, a won and a lost stage of its own."""
    crm.add("hubspot_deal_pipeline", pipeline_id=name, label=label)
    for order, (stage, percent, is_closed, is_won) in enumerate(
        [("Offer", 0.5, False, False), ("Signed", 1.0, True, True), ("Gone", 0.0, True, False)]
    ):
        crm.add("hubspot_deal_pipeline_stage", stage_id=f"{name}-{order}", pipeline_id=name, label=f"{label} {stage}",
                probability=percent, is_closed=is_closed, closed_won=is_won, display_order=order)  # fmt: skip


def changed(crm: Crm, name: str, moment: str, value: str, what: str = "lifecyclestage") -> None:
    crm.add("hubspot_contact_property_history", contact_id=name, name=what, timestamp=moment, value=value)


def mailed(crm: Crm, name: str, recipient: str, kind: str, **values: object) -> None:
    crm.add("hubspot_email_event", Id=name, recipient=recipient, type=kind, created="2024-05-01 10:00", **values)


@pytest.mark.capability("E3")
def test_a_contact_is_a_lead_and_one_with_a_deal_was_converted_to_a_contact(crm: Crm) -> None:
    contact(crm, "51", property_associatedcompanyid="51")
    contact(crm, "52")
    company(crm, "51", property_name="Ada Works")
    deal(crm, "9", "51")
    assert crm.rows("core.leads", "lead_id, person_id, account_id, is_converted, converted_at, company_name") == [
        ("hubspot-lead-51", "hubspot-contact-51", "hubspot-company-51", True, datetime(2024, 3, 1, 9), "Ada Works"),
        ("hubspot-lead-52", "hubspot-lead-52", None, False, None, None),
    ]
    assert crm.rows("core.contacts", "contact_id, account_id, created_at") == [
        ("hubspot-contact-51", "hubspot-company-51", datetime(2024, 3, 1, 9))
    ]


@pytest.mark.capability("E3")
def test_one_who_was_a_customer_from_the_first_minute_was_never_a_lead(crm: Crm) -> None:
    contact(crm, "1", property_lifecyclestage="customer", property_hs_lifecyclestage_customer_date=MADE)
    assert crm.rows("core.leads", "lead_id") == []
    assert crm.rows("core.contacts", "contact_id") == [("hubspot-contact-1",)]


@pytest.mark.capability("E3", "P2")
def test_the_history_of_the_lifecycle_stage_gives_the_steps_of_a_lead(crm: Crm) -> None:
    contact(crm, "1", property_lifecyclestage="opportunity")
    for moment, stage in [
        (MADE, "lead"),
        ("2024-02-10 08:00", "marketingqualifiedlead"),
        ("2024-02-20 08:00", "salesqualifiedlead"),
        ("2024-03-01 08:00", "opportunity"),
    ]:
        changed(crm, "1", moment, stage)
    assert crm.rows("core.lead_steps", "step, exit_kind, entered_at") == [
        ("lead", "advanced", datetime(2024, 2, 1, 8)),
        ("qualified_lead", "advanced", datetime(2024, 2, 10, 8)),
        ("accepted_lead", "advanced", datetime(2024, 2, 20, 8)),
        ("opportunity", None, datetime(2024, 3, 1, 8)),
    ]


@pytest.mark.capability("E3", "P2")
def test_what_sales_gave_up_is_lost_until_it_is_worked_again(crm: Crm) -> None:
    contact(crm, "1", property_lifecyclestage="lead", property_hs_lead_status="IN_PROGRESS")
    changed(crm, "1", MADE, "lead")
    changed(crm, "1", "2024-03-01 08:00", "UNQUALIFIED", "hs_lead_status")
    changed(crm, "1", "2024-04-01 08:00", "IN_PROGRESS", "hs_lead_status")
    contact(crm, "2", property_lifecyclestage="lead", property_hs_lead_status="UNQUALIFIED")
    assert crm.rows("core.lead_steps", "lead_id, pass_number, step, exit_kind") == [
        ("hubspot-lead-1", 1, "lead", "lost"),
        ("hubspot-lead-1", 2, "lead", "went_dark"),
        ("hubspot-lead-2", 1, "lead", "lost"),
    ]


@pytest.mark.capability("E3", "E7")
def test_whatever_names_a_merged_contact_means_the_survivor(crm: Crm) -> None:
    contact(crm, "3", property_hs_merged_object_ids="1;2")
    contact(crm, "2", property_email="second@ada.example")
    crm.add("hubspot_contact_merge_audit", canonical_vid="3", vid_to_merge="0", timestamp="2024-04-01")
    for number, name in enumerate(("0", "1", "2", "3")):
        crm.add("hubspot_engagement_call", engagement_id=str(number), property_hs_timestamp="2024-05-01",
                property_hs_createdate="2024-05-01", property_hs_lastmodifieddate="2024-05-01")  # fmt: skip
        crm.add("hubspot_engagement_contact", engagement_id=str(number), contact_id=name)
    assert crm.rows("core.leads", "lead_id") == [("hubspot-lead-3",)]
    assert crm.rows("core.touches", "kind, person_id, count(*)", where="true group by all") == [
        ("call", "hubspot-lead-3", 4)
    ]
    emails = crm.rows("core.person_emails", "email_normal, person_id")
    assert emails == [("3@ada.example", "hubspot-lead-3"), ("second@ada.example", "hubspot-lead-3")]


@pytest.mark.capability("E3", "E7")
def test_a_chain_of_merges_ends_at_the_contact_that_lives(crm: Crm) -> None:
    contact(crm, "5", property_hs_merged_object_ids="4")
    contact(crm, "4", property_hs_merged_object_ids="1;2", property_email="fourth@ada.example")
    deal(crm, "9", "2")
    company(crm, "7", property_hs_merged_object_ids="6")
    company(crm, "6", property_hs_merged_object_ids="3")
    crm.add("hubspot_deal_company", deal_id="9", company_id="3")
    survivors = crm.rows("core.survivors", "record_id, survivor_id", where="record_id like '%lead%'")
    assert survivors == [(f"hubspot-lead-{name}", "hubspot-lead-5") for name in ("1", "2", "4")]
    assert crm.rows("core.opportunities", "account_id") == [("hubspot-company-7",)]
    assert crm.rows("core.accounts", "account_id") == [("hubspot-company-7",)]


@pytest.mark.capability("E3", "E7")
def test_merged_companies_and_deals_are_one(crm: Crm) -> None:
    company(crm, "7", property_hs_merged_object_ids="5;6", property_name="Ada Works")
    company(crm, "6", property_name="ADA works")
    contact(crm, "1", property_associatedcompanyid="6")
    deal(crm, "9")
    deal(crm, "8")
    crm.add("hubspot_deal_company", deal_id="9", company_id="5")
    crm.add("hubspot_merged_deal", deal_id="9", merged_deal_id="8")
    assert crm.rows("core.accounts", "account_id, account_name") == [("hubspot-company-7", "Ada Works")]
    assert crm.rows("core.opportunities", "opportunity_id, account_id") == [("hubspot-deal-9", "hubspot-company-7")]
    assert crm.rows("core.leads", "account_id") == [("hubspot-company-7",)]


@pytest.mark.capability("E3")
def test_deals_are_won_and_lost_by_the_stages_of_their_pipeline(crm: Crm) -> None:
    pipeline(crm, "p", "Sales")
    pipeline(crm, "r", "Renewals")
    deal(crm, "1", deal_pipeline_id="p", deal_pipeline_stage_id="p-0", property_amount=10)
    deal(crm, "2", deal_pipeline_id="p", deal_pipeline_stage_id="p-1", property_closedate="2024-05-01 12:00")
    deal(crm, "3", deal_pipeline_id="r", deal_pipeline_stage_id="r-2", property_closedate="2024-05-02 12:00")
    crm.add("hubspot_deal_stage", deal_id="2", date_entered="2024-03-01 09:00", value="p-0")
    crm.add("hubspot_deal_stage", deal_id="2", date_entered="2024-05-01 12:00", value="p-1")
    columns = "opportunity_id, record_type, stage, outcome, probability, closed_at"
    assert crm.rows("core.opportunities", columns) == [
        ("hubspot-deal-1", "Sales", "Sales Offer", "open", 50.0, None),
        ("hubspot-deal-2", "Sales", "Sales Signed", "won", 100.0, datetime(2024, 5, 1, 12)),
        ("hubspot-deal-3", "Renewals", "Renewals Gone", "lost", 0.0, datetime(2024, 5, 2, 23, 59, 59)),
    ]
    assert crm.rows("core.stage_ladder", "process, stage, stage_number", where="outcome <> 'lost'") == [
        ("Sales", "Sales Offer", 1),
        ("Sales", "Sales Signed", 2),
    ]


@pytest.mark.capability("E3", "E9")
def test_gates_ask_the_fields_of_deals(crm: Crm) -> None:
    pipeline(crm, "p", "Sales")
    contact(crm, "1")
    for name, step in [("1", "Visit"), ("2", None)]:
        deal(crm, name, "1", deal_pipeline_id="p", deal_pipeline_stage_id="p-0", property_hs_next_step=step)
    assert crm.rows("core.opportunity_gates", "opportunity_id, is_met", where="requirement = 'next_step_named'") == [
        ("hubspot-deal-1", True),
        ("hubspot-deal-2", False),
    ]


@pytest.mark.capability("E3", "T5")
def test_whoever_refused_in_any_way_is_suppressed(crm: Crm) -> None:
    for name in ("flag", "left", "spam", "held", "gone", "dead", "well"):
        contact(crm, name, property_hs_email_optout=True if name == "flag" else None,
                property_hs_email_hard_bounce_reason_enum="UNKNOWN_USER" if name == "dead" else None)  # fmt: skip
    for name, kind in [("left", "STATUSCHANGE"), ("spam", "SPAMREPORT"), ("held", "DROPPED"), ("gone", "BOUNCE")]:
        mailed(crm, name, f"{name.upper()}@ada.example", kind)
    mailed(crm, "soft", "well@ada.example", "BOUNCE")
    mailed(crm, "back", "well@ada.example", "STATUSCHANGE")
    crm.add("hubspot_email_event_status_change", Id="left", portal_subscription_status="UNSUBSCRIBED")
    crm.add("hubspot_email_event_status_change", Id="back", portal_subscription_status="SUBSCRIBED")
    crm.add("hubspot_email_event_dropped", Id="held", drop_reason="PREVIOUSLY_UNSUBSCRIBED_PORTAL")
    crm.add("hubspot_email_event_bounce", Id="gone", status="550", category="UNKNOWN_USER")
    crm.add("hubspot_email_event_bounce", Id="soft", status="450", category="MAILBOX_FULL")
    assert crm.rows("core.suppressions", "person_id, reason") == [
        ("hubspot-lead-dead", "bounced"),
        ("hubspot-lead-flag", "opted_out"),
        ("hubspot-lead-gone", "bounced"),
        ("hubspot-lead-held", "opted_out"),
        ("hubspot-lead-left", "opted_out"),
        ("hubspot-lead-spam", "opted_out"),
    ]


@pytest.mark.capability("E3")
def test_opens_that_a_filter_takes_for_a_machine_are_marked_so(crm: Crm) -> None:
    contact(crm, "1")
    mailed(crm, "m", "1@ada.example", "OPEN", filtered_event=True)
    mailed(crm, "p", "1@ada.example", "CLICK", sent_by_id="s", email_campaign_id="c")
    mailed(crm, "x", "1@ada.example", "PROCESSED")
    crm.add("hubspot_email_event_click", Id="p", url="https://ada.example/pricing")
    crm.add("hubspot_email_campaign", Id="c", name="Spring")
    columns = "source_id, person_id, kind, is_machine, campaign_id, subject"
    assert crm.rows("core.touches", columns) == [
        ("hubspot-m", "hubspot-lead-1", "email_open", True, None, None),
        ("hubspot-p", "hubspot-lead-1", "email_click", False, "hubspot-campaign-c", "https://ada.example/pricing"),
    ]


@pytest.mark.capability("E3", "I4")
def test_engagements_are_touches_of_people_companies_and_deals(crm: Crm) -> None:
    contact(crm, "1")
    company(crm, "1")
    times = {"property_hs_createdate": "2024-05-01 10:00", "property_hs_lastmodifieddate": "2024-05-01 12:00"}
    crm.add("hubspot_engagement_call", engagement_id="c", property_hs_timestamp="2024-05-01 10:00",
            property_hs_call_direction="INBOUND", **times)  # fmt: skip
    crm.add("hubspot_engagement_meeting", engagement_id="m", property_hs_meeting_start_time="2024-05-01 11:00",
            property_hs_meeting_end_time="2024-05-01 11:30", **times)  # fmt: skip
    crm.add("hubspot_engagement_meeting", engagement_id="n", property_hs_meeting_start_time="2024-05-01 11:00",
            property_hs_meeting_outcome="NO_SHOW", **times)  # fmt: skip
    crm.add("hubspot_engagement_task", engagement_id="t", property_hs_task_status="NOT_STARTED", **times)
    crm.add("hubspot_engagement", Id="old", type="EMAIL", timestamp="2023-01-01 10:00", created_at="2023-01-01 10:00")
    for name in ("c", "m", "n", "t", "old"):
        crm.add("hubspot_engagement_contact", engagement_id=name, contact_id="1")
    crm.add("hubspot_engagement_company", engagement_id="m", company_id="1")
    crm.add("hubspot_form", guid="f", name="Request Demo")
    crm.add("hubspot_contact_form_submission", contact_id="1", form_id="f", timestamp="2024-05-02")
    assert crm.rows("core.touches", "kind, direction, person_id, account_id, is_hand_raise") == [
        ("meeting", "outbound", "hubspot-lead-1", "hubspot-company-1", False),
        ("form_demo_request", "inbound", "hubspot-lead-1", None, True),
        ("call", "inbound", "hubspot-lead-1", None, False),
        ("task_email", "outbound", "hubspot-lead-1", None, False),
    ]


@pytest.mark.capability("E3", "I1")
def test_a_contact_and_the_lead_of_another_crm_are_one_person_by_their_address(crm: Crm) -> None:
    contact(crm, "1", property_email="Ada@Works.example")
    crm.add("lead", Id="00Q1", Email="ada@works.example")
    people = crm.rows("core.people", "person_id, records")
    assert people == [("00Q1", 2)]
