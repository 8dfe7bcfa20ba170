"""Rows that somebody entered again: of which row, when, how they are spelled, and what hangs on them.

What belongs here: copies of accounts, contacts and leads as places and moments. Merges and deletes are merges.py's, the
spelling of a value is spellings.py's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from pipelines.demo.draw import DAY, HOUR, NEVER, Bools, Floats, Ints, Span, later, office
from pipelines.demo.people import People
from pipelines.demo.records import Records
from pipelines.demo.world.exports import AccountKind, PersonKind
from pipelines.demo.world.exports import Copies as Rates

Kind = TypeVar("Kind", bound=str)

TYPO, LEGAL_FORM, ABBREVIATION, TRANSLATION, DOMAIN, TWO_REPRESENTATIVES = range(6)
ACCOUNT_KINDS: tuple[AccountKind, ...] = (
    "typo",
    "legal_form",
    "abbreviation",
    "translation",
    "domain",
    "two_representatives",
)
SHORT_NAME, FREE_MAIL, PLUS_TAG, LETTER_CASE, SENT_TWICE = range(1, 6)
PERSON_KINDS: tuple[PersonKind, ...] = ("typo", "short_name", "free_mail", "plus_tag", "letter_case", "sent_twice")
FIRST = -1
"""The kind of a row that copies nothing."""


@dataclass(frozen=True)
class Copies:
    """Copies of the rows of one object. `of` is the first row, `before` the place of the copy that was entered before
    it and into which it is merged (-1: into the first row); `merged_at` is NEVER for those that stay.
    """

    of: Ints
    before: Ints
    kind: Ints
    created_at: Ints
    merged_at: Ints

    def __len__(self) -> int:
        return len(self.of)


def copy_rows(
    rates: Rates, kinds: Mapping[Kind, float], names: tuple[Kind, ...], base_at: Ints, eligible: Bools, *,
    second_days: float, span: Span, rng: np.random.Generator,
) -> Copies:  # fmt: skip
    """Copies of some rows created at `base_at`; none before the migration, which loaded each row once.

    A second representative enters an account within `second_days`, and that row stays. Of a chain the second copy is
    merged into the first, and then this into the first row.
    """
    of = np.flatnonzero(eligible & (base_at < span.end) & (rng.random(len(base_at)) < rates.share))
    of = of if sum(kinds.values()) else of[:0]
    kind = choice(kinds, names, len(of), rng)
    since = np.maximum(base_at[of], span.migration)
    twice = (kind == TWO_REPRESENTATIVES) & (names is ACCOUNT_KINDS)
    days = np.where(twice, second_days, rates.days)
    created = office(rng, later(since, rng.exponential(1.0, len(of)) * days * DAY + HOUR))
    wait = rates.merged_after_days * DAY
    merges = (rng.random(len(of)) < rates.merged) & ~twice
    merged = np.where(merges, office(rng, later(created, rng.exponential(wait, len(of)))), NEVER)
    chained = np.flatnonzero(merges & (rng.random(len(of)) < rates.chained))
    second = office(rng, later(created[chained], rng.exponential(rates.days * DAY, len(chained))))
    second_merged = office(rng, later(second, rng.exponential(wait, len(chained))))
    merged[chained] = np.maximum(merged[chained], office(rng, later(second_merged, np.full(len(chained), 1.0 * DAY))))
    copies = Copies(
        np.concatenate([of, of[chained]]),
        np.concatenate([np.full(len(of), -1, dtype=np.int64), chained]),
        np.concatenate([kind, choice(kinds, names, len(chained), rng)]),
        np.concatenate([created, second]),
        np.concatenate([merged, second_merged]),
    )
    return happened(copies, span)


def choice(kinds: Mapping[Kind, float], names: tuple[Kind, ...], count: int, rng: np.random.Generator) -> Ints:
    """Places in `names`, drawn by share."""
    share: Floats = np.array([kinds.get(name, 0.0) for name in names], dtype=np.float64)
    bounds = np.cumsum(share / max(share.sum(), 1e-12))[:-1]
    return np.searchsorted(bounds, rng.random(count), side="right").astype(np.int64)


def happened(copies: Copies, span: Span) -> Copies:
    """The copies created before the end; the place of the copy before is that among these."""
    kept = np.flatnonzero(copies.created_at < span.end)
    place = np.full(len(copies) + 1, -1, dtype=np.int64)
    place[kept] = np.arange(len(kept))
    return Copies(
        copies.of[kept],
        place[copies.before[kept]],
        copies.kind[kept],
        copies.created_at[kept],
        copies.merged_at[kept],
    )


def accounts_of_people(
    people: People, records: Records, copies: Copies, split: float, rng: np.random.Generator
) -> Ints:
    """The account row that each person and all that happens with the person hangs on (-1: the firm has none): for some
    who became contacts later, the copy that the second representative entered.
    """
    row = records.account_row[people.firm]
    second = np.full(len(records.account_row), -1, dtype=np.int64)
    since = np.full(len(records.account_row), NEVER, dtype=np.int64)
    twice = np.flatnonzero((copies.kind == TWO_REPRESENTATIVES) & (copies.merged_at == NEVER))
    firm = records.accounts[copies.of[twice]]
    second[firm] = len(records.accounts) + twice
    since[firm] = copies.created_at[twice]
    moved = (records.contact_at >= since[people.firm]) & (records.contact_at < NEVER)
    return np.where(moved & (rng.random(len(people)) < split), second[people.firm], row)
