"""Stage gates: what a stage asks for, what the fields say, and who is told; with requirements of the test's own."""

from collections.abc import Iterator
from datetime import datetime

import pytest

from tests.core.crm import Crm

REQUIREMENT = (
    "insert into warehouse.config.stage_requirements (requirement, process, stage, milestone, field, condition, holds,"
    " from_on, why) values (?, ?, ?, ?, ?, ?, ?, ?, 'why')"
)
STAGES = (("Discovery", 10), ("Proposal", 50), ("Negotiation", 75))
GATES = "opportunity_id, requirement, is_met"
SUPPORT = "opportunity_id, asserted_stage, supported_stage, is_overstated"


@pytest.fixture
def gates(crm: Crm) -> Iterator[Crm]:
    """A CRM with a list of stages, deals in each of them for the ladder, and a playbook that asks for nothing yet."""
    crm.change("delete from warehouse.config.stage_requirements")
    crm.change("delete from warehouse.config.stage_percents")
    for number, (stage, percent) in enumerate(STAGES):
        crm.add("opportunity_stage", MasterLabel=stage, DefaultProbability=percent, IsClosed=False, SortOrder=number)
    crm.add("opportunity_stage", MasterLabel="Closed Won", DefaultProbability=100, IsClosed=True, IsWon=True)
    crm.add("opportunity_stage", MasterLabel="Closed Lost", DefaultProbability=0, IsClosed=True, IsWon=False)
    for stage, _ in STAGES:
        deal(crm, f"in {stage}", stage)
    yield crm
    crm.restore_playbook()


def deal(crm: Crm, name: str, stage: str, **values: object) -> None:
    crm.add("opportunity", Id=name, StageName=stage, OwnerId=values.pop("OwnerId", "nobody's"), **values)


def ask(crm: Crm, name: str, gate: str, field: str, **how: str) -> None:
    """A requirement that begins with a stage, or with a milestone when its name is a lower-case one."""
    stage, milestone = (None, gate) if gate.islower() else (gate, None)
    condition = how.get("condition", "filled")
    process, holds, from_on = how.get("process", "any"), how.get("holds", "always"), how.get("from_on")
    crm.change(REQUIREMENT, name, process, stage, milestone, field, condition, holds, from_on)


@pytest.mark.capability("E9")
def test_a_deal_is_supported_up_to_the_stage_before_the_first_field_that_is_missing(gates: Crm) -> None:
    ask(gates, "plan", "Proposal", "NextStep")
    ask(gates, "price", "Negotiation", "Amount", condition="positive")
    deal(gates, "filled", "Negotiation", NextStep="Visit", Amount=10)
    deal(gates, "free", "Negotiation", NextStep="Visit", Amount=0)
    deal(gates, "blank", "Negotiation", NextStep=" ", Amount=10)
    deal(gates, "young", "Discovery")
    deal(gates, "won", "Closed Won", NextStep="Sign", Amount=None)
    assert gates.rows("core.opportunity_support", SUPPORT, where="opportunity_id not like 'in %'") == [
        ("blank", "Negotiation", "Discovery", True),
        ("filled", "Negotiation", "Negotiation", False),
        ("free", "Negotiation", "Proposal", True),
        ("won", "Closed Won", "Proposal", True),
        ("young", "Discovery", "Discovery", False),
    ]


@pytest.mark.capability("E9")
def test_a_column_that_no_extract_has_is_unknown_and_held_against_nobody(gates: Crm) -> None:
    ask(gates, "sponsor", "Proposal", "Sponsor__c")
    ask(gates, "step", "Proposal", "next_step")
    ask(gates, "buyer", "Proposal", "contact_role")
    deal(gates, "o", "Proposal", NextStep="Visit")
    assert gates.rows("core.opportunity_gates", GATES, where="opportunity_id = 'o'") == [
        ("o", "buyer", None),
        ("o", "sponsor", None),
        ("o", "step", True),
    ]
    assert gates.rows("core.opportunity_support", f"{SUPPORT}, unknown", where="opportunity_id = 'o'") == [
        ("o", "Proposal", "Proposal", False, 2)
    ]
    assert gates.rows("meta.stage_requirements", "requirement, opportunities, met, unmet, unknown, is_known") == [
        ("buyer", 3, 0, 0, 3, False),
        ("sponsor", 3, 0, 0, 3, False),
        ("step", 3, 1, 2, 0, True),
    ]


