"""Leads: how they come, whether and when sales works them, how they end.

The chance to convert follows from the source, the person's standing and intent, the firm's fit and the delay of the
first touch; a lead that nobody works converts never. Times are seconds since 1970, NEVER for what does not happen
(whatever the end of history).
"""

from dataclasses import dataclass

import numpy as np

from pipelines.demo.draw import (
    DAY,
    HOUR,
    NEVER,
    Bools,
    Ints,
    Span,
    arrivals,
    choose,
    effects,
    later,
    logistic,
    office,
    repeat,
    spread,
    within,
)
from pipelines.demo.firms import Firms
from pipelines.demo.people import People
from pipelines.demo.world import World


@dataclass(frozen=True)
class Arrivals:
    """Who comes as a lead: firm and person, in the order of arrival. Persons from `contacts` on are new."""

    firm: Ints
    person: Ints
    new_person_firm: Ints


@dataclass(frozen=True)
class Leads:
    """One place per lead, in the order of creation."""

    firm: Ints
    person: Ints
    source: Ints
    owner: Ints
    in_queue: Bools
    worked: Bools
    created_at: Ints
    qualified_at: Ints
    worked_at: Ints
    recycled_at: Ints
    requalified_at: Ints
    reworked_at: Ints
    disqualified_at: Ints
    converted_at: Ints
    opens_deal: Bools

    def __len__(self) -> int:
        return len(self.firm)

    @property
    def ended_at(self) -> Ints:
        return np.minimum(self.disqualified_at, self.converted_at)


def arrive(world: World, firms: Firms, contact_firm: Ints, rng: np.random.Generator) -> Arrivals:
    """Decide who becomes a lead: a new person, one who is a contact already, or one who was a lead before."""
    rates = world.leads
    base = np.log(rates.inbound_share / (1 - rates.inbound_share))
    listed = np.arange(len(firms)) < firms.listed
    comes = ~listed | (rng.random(len(firms)) < logistic(base + rates.inbound_fit * firms.fit))
    more = rng.poisson(np.where(listed, rates.more_listed, rates.more_outsider) * rng.gamma(2.0, 0.5, len(firms)))
    counts = np.where(comes & ~firms.is_person, 1 + more, 0)
    firm, rank = repeat(counts), within(counts)
    total = len(firm)
    order = rng.permutation(total)
    contacts_of = np.bincount(contact_firm, minlength=len(firms))
    first_contact = np.cumsum(contacts_of) - contacts_of
    known = (contacts_of[firm] > 0) & (rng.random(total) < rates.existing_contact)
    again = ~known & (rank > 0) & (rng.random(total) < rates.repeat_person)
    person = np.full(total, -1, dtype=np.int64)
    person[known] = (first_contact[firm] + (rng.random(total) * contacts_of[firm]).astype(np.int64))[known]
    new = ~known & ~again
    person[new] = len(contact_firm) + np.arange(int(new.sum()))
    person[again] = person[np.arange(total) - rank][again]
    return Arrivals(firm[order], person[order], firm[new])


def work_leads(
    world: World, firms: Firms, people: People, come: Arrivals, span: Span, *, rng: np.random.Generator
) -> Leads:
    """The life of every lead."""
    rates, count = world.leads, len(come.firm)
    created = np.sort(arrivals(rng, span, world.history, count))
    source = choose(rng, rates.sources, count)
    sources = list(rates.sources.values())
    owner = rng.integers(0, world.sales.representatives, count)
    worked = rng.random(count) < np.array([level.worked for level in sources])[source]
    pace = np.exp(0.3 * rng.standard_normal(world.sales.representatives))
    delay = spread(
        rng, np.array([level.delay_hours for level in sources])[source] * pace[owner], rates.delay_log_sd, count
    )
    worked_at = np.where(worked, office(rng, later(created, delay * HOUR)), NEVER)
    delay = (worked_at - created) / HOUR
    chance = (
        rates.rate
        + effects(rates.sources)[source]
        + people.standing[come.person]
        + rates.fit_effect * firms.fit[come.firm]
        + rates.intent_effect * people.intent[come.person]
        + rates.delay_effect * (np.log1p(np.minimum(delay, 10_000)) - np.log1p(20))
    )
    first = worked & (rng.random(count) < logistic(chance))
    fate = rng.random(count)
    recycled = worked & ~first & (fate < rates.recycled)
    recycled_at = pass_end(rng, worked_at, recycled, rates.days_to_recycle, rates.days_log_sd)
    returns = recycled & (rng.random(count) < rates.returns)
    requalified_at = pass_end(rng, recycled_at, returns, rates.days_to_return, rates.days_log_sd)
    reworked_at = office(rng, later(requalified_at, spread(rng, 30.0 * HOUR, rates.delay_log_sd, count)))
    second = returns & (rng.random(count) < logistic(chance + rates.second_pass_effect))
    converted = np.where(second, reworked_at, worked_at)
    converted_at = pass_end(rng, converted, first | second, rates.days_to_convert, rates.days_log_sd)
    lost = worked & ~first & ~recycled & (fate < rates.recycled + rates.disqualified)
    lost_again = returns & ~second & (rng.random(count) < rates.disqualified)
    disqualified_at = pass_end(
        rng,
        np.where(lost_again, reworked_at, worked_at),
        lost | lost_again,
        rates.days_to_disqualify,
        rates.days_log_sd,
    )
    qualified = worked | (rng.random(count) < rates.qualified_unworked)
    share = np.where(worked, rng.random(count) * 0.6 * delay * HOUR, rng.exponential(3 * DAY, count))
    return Leads(
        firm=come.firm,
        person=come.person,
        source=source,
        owner=owner,
        in_queue=~worked & (rng.random(count) < rates.queue_share),
        worked=worked,
        created_at=created,
        qualified_at=np.where(qualified, later(created, np.where(qualified, share, 0) + 5), NEVER),
        worked_at=worked_at,
        recycled_at=recycled_at,
        requalified_at=requalified_at,
        reworked_at=reworked_at,
        disqualified_at=disqualified_at,
        converted_at=converted_at,
        opens_deal=rng.random(count) < rates.opportunity_share,
    )


def pass_end(rng: np.random.Generator, start: Ints, ends: Bools, days: float, log_sd: float) -> Ints:
    """The moment at which a stretch that began at `start` ends, in office hours; NEVER where it does not."""
    waits = spread(rng, days * DAY, log_sd, len(start))
    return office(rng, np.where(ends, later(start, waits), NEVER))
