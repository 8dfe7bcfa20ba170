"""One term of customers: what they buy on top, and whether they renew, shrink or leave at its end.

Health acts on the chances of these fates and on nothing else; how long a deal takes depends on how it ends.
"""

import numpy as np

from pipelines.demo.baskets import Shelf, discounts, drawn_product, listed, next_product_chance, worth_of
from pipelines.demo.draw import (
    DAY,
    HOUR,
    Floats,
    Ints,
    later,
    logistic,
    office,
    poisson,
    powered,
    repeat,
    spread,
    within,
)
from pipelines.demo.news import News
from pipelines.demo.subscriptions import EXPANSION, LEFT, RENEWAL, RENEWED, SHRUNK, Batch, Book, Terms, Wave
from pipelines.demo.world import World
from pipelines.demo.world.customers import Customers as Rates


def expand(
    world: World, shelf: Shelf, wave: Wave, active: Ints, term: int, *, book: Book, rng: np.random.Generator
) -> None:
    """Open the expansions of a term, in the order of time for each customer."""
    rates = world.customers
    mean = powered(rates.expansion_rate + rates.expansion_health * wave.health[active, term])
    counts = poisson(rng, mean, None, "customers.expansion_rate")
    place, rank = repeat(counts), within(counts)
    draw = rng.random(len(place))
    draw = draw[np.lexsort((draw, place))]
    begins = wave.started_at[active][place] + term * rates.term_days * DAY
    created = office(rng, later(begins, draw * rates.expansion_window * rates.term_days * DAY))
    for number in range(int(counts.max(initial=0))):
        chosen = rank == number
        buy_more(world, shelf, wave, active[place[chosen]], created[chosen], term=term, book=book, rng=rng)


def buy_more(
    world: World,
    shelf: Shelf,
    wave: Wave,
    place: Ints,
    created: Ints,
    *,
    term: int,
    book: Book,
    rng: np.random.Generator,
) -> None:
    """At most one expansion of each of these customers: a product that it has not, or more units of one it has."""
    rates, count, health = world.customers, len(place), wave.health[place, term]
    asked = extra_units(rates, shelf, wave, place, created, rng=rng)
    discount = discounts(rates, count, rng)
    lines = listed(np.arange(count), asked, asked, prices(rates, shelf, count, term), discount)
    amount = worth_of(lines, lines.quantity, count)
    chance = logistic(
        rates.expansion_win
        + rates.expansion_win_health * health
        + rates.expansion_win_discount * (discount - rates.discount_mean)
    )
    won = rng.random(count) < chance
    days = spread(rng, np.where(won, rates.expansion_days_won, rates.expansion_days_lost), rates.days_log_sd, count)
    most = (1 - rates.expansion_window) * rates.term_days
    ends = wave.started_at[place] + (term + 1) * rates.term_days * DAY
    closed = np.minimum(office(rng, later(created, np.minimum(days, most) * DAY)), ends - HOUR)
    closed = np.maximum(closed, created + HOUR)
    first = np.round(amount * np.exp(world.deals.first_amount_log_sd * rng.standard_normal(count)), -1)
    book.open(
        Batch(
            subscription=wave.number[place],
            kind=np.full(count, EXPANSION, dtype=np.int64),
            created_at=created,
            closed_at=closed,
            won=won,
            first_amount=np.asarray(first, dtype=np.float64),
            amount=amount,
            planned_close=later(created, spread(rng, rates.expansion_days_won * DAY, rates.days_log_sd, count)),
            chance=chance,
            willing=rates.expansion_win_health * health,
        ),
        lines,
    )
    buyer, bought = place[won], asked[won]
    book.change(wave.number[buyer], closed[won], wave.units[buyer], wave.units[buyer] + bought)
    wave.units[buyer] += bought
    wave.value[buyer] += amount[won]
    book.note(wave, buyer, closed[won])


def extra_units(rates: Rates, shelf: Shelf, wave: Wave, place: Ints, at: Ints, *, rng: np.random.Generator) -> Ints:
    """Units (customers x products) that an expansion is about."""
    units, rows = wave.units[place], np.arange(len(place))
    new = drawn_product(next_product_chance(shelf, wave.wanted[place], units > 0, at), rng)
    same = drawn_product(units / units.sum(axis=1, keepdims=True), rng)
    more = (new < 0) | (rng.random(len(place)) < rates.expansion_seats)
    product = np.where(more, same, new)
    usual = np.where(more, units[rows, same] * rates.expansion_quantity, units.max(axis=1))
    taken = rates.uptake_least + (1 - rates.uptake_least) * rng.random(len(place))
    asked = np.zeros(units.shape, dtype=np.int64)
    asked[rows, product] = np.maximum(np.rint(usual * taken), 1)
    return asked


