"""What is kept of customers: their subscriptions, terms, and units in use; and the book in which they are written down
while a cell is simulated.

What does not belong here: any chance or rate.
"""

from dataclasses import dataclass, field, replace

import numpy as np

from pipelines.demo.baskets import Lines
from pipelines.demo.draw import NEVER, Bools, Floats, Ints

EXPANSION, RENEWAL = 1, 2  # kinds of deals besides new business, which is 0
RENEWED, SHRUNK, LEFT = 0, 1, 2


@dataclass(frozen=True)
class Terms:
    """The end of each term: `fate` is RENEWED, SHRUNK or LEFT, drawn with the chances `leaves` and `shrinks` (the
    rest); `deal` is the renewal that was opened for it (-1: opened after the end of the history).
    """

    subscription: Ints
    number: Ints
    ends_at: Ints
    closed_at: Ints
    fate: Ints
    leaves: Floats
    shrinks: Floats
    deal: Ints


@dataclass(frozen=True)
class Changes:
    """From `at` on, a subscription has `quantity` units of a product."""

    subscription: Ints
    product: Ints
    at: Ints
    quantity: Ints


@dataclass(frozen=True)
class Values:
    """From `at` on, a subscription is worth this much a year and has so many units in use (0 once it has ended)."""

    subscription: Ints
    at: Ints
    value: Floats
    units: Ints


@dataclass(frozen=True)
class Subscriptions:
    """One place per subscription, in the order of the first deal. `left_at` (NEVER: stays) is the day on which the
    renewal was lost, `ends_at` the end of the last term. `health` (subscriptions x terms) is hidden, in log-odds.

    `lines` and `chance` (the true chance to be won, not a number for new business) belong to all deals.
    """

    firm: Ints
    person: Ints
    owner: Ints
    deal: Ints
    started_at: Ints
    left_at: Ints
    ends_at: Ints
    health: Floats
    terms: Terms
    changes: Changes
    values: Values
    lines: Lines
    chance: Floats

    def __len__(self) -> int:
        return len(self.firm)

    def health_at(self, subscription: Ints, moment: Ints, term_seconds: int) -> Floats:
        term = (moment - self.started_at[subscription]) // term_seconds
        return np.asarray(self.health[subscription, np.clip(term, 0, self.health.shape[1] - 1)], dtype=np.float64)


@dataclass(frozen=True)
class Batch:
    """Deals of customers as they are made: `subscription` opens them; `willing` is what health brings."""

    subscription: Ints
    kind: Ints
    created_at: Ints
    closed_at: Ints
    won: Bools
    first_amount: Floats
    amount: Floats
    planned_close: Ints
    chance: Floats
    willing: Floats


@dataclass
class Book:
    """What customers did so far; deals are numbered after the `opened` ones that were there before."""

    opened: int
    lines: list[Lines]
    batches: list[Batch] = field(default_factory=list)
    terms: list[Terms] = field(default_factory=list)
    changes: list[Changes] = field(default_factory=list)
    values: list[Values] = field(default_factory=list)

    def open(self, batch: Batch, lines: Lines) -> None:
        """Add deals; their lines count them from 0."""
        self.batches.append(batch)
        self.lines.append(replace(lines, deal=lines.deal + self.opened))
        self.opened += len(batch.subscription)

    def note(self, wave: "Wave", place: Ints, at: Ints) -> None:
        """What these customers of a wave are worth from now on."""
        self.values.append(Values(wave.number[place], at, wave.value[place], wave.units[place].sum(axis=1)))

    def change(self, subscription: Ints, at: Ints, before: Ints, after: Ints) -> None:
        """Units (subscriptions x products) that differ from what they were."""
        place, product = np.nonzero(before != after)
        self.changes.append(Changes(subscription[place], product, at[place], after[place, product]))


@dataclass
class Wave:
    """Subscriptions that go through their terms side by side. The state moves: units in use (x products), the discount
    they pay, what they are worth a year, and whether and until when they stay. `number` says which they are in the end.
    """

    number: Ints
    firm: Ints
    started_at: Ints
    health: Floats
    wanted: Floats
    units: Ints
    discount: Ints
    value: Floats
    left_at: Ints
    ends_at: Ints

    @property
    def stays(self) -> Bools:
        return np.equal(self.left_at, NEVER)
