"""Marketo by files alone, as a replication tool lands it: leads, merges, mails, refusals, alone and beside the CRM."""

from datetime import datetime

import pytest

from pipelines.intake.history.attribute_history import mutable_columns
from pipelines.intake.history.told_changes import fields_of
from tests.core.crm import Crm, incoming_contracts

MADE = "2024-02-01 08:00"
MAIL = {"email_template_id": "9", "campaign_id": "3", "campaign_run_id": "1"}


def lead(crm: Crm, name: str, **values: object) -> None:
    filled = {"Id": name, "created_at": MADE, "updated_at": "2024-06-01 08:00", "email": f"{name}@ada.example"}
    crm.add("marketo_lead", **filled | values)


def did(crm: Crm, table: str, name: str, person: str, **values: object) -> None:
    crm.add(
        f"marketo_activity_{table}", **{"Id": name, "lead_id": person, "activity_date": "2024-05-01 10:00"} | values
    )


@pytest.mark.capability("E3", "E7")
def test_whatever_names_a_merged_lead_means_the_survivor_and_a_deleted_one_is_gone(crm: Crm) -> None:
    lead(crm, "51", company="Ada", lead_status="New", number_of_employees="250", sfdc_lead_owner_id="005ada")
    lead(crm, "52", email="old@ada.example")
    lead(crm, "60")
    did(crm, "merge_leads", "m1", "52", merge_ids="[54]", activity_date="2024-03-01 10:00")
    did(crm, "merge_leads", "m2", "51", merge_ids="[52, 53]")
    did(crm, "delete_lead", "d", "60")
    did(crm, "open_email", "o1", "52", activity_date="2024-04-01 10:00", **MAIL)
    did(crm, "open_email", "o2", "53", **MAIL)
    assert crm.rows("core.leads", "lead_id, company_name, status, employees, owner_id") == [
        ("marketo-lead-51", "Ada", "New", 250, "005ada")
    ]
    assert crm.rows("core.survivors", "record_id, survivor_id, merged_at") == [
        (f"marketo-lead-{name}", "marketo-lead-51", datetime(2024, 5, 1, 10)) for name in ("52", "53", "54")
    ]
    assert crm.rows("core.touches", "touch_id, person_id") == [
        ("email_event:marketo-open-o1", "marketo-lead-51"),
        ("email_event:marketo-open-o2", "marketo-lead-51"),
    ]


@pytest.mark.capability("E3", "T5")
def test_whoever_refused_in_any_way_is_suppressed(crm: Crm) -> None:
    for name, values in {
        "1": {"unsubscribed": True},
        "2": {"unsubscribed": False, "black_listed": True},
        "3": {"marketing_suspended": True},
        "4": {"email_invalid": True},
        "5": {"do_not_call": True},
        "well": {"unsubscribed": False, "do_not_call": False},
    }.items():
        lead(crm, name, **values)
    for name in ("left", "hard", "soft", "softer", "unsaid"):
        lead(crm, name)
    did(crm, "unsubscribe_email", "u", "left", **{"email_template_id": "9"})
    did(crm, "email_bounced", "b1", "hard", category="2", email="was@ada.example", **MAIL)
    did(crm, "email_bounced", "b2", "hard", category="2", activity_date="2024-05-02 10:00", **MAIL)
    did(crm, "email_bounced", "b3", "soft", category="3", **MAIL)
    did(crm, "email_bounced_soft", "b4", "softer", **MAIL)
    did(crm, "email_bounced", "b5", "unsaid", **MAIL)
    assert crm.rows("core.suppressions", "person_id, reason", where="true order by 2, 1") == [
        ("marketo-lead-4", "bounced"),
        ("marketo-lead-hard", "bounced"),
        ("marketo-lead-unsaid", "bounced"),
        ("was@ada.example", "bounced"),
        ("marketo-lead-5", "do_not_call"),
        ("marketo-lead-1", "opted_out"),
        ("marketo-lead-2", "opted_out"),
        ("marketo-lead-3", "opted_out"),
        ("marketo-lead-left", "opted_out"),
    ]
    assert crm.rows("core.people", "email_allowed, do_not_call", where="person_id = 'marketo-lead-well'") == [
        (True, False)
    ]