def renew(
    world: World, shelf: Shelf, wave: Wave, active: Ints, term: int, *, news: News, book: Book, rng: np.random.Generator
) -> None:
    """Open the renewals of a term and let each customer renew, shrink or leave."""
    rates, count, units = world.customers, len(active), wave.units[active]
    begins = wave.started_at[active] + term * rates.term_days * DAY
    ends = begins + rates.term_days * DAY
    notice = spread(rng, rates.renewal_notice_days * DAY, rates.days_log_sd, count).astype(np.int64)
    opened = np.clip(office(rng, ends - notice), begins, ends)
    leaves, shrinks = chances(world, wave, active, term, news=news, opened=opened)
    draw = rng.random(count)
    fate = np.select([draw < leaves, draw < leaves + shrinks], [LEFT, SHRUNK], RENEWED).astype(np.int64)
    usual = np.array([rates.days_renewed, rates.days_shrunk, rates.days_left])[fate]
    closed = office(rng, later(opened, spread(rng, usual * DAY, rates.days_log_sd, count)))
    closed = np.maximum(np.minimum(closed, ends + int(rates.grace_days * DAY)), opened + HOUR)
    kept = np.where((fate == SHRUNK)[:, None], fewer(rates, units, rng), units)
    numbers = book.opened + np.arange(count)
    lines = listed(np.arange(count), units, kept, prices(rates, shelf, count, term + 1), wave.discount[active])
    asked, amount = worth_of(lines, lines.asked, count), worth_of(lines, lines.quantity, count)
    book.open(
        Batch(
            subscription=wave.number[active],
            kind=np.full(count, RENEWAL, dtype=np.int64),
            created_at=opened,
            closed_at=closed,
            won=fate != LEFT,
            first_amount=asked,
            amount=amount,
            planned_close=ends,
            chance=1 - leaves,
            willing=-rates.leave_health * wave.health[active, term],
        ),
        lines,
    )
    book.terms.append(
        Terms(wave.number[active], np.full(count, term, dtype=np.int64), ends, closed, fate, leaves, shrinks, numbers)
    )
    left = fate == LEFT
    after = np.where(left[:, None], 0, kept)
    book.change(wave.number[active], np.where(left, ends, np.maximum(closed, ends)), units, after)
    wave.units[active] = after
    wave.value[active] = np.where(left, 0.0, amount)
    book.note(wave, active, ends)
    wave.left_at[active[left]] = closed[left]
    wave.ends_at[active[left]] = ends[left]


def chances(world: World, wave: Wave, active: Ints, term: int, *, news: News, opened: Ints) -> tuple[Floats, Floats]:
    """The true chances to leave and to shrink at the end of a term; who has one unit in all cannot shrink."""
    rates, units, health = world.customers, wave.units[active], wave.health[active, term]
    leaves = logistic(
        rates.leave_rate
        + rates.leave_health * health
        + rates.leave_products * ((units > 0).sum(axis=1) - 1)
        + rates.leave_first_term * (term == 0)
        + news.effect(wave.firm[active], opened, [kind.leaving for kind in world.news.kinds.values()])
    )
    shrinks = logistic(rates.shrink_rate + rates.shrink_health * health) * (units.sum(axis=1) > 1)
    return leaves, np.asarray((1 - leaves) * shrinks, dtype=np.float64)


def fewer(rates: Rates, units: Ints, rng: np.random.Generator) -> Ints:
    """What is left of these units when a customer shrinks: one product less, or less of each."""
    owned = units > 0
    several, single = owned.sum(axis=1) > 1, units.max(axis=1, initial=0) <= 1
    drops = several & (single | (rng.random(len(units)) < rates.shrink_drops))
    dropped = drawn_product(owned / np.maximum(owned.sum(axis=1, keepdims=True), 1), rng)
    without = units.copy()
    without[np.arange(len(units)), dropped] = 0
    less = np.where(owned, np.maximum(np.floor(units * rates.shrink_keeps), 1), 0).astype(np.int64)
    return np.where(drops[:, None], without, less)


def prices(rates: Rates, shelf: Shelf, count: int, term: int) -> Floats:
    """The price of a unit of each product (count x products) in a customer's term."""
    return np.broadcast_to(shelf.price * (1 + rates.price_rise) ** term, (count, len(shelf)))
