"""What is known of the company behind a lead: by its own word, by its accounts, by what was bought about it."""

from datetime import datetime

import pytest

from tests.features.company import Company, Rows

THEN = datetime(2024, 5, 1)
FACTS = "company_industry, company_employees, company_revenue, company_country, technologies"


def lead(company: Company, **values: object) -> None:
    company.put("spine.lead_conversion", lead_id="00Q1", as_of=THEN)
    company.add("lead", **{"Id": "00Q1", "Email": "kim@acme.com", "CreatedDate": "2024-04-01"} | values)


def account(company: Company, **values: object) -> None:
    company.add("account", **{"Id": "001a", "Website": "acme.com", "CreatedDate": "2024-02-01"} | values)


def overlay(company: Company, fetched_at: str = "2024-03-01", **values: object) -> None:
    company.put("raw.firmographic", **{"domain": "acme.com", "source": "register", "fetched_at": fetched_at} | values)


def facts(company: Company, columns: str = FACTS) -> Rows:
    return company.rows("features.lead_conversion", columns)


@pytest.mark.capability("M2")
def test_the_leads_own_word_counts_before_its_accounts_and_these_before_a_third_partys(company: Company) -> None:
    lead(company, Industry="Retail")
    account(company, Industry="Banking", NumberOfEmployees=50)
    overlay(company, industry="Mining", employees=60, annual_revenue=7e6, country="Chile", technologies="SAP;Snowflake")
    assert facts(company) == [("Retail", 50, 7e6, "Chile", "SAP, Snowflake")]


@pytest.mark.parametrize("values", [{"Email": "kim@gmail.com"}, {"Email": None}])
def test_free_mail_and_no_mail_name_no_company(company: Company, values: dict[str, object]) -> None:
    lead(company, Industry="Retail", **values)
    account(company, Website="gmail.com", NumberOfEmployees=50)
    overlay(company, employees=60)
    overlay(company, domain="gmail.com", employees=60)
    assert facts(company) == [("Retail", None, None, None, None)]


@pytest.mark.capability("M4")
def test_an_account_counts_from_its_creation_and_what_was_bought_from_its_fetch(company: Company) -> None:
    lead(company)
    account(company, CreatedDate="2024-05-01 00:00:01", NumberOfEmployees=50)
    overlay(company, "2024-05-01 00:00:01", employees=60, technologies="SAP")
    overlay(company, "2024-05-01 00:00:00", employees=61)
    overlay(company, "2024-04-01", employees=62)
    assert facts(company, "company_is_known, company_employees, technologies") == [(False, 61, None)]


def test_of_several_accounts_the_oldest_one_that_holds_a_fact_tells_it_merged_ones_too(company: Company) -> None:
    lead(company)
    account(company, Id="001c", CreatedDate="2024-02-03", Industry="Mining", NumberOfEmployees=3, BillingCountry="Peru")
    account(company, Id="001b", CreatedDate="2024-02-02", Industry="Banking", IsDeleted=True)
    account(company, Id="001a", Industry=None, NumberOfEmployees=2, IsDeleted=True, MasterRecordId="001c",
            SystemModstamp="2024-06-01")  # fmt: skip
    account(company, Id="001d", CreatedDate="2024-01-01", Industry="Private", IsPersonAccount=True)
    assert facts(company, "company_industry, company_employees, company_country") == [("Mining", 2, "Peru")]


def test_a_merge_of_accounts_counts_no_deal_twice_and_forgets_no_customer(company: Company) -> None:
    lead(company)
    account(company, Id="001b", CreatedDate="2024-06-01")
    account(company, Id="001a", IsDeleted=True, MasterRecordId="001b", SystemModstamp="2024-06-02")
    company.add("opportunity", AccountId="001a", StageName="Closed Won", IsClosed=True, IsWon=True,
                CloseDate="2024-04-01", CreatedDate="2024-03-01", SystemModstamp="2024-04-01")  # fmt: skip
    company.add("opportunity", AccountId="001b", StageName="Open", CreatedDate="2024-04-02")
    columns = "company_is_known, company_is_customer, company_open_deals, company_deals"
    assert facts(company, columns) == [(True, True, 1, 2)]
