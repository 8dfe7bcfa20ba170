"""Leads and contacts as one person, and what the person refused."""

from datetime import datetime

import pytest

from tests.core.crm import Crm

PEOPLE = "person_id, contact_id, lead_id"


@pytest.mark.capability("I1")
def test_equal_addresses_in_any_spelling_are_one_person_and_the_first_contact_stands_for_it(crm: Crm) -> None:
    crm.add("lead", Id="lead", Email=" Kim@Acme.com", CreatedDate="2023-01-01")
    crm.add("contact", Id="second", Email="kim@acme.com", CreatedDate="2023-03-01")
    crm.add("contact", Id="first", Email="KIM@ACME.COM ", CreatedDate="2023-02-01")
    crm.add("contact", Id="no address")
    crm.add("lead", Id="other lead", Email="lee@acme.com")
    assert crm.rows("core.people", f"{PEOPLE}, records") == [
        ("first", "first", "lead", 3),
        ("no address", "no address", None, 1),
        ("other lead", None, "other lead", 1),
    ]


def test_a_converted_lead_is_the_contact_it_became_whatever_the_addresses_say(crm: Crm) -> None:
    crm.add("contact", Id="contact", Email="work@acme.com")
    crm.add("lead", Id="lead", Email="home@gmail.com", IsConverted=True, ConvertedDate="2024-03-01",
            ConvertedContactId="contact", SystemModstamp="2024-03-01 10:00")  # fmt: skip
    crm.add("lead", Id="again", Email="home@gmail.com", CreatedDate="2024-05-01")
    assert crm.rows("core.people", PEOPLE) == [("contact", "contact", "again")]
    assert crm.rows("core.people", PEOPLE, as_of=datetime(2024, 2, 1)) == [
        ("contact", "contact", None),
        ("lead", None, "lead"),
    ]


def test_a_merged_contact_is_found_by_its_survivor(crm: Crm) -> None:
    crm.add("contact", Id="survivor")
    crm.add("contact", Id="loser", IsDeleted=True, MasterRecordId="survivor")
    crm.add("lead", Id="lead", IsConverted=True, ConvertedDate="2024-03-01", ConvertedContactId="loser")
    assert crm.rows("core.people", "person_id, records") == [("survivor", 2)]


@pytest.mark.parametrize(
    ("opt_outs", "email_allowed"),
    [
        ({"lead": False, "contact": False}, True),
        ({"lead": None, "contact": False}, None),
        ({"lead": None, "contact": True}, False),
        ({"lead": True, "contact": False}, False),
        ({"lead": None, "contact": None}, None),
    ],
)
@pytest.mark.capability("T5")
def test_mail_is_allowed_only_when_every_record_says_so(
    crm: Crm, opt_outs: dict[str, bool | None], email_allowed: bool | None
) -> None:
    for table, opt_out in opt_outs.items():
        crm.add(table, Email="kim@acme.com", HasOptedOutOfEmail=opt_out)
    assert crm.rows("core.people", "email_allowed") == [(email_allowed,)]


@pytest.mark.capability("T5")
def test_an_opt_out_in_a_deleted_record_holds_for_the_person_who_lives_on(crm: Crm) -> None:
    crm.add("contact", Id="living", Email="kim@acme.com", HasOptedOutOfEmail=False)
    crm.add("lead", Id="gone", Email="Kim@Acme.com", HasOptedOutOfEmail=True, IsDeleted=True)
    assert crm.rows("core.suppressions", "person_id, reason, record_id") == [("living", "opted_out", "gone")]
    assert crm.rows("core.people", "email_allowed") == [(False,)]


SPELLINGS = [" Kim@Acme.com", "KIM@ACME.COM", "kim+news@acme.com", "kim @acme.com", "Kim Lee <kim@acme.com>"]


@pytest.mark.capability("T5")
@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize(("table", "other"), [("lead", "contact"), ("contact", "lead"), ("lead", "lead")])
@pytest.mark.parametrize("gone", [{}, {"IsDeleted": True}, {"IsDeleted": True, "MasterRecordId": "third"}])
def test_a_refusal_in_one_record_holds_however_the_address_is_spelled_in_the_other(
    crm: Crm, spelling: str, table: str, other: str, gone: dict[str, object]
) -> None:
    crm.add(other, Id="living", Email="kim@acme.com", HasOptedOutOfEmail=False, DoNotCall=False)
    crm.add(table, Id="third", Email="lee@acme.com", HasOptedOutOfEmail=False, DoNotCall=False)
    crm.add(table, Id="refusing", Email=spelling, HasOptedOutOfEmail=True, DoNotCall=True, IsEmailBounced=True, **gone)
    of_person = "person_id in (select person_id from core.person_links where record_id = '{}')".format
    out = crm.rows("core.suppressions", "distinct reason", where=of_person("living"))
    assert sorted(out) == [("bounced",), ("do_not_call",), ("opted_out",)]
    facts = "email_allowed, do_not_call, is_bounced"
    assert crm.rows("core.people", facts, where=of_person("living")) == [(False, True, True)]
    # the record into which the refusing one was merged is the same person
    is_merged = "MasterRecordId" in gone
    assert crm.rows("core.people", facts, where=of_person("third")) == [(not is_merged, is_merged, is_merged)]


