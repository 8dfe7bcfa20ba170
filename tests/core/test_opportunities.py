"""Opportunities: outcome, stages and closing moment as of a day."""

from datetime import datetime

import pytest

from tests.core.crm import Crm

END_OF_MAY_DAY = datetime(2024, 5, 1, 23, 59, 59)


def test_the_outcome_comes_from_the_flags_then_the_stage_list_then_the_stage_name(crm: Crm) -> None:
    crm.add("opportunity_stage", MasterLabel="Signed", IsClosed=True, IsWon=True)
    flags = [
        ("closed", "Anything", True, False, "lost"),
        ("listed", "Signed", None, None, "won"),
        ("named lost", "Closed Lost", None, None, "lost"),
        ("named won", "Closed Won", None, None, "won"),
        ("open", "Proposal", None, None, "open"),
        ("won", "Whatever", True, True, "won"),
    ]
    for name, stage, is_closed, is_won, _ in flags:
        crm.add("opportunity", Id=name, StageName=stage, IsClosed=is_closed, IsWon=is_won, CloseDate="2024-05-01",
                SystemModstamp="2024-06-01")  # fmt: skip
    expected = [(name, outcome, None if outcome == "open" else END_OF_MAY_DAY) for name, _, _, _, outcome in flags]
    assert crm.rows("core.opportunities", "opportunity_id, outcome, closed_at") == expected


def test_a_close_date_counts_at_its_end_in_the_reporting_zone_but_not_after_the_last_change(crm: Crm) -> None:
    crm.change("update warehouse.config.calendar set zone = 'America/New_York'")
    for name, modified in [("later", "2024-06-01"), ("same day", "2024-05-01 15:00")]:
        crm.add("opportunity", Id=name, StageName="Closed Won", IsClosed=True, IsWon=True, CloseDate="2024-05-01",
                SystemModstamp=modified)  # fmt: skip
    assert crm.rows("core.opportunities", "opportunity_id, closed_at") == [
        ("later", datetime(2024, 5, 2, 3, 59, 59)),
        ("same day", datetime(2024, 5, 1, 15)),
    ]


def test_the_close_date_of_an_open_deal_is_a_plan(crm: Crm) -> None:
    crm.add("opportunity", Id="o", StageName="Proposal", IsClosed=False, CloseDate="2024-05-01")
    assert crm.rows("core.opportunities", "outcome, closed_at, round(days_open)") == [("open", None, 181)]


def add_deal_with_history(crm: Crm) -> None:
    """Created in January, proposal in February (the amount raised in March), won in May."""
    crm.add("opportunity", Id="o", StageName="Closed Won", IsClosed=True, IsWon=True, Amount=300,
            CloseDate="2024-05-10", SystemModstamp="2024-05-10 10:00")  # fmt: skip
    for number, (moment, stage, amount) in enumerate([
        ("2024-01-01 08:00", "Discovery", 100),
        ("2024-02-01 08:00", "Proposal", 100),
        ("2024-03-01 08:00", "Proposal", 200),
        ("2024-05-10 10:00", "Closed Won", 300),
    ]):  # fmt: skip
        crm.add("opportunity_history", Id=f"h{number}", OpportunityId="o", StageName=stage, Amount=amount,
                CreatedDate=moment)  # fmt: skip


@pytest.mark.capability("E8")
def test_equal_stages_in_a_row_are_one_stay(crm: Crm) -> None:
    add_deal_with_history(crm)
    assert crm.rows("core.opportunity_stages", "stage_number, stage, amount, entered_at, left_at") == [
        (1, "Discovery", 100, datetime(2024, 1, 1, 8), datetime(2024, 2, 1, 8)),
        (2, "Proposal", 100, datetime(2024, 2, 1, 8), datetime(2024, 5, 10, 10)),
        (3, "Closed Won", 300, datetime(2024, 5, 10, 10), None),
    ]


