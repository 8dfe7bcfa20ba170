"""Accounts: families, domains, what they are to us, what was moved and what was made here."""

from datetime import datetime

import pytest

from tests.core.crm import Crm


@pytest.mark.capability("E1")
@pytest.mark.capability("E1")
def test_accounts_roll_up_to_the_top_and_a_circle_of_parents_stays_apart(crm: Crm) -> None:
    crm.add("account", Id="top")
    crm.add("account", Id="middle", ParentId="top")
    crm.add("account", Id="leaf", ParentId="middle")
    crm.add("account", Id="orphan", ParentId="not in the extract")
    crm.add("account", Id="ring1", ParentId="ring2")
    crm.add("account", Id="ring2", ParentId="ring1")
    assert crm.rows("core.accounts", "account_id, ultimate_parent_id") == [
        ("leaf", "top"),
        ("middle", "top"),
        ("orphan", "orphan"),
        ("ring1", "ring1"),
        ("ring2", "ring2"),
        ("top", "top"),
    ]


def test_a_merged_account_hands_its_children_and_deals_to_the_survivor(crm: Crm) -> None:
    crm.add("account", Id="survivor")
    crm.add("account", Id="loser", IsDeleted=True, MasterRecordId="survivor")
    crm.add("account", Id="first loser", IsDeleted=True, MasterRecordId="loser")
    crm.add("account", Id="child", ParentId="first loser")
    crm.add("opportunity", Id="deal", AccountId="loser", StageName="Closed Won", IsClosed=True, IsWon=True)
    assert crm.rows("core.accounts", "account_id, ultimate_parent_id, relationship") == [
        ("child", "survivor", "prospect"),
        ("survivor", "survivor", "customer"),
    ]


def test_after_merges_every_record_is_there_once_and_belongs_to_who_lives_on(crm: Crm) -> None:
    crm.add("account", Id="001c", Website="acme.com")
    crm.add("account", Id="001b", Website="acme.com", IsDeleted=True, MasterRecordId="001c")
    crm.add("account", Id="001a", Website="acme.com", IsDeleted=True, MasterRecordId="001b")
    crm.add("account", Id="001gone", Website="gone.com", IsDeleted=True)
    crm.add("account", Id="001lost", Website="lost.com", IsDeleted=True, MasterRecordId="001gone")
    crm.add("contact", Id="k2", AccountId="001b", Email="kim@acme.com")
    crm.add("contact", Id="k1", AccountId="001a", Email="k@acme.com", IsDeleted=True, MasterRecordId="k2")
    crm.add("contact", Id="left", AccountId="001lost", Email="pat@lost.com")
    crm.add("lead", Id="lead", Email="lee@acme.com")
    for deal, account in [("d1", "001a"), ("d2", "001b"), ("d3", "001c"), ("d4", "001gone"), ("d5", "001lost")]:
        crm.add("opportunity", Id=deal, AccountId=account, StageName="Open", Amount=10)
    crm.add("opportunity", Id="d6", AccountId="001c", StageName="Open", Amount=10, IsDeleted=True)
    crm.add("task", Id="t", WhoId="k1", WhatId="001a", IsClosed=True, CompletedDateTime="2024-03-01")
    assert crm.rows("core.accounts", "account_id, open_opportunities") == [("001c", 3)]
    assert crm.rows("core.account_domains", "domain, account_id") == [("acme.com", "001c")]
    assert crm.rows("core.opportunities", "opportunity_id", where="account_id = '001c'") == [("d1",), ("d2",), ("d3",)]
    assert crm.rows("core.people", "person_id, account_id, records") == [
        ("k2", "001c", 1),
        ("lead", "001c", 1),
        ("left", None, 1),
    ]
    assert crm.rows("core.touches", "person_id, account_id, record_id") == [("k2", "001c", "k2")]
    columns = "unit_id, step, amount"
    assert crm.rows("core.process_entries", columns, where="unit = 'account' and step = 'opportunity'") == [
        ("001c", "opportunity", 30)
    ]