@pytest.mark.capability("E9")
def test_a_custom_column_counts_once_an_extract_brings_it(gates: Crm) -> None:
    gates.change("alter table intake.raw.opportunity add column Sponsor__c varchar")
    gates.columns["raw.opportunity"].add("sponsor__c")
    try:
        ask(gates, "sponsor", "Proposal", "sponsor__C")
        deal(gates, "with", "Proposal", Sponsor__c="Ada")
        deal(gates, "without", "Proposal")
        assert gates.rows("core.opportunity_gates", GATES, where="opportunity_id like 'with%'") == [
            ("with", "sponsor", True),
            ("without", "sponsor", False),
        ]
    finally:
        gates.change("alter table intake.raw.opportunity drop column Sponsor__c")
        gates.columns["raw.opportunity"].discard("sponsor__c")


@pytest.mark.capability("E9")
def test_contact_roles_and_products_count_where_the_export_holds_any(gates: Crm) -> None:
    ask(gates, "buyer", "Proposal", "contact_role")
    ask(gates, "offer", "Proposal", "product_line")
    for name in ("both", "none"):
        deal(gates, name, "Proposal")
    gates.add("opportunity_contact_role", OpportunityId="both", ContactId="c")
    gates.add("opportunity_contact_role", OpportunityId="none", ContactId="c", IsDeleted=True)
    gates.add("opportunity_contact_role", OpportunityId="none", ContactId="c", CreatedDate="2024-12-01")
    gates.add("opportunity_line_item", OpportunityId="both")
    assert gates.rows("core.opportunity_gates", GATES, where="opportunity_id in ('both', 'none')") == [
        ("both", "buyer", True),
        ("both", "offer", True),
        ("none", "buyer", False),
        ("none", "offer", False),
    ]


@pytest.mark.capability("E9")
def test_an_open_deal_closes_some_day_to_come_and_a_closed_one_may_have_closed(gates: Crm) -> None:
    ask(gates, "date", "Proposal", "close_on", condition="not_past", holds="while_open")
    for name, stage, day in [
        ("late", "Proposal", "2024-06-29"),
        ("today", "Proposal", "2024-06-30"),
        ("undated", "Proposal", None),
        ("won", "Closed Won", "2024-05-01"),
    ]:
        deal(gates, name, stage, CloseDate=day)
    assert gates.rows("core.opportunity_gates", GATES, where="opportunity_id not like 'in %'") == [
        ("late", "date", False),
        ("today", "date", True),
        ("undated", "date", False),
    ]


@pytest.mark.capability("E9")
def test_a_lost_deal_is_held_to_what_losses_ask_for_alone(gates: Crm) -> None:
    ask(gates, "plan", "Proposal", "NextStep")
    ask(gates, "reason", "lost", "Description")
    for name, text in [("told", "Price"), ("silent", None)]:
        deal(gates, name, "Closed Lost", Description=text, CloseDate="2024-05-01", SystemModstamp="2024-06-01")
        gates.add("opportunity_history", OpportunityId=name, StageName="Negotiation", CreatedDate="2024-03-01")
    assert gates.rows("core.opportunity_support", SUPPORT, where="outcome = 'lost'") == [
        ("silent", "Closed Lost", "Negotiation", True),
        ("told", "Closed Lost", "Closed Lost", False),
    ]


@pytest.mark.capability("E9")
def test_a_rule_with_a_start_holds_for_deals_that_came_to_their_stage_since(gates: Crm) -> None:
    ask(gates, "plan", "Proposal", "NextStep", from_on="2024-04-01")
    for name, moment in [("before", "2024-03-31 10:00"), ("since", "2024-04-01 10:00")]:
        deal(gates, name, "Proposal", NextStep=None)
        gates.add("opportunity_history", OpportunityId=name, StageName="Proposal", CreatedDate=moment)
    assert gates.rows("core.opportunity_gates", GATES) == [("since", "plan", False)]


