"""Copies of rows as they stand in a file: the first row again, spelled otherwise, with gaps, by somebody else.

What belongs here: what holds for copies of accounts, contacts and leads alike, and which rows are in an export at all.
"""

import numpy as np
import polars as pl

from pipelines.demo import spellings
from pipelines.demo.columns import audit, flag, unless
from pipelines.demo.company import Company
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


def entered_again(
    company: Company, frame: pl.DataFrame, rows: Rows, owner: pl.Series, *, changed: Ints, blank: tuple[str, ...],
    share: float, rng: np.random.Generator,
) -> pl.DataFrame:  # fmt: skip
    """The copies as rows of their own: entered by `owner`, with gaps in the columns `blank`, without a past."""
    made, count = frame[rows.copies.of], len(rows.copies)
    modified = np.maximum(changed, last_before(company.now, rows.copies.merged_at))
    hidden = {name: unless(rng.random(count) < share, made[name]) for name in blank}
    return made.with_columns(
        pl.lit(None, dtype=pl.String).alias("LastActivityDate"),
        OwnerId=owner,
        **hidden,
        **audit(rows.copies.created_at, modified, owner, company.now),
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
