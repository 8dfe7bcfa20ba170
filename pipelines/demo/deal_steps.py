"""What the CRM was told about each deal, and when: stages, close dates that were pushed, amounts.

What does not belong here: how a row looks. Everything is there for the whole history, whatever the export's moment.
"""

from dataclasses import dataclass, replace

import numpy as np

from pipelines.demo.baskets import Lines, rounded, worth_of
from pipelines.demo.company import Company
from pipelines.demo.currency import in_currency
from pipelines.demo.draw import DAY, NEVER, Bools, Floats, Ints, office, spread
from pipelines.demo.subscriptions import RENEWAL


@dataclass(frozen=True)
class Steps:
    """A row per stage entered and per push, in the order of time: deal, stage, moment, the close date from then on,
    and whether it was a push.
    """

    deal: Ints
    stage: Ints
    at: Ints
    close: Ints
    pushed: Bools


def won_stage(company: Company) -> int:
    """The place of the stage of won deals; lost is the next one."""
    return len(company.world.deals.stages) - 2


def stage_steps(company: Company) -> Steps:
    """Stages entered and close dates moved before the export's moment."""
    deals, won = company.deals, won_stage(company)
    push_at, push_close = moved_closes(company)
    parts = []
    close = deals.planned_close
    for stage in range(won):
        entered = np.flatnonzero(deals.stage_at[:, stage] < NEVER)
        parts.append((entered, np.full(len(entered), stage), deals.stage_at[entered, stage], close[entered], False))
        pushed = np.flatnonzero(push_at[:, stage] < NEVER)
        parts.append((pushed, np.full(len(pushed), stage), push_at[pushed, stage], push_close[pushed, stage], True))
        close = np.where(push_at[:, stage] < NEVER, push_close[:, stage], close)
    ended = np.flatnonzero(deals.closed_at < NEVER)
    at = deals.closed_at[ended]
    parts.append((ended, np.where(deals.won[ended], won, won + 1), at, at, False))
    deal, stages, at, closes = (np.concatenate([part[number] for part in parts]) for number in range(4))
    is_push = np.concatenate([np.full(len(part[0]), part[4]) for part in parts])
    order = np.lexsort((is_push, stages, at))
    order = order[at[order] < company.now]
    return Steps(deal[order], stages[order], at[order], closes[order], is_push[order])


def moved_closes(company: Company) -> tuple[Ints, Ints]:
    """When the close date was pushed in each stage (deals x open stages, NEVER for not) and where to."""
    deals, rates = company.deals, company.world.deals
    rng, (count, stages) = company.generator("pushed dates"), deals.stage_at.shape
    part = rng.random((count, stages))
    far = rng.exponential(rates.push_days * DAY, (count, stages)).astype(np.int64) + DAY
    after = np.minimum(
        np.concatenate([deals.stage_at[:, 1:], deals.closed_at[:, None]], axis=1), deals.closed_at[:, None]
    )
    open_ended = deals.stage_at + int(rates.plan_days * DAY)
    until = np.where(after < NEVER, after, open_ended)
    at = deals.stage_at + (part * (until - deals.stage_at)).astype(np.int64)
    push_at = np.where((deals.pushes > 0) & (deals.stage_at < NEVER), at, NEVER)
    close, push_close = deals.planned_close, np.zeros((count, stages), dtype=np.int64)
    for stage in range(stages):
        moved = push_at[:, stage] < NEVER
        close = np.where(moved, np.maximum(close, push_at[:, stage]) + far[:, stage], close)
        push_close[:, stage] = close
    return push_at, push_close


def priced_at(company: Company) -> Ints:
    """When the lines of each deal were entered, and with them the amount: of deals without an amount when they were
    won, so that the gap tells nothing of an open deal's end; NEVER for deals that did not get so far.
    """
    deals = company.deals
    stage = min(company.world.deal_records.priced_from_stage, deals.stage_at.shape[1] - 1)
    moment = np.where(deals.kind == RENEWAL, deals.created_at, deals.stage_at[:, stage])
    return np.where(deals.has_amount, moment, np.where(deals.won, deals.closed_at, NEVER))


def without_amount(company: Company, deal: Ints, moment: Ints) -> Bools:
    """Whether nobody had entered any amount of a deal by a moment."""
    deals = company.deals
    return ~deals.has_amount[deal] & ~(deals.won[deal] & (deals.closed_at[deal] <= moment))


def own_lines(company: Company) -> Lines:
    """The lines of all deals with prices in the currency of each deal, at the rate of the day it was opened."""
    deals, lines = company.deals, company.subscriptions.lines
    rate = in_currency(company, deals.firm, np.ones(len(deals)), deals.created_at)
    return replace(lines, unit_price=rounded(lines.unit_price * rate[lines.deal]))


@dataclass(frozen=True)
class Amounts:
    """What each deal is worth in its own currency: at first, in the end, and since when (NEVER: never) it is that."""

    first: Floats
    final: Floats
    since: Ints

    def at(self, deal: Ints, moment: Ints) -> Floats:
        return np.asarray(np.where(moment >= self.since[deal], self.final[deal], self.first[deal]), dtype=np.float64)


def amounts(company: Company) -> Amounts:
    """The estimate gives way to the sum of the lines when they are entered; a renewal shrinks at its close."""
    deals, lines = company.deals, own_lines(company)
    estimate = rounded(in_currency(company, deals.firm, deals.first_amount, deals.created_at))
    renews = deals.kind == RENEWAL
    return Amounts(
        first=np.where(renews, worth_of(lines, lines.asked, len(deals)), estimate),
        final=worth_of(lines, lines.quantity, len(deals)),
        since=np.where(renews, deals.closed_at, priced_at(company)),
    )


def forgotten_at(company: Company) -> Ints:
    """When a deal was deleted: some time after it stalled, unless a lead was converted to it; NEVER for the others."""
    deals, rates = company.deals, company.world.deals
    waits = spread(company.generator("forgotten deals"), rates.plan_days * DAY, rates.plan_log_sd, len(deals))
    last = np.where(deals.stage_at < NEVER, deals.stage_at, 0).max(axis=1)
    return np.where(deals.stalled & (deals.lead < 0), last + waits.astype(np.int64), NEVER)


def role_times(company: Company, deal: Ints, person: Ints, rng: np.random.Generator) -> Ints:
    """When a person was entered with a deal: while it was open, and not before the person was a contact."""
    deals = company.deals
    until = np.minimum(deals.closed_at, deals.created_at + int(company.world.deals.plan_days * DAY))[deal]
    created = deals.created_at[deal]
    at = created + (rng.random(len(deal)) * (until - created)).astype(np.int64)
    return office(rng, np.maximum(at, company.records.contact_at[person]))