def test_a_circle_of_merges_and_a_survivor_that_is_not_in_the_extract_leave_nothing(crm: Crm) -> None:
    crm.add("account", Id="001a", IsDeleted=True, MasterRecordId="001b")
    crm.add("account", Id="001b", IsDeleted=True, MasterRecordId="001a")
    crm.add("account", Id="001c", IsDeleted=True, MasterRecordId="001elsewhere")
    crm.add("opportunity", Id="o", AccountId="001a", StageName="Open")
    assert crm.rows("core.accounts", "account_id") == []
    assert crm.rows("core.survivors", "record_id") == []
    # a deal that nobody deleted is one of the funnel, of no account
    assert crm.rows("core.process_entries", "unit, unit_id") == [("opportunity", "o")]


@pytest.mark.parametrize(
    ("website", "domain"),
    [
        ("https://www.Acme.com/about?x=1", "acme.com"),
        ("acme.co.uk:8080", "acme.co.uk"),
        ("http://shop.acme.com.", "shop.acme.com"),
        ("n/a", None),
        ("not known yet", None),
        (None, None),
    ],
)
def test_the_domain_comes_from_the_website(crm: Crm, website: str | None, domain: str | None) -> None:
    crm.add("account", Id="a", Website=website)
    assert crm.rows("core.accounts", "domain") == [(domain,)]


def test_won_deals_speak_louder_than_the_type_and_a_competitor_stays_one(crm: Crm) -> None:
    for account, account_type, won_on in [
        ("blank", None, None),
        ("competitor", "competitor", "2024-05-01"),
        ("customer by type", "Customer", None),
        ("old win", None, "2019-05-01"),
        ("old win, customer by type", "Customer", "2019-05-01"),
        ("other type", "Something else", None),
        ("recent win", "Prospect", "2024-05-01"),
    ]:
        crm.add("account", Id=account, Type=account_type)
        if won_on:
            crm.add("opportunity", AccountId=account, StageName="Won!", IsClosed=True, IsWon=True, CloseDate=won_on,
                    SystemModstamp="2024-06-01")  # fmt: skip
    assert crm.rows("core.accounts", "account_id, relationship") == [
        ("blank", "prospect"),
        ("competitor", "competitor"),
        ("customer by type", "customer"),
        ("old win", "former"),
        ("old win, customer by type", "customer"),
        ("other type", "unknown"),
        ("recent win", "customer"),
    ]


@pytest.mark.parametrize(
    ("account_type", "wins", "relationship", "is_older"),
    [
        ("Former Customer", [("New Business", "2024-05-01")], "former", False),
        ("Former Customer", [("New Business", "2024-05-01"), ("New Business", "2024-06-20")], "customer", False),
        ("Former Customer", [], "former", True),
        ("Customer", [], "customer", True),
        ("Customer", [("Renewal", "2024-05-01")], "customer", True),
        ("Customer", [("Renewal", "2024-05-01"), ("New Business", "2024-05-02")], "customer", True),
        ("Customer", [("New Business", "2024-05-01"), ("renewal", "2024-05-02")], "customer", False),
        (None, [("Existing Customer - Downgrade", "2024-05-01")], "customer", True),
        (None, [("Never heard of", "2024-05-01")], "customer", False),
        ("Prospect", [], "prospect", False),
    ],
)
def test_a_customer_that_left_is_a_former_one_and_a_renewal_is_no_first_win(
    crm: Crm, account_type: str | None, wins: list[tuple[str, str]], relationship: str, is_older: bool
) -> None:
    crm.add("account", Id="a", Type=account_type, SystemModstamp="2024-06-01")
    for opportunity_type, won_on in wins:
        crm.add("opportunity", AccountId="a", Type=opportunity_type, StageName="Closed Won", IsClosed=True, IsWon=True,
                CloseDate=won_on, SystemModstamp=f"{won_on} 18:00")  # fmt: skip
    crm.add("opportunity", AccountId="a", Type="Renewal", StageName="Closed Lost", IsClosed=True, IsWon=False,
            CloseDate="2024-06-02", SystemModstamp="2024-06-02", Amount=-10)  # fmt: skip
    assert crm.rows("core.accounts", "relationship, is_older_customer") == [(relationship, is_older)]


