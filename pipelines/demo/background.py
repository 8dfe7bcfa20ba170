"""Page views of nobody: strangers whom no form ever names, and robots that read page after page within seconds.

What belongs here: how many there are, so that all events together are as many as were asked for, and their views, in
blocks of bounded size. Nothing that a lead or a contact does is touched but views that say nothing.
"""

from dataclasses import dataclass, replace

import numpy as np

from pipelines.demo.company import Company
from pipelines.demo.draw import DAY, later, poisson, repeat
from pipelines.demo.tracking import written_at
from pipelines.demo.web import OTHER, PRICING_PAGE, Visits, in_order, joined, views_of, zipf_pages
from pipelines.errors import GrowthError

BLOCK_VIEWS = 1_000_000


@dataclass(frozen=True)
class Background:
    """How many strangers' browsers and robots a cell has, in how many blocks, and the share of idle views kept."""

    cookies: int
    robots: int
    blocks: int
    idle_share: float


def plan_background(company: Company, events: int | None) -> Background:
    """The background of a cell of `events` events in all (None: as many as its world brings by itself).

    Fewer events: first fewer strangers and robots, then fewer page views of contacts that say nothing. Raises
    GrowthError where even that is not enough, and where there should be more of what the world has none of.
    """
    rates, accounts = company.world.web, company.accounts
    cookies, robots = accounts * rates.anonymous_cookies, accounts * rates.robots
    usual = cookies * rates.anonymous_views + robots * rates.robot_views
    if events is None:
        return sized(cookies, robots, usual, 1.0)
    idle = int(is_idle(company.visits).sum())
    busy = len(company.visits) - idle + len(company.forms.at) + len(company.mail.at)
    wanted = events - busy - idle
    if wanted < 0:
        kept = 1 + wanted / max(idle, 1)
        if kept < 0:
            raise GrowthError(
                f"{accounts} accounts alone bring {busy} mails, forms and page views that say something, "
                f"so {events} events are too few for them: ask for more events or for fewer accounts."
            )
        return Background(0, 0, 1, kept)
    if wanted and not usual:
        raise GrowthError(
            f"{accounts} accounts bring {busy + idle} events and the world has neither strangers nor robots that could "
            f"make {events} of them: give web.anonymous_cookies or web.robots in the world file."
        )
    more = wanted / max(usual, 1.0)
    return sized(cookies * more, robots * more, wanted, 1.0)


def sized(cookies: float, robots: float, views: float, idle_share: float) -> Background:
    whole = robots > 0
    return Background(round(cookies), max(round(robots), int(whole)), max(round(views / BLOCK_VIEWS), 1), idle_share)


def is_idle(visits: Visits) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Page views that no lead caused and no form or mail led to."""
    idle: np.ndarray[tuple[int], np.dtype[np.bool_]] = (
        (visits.origin == OTHER) & (visits.form < 0) & (visits.link < 0) & (visits.person >= 0)
    )
    return idle


def block_of_visits(company: Company, background: Background, block: int) -> Visits:
    """Page views in the order in which they were written: the first block holds those of all whom the company knows."""
    strange = strangers(company, background, block)
    if block:
        return strange
    own = company.visits
    if background.idle_share < 1:
        own = own.kept(~is_idle(own) | (company.generator("idle").random(len(own)) < background.idle_share))
    return in_order(joined([own, strange]), company.span)


def strangers(company: Company, background: Background, block: int) -> Visits:
    """A block of the strangers and robots."""
    rates, span, rng = company.world.web, company.span, company.generator(f"strangers {block}")
    first, count = part_of(background.cookies, background.blocks, block)
    who = repeat(rng.geometric(1 / rates.anonymous_views, count))
    came = span.start + (rng.random(count) * span.seconds).astype(np.int64)
    returns = rng.exponential(rates.anonymous_days * DAY, len(who)) * (rng.random(len(who)) < rates.anonymous_returns)
    at = later(came[who], returns + rng.exponential(rates.anonymous_seconds, len(who)))
    pages = zipf_pages(company.world, len(who), rng)
    pages[rng.random(len(who)) < rates.stranger_pricing] = PRICING_PAGE
    first_robot, robots = part_of(background.robots, background.blocks, block)
    machine = repeat(poisson(rng, rates.robot_views, robots, "web.robot_views"))
    start = span.start + (rng.random(robots) * span.seconds).astype(np.int64)
    machine_at = start[machine] + (rng.random(len(machine)) * rates.robot_seconds).astype(np.int64)
    visitor = company.browsers + np.concatenate([first + who, background.cookies + first_robot + machine])
    pages = np.concatenate([pages, zipf_pages(company.world, len(machine), rng)])
    made = views_of(visitor, -1, np.concatenate([at, machine_at]), pages)
    is_robot = np.arange(len(visitor)) >= len(who)
    made = replace(made, robot=is_robot, seen_at=written_at(made.at, rates.tracking, rng))
    return in_order(made, span)


def part_of(count: int, parts: int, part: int) -> tuple[int, int]:
    """First item and number of items of one of the even parts of `count` items."""
    first, last = count * part // parts, count * (part + 1) // parts
    return first, last - first
