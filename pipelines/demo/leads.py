"""Leads: whether and when sales works them, how they end.

The chance to convert follows from the source, the touches before, the person's standing and intent, the firm's fit, the
treatments and the delay of the first touch; a lead that nobody works converts never. Whom sales works follows from
what it sees and feels of a lead, and from how many came that week. Times are seconds since 1970, NEVER for what does
not happen (whatever the end of history); how long a stretch takes depends on how it ends and on nothing hidden.
"""

from dataclasses import dataclass

import numpy as np

from pipelines.demo.demand import Arrivals
from pipelines.demo.draw import (
    DAY,
    HOUR,
    NEVER,
    Bools,
    Floats,
    Ints,
    Span,
    choose,
    effects,
    later,
    log_odds,
    logistic,
    office,
    poisson,
    spread,
)
from pipelines.demo.experiments import Traits, assign, levels_of, total_effect
from pipelines.demo.firms import Firms
from pipelines.demo.people import People
from pipelines.demo.world import World
from pipelines.demo.world.selling import Leads as Rates

WEEK = 7 * DAY


@dataclass(frozen=True)
class Leads:
    """One place per lead, in the order of creation.

    `shown` is the part of the log-odds to convert that source, touches, treatments and the market explain, `work` the
    part of the log-odds to be worked that does not depend on intent, `usual_delay` the median of the hours until the
    first touch. `arm` has a column per experiment, `filled` says whether the firmographics were typed in.
    """

    firm: Ints
    person: Ints
    source: Ints
    owner: Ints
    touches: Ints
    arm: Ints
    filled: Bools
    shown: Floats
    work: Floats
    usual_delay: Floats
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