@pytest.mark.capability("T5")
@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("event", ["unsubscribe", "hard_bounce"])
def test_a_refusal_by_mail_holds_however_the_address_is_spelled(crm: Crm, spelling: str, event: str) -> None:
    crm.add("contact", Id="living", Email=spelling)
    crm.add("email_event", email_event_id="e", email="Kim@acme.com", event_type=event, occurred_at="2024-03-01")
    assert crm.rows("core.suppressions", "person_id, record_id") == [("living", "e")]


@pytest.mark.capability("T5")
def test_a_refusal_reaches_the_end_of_a_chain_of_merges_and_conversions(crm: Crm) -> None:
    crm.add("contact", Id="end", Email="end@acme.com", HasOptedOutOfEmail=False)
    crm.add("contact", Id="middle", Email="middle@acme.com", IsDeleted=True, MasterRecordId="end")
    crm.add("contact", Id="became", Email="became@acme.com", IsDeleted=True, MasterRecordId="middle")
    crm.add("lead", Id="lead", Email="lead@acme.com", IsConverted=True, ConvertedDate="2024-02-01",
            ConvertedContactId="became", HasOptedOutOfEmail=False)  # fmt: skip
    crm.add("lead", Id="loser", Email="loser@acme.com", IsDeleted=True, MasterRecordId="lead", HasOptedOutOfEmail=True)
    assert crm.rows("core.people", "person_id, email_allowed") == [("end", False)]
    # whoever has the address of any record of the chain is the person that refused
    crm.add("lead", Id="other", Email="LOSER+x@acme.com", HasOptedOutOfEmail=False)
    assert ("other", False) in crm.rows("core.people", "person_id, email_allowed")


@pytest.mark.capability("T5")
def test_a_refusal_in_a_record_whose_survivor_was_deleted_stays_with_its_address(crm: Crm) -> None:
    crm.add("contact", Id="survivor", Email="new@acme.com", IsDeleted=True)
    crm.add("contact", Id="loser", Email="kim@acme.com", IsDeleted=True, MasterRecordId="survivor", DoNotCall=True)
    crm.add("lead", Id="again", Email="Kim@acme.com ", DoNotCall=False)
    assert crm.rows("core.people", "person_id, do_not_call") == [("again", True)]


@pytest.mark.capability("T5")
def test_a_refusal_holds_for_everybody_who_has_the_address_and_for_the_person_of_the_record(crm: Crm) -> None:
    crm.add("contact", Id="became", Email="c@acme.com")
    crm.add("contact", Id="owner", Email="a@acme.com", HasOptedOutOfEmail=False)
    crm.add("contact", Id="stranger", Email="s@acme.com", HasOptedOutOfEmail=False)
    crm.add("lead", Id="lead", Email="A@acme.com", HasOptedOutOfEmail=True, IsConverted=True,
            ConvertedDate="2024-02-01", ConvertedContactId="became")  # fmt: skip
    assert crm.rows("core.suppressions", "person_id, record_id", where="reason = 'opted_out'") == [
        ("became", "lead"),
        ("owner", "lead"),
    ]
    allowed = [("became", False), ("owner", False), ("stranger", True)]
    assert crm.rows("core.people", "person_id, email_allowed") == allowed
    crm.change("update intake.raw.lead set IsDeleted = true")
    assert crm.rows("core.people", "person_id, email_allowed") == allowed


@pytest.mark.parametrize(
    ("event", "reason"),
    [("unsubscribe", "opted_out"), ("spam_report", "opted_out"), ("bounce", "bounced"), ("hard_bounce", "bounced"),
     ("soft_bounce", None), ("open", None)],
)  # fmt: skip
@pytest.mark.capability("T5")
def test_what_came_of_a_mail_to_the_address_of_a_merged_contact_reaches_the_survivor(
    crm: Crm, event: str, reason: str | None
) -> None:
    crm.add("contact", Id="survivor", Email="k@acme.com")
    crm.add("contact", Id="loser", Email="k2@acme.com", IsDeleted=True, MasterRecordId="survivor")
    crm.add("email_event", email_event_id="e", email="k2@acme.com", event_type=event, occurred_at="2024-03-01")
    expected = [("survivor", reason, "e")] if reason else []
    assert crm.rows("core.suppressions", "person_id, reason, record_id") == expected
    assert crm.rows("core.touches", "person_id") == [("survivor",)]


