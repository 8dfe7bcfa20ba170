"""Customers: a deal that is won starts a subscription, which grows, is renewed, shrinks or ends, term by term.

What does not belong here: new business (deals.py), what happens within one term (renewals.py), how the CRM shows it.
"""

from dataclasses import replace

import numpy as np

from pipelines.demo.arrays import stacked, taken
from pipelines.demo.baskets import (
    Lines,
    Shelf,
    discounts,
    first_baskets,
    first_units,
    listed,
    pull,
    stock,
    worth_of,
)
from pipelines.demo.deals import Deals, open_stages
from pipelines.demo.draw import DAY, NEVER, Bools, Floats, Ints, Span, log_odds, logistic
from pipelines.demo.firms import Firms
from pipelines.demo.news import News
from pipelines.demo.renewals import expand, renew
from pipelines.demo.subscriptions import RENEWAL, Batch, Book, Subscriptions, Wave
from pipelines.demo.world import World

PROSPECT, CUSTOMER, FORMER = 0, 1, 2


def grow_customers(
    world: World, firms: Firms, deals: Deals, news: News, span: Span, *, rng: np.random.Generator
) -> tuple[Deals, Subscriptions]:
    """All deals created before the end of the history in the order of creation, those of customers among the given ones
    (which are new business and get the amount of their baskets), and the subscriptions behind them.
    """
    shelf = stock(world, span)
    wanted = pull(world, shelf, firms, deals.firm)
    units = first_units(world.customers, first_baskets(shelf, wanted, deals.created_at, rng), deals.amount, rng)
    discount = discounts(world.customers, len(deals), rng)
    price = np.broadcast_to(shelf.price, units.shape)
    lines = listed(np.arange(len(deals)), units, units, price, discount)
    deals = priced(world, deals, lines, rng)
    book = Book(len(deals), [lines])
    waves: list[Wave] = []
    starts: list[Ints] = []
    won = np.flatnonzero(deals.won & (deals.closed_at < span.end))
    waiting = won[np.argsort(deals.closed_at[won], kind="stable")]
    left_at = np.full(len(firms), -1, dtype=np.int64)
    while len(waiting) or not waves:
        start = waiting[np.sort(np.unique(deals.firm[waiting], return_index=True)[1])]
        wave = Wave(
            number=sum(map(len, starts)) + np.arange(len(start)),
            firm=deals.firm[start],
            started_at=deals.closed_at[start],
            health=healths(world, firms, deals.firm[start], span, rng),
            wanted=wanted[start],
            units=units[start],
            discount=discount[start],
            value=deals.amount[start],
            left_at=np.full(len(start), NEVER, dtype=np.int64),
            ends_at=np.full(len(start), NEVER, dtype=np.int64),
        )
        further = np.setdiff1d(waiting, start)
        serve(world, shelf, wave, deals, units, further=further, news=news, span=span, book=book, rng=rng)
        left_at[wave.firm] = wave.left_at
        waiting = waiting[deals.closed_at[waiting] > left_at[deals.firm[waiting]]]
        waves.append(wave)
        starts.append(start)
    return put_together(world, deals, book, waves, np.concatenate(starts), span=span, rng=rng)


def priced(world: World, deals: Deals, lines: Lines, rng: np.random.Generator) -> Deals:
    """The deals with the amount of their lines, and a first estimate around it."""
    amount = worth_of(lines, lines.quantity, len(deals))
    noise = np.exp(world.deals.first_amount_log_sd * rng.standard_normal(len(deals)))
    return replace(deals, amount=amount, first_amount=np.asarray(np.round(amount * noise, -2), dtype=np.float64))


def healths(world: World, firms: Firms, firm: Ints, span: Span, rng: np.random.Generator) -> Floats:
    """Hidden health (customers x terms, log-odds): the firm's hidden need, a part of its own, a slow random walk."""
    rates = world.customers
    terms = 2 + span.seconds // (rates.term_days * DAY)
    own = rates.health_sd * rng.standard_normal(len(firm))
    steps = rates.drift_sd * rng.standard_normal((len(firm), terms))
    steps[:, 0] = 0.0
    need = rates.need_effect * (firms.fit[firm] - firms.shown_fit[firm])
    return np.asarray((need + own)[:, None] + np.cumsum(steps, axis=1), dtype=np.float64)


def serve(
    world: World,
    shelf: Shelf,
    wave: Wave,
    deals: Deals,
    units: Ints,
    *,
    further: Ints,
    news: News,
    span: Span,
    book: Book,
    rng: np.random.Generator,
) -> None:
    """Lead the subscriptions of a wave through their terms; `further` new business of theirs adds to what they have."""
    nothing = np.zeros_like(wave.units)
    book.change(wave.number, wave.started_at, nothing, wave.units)
    book.note(wave, np.arange(len(wave.number)), wave.started_at)
    length = world.customers.term_days * DAY
    place = dict(zip(wave.firm.tolist(), range(len(wave.firm)), strict=True))
    owner = np.array([place[firm] for firm in deals.firm[further].tolist()], dtype=np.int64)
    for term in range(wave.health.shape[1]):
        active = np.flatnonzero(wave.stays & (wave.started_at + term * length < span.end))
        if term and not len(active):
            break
        expand(world, shelf, wave, active, term, book=book, rng=rng)
        begins = wave.started_at[owner] + term * length
        within_term = (deals.closed_at[further] > begins) & (deals.closed_at[further] <= begins + length)
        for number in np.flatnonzero(within_term & wave.stays[owner]).tolist():  # a few
            add(wave, owner[[number]], deals, units, deal=further[[number]], book=book)
        renew(world, shelf, wave, active, term, news=news, book=book, rng=rng)


