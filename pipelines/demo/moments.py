"""The moments at which the company is exported: once at the end, or first in full and then day by day.

What belongs here: which rows of an object a day's extract holds, and which of its files is late or sent again.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

import polars as pl

from pipelines.demo.columns import stamp_of
from pipelines.demo.draw import DAY, Span
from pipelines.errors import GrowthError

STAMPS = ("SystemModstamp", "CreatedDate", "fetched_at")
"""The column that says when a row last changed: the first one that the object has."""
LATE, AGAIN = "Task", "CampaignMember"
"""Of one day the file of the first arrives with the next day's extract, and the second's is sent again then."""
ODD_DAY = 1


@dataclass(frozen=True)
class Moment:
    """An extract of what happened from `since` (None: from the beginning) to before `now`."""

    name: str
    since: int | None
    now: int

    def changed(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Of an object as it stands at `now`, the rows that changed since the extract before."""
        if self.since is None:
            return frame
        column = next(name for name in STAMPS if name in frame.columns)
        is_text = frame.schema[column] == pl.String
        since = pl.lit(stamp_of(self.since)) if is_text else pl.from_epoch(pl.lit(self.since))
        return frame.filter(pl.col(column) >= since)


def plan_moments(span: Span, increments: int) -> list[Moment]:
    """One extract of everything at the end; or a full one `increments` days before it and one for each day after.

    A day's folder bears its name: the last day that the extract knows. GrowthError where the history is too short.
    """
    if not increments:
        return [Moment("", None, span.end)]
    first = span.end - increments * DAY
    most = (span.end - span.migration) // DAY - 1
    if increments < 0 or increments > most:
        raise GrowthError(f"Between 0 and {most} daily extracts fit into this company's history, found {increments}.")
    full = Moment(day_before(first), None, first)
    return [full, *(Moment(day_before(now), now - DAY, now) for now in range(first + DAY, span.end + 1, DAY))]


def day_before(now: int) -> str:
    return datetime.fromtimestamp(now - DAY, UTC).date().isoformat()


def places_of(moments: list[Moment], number: int, name: str) -> list[tuple[int, str]]:
    """Into which extracts (by number) and under which stem the file of an object goes that belongs to one of them."""
    here = (number, name)
    if number != ODD_DAY or number + 1 >= len(moments):
        return [here]
    next_day = (number + 1, f"{name}_{number + 1}")
    return {LATE: [next_day], AGAIN: [here, next_day]}.get(name, [here])