@pytest.mark.capability("E9")
def test_milestones_begin_by_percent_or_by_what_a_column_says(gates: Crm) -> None:
    ask(gates, "sure", "committed", "Description")
    for name, stage, category in [
        ("by column", "Discovery", "Commit"),
        ("by percent", "Negotiation", "Pipeline"),
        ("neither", "Proposal", "Pipeline"),
    ]:
        deal(gates, name, stage, ForecastCategoryName=category, Description=None)
    assert gates.rows("core.opportunity_support", SUPPORT, where="opportunity_id not like 'in %'") == [
        ("by column", "Discovery", None, True),
        ("by percent", "Negotiation", "Proposal", True),
        ("neither", "Proposal", "Proposal", False),
    ]


@pytest.mark.capability("E9")
def test_each_process_has_its_own_ladder_and_its_own_rules(gates: Crm) -> None:
    gates.change("insert into warehouse.config.stage_percents values ('Renewal', 'Negotiation', 5)")
    gates.add("record_type", Id="r", Name="Renewal", SobjectType="Opportunity")
    ask(gates, "plan", "Negotiation", "NextStep", process="renewal")
    for stage in ("Negotiation", "Proposal"):
        deal(gates, f"renewed {stage}", stage, RecordTypeId="r", NextStep=None)
    assert gates.rows("core.stage_ladder", "process, stage, stage_number") == [
        ("", "Discovery", 1),
        ("", "Negotiation", 3),
        ("", "Proposal", 2),
        ("Renewal", "Negotiation", 1),
        ("Renewal", "Proposal", 2),
    ]
    assert gates.rows("core.opportunity_gates", GATES) == [
        ("renewed Negotiation", "plan", False),
        ("renewed Proposal", "plan", False),
    ]


def test_stages_that_nobody_listed_are_ordered_by_the_probability_of_their_deals(gates: Crm) -> None:
    for name, stage, probability in [("a", "Last Call", 90), ("b", "First Look", 5), ("c", "Last Call", 80)]:
        deal(gates, name, stage, Probability=probability)
    assert gates.rows("core.stage_ladder", "stage, percent, stage_number", where="stage like '% %'") == [
        ("First Look", 5, 1),
        ("Last Call", 85, 5),
    ]


def test_a_record_that_changed_since_tells_nothing_of_an_earlier_day(gates: Crm) -> None:
    ask(gates, "plan", "Discovery", "NextStep")
    deal(gates, "o", "Discovery", NextStep="Visit", SystemModstamp="2024-05-01")
    assert gates.rows("core.opportunity_gates", GATES, datetime(2024, 4, 1), "opportunity_id = 'o'") == []
    gates.add("opportunity_history", OpportunityId="o", StageName="Discovery", CreatedDate="2024-01-01 08:00")
    assert gates.rows("core.opportunity_gates", GATES, datetime(2024, 4, 1), "opportunity_id = 'o'") == [
        ("o", "plan", None)
    ]


@pytest.mark.capability("E9")
def test_owners_are_told_how_many_how_much_and_what_is_missing_most(gates: Crm) -> None:
    ask(gates, "plan", "Proposal", "NextStep")
    for name, step, amount in [("a", None, 10), ("b", "Visit", 30), ("c", None, 2)]:
        deal(gates, name, "Proposal", OwnerId="bo", NextStep=step, Amount=amount, CurrencyIsoCode="EUR")
    deal(gates, "d", "Closed Won", OwnerId="bo", NextStep=None, Amount=5)
    columns = (
        "owner, open_opportunities, overstated, round(overstated_share, 3), amount_open, amount_overstated, currency,"
        " closed_opportunities, closed_with_gaps, worst_requirement, worst_field"
    )
    assert gates.rows("meta.stage_mismatch", columns, where="owner = 'bo'") == [
        ("bo", 3, 2, 0.667, 42, 12, "EUR", 1, 1, "plan", "NextStep")
    ]
