"""Customers buy in baskets, renew, shrink and leave with the chances that the simulation says; the export adds up."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from pipelines.demo.baskets import next_product_chance, pull, stock, worth_of
from pipelines.demo.company import Company, simulate
from pipelines.demo.customers import CUSTOMER, FORMER, standing
from pipelines.demo.draw import DAY, history_span
from pipelines.demo.subscriptions import EXPANSION, LEFT, RENEWAL, SHRUNK
from pipelines.demo.world import read_world
from pipelines.errors import GrowthError
from tests.demo.conftest import UNTIL, Export


def made(world: str | Path, accounts: int, seed: int) -> Company:
    chosen = read_world(world)
    return simulate(chosen, accounts, seed, history_span(chosen.history, UNTIL), lambda _: None)


@pytest.fixture(scope="module")
def company() -> Company:
    return made("saas", 5000, 7)


@pytest.fixture(scope="module")
def many() -> list[Company]:
    return [made("saas", 5000, seed) for seed in range(20, 24)]


def changed(folder: Path, text: str) -> Path:
    file = folder / "odd.yaml"
    file.write_text("extends: saas\nname: odd\n" + text)
    return file


def test_the_lines_of_a_deal_add_up_to_its_amount(usual: Export) -> None:
    lines = usual.table("OpportunityLineItem").filter(pl.col("IsDeleted").is_null())
    total = lines.group_by("OpportunityId").agg(pl.col("TotalPrice").cast(pl.Decimal(18, 2)).sum())
    deals = usual.table("Opportunity").unique("Id").filter(pl.col("HasOpportunityLineItem") == "1")
    both = deals.join(total, left_on="Id", right_on="OpportunityId", how="left")
    assert both.height > 500
    assert both.filter(pl.col("Amount").cast(pl.Decimal(18, 2)).ne_missing(pl.col("TotalPrice"))).is_empty()


def test_deals_renewals_and_baskets_are_as_in_the_field(usual: Export) -> None:
    closed = usual.table("Opportunity").unique("Id").filter(pl.col("IsClosed") == "1")
    won = {
        kind: closed.filter(pl.col("Type") == kind)["IsWon"].count() / closed.filter(pl.col("Type") == kind).height
        for kind in ("New Business", "Existing Business", "Renewal")
    }
    assert 0.15 <= won["New Business"] <= 0.35
    assert 0.8 <= won["Renewal"] <= 0.92
    assert 0.3 <= won["Existing Business"] <= 0.7
    products = usual.table("Asset").filter(pl.col("Status") == "Installed").group_by("AccountId").len()["len"]
    assert 1.5 <= float(np.mean(products.to_numpy())) <= 3


def test_customers_leave_shrink_and_buy_more_with_the_true_chances(many: list[Company]) -> None:
    left, shrunk, won = [], [], []
    for one in many:
        terms = one.subscriptions.terms
        left.append((terms.leaves, terms.fate == LEFT))
        shrunk.append((terms.shrinks, terms.fate == SHRUNK))
        more = one.deals.kind == EXPANSION
        won.append((one.subscriptions.chance[more], one.deals.won[more]))
    for pairs in (left, shrunk, won):
        chance, happened = (np.concatenate(column) for column in zip(*pairs, strict=True))
        noise = float(np.sqrt((chance * (1 - chance)).sum()))
        assert abs(happened.sum() - chance.sum()) < 4 * noise
        above = chance > np.median(chance)
        assert happened[above].mean() > happened[~above].mean()


def test_a_renewal_that_shrinks_costs_less_and_one_that_is_lost_makes_a_former_customer(company: Company) -> None:
    deals, base = company.deals, company.subscriptions
    opened = base.terms.deal >= 0
    deal, fate = base.terms.deal[opened], base.terms.fate[opened]
    assert set(deals.kind[deal]) == {RENEWAL}
    assert (deals.amount[deal[fate == SHRUNK]] < deals.first_amount[deal[fate == SHRUNK]]).all()
    assert (deals.won[deal] == (fate != LEFT)).all()
    end = company.span.end
    lost = base.firm[base.terms.subscription[opened][(fate == LEFT) & (deals.closed_at[deal] < end)]]
    back = base.firm[base.started_at > base.started_at[0]]
    relation = standing(base, len(company.firms), end)
    assert len(lost) > 5
    assert (relation[np.setdiff1d(lost, back[np.isin(back, lost)])] == FORMER).all()
    assert (relation[base.firm[base.left_at >= end]] == CUSTOMER).all()


def test_nobody_buys_a_product_before_its_day(company: Company) -> None:
    names = list(company.world.customers.products)
    late = names.index("Forecasting")
    lines = company.subscriptions.lines
    sold = company.deals.created_at[lines.deal[lines.product == late]]
    first = company.span.start + company.world.customers.products["Forecasting"].from_day * DAY
    assert len(sold) > 50
    assert sold.min() >= first


@pytest.mark.capability("V3")
def test_what_goes_together_says_more_about_the_next_product_than_what_is_popular(many: list[Company]) -> None:
    informed, popular = 0.0, 0.0
    for one in many:
        shelf, lines, deals = stock(one.world, one.span), one.subscriptions.lines, one.deals
        bought = np.zeros((len(deals), len(shelf)), dtype=np.bool_)
        bought[lines.deal, lines.product] = True
        share = bought[deals.kind == 0].mean(axis=0)
        started = {
            int(firm): int(deal) for firm, deal in zip(one.subscriptions.firm, one.subscriptions.deal, strict=True)
        }
        for deal in np.flatnonzero(deals.kind == EXPANSION).tolist():
            owned = bought[[started[int(deals.firm[deal])]]]
            [product] = np.flatnonzero(bought[deal])
            if owned[0, product]:
                continue
            at = deals.created_at[[deal]]
            true = next_product_chance(shelf, pull(one.world, shelf, one.firms, deals.firm[[deal]]), owned, at)[0]
            usual = np.where(owned[0] | (shelf.from_at > at), 0.0, share)
            informed += float(np.log(max(true[product], 1e-9)))
            popular += float(np.log(max(usual[product] / usual.sum(), 1e-9)))
    assert informed > popular


def test_a_sick_customer_writes_more_cases_pays_later_and_uses_less(usual: Export, company: Company) -> None:
    base, ids = company.subscriptions, company.ids.account
    length = company.world.customers.term_days * DAY
    months = np.maximum(np.minimum(base.ends_at, company.span.end) - base.started_at, DAY) / length
    account = ids.gather(company.records.account_row[base.firm])
    truth = pl.DataFrame({"AccountId": account, "health": base.health[:, 0], "terms": months})
    cases = usual.table("Case").group_by("AccountId").agg(cases=pl.len())
    invoices = pl.read_csv(usual.report.folder / "invoice.csv").filter(pl.col("paid_on").is_not_null())
    late = invoices.group_by(AccountId="account_id").agg(late=(pl.col("paid_on") > pl.col("due_on")).mean())
    used = usual.engagement("usage").group_by(AccountId="account_id").agg(used=pl.col("active_users").mean())
    both = truth.join(cases, on="AccountId", how="left").join(late, on="AccountId").join(used, on="AccountId")
    both = both.with_columns(rate=pl.col("cases").fill_null(0) / pl.col("terms"))
    sick, sound = (both.filter(side) for side in (pl.col("health") < -0.3, pl.col("health") > 0.3))
    assert min(sick.height, sound.height) > 40
    assert sick.select(pl.col("rate").mean()).item() > sound.select(pl.col("rate").mean()).item()
    assert sick.select(pl.col("late").mean()).item() > sound.select(pl.col("late").mean()).item()
    assert sick.select(pl.col("used").log1p().mean()).item() < sound.select(pl.col("used").log1p().mean()).item()


def test_a_world_with_one_product_and_one_open_stage_works(tmp_path: Path) -> None:
    odd = changed(
        tmp_path,
        """