@pytest.mark.capability("E3", "I1")
def test_a_lead_that_the_crm_has_is_one_person_and_one_record_with_it(crm: Crm) -> None:
    crm.add("lead", Id="00Q1", Email="bo@ada.example")
    crm.add("contact", Id="0031", Email="cy@ada.example", HasOptedOutOfEmail=False)
    lead(crm, "1", sfdc_lead_id="00Q1", email="bo@other.example")
    lead(crm, "2", sfdc_contact_id="0031", sfdc_lead_id="00Q9", unsubscribed=True)
    lead(crm, "3", sfdc_contact_id="0039")
    assert crm.rows("core.leads", "lead_id") == [("00Q1",), ("marketo-lead-3",)]
    assert crm.rows("core.survivors", "record_id, survivor_id") == [
        ("marketo-lead-1", "00Q1"),
        ("marketo-lead-2", "0031"),
    ]
    assert crm.rows("core.suppressions", "person_id, reason") == [("0031", "opted_out")]


@pytest.mark.capability("E3", "I4")
def test_mails_and_forms_are_touches_of_their_program(crm: Crm) -> None:
    lead(crm, "1")
    crm.add("marketo_program", Id="7", name="Kilns", channel="Webinar", created_at=MADE)
    crm.add("marketo_campaign", Id="3", name="Kilns.Invite", program_id="7", created_at=MADE, active=True)
    for place, table in enumerate(("send_email", "email_delivered", "open_email", "click_email"), start=1):
        more = {"link": "/kilns"} if table == "click_email" else {}
        did(crm, table, f"a{place}", "1", activity_date=f"2024-05-0{place} 10:00", **MAIL, **more)
    did(crm, "click_email", "bot", "1", is_bot_activity=True, **MAIL)
    did(crm, "fill_out_form", "f", "1", primary_attribute_value="Contact Us")
    assert crm.rows(
        "core.touches", "source_id, kind, campaign_id, actor, subject, is_machine", where="is_hand_raise"
    ) == [("marketo-form-f", "form_call_me", None, "prospect", "Contact Us", False)]
    mails = "source = 'email_event' order by occurred_at, source_id"
    assert crm.rows("core.touches", "source_id, kind, subject, is_machine", where=mails) == [
        ("marketo-click-bot", "email_click", "Kilns.Invite", True),
        ("marketo-sent-a1", "email_sent", "Kilns.Invite", False),
        ("marketo-delivered-a2", "email_delivered", "Kilns.Invite", False),
        ("marketo-open-a3", "email_open", "Kilns.Invite", False),
        ("marketo-click-a4", "email_click", "/kilns", False),
    ]
    assert crm.rows("core.campaigns", "campaign_id, campaign_name, channel") == [
        ("marketo-campaign-3", "Kilns.Invite", "event"),
        ("marketo-program-7", "Kilns", "event"),
    ]


@pytest.mark.capability("E3", "P2")
def test_changes_of_the_status_are_the_steps_of_a_lead(crm: Crm) -> None:
    lead(crm, "1", lead_status="MQL")
    change = {"primary_attribute_value": "Lead Status", "activity_date": "2024-05-01 10:00"}
    did(crm, "change_data_value", "c0", "1", old_value=None, new_value="New", **change | {"activity_date": MADE})
    did(crm, "change_data_value", "c1", "1", old_value="New", new_value="MQL", **change)
    did(crm, "change_data_value", "c2", "1", primary_attribute_value="City", old_value="Ulm", new_value="Bonn")
    assert crm.rows("core.lead_steps", "lead_id, step, entered_at") == [
        ("marketo-lead-1", "lead", datetime(2024, 2, 1, 8)),
        ("marketo-lead-1", "qualified_lead", datetime(2024, 5, 1, 10)),
    ]


