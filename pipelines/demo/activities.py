"""Calls, mails and meetings of sales: with leads, in deals, in outreach; done, and planned.

What does not belong here: mass mail (marketing) and whom an activity is shown with after a conversion (the export moves
it).
"""

from dataclasses import dataclass

import numpy as np

from pipelines.demo.deals import Deals, Outreach
from pipelines.demo.draw import DAY, HOUR, NEVER, Bools, Ints, Span, later, office, poisson, repeat, within
from pipelines.demo.leads import Leads
from pipelines.demo.world import World


@dataclass(frozen=True)
class Activities:
    """One place per task or meeting. Exactly one of lead and person says with whom (the other is -1); deal may be -1.
    `at` is when it happened, `due` when it is planned for; `done` is false for plans."""

    lead: Ints
    person: Ints
    deal: Ints
    owner: Ints
    at: Ints
    due: Ints
    done: Bools

    def __len__(self) -> int:
        return len(self.lead)

    def kept(self, rows: Bools | Ints) -> "Activities":
        return Activities(
            self.lead[rows],
            self.person[rows],
            self.deal[rows],
            self.owner[rows],
            self.at[rows],
            self.due[rows],
            self.done[rows],
        )


def activity(
    lead: Ints | None, person: Ints | None, deal: Ints | None, owner: Ints, at: Ints, *, due: Ints, done: bool
) -> Activities:
    nobody = np.full(len(at), -1, dtype=np.int64)
    return Activities(
        nobody if lead is None else lead,
        nobody if person is None else person,
        nobody if deal is None else deal,
        owner,
        at,
        due,
        np.full(len(at), done),
    )


def merged(parts: list[Activities], span: Span) -> Activities:
    """All parts that happened (or were planned) before the end, in the order of time."""
    whole = Activities(
        np.concatenate([part.lead for part in parts]),
        np.concatenate([part.person for part in parts]),
        np.concatenate([part.deal for part in parts]),
        np.concatenate([part.owner for part in parts]),
        np.concatenate([part.at for part in parts]),
        np.concatenate([part.due for part in parts]),
        np.concatenate([part.done for part in parts]),
    )
    order = np.argsort(whole.at, kind="stable")
    return whole.kept(order[whole.at[order] < span.end])


def lead_attempts(world: World, leads: Leads, start: Ints, span: Span, rng: np.random.Generator) -> Activities:
    """The first touch of a pass at `start` and further attempts until the lead ends or is put back."""
    more = poisson(rng, world.activities.attempts, len(leads), "activities.attempts")
    counts = np.where(start < span.end, 1 + more, 0)
    lead, number = repeat(counts), within(counts)
    rates = world.activities
    gaps = rng.exponential(rates.attempt_gap_days * DAY, len(lead)) * number * rates.attempt_gap_growth
    at = np.where(number == 0, start[lead], office(rng, later(start[lead], gaps + number)))
    stop = np.where(leads.recycled_at > start, np.minimum(leads.recycled_at, leads.ended_at), leads.ended_at)
    keep = (number == 0) | (at < stop[lead])
    return activity(lead, None, None, leads.owner[lead], at, due=at, done=True).kept(keep)


def during_deals(world: World, mean: float, deals: Deals, span: Span, rng: np.random.Generator) -> Activities:
    """Activities spread over the life of each deal."""
    deal = repeat(poisson(rng, mean, len(deals), "activities.deal_tasks and deal_meetings"))
    until = np.minimum(np.minimum(deals.closed_at, span.end), deals.created_at + int(world.activities.deal_days * DAY))
    length = np.maximum(until - deals.created_at, HOUR)[deal]
    at = office(rng, later(deals.created_at[deal], rng.random(len(deal)) * length))
    keep = (at < until[deal]) | (at < deals.created_at[deal] + DAY)
    return activity(None, deals.person[deal], deal, deals.owner[deal], at, due=at, done=True).kept(keep)


def plans(world: World, leads: Leads, deals: Deals, span: Span, rng: np.random.Generator) -> Activities:
    """Tasks that are not done: most lie ahead, some are overdue."""
    rates = world.activities
    open_leads = np.flatnonzero((leads.worked_at < span.end) & (leads.ended_at >= span.end))
    lead = open_leads[rng.random(len(open_leads)) < rates.planned_lead_tasks]
    open_deals = np.flatnonzero(deals.closed_at >= span.end)
    deal = open_deals[rng.random(len(open_deals)) < rates.planned_deal_tasks]
    begun = np.concatenate([leads.worked_at[lead], deals.created_at[deal]])
    begun = np.maximum(begun, span.end - int(rates.planned_since_days * DAY))
    at = begun + ((span.end - 1 - begun) * rng.random(len(begun))).astype(np.int64)
    due = later(at, DAY * rng.uniform(*rates.planned_until_days, len(at)))
    first = len(lead)
    return merged(
        [
            activity(lead, None, None, leads.owner[lead], at[:first], due=due[:first], done=False),
            activity(None, deals.person[deal], deal, deals.owner[deal], at[first:], due=due[first:], done=False),
        ],
        span,
    )


def make_tasks(
    world: World, leads: Leads, deals: Deals, outreach: Outreach, span: Span, *, rng: np.random.Generator
) -> Activities:
    counts = 1 + poisson(rng, world.activities.outbound_tasks, len(outreach.firm), "activities.outbound_tasks")
    approach, number = repeat(counts), within(counts)
    gaps = number * rng.exponential(world.activities.outbound_gap_days * DAY, len(approach))
    at = office(rng, later(outreach.begun_at[approach], gaps))
    return merged(
        [
            lead_attempts(world, leads, leads.worked_at, span, rng),
            lead_attempts(world, leads, leads.reworked_at, span, rng),
            during_deals(world, world.activities.deal_tasks, deals, span, rng),
            activity(None, outreach.person[approach], None, outreach.owner[approach], at, due=at, done=True),
            plans(world, leads, deals, span, rng),
        ],
        span,
    )


def make_meetings(world: World, leads: Leads, deals: Deals, span: Span, rng: np.random.Generator) -> Activities:
    """Meetings that took place before a lead ended or within a deal, and those in the calendars of the coming weeks."""
    rates = world.activities
    converts = leads.converted_at < NEVER
    meets = leads.worked & (
        rng.random(len(leads)) < np.where(converts, rates.meeting_before_conversion, rates.meeting_without)
    )
    lead = np.flatnonzero(meets)
    stop = np.minimum(leads.ended_at[lead], leads.worked_at[lead] + int(rates.meeting_days * DAY))
    length = np.maximum(stop - leads.worked_at[lead], HOUR) * rng.uniform(*rates.meeting_place, len(lead))
    at = office(rng, later(leads.worked_at[lead], length))
    with_leads = activity(lead, None, None, leads.owner[lead], at, due=at, done=True).kept(at < leads.ended_at[lead])
    open_deals = np.flatnonzero(deals.closed_at >= span.end)
    deal = open_deals[rng.random(len(open_deals)) < rates.planned_meetings]
    since = (rng.random(len(deal)) * rates.planned_meeting_since_days * DAY).astype(np.int64)
    entered = np.maximum(deals.created_at[deal], span.end - 1 - since)
    ahead = rng.random(len(deal)) * rates.planned_meeting_until_days * DAY
    due = office(rng, later(np.full(len(deal), span.end), ahead))
    planned = activity(None, deals.person[deal], deal, deals.owner[deal], entered, due=due, done=False)
    return merged([with_leads, during_deals(world, rates.deal_meetings, deals, span, rng), planned], span)