@pytest.mark.capability("T5")
def test_every_reason_names_the_person_and_the_record_that_says_so(crm: Crm) -> None:
    crm.add("contact", Id="caller", DoNotCall=True)
    crm.add("contact", Id="bounced", EmailBouncedDate="2024-02-02 10:00")
    crm.add("contact", Id="reader", Email="reader@acme.com")
    crm.add("email_event", email_event_id="e2", email="Reader@acme.com", event_type="unsubscribe",
            occurred_at="2024-03-02")  # fmt: skip
    crm.add("email_event", email_event_id="e1", email="reader@acme.com", event_type="spam_report",
            occurred_at="2024-03-01")  # fmt: skip
    crm.add("email_event", email_event_id="e3", email="unknown@acme.com", event_type="bounce",
            occurred_at="2024-03-01")  # fmt: skip
    crm.add("email_event", email_event_id="e4", email="reader@acme.com", event_type="bounce",
            occurred_at="2024-07-01")  # fmt: skip
    crm.add("lead", Id="deleted", IsDeleted=True)
    crm.add("lead", Id="converted", IsConverted=True, ConvertedContactId="caller", ConvertedDate="2024-03-01")
    assert crm.rows("core.suppressions", "person_id, reason, record_id") == [
        ("bounced", "bounced", "bounced"),
        ("caller", "converted", "converted"),
        ("caller", "do_not_call", "caller"),
        ("deleted", "deleted", "deleted"),
        ("reader", "opted_out", "e1"),
        ("unknown@acme.com", "bounced", "e3"),
    ]


def test_deleting_a_duplicate_or_merging_it_deletes_nobody(crm: Crm) -> None:
    crm.add("contact", Id="living", Email="kim@acme.com")
    crm.add("lead", IsDeleted=True, Email="kim@acme.com")
    crm.add("contact", IsDeleted=True, MasterRecordId="living")
    assert crm.rows("core.suppressions", "person_id, reason") == []


@pytest.mark.capability("I2")
def test_leads_find_their_account_by_conversion_then_company_id_then_domain(crm: Crm) -> None:
    crm.add("account", Id="001acme", Name="Acme", Website="acme.com")
    crm.add("account", Id="001beta", Name="Beta", Website="beta.com")
    crm.add("account", Id="001mail", Name="Mail", Website="gmail.com")
    crm.add("lead", Id="a", Email="a@acme.com", Company="Acme Incorporated")
    crm.add("lead", Id="b", Email="b@acme.com", Company="001beta")
    crm.add("lead", Id="c", Email="c@acme.com", IsConverted=True, ConvertedDate="2024-02-01",
            ConvertedAccountId="001beta")  # fmt: skip
    crm.add("lead", Id="d", Email="d@gmail.com", Company="001unknown")
    assert crm.rows("core.leads", "lead_id, company_name, account_id, account_match, is_free_mail") == [
        ("a", "Acme Incorporated", "001acme", "email_domain", False),
        ("b", "Beta", "001beta", "company_id", False),
        ("c", None, "001beta", "converted", False),
        ("d", None, None, "none", True),
    ]


def test_the_moment_of_conversion_is_exact_by_history_else_the_end_of_the_day_capped_by_the_last_change(
    crm: Crm,
) -> None:
    for lead, modified in [("capped", "2024-03-01 15:00"), ("day end", "2024-05-01"), ("exact", "2024-05-01")]:
        crm.add("lead", Id=lead, IsConverted=True, ConvertedDate="2024-03-01", SystemModstamp=modified)
    crm.add("lead_history", LeadId="exact", Field="leadConverted", CreatedDate="2024-03-01 09:30")
    assert crm.rows("core.leads", "lead_id, converted_at") == [
        ("capped", datetime(2024, 3, 1, 15)),
        ("day end", datetime(2024, 3, 1, 23, 59, 59)),
        ("exact", datetime(2024, 3, 1, 9, 30)),
    ]


def test_a_conversion_after_the_as_of_moment_has_not_happened(crm: Crm) -> None:
    crm.add("lead", Id="lead", IsConverted=True, ConvertedDate="2024-03-01", ConvertedAccountId="001x",
            SystemModstamp="2024-05-01")  # fmt: skip
    facts = "is_converted, converted_at, converted_account_id"
    assert crm.rows("core.leads", facts, as_of=datetime(2024, 3, 1, 12)) == [(False, None, None)]
    assert crm.rows("core.suppressions", "reason", as_of=datetime(2024, 3, 1, 12)) == []
