"""Whether units look as they did when the model learned: the population stability index, beside what chance explains.

A profile is how the values of a column spread over a few bins; two profiles of the same bins are compared. No tables.
Sources: B. Yurdakul and J. Naranjo, "Statistical properties of the population stability index" (2020): without drift
the index of two samples is about (1/n + 1/m) times a chi-squared of one degree of freedom less than there are bins.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import polars as pl

from models.judge import MEASURES_SCHEMA, MIN_PER_SLICE, TOO_FEW
from models.landmarks import GROUP, LABEL, PROBABILITY
from models.measures import TWO_SIDED_95, Floats

BINS = 10
MOST_LEVELS = 15
MOST_ROWS = 20_000
CERTAINTY = 0.99
DRIFTED = "drifted"


@dataclass(frozen=True)
class Profile:
    """Shares of a column's values: between rising `edges` of a number, or of `levels`; then of others and of missing.

    `n`: independent cases (units) behind the shares.
    """

    edges: tuple[float, ...]
    levels: tuple[str, ...]
    shares: tuple[float, ...]
    n: int

    def text(self) -> str:
        """As JSON, for a table."""
        return json.dumps(asdict(self), sort_keys=True)


def profile_of(text: str) -> Profile:
    """From its JSON."""
    content: dict[str, Any] = json.loads(text)
    return Profile(tuple(content["edges"]), tuple(content["levels"]), tuple(content["shares"]), content["n"])


@dataclass(frozen=True)
class Shift:
    """The index of one column, its mean without drift and the value that chance passes once in a hundred."""

    index: float
    expected: float
    by_chance: float
    n: int

    def beyond(self, threshold: float) -> bool:
        """Whether the shift is as large as asked even after what chance explains is taken off."""
        return self.index - self.by_chance > threshold


def few_rows(frame: pl.DataFrame, seed: int = 0) -> pl.DataFrame:
    """A random part of a large frame: shares need no more."""
    return frame if frame.height <= MOST_ROWS else frame.sample(MOST_ROWS, seed=seed)


def profile(column: pl.Series, n: int) -> Profile:
    """How the values of a column spread; its own tenths are the bins of a number."""
    if column.dtype.is_numeric():
        values = column.cast(pl.Float64).drop_nulls().drop_nans().to_numpy()
        edges = np.unique(np.quantile(values, np.linspace(0, 1, BINS + 1)[1:-1])) if values.size else np.empty(0)
        return like(Profile(tuple(edges.tolist()), (), (), 0), column, n)
    counts = column.cast(pl.String).drop_nulls().rename("level").value_counts(name="rows")
    levels = counts.sort(["rows", "level"], descending=[True, False])["level"].head(MOST_LEVELS).to_list()
    return like(Profile((), tuple(levels), (), 0), column, n)


def like(reference: Profile, column: pl.Series, n: int) -> Profile:
    """The shares of another sample over the bins of a reference."""
    if reference.levels:
        text = column.cast(pl.String)
        places = {level: place for place, level in enumerate(reference.levels)}
        found = [places.get(level, len(places)) for level in text.drop_nulls().to_list()]
        counts = np.bincount(np.asarray(found, dtype=np.int64), minlength=len(places) + 1)
    else:
        numbers = column.cast(pl.Float64, strict=False).drop_nulls().drop_nans().to_numpy()
        places_of = np.searchsorted(np.asarray(reference.edges), numbers, side="left")
        counts = np.bincount(places_of, minlength=len(reference.edges) + 1)
    counts = np.append(counts, len(column) - counts.sum())
    shares = counts / max(len(column), 1)
    return Profile(reference.edges, reference.levels, tuple(shares.tolist()), n)


def shift(reference: Profile, now: Profile) -> Shift:
    """The index between two profiles over the same bins; half a case is added to each bin, so that none is empty."""
    from scipy.stats import chi2

    before, after = (smoothed(one) for one in (reference, now))
    index = float(((after - before) * np.log(after / before)).sum())
    freedom = max(int((before + after > 1.5 / max(min(reference.n, now.n), 1)).sum()) - 1, 1)
    scale = 1 / max(reference.n, 1) + 1 / max(now.n, 1)
    return Shift(index, freedom * scale, float(chi2.ppf(CERTAINTY, freedom)) * scale, now.n)


def smoothed(one: Profile) -> Floats:
    """Shares with half a case more in each bin."""
    counts = np.asarray(one.shares) * one.n + 0.5
    return np.asarray(counts / counts.sum())


def shift_rows(shifts: Mapping[str, Shift], metric: str, threshold: float) -> pl.DataFrame:
    """Rows of measures: the index of every column, and what chance explains of it."""
    rows: list[Sequence[object]] = []
    for name, one in shifts.items():
        verdict = "ok"
        if one.beyond(threshold):
            verdict = f"{DRIFTED}: {one.index:.2f}, chance explains {one.by_chance:.2f}"
        rows.append((f"drift:{name}", metric, one.index, None, None, one.n, verdict))
        rows.append((f"drift:{name}", f"{metric}_expected", one.expected, 0.0, one.by_chance, one.n, "ok"))
    return pl.DataFrame(rows, schema=MEASURES_SCHEMA, orient="row")


def promise_rows(matured: pl.DataFrame, threshold: float) -> pl.DataFrame:
    """Rows of measures: how many times as often it happened as was promised, on scored landmarks.

    The interval adds up what each group was off by: rows of one group are off together.
    """
    positives = int(matured[LABEL].sum() or 0)
    if matured.is_empty():
        return pl.DataFrame(schema=MEASURES_SCHEMA)
    groups = matured.group_by(GROUP).agg(
        off=(pl.col(LABEL).cast(pl.Float64) - pl.col(PROBABILITY)).sum(), promised=pl.col(PROBABILITY).sum()
    )
    promised = float(groups["promised"].sum())
    ratio = positives / promised
    error = float(np.sqrt((groups["off"].to_numpy() ** 2).sum())) / promised
    low, high = ratio - TWO_SIDED_95 * error, ratio + TWO_SIDED_95 * error
    verdict = "ok"
    if max(positives, promised) < MIN_PER_SLICE:
        verdict = TOO_FEW
    elif low > 1 + threshold or high < 1 / (1 + threshold):
        verdict = f"{DRIFTED}: happens {ratio:.2f} times as often as promised ({low:.2f} to {high:.2f})"
    row = ("drift:(outcome)", "observed_over_promised", ratio, max(low, 0.0), high, matured.height, verdict)
    return pl.DataFrame([row], schema=MEASURES_SCHEMA, orient="row")
