"""Pardot by files alone: prospects, numeric activities and opportunities, alone and beside the CRM they come from."""

import pytest

from tests.core.crm import Crm

MADE = "2024-02-01 08:00"


def prospect(crm: Crm, name: str, **values: object) -> None:
    filled = {"Id": name, "created_at": MADE, "updated_at": "2024-06-01 08:00", "email": f"{name}@ada.example"}
    crm.add("pardot_prospect", **filled | values)


def did(crm: Crm, name: str, kind: int, person: str, **values: object) -> None:
    crm.add("pardot_visitor_activity", Id=name, type=kind, prospect_id=person, created_at="2024-05-01 10:00", **values)


@pytest.mark.capability("E3", "I1")
def test_a_prospect_that_the_crm_has_is_one_person_and_one_record_with_it(crm: Crm) -> None:
    crm.add("lead", Id="00Q1", Email="bo@ada.example")
    crm.add("contact", Id="0031", Email="cy@ada.example")
    prospect(crm, "1", crm_lead_fid="00Q1", email="bo@other.example")
    prospect(crm, "2", crm_contact_fid="0031", crm_lead_fid="00Q9")
    prospect(crm, "3", crm_contact_fid="0039")
    assert crm.rows("core.leads", "lead_id") == [("00Q1",), ("pardot-prospect-3",)]
    assert crm.rows("core.survivors", "record_id, survivor_id") == [
        ("pardot-prospect-1", "00Q1"),
        ("pardot-prospect-2", "0031"),
    ]
    assert crm.rows("core.person_emails", "email_normal, person_id", where="email_normal like 'bo%'") == [
        ("bo@ada.example", "00Q1"),
        ("bo@other.example", "00Q1"),
    ]


@pytest.mark.capability("E3", "T5")
def test_what_a_person_refused_in_pardot_holds_for_the_record_of_the_crm(crm: Crm) -> None:
    crm.add("contact", Id="0031", Email="cy@ada.example", HasOptedOutOfEmail=False, DoNotCall=False)
    prospect(crm, "1", crm_contact_fid="0031", email="c.y@ada.example", opted_out=True, is_do_not_call=True)
    assert crm.rows("core.suppressions", "person_id, reason, record_id") == [
        ("0031", "do_not_call", "pardot-prospect-1"),
        ("0031", "opted_out", "pardot-prospect-1"),
    ]
    assert crm.rows("core.people", "person_id, email_allowed, do_not_call") == [("0031", False, True)]


@pytest.mark.capability("E3", "T5")
def test_activities_and_lists_refuse_too(crm: Crm) -> None:
    for name in ("page", "spam", "list", "soft", "well"):
        prospect(crm, name, email="broken" if name == "page" else f"{name}@ada.example")
    did(crm, "1", 12, "page")
    did(crm, "2", 14, "spam")
    did(crm, "3", 13, "soft")
    crm.add("pardot_list", Id="l", name="News")
    crm.add("pardot_list_membership", Id="m", list_id="l", prospect_id="list", opted_out=True)
    reasons = crm.rows("core.suppressions", "distinct person_id, reason", where="true order by 1")
    assert reasons == [
        ("pardot-prospect-list", "opted_out"),
        ("pardot-prospect-page", "opted_out"),
        ("pardot-prospect-soft", "bounced"),
        ("pardot-prospect-spam", "opted_out"),
    ]


@pytest.mark.capability("E3", "I1")
def test_several_prospects_of_one_address_are_one_person(crm: Crm) -> None:
    for name in ("1", "2"):
        prospect(crm, name, email="Ada@ada.example")
    assert crm.rows("core.people", "person_id, records") == [("pardot-prospect-1", 2)]


@pytest.mark.capability("E3", "I4")
def test_numeric_activities_are_touches_of_their_kind(crm: Crm) -> None:
    prospect(crm, "1")
    crm.add("pardot_visitor", Id="v", created_at=MADE, prospect_id="1")
    for name, kind, values in [
        ("a", 6, {"list_email_id": "5"}),
        ("b", 11, {"list_email_id": "5"}),
        ("c", 1, {"list_email_id": "5"}),
        ("d", 1, {"details": "https://ada.example/pricing"}),
        ("e", 4, {"details": "Request Demo", "visitor_id": "v"}),
        ("f", 25, {}),
        ("g", 20, {"visitor_id": "v"}),
        ("h", 8, {"opportunity_id": "o"}),
        ("i", 3, {}),
    ]:
        did(crm, name, kind, "1", **values)
    assert crm.rows("core.touches", "source_id, kind, person_id, is_hand_raise") == [
        ("pardot-a", "email_sent", "pardot-prospect-1", False),
        ("pardot-b", "email_open", "pardot-prospect-1", False),
        ("pardot-c", "email_click", "pardot-prospect-1", False),
        ("pardot-e", "form_demo_request", "pardot-prospect-1", True),
        ("pardot-f", "form_webinar_registration", "pardot-prospect-1", False),
        ("pardot-d", "pricing_page_view", "pardot-prospect-1", False),
        ("pardot-g", "page_view", "pardot-prospect-1", False),
    ]


@pytest.mark.capability("E3")
def test_opportunities_count_where_the_crm_brings_none(crm: Crm) -> None:
    prospect(crm, "1", prospect_account_id="a", company="Ada Works")
    prospect(crm, "2", prospect_account_id="a", company="Ada Works Ltd")
    prospect(crm, "3", prospect_account_id="a", company="Ada Works Ltd")
    crm.add("pardot_opportunity", Id="o", created_at="2024-03-01", updated_at="2024-05-01", status="Won",
            stage="6 - Won", value=10, type="New Business", closed_at="2024-05-01 12:00")  # fmt: skip
    crm.add("pardot_opportunity_prospect", opportunity_id="o", prospect_id="1")
    assert crm.rows("core.opportunities", "opportunity_id, account_id, outcome, amount") == [
        ("pardot-opportunity-o", "pardot-account-a", "won", 10)
    ]
    assert crm.rows("core.accounts", "account_name, relationship") == [("Ada Works Ltd", "customer")]
    assert crm.rows("core.leads", "lead_id, is_converted", where="is_converted") == [("pardot-prospect-1", True)]
    crm.add("opportunity", Id="0061", StageName="Closed Won", IsClosed=True, IsWon=True, CloseDate="2024-05-01")
    assert crm.rows("core.opportunities", "opportunity_id") == [("0061",)]


@pytest.mark.capability("E3", "E7")
def test_a_prospect_outlives_the_record_of_the_crm_that_was_deleted(crm: Crm) -> None:
    crm.add("contact", Id="0031", Email="cy@ada.example", IsDeleted=True)
    prospect(crm, "1", crm_contact_fid="0031", email="cy@ada.example")
    assert crm.rows("core.leads", "lead_id") == [("pardot-prospect-1",)]
