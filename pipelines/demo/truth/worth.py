"""What a lead or an approach of a firm with a given fit is worth, and how long it takes: the simulation's own functions
run on a grid of fits, hidden terms drawn anew.
"""

from dataclasses import dataclass

import numpy as np

from pipelines.demo.company import Company
from pipelines.demo.deals import chance_to_open, run_stages, willingness
from pipelines.demo.draw import (
    DAY,
    HOUR,
    NEVER,
    Floats,
    Ints,
    choose,
    effects,
    later,
    logistic,
    office,
    spread,
)
from pipelines.demo.leads import delay_effect, passes, willing_to_convert
from pipelines.demo.truth.clocks import starts

FITS = np.linspace(-7.0, 7.0, 29)
DRAWS = 24_000  # leads or approaches per fit
SAMPLE = 3_000  # times of wins kept


@dataclass(frozen=True)
class Worth:
    """What one lead or approach is worth, by fit (a value per entry of FITS): the chance to open a deal (to convert),
    and to be won; and draws of the days until both, of those that are won.
    """

    opens: Floats
    wins: Floats
    open_days: Floats
    win_days: Floats


def worth_of_leads(company: Company, after_drift: bool, rng: np.random.Generator) -> Worth:
    """Leads with random role and intent, worked and sold to as in the simulation; `opens` is the chance to convert.

    Source, touches, treatments, the market, the usual delay and the load of sales are those of leads that came before
    the drift, or after it.
    """
    world, rates, leads = company.world, company.world.leads, company.leads
    pool = np.flatnonzero((leads.created_at >= company.span.drift) == after_drift)
    pool = pool if len(pool) else np.arange(len(leads))
    if not len(pool):
        return Worth(np.zeros(len(FITS)), np.zeros(len(FITS)), np.zeros(0), np.zeros(0))
    like = pool[rng.integers(0, len(pool), DRAWS)]
    standing = effects(world.people.seniorities)[choose(rng, world.people.seniorities, DRAWS)]
    standing = standing + effects(world.people.functions)[choose(rng, world.people.functions, DRAWS)]
    intent = world.people.intent_sd * rng.standard_normal(DRAWS)
    shown, usual = leads.shown[like], leads.usual_delay[like]
    work = leads.work[like] - rates.select_fit * company.firms.shown_fit[leads.firm[like]]
    created = starts(rng, DRAWS)
    touched = office(rng, later(created, spread(rng, usual, rates.delay_log_sd, DRAWS) * HOUR))
    delay = delay_effect(rates, (touched - created) / HOUR)
    skill = company.skill[rng.integers(0, len(company.skill), DRAWS)]
    opened, won, days = np.zeros(len(FITS)), np.zeros(len(FITS)), []
    for place, fit in enumerate(FITS):
        works = logistic(work + rates.select_fit * fit + rates.select_intent * intent)
        ends = passes(rates, touched, willing_to_convert(rates, shown, standing, fit, intent) + delay, rng)
        converts = ends.converted_at < NEVER
        willing = willingness(world.deals, np.full(DRAWS, fit), intent, skill)
        course = run_stages(world.deals, np.where(converts, ends.converted_at, created), willing, none(), rng=rng)
        wins = converts & course.won
        opened[place] = (works * converts).mean()
        won[place] = (works * wins).mean() * rates.opportunity_share
        if abs(fit) <= 1.5:
            days.append(np.stack([ends.converted_at[wins] - created[wins], course.closed_at[wins] - created[wins]]))
    open_days, win_days = sampled(days, rng)
    return Worth(opened, won, open_days, win_days)


def worth_of_approaches(company: Company, rng: np.random.Generator) -> Worth:
    """Approaches of a contact with random intent by a random representative."""
    world, rates = company.world, company.world.deals
    intent = world.people.intent_sd * rng.standard_normal(DRAWS)
    skill = company.skill[rng.integers(0, len(company.skill), DRAWS)]
    begun = starts(rng, DRAWS)
    created = office(rng, later(begun, rng.exponential(rates.outbound_delay_days * DAY, DRAWS)))
    opened, won, days = np.zeros(len(FITS)), np.zeros(len(FITS)), []
    for place, fit in enumerate(FITS):
        course = run_stages(rates, created, willingness(rates, np.full(DRAWS, fit), intent, skill), none(), rng=rng)
        opened[place] = chance_to_open(world, np.array([fit]))[0]
        won[place] = opened[place] * course.won.mean()
        if abs(fit) <= 1.5:
            days.append(np.stack([(created - begun)[course.won], (course.closed_at - begun)[course.won]]))
    open_days, win_days = sampled(days, rng)
    return Worth(opened, won, open_days, win_days)


def none() -> Ints:
    return np.zeros(0, dtype=np.int64)


def sampled(days: list[Ints], rng: np.random.Generator) -> tuple[Floats, Floats]:
    """At most SAMPLE pairs of (opened, won) in days, of all that were won."""
    both = np.concatenate(days, axis=1) / DAY
    kept = rng.choice(both.shape[1], SAMPLE) if both.shape[1] else np.zeros(0, dtype=np.int64)
    return both[0, kept], both[1, kept]
