"""A figure beside the range that is known of it.

What belongs here: the figure, its noise, and the verdict. How one is measured is told in selling.py and reach.py.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl

Verdict = Literal["in range", "too few to say", "out of range"]

Z95 = 1.959964
"""Of the normal distribution: so many standard errors make a 95 % interval."""


@dataclass(frozen=True)
class Fact:
    """A measured figure: `name`, `value` with its 95 % interval `low` to `high`, from `rows` rows; the `known` range
    and the public `source` of it. `measured` says in words what the figure is, with {value} in it; `unit` is "share"
    (0..1) or "times" (a ratio or an exponent). A figure that no row carries is NaN.
    """

    name: str
    measured: str
    unit: Literal["share", "times"]
    value: float
    low: float
    high: float
    rows: int
    known: tuple[float, float]
    source: str
    known_as: str = "Known from the field"

    @property
    def verdict(self) -> Verdict:
        """Whether the figure lies in the known range; one outside it whose interval reaches into it says nothing."""
        least, most = self.known
        if least <= self.value <= most:
            return "in range"
        return "out of range" if self.high < least or self.low > most else "too few to say"

    @property
    def sentence(self) -> str:
        """The measured figure and the known range, with its source."""
        least, most = (self.words(bound) for bound in self.known)
        told = self.measured.format(value=self.words(self.value))
        return f"{told} ({self.rows:,} counted). {self.known_as}: {least} to {most}. {self.source}"

    def within(self, value: float) -> float:
        """Where a figure stands in the known range: 0 at its least, 1 at its most; ratios by their logs."""
        places = np.array([value, *self.known])
        if self.unit == "times":
            places = np.log(np.maximum(places, 1e-9))
        return float((places[0] - places[1]) / (places[2] - places[1]))

    def words(self, value: float) -> str:
        """A figure as people read it: 13 %, 2.4 times."""
        if not np.isfinite(value):
            return "nothing"
        return f"{value:.0%}".replace("%", " %") if self.unit == "share" else f"{value:.2f}".rstrip("0").rstrip(".")


def share_interval(hits: int, rows: int) -> tuple[float, float, float]:
    """A share and its 95 % interval (E. B. Wilson, 1927); NaN without rows."""
    if not rows:
        return float("nan"), 0.0, 1.0
    share = hits / rows
    scale = 1 + Z95**2 / rows
    middle = (share + Z95**2 / (2 * rows)) / scale
    half = Z95 / scale * float(np.sqrt(share * (1 - share) / rows + Z95**2 / (4 * rows**2)))
    return share, max(middle - half, 0.0), min(middle + half, 1.0)


def with_shares(counts: pl.DataFrame) -> pl.DataFrame:
    """Columns rows and hits, and their share with its 95 % interval low and high, beside all other columns."""
    shares = [share_interval(hits, rows) for hits, rows in counts.select("hits", "rows").iter_rows()]
    return counts.hstack(pl.DataFrame(shares, schema={"share": float, "low": float, "high": float}, orient="row"))


def ratio_interval(hits: int, rows: int, other_hits: int, other_rows: int) -> tuple[float, float, float]:
    """The ratio of two shares and its 95 % interval on the log scale (D. Katz et al., 1978); NaN without hits."""
    if not hits or not other_hits:
        return float("nan"), 0.0, float("inf")
    ratio = (hits / rows) / (other_hits / other_rows)
    error = float(np.sqrt(1 / hits - 1 / rows + 1 / other_hits - 1 / other_rows))
    return ratio, ratio * float(np.exp(-Z95 * error)), ratio * float(np.exp(Z95 * error))