def test_before_it_was_won_the_deal_stands_in_the_stage_and_at_the_amount_of_that_day(crm: Crm) -> None:
    add_deal_with_history(crm)
    facts = "stage, outcome, amount, closed_at"
    assert crm.rows("core.opportunities", facts, as_of=datetime(2024, 4, 1)) == [("Proposal", "open", 200, None)]
    assert crm.rows("core.opportunities", facts) == [("Closed Won", "won", 300, datetime(2024, 5, 10, 10))]
    assert crm.rows("core.accounts", "first_won_at", as_of=datetime(2024, 4, 1)) == []


@pytest.mark.parametrize(
    ("stages", "closed"),
    [
        ([("Proposal", 2), ("Closed Won", 3), ("Won - Live", 5)], 3),
        ([("Closed Won", 2), ("Proposal", 3), ("Closed Won", 4), ("Won - Live", 5)], 4),
        ([("Closed Lost", 2), ("Closed Won", 3)], 3),
    ],
)
def test_a_deal_was_won_when_the_last_row_of_won_stages_began(
    crm: Crm, stages: list[tuple[str, int]], closed: int
) -> None:
    for stage, is_won in [("Closed Won", True), ("Won - Live", True), ("Closed Lost", False)]:
        crm.add("opportunity_stage", MasterLabel=stage, IsClosed=True, IsWon=is_won)
    crm.add("account", Id="001a")
    crm.add("opportunity", Id="o", AccountId="001a", StageName=stages[-1][0], IsClosed=True, IsWon=True,
            CloseDate="2024-03-01", SystemModstamp="2024-05-01")  # fmt: skip
    for number, (stage, month) in enumerate(stages):
        crm.add("opportunity_history", Id=f"h{number}", OpportunityId="o", StageName=stage,
                CreatedDate=datetime(2024, month, 1))  # fmt: skip
    assert crm.rows("core.accounts", "first_won_at, last_won_at") == [(datetime(2024, closed, 1),) * 2]


def test_without_stage_history_the_changes_of_the_field_tell_the_stages(crm: Crm) -> None:
    crm.add("opportunity", Id="o", StageName="Proposal", IsClosed=False, SystemModstamp="2024-02-01 08:00")
    for deal, changed in (("o", "2024-02-01 08:00"), ("another", "2024-01-01")):
        crm.add("opportunity_field_history", OpportunityId=deal, Field="StageName", OldValue="Discovery",
                NewValue="Proposal", CreatedDate=changed)  # fmt: skip
    assert crm.rows("core.opportunity_stages", "stage, entered_at") == [
        ("Discovery", datetime(2024, 1, 1, 8)),
        ("Proposal", datetime(2024, 2, 1, 8)),
    ]


@pytest.mark.parametrize(
    ("first", "close_on", "entered_at", "closed_at"),
    [
        ("Proposal", "2024-05-01", None, datetime(2024, 5, 3)),  # open before the oldest row, since nobody knows when
        ("Closed Won", "2024-02-01", datetime(2024, 2, 1, 23, 59, 59), datetime(2024, 2, 1, 23, 59, 59)),
        ("Closed Won", "2024-05-05", datetime(2024, 5, 3), datetime(2024, 5, 3)),
        ("Closed Lost", "2024-02-01", datetime(2024, 2, 1, 23, 59, 59), datetime(2024, 5, 3)),
    ],
)
def test_changes_before_the_oldest_row_are_not_known(
    crm: Crm, first: str, close_on: str, entered_at: datetime | None, closed_at: datetime
) -> None:
    crm.add("opportunity_stage", MasterLabel="Won - Billed", IsClosed=True, IsWon=True)
    crm.add("opportunity", Id="o", StageName="Won - Billed", IsClosed=True, IsWon=True, CloseDate=close_on,
            SystemModstamp="2024-06-01")  # fmt: skip
    crm.add("opportunity_field_history", OpportunityId="o", Field="StageName", OldValue=first,
            NewValue="Won - Billed", CreatedDate="2024-05-03")  # fmt: skip
    assert crm.rows("core.opportunity_stages", "stage, entered_at") == [
        (first, entered_at),
        ("Won - Billed", datetime(2024, 5, 3)),
    ]
    assert crm.rows("core.opportunities", "outcome, closed_at") == [("won", closed_at)]


