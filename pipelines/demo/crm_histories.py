"""LeadHistory, AccountHistory and ContactHistory as the export shows them.

The CRM began to track fields on a day of the world file and keeps what it tracked for so many days: a change before or
after that is known by nobody.
"""

import numpy as np
import polars as pl

from pipelines.demo.changes import Change, account_changes, owner_changes, title_changes
from pipelines.demo.columns import stamp
from pipelines.demo.company import Company
from pipelines.demo.crm_leads import (
    ACCEPTED,
    CONVERTED,
    NEW,
    NURTURING,
    QUALIFIED,
    STATUS,
    UNQUALIFIED,
    owners,
    title_of_leads,
)
from pipelines.demo.crm_setup import user_names
from pipelines.demo.draw import DAY, NEVER, Ints
from pipelines.demo.ids import record_ids
from pipelines.demo.merges import Rows
from pipelines.demo.refusals import Marks, refuse

QUEUE_NAMES = ("Inbound Queue", "Nurture Queue")


def kept_since(company: Company) -> int:
    """From which moment on an export knows the changes of tracked fields."""
    rates, span = company.world.exports.field_history, company.span
    return max(span.migration, span.start + rates.starts_day * DAY, company.now - rates.keep_days * DAY)


def lead_history(company: Company) -> pl.DataFrame:
    """Created, status by status, owner changes (each logged by id and by name), titles, opt-outs, conversion, merge."""
    made, rows = company.leads, company.kept.leads
    every = np.arange(len(made))
    status = [
        (made.qualified_at, NEW, QUALIFIED),
        (made.worked_at, QUALIFIED, ACCEPTED),
        (made.recycled_at, ACCEPTED, NURTURING),
        (made.requalified_at, NURTURING, QUALIFIED),
        (made.reworked_at, QUALIFIED, ACCEPTED),
        (made.disqualified_at, ACCEPTED, UNQUALIFIED),
        (made.converted_at, ACCEPTED, CONVERTED),
    ]
    parts = [
        entries(np.arange(len(rows)), "created", rows.created_at),
        entries(every, "leadConverted", made.converted_at),
    ]
    parts += [entries(every, "Status", at, old=pl.lit(STATUS[old]), new=pl.lit(STATUS[new])) for at, old, new in status]
    queue, since = owners(company)
    parts += owner_entries(company, every, queue, made.owner, np.where(since >= 0, since, NEVER))
    parts += [merges(rows, "leadMerged"), opt_outs(refuse(company).of_leads), changed(every, title_of_leads(company))]
    creator = np.concatenate([made.owner, made.owner[rows.copies.of]])
    return assembled(company, "Lead", parts, company.ids.lead, creator)


def account_history(company: Company) -> pl.DataFrame:
    """Created, corrected and moved, owner changes, the type that becomes customer and former customer, merges."""
    rows, firm = company.kept.accounts, company.records.accounts
    every, made = np.arange(len(firm)), company.subscriptions
    count = len(company.firms)
    begun, left = np.full(count, NEVER, dtype=np.int64), np.full(count, -1, dtype=np.int64)
    np.minimum.at(begun, made.firm, made.started_at)
    np.maximum.at(left, made.firm, made.left_at)
    before, after, at = owner_changes(company)
    parts = [
        entries(np.arange(len(rows)), "created", rows.created_at),
        entries(every, "Type", begun[firm], old=pl.lit("Prospect"), new=pl.lit("Customer")),
        entries(
            every, "Type", np.where(left[firm] >= 0, left[firm], NEVER), old=pl.lit("Customer"),
            new=pl.lit("Former Customer"),
        ),
        merges(rows, "accountMerged"),
        *owner_entries(company, every, before, after, at),
        *(changed(every, change) for change in account_changes(company)),
    ]  # fmt: skip
    creator = np.concatenate([before, before[rows.copies.of]])
    return assembled(company, "Account", parts, company.ids.account, creator)


