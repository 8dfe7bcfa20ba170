"""The Contact object as the export shows it."""

import numpy as np
import polars as pl

from pipelines.demo.arrays import at_place
from pipelines.demo.changes import Change, owner_changes, places, title_changes
from pipelines.demo.columns import address, audit, day, flag, stamp, unless
from pipelines.demo.company import Company
from pipelines.demo.crm_copies import Entry, entered_again, last_before, spelled, survived_at, with_copies
from pipelines.demo.crm_people import LastTouch, edited_at, noted, owner_now
from pipelines.demo.custom import Added, custom_columns
from pipelines.demo.draw import NEVER, Ints
from pipelines.demo.draw import words as pick
from pipelines.demo.gaps import traits_of, with_gaps
from pipelines.demo.ids import refer
from pipelines.demo.records import shown
from pipelines.demo.refusals import Marks, refuse

OPTIONAL = ("Phone", "MobilePhone", "Email", "Title", "Department", "Salutation")
BOUNCED = "550 5.1.1 The address does not exist"


def contacts(company: Company, touch: LastTouch) -> pl.DataFrame:
    people, rows, person, now = company.people, company.kept.contacts, company.records.contacts, company.now
    rng, count = company.generator("contact rows"), len(person)
    created = np.concatenate([shown(company.records.contact_at[person], company.span, 40), rows.copies.created_at])
    marks = refuse(company).of_contacts
    title = title_changes(company, "contacts", person, company.records.contact_at[person])
    account = company.kept.account_of[person]
    first_account = company.records.account_row[people.firm[person]]
    owner = company.ids.owner.gather(owner_now(company)[first_account])
    frame = pl.DataFrame(
        {
            "Id": company.ids.contact.head(count),
            "IsDeleted": pl.Series([None] * count, dtype=pl.String),
            "MasterRecordId": pl.Series([None] * count, dtype=pl.String),
            "AccountId": refer(company.ids.account, account),
            "LastName": people.last.gather(person),
            "FirstName": people.first.gather(person),
            "Salutation": people.salutation.gather(person),
            "Name": people.first.gather(person) + pl.Series([" "]) + people.last.gather(person),
            **places(company, people.firm[person], company.firms.place[people.firm[person]], "Mailing"),
            "MailingCountry": pick(list(company.world.firms.countries), company.firms.country[people.firm[person]]),
            "Phone": people.phone.gather(person),
            "MobilePhone": people.phone.gather(person),
            "Email": people.email.gather(person),
            "Title": title.today(now),
            "Department": people.department.gather(person),
            "LeadSource": came_from(company, person),
            "Description": noted(count, company.world.exports.notes.get("Contact", 0.0), rng),
            "OwnerId": owner,
            "LastActivityDate": day(touch.person[person], now),
            "IsPersonAccount": flag(company.firms.is_person[people.firm[person]]),
        }
    )
    moments = [
        title.at,
        owner_changes(company)[2][first_account],
        rows.deleted_at[:count],
        survived_at(rows, now)[:count],
    ]
    own = custom_columns(company, "Contact", people.firm[person[rows.first]], created)
    first = own.part(slice(count))
    moments += [first.changed_at, edited_at(company, created[:count], rng), *moments_of(marks, slice(count))]
    frame = frame.with_columns(**first.columns, **audit(created[:count], last_before(now, *moments), owner, now))
    frame = with_gaps(company, "Contact", frame, traits_of(company, people.firm[person], person))
    copies = copied_contacts(company, frame, marks, title, own.part(slice(count, None)), rng=rng)
    whole = pl.concat([frame, copies.select(frame.columns)]).with_columns(
        **marked(marks, now), IsEmailBounced=flag(marks.bounced_at < now)
    )
    made = with_copies(company, whole[:count], whole[count:], rows, ids=company.ids.contact, shown=created)
    return address(made, "Mailing", "MailingAddress")


def marked(marks: Marks, now: int) -> dict[str, pl.Series]:
    """The columns of refusals and bounces, as of the export's moment."""
    bounced = marks.bounced_at < now
    return {
        "HasOptedOutOfEmail": flag(marks.opted_out_at < now),
        "DoNotCall": flag(marks.do_not_call_at < now),
        "EmailBouncedReason": unless(~bounced, pl.Series([BOUNCED] * len(bounced), dtype=pl.String)),
        "EmailBouncedDate": stamp(np.where(bounced, marks.bounced_at, NEVER), now),
    }


def moments_of(marks: Marks, rows: slice) -> list[Ints]:
    return [marks.opted_out_at[rows], marks.do_not_call_at[rows], marks.bounced_at[rows]]


def came_from(company: Company, person: Ints) -> pl.Series:
    """The source of the lead that the person was before the contact, or the provider of the list."""
    came = np.full(len(company.people), -1, dtype=np.int64)
    came[company.leads.person[::-1]] = np.arange(len(company.leads))[::-1]
    sources = list(company.world.leads.sources)
    since = at_place(company.leads.created_at, came[person], NEVER)
    source = at_place(company.leads.source, came[person], len(sources))
    source = np.where(since < company.records.contact_at[person], source, len(sources))
    return pick([*sources, "Data Provider"], source)


def copied_contacts(
    company: Company, frame: pl.DataFrame, marks: Marks, title: Change, own: Added, *, rng: np.random.Generator
) -> pl.DataFrame:
    """The rows of contacts that were entered again."""
    rows, count, first = company.kept.contacts, len(company.kept.contacts.copies), len(frame)
    by = company.ids.owner.gather(rng.integers(0, company.world.sales.representatives, count))
    people, person = company.people, company.records.contacts[rows.copies.of]
    changed = last_before(company.now, survived_at(rows, company.now)[first:], *moments_of(marks, slice(first, None)))
    entry = Entry(by, changed, own, [title], OPTIONAL, company.world.exports.duplicates.contacts.blank)
    made = entered_again(company, frame, rows, entry, rng)
    names = spelled(people.first.gather(person), people.last.gather(person), made["Email"], rows.copies.kind, rng)
    return made.with_columns(
        FirstName=names[0], LastName=names[1], Name=names[0] + pl.Series([" "]) + names[1], Email=names[2]
    )