@pytest.mark.capability("E3", "E7", "T5")
def test_what_the_first_of_a_chain_of_merges_said_and_did_is_of_the_last(crm: Crm) -> None:
    lead(crm, "51")
    did(crm, "merge_leads", "m1", "52", merge_ids="[54]", activity_date="2024-03-01 10:00")
    did(crm, "merge_leads", "m2", "51", merge_ids="[52]", activity_date="2024-04-01 10:00")
    did(crm, "unsubscribe_email", "u", "54", activity_date="2024-02-10 10:00", email_template_id="9")
    did(crm, "fill_out_form", "f", "54", activity_date="2024-02-09 10:00", primary_attribute_value="Guide")
    assert crm.rows("core.suppressions", "person_id, reason") == [("marketo-lead-51", "opted_out")]
    assert crm.rows("staging.form_fills", "form_fill_id, email_normal") == [("marketo-form-f", "51@ada.example")]
    assert crm.rows("staging.marketo_merges", "loser_id, survivor_id, merged_at") == [
        ("52", "51", datetime(2024, 4, 1, 10)),
        ("54", "51", datetime(2024, 4, 1, 10)),
    ]


@pytest.mark.capability("E7")
def test_a_circle_of_merges_ends_nowhere_and_the_address_on_the_way_is_kept(crm: Crm) -> None:
    lead(crm, "1")
    lead(crm, "2")
    lead(crm, "51", email=None)
    lead(crm, "52", email="old@ada.example")
    did(crm, "merge_leads", "m1", "1", merge_ids="[2]")
    did(crm, "merge_leads", "m2", "2", merge_ids="[1]")
    did(crm, "merge_leads", "m3", "52", merge_ids="[54]")
    did(crm, "merge_leads", "m4", "51", merge_ids="[52]")
    assert crm.rows("staging.marketo_people", "lead_id, survivor_id, reached_by_email") == [
        ("1", None, "1@ada.example"),
        ("2", None, "2@ada.example"),
        ("51", None, None),
        ("52", "51", "old@ada.example"),
        ("54", "51", "old@ada.example"),
    ]


@pytest.mark.capability("E3", "E7")
def test_a_marketing_lead_outlives_the_record_of_the_crm_that_was_deleted(crm: Crm) -> None:
    crm.add("lead", Id="00Q1", Email="bo@ada.example", IsDeleted=True)
    crm.add("lead", Id="00Q2", Email="cy@ada.example", IsDeleted=True, MasterRecordId="00Q3")
    crm.add("lead", Id="00Q3", Email="cy@ada.example")
    lead(crm, "1", sfdc_lead_id="00Q1", email="bo@ada.example")
    lead(crm, "2", sfdc_lead_id="00Q2", email="cy@ada.example")
    assert crm.rows("core.leads", "lead_id") == [("00Q3",), ("marketo-lead-1",)]


@pytest.mark.capability("E3", "P2")
def test_the_log_of_changes_is_read_by_its_contract_and_by_the_steps_of_a_lead_alike(crm: Crm) -> None:
    contracts = {one.object: one for one in incoming_contracts()}
    history, target = contracts["MarketoActivityChangeDataValue"].history, contracts["MarketoLead"]
    assert history
    told = fields_of(history, target, ())
    assert {told.get(name) for name in ("leadstatus", "lead status", "lead_status", "status")} == {"lead_status"}
    said = {"First Name": "first_name", "Email": "email", "Job Title": "title", "jobTitle": "title"}
    said |= {"Company": "company", "Industry": "industry", "Num Employees": "number_of_employees"}
    assert {name: told[name.lower()] for name in said} == said
    for words in (name.replace("_", " ") for name, _ in mutable_columns(target, ()) if "_" in name[1:]):
        if not words.startswith((" ", "_")):
            assert words in told, words
            assert words.replace(" ", "") in told, words
    lead(crm, "1", lead_status="b")
    fields = sorted(told)
    for place, field in enumerate(fields):
        did(crm, "change_data_value", f"c{place}", "1", primary_attribute_value=field, old_value="a", new_value="b")
    assert crm.rows("staging.lead_history", "count(*)") == [(sum(told[field] == "lead_status" for field in fields),)]
