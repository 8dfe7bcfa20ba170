"""What the CRM's own lists say: queues that own records, statuses of leads, further accounts of a contact."""

from datetime import datetime

import pytest

from tests.core.crm import Crm


@pytest.mark.capability("E1", "P5")
def test_a_queue_is_called_one_and_other_groups_own_nothing(crm: Crm) -> None:
    crm.add("group", Id="00G1", Name="Inbound", Type="Queue")
    crm.add("group", Id="00G2", Name="All of sales", Type="Regular")
    crm.add("user", Id="0051", FirstName="Ada", LastName="Lovelace")
    for lead, owner in [("a", "00G1"), ("b", "00G9"), ("c", "0051"), ("d", "0059")]:
        crm.add("lead", Id=lead, OwnerId=owner)
    assert crm.rows("core.leads", "lead_id, owner_name") == [
        ("a", "Inbound (queue)"),
        ("b", "Queue 00G9"),
        ("c", "Ada Lovelace"),
        ("d", None),
    ]
    assert crm.rows("core.users", "user_id", where="is_queue") == [("00G1",), ("00G9",)]


@pytest.mark.capability("E1", "P2")
def test_a_status_that_the_playbook_lacks_means_what_the_crm_says_or_what_stands_on_both_sides_of_it(crm: Crm) -> None:
    for order, status in enumerate(("Fresh", "New", "Dialled twice", "Working", "Odd", "Unqualified", "Spam"), start=1):
        crm.add("lead_status", MasterLabel=status, SortOrder=order, IsDefault=status == "Fresh", IsConverted=False)
    crm.add("lead_status", MasterLabel="Won over", ApiName="won_over", SortOrder=8, IsConverted=True)
    unlisted = "status in ('fresh', 'dialled twice', 'odd', 'spam', 'won over', 'won_over')"
    assert crm.rows("core.lead_status_steps", "status, step", where=unlisted) == [
        ("dialled twice", "lead"),
        ("fresh", "lead"),
        ("odd", "lead"),  # the next one is another step: nobody can say, so it counts as the first one
        ("spam", "lead"),
        ("won over", "opportunity"),
        ("won_over", "opportunity"),
    ]


@pytest.mark.capability("E1", "P2")
def test_a_status_between_two_of_one_step_is_in_that_step_and_still_reported(crm: Crm) -> None:
    for order, status in enumerate(("New", "MQL", "Waiting room", "Sales Ready"), start=1):
        crm.add("lead_status", MasterLabel=status, SortOrder=order)
    crm.add("lead", Id="a", Status="Waiting room")
    assert crm.rows("core.lead_steps", "lead_id, step") == [("a", "qualified_lead")]
    assert crm.rows("meta.unmapped_values", "found_value, counts_as, records") == [
        ("Waiting room", "qualified_lead", 1)
    ]


@pytest.mark.capability("E1", "I2")
def test_a_contact_belongs_to_its_own_account_and_to_those_that_the_crm_relates_it_to(crm: Crm) -> None:
    for account in ("own", "board", "left", "later", "gone", "new"):
        crm.add("account", Id=account, IsDeleted=account == "gone", MasterRecordId="new" if account == "gone" else None)
    crm.add("contact", Id="kim", AccountId="own", Email="kim@own.example")
    related = {"ContactId": "kim", "CreatedDate": "2024-02-01 08:00"}
    crm.add("account_contact_relation", AccountId="own", IsDirect=True, IsActive=True, Roles="Buyer", **related)
    crm.add("account_contact_relation", AccountId="board", IsActive=True, Roles="Board", **related)
    crm.add("account_contact_relation", AccountId="left", IsActive=False, **related)
    crm.add("account_contact_relation", AccountId="left", EndDate="2024-06-29", **related)
    crm.add("account_contact_relation", AccountId="later", StartDate="2024-07-01", **related)
    crm.add("account_contact_relation", AccountId="gone", IsActive=True, **related)
    crm.add("account_contact_relation", AccountId="nobody knows", IsActive=True, **related)
    assert crm.rows("core.contact_accounts", "contact_id, account_id, person_id, roles, is_own") == [
        ("kim", "board", "kim", "Board", False),
        ("kim", "new", "kim", None, False),
        ("kim", "own", "kim", "Buyer", True),
    ]
    before = crm.rows("core.contact_accounts", "account_id", as_of=datetime(2024, 1, 15))
    assert before == [("own",)]


@pytest.mark.capability("E1")
def test_a_person_account_and_its_contact_are_one_person_and_no_company_of_a_domain(crm: Crm) -> None:
    crm.add("account", Id="person", IsPersonAccount=True, PersonContactId="kim", Website="kim.example")
    crm.add("contact", Id="kim", AccountId="person", Email="kim@kim.example")
    crm.add("lead", Id="lead", Email="Kim@kim.example")
    assert crm.rows("core.people", "person_id, account_id, records") == [("kim", "person", 2)]
    assert crm.rows("core.account_domains", "domain") == []


@pytest.mark.capability("E1", "P2")
def test_a_list_without_an_order_places_no_status_between_others(crm: Crm) -> None:
    for status in ("Rejected", "Trial Booked", "Unqualified"):
        crm.add("lead_status", MasterLabel=status)
    assert crm.rows("core.lead_status_steps", "status, step", where="status = 'trial booked'") == [
        ("trial booked", "lead")
    ]
