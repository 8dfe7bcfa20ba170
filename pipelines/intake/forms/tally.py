"""Sets of lines told apart without keeping them: count, sum and sum of squares.

Two tallies agree only where the same lines are there, each as often. What does not belong here: which lines are to be
compared (`balance`).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MODULUS = 1 << 64


@dataclass(frozen=True)
class Tally:
    """How many lines there are, their sum and the sum of their squares, both modulo 2**64."""

    rows: int = 0
    lines: int = 0
    squares: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        lines, squares = self.lines + other.lines, self.squares + other.squares
        return Tally(self.rows + other.rows, lines % MODULUS, squares % MODULUS)


def tally_of(lines: NDArray[np.int64]) -> Tally:
    """The tally of these lines."""
    numbers = lines.astype(np.uint64)  # products wrap around, as they are meant to
    return Tally(len(lines), int(numbers.sum(dtype=np.uint64)), int(np.dot(numbers, numbers)))


def tally_of_range(first: int, rows: int) -> Tally:
    """The tally of `rows` lines that follow each other from `first` on."""
    last = first + rows - 1
    squares = last * (last + 1) * (2 * last + 1) // 6 - (first - 1) * first * (2 * first - 1) // 6
    return Tally(rows, (first + last) * rows // 2 % MODULUS, squares % MODULUS)
