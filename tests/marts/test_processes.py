"""From records of the CRM to entries into steps: what the funnel counts."""

from datetime import datetime

import pytest

from tests.features.company import Company, Rows

ENTRIES = "unit, unit_id, step, cohort_on::varchar, exit_kind, days_in_step, amount_won"


def entries(company: Company, columns: str = ENTRIES) -> Rows:
    return company.rows("core.process_entries", columns)


@pytest.mark.capability("K1")
def test_an_account_goes_from_activity_to_event_to_opportunity_to_won(company: Company) -> None:
    company.add("account", Id="001a", CreatedDate="2024-01-01")
    company.add("contact", Id="003a", AccountId="001a", Email="kim@acme.com", CreatedDate="2024-01-02")
    company.add("task", WhoId="003a", IsClosed=True, CompletedDateTime="2024-01-10 10:00", CreatedDate="2024-01-10")
    company.put("raw.form_fill", form_fill_id="f", email="kim@acme.com", form_type="newsletter",
                submitted_at="2024-02-09 10:00")  # fmt: skip
    company.add("opportunity", Id="006a", AccountId="001a", Amount=5, IsClosed=True, IsWon=True, StageName="Closed Won",
                CloseDate="2024-03-20", CreatedDate="2024-03-10 10:00", SystemModstamp="2024-03-20 10:00")  # fmt: skip
    assert entries(company) == [
        ("account", "001a", "activity", "2024-01-01", "advanced", 30, None),
        ("account", "001a", "event", "2024-01-01", "advanced", 30, None),
        ("account", "001a", "opportunity", "2024-01-01", "advanced", 10, 5),
        ("opportunity", "006a", "opportunity", "2024-03-01", "advanced", 10, 5),
    ]


def test_an_account_stands_in_the_steps_that_are_on_record(company: Company) -> None:
    company.add("account", Id="001a", CreatedDate="2024-01-01")
    company.add("opportunity", Id="006a", AccountId="001a", StageName="New", CreatedDate="2024-03-10")
    steps = entries(company, "unit, step, exit_kind")
    assert [step for step in steps if step[0] == "account"] == [("account", "opportunity", None)]


@pytest.mark.parametrize(
    ("currencies", "amount"), [(("EUR", "EUR"), 12), (("EUR", "USD"), None), (("EUR", None), None), ((None, None), 12)]
)
def test_the_deals_of_an_account_add_up_in_one_currency_only(
    company: Company, currencies: tuple[str | None, ...], amount: float | None
) -> None:
    company.put("core.accounts", account_id="acme", is_person_account=False, is_backfilled=False)
    company.give("core.touches")
    for number, currency in enumerate(currencies):
        company.put("core.opportunities", opportunity_id=f"o{number}", account_id="acme", outcome="open",
                    created_at=datetime(2024, 1, 1), reported_amount=5 + 2 * number, reported_currency=currency,
                    is_new_business=True)  # fmt: skip
    [found] = company.rows("core.account_process", "amount, currency", "step = 'opportunity'")
    kinds = {currency: currency for currency in currencies}
    assert found == (amount, currencies[0] if len(kinds) == 1 else "mixed")


def test_a_lead_that_came_back_enters_again_and_its_cohort_stays_that_of_its_start(company: Company) -> None:
    company.add("lead", Id="00Qa", Status="New", CreatedDate="2024-05-01", SystemModstamp="2024-06-08")
    company.add("lead_history", LeadId="00Qgone", Field="Status", NewValue="MQL", CreatedDate="2024-04-01")
    changes = [("New", "MQL", "05-03"), ("MQL", "Nurture", "05-10"), ("Nurture", "MQL", "06-08")]
    for old, new, day in changes:
        company.add("lead_history", LeadId="00Qa", Field="Status", OldValue=old, NewValue=new,
                    CreatedDate=f"2024-{day}")  # fmt: skip
    company.change("raw.lead", "Status = 'MQL'")
    assert entries(company, "step, cohort_on::varchar, exit_kind, days_in_step") == [
        ("lead", "2024-05-01", "advanced", 2),
        ("qualified_lead", "2024-05-01", "recycled", 7),
        ("lead", "2024-05-01", "advanced", 29),
        ("qualified_lead", "2024-05-01", None, None),
    ]


