"""New business: opportunities from conversions and from outbound work, their stages, amounts and ends.

A deal moves through the open stages one by one; each is left for the next one or for good, with log-odds that follow
from the firm's fit, the person's intent and the representative's skill. How long a stage takes depends on how it ends
and on nothing hidden. What customers buy afterwards is customers.py's.
"""

from dataclasses import dataclass

import numpy as np

from pipelines.demo.draw import (
    DAY,
    NEVER,
    Bools,
    Floats,
    Ints,
    Span,
    later,
    log_odds,
    logistic,
    office,
    poisson,
    powered,
    repeat,
    spread,
)
from pipelines.demo.firms import Firms
from pipelines.demo.leads import Leads
from pipelines.demo.people import People
from pipelines.demo.records import Records
from pipelines.demo.world import World
from pipelines.demo.world.selling import Deals as Rates
from pipelines.demo.world.selling import Stage

NEW = 0


@dataclass(frozen=True)
class Outreach:
    """Approaches of listed firms by sales itself: the person first approached, and when."""

    firm: Ints
    person: Ints
    owner: Ints
    begun_at: Ints


@dataclass(frozen=True)
class Course:
    """How deals went: `stage_at` (deals x open stages) says when each stage was entered, NEVER where the deal did not
    get so far; `closed_at` is NEVER for a deal that stalled for good. `pushes` counts, per open stage, how often the
    close date was moved while the deal stood in it (0 or 1).
    """

    stage_at: Ints
    closed_at: Ints
    won: Bools
    stalled: Bools
    pushes: Ints


@dataclass(frozen=True)
class Deals:
    """One place per opportunity. `willing` is what firm, person and representative bring to every stage (log-odds);
    `stage_at` and `pushes` have a column per open stage.
    """

    firm: Ints
    person: Ints
    lead: Ints
    kind: Ints
    owner: Ints
    created_at: Ints
    closed_at: Ints
    won: Bools
    stage_at: Ints
    pushes: Ints
    first_amount: Floats
    amount: Floats
    has_amount: Bools
    planned_close: Ints
    stalled: Bools
    willing: Floats

    def __len__(self) -> int:
        return len(self.firm)


def open_stages(rates: Rates) -> list[Stage]:
    """The stages before won and lost."""
    return list(rates.stages.values())[:-2]


def skills(world: World, rng: np.random.Generator) -> Floats:
    """The skill of each representative, in log-odds per stage weight."""
    return np.asarray(world.deals.skill_sd * rng.standard_normal(world.sales.representatives), dtype=np.float64)


def reach_out(
    world: World, firms: Firms, people: People, records: Records, span: Span, *, rng: np.random.Generator
) -> Outreach:
    """Sales approaches a contact of listed firms, again and again, those that look fitting more often."""
    contacts = np.flatnonzero(people.listed_at < span.end)
    candidate = contacts[np.sort(np.unique(people.firm[contacts], return_index=True)[1])]
    firm = people.firm[candidate]
    since = np.maximum(records.account_at[firm], records.contact_at[candidate])
    years = np.maximum(span.end - since, 0) / span.seconds
    mean = outreach_rate(world, firms.shown_fit[firm]) * years
    mean = np.where(firms.is_person[firm] | firms.is_competitor[firm], 0.0, mean)
    place = repeat(poisson(rng, mean, None, "deals.outbound"))
    begun = office(rng, since[place] + (rng.random(len(place)) * (span.end - since[place])).astype(np.int64))
    owner = rng.integers(0, world.sales.representatives, len(place))
    happens = begun < span.end
    return Outreach(firm[place][happens], candidate[place][happens], owner[happens], begun[happens])


def outreach_rate(world: World, shown_fit: Floats) -> Floats:
    """Expected approaches of a firm over a whole history."""
    return np.asarray(world.deals.outbound * powered(world.deals.outbound_fit * shown_fit), dtype=np.float64)


def chance_to_open(world: World, fit: Floats) -> Floats:
    """Chance that an approach opens an opportunity."""
    usual = log_odds(np.array([world.deals.outbound_opens]))
    return logistic(usual + world.deals.outbound_opens_fit * fit)


