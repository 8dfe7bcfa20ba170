"""Opportunities: from conversions, from outbound work, from customers who buy again; their stages, amounts and ends.

The chance to win follows from the firm's fit, the person's intent, the representative's skill, and whether the firm
already buys.
"""

from dataclasses import dataclass

import numpy as np

from pipelines.demo.draw import DAY, NEVER, Bools, Floats, Ints, Span, later, logistic, office, repeat, spread
from pipelines.demo.firms import Firms
from pipelines.demo.leads import Leads
from pipelines.demo.people import People
from pipelines.demo.records import Records
from pipelines.demo.world import World

OPEN_STAGES = 4
NEW, EXPANSION = 0, 1


@dataclass(frozen=True)
class Outreach:
    """Listed firms that sales went to by itself: the person first approached, and when."""

    firm: Ints
    person: Ints
    owner: Ints
    begun_at: Ints


@dataclass(frozen=True)
class Deals:
    """One place per opportunity. `stage_at` has a column per open stage, NEVER where the deal did not get so far."""

    firm: Ints
    person: Ints
    lead: Ints
    kind: Ints
    owner: Ints
    created_at: Ints
    closed_at: Ints
    won: Bools
    stage_at: Ints
    first_amount: Floats
    amount: Floats
    has_amount: Bools
    planned_close: Ints
    stalled: Bools

    def __len__(self) -> int:
        return len(self.firm)


def reach_out(
    world: World, firms: Firms, people: People, records: Records, span: Span, *, rng: np.random.Generator
) -> Outreach:
    """Sales approaches one contact each of some listed firms, better fitting ones more often."""
    rates = world.deals
    base = np.log(rates.outbound_share / (1 - rates.outbound_share))
    contacts = np.flatnonzero(people.listed_at < span.end)
    candidate = contacts[np.sort(np.unique(people.firm[contacts], return_index=True)[1])]
    firm = people.firm[candidate]
    chosen = (rng.random(len(firm)) < logistic(base + rates.outbound_fit * firms.fit[firm])) & ~firms.is_person[firm]
    chosen &= ~firms.is_competitor[firm]
    firm, person = firm[chosen], candidate[chosen]
    since = np.maximum(records.account_at[firm], records.contact_at[person])
    begun = office(rng, later(since, rng.exponential(rates.outbound_delay_days * DAY, len(firm))))
    happens = begun < span.end
    owner = rng.integers(0, world.sales.representatives, len(firm))
    return Outreach(firm[happens], person[happens], owner[happens], begun[happens])


