"""Opportunity and its two histories as the export shows them."""

import numpy as np
import polars as pl

from pipelines.demo import notes
from pipelines.demo.arrays import at_place
from pipelines.demo.baskets import total
from pipelines.demo.columns import audit, day, flag, latest, money, planned_day, stamp, unless
from pipelines.demo.company import Company
from pipelines.demo.crm_contracts import contract_of_deal
from pipelines.demo.crm_histories import kept_since
from pipelines.demo.crm_people import LastTouch, noted
from pipelines.demo.currency import currency_column
from pipelines.demo.custom import custom_columns
from pipelines.demo.deal_steps import (
    Steps,
    amounts,
    forgotten_at,
    priced_at,
    without_amount,
)
from pipelines.demo.draw import NEVER, Ints
from pipelines.demo.draw import words as pick
from pipelines.demo.gaps import traits_of, with_gaps
from pipelines.demo.ids import record_ids, refer
from pipelines.demo.leaks import leaked
from pipelines.demo.losses import loss_reasons, rivals
from pipelines.demo.marketing import NURTURE
from pipelines.demo.records import shown
from pipelines.demo.subscriptions import RENEWAL


def opportunities(company: Company, touch: LastTouch, steps: Steps) -> pl.DataFrame:
    deals, ids, world, now = company.deals, company.ids, company.world, company.now
    rng, count = company.generator("opportunity rows"), len(deals)
    created, closed = shown(deals.created_at, company.span, 120), deals.closed_at < now
    stage, close, pushes = standing(company, steps)
    forgotten = forgotten_at(company)
    lost = closed & ~deals.won
    reason = loss_reasons(world, deals, company.generator("loss reasons"))
    rival, rival_at = rivals(world, deals, reason, company.generator("competitors of deals"))
    modified = latest(steps.deal, steps.at, count, now)
    leaks = leaked(company, "Opportunity", np.where(deals.won, deals.closed_at, NEVER))
    own = custom_columns(company, "Opportunity", deals.firm, created)
    for moment in (priced_at(company), rival_at, forgotten, leaks.changed_at, own.changed_at):
        modified = np.maximum(modified, np.where(moment < now, moment, -1))
    every, last = np.arange(count), np.full(count, now - 1)
    amount, unknown = amounts(company).at(every, last), without_amount(company, every, last)
    forecast = pick([level.forecast for level in world.deals.stages.values()], stage)
    probability = np.array([level.probability for level in world.deals.stages.values()])[stage]
    owner = ids.owner.gather(deals.owner)
    frame = pl.DataFrame(
        {
            "Id": ids.opportunity,
            "IsDeleted": flag(forgotten < now),
            "AccountId": refer(ids.account, company.kept.account_of[deals.person]),
            "RecordTypeId": ids.record_type.gather(2 + (deals.kind == RENEWAL)),
            "Name": named(company),
            "Description": noted(count, world.deal_records.described, rng),
            "StageName": pick(list(world.deals.stages), stage),
            "Amount": unless(unknown, money(pl.Series(amount))),
            "Probability": pl.Series(probability),
            "ExpectedRevenue": unless(unknown, money(pl.Series(amount * probability / 100))),
            "CloseDate": planned_day(close),
            "Type": pick(("New Business", "Existing Business", "Renewal"), deals.kind),
            "NextStep": unless(
                closed | (rng.random(count) >= world.deal_records.next_step),
                pick(notes.NEXT_STEPS, rng.integers(0, len(notes.NEXT_STEPS), count)),
            ),
            "LeadSource": came_from(company),
            "IsClosed": flag(closed),
            "IsWon": flag(closed & deals.won),
            "ForecastCategory": forecast,
            "ForecastCategoryName": forecast.replace({"BestCase": "Best Case", "Forecast": "Commit"}),
            "CampaignId": refer(ids.campaign, campaign_of_deal(company)),
            "HasOpportunityLineItem": flag(priced_at(company) < now),
            "ContactId": refer(ids.contact, company.records.contact_row[deals.person]),
            "OwnerId": owner,
            **audit(created, modified, owner, now),
            "LastActivityDate": day(np.where(touch.deal >= 0, touch.deal, NEVER), now),
            "PushCount": pl.Series(pushes),
            **currency_column(company, deals.firm),
            "FiscalYear": planned_day(close).str.slice(0, 4),
            "ContractId": contract_of_deal(company),
            "Main_Competitor__c": unless(rival_at >= now, pick(list(world.deal_records.competitors), rival)),
            "Loss_Reason__c": unless(~lost, pick(list(world.deal_records.loss_reasons), reason)),
            **own.columns,
            **leaks.columns,
        }
    )
    frame = with_gaps(company, "Opportunity", frame, traits_of(company, deals.firm, deals.person))
    return frame.filter(pl.Series(created < now))


def standing(company: Company, steps: Steps) -> tuple[Ints, Ints, Ints]:
    """Stage, close date and number of pushes past a month's end of each deal after all these steps."""
    count = len(company.deals)
    stage, close = np.zeros(count, dtype=np.int64), company.deals.planned_close.copy()
    stage[steps.deal] = steps.stage  # in the order of time: the last step of each deal stays
    close[steps.deal] = steps.close
    order = np.lexsort((np.arange(len(steps.deal)), steps.deal))
    month = planned_day(steps.close[order]).str.slice(0, 7)
    moved = steps.deal[order[steps.pushed[order] & (month > month.shift()).fill_null(False).to_numpy()]]
    return stage, close, np.bincount(moved, minlength=count).astype(np.int64)