def contact_history(company: Company) -> pl.DataFrame:
    """Created, promoted, opted out, owner changes with the account, merges."""
    rows, person = company.kept.contacts, company.records.contacts
    every, account = np.arange(len(person)), company.records.account_row[company.people.firm[person]]
    before, after, at = (part[account] for part in owner_changes(company))
    since = company.records.contact_at[person]
    parts = [
        entries(np.arange(len(rows)), "created", rows.created_at),
        merges(rows, "contactMerged"),
        opt_outs(refuse(company).of_contacts),
        *owner_entries(company, every, before, after, np.where(at > since, at, NEVER)),
        changed(every, title_changes(company, "contacts", person, since)),
    ]
    creator = np.concatenate([before, before[rows.copies.of]])
    return assembled(company, "Contact", parts, company.ids.contact, creator)


def entries(
    row: Ints, field: str, at: Ints, kind: str = "Text", *, old: pl.Expr | pl.Series | None = None,
    new: pl.Expr | pl.Series | None = None,
) -> pl.DataFrame:  # fmt: skip
    """A change per row; those whose moment never comes are left out."""
    nothing = pl.lit(None, dtype=pl.String)
    return (
        pl.DataFrame({"row": row, "at": at})
        .with_columns(
            Field=pl.lit(field),
            DataType=pl.lit(kind),
            OldValue=nothing if old is None else old,
            NewValue=nothing if new is None else new,
        )
        .filter(pl.Series(at < NEVER))
    )


def owner_entries(company: Company, row: Ints, before: Ints, after: Ints, at: Ints) -> list[pl.DataFrame]:
    """The CRM logs a lookup twice: by id and by name."""
    ids = company.ids.owner
    names = user_names(company).append(pl.Series(["Marketing Team", "Integration User", *QUEUE_NAMES]))
    return [
        entries(row, "Owner", at, "EntityId", old=ids.gather(before), new=ids.gather(after)),
        entries(row, "Owner", at, "Text", old=names.gather(before), new=names.gather(after)),
    ]


def merges(rows: Rows, field: str) -> pl.DataFrame:
    """Told on the row that survived."""
    merged = np.flatnonzero(rows.master >= 0)
    return entries(rows.master[merged], field, rows.deleted_at[merged])


def opt_outs(marks: Marks) -> pl.DataFrame:
    row = np.arange(len(marks.opted_out_at))
    return entries(row, "HasOptedOutOfEmail", marks.opted_out_at, "Boolean", old=pl.lit("false"), new=pl.lit("true"))


def changed(row: Ints, change: Change) -> pl.DataFrame:
    """Only where the values differ."""
    made = entries(row, change.field, change.at, old=change.before.cast(pl.String), new=change.after.cast(pl.String))
    return made.filter(pl.col("OldValue").ne_missing(pl.col("NewValue")))


def assembled(company: Company, name: str, parts: list[pl.DataFrame], ids: pl.Series, creator: Ints) -> pl.DataFrame:
    """The history object `name`: ids in the order of time, then what the export's moment shows of it."""
    frame = pl.concat(parts).sort("at", "row", "Field", "DataType")
    frame = frame.filter(pl.col("at") < company.span.end)
    rng, row, at = company.generator(name + " history"), frame["row"].to_numpy(), frame["at"].to_numpy()
    made = pl.DataFrame(
        {
            "Id": record_ids(f"{name}History", len(frame), rng, cell=company.cell),
            "IsDeleted": pl.Series([None] * len(frame), dtype=pl.String),
            f"{name}Id": ids.gather(row),
            "CreatedById": company.ids.owner.gather(creator[row]),
            "CreatedDate": stamp(at, company.now),
            "Field": frame["Field"],
            "DataType": frame["DataType"],
            "OldValue": frame["OldValue"],
            "NewValue": frame["NewValue"],
        }
    )
    return made.filter(pl.Series((at >= kept_since(company)) & (at < company.now)))