def test_the_revenue_of_a_company_is_told_in_the_corporate_currency(crm: Crm) -> None:
    crm.add("currency_type", IsoCode="USD", ConversionRate=1, IsCorporate=True)
    crm.add("currency_type", IsoCode="EUR", ConversionRate=0.8)
    crm.add("dated_conversion_rate", IsoCode="EUR", ConversionRate=0.5, StartDate="2024-03-01")
    for name, currency, created in [("a", "EUR", "2024-02-01"), ("b", "EUR", "2024-03-01"), ("c", "USD", "2024-03-01"),
                                    ("d", "SEK", "2024-03-01"), ("e", None, "2024-03-01")]:  # fmt: skip
        crm.add("account", Id=name, AnnualRevenue=100, CurrencyIsoCode=currency, CreatedDate=created)
        crm.add("lead", Id=name, AnnualRevenue=100, CurrencyIsoCode=currency, CreatedDate=created)
    told = [("a", 125), ("b", 200), ("c", 100), ("d", 100), ("e", 100)]
    assert crm.rows("core.accounts", "account_id, annual_revenue") == told
    assert crm.rows("core.leads", "lead_id, annual_revenue") == told


@pytest.mark.capability("E1")
def test_person_accounts_are_marked_by_flag_or_record_type_and_unknown_owners_are_kept(crm: Crm) -> None:
    crm.add("record_type", Id="012person", IsPersonType=True, Name="Person")
    crm.add("user", Id="005known", Name="Kim Rep")
    crm.add("account", Id="a", IsPersonAccount=True, OwnerId="005gone")
    crm.add("account", Id="b", RecordTypeId="012person", OwnerId="005known")
    crm.add("account", Id="c", OwnerId="00Gqueue")
    assert crm.rows("core.accounts", "account_id, is_person_account, owner_name") == [
        ("a", True, None),
        ("b", True, "Kim Rep"),
        ("c", False, "Queue 00Gqueue"),
    ]
    assert crm.rows("core.users", "user_id, user_name, is_queue") == [
        ("005gone", None, False),
        ("005known", "Kim Rep", False),
        ("00Gqueue", "Queue 00Gqueue", True),
    ]


def test_what_was_created_after_the_as_of_moment_or_deleted_is_absent(crm: Crm) -> None:
    crm.add("account", Id="before", CreatedDate="2024-06-30 12:00")
    crm.add("account", Id="after", CreatedDate="2024-06-30 12:01")
    crm.add("account", Id="deleted", IsDeleted=True)
    assert crm.rows("core.accounts", "account_id") == [("before",)]


def test_records_made_in_one_minute_were_moved_and_those_of_a_usual_day_were_not(crm: Crm) -> None:
    for second in range(12):
        crm.add("lead", Id=f"moved{second:02}", CreatedDate=datetime(2024, 1, 5, 9, 30, second))
    for day in range(1, 21):
        crm.add("lead", Id=f"made{day:02}", CreatedDate=datetime(2024, 2, day, 9, 30))
    assert crm.rows("core.leads", "count(*), min(left(lead_id, 5))", where="is_backfilled") == [(12, "moved")]


@pytest.mark.parametrize(("objects", "moved"), [(["lead"], 0), (["lead", "account"], 60)])
def test_a_full_day_is_a_migration_when_two_objects_have_it_and_an_upload_of_leads_alone_is_none(
    crm: Crm, objects: list[str], moved: int
) -> None:
    for table in objects:
        for number in range(60):
            crm.add(table, CreatedDate=datetime(2024, 2, 15, 9, number // 12, number % 12))
        for day in range(1, 21):
            for number in range(7):
                crm.add(table, CreatedDate=datetime(2024, 3, day, 9 + number))
    assert crm.rows("core.leads", "count(*) filter (where is_backfilled), count(*)") == [(moved, 200)]


def test_a_few_records_of_one_minute_are_no_migration(crm: Crm) -> None:
    for second in range(9):
        crm.add("lead", CreatedDate=datetime(2024, 1, 5, 9, 30, second))
    assert crm.rows("core.leads", "count(*)", where="is_backfilled") == [(0,)]


def test_a_domain_names_a_family_but_neither_free_mail_nor_two_strangers(crm: Crm) -> None:
    crm.add("account", Id="top", Website="group.com")
    crm.add("account", Id="child", Website="group.com", ParentId="top", CreatedDate="2023-01-01")
    crm.add("account", Id="stranger1", Website="shared.com")
    crm.add("account", Id="stranger2", Website="shared.com")
    crm.add("account", Id="hobby", Website="gmail.com")
    crm.add("account", Id="person", Website="person.com", IsPersonAccount=True)
    assert crm.rows("core.account_domains", "domain, account_id") == [("group.com", "top")]
