"""Who writes in, and when: buying episodes of companies, each of which brings one person or several.

What does not belong here: what becomes of a lead. Episodes of a firm are a Poisson process whose rate follows the
firm's fit, the growth of the company and the season, so that the chances of a window can be summed
(truth/account_chance.py).
"""

from dataclasses import dataclass

import numpy as np

from pipelines.demo.draw import (
    DAY,
    Bools,
    Floats,
    Ints,
    Span,
    arrival_density,
    arrivals,
    poisson,
    powered,
    repeat,
    within,
)
from pipelines.demo.firms import Firms
from pipelines.demo.news import News
from pipelines.demo.world import World


@dataclass(frozen=True)
class Arrivals:
    """Who comes as a lead: firm, person and moment, in the order of arrival. `new_person_firm` is the firm of each
    person whom nobody knew; these persons follow the contacts in number.
    """

    firm: Ints
    person: Ints
    at: Ints
    new_person_firm: Ints


def episode_rate(world: World, fit: Floats) -> Floats:
    """Expected episodes of a listed firm with this fit over the whole history."""
    return np.asarray(world.leads.episodes * powered(world.leads.inbound_fit * fit), dtype=np.float64)


def arrive(
    world: World, firms: Firms, news: News, contact_firm: Ints, span: Span, *, rng: np.random.Generator
) -> Arrivals:
    """Decide who becomes a lead: a new person, one who is a contact already, or one who was a lead before.

    Listed firms write in at the rate of their fit; the outsiders are those firms that nobody listed and that wrote in,
    one episode each.
    """
    rates = world.leads
    firm, at = stirred(world, firms, news, *episodes(world, firms, span, rng), span=span, rng=rng)
    listed = firm < firms.listed
    more = poisson(rng, np.where(listed, rates.colleagues, rates.colleagues_outsider), None, "leads.colleagues")
    episode = repeat(1 + more)
    waits = rng.exponential(rates.colleague_days * DAY, len(episode)) * (within(1 + more) > 0)
    firm, at = firm[episode], at[episode] + waits.astype(np.int64)
    order = np.argsort(at, kind="stable")
    order = order[at[order] < span.end]
    firm, at = firm[order], at[order]
    person, new = persons(world, firm, contact_firm, len(firms), rng)
    return Arrivals(firm, person, at, firm[new])


def episodes(world: World, firms: Firms, span: Span, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Firm and moment of every episode. A drift changes a firm's rate from its day on: the larger rate is drawn, and
    what exceeds the rate of its moment is left out.
    """
    rate = episode_rate(world, firms.fit)
    after = episode_rate(world, firms.fit + firms.drift)
    most = np.where(firms.outsider | firms.is_person, 0.0, np.maximum(rate, after))
    firm = np.concatenate([repeat(poisson(rng, most, None, "leads.episodes")), np.flatnonzero(firms.outsider)])
    at = arrivals(rng, span, world.history, len(firm))
    now = np.where(at >= span.drift, after[firm], rate[firm])
    stays = firms.outsider[firm] | (rng.random(len(firm)) * most[firm] < now)
    return firm[stays], at[stays]


def stirred(
    world: World, firms: Firms, news: News, firm: Ints, at: Ints, *, span: Span, rng: np.random.Generator
) -> tuple[Ints, Ints]:
    """The episodes after the news: good ones bring more while they matter, bad ones keep some away."""
    demand = np.array([kind.demand for kind in world.news.kinds.values()])
    worse = news.effect(firm, at, np.minimum(demand, 0.0).tolist())
    stays = firms.outsider[firm] | (rng.random(len(firm)) < np.exp(worse))
    density = np.concatenate([[0.0], np.cumsum(arrival_density(span, world.history))])
    day = (news.at - span.start) / DAY
    days = np.arange(len(density))
    share = np.interp(day + news.window[news.kind] / DAY, days, density) - np.interp(day, days, density)
    rate = episode_rate(world, firms.fit_at(news.firm, news.at, span)) * np.expm1(np.maximum(demand, 0.0)[news.kind])
    extra = np.where(firms.outsider[news.firm] | firms.is_person[news.firm], 0.0, rate * share)
    more = repeat(poisson(rng, extra, None, "leads.episodes after news"))
    later = news.at[more] + (rng.random(len(more)) * news.window[news.kind[more]]).astype(np.int64)
    return np.concatenate([firm[stays], news.firm[more]]), np.concatenate([at[stays], later])


def persons(world: World, firm: Ints, contact_firm: Ints, firms: int, rng: np.random.Generator) -> tuple[Ints, Bools]:
    """The person of each arrival, and whether nobody knew that person: contacts of the firm come first in number."""
    rates, total = world.leads, len(firm)
    contacts_of = np.bincount(contact_firm, minlength=firms)
    first_contact = np.cumsum(contacts_of) - contacts_of
    rank = rank_within(firm)
    known = (contacts_of[firm] > 0) & (rng.random(total) < rates.existing_contact)
    again = ~known & (rank > 0) & (rng.random(total) < rates.repeat_person)
    person = np.full(total, -1, dtype=np.int64)
    person[known] = (first_contact[firm] + (rng.random(total) * contacts_of[firm]).astype(np.int64))[known]
    new = ~known & ~again
    person[new] = len(contact_firm) + np.arange(int(new.sum()))
    earlier = previous_within(firm)
    for place in np.flatnonzero(again).tolist():  # a few; each may repeat one who repeats another
        person[place] = person[earlier[place]]
    return person, new


def rank_within(group: Ints) -> Ints:
    """0 for the first item of each group, 1 for the second, ..., in the order of the items."""
    order = np.argsort(group, kind="stable")
    rank = np.empty(len(group), dtype=np.int64)
    rank[order] = within(np.unique(group, return_counts=True)[1].astype(np.int64))
    return rank


def previous_within(group: Ints) -> Ints:
    """The place of the item of the same group before each one, -1 for the first of its group."""
    order = np.argsort(group, kind="stable")
    before = np.full(len(group), -1, dtype=np.int64)
    same = group[order][1:] == group[order][:-1]
    before[order[1:][same]] = order[:-1][same]
    return before