deals:
  stages:
    Talking: {probability: 50, forecast: Pipeline, advance: -0.5, weight: 1.0, days: 30, days_log_sd: 0.5}
    Signed:  {probability: 100, forecast: Closed}
    Gone:    {probability: 0, forecast: Omitted}
customers:
  products:
    Thing: {price: 10, family: Things, base: 0.0}
news:
  kinds:
    relocation: {per_year: 1.0, days: 30, demand: 0.0, leaving: 0.0}
""",
    )
    one = made(odd, 400, 3)
    assert len(one.subscriptions) > 3
    assert set(one.subscriptions.lines.product) == {0}
    amount = worth_of(one.subscriptions.lines, one.subscriptions.lines.quantity, len(one.deals))
    assert (amount == one.deals.amount).all()


def test_a_world_in_which_nobody_buys_has_no_customers(tmp_path: Path) -> None:
    odd = changed(
        tmp_path,
        """
deals:
  stages:
    Talking: {probability: 50, forecast: Pipeline, advance: -20, weight: 0.0, days: 30, days_log_sd: 0.5}
    Signed:  {probability: 100, forecast: Closed}
    Gone:    {probability: 0, forecast: Omitted}
""",
    )
    one = made(odd, 300, 3)
    assert len(one.subscriptions) == 0
    assert not one.deals.won.any()


def test_a_product_that_goes_with_a_stranger_is_refused(tmp_path: Path) -> None:
    odd = changed(
        tmp_path,
        "customers: {products: {Thing: {price: 10, family: Things, base: 0.0, with_products: {Other: 1.0}}}}\n",
    )
    with pytest.raises(GrowthError, match="'Thing' goes with 'Other'"):
        read_world(odd)