def make_deals(
    world: World,
    firms: Firms,
    people: People,
    leads: Leads,
    outreach: Outreach,
    *,
    skill: Floats,
    span: Span,
    rng: np.random.Generator,
) -> Deals:
    """All new-business opportunities created before the end of the history, in the order of creation."""
    rates = world.deals
    lead = np.flatnonzero((leads.converted_at < span.end) & leads.opens_deal)
    fits = firms.fit_at(outreach.firm, outreach.begun_at, span)
    opened = np.flatnonzero(rng.random(len(outreach.firm)) < chance_to_open(world, fits))
    wait = rng.exponential(rates.outbound_delay_days * DAY, len(opened))
    outbound_at = office(rng, later(outreach.begun_at[opened], wait))
    firm = np.concatenate([leads.firm[lead], outreach.firm[opened]])
    person = np.concatenate([leads.person[lead], outreach.person[opened]])
    owner = np.concatenate([leads.owner[lead], outreach.owner[opened]])
    created = np.concatenate([leads.converted_at[lead], outbound_at])
    lead = np.concatenate([lead, np.full(len(opened), -1, dtype=np.int64)])
    order = np.argsort(created, kind="stable")
    order = order[created[order] < span.end]
    firm, person, owner, created = firm[order], person[order], owner[order], created[order]
    willing = willingness(rates, firms.fit_at(firm, created, span), people.intent[person], skill[owner])
    course = run_stages(rates, created, willing, np.flatnonzero(firms.is_competitor[firm]), rng=rng)
    first, amount, has = amounts(rates, firms.employees[firm], rng)
    planned = created + (spread(rng, rates.plan_days, rates.plan_log_sd, len(firm)) * DAY).astype(np.int64)
    return Deals(
        firm=firm,
        person=person,
        lead=lead[order],
        kind=np.full(len(firm), NEW, dtype=np.int64),
        owner=owner,
        created_at=created,
        closed_at=course.closed_at,
        won=course.won,
        stage_at=course.stage_at,
        pushes=course.pushes,
        first_amount=first,
        amount=amount,
        has_amount=has,
        planned_close=planned,
        stalled=course.stalled,
        willing=willing,
    )


def willingness(rates: Rates, fit: Floats, intent: Floats, skill: Floats) -> Floats:
    return np.asarray(rates.fit_effect * fit + rates.intent_effect * intent + skill, dtype=np.float64)


def run_stages(rates: Rates, created: Ints, willing: Floats, hopeless: Ints, *, rng: np.random.Generator) -> Course:
    """The way of each deal through the open stages; the `hopeless` ones (places) never pass the last.

    In each stage a deal stalls for good with the chance `stalled`; if not, it goes on with log-odds `advance + weight *
    willing`, after a log-normal time, or is lost after one `lost_slower` times as long. The close date is pushed with
    log-odds that fall with the same willingness: a sign, not a cause.
    """
    stages, count = open_stages(rates), len(created)
    stage_at = np.full((count, len(stages)), NEVER, dtype=np.int64)
    pushes = np.zeros((count, len(stages)), dtype=np.int64)
    at, closed, alive = created.copy(), np.full(count, NEVER, dtype=np.int64), np.ones(count, dtype=np.bool_)
    stalled = np.zeros(count, dtype=np.bool_)
    doomed = np.zeros(count, dtype=np.bool_)
    doomed[hopeless] = True
    for number, stage in enumerate(stages):
        stage_at[:, number] = np.where(alive, at, NEVER)
        push = log_odds(np.array([rates.pushed])) - rates.push_effect * willing
        pushes[:, number] = alive & (rng.random(count) < logistic(push))
        stays = alive & (rng.random(count) < rates.stalled)
        goes = rng.random(count) < logistic(stage.advance + stage.weight * willing)
        if number == len(stages) - 1:
            goes &= ~doomed
        days = spread(rng, stage.days, stage.days_log_sd, count) * np.where(goes, 1.0, rates.lost_slower)
        until = office(rng, later(at, days * DAY))
        lost = alive & ~stays & ~goes
        closed[lost] = until[lost]
        stalled |= stays
        alive = alive & ~stays & goes
        at = np.where(alive, until, at)
    closed[alive] = at[alive]
    return Course(stage_at, closed, alive, stalled, pushes)


def amounts(rates: Rates, employees: Ints, rng: np.random.Generator) -> tuple[Floats, Floats, Bools]:
    """The amount first entered, the final one, and whether one is known while a deal is open: each won deal has one."""
    count = len(employees)
    worth = rates.amount_log + rates.amount_per_log_employee * np.log(employees)
    amount: Floats = np.round(np.exp(worth + rates.amount_log_sd * rng.standard_normal(count)), -2).astype(np.float64)
    first: Floats = np.round(amount * np.exp(rates.first_amount_log_sd * rng.standard_normal(count)), -2).astype(
        np.float64
    )
    return first, np.maximum(amount, rates.least_amount), rng.random(count) >= rates.missing_amount