def make_deals(
    world: World,
    firms: Firms,
    people: People,
    leads: Leads,
    outreach: Outreach,
    *,
    span: Span,
    rng: np.random.Generator,
) -> Deals:
    """All opportunities created before the end of the history, in the order of creation."""
    rates = world.deals
    lead = np.flatnonzero((leads.converted_at < span.end) & leads.opens_deal)
    opened = np.flatnonzero(rng.random(len(outreach.firm)) < rates.outbound_opens)
    opened = np.repeat(opened, 1 + (rng.random(len(opened)) < rates.outbound_more))
    wait = np.where(np.concatenate([[False], opened[1:] == opened[:-1]]), 160.0, 20.0) if len(opened) else np.zeros(0)
    outbound_at = office(rng, later(outreach.begun_at[opened], rng.exponential(1.0, len(opened)) * wait * DAY))
    firm = np.concatenate([leads.firm[lead], outreach.firm[opened]])
    person = np.concatenate([leads.person[lead], outreach.person[opened]])
    owner = np.concatenate([leads.owner[lead], outreach.owner[opened]])
    created = np.concatenate([leads.converted_at[lead], outbound_at])
    lead = np.concatenate([lead, np.full(len(opened), -1, dtype=np.int64)])
    skill = rates.skill_sd * rng.standard_normal(world.sales.representatives)
    kind = np.full(len(firm), NEW, dtype=np.int64)
    won, closed, stalled = ends(
        world, firms, people, firm, person, owner=owner, created=created, kind=kind, skill=skill, rng=rng
    )
    buyer = repeat(rng.poisson(rates.expansion_mean, len(firm)) * (won & (closed < span.end)))
    again_at = office(rng, later(closed[buyer], rng.exponential(rates.expansion_days * DAY, len(buyer)) + 60 * DAY))
    more = np.full(len(buyer), EXPANSION, dtype=np.int64)
    more_won, more_closed, more_stalled = ends(
        world,
        firms,
        people,
        firm[buyer],
        person[buyer],
        owner=owner[buyer],
        created=again_at,
        kind=more,
        skill=skill,
        rng=rng,
    )
    join = np.concatenate
    created, closed, stalled = join([created, again_at]), join([closed, more_closed]), join([stalled, more_stalled])
    firm, person, owner = join([firm, firm[buyer]]), join([person, person[buyer]]), join([owner, owner[buyer]])
    won, kind = join([won, more_won]), join([kind, more])
    lead = join([lead, np.full(len(buyer), -1, dtype=np.int64)])
    order = np.argsort(created, kind="stable")
    order = order[created[order] < span.end]
    firm, created, closed, won = firm[order], created[order], closed[order], won[order]
    count = len(order)
    worth = (
        rates.amount_log
        + rates.amount_per_log_employee * np.log(firms.employees[firm])
        + rates.amount_log_sd * rng.standard_normal(count)
    )
    amount = np.round(np.exp(worth), -2)
    cycle = np.where(closed < NEVER, closed - created, (rates.days_lost * DAY * 2))
    return Deals(
        firm=firm,
        person=person[order],
        lead=lead[order],
        kind=kind[order],
        owner=owner[order],
        created_at=created,
        closed_at=closed,
        won=won,
        stage_at=stage_entries(world, created, cycle.astype(np.int64), won, span, rng=rng),
        first_amount=np.round(amount * np.exp(0.25 * rng.standard_normal(count)), -2),
        amount=np.maximum(amount, 500.0),
        has_amount=won | (rng.random(count) >= rates.missing_amount),
        planned_close=created + (spread(rng, rates.days_won + rates.push_days / 2, 0.3, count) * DAY).astype(np.int64),
        stalled=stalled[order],
    )


def ends(
    world: World,
    firms: Firms,
    people: People,
    firm: Ints,
    person: Ints,
    *,
    owner: Ints,
    created: Ints,
    kind: Ints,
    skill: Floats,
    rng: np.random.Generator,
) -> tuple[Bools, Ints, Bools]:
    """Whether each deal is won, when it is closed (NEVER when it stalls for good), and whether it stalls."""
    rates, count = world.deals, len(firm)
    chance = (
        rates.rate
        + rates.fit_effect * firms.fit[firm]
        + rates.intent_effect * people.intent[person]
        + rates.expansion_effect * (kind == EXPANSION)
        + skill[owner]
    )
    stalled = rng.random(count) < rates.stalled
    won = ~stalled & (rng.random(count) < logistic(chance)) & ~firms.is_competitor[firm]
    days = spread(rng, np.where(won, rates.days_won, rates.days_lost), rates.days_log_sd, count)
    closed = np.where(stalled, NEVER, office(rng, later(created, days * DAY)))
    return won, closed, stalled


def stage_entries(
    world: World, created: Ints, cycle: Ints, won: Bools, span: Span, *, rng: np.random.Generator
) -> Ints:
    """When each deal entered each open stage (count x 4): winners pass all, losers die in one of them."""
    count = len(created)
    share = np.array(world.deals.lost_depth)
    depth = np.where(
        won, OPEN_STAGES, 1 + np.searchsorted(np.cumsum(share / share.sum())[:-1], rng.random(count), side="right")
    )
    parts = rng.gamma(1.5, 1.0, (count, OPEN_STAGES)) * (np.arange(OPEN_STAGES) < depth[:, None])
    before = (np.cumsum(parts, axis=1) - parts) / parts.sum(axis=1, keepdims=True)
    entered = created[:, None] + (before * cycle[:, None]).astype(np.int64)
    return np.where((np.arange(OPEN_STAGES) < depth[:, None]) & (entered < span.end), entered, NEVER)