def test_without_any_history_a_changed_open_deal_is_in_its_stage_since_nobody_knows_when(crm: Crm) -> None:
    crm.add("opportunity", Id="changed", StageName="Proposal", IsClosed=False, SystemModstamp="2024-02-01")
    crm.add("opportunity", Id="untouched", StageName="Proposal", IsClosed=False)
    assert crm.rows("core.opportunity_stages", "opportunity_id, entered_at") == [
        ("changed", None),
        ("untouched", datetime(2024, 1, 1, 8)),
    ]


def test_dates_out_of_order_give_no_duration(crm: Crm) -> None:
    crm.add("opportunity", Id="o", StageName="Closed Won", IsClosed=True, IsWon=True, CloseDate="2023-05-01")
    assert crm.rows("core.opportunities", "outcome, days_open") == [("won", None)]


AMOUNTS = "opportunity_id, amount_corporate, rate_kind, reported_amount, reported_currency"


def add_deals(crm: Crm) -> None:
    for deal, currency, closes in [
        ("a", "EUR", "2024-02-29"), ("b", "EUR", "2024-03-01"), ("c", "EUR", "2030-01-01"),
        ("d", "USD", "2024-03-01"), ("e", "SEK", "2024-03-01"), ("f", None, "2024-03-01"),
    ]:  # fmt: skip
        crm.add("opportunity", Id=deal, StageName="Proposal", Amount=-100 if deal == "b" else 100, CloseDate=closes,
                CurrencyIsoCode=currency)  # fmt: skip


def test_an_amount_is_told_in_the_corporate_currency_at_the_rate_of_the_close_date(crm: Crm) -> None:
    add_deals(crm)
    crm.add("currency_type", IsoCode="USD", ConversionRate=1, IsCorporate=True)
    crm.add("currency_type", IsoCode="EUR", ConversionRate=0.8)
    for starts, rate in [("2024-03-01", 0.5), ("2024-06-01", 0.4)]:
        crm.add("dated_conversion_rate", IsoCode="EUR", ConversionRate=rate, StartDate=starts)
    # not entered yet at the as-of moment
    crm.add("dated_conversion_rate", IsoCode="EUR", ConversionRate=9, StartDate="2024-07-01", CreatedDate="2024-07-01")
    assert crm.rows("core.opportunities", AMOUNTS) == [
        ("a", 125, "static", 125, "USD"),
        ("b", -200, "dated", -200, "USD"),
        ("c", 250, "dated", 250, "USD"),
        ("d", 100, "static", 100, "USD"),
        ("e", None, None, 100, "SEK"),
        ("f", None, None, 100, None),
    ]


@pytest.mark.parametrize("corporate", [[], ["USD", "EUR"]])
def test_without_one_corporate_currency_nothing_is_converted(crm: Crm, corporate: list[str]) -> None:
    add_deals(crm)
    for currency in ("USD", "EUR"):
        crm.add("currency_type", IsoCode=currency, ConversionRate=0.5, IsCorporate=currency in corporate)
    assert {row[1:] for row in crm.rows("core.opportunities", AMOUNTS, where="currency = 'EUR' and amount > 0")} == {
        (None, None, 100, "EUR")
    }


def test_the_currency_is_the_records_else_the_playbooks_else_unknown(crm: Crm) -> None:
    crm.add("opportunity", Id="a", CurrencyIsoCode="SEK", StageName="Proposal")
    crm.add("opportunity", Id="b", StageName="Proposal")
    assert crm.rows("core.opportunities", "currency") == [("SEK",), (None,)]
    crm.change("update warehouse.config.calendar set currency = 'EUR'")
    assert crm.rows("core.opportunities", "currency") == [("SEK",), ("EUR",)]
