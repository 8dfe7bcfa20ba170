"""Who wants no mail and no calls, whose address bounces, since when, and in which rows of the person that stands.

What belongs here: moments per row of Contact and Lead. A person often refuses in one record while another says nothing;
a row that is merged or deleted later takes the refusal with it.
"""

from dataclasses import dataclass

import numpy as np

from pipelines.demo.company import Company
from pipelines.demo.draw import DAY, NEVER, Bools, Ints, earliest, later, office, within
from pipelines.demo.duplicates import FIRST


@dataclass(frozen=True)
class Marks:
    """Since when each row says so, NEVER for rows that never do."""

    opted_out_at: Ints
    do_not_call_at: Ints
    bounced_at: Ints

    def part(self, rows: slice) -> "Marks":
        return Marks(self.opted_out_at[rows], self.do_not_call_at[rows], self.bounced_at[rows])


@dataclass(frozen=True)
class Refusals:
    """The marks of all rows, those of contacts before those of leads, and the moments per person: from when on the
    export tells of it anywhere (NEVER: nowhere). `person` is the person of each row.
    """

    person: Ints
    marks: Marks
    contacts: int
    opted_out_at: Ints
    do_not_call_at: Ints

    @property
    def of_contacts(self) -> Marks:
        return self.marks.part(slice(None, self.contacts))

    @property
    def of_leads(self) -> Marks:
        return self.marks.part(slice(self.contacts, None))


def refuse(company: Company) -> Refusals:
    people, kept, records = company.people, company.kept, company.records
    rates, rng, count = company.world.exports.refusals, company.generator("refusals"), len(people)
    person = np.concatenate([records.contacts[kept.contacts.first], company.leads.person[kept.leads.first]])
    created = np.concatenate([kept.contacts.created_at, kept.leads.created_at])
    ends = np.concatenate([end(rows.deleted_at, rows.vanished_at) for rows in (kept.contacts, kept.leads)])
    since = earliest(person, created, count)
    waits = rng.exponential(rates.after_days * DAY, (2, count))
    tells = rng.random(count) < rates.opted_out
    told_at = office(rng, np.where(tells, later(since, waits[0]), NEVER))
    call_at = office(rng, np.where(people.do_not_call, later(since, waits[1]), NEVER))
    opted = np.minimum(told_at, company.unsubscribed_at)
    alone = people.one_record_only
    marked = [
        marks_of(company, person, created, ends, moment, alone=alone, draw=rng.integers(0, 2**31, count))
        for moment in (opted, call_at)
    ]
    noted = rng.random(len(person)) < rates.bounce_noted
    first = np.concatenate([kept.contacts.kind, kept.leads.kind]) == FIRST
    bounced = company.bounced_at[person]
    noted &= first & (bounced >= created) & (bounced < ends)
    return Refusals(
        person,
        Marks(marked[0], marked[1], np.where(noted, bounced, NEVER)),
        len(kept.contacts),
        np.minimum(earliest(person, marked[0], count), company.unsubscribed_at),
        earliest(person, marked[1], count),
    )


def end(deleted: Ints, vanished: Ints) -> Ints:
    return np.minimum(deleted, vanished)


def marks_of(
    company: Company, person: Ints, created: Ints, ends: Ints, moment: Ints, *, alone: Bools, draw: Ints
) -> Ints:
    """The rows that say it: all that stood there at the moment, or one of them. A contact that a conversion made of
    such a lead says it from its first day on.
    """
    at = moment[person]
    stood = (at < NEVER) & (created <= at) & (ends > at)
    rows = np.flatnonzero(stood)
    rows = rows[np.argsort(person[rows], kind="stable")]
    _, counts = np.unique(person[rows], return_counts=True)
    counts = counts.astype(np.int64)
    rank, size = within(counts), np.repeat(counts, counts)
    chosen = ~alone[person[rows]] | (rank == draw[person[rows]] % np.maximum(size, 1))
    result = np.full(len(person), NEVER, dtype=np.int64)
    result[rows[chosen]] = at[rows[chosen]]
    contacts = len(company.records.contacts)
    made = np.arange(len(person)) < contacts
    inherits = made & (company.people.listed_at[person] > created) & (created > at) & ~alone[person]
    return np.where(inherits, created, result)
