"""Which firms are accounts and which persons are contacts, and since when: listed, or by the first conversion."""

from dataclasses import dataclass

import numpy as np

from pipelines.demo.draw import Ints, Span, earliest
from pipelines.demo.firms import Firms
from pipelines.demo.leads import Leads
from pipelines.demo.people import People


@dataclass(frozen=True)
class Records:
    """`accounts` and `contacts` are the places of firms and persons in the order of creation; `account_row` and
    `contact_row` lead back (-1: no such record). Times are the true ones, before the migration hid them."""

    account_at: Ints
    contact_at: Ints
    accounts: Ints
    contacts: Ints
    account_row: Ints
    contact_row: Ints


def keep_records(firms: Firms, people: People, leads: Leads, span: Span) -> Records:
    account_at = np.minimum(firms.listed_at, earliest(leads.firm, leads.converted_at, len(firms)))
    contact_at = np.minimum(people.listed_at, earliest(leads.person, leads.converted_at, len(people)))
    accounts, account_row = rows(account_at, span)
    contacts, contact_row = rows(contact_at, span)
    return Records(account_at, contact_at, accounts, contacts, account_row, contact_row)


def rows(created_at: Ints, span: Span) -> tuple[Ints, Ints]:
    order = np.argsort(created_at, kind="stable")
    order = order[created_at[order] < span.end]
    row = np.full(len(created_at), -1, dtype=np.int64)
    row[order] = np.arange(len(order))
    return order, row


def shown(created_at: Ints, span: Span, minutes: int) -> Ints:
    """The creation that the CRM shows: what is older than the migration was loaded then, one object after the other
    (this one `minutes` after the start), so many records a minute."""
    old = created_at < span.migration
    loaded = span.migration + minutes * 60 + (np.cumsum(old) * 60 / span.migrated_per_minute).astype(np.int64)
    return np.where(old, loaded, created_at)