def add(wave: Wave, place: Ints, deals: Deals, units: Ints, *, deal: Ints, book: Book) -> None:
    """Another new-business deal that a customer signed (one place, one deal)."""
    book.change(wave.number[place], deals.closed_at[deal], wave.units[place], wave.units[place] + units[deal])
    wave.units[place] += units[deal]
    wave.value[place] += deals.amount[deal]
    book.note(wave, place, deals.closed_at[deal])


def put_together(
    world: World, deals: Deals, book: Book, waves: list[Wave], start: Ints, *, span: Span, rng: np.random.Generator
) -> tuple[Deals, Subscriptions]:
    """New business and the deals of customers in one order; every number of a deal is its place in that order."""
    batch = stacked(book.batches)
    every = stacked([deals, opened_deals(world, deals, batch, start[batch.subscription], rng)])
    order = np.argsort(every.created_at, kind="stable")
    order = order[every.created_at[order] < span.end]
    row = np.full(len(every), -1, dtype=np.int64)
    row[order] = np.arange(len(order))
    terms, lines = stacked(book.terms), stacked(book.lines)
    lines = taken(replace(lines, deal=row[lines.deal]), row[lines.deal] >= 0)
    return taken(every, order), Subscriptions(
        firm=deals.firm[start],
        person=deals.person[start],
        owner=deals.owner[start],
        deal=row[start],
        started_at=deals.closed_at[start],
        left_at=np.concatenate([wave.left_at for wave in waves]),
        ends_at=np.concatenate([wave.ends_at for wave in waves]),
        health=np.concatenate([wave.health for wave in waves]),
        terms=replace(terms, deal=row[terms.deal]),
        changes=stacked(book.changes),
        values=stacked(book.values),
        lines=lines,
        chance=np.concatenate([np.full(len(deals), np.nan), batch.chance])[order],
    )


def opened_deals(world: World, deals: Deals, batch: Batch, start: Ints, rng: np.random.Generator) -> Deals:
    """The deals of customers; `start` is the deal that began each one's subscription."""
    count = len(start)
    return Deals(
        firm=deals.firm[start],
        person=deals.person[start],
        lead=np.full(count, -1, dtype=np.int64),
        kind=batch.kind,
        owner=deals.owner[start],
        created_at=batch.created_at,
        closed_at=batch.closed_at,
        won=batch.won,
        stage_at=stage_entries(world, batch, rng),
        pushes=pushes(world, batch, rng),
        first_amount=batch.first_amount,
        amount=batch.amount,
        has_amount=np.ones(count, dtype=np.bool_),
        planned_close=batch.planned_close,
        stalled=np.zeros(count, dtype=np.bool_),
        willing=batch.willing,
    )


def stage_entries(world: World, batch: Batch, rng: np.random.Generator) -> Ints:
    """When each deal entered each open stage: renewals begin late, winners pass all stages, losers end in one of them.
    The time to the close is split at random among the stages passed.
    """
    stages, count = len(open_stages(world.deals)), len(batch.kind)
    late = max(stages - world.customers.renewal_stages, 0)
    first = np.where(batch.kind == RENEWAL, late, 0)
    last = np.where(batch.won, stages - 1, rng.integers(first, stages))
    number = np.arange(stages)
    passed: Bools = (number >= first[:, None]) & (number <= last[:, None])
    parts = rng.exponential(1.0, (count, stages)) * passed
    before = (np.cumsum(parts, axis=1) - parts) / parts.sum(axis=1, keepdims=True)
    entered = batch.created_at[:, None] + (before * (batch.closed_at - batch.created_at)[:, None]).astype(np.int64)
    return np.where(passed, entered, NEVER)


def pushes(world: World, batch: Batch, rng: np.random.Generator) -> Ints:
    """Whether the close date was moved while a deal stood in each open stage, as in new business; no renewal is."""
    stages = len(open_stages(world.deals))
    usual = log_odds(np.array([world.deals.pushed]))
    push = logistic(usual - world.deals.push_effect * batch.willing)
    moved = rng.random((len(batch.kind), stages)) < (push * (batch.kind != RENEWAL))[:, None]
    return np.asarray(moved, dtype=np.int64)


def standing(subscriptions: Subscriptions, firms: int, now: int) -> Ints:
    """PROSPECT, CUSTOMER or FORMER of each firm as of a moment: what `Account.Type` says."""
    result = np.full(firms, PROSPECT, dtype=np.int64)
    begun = subscriptions.started_at < now
    result[subscriptions.firm[begun]] = FORMER
    result[subscriptions.firm[begun & (subscriptions.left_at >= now)]] = CUSTOMER
    return result
