"""Drawing random values and moments.

What belongs here: generators per stage, choices by share, and moments (seconds since 1970, UTC) inside the history.
A moment that never comes is NEVER, which is later than every end, so `moment < span.end` asks whether it happened.
"""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Protocol, TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipelines.demo.world.market import History
from pipelines.errors import GrowthError

Ints: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]
Bools: TypeAlias = NDArray[np.bool_]

HOUR = 3600
DAY = 24 * HOUR
NEVER = 2**60
LAST_YEAR = 2100
LONGEST = 1e12  # days or seconds: what is drawn longer comes never, too, and can be counted with
MOST_LOG, LEAST = 600.0, 1e-300
MOST_DRAWN = 5_000_000


class Shared(Protocol):
    @property
    def share(self) -> float: ...


class Weighted(Protocol):
    @property
    def effect(self) -> float: ...


@dataclass(frozen=True)
class Span:
    """The simulated history: from `start` to before `end`, in seconds; older records show `migration` as their
    creation, `migrated_per_minute` of them a minute. From `drift` on, some effects of the world are others.
    """

    start: int
    end: int
    migration: int
    drift: int
    migrated_per_minute: float

    @property
    def seconds(self) -> int:
        return self.end - self.start


def history_span(history: History, until: date) -> Span:
    last = datetime(min(until.year, LAST_YEAR), until.month, until.day, tzinfo=UTC) + timedelta(days=1)
    end = int(last.timestamp())
    start = end - history.days * DAY
    if start < 0 or until.year >= LAST_YEAR:
        raise GrowthError(
            f"A history of {history.days} days up to {until} cannot be simulated: it must lie after 1970 and before "
            f"{LAST_YEAR}."
        )
    migration, drift = start + history.migration_day * DAY + 2 * HOUR, start + history.drift_day * DAY
    return Span(start, end, migration, drift, history.migrated_per_minute)


def generator(seed: int, stage: str, cell: int = 0) -> np.random.Generator:
    """A generator of its own per stage and cell: a change in one leaves the draws of the others alone."""
    return np.random.default_rng([seed, zlib.crc32(stage.encode()), cell])


def choose(rng: np.random.Generator, levels: Mapping[str, Shared], count: int) -> Ints:
    """Places in `levels`, drawn by share."""
    return np.searchsorted(np.cumsum(shares(levels))[:-1], rng.random(count), side="right").astype(np.int64)


def shares(levels: Mapping[str, Shared]) -> Floats:
    """The shares of the levels, made to add up to 1."""
    given = np.array([level.share for level in levels.values()], dtype=np.float64)
    return np.asarray(given / given.sum(), dtype=np.float64)


def effects(levels: Mapping[str, Weighted]) -> Floats:
    return np.array([level.effect for level in levels.values()], dtype=np.float64)


def words(values: Sequence[str], places: Ints) -> pl.Series:
    return pl.Series(list(values), dtype=pl.String).gather(pl.Series(places, dtype=pl.Int64))


def logistic(value: Floats) -> Floats:
    return 1.0 / (1.0 + powered(-value))


def powered(value: Floats) -> Floats:
    """The exponential, without overflow: what no world means ends in a number that is large enough."""
    return np.exp(np.minimum(value, MOST_LOG))


def logarithm(value: Floats) -> Floats:
    """The natural logarithm of what is not negative; that of 0 is very small."""
    return np.log(np.maximum(value, LEAST))


def poisson(rng: np.random.Generator, mean: float | Floats, rows: int | None, key: str) -> Ints:
    """Poisson numbers with these means (`rows` of them with one mean). GrowthError, naming the key of the world file,
    where all together are more than can be simulated.
    """
    expected = float(np.sum(mean)) * (rows or 1)
    if expected > MOST_DRAWN:
        raise GrowthError(
            f"The world asks for about {expected:.3g} of what {key} says in one part of the company, and at most "
            f"{MOST_DRAWN:,} can be simulated: lower it, or the effects that multiply it."
        )
    return rng.poisson(mean, rows)


def log_odds(chance: Floats) -> Floats:
    """The logit of a chance; 0 and 1 become odds of one to a million and a million to one."""
    inside = np.clip(chance, 1e-6, 1 - 1e-6)
    return np.asarray(np.log(inside / (1 - inside)), dtype=np.float64)


def spread(rng: np.random.Generator, median: float | Floats, log_sd: float, count: int) -> Floats:
    """Log-normal draws with this median: long-tailed, as waiting times are."""
    drawn = median * np.exp(log_sd * rng.standard_normal(count))
    return np.asarray(np.minimum(drawn, LONGEST), dtype=np.float64)


def later(moment: Ints, seconds: Floats) -> Ints:
    """`moment` moved on by `seconds`; NEVER stays NEVER."""
    return np.where(moment >= NEVER, NEVER, moment + seconds.astype(np.int64))


def office(rng: np.random.Generator, moment: Ints) -> Ints:
    """The same moment if it lies in office hours (Monday to Friday, 8 to 18 UTC), else soon after the next opening."""
    day, second = np.divmod(moment, DAY)
    opening = 8 * HOUR + rng.integers(0, 3 * HOUR, len(moment))
    closed = (second < 8 * HOUR) | (second >= 18 * HOUR)
    day = np.where(second >= 18 * HOUR, day + 1, day)
    weekday = (day + 3) % 7
    weekend = np.where(weekday >= 5, 7 - weekday, 0)
    moved = (day + weekend) * DAY + np.where(closed | (weekend > 0), opening, second)
    return np.where(moment >= NEVER, NEVER, moved)


def arrivals(rng: np.random.Generator, span: Span, history: History, count: int) -> Ints:
    """Moments of arrival over the history, mostly by day."""
    cumulative = np.cumsum(arrival_density(span, history))
    day = np.searchsorted(cumulative[:-1], rng.random(count), side="right")
    second = np.clip(rng.normal(13.5 * HOUR, 3.2 * HOUR, count), 0, DAY - 1)
    return (span.start + day * DAY + second).astype(np.int64)


def arrival_density(span: Span, history: History) -> Floats:
    """The share of all arrivals on each day of the history: growing, seasonal, fewer on weekends."""
    days = np.arange(history.days)
    dates = pl.from_epoch(pl.Series(span.start + days * DAY), time_unit="s")
    density = (1 + history.growth * days / history.days) * np.array(history.season)[dates.dt.month().to_numpy() - 1]
    density = density * np.where(dates.dt.weekday().to_numpy() >= 6, history.weekend, 1.0)
    return np.asarray(density / density.sum(), dtype=np.float64)


def repeat(counts: Ints) -> Ints:
    """0,0,1,2,2,2 for counts 2,1,3: the owner of each of the drawn items."""
    return np.repeat(np.arange(len(counts)), counts)


def within(counts: Ints) -> Ints:
    """0,1,0,0,1,2 for counts 2,1,3: the number of each item within its owner."""
    total = int(counts.sum())
    starts = np.repeat(np.cumsum(counts) - counts, counts)
    return np.arange(total) - starts


def earliest(group: Ints, moment: Ints, groups: int) -> Ints:
    """The earliest moment of each group, NEVER for a group without one."""
    first = np.full(groups, NEVER, dtype=np.int64)
    np.minimum.at(first, group, moment)
    return first
