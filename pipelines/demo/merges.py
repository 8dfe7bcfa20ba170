"""What became of the rows of Account, Contact and Lead: which are copies, merged, deleted, or gone without a trace.

What belongs here: all rows of an object as places, the first rows before their copies. Only rows that nothing happened
to are deleted, so nothing that happened hangs on a deleted row.
"""

from dataclasses import dataclass

import numpy as np

from pipelines.demo.deals import Deals, Outreach
from pipelines.demo.draw import NEVER, Bools, Ints, Span
from pipelines.demo.duplicates import (
    ACCOUNT_KINDS,
    FIRST,
    PERSON_KINDS,
    Copies,
    accounts_of_people,
    choice,
    copy_rows,
)
from pipelines.demo.firms import Firms
from pipelines.demo.leads import Leads
from pipelines.demo.people import People
from pipelines.demo.records import Records
from pipelines.demo.world import World
from pipelines.demo.world.exports import Removed


@dataclass(frozen=True)
class Rows:
    """All rows of one object: the first ones, then their copies. `master` is the row that a row was merged into (-1:
    none), which `deleted_at` tells the moment of; a row is out of every export from `vanished_at` on.
    """

    copies: Copies
    created_at: Ints
    master: Ints
    deleted_at: Ints
    vanished_at: Ints

    def __len__(self) -> int:
        return len(self.created_at)

    @property
    def first(self) -> Ints:
        """The first row of each row: its own place, or that of the row it copies."""
        return np.concatenate([np.arange(len(self) - len(self.copies)), self.copies.of])

    @property
    def kind(self) -> Ints:
        return np.concatenate([np.full(len(self) - len(self.copies), FIRST, dtype=np.int64), self.copies.kind])

    @property
    def order(self) -> Ints:
        """The rows in the order of creation, which is that of their ids."""
        return np.argsort(self.created_at, kind="stable")

    def merged(self, now: int) -> Ints:
        """The row that each row was merged into before `now`, -1 for none."""
        return np.where(self.deleted_at < now, self.master, -1)


@dataclass(frozen=True)
class Kept:
    """The rows of the CRM. `account_of` is the account row of each person, `lead_kind` how the person of each lead is
    spelled there (a place in PERSON_KINDS, or FIRST for as everywhere).
    """

    accounts: Rows
    contacts: Rows
    leads: Rows
    account_of: Ints
    lead_kind: Ints


def keep_rows(
    world: World, firms: Firms, people: People, leads: Leads, records: Records, *, deals: Deals, outreach: Outreach,
    reached: Ints, span: Span, rng: np.random.Generator,
) -> Kept:  # fmt: skip
    """Copy, merge and delete rows. `reached` are the people whom a mail or a campaign reached."""
    rates, removals, second = world.exports.duplicates, world.exports.removals, world.exports.duplicates.second_days
    account_at, contact_at = records.account_at[records.accounts], records.contact_at[records.contacts]
    company = ~firms.is_person[records.accounts]
    copies = copy_rows(
        rates.accounts, rates.account_kinds, ACCOUNT_KINDS, account_at, company, second_days=second, span=span, rng=rng
    )
    busy = has_business(firms, people, leads, records, deals)[records.accounts]
    account_of = accounts_of_people(people, records, copies, rates.split_children, rng)
    accounts = fates(
        removals.accounts, rates.accounts.survivor_deleted, account_at, ~busy & company, copies, span=span, rng=rng
    )
    company = ~firms.is_person[people.firm[records.contacts]]
    copies = copy_rows(
        rates.contacts, rates.person_kinds, PERSON_KINDS, contact_at, company, second_days=second, span=span, rng=rng
    )
    busy = np.zeros(len(people), dtype=np.bool_)
    for used in (leads.person, deals.person, outreach.person, reached):
        busy[used[used >= 0]] = True
    idle = ~busy[records.contacts] & company
    contacts = fates(removals.contacts, rates.contacts.survivor_deleted, contact_at, idle, copies, span=span, rng=rng)
    every = np.ones(len(leads), dtype=np.bool_)
    copies = copy_rows(
        rates.leads, rates.person_kinds, PERSON_KINDS, leads.created_at, every, second_days=second, span=span, rng=rng
    )
    rows = fates(
        removals.leads, rates.leads.survivor_deleted, leads.created_at, ~leads.worked, copies, span=span, rng=rng
    )
    return Kept(accounts, contacts, rows, account_of, lead_kinds(world, leads, records, rng))


def has_business(firms: Firms, people: People, leads: Leads, records: Records, deals: Deals) -> Bools:
    """Firms with people, leads, deals or daughters."""
    used = np.zeros(len(firms), dtype=np.bool_)
    used[people.firm[records.contacts]] = True
    used[leads.firm] = True
    used[deals.firm] = True
    used[firms.parent[firms.parent >= 0]] = True
    return used


def fates(
    rates: Removed, survivor_deleted: float, created: Ints, idle: Bools, copies: Copies, *, span: Span,
    rng: np.random.Generator,
) -> Rows:  # fmt: skip
    """The rows of one object with their ends; a survivor of a merge is deleted after it, if at all."""
    count = len(created)
    last = np.full(count, -1, dtype=np.int64)
    np.maximum.at(last, copies.of, np.where(copies.merged_at < span.end, copies.merged_at, -1))
    draw, survivor = rng.random(count), rng.random(count)
    deleted = idle & np.where(last >= 0, survivor < survivor_deleted, draw < rates.deleted)
    copied = np.isin(np.arange(count), copies.of)
    vanished = idle & ~deleted & ~copied & (draw > 1 - rates.vanished)
    since = np.maximum(created, last)
    at = since + 1 + (rng.random(count) * (span.end - since)).astype(np.int64)
    never = np.full(len(copies), NEVER, dtype=np.int64)
    into = np.where(copies.before >= 0, count + copies.before, copies.of)
    return Rows(
        copies,
        np.concatenate([created, copies.created_at]),
        np.concatenate([np.full(count, -1, dtype=np.int64), np.where(copies.merged_at < NEVER, into, -1)]),
        np.concatenate([np.where(deleted, at, NEVER), copies.merged_at]),
        np.concatenate([np.where(vanished, at, NEVER), never]),
    )


def lead_kinds(world: World, leads: Leads, records: Records, rng: np.random.Generator) -> Ints:
    """Some leads of people who have a record already spell them in another way."""
    rates, count = world.exports.duplicates, len(leads)
    again = np.ones(count, dtype=np.bool_)
    again[np.unique(leads.person, return_index=True)[1]] = False
    again |= records.contact_at[leads.person] < leads.created_at
    respelled = again & (rng.random(count) < rates.respelled) & (sum(rates.person_kinds.values()) > 0)
    return np.where(respelled, choice(rates.person_kinds, PERSON_KINDS, count, rng), FIRST)