@pytest.mark.capability("K1")
def test_leads_older_than_the_history_count_but_neither_their_rate_nor_their_days_are_known(company: Company) -> None:
    company.add("lead_history", LeadId="00Qgone", Field="Status", NewValue="MQL", CreatedDate="2024-02-01")
    for number, (created, status, converted) in enumerate(
        [("2024-01-03", "Unqualified", None), ("2024-01-03", "Qualified", "2024-01-20"), ("2024-01-03", "New", None),
         ("2024-01-03", "Accepted", None), ("2024-02-03", "Unqualified", None),
         ("2024-02-03", "Qualified", "2024-02-20"), ("2024-02-03", "New", None)]
    ):  # fmt: skip
        company.add("lead", Id=f"00Q{number}", Status=status, CreatedDate=created, SystemModstamp="2024-02-20",
                    IsConverted=converted is not None, ConvertedDate=converted)  # fmt: skip
    company.add("lead_history", LeadId="00Q4", Field="Status", OldValue="New", NewValue="Unqualified",
                CreatedDate="2024-02-20")  # fmt: skip
    ties = "entered, advanced, lost, recycled, went_dark, open"
    rates = "n_matured, round(conversion_rate_matured, 2), km_rate is null, p50_days"
    assert company.rows(
        "marts.funnel_by_cohort", f"cohort_on::varchar, {ties}, {rates}", "unit = 'lead' and step = 'lead'"
    ) == [
        ("2024-01-01", 4, 2, 1, 0, 1, 0, 0, None, True, None),
        ("2024-02-01", 3, 1, 1, 0, 1, 0, 3, 0.33, False, 17),
    ]
    # lost before the history began: by then at the latest
    assert company.rows("core.process_entries", "exited_at::varchar", "unit_id = '00Q0'") == [("2024-02-01 00:00:00",)]


def test_records_that_a_migration_brought_have_no_durations_and_mature_into_no_rate(company: Company) -> None:
    for number in range(12):
        company.add("opportunity", Id=f"006{number:02}", StageName="Closed Won", IsClosed=True, IsWon=True,
                    CloseDate="2024-02-01", CreatedDate="2024-01-05 10:00:20",
                    SystemModstamp="2024-02-01 10:00")  # fmt: skip
    assert set(entries(company, "exit_kind, days_in_step, has_known_times")) == {("advanced", None, False)}
    columns = "entered, advanced, n_matured, conversion_rate_matured, km_rate, p50_days"
    assert company.rows("marts.funnel_by_cohort", columns) == [(12, 12, 0, None, None, None)]


@pytest.mark.capability("K1")
def test_the_funnel_is_cut_by_source_industry_country_owner_and_campaign(company: Company) -> None:
    company.add("user", Id="005a", Name="Ada")
    company.add("campaign", Id="701a", Name="Open day")
    company.add("campaign_member", CampaignId="701a", LeadId="00Qa")
    company.add("lead", Id="00Qa", LeadSource="Web", Industry="Retail", Country="Chile", OwnerId="005a")
    company.add("lead", Id="00Qb")
    assert company.rows("marts.funnel_by_cohort", "segment, entered") == [
        ("all", 2), ("campaign:Open day", 1), ("country:Chile", 1), ("industry:Retail", 1), ("owner:Ada", 1),
        ("source:Web", 1),
    ]  # fmt: skip


@pytest.mark.capability("K1")
@pytest.mark.parametrize("has_rates", [True, False])
def test_the_funnel_adds_no_two_currencies_and_tells_renewals_apart(company: Company, has_rates: bool) -> None:
    if has_rates:
        company.add("currency_type", IsoCode="USD", ConversionRate=1, IsCorporate=True)
        company.add("currency_type", IsoCode="EUR", ConversionRate=0.5, IsCorporate=False)
    company.add("account", Id="001a", Type="Customer", CreatedDate="2024-01-01")
    for deal, kind, amount, currency, is_won in [
        ("a", "New Business", 100, "EUR", True), ("b", "New Business", 100, "USD", False),
        ("c", "Renewal", 50, "EUR", True), ("d", "Renewal", -10, "USD", False), ("e", "Renewal", None, "SEK", False),
    ]:  # fmt: skip
        company.add("opportunity", Id=f"006{deal}", AccountId="001a", Type=kind, Amount=amount,
                    CurrencyIsoCode=currency, StageName="Closed Won" if is_won else "Proposal", IsClosed=is_won,
                    IsWon=is_won, CloseDate="2024-02-01", CreatedDate="2024-01-10",
                    SystemModstamp="2024-02-01")  # fmt: skip
    columns = "unit, segment, entered, advanced, open, amount, amount_won, currency"
    cohorts = company.rows("marts.funnel_by_cohort", columns, "step = 'opportunity' and unit <> 'lead'")
    sums = [(200, 200), (390, 300), (300, 200), (90, 100)]  # an account's is what it won as a new customer
    amounts = [(*both, "USD") if has_rates else (None, None, None) for both in sums]
    assert cohorts == [
        ("account", "all", 1, 1, 0, *amounts[0]),
        ("opportunity", "all", 5, 2, 3, *amounts[1]),
        ("opportunity", "type:New Business", 2, 1, 1, *amounts[2]),
        ("opportunity", "type:Renewal", 3, 1, 2, *amounts[3]),
    ]
