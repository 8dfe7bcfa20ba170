"""Records merged one after the other: whatever points to a loser of the chain is found at the record that lives."""

import pytest

from tests.core.crm import Crm


@pytest.fixture
def merged(crm: Crm) -> Crm:
    """Accounts and contacts merged twice in a row, and a circle of merges that nobody lives to tell of."""
    for table, prefix in (("account", "001"), ("contact", "003")):
        first, second, last = (f"{prefix}{name}" for name in ("first", "second", "last"))
        crm.add(table, Id=last, SystemModstamp="2024-01-01")
        crm.add(table, Id=second, IsDeleted=True, MasterRecordId=last, SystemModstamp="2024-03-01")
        crm.add(table, Id=first, IsDeleted=True, MasterRecordId=second, SystemModstamp="2024-02-01")
        crm.add(table, Id=f"{prefix}ring", IsDeleted=True, MasterRecordId=f"{prefix}round")
        crm.add(table, Id=f"{prefix}round", IsDeleted=True, MasterRecordId=f"{prefix}ring")
    return crm


@pytest.mark.capability("E7")
def test_a_chain_of_merges_ends_at_the_record_that_lives_and_a_circle_ends_nowhere(merged: Crm) -> None:
    assert merged.rows("core.survivors", "record_id, survivor_id, strftime(merged_at, '%m-%d')") == [
        ("001first", "001last", "03-01"),
        ("001second", "001last", "03-01"),
        ("003first", "003last", "03-01"),
        ("003second", "003last", "03-01"),
    ]


@pytest.mark.capability("E7")
def test_every_reference_to_a_loser_points_to_the_survivor(merged: Crm) -> None:
    merged.add("account", Id="001child", ParentId="001first")
    merged.add("contact", Id="003kim", AccountId="001first")
    merged.add("opportunity", Id="006deal", AccountId="001first")
    merged.add("campaign", Id="701show")
    merged.add("campaign_member", Id="00vmember", CampaignId="701show", ContactId="003first")
    done = {"Status": "Completed", "IsClosed": True, "TaskSubtype": "Call", "ActivityDate": "2024-04-01"}
    merged.add("task", Id="00Ttask", WhoId="003first", WhatId="001second", **done)
    merged.add("task", Id="00Twhat", WhatId="001first", **done)
    merged.add("event", Id="00Uevent", WhoId="003second", StartDateTime="2024-04-02", EndDateTime="2024-04-02 01:00")
    merged.add("lead", Id="00Qlead", IsConverted=True, ConvertedDate="2024-03-01", ConvertedAccountId="001first",
               ConvertedContactId="003second")  # fmt: skip
    assert merged.rows("core.accounts", "account_id, parent_id") == [("001child", "001last"), ("001last", None)]
    assert merged.rows("core.contacts", "contact_id, account_id") == [("003kim", "001last"), ("003last", None)]
    assert merged.rows("core.opportunities", "account_id") == [("001last",)]
    assert merged.rows("core.campaign_members", "contact_id") == [("003last",)]
    assert merged.rows("core.lead_conversions", "account_id, contact_id") == [("001last", "003last")]
    assert sorted(merged.rows("core.touches", "source_id, person_id, account_id")) == [
        ("00Ttask", "003last", "001last"), ("00Twhat", None, "001last"), ("00Uevent", "003last", "001last"),
        ("00vmember", "003last", "001last"),
    ]  # fmt: skip


@pytest.mark.capability("E7")
def test_what_a_merged_lead_did_belongs_to_the_lead_that_lives(crm: Crm) -> None:
    crm.add("lead", Id="00Qlast")
    crm.add("lead", Id="00Qsecond", IsDeleted=True, MasterRecordId="00Qlast")
    crm.add("lead", Id="00Qfirst", IsDeleted=True, MasterRecordId="00Qsecond")
    crm.add("campaign", Id="701show")
    crm.add("campaign_member", Id="00vmember", CampaignId="701show", LeadId="00Qfirst")
    crm.add("task", Id="00Ttask", WhoId="00Qfirst", Status="Completed", IsClosed=True, TaskSubtype="Call",
            ActivityDate="2024-04-01")  # fmt: skip
    assert crm.rows("core.campaign_members", "lead_id") == [("00Qlast",)]
    assert crm.rows("core.touches", "source_id, person_id", where="source_id = '00Ttask'") == [("00Ttask", "00Qlast")]


def test_a_record_that_vanished_from_a_full_dump_is_deleted(crm: Crm) -> None:
    crm.add("account", Id="001here")
    crm.add("account", Id="001gone", _absent_since="2024-03-01")
    crm.add("contact", Id="003gone", _absent_since="2024-03-01")
    crm.add("lead", Id="00Qgone", _absent_since="2024-03-01")
    crm.add("opportunity", Id="006gone", _absent_since="2024-03-01", AccountId="001here")
    assert crm.rows("core.accounts", "account_id") == [("001here",)]
    for table in ("core.contacts", "core.leads", "core.opportunities"):
        assert crm.rows(table, "*") == []
