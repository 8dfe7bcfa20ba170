"""Converting a lead moves its records; what was known of it on earlier days stays as it was."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from tests.features.company import Company, Rows

CREATED = "2024-03-01 09:00"
CONVERTED = "2024-05-10 15:30:00"
LEAD = {"Id": "00Q1", "FirstName": "Kim", "LastName": "Lee", "Title": "VP Sales", "Company": "Acme",
        "Email": "kim@acme.com", "Phone": "1", "Website": "acme.com", "Country": "Chile",
        "LeadSource": "Web", "Status": "New", "CreatedDate": CREATED}  # fmt: skip
NOT_FEATURES = "lead_id, purpose, group_id, label, weight, outcome_at, is_worked"


def lead_with_a_past(company: Company) -> None:
    """A lead with everything that can hang on one, some of it before its creation and after the later conversion."""
    company.at(datetime(2024, 10, 1))
    company.change("config.labels", "landmark_every_days = 1, min_history_days = 0")
    company.add("account", Id="001now", SystemModstamp="2024-10-01")  # the extracts are of this day
    company.put("raw.lead", LEAD | {"SystemModstamp": CREATED})
    company.add("lead", Id="00Q2", Email="lee@acme.com", CreatedDate="2024-01-05 09:00")
    company.add("lead", Id="00Q3", Email="pat@acme.com", CreatedDate="2024-03-20 09:00")
    company.add("lead", Id="00Q4", Status="MQL", CreatedDate="2024-01-02", SystemModstamp="2024-01-03")
    for day in ("2024-01-03", "2024-09-30"):  # a history that reaches over all of it
        company.add("lead_history", LeadId="00Q4", Field="Status", OldValue="New", NewValue="MQL", CreatedDate=day)
    company.add("account", Id="001old", Website="www.acme.com", Industry="Retail", CreatedDate="2024-02-01")
    for day, employees in (("2024-02-10", 80), ("2024-04-15", 90), ("2024-06-01", 100)):
        company.put("raw.firmographic", domain="acme.com", source="register", fetched_at=day, employees=employees,
                    industry="Trade", annual_revenue=employees * 1000, technologies="SAP;Snowflake")  # fmt: skip
    company.add("opportunity", Id="006old", AccountId="001old", CreatedDate="2024-02-20", IsClosed=True, IsWon=True,
                CloseDate="2024-04-01", SystemModstamp="2024-04-01 18:00", StageName="Closed Won")  # fmt: skip
    company.add("campaign", Id="7011", Type="Webinar", Name="Open day")
    company.add("campaign_member", Id="00v1", CampaignId="7011", LeadId="00Q1", HasResponded=True,
                FirstRespondedDate="2024-03-18", CreatedDate="2024-03-12", SystemModstamp="2024-03-19")  # fmt: skip
    company.add("campaign_member", Id="00v2", CampaignId="7012", LeadId="00Q1", CreatedDate="2024-03-14")
    for number, (day, direction) in enumerate([("2024-03-05", "Inbound"), ("2024-04-20", "Outbound")]):
        company.add("task", Id=f"00T{number}", WhoId="00Q1", TaskSubtype="Call", CallType=direction, IsClosed=True,
                    ActivityDate=day, CompletedDateTime=f"{day} 11:00", CreatedDate=f"{day} 11:00")  # fmt: skip
    company.add("event", Id="00U1", WhoId="00Q1", StartDateTime="2024-04-22 10:00", EndDateTime="2024-04-22 11:00",
                CreatedDate="2024-04-15")  # fmt: skip
    for number, day in enumerate(["2024-02-25", "2024-03-03", "2024-04-09", "2024-05-20"]):
        company.put("raw.web_visit", visit_id=f"v{number}", visitor_id="cookie", visited_at=f"{day} 10:00",
                    page="/pricing")  # fmt: skip
    company.put("raw.form_fill", form_fill_id="f1", visitor_id="cookie", email="Kim@acme.com",
                form_type="demo_request", submitted_at="2024-03-10 10:00")  # fmt: skip
    for number, (kind, day) in enumerate([("open", "2024-03-08"), ("click", "2024-04-02"), ("click", "2024-05-25")]):
        company.put("raw.email_event", email_event_id=f"e{number}", email="kim@acme.com", event_type=kind,
                    message_id="m", link="a", occurred_at=f"{day} 12:00")  # fmt: skip


def convert(company: Company, contact: str, account: str, opportunity: str | None, is_exact: bool = True) -> None:
    """What the CRM does on conversion: the lead stays, marked, and what hung on it moves."""
    company.change(
        "raw.lead",
        "IsConverted = true, Status = 'Qualified', ConvertedDate = ?::date, ConvertedContactId = ?, "
        "ConvertedAccountId = ?, ConvertedOpportunityId = ?, SystemModstamp = ? where Id = '00Q1'",
        CONVERTED, contact, account, opportunity, CONVERTED,
    )  # fmt: skip
    for activity in ("task", "event"):
        company.change(f"raw.{activity}", "WhoId = ?, WhatId = ?, AccountId = ?, SystemModstamp = ? "
                       "where WhoId = '00Q1'", contact, opportunity, account, CONVERTED)  # fmt: skip
    company.change("raw.campaign_member", "ContactId = ? where LeadId = '00Q1'", contact)
    if is_exact:
        company.add("lead_history", LeadId="00Q1", Field="leadConverted", CreatedDate=CONVERTED)
        company.add("lead_history", LeadId="00Q1", Field="Status", OldValue="New", NewValue="Qualified",
                    CreatedDate="2024-04-12")  # fmt: skip


def new_records(company: Company, is_exact: bool = True) -> None:
    company.add("account", Id="001new", Name="Acme", Website="acme.com", Industry="Banking", NumberOfEmployees=3,
                AnnualRevenue=4, BillingCountry="Peru", CreatedDate=CONVERTED)  # fmt: skip
    company.add("contact", Id="0031", AccountId="001new", Email="kim@acme.com", CreatedDate=CONVERTED)
    company.add("opportunity", Id="006new", AccountId="001new", CreatedDate=CONVERTED, StageName="Open")
    convert(company, "0031", "001new", "006new", is_exact)


def known_by_day_alone(company: Company) -> None:
    new_records(company, is_exact=False)


def new_records_into_which_the_old_account_is_merged(company: Company) -> None:
    """Which of two records lives on is decided later."""
    new_records(company)
    company.change("raw.account", "IsDeleted = true, MasterRecordId = '001new', SystemModstamp = '2024-05-12 10:00' "
                   "where Id = '001old'")  # fmt: skip
    company.change("raw.opportunity", "AccountId = '001new' where Id = '006old'")


def second_lead_of_the_person(company: Company) -> None:
    """Another record of the same person converts, and later this one."""
    company.add("lead", Id="00Q5", Email="KIM@acme.com ", CreatedDate="2024-05-10 15:00", IsConverted=True,
                ConvertedContactId="0031", ConvertedAccountId="001new", ConvertedDate="2024-05-10",
                SystemModstamp=CONVERTED)  # fmt: skip
    new_records(company)


def existing_contact_of_the_same_address(company: Company) -> None:
    convert(company, "003same", "001old", None)


def existing_contact_of_another_address(company: Company) -> None:
    """Nobody knew before the conversion that the contact's deeds are of the lead's person."""
    convert(company, "003other", "001old", None)


def contact_that_another_lead_became(company: Company) -> None:
    """Two leads of one company turn out to be one person."""
    company.change("raw.lead", "IsConverted = true, ConvertedContactId = '003other', ConvertedAccountId = '001old', "
                   "ConvertedDate = date '2024-05-08', SystemModstamp = '2024-05-08 10:00' "
                   "where Id = '00Q2'")  # fmt: skip
    convert(company, "003other", "001old", None)


def features(company: Company, until: str = CONVERTED) -> Rows:
    return company.rows(
        "features.lead_conversion", f"* exclude ({NOT_FEATURES})", f"lead_id = '00Q1' and as_of < '{until}'"
    )


def contact_of_the_same_address(company: Company) -> None:
    company.add("contact", Id="003same", AccountId="001old", Email="KIM@acme.com", CreatedDate="2024-02-02")


def contact_of_another_address(company: Company) -> None:
    company.add("contact", Id="003other", AccountId="001old", Email="k.lee@home.example", CreatedDate="2024-02-02")
    company.add("task", Id="00Tother", WhoId="003other", TaskSubtype="Call", CallType="Inbound", IsClosed=True,
                CompletedDateTime="2024-03-25 10:00", CreatedDate="2024-03-25 10:00")  # fmt: skip
    company.put("raw.email_event", email_event_id="other", email="k.lee@home.example", event_type="click",
                message_id="n", link="b", occurred_at="2024-03-26 12:00")  # fmt: skip


def two_contacts(company: Company) -> None:
    contact_of_the_same_address(company)
    contact_of_another_address(company)


def nobody(company: Company) -> None:
    pass


@pytest.mark.parametrize(("there_before", "conversion"), [
    (nobody, new_records),
    (nobody, known_by_day_alone),
    (nobody, new_records_into_which_the_old_account_is_merged),
    (nobody, second_lead_of_the_person),
    (contact_of_the_same_address, existing_contact_of_the_same_address),
    (contact_of_another_address, existing_contact_of_another_address),
    (two_contacts, existing_contact_of_another_address),
    (contact_of_another_address, contact_that_another_lead_became),
])  # fmt: skip
@pytest.mark.capability("M4")
def test_converting_a_lead_leaves_its_features_at_earlier_landmarks_unchanged(
    company: Company, there_before: Callable[[Company], None], conversion: Callable[[Company], None]
) -> None:
    lead_with_a_past(company)
    there_before(company)
    before = features(company)
    assert len(before) == 70
    assert company.rows("core.leads", "is_converted", "lead_id = '00Q1'") == [(False,)]
    conversion(company)
    assert company.rows("core.leads", "is_converted", "lead_id = '00Q1'") == [(True,)]
    assert features(company) == before


@pytest.mark.capability("M4")
def test_what_was_scored_on_a_day_is_what_is_learned_from_that_day_later(company: Company) -> None:
    lead_with_a_past(company)
    day = datetime(2024, 3, 24)
    company.at(day)
    [*_, scored] = features(company, str(day + timedelta(seconds=1)))
    assert company.rows("features.lead_conversion", "purpose", f"lead_id = '00Q1' and as_of = '{day}'") == [("score",)]
    company.at(datetime(2024, 10, 1))
    new_records(company)
    [*_, learned] = features(company, str(day + timedelta(seconds=1)))
    assert company.rows("features.lead_conversion", "purpose", f"lead_id = '00Q1' and as_of = '{day}'") == [("train",)]
    assert scored == learned


def test_the_deeds_before_the_conversion_are_counted_at_the_landmarks_that_knew_them(company: Company) -> None:
    lead_with_a_past(company)
    new_records(company)
    columns = ("company_employees, company_revenue, company_industry, company_country, technologies, "
               "actions_90d, pricing_views_365d, hand_raises_365d, email_opens_90d, email_clicks_365d, "
               "campaign_responses_365d, company_is_customer, company_open_deals, company_other_leads, "
               "seniority")  # fmt: skip

    def known(day: str) -> Rows:
        return company.rows("features.lead_conversion", columns, f"lead_id = '00Q1' and as_of = '{day}'")

    # the call of 5 March is what sales wrote down; the form of the 10th tells whose cookie the visits were
    register = (80, 80_000, "Retail", "Chile", "SAP, Snowflake")
    refetched = (90, 90_000, "Retail", "Chile", "SAP, Snowflake")
    assert known("2024-03-07") == [(*register, 0, 0, 0, 0, 0, 0, False, 1, 1, "executive")]
    assert known("2024-03-11") == [(*register, 3, 2, 1, 1, 0, 0, False, 1, 1, "executive")]
    assert known("2024-04-10") == [(*register, 6, 3, 1, 1, 1, 1, True, 0, 2, "executive")]
    # a call by sales and a meeting are no deeds of the prospect; nothing after the landmark counts
    assert known("2024-05-10") == [(*refetched, 6, 3, 1, 1, 1, 1, True, 0, 2, "executive")]
