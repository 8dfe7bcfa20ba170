"""What happens to companies and stands in the news: funding, a new head, hiring; and for how long it matters.

What does not belong here: whether anybody published it, and when it was found (news_feed.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipelines.demo.arrays import placed
from pipelines.demo.draw import DAY, Floats, Ints, Span, poisson, powered
from pipelines.demo.firms import Firms
from pipelines.demo.world import World

YEAR = 365.25 * DAY


@dataclass(frozen=True)
class News:
    """One place per event, by firm and moment; `window` is, per kind, how many seconds an event matters."""

    firm: Ints
    at: Ints
    kind: Ints
    window: Ints

    def __len__(self) -> int:
        return len(self.firm)

    def effect(self, firm: Ints, moment: Ints, per_kind: Sequence[float]) -> Floats:
        """Log-odds, summed over the events of each firm that still matter at its moment (until the window closed)."""
        result = np.zeros(len(firm))
        for kind, size in enumerate(per_kind):
            if size != 0.0:
                result += size * self.counted(firm, moment, kind)
        return result

    def counted(self, firm: Ints, moment: Ints, kind: int) -> Ints:
        """Events of a kind in the window before each moment."""
        chosen = self.kind == kind
        key = np.sort(placed(self.firm[chosen], self.at[chosen]))
        until = np.searchsorted(key, placed(firm, moment), side="right")
        since = np.searchsorted(key, placed(firm, moment - self.window[kind]), side="right")
        return np.asarray(until - since, dtype=np.int64)


def happen(world: World, firms: Firms, span: Span, rng: np.random.Generator) -> News:
    """All events of the history, larger firms having more; person accounts have none."""
    kinds = list(world.news.kinds.values())
    size = powered(world.news.size_effect * (np.log(firms.employees) - world.customers.size_middle_log))
    years = span.seconds / YEAR
    parts = []
    for kind in kinds:
        mean = np.where(firms.is_person, 0.0, kind.per_year * years * size)
        parts.append(np.repeat(np.arange(len(firms)), poisson(rng, mean, None, "news.kinds")))
    firm = np.concatenate([*parts, np.zeros(0, dtype=np.int64)])
    kind_of = np.repeat(np.arange(len(kinds)), [len(part) for part in parts])
    at = span.start + (rng.random(len(firm)) * span.seconds).astype(np.int64)
    order = np.lexsort((kind_of, at, firm))
    window = np.array([kind.days * DAY for kind in kinds], dtype=np.int64)
    return News(firm[order], at[order], kind_of[order], window)


def news_boost(world: World, news: News, firm: Ints, moment: Ints) -> Floats:
    """What recent news adds to the log-odds of demand of each firm at its moment."""
    return news.effect(firm, moment, [kind.demand for kind in world.news.kinds.values()])