def work_leads(
    world: World, firms: Firms, people: People, come: Arrivals, span: Span, *, rng: np.random.Generator
) -> Leads:
    """The life of every lead."""
    rates, created, count = world.leads, come.at, len(come.firm)
    source = choose(rng, rates.sources, count)
    owner = rng.integers(0, world.sales.representatives, count)
    touches = poisson(rng, rates.touches, count, "leads.touches")
    levels = levels_of(firms, people, come.firm, come.person, source)
    fit, intent = firms.fit_at(come.firm, created, span), people.intent[come.person]
    arm = assign(world, created, Traits(levels, fit, intent), span, rng)
    shown = (
        rates.rate
        + effects(rates.sources)[source]
        + rates.touch_effect * np.log1p(touches)
        + total_effect(world, arm, levels)
        + world.firms.drift.conversion * (created >= span.drift)
    )
    willing = willing_to_convert(rates, shown, people.standing[come.person], fit, intent)
    work = chance_of_work(world, source, firms.shown_fit[come.firm], created, span)
    worked = rng.random(count) < logistic(work + rates.select_intent * intent)
    pace = np.exp(rates.pace_sd * rng.standard_normal(world.sales.representatives))
    usual = np.array([level.delay_hours for level in rates.sources.values()])[source] * pace[owner]
    delay = spread(rng, usual, rates.delay_log_sd, count)
    worked_at = np.where(worked, office(rng, later(created, delay * HOUR)), NEVER)
    willing = willing + delay_effect(rates, (worked_at - created) / HOUR)
    ends = passes(rates, worked_at, willing, rng)
    qualified = worked | (rng.random(count) < rates.qualified_unworked)
    wait = np.where(
        worked,
        rng.random(count) * rates.qualified_within * np.minimum(worked_at - created, NEVER // 2),
        rng.exponential(rates.qualified_days * DAY, count),
    )
    return Leads(
        firm=come.firm,
        person=come.person,
        source=source,
        owner=owner,
        touches=touches,
        arm=arm,
        filled=rng.random(count) < rates.firmographics_filled,
        shown=shown,
        work=work,
        usual_delay=usual,
        in_queue=~worked & (rng.random(count) < rates.queue_share),
        worked=worked,
        created_at=created,
        qualified_at=np.where(qualified, later(created, np.where(qualified, wait, 0) + 1), NEVER),
        worked_at=worked_at,
        recycled_at=ends.recycled_at,
        requalified_at=ends.requalified_at,
        reworked_at=ends.reworked_at,
        disqualified_at=ends.disqualified_at,
        converted_at=ends.converted_at,
        opens_deal=rng.random(count) < rates.opportunity_share,
    )


def chance_of_work(world: World, source: Ints, shown_fit: Floats, created: Ints, span: Span) -> Floats:
    """Log-odds to be worked but for the intent that sales feels: the source, the visible fit, and the week's load.

    Sales has the capacity for `capacity` times the usual number of leads a week; beyond it the chance falls.
    """
    rates = world.leads
    usual = log_odds(np.array([level.worked for level in rates.sources.values()]))[source]
    week = (created - span.start) // WEEK
    came = np.bincount(week, minlength=1)
    load = np.log(np.maximum(came / (world.sales.capacity * max(came.mean(), 1.0)), 1.0))
    return np.asarray(usual + rates.select_fit * shown_fit - world.sales.overload_effect * load[week], dtype=np.float64)


def willing_to_convert(rates: Rates, shown: Floats, standing: Floats, fit: Floats | float, intent: Floats) -> Floats:
    """The log-odds to convert in the first pass, but for the delay of the first touch."""
    return np.asarray(shown + standing + rates.fit_effect * fit + rates.intent_effect * intent, dtype=np.float64)


def delay_effect(rates: Rates, hours: Floats) -> Floats:
    """What the hours until the first touch do to the log-odds to convert, against the usual delay."""
    longest = 10_000.0  # stands for never, which no logarithm should see
    shift = np.log1p(np.minimum(hours, longest)) - np.log1p(rates.usual_delay_hours)
    return np.asarray(rates.delay_effect * shift, dtype=np.float64)


@dataclass(frozen=True)
class Ends:
    """How the passes of each lead end: one moment each, NEVER for what does not happen."""

    recycled_at: Ints
    requalified_at: Ints
    reworked_at: Ints
    disqualified_at: Ints
    converted_at: Ints


def passes(rates: Rates, worked_at: Ints, willing: Floats, rng: np.random.Generator) -> Ends:
    """The first pass from `worked_at` on, and the second one of those who were recycled and came back.

    `willing` is the log-odds to convert. A pass ends by conversion, by going back to marketing, by disqualification, or
    not at all; who does not convert is shared out over the other ends.
    """
    count, worked = len(worked_at), worked_at < NEVER
    first = worked & (rng.random(count) < logistic(willing))
    fate = rng.random(count)
    recycled = worked & ~first & (fate < rates.recycled)
    recycled_at = pass_end(rng, worked_at, recycled, rates.days_to_recycle, rates.days_log_sd)
    returns = recycled & (rng.random(count) < rates.returns)
    requalified_at = pass_end(rng, recycled_at, returns, rates.days_to_return, rates.days_log_sd)
    reworked_at = office(
        rng, later(requalified_at, spread(rng, rates.second_delay_hours, rates.delay_log_sd, count) * HOUR)
    )
    second = returns & (rng.random(count) < logistic(willing + rates.second_pass_effect))
    converted_at = pass_end(
        rng, np.where(second, reworked_at, worked_at), first | second, rates.days_to_convert, rates.days_log_sd
    )
    lost = worked & ~first & ~recycled & (fate < rates.recycled + rates.disqualified)
    lost_again = returns & ~second & (rng.random(count) < rates.disqualified)
    disqualified_at = pass_end(
        rng,
        np.where(lost_again, reworked_at, worked_at),
        lost | lost_again,
        rates.days_to_disqualify,
        rates.days_log_sd,
    )
    return Ends(recycled_at, requalified_at, reworked_at, disqualified_at, converted_at)


def pass_end(rng: np.random.Generator, start: Ints, ends: Bools, days: float, log_sd: float) -> Ints:
    """The moment at which a stretch that began at `start` ends, in office hours; NEVER where it does not."""
    waits = spread(rng, days * DAY, log_sd, len(start))
    return office(rng, np.where(ends, later(start, waits), NEVER))
