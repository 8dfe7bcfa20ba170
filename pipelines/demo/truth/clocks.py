"""How long things take: distributions of durations, tabulated from draws of the simulation's own functions.

What belongs here: times only. Durations depend on how a stretch ends and on nothing hidden (leads.py, deals.py), so one
table serves every lead and every deal; office hours and weekends are in it because the draws went through them.
"""

from dataclasses import dataclass

import numpy as np

from pipelines.demo.deals import open_stages
from pipelines.demo.draw import DAY, HOUR, Bools, Floats, Ints, later, office, spread
from pipelines.demo.leads import pass_end
from pipelines.demo.world import World
from pipelines.demo.world.selling import Leads as Rates

DRAWS = 60_000
STEP = 0.25  # days
LONGEST = 1600  # days


@dataclass(frozen=True)
class Clock:
    """A distribution function over days, in steps of a quarter; 0 before the start, flat after 1,600 days."""

    values: Floats

    def at(self, days: Floats) -> Floats:
        place = np.clip(days / STEP, 0.0, len(self.values) - 1.001)
        below = place.astype(np.int64)
        low = self.values[below]
        return np.asarray(low + (place - below) * (self.values[below + 1] - low), dtype=np.float64)


def clock(days: Floats, happens: Bools | None = None) -> Clock:
    """The share of all draws that have happened after so many days; `happens` leaves draws out of the numerator."""
    counted = np.sort(days if happens is None else days[happens])
    grid = np.arange(0.0, LONGEST + STEP, STEP)
    return Clock(np.searchsorted(counted, grid, side="right") / len(days))


def window_clock(first: Floats, last: Floats, horizon: float) -> Clock:
    """P(first > x and last <= x + horizon) as a function of x: who has not taken the first step may still end in time.

    `first` and `last` are days from one start, draw by draw.
    """
    grid = np.arange(0.0, LONGEST + STEP, STEP)
    # A draw counts while last - horizon <= x < first.
    begins = np.searchsorted(np.sort(np.minimum(np.maximum(last - horizon, 0.0), first)), grid, side="right")
    ends = np.searchsorted(np.sort(first), grid, side="right")
    return Clock((begins - ends) / len(first))


@dataclass(frozen=True)
class LeadClocks:
    """Durations of leads in days: of the first pass from the first touch on (`convert`, `recycle`, `disqualify`), of
    the whole way through a second pass (`second_convert`, `second_disqualify`), and, for a horizon, what may still
    happen to a lead in its first pass (`recycle_window`), at rest (`rest_window`) or waiting (`wait_window`).
    """

    convert: Clock
    recycle: Clock
    disqualify: Clock
    back: Clock
    wait: Clock
    second_convert: Clock
    second_disqualify: Clock
    recycle_window: Clock
    rest_window: Clock
    wait_window: Clock


def starts(rng: np.random.Generator, count: int) -> Ints:
    """Office moments, evenly over a week."""
    monday = 4 * DAY  # 5 January 1970
    return office(rng, monday + (rng.random(count) * 7 * DAY).astype(np.int64))


def lead_clocks(rates: Rates, horizon: float, rng: np.random.Generator) -> LeadClocks:
    start, ends = starts(rng, DRAWS), np.ones(DRAWS, dtype=np.bool_)
    recycled = pass_end(rng, start, ends, rates.days_to_recycle, rates.days_log_sd)
    back = pass_end(rng, recycled, ends, rates.days_to_return, rates.days_log_sd)
    again = office(rng, later(back, spread(rng, rates.second_delay_hours, rates.delay_log_sd, DRAWS) * HOUR))
    last = pass_end(rng, again, ends, rates.days_to_convert, rates.days_log_sd)
    lost = pass_end(rng, again, ends, rates.days_to_disqualify, rates.days_log_sd)

    def first(days: float) -> Clock:
        return clock((pass_end(rng, start, ends, days, rates.days_log_sd) - start) / DAY)

    return LeadClocks(
        convert=first(rates.days_to_convert),
        recycle=clock((recycled - start) / DAY),
        disqualify=first(rates.days_to_disqualify),
        back=clock((back - recycled) / DAY),
        wait=clock((again - back) / DAY),
        second_convert=clock((last - start) / DAY),
        second_disqualify=clock((lost - start) / DAY),
        recycle_window=window_clock((recycled - start) / DAY, (last - start) / DAY, horizon),
        rest_window=window_clock((back - recycled) / DAY, (last - recycled) / DAY, horizon),
        wait_window=window_clock((again - back) / DAY, (last - back) / DAY, horizon),
    )


@dataclass(frozen=True)
class StageClocks:
    """Durations of one open stage in days: until it is left for the next one, until it is lost, and, for a horizon,
    what may still be won from within it.
    """

    goes: Clock
    lost: Clock
    win_window: Clock
    win: Clock


def stage_clocks(world: World, horizon: float, rng: np.random.Generator) -> list[StageClocks]:
    """One per open stage; `win` is the time from entering the stage to the win when all the rest is passed."""
    stages = open_stages(world.deals)
    start = starts(rng, DRAWS)
    made = []
    for number, stage in enumerate(stages):
        left = office(rng, later(start, spread(rng, stage.days, stage.days_log_sd, DRAWS) * DAY))
        slow = spread(rng, stage.days, stage.days_log_sd, DRAWS) * world.deals.lost_slower
        lost = office(rng, later(start, slow * DAY))
        won = left
        for rest in stages[number + 1 :]:
            won = office(rng, later(won, spread(rng, rest.days, rest.days_log_sd, DRAWS) * DAY))
        made.append(
            StageClocks(
                clock((left - start) / DAY),
                clock((lost - start) / DAY),
                window_clock((left - start) / DAY, (won - start) / DAY, horizon),
                clock((won - start) / DAY),
            )
        )
    return made
