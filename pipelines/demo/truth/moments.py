"""The moments at which true chances are told: the engine's own landmarks, the first night, the first of each month, the
end.

The landmarks are those of the playbook's labels, found by the same rule as in sql/spine (a day of its own in each cycle
for every unit), so that scores, labels and truth meet without interpolation.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import polars as pl

from pipelines.demo.draw import DAY, Ints, Span, repeat, within
from pipelines.home import PROJECT_ROOT
from pipelines.warehouse import define_prelude, open_memory


@dataclass(frozen=True)
class Moments:
    """Pairs of a unit (its place) and a moment, in the order of the units."""

    unit: Ints
    at: Ints


def hashes(ids: pl.Series) -> Ints:
    """The number by which a unit finds its days: stable_hash64 of sql/prelude.sql."""
    with open_memory(threads=1) as connection:
        define_prelude(connection, PROJECT_ROOT / "sql" / "prelude.sql")
        connection.register("units", pl.DataFrame({"unit": ids}).to_arrow())
        found = connection.execute("select stable_hash64(unit) from units").fetchnumpy()
    return np.asarray(next(iter(found.values())), dtype=np.int64)


def moments(ids: pl.Series, begins: Ints, ends: Ints, every_days: int, span: Span) -> Moments:
    """All moments of each unit that are not before `begins`, nor after `ends` or the end of the history."""
    last = np.minimum(ends, span.end)
    number = hashes(ids)
    first_day = -(-np.maximum(begins, span.start) // DAY)
    # (hash + day) divides by the cycle
    first_day = first_day + (-(number + first_day)) % every_days
    counts = np.maximum((last // DAY - first_day) // every_days + 1, 0)
    unit = repeat(counts)
    own = Moments(unit, (first_day[unit] + within(counts) * every_days) * DAY)
    months = month_starts(span)
    low, high = np.searchsorted(months, begins), np.searchsorted(months, last, side="right")
    counts = np.maximum(high - low, 0)
    unit = repeat(counts)
    monthly = Moments(unit, months[low[unit] + within(counts)])
    night = (begins // DAY + 1) * DAY
    first = np.flatnonzero((begins >= span.start) & (night <= last))
    closing = np.flatnonzero((begins <= span.end) & (ends >= span.end))
    both = np.stack(
        [
            np.concatenate([own.unit, monthly.unit, first, closing]),
            np.concatenate([own.at, monthly.at, night[first], np.full(len(closing), span.end)]),
        ]
    )
    unit, at = np.unique(both, axis=1)
    return Moments(unit, at)


def month_starts(span: Span) -> Ints:
    begin, end = (datetime.fromtimestamp(moment, UTC) for moment in (span.start, span.end))
    firsts = [
        int(datetime(year, month, 1, tzinfo=UTC).timestamp())
        for year in range(begin.year, end.year + 1)
        for month in range(1, 13)
    ]
    return np.array([moment for moment in firsts if span.start <= moment <= span.end], dtype=np.int64)