def named(company: Company) -> pl.Series:
    """The firm and the product that makes most of the deal; a renewal is called so."""
    lines, deals = company.subscriptions.lines, company.deals
    worth = total(lines, lines.asked)
    main = np.zeros(len(deals), dtype=np.int64)
    order = np.argsort(worth, kind="stable")
    main[lines.deal[order]] = lines.product[order]
    products = list(company.world.customers.products)
    about = pick([*products, "Renewal"], np.where(deals.kind == RENEWAL, len(products), main))
    return company.firms.name.gather(deals.firm) + pl.Series([" - "]) + about


def came_from(company: Company) -> pl.Series:
    """The source of the lead; without one, the outreach of sales, or a customer."""
    deals, sources = company.deals, list(company.world.leads.sources)
    place = np.where(deals.kind == 0, len(sources), len(sources) + 1)
    place = np.where(deals.lead >= 0, at_place(company.leads.source, deals.lead, -1), place)
    return pick([*sources, "Outbound", "Customer"], place)


def campaign_of_deal(company: Company) -> Ints:
    """The campaign that the lead of a deal answered to, -1 for none."""
    answered = np.full(len(company.leads), -1, dtype=np.int64)
    members = company.members
    counts = (members.lead >= 0) & (members.status == 2) & (company.campaigns.kind[members.campaign] != NURTURE)
    answered[members.lead[counts]] = members.campaign[counts]
    return at_place(answered, company.deals.lead, -1)


def opportunity_history(company: Company, steps: Steps) -> pl.DataFrame:
    """One row per stage entered and per push since the migration."""
    deals, span, world, now = company.deals, company.span, company.world, company.now
    rng = company.generator("opportunity history")
    ids = record_ids("OpportunityHistory", len(steps.at), rng, cell=company.cell)
    since = steps.at >= span.migration
    deal, stage, at, close = steps.deal[since], steps.stage[since], steps.at[since], steps.close[since]
    amount, unknown = amounts(company).at(deal, at), without_amount(company, deal, at)
    probability = np.array([level.probability for level in world.deals.stages.values()])[stage]
    stamped = stamp(at, now)
    return pl.DataFrame(
        {
            "Id": ids.filter(pl.Series(since)),
            "IsDeleted": pl.Series([None] * len(at), dtype=pl.String),
            "OpportunityId": company.ids.opportunity.gather(deal),
            "CreatedById": company.ids.owner.gather(deals.owner[deal]),
            "CreatedDate": stamped,
            "StageName": pick(list(world.deals.stages), stage),
            "Amount": unless(unknown, money(pl.Series(amount))),
            "ExpectedRevenue": unless(unknown, money(pl.Series(amount * probability / 100))),
            "CloseDate": planned_day(close),
            "Probability": pl.Series(probability),
            "ForecastCategory": pick([level.forecast for level in world.deals.stages.values()], stage),
            **currency_column(company, deals.firm[deal]),
            "SystemModstamp": stamped,
        }
    )


def opportunity_field_history(company: Company, steps: Steps) -> pl.DataFrame:
    """Created, and each change of stage, amount and close date with its old and new value, while they are kept."""
    deals, now = company.deals, company.now
    order = np.lexsort((np.arange(len(steps.at)), steps.deal))
    frame = pl.DataFrame(
        {
            "deal": steps.deal[order],
            "at": steps.at[order],
            "stage": pick(list(company.world.deals.stages), steps.stage[order]),
            "close": planned_day(steps.close[order]),
            "amount": unless(
                without_amount(company, steps.deal[order], steps.at[order]),
                money(pl.Series(amounts(company).at(steps.deal[order], steps.at[order]))).cast(pl.String),
            ),
        }
    )
    before = [pl.col(name).shift().over("deal").alias(f"old_{name}") for name in ("stage", "close", "amount")]
    changed = frame.with_columns(before).filter(pl.col("old_stage").is_not_null())
    made = pl.DataFrame({"deal": np.arange(len(deals)), "at": deals.created_at})
    nothing = pl.lit(None, dtype=pl.String)
    parts = [made.select("deal", "at", Field=pl.lit("created"), old=nothing, new=nothing)]
    for name, field in (("stage", "StageName"), ("close", "CloseDate"), ("amount", "Amount")):
        moved = changed.filter(pl.col(name).ne_missing(pl.col(f"old_{name}")))
        parts.append(moved.select("deal", "at", Field=pl.lit(field), old=f"old_{name}", new=name))
    whole = pl.concat(parts).filter(pl.col("at") < now).sort("at", "deal", "Field")
    deal = whole["deal"].to_numpy()
    rng = company.generator("field history")
    made = pl.DataFrame(
        {
            "Id": record_ids("OpportunityFieldHistory", len(whole), rng, cell=company.cell),
            "IsDeleted": pl.Series([None] * len(whole), dtype=pl.String),
            "OpportunityId": company.ids.opportunity.gather(deal),
            "CreatedById": company.ids.owner.gather(deals.owner[deal]),
            "CreatedDate": stamp(whole["at"].to_numpy(), now),
            "Field": whole["Field"],
            "OldValue": whole["old"],
            "NewValue": whole["new"],
        }
    )
    return made.filter(whole["at"] >= kept_since(company))
