"""Which opportunities the win model looks at, when, and what came of them."""

from datetime import datetime, timedelta

import pytest

from tests.features.company import Company, Rows

CREATED = datetime(2024, 1, 10, 9)
NEVER = datetime(9999, 12, 31)


def history(company: Company) -> None:
    """A first deal, from which the history counts; every day is a landmark of every deal."""
    company.change("config.labels", "landmark_every_days = 1, min_history_days = 0")
    company.put("core.stage_outcomes", {"stage": "Open", "outcome": "open"}, {"stage": "Won", "outcome": "won"},
                {"stage": "Lost", "outcome": "lost"})  # fmt: skip
    company.at(datetime(2024, 12, 31))
    for table in ("core.leads", "core.accounts", "core.opportunity_stages"):
        company.give(table)
    deal(company, opportunity_id="first", created_at=datetime(2023, 12, 1), modified_at=datetime(2030, 1, 1))


def deal(company: Company, **values: object) -> None:
    company.put("core.opportunities", **{"opportunity_id": "deal", "account_id": "acme", "outcome": "open",
                "is_new_business": True, "is_backfilled": False, "created_at": CREATED, "closed_at": None,
                "modified_at": CREATED} | values)  # fmt: skip


def looked_at(company: Company, columns: str = "as_of", where: str = "purpose = 'train'") -> Rows:
    return company.rows("spine.opportunity_win", columns, f"opportunity_id = 'deal' and {where}")


def days(rows: Rows) -> list[str]:
    return [f"{moment:%m-%d}" for (moment,) in rows if isinstance(moment, datetime)]


@pytest.mark.capability("M3")
@pytest.mark.parametrize(
    ("outcome", "closed_after_days", "label"),
    [("won", 180, True), ("won", 180.001, False), ("lost", 20, False), ("open", None, False)],
)
def test_the_label_is_a_win_within_the_horizon(
    company: Company, outcome: str, closed_after_days: float | None, label: bool
) -> None:
    history(company)
    closed = None if closed_after_days is None else datetime(2024, 1, 15) + timedelta(days=closed_after_days)
    deal(company, outcome=outcome, closed_at=closed)
    assert looked_at(company, "label", "as_of = '2024-01-15'") == [(label,)]


def test_a_deal_is_looked_at_from_its_creation_until_it_is_closed(company: Company) -> None:
    history(company)
    deal(company, outcome="lost", closed_at=datetime(2024, 1, 14))
    assert days(looked_at(company)) == ["01-11", "01-12", "01-13"]
    assert looked_at(company, where="purpose = 'score'") == []


def test_while_a_deal_stood_closed_nobody_looked_though_it_was_opened_again(company: Company) -> None:
    history(company)
    deal(company, outcome="won", closed_at=datetime(2024, 1, 17, 12))
    stays = [("Open", CREATED, "2024-01-12"), ("Lost", "2024-01-12", "2024-01-15"),
             ("Open", "2024-01-15", "2024-01-17 12:00"), ("Won", "2024-01-17 12:00", None)]  # fmt: skip
    for number, (stage, entered, left) in enumerate(stays, start=1):
        company.put("core.opportunity_stages", opportunity_id="deal", stage_number=number, stage=stage,
                    entered_at=entered, left_at=left)  # fmt: skip
    assert days(looked_at(company)) == ["01-11", "01-15", "01-16", "01-17"]


def test_a_deal_that_everybody_forgot_stays_and_was_not_won(company: Company) -> None:
    history(company)
    deal(company)
    assert len(looked_at(company)) == 169  # to the last moment of which 180 days and the lag of 7 are over
    assert looked_at(company, "distinct label") == [(False,)]
    assert looked_at(company, "as_of, label", "purpose = 'score'") == [(datetime(2024, 12, 31), None)]
    assert looked_at(company, "round(sum(weight), 9)") == [(1.0,)]


def test_what_is_sold_to_customers_is_no_new_business(company: Company) -> None:
    history(company)
    deal(company, is_new_business=False)
    assert looked_at(company, where="true") == []


def test_deals_of_one_family_are_one_group_and_a_deal_without_an_account_is_its_own(company: Company) -> None:
    history(company)
    company.put("core.accounts", account_id="acme", ultimate_parent_id="holding")
    deal(company)
    deal(company, opportunity_id="lonely", account_id=None)
    groups = company.rows("spine.opportunity_win", "distinct opportunity_id, group_id", "opportunity_id <> 'first'")
    assert sorted(groups) == [("deal", "holding"), ("lonely", "lonely")]


def test_the_model_counts_deals_of_new_business(company: Company) -> None:
    history(company)
    deal(company, outcome="won", closed_at=datetime(2024, 1, 14))
    deal(company, opportunity_id="renewal", is_new_business=False)
    deal(company, opportunity_id="lost", outcome="lost", closed_at=datetime(2024, 1, 14))
    assert company.rows("spine.model_units", "*", "model = 'opportunity_win'") == [("opportunity_win", 1, 2)]
