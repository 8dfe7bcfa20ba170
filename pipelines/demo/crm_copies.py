"""Copies of rows as they stand in a file: the first row again, spelled otherwise, with gaps, by somebody else.

What belongs here: what holds for copies of accounts, contacts and leads alike, and which rows are in an export at all.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.demo import spellings
from pipelines.demo.changes import Change
from pipelines.demo.columns import audit, flag, unless
from pipelines.demo.company import Company
from pipelines.demo.custom import Added
from pipelines.demo.draw import Ints
from pipelines.demo.duplicates import FREE_MAIL, LETTER_CASE, PLUS_TAG, SHORT_NAME, TYPO
from pipelines.demo.ids import refer
from pipelines.demo.merges import Rows


def with_copies(
    company: Company, frame: pl.DataFrame, copies: pl.DataFrame, rows: Rows, *, ids: pl.Series, shown: Ints
) -> pl.DataFrame:
    """First rows and their copies in the order of creation, without those that are not there at the export's moment.
    `shown` is the creation that the CRM shows of each row.
    """
    now = company.now
    gone = flag(rows.deleted_at < now)
    whole = pl.concat([frame, copies.select(frame.columns)]).with_columns(
        Id=ids, IsDeleted=gone, MasterRecordId=refer(ids, rows.merged(now))
    )
    there = (shown < now) & (rows.vanished_at >= now)
    order = rows.order
    return whole[order[there[order]]]


def last_before(now: int, *moments: Ints) -> Ints:
    """The last of the moments of each row before `now`, -1 for none."""
    last: Ints = np.max([np.where(moment < now, moment, -1) for moment in moments], axis=0)
    return last


def survived_at(rows: Rows, now: int) -> Ints:
    """When each row last survived a merge before `now`, -1 for never."""
    last = np.full(len(rows), -1, dtype=np.int64)
    merged = (rows.master >= 0) & (rows.deleted_at < now)
    np.maximum.at(last, rows.master[merged], rows.deleted_at[merged])
    return last


@dataclass(frozen=True)
class Entry:
    """What is the copies' own: who entered them, since when they changed (-1: never), custom columns, gaps in the
    columns `blank`, and what had changed on the first row before they were entered.
    """

    owner: pl.Series
    changed_at: Ints
    own: Added
    changes: list[Change]
    blank: tuple[str, ...]
    share: float


def entered_again(
    company: Company, frame: pl.DataFrame, rows: Rows, entry: Entry, rng: np.random.Generator
) -> pl.DataFrame:
    """The copies as rows of their own, without a past."""
    copies = rows.copies
    stood = {change.field: change.copied(copies.of, copies.created_at) for change in entry.changes}
    made = frame[copies.of].with_columns(**stood)
    modified = last_before(company.now, entry.changed_at, entry.own.changed_at, copies.merged_at)
    hidden = {name: unless(rng.random(len(copies)) < entry.share, made[name]) for name in entry.blank}
    return made.with_columns(
        pl.lit(None, dtype=pl.String).alias("LastActivityDate"),
        OwnerId=entry.owner,
        **entry.own.columns,
        **hidden,
        **audit(copies.created_at, modified, entry.owner, company.now),
    )


def spelled(
    first: pl.Series, last: pl.Series, email: pl.Series, kind: Ints, rng: np.random.Generator
) -> tuple[pl.Series, pl.Series, pl.Series]:
    """First name, last name and address of persons as a copy of this kind (a place in PERSON_KINDS) has them."""
    draw = rng.integers(0, 2**31, len(kind))
    names = pl.DataFrame({"kind": kind, "first": first, "last": last, "email": email})
    made = names.select(
        first=pl.when(pl.col("kind") == SHORT_NAME).then(spellings.short_name(first)).otherwise("first"),
        last=pl.when(pl.col("kind") == TYPO).then(spellings.typo(last, draw)).otherwise("last"),
        email=pl.when(pl.col("kind") == FREE_MAIL)
        .then(spellings.free_address(first, last, draw))
        .when(pl.col("kind") == PLUS_TAG)
        .then(spellings.tagged(email))
        .when(pl.col("kind") == LETTER_CASE)
        .then(spellings.capital_letters(email))
        .otherwise("email"),
    )
    return made["first"], made["last"], made["email"]
