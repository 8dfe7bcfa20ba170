"""Opportunity, its two histories and its line items as the export shows them."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.demo.columns import audit, day, flag, latest, money, planned_day, stamp, unless
from pipelines.demo.company import Company
from pipelines.demo.crm_people import LastTouch, noted
from pipelines.demo.draw import DAY, NEVER, Bools, Ints, repeat, within
from pipelines.demo.draw import words as pick
from pipelines.demo.ids import record_ids, refer
from pipelines.demo.marketing import NURTURE
from pipelines.demo.records import shown

OPEN_STAGES, EXPANSION = 4, 1
WON, LOST = OPEN_STAGES, OPEN_STAGES + 1
PROPOSAL = 2


@dataclass(frozen=True)
class Steps:
    """The stage history, a row per entered stage, in the order of time: deal, stage, moment, and the close date planned
    then.
    """

    deal: Ints
    stage: Ints
    at: Ints
    close: Ints


def stage_steps(company: Company) -> Steps:
    deals, span = company.deals, company.span
    deal, stage = np.nonzero(deals.stage_at < span.end)
    closed = np.flatnonzero(deals.closed_at < span.end)
    at = np.concatenate([deals.stage_at[deal, stage], deals.closed_at[closed]])
    deal = np.concatenate([deal, closed])
    stage = np.concatenate([stage, np.where(deals.won[closed], WON, LOST)])
    push = (company.world.deals.push_days * DAY * np.maximum(stage, 0)).astype(np.int64)
    planned = np.maximum(deals.planned_close[deal], at + push // 2 + DAY)
    close = np.where(stage >= WON, at, planned)
    order = np.lexsort((stage, at))
    return Steps(deal[order], stage[order], at[order], close[order])


def final_close(company: Company, steps: Steps) -> Ints:
    close = company.deals.planned_close.copy()
    close[steps.deal] = steps.close  # in the order of time: the last step of each deal stays
    return close


def stage_now(company: Company, steps: Steps) -> Ints:
    stage = np.zeros(len(company.deals), dtype=np.int64)
    stage[steps.deal] = steps.stage
    return stage


def opportunities(company: Company, touch: LastTouch, steps: Steps) -> pl.DataFrame:
    deals, span, ids, world = company.deals, company.span, company.ids, company.world
    rng, count = company.generator("opportunity rows"), len(deals)
    created = shown(deals.created_at, span, 120)
    stage, closed = stage_now(company, steps), deals.closed_at < span.end
    owner = ids.owner.gather(deals.owner)
    amount = amount_now(company, stage)
    product = pick(list(world.deals.products), rng.integers(0, len(world.deals.products), count))
    forecast = pick([level.forecast for level in world.deals.stages.values()], stage)
    close = final_close(company, steps)
    modified = latest(steps.deal, steps.at, count, span.end)
    source = np.where(deals.lead >= 0, company.leads.source[deals.lead], len(world.leads.sources))
    return pl.DataFrame(
        {
            "Id": ids.opportunity,
            "IsDeleted": flag(forgotten(company)),
            "AccountId": refer(ids.account, company.records.account_row[deals.firm]),
            "RecordTypeId": ids.record_type.gather(2 + (deals.kind == EXPANSION)),
            "Name": company.firms.name.gather(deals.firm) + pl.Series([" - "]) + product,
            "Description": noted(count, 0.04, rng),
            "StageName": pick(list(world.deals.stages), stage),
            "Amount": unless(~deals.has_amount, money(amount)),
            "Probability": pick([str(level.probability) for level in world.deals.stages.values()], stage),
            "CloseDate": planned_day(close),
            "Type": pick(("New Business", "Existing Business"), deals.kind),
            "NextStep": unless(closed | (rng.random(count) < 0.6), pl.Series(["Send proposal"] * count)),
            "LeadSource": pick([*world.leads.sources, "Outbound"], source),
            "IsClosed": flag(closed),
            "IsWon": flag(closed & deals.won),
            "ForecastCategory": forecast,
            "ForecastCategoryName": forecast.replace({"BestCase": "Best Case", "Forecast": "Commit"}),
            "CampaignId": refer(ids.campaign, campaign_of_deal(company)),
            "HasOpportunityLineItem": flag(has_lines(company, stage)),
            "OwnerId": owner,
            **audit(created, modified, owner, span),
            "LastActivityDate": day(np.where(touch.deal >= 0, touch.deal, NEVER), span),
            "FiscalYear": planned_day(close).str.slice(0, 4),
            "Loss_Reason__c": unless(
                ~closed | deals.won, pick(("Price", "Timing", "Competitor", "No decision"), rng.integers(0, 4, count))
            ),
        }
    )


def amount_now(company: Company, stage: Ints) -> pl.Series:
    """The estimate until the proposal, the calculated amount from then on."""
    return pl.Series(np.where(stage >= PROPOSAL, company.deals.amount, company.deals.first_amount))


def forgotten(company: Company) -> Bools:
    """A few deleted opportunities: stalled ones that no lead was converted to."""
    return company.deals.stalled & (company.deals.lead < 0)


def has_lines(company: Company, stage: Ints) -> Bools:
    lines: Bools = company.deals.has_amount & (stage >= PROPOSAL) & (stage != LOST)
    return lines


def campaign_of_deal(company: Company) -> Ints:
    """The campaign that the lead of a deal answered to, -1 for none."""
    answered = np.full(len(company.leads), -1, dtype=np.int64)
    members = company.members
    counts = (members.lead >= 0) & (members.status == 2) & (company.campaigns.kind[members.campaign] != NURTURE)
    answered[members.lead[counts]] = members.campaign[counts]
    return np.where(company.deals.lead >= 0, answered[company.deals.lead], -1)


def opportunity_history(company: Company, steps: Steps) -> pl.DataFrame:
    """One row per stage entered since the migration."""
    deals, span, world = company.deals, company.span, company.world
    since = steps.at >= span.migration
    deal, stage, at, close = steps.deal[since], steps.stage[since], steps.at[since], steps.close[since]
    amount = pl.Series(np.where(stage >= PROPOSAL, deals.amount[deal], deals.first_amount[deal]))
    probability = np.array([level.probability for level in world.deals.stages.values()])[stage]
    stamped = stamp(at, span)
    return pl.DataFrame(
        {
            "Id": record_ids("OpportunityHistory", len(at), company.generator("opportunity history")),
            "IsDeleted": pl.Series([None] * len(at), dtype=pl.String),
            "OpportunityId": company.ids.opportunity.gather(deal),
            "CreatedById": company.ids.owner.gather(deals.owner[deal]),
            "CreatedDate": stamped,
            "StageName": pick(list(world.deals.stages), stage),
            "Amount": unless(~deals.has_amount[deal], money(amount)),
            "ExpectedRevenue": unless(~deals.has_amount[deal], money(amount * pl.Series(probability) / 100)),
            "CloseDate": planned_day(close),
            "Probability": pl.Series(probability),
            "ForecastCategory": pick([level.forecast for level in world.deals.stages.values()], stage),
            "SystemModstamp": stamped,
        }
    )


def opportunity_field_history(company: Company, steps: Steps) -> pl.DataFrame:
    """Created, and each change of stage, amount and close date with its old and new value."""
    deals, span, stages = company.deals, company.span, list(company.world.deals.stages)
    order = np.lexsort((steps.stage, steps.at, steps.deal))
    frame = pl.DataFrame(
        {
            "deal": steps.deal[order],
            "at": steps.at[order],
            "stage": pick(stages, steps.stage[order]),
            "number": steps.stage[order],
            "close": planned_day(steps.close[order]),
        }
    )
    frame = frame.with_columns(
        old_stage=pl.col("stage").shift().over("deal"),
        old_close=pl.col("close").shift().over("deal"),
        old_number=pl.col("number").shift().over("deal"),
    )
    changed = frame.filter(pl.col("old_stage").is_not_null())
    priced = changed.filter((pl.col("number") >= PROPOSAL) & (pl.col("old_number") < PROPOSAL))
    priced = priced.filter(pl.Series(deals.has_amount).gather(priced["deal"]))
    amounts = [
        money(pl.Series(values)).cast(pl.String).gather(priced["deal"]) for values in (deals.first_amount, deals.amount)
    ]
    nothing = pl.lit(None, dtype=pl.String)
    whole = (
        pl.concat(
            [
                pl.DataFrame({"deal": np.arange(len(deals)), "at": deals.created_at}).with_columns(
                    Field=pl.lit("created"), old=nothing, new=nothing
                ),
                changed.select("deal", "at", Field=pl.lit("StageName"), old="old_stage", new="stage"),
                changed.filter(pl.col("close") != pl.col("old_close")).select(
                    "deal", "at", Field=pl.lit("CloseDate"), old="old_close", new="close"
                ),
                priced.select("deal", "at", Field=pl.lit("Amount"), old=amounts[0], new=amounts[1]),
            ]
        )
        .filter(pl.col("at") >= span.migration)
        .sort("at", "deal", "Field")
    )
    deal = whole["deal"].to_numpy()
    return pl.DataFrame(
        {
            "Id": record_ids("OpportunityFieldHistory", len(whole), company.generator("field history")),
            "IsDeleted": pl.Series([None] * len(whole), dtype=pl.String),
            "OpportunityId": company.ids.opportunity.gather(deal),
            "CreatedById": company.ids.owner.gather(deals.owner[deal]),
            "CreatedDate": stamp(whole["at"].to_numpy(), span),
            "Field": whole["Field"],
            "OldValue": whole["old"],
            "NewValue": whole["new"],
        }
    )


def line_items(company: Company, steps: Steps) -> pl.DataFrame:
    """One to three products per priced deal; their total is the amount."""
    deals, world, span = company.deals, company.world, company.span
    rng = company.generator("line items")
    counts = np.where(has_lines(company, stage_now(company, steps)), 1 + rng.binomial(2, 0.35, len(deals)), 0)
    deal, number = repeat(counts), within(counts)
    products = len(world.deals.products)
    product = (rng.integers(0, products, len(deals))[deal] + number) % products
    share = np.where(counts[deal] == 1, 1.0, np.where(number == 0, 0.6, 0.4 / np.maximum(counts[deal] - 1, 1)))
    total = np.round(deals.amount[deal] * share, 2)
    quantity = rng.integers(1, 6, len(deal))
    created = np.minimum(np.maximum(deals.stage_at[deal, PROPOSAL], span.migration), span.end - 1)
    created = np.maximum(created, shown(deals.created_at, span, 120)[deal])
    return pl.DataFrame(
        {
            "Id": record_ids("OpportunityLineItem", len(deal), rng),
            "IsDeleted": pl.Series([None] * len(deal), dtype=pl.String),
            "OpportunityId": company.ids.opportunity.gather(deal),
            "SortOrder": pl.Series(number + 1),
            "Product2Id": company.ids.product.gather(product),
            "ProductCode": pick([f"P-{place + 1:03d}" for place in range(products)], product),
            "Name": pick(list(world.deals.products), product),
            "Quantity": pl.Series(quantity),
            "UnitPrice": money(pl.Series(np.round(total / quantity, 2))),
            "TotalPrice": money(pl.Series(total)),
            "ListPrice": money(pick([str(level.price) for level in world.deals.products.values()], product)),
            **audit(created, created, company.ids.owner.gather(deals.owner[deal]), span),
        }
    )
