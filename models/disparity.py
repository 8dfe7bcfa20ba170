"""Whether a list takes people of every kind alike: shares selected per level of a column that tells who somebody is.

The mark is the four-fifths rule of the Uniform Guidelines on Employee Selection Procedures (1978, section 4D): a level
of which less than four fifths as many are selected as of the most selected one is named. Whether chance may explain it
is told beside, by the test of two proportions. A difference is no proof of anything but itself. What does not belong
here: which columns those are, and where their values come from.
"""

from itertools import pairwise

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.measures import TWO_SIDED_95, Floats, wilson

FOUR_FIFTHS = 0.8
FEWEST, FEWEST_EXPECTED = 30, 5
"""Units of a level, and those of them that the usual share would select: with less a share says nothing."""
MOST_LEVELS = 12
NUMBER_BANDS = 5
OK, TOO_FEW, UNKNOWN = "ok", "too few", "not known"
RATES_SCHEMA = {
    "level": pl.String, "n": pl.Int64, "selected": pl.Int64, "rate": pl.Float64, "low": pl.Float64, "high": pl.Float64,
    "ratio": pl.Float64, "most_selected": pl.String, "verdict": pl.String,
}  # fmt: skip


def levels_of(values: pl.Series) -> pl.Series | None:
    """The level of every unit: words as they are, dates by decade, numbers of many values in fifths; null unknown.

    None where a column names people rather than grouping them: words of too many values.
    """
    known = values.drop_nulls()
    if known.n_unique() <= MOST_LEVELS:
        return values
    dates = values.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
    if dates.count() == known.len():
        return pl.DataFrame({"year": dates.dt.year()}).select(
            pl.format("{}s", pl.col("year") // 10 * 10).alias("level")
        )["level"]
    numbers = values.cast(pl.Float64, strict=False)
    if numbers.count() < known.len():
        return None
    edges = np.unique(np.quantile(numbers.drop_nulls().to_numpy(), np.linspace(0, 1, NUMBER_BANDS + 1)))
    names = [f"{low:,.0f} to {high:,.0f}" for low, high in pairwise(edges)]
    place = np.clip(np.searchsorted(edges, numbers.fill_null(edges[0]).to_numpy(), side="left") - 1, 0, len(names) - 1)
    return pl.Series(
        [name if known else None for name, known in zip(np.array(names)[place], numbers.is_not_null(), strict=True)]
    )


def selection_rates(level: pl.Series, selected: NDArray[np.bool_]) -> pl.DataFrame:
    """A row per level, the most selected first, those too small to say anything last and without a share."""
    counts = (
        pl.DataFrame({"level": level.cast(pl.String).fill_null(UNKNOWN), "chosen": selected})
        .group_by("level")
        .agg(n=pl.len().cast(pl.Int64), selected=pl.col("chosen").sum().cast(pl.Int64))
        .sort("level")
    )
    size, chosen = (counts[name].to_numpy().astype(np.float64) for name in ("n", "selected"))
    usual = float(selected.mean()) if len(selected) else 0.0
    enough = (size >= FEWEST) & (size * usual >= FEWEST_EXPECTED)
    low, high = wilson(chosen, np.maximum(size, 1))
    rate = chosen / np.maximum(size, 1)
    named = enough & (counts["level"] != UNKNOWN).to_numpy()  # nobody is held against those of whom nothing is known
    first = int(np.argmax(np.where(named, rate, -1.0))) if named.any() else None
    rows = []
    for place, (name, n, taken) in enumerate(counts.rows()):
        if first is None or not enough[place]:
            rows.append((name, n, taken, None, None, None, None, None, TOO_FEW))
            continue
        best, ratio = counts["level"][first], rate[place] / rate[first]
        verdict = verdict_of(rate, size, place, first, str(best))
        rows.append((name, n, taken, rate[place], low[place], high[place], ratio, best, verdict))
    frame = pl.DataFrame(rows, schema=RATES_SCHEMA, orient="row")
    return frame.sort(["rate", "n", "level"], descending=[True, True, False], nulls_last=True)


def verdict_of(rate: Floats, size: Floats, place: int, first: int, best: str) -> str:
    """What the four-fifths mark says of a level, and whether chance may explain it."""
    if rate[place] >= FOUR_FIFTHS * rate[first] - 1e-12:  # four fifths to the last bit are four fifths
        return OK
    both = (rate[place] * size[place] + rate[first] * size[first]) / (size[place] + size[first])
    error = np.sqrt(both * (1 - both) * (1 / size[place] + 1 / size[first]))
    sure = rate[first] - rate[place] > TWO_SIDED_95 * error
    return f"below four fifths of {best}" + ("" if sure else ", which chance may explain")
