"""What happens to events between the browser or the mailbox and the log: some are written late, some twice.

What belongs here: delays and repetitions of rows of logs, and numbers that follow from a browser's number alone.
"""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from pipelines.demo.draw import HOUR, Bools, Floats, Ints
from pipelines.demo.world.reach import Tracking

Words: TypeAlias = NDArray[np.uint64]


def written_at(at: Ints, rates: Tracking, rng: np.random.Generator) -> Ints:
    """When each event stands in the log: at once, or hours later."""
    late = np.flatnonzero(rng.random(len(at)) < rates.late)
    written = at.copy()
    written[late] += (rng.exponential(rates.late_hours * HOUR, len(late)) + 1).astype(np.int64)
    return written


def with_repeats(count: int, rates: Tracking, rng: np.random.Generator) -> Ints:
    """The places 0 to `count`, some of them twice in a row: events that the log holds twice."""
    return np.repeat(np.arange(count), 1 + (rng.random(count) < rates.twice))


def scattered(number: Ints, salt: int) -> Floats:
    """A uniform number in 0..1 for each whole number, always the same for the same number and salt.

    The finaliser of SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
    """
    state: Words = number.astype(np.uint64) + np.uint64(salt * 0x9E3779B97F4A7C15 % 2**64)
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    state ^= state >> np.uint64(31)
    return (state >> np.uint64(11)).astype(np.float64) * 2.0**-53


def chosen(number: Ints, salt: int, share: float) -> Bools:
    """Which of the numbers belong to a share of all."""
    return scattered(number, salt) < share
