"""The Lead object as the export shows it."""

import numpy as np
import polars as pl

from pipelines.demo import spellings
from pipelines.demo.changes import Change, places, title_changes
from pipelines.demo.columns import address, audit, day, flag, unless
from pipelines.demo.company import Company
from pipelines.demo.crm_contacts import marked, moments_of
from pipelines.demo.crm_copies import Entry, entered_again, last_before, spelled, survived_at, with_copies
from pipelines.demo.crm_people import LastTouch, edited_at, noted, websites
from pipelines.demo.currency import currency_column, in_currency
from pipelines.demo.custom import Added, custom_columns
from pipelines.demo.draw import NEVER, Ints
from pipelines.demo.draw import words as pick
from pipelines.demo.duplicates import FIRST, choice
from pipelines.demo.gaps import traits_of, with_gaps
from pipelines.demo.ids import refer
from pipelines.demo.leaks import leaked
from pipelines.demo.records import shown
from pipelines.demo.refusals import Marks, refuse
from pipelines.demo.world.exports import CompanyTyped

STATUS = ("New", "Marketing Qualified", "Sales Accepted", "Nurturing", "Unqualified", "Closed - Converted")
NEW, QUALIFIED, ACCEPTED, NURTURING, UNQUALIFIED, CONVERTED = range(len(STATUS))
REASONS = ("No budget", "No need", "Wrong person", "Chose a competitor", "No answer")
OPTIONAL = ("Phone", "Email", "Title", "Website", "Industry", "NumberOfEmployees", "Salutation")
TYPED: tuple[CompanyTyped, ...] = ("as_is", "short", "small_letters", "capitals")


def lead_status(company: Company) -> Ints:
    """The place in STATUS where each lead stands at the export's moment."""
    leads, now = company.leads, company.now
    reached = [
        leads.converted_at,
        leads.disqualified_at,
        leads.reworked_at,
        leads.requalified_at,
        leads.recycled_at,
        leads.worked_at,
        leads.qualified_at,
    ]
    return np.select(
        [moment < now for moment in reached],
        [CONVERTED, UNQUALIFIED, ACCEPTED, QUALIFIED, NURTURING, ACCEPTED, QUALIFIED],
        NEW,
    ).astype(np.int64)


def owners(company: Company) -> tuple[Ints, Ints]:
    """Whose each lead is, and since when: a representative, or a queue before sales works it; some stay with a queue
    that nobody works (NEVER).
    """
    leads, count = company.leads, len(company.leads)
    handed = company.generator("handed over").random(count) < company.world.leads.handed_over
    in_queue = leads.in_queue | (handed & leads.worked)
    return queue_of(company, np.arange(count)), np.where(in_queue, handed_at(company), -1)


def handed_at(company: Company) -> Ints:
    """The second before sales worked each lead, NEVER for those that it never works."""
    return np.where(company.leads.worked, company.leads.worked_at - 1, NEVER)


def queue_of(company: Company, lead: Ints) -> Ints:
    """The place of the queue in Ids.owner: two take turns."""
    return company.world.sales.representatives + 2 + lead % 2


def deal_of_lead(company: Company) -> Ints:
    """The row of the opportunity that each lead's conversion opened, -1 for none."""
    row = np.full(len(company.leads), -1, dtype=np.int64)
    from_lead = np.flatnonzero(company.deals.lead >= 0)
    row[company.deals.lead[from_lead]] = from_lead
    return row


def lead_people(company: Company) -> tuple[pl.Series, pl.Series, pl.Series]:
    """First name, last name and address of the person as each lead spells them: some in another way than before."""
    people, person, kind = company.people, company.leads.person, company.kept.lead_kind
    first, last, email = people.first.gather(person), people.last.gather(person), people.email.gather(person)
    place, rng = np.flatnonzero(kind != FIRST), company.generator("lead spellings")
    other = spelled(first.gather(place), last.gather(place), email.gather(place), kind[place], rng)
    return first.scatter(place, other[0]), last.scatter(place, other[1]), email.scatter(place, other[2])


def title_of_leads(company: Company) -> Change:
    """Titles that change on leads that have not been converted."""
    leads = company.leads
    change = title_changes(company, "leads", leads.person, leads.created_at)
    return Change(change.field, np.where(change.at < leads.converted_at, change.at, NEVER), change.before, change.after)


def leads(company: Company, touch: LastTouch) -> pl.DataFrame:
    made, rows, now, ids = company.leads, company.kept.leads, company.now, company.ids
    rng, count = company.generator("lead rows"), len(made)
    created = np.concatenate([shown(made.created_at, company.span, 80), rows.copies.created_at])
    marks = refuse(company).of_leads
    queue, since = owners(company)
    owner = ids.owner.gather(np.where(since < now, made.owner, queue))
    leaks, title = leaked(company, "Lead", made.converted_at), title_of_leads(company)
    own = custom_columns(company, "Lead", made.firm[rows.first], created)
    first = own.part(slice(count))
    steps = [
        made.qualified_at,
        made.worked_at,
        made.recycled_at,
        made.requalified_at,
        made.reworked_at,
        made.ended_at,
    ]
    moments = [*steps, leaks.changed_at, first.changed_at, title.at, rows.deleted_at[:count]]
    moments += [survived_at(rows, now)[:count], *moments_of(marks, slice(count))]
    frame = first_leads(company, touch, created[:count], rng)
    modified = last_before(now, *moments, edited_at(company, created[:count], rng))
    stamps = audit(created[:count], modified, owner, now)
    frame = frame.with_columns(**first.columns, **leaks.columns, **stamps, Title=title.today(now), OwnerId=owner)
    frame = with_gaps(company, "Lead", frame, traits_of(company, made.firm, made.person, made.source))
    copies = copied_leads(company, frame, [*leaks.columns], marks, title, own=own.part(slice(count, None)), rng=rng)
    whole = pl.concat([frame, copies.select(frame.columns)]).with_columns(**marked(marks, now))
    whole = with_copies(company, whole[:count], whole[count:], rows, ids=ids.lead, shown=created)
    return address(whole, "", "Address")


def first_leads(company: Company, touch: LastTouch, created: Ints, rng: np.random.Generator) -> pl.DataFrame:
    """The first row of each lead, without owner and audit columns."""
    made, people, firms, ids, now = company.leads, company.people, company.firms, company.ids, company.now
    count, person, world = len(made), made.person, company.world
    converted = made.converted_at < now
    first, last, email = lead_people(company)
    account = np.where(converted, company.kept.account_of[person], -1)
    revenue = in_currency(company, made.firm, firms.revenue[made.firm].astype(np.float64), created)
    return pl.DataFrame(
        {
            "Id": ids.lead.head(count),
            "IsDeleted": pl.Series([None] * count, dtype=pl.String),
            "MasterRecordId": pl.Series([None] * count, dtype=pl.String),
            "LastName": last,
            "FirstName": first,
            "Salutation": people.salutation.gather(person),
            "Name": first + pl.Series([" "]) + last,
            "Title": people.title.gather(person),
            "Company": typed_company(company, firms.name.gather(made.firm), rng),
            **places(company, made.firm, firms.place[made.firm], ""),
            "Country": pick(list(world.firms.countries), firms.country[made.firm]),
            "Phone": people.phone.gather(person),
            "Email": email,
            "Website": websites(firms.domain.gather(made.firm), rng),
            "Description": noted(count, world.exports.notes.get("Lead", 0.0), rng),
            "LeadSource": pick(list(world.leads.sources), made.source),
            "Status": pick(STATUS, lead_status(company)),
            "Industry": unless(
                ~made.filled | firms.hidden_industry[made.firm],
                pick(list(world.firms.industries), firms.industry[made.firm]),
            ),
            "Rating": unless(made.worked_at >= now, pick(("Hot", "Warm", "Cold"), rng.integers(0, 3, count))),
            **currency_column(company, made.firm),
            "AnnualRevenue": pl.Series(np.round(revenue).astype(np.int64)),
            "NumberOfEmployees": unless(~made.filled, pl.Series(firms.employees[made.firm])),
            "OwnerId": pl.Series([None] * count, dtype=pl.String),
            "IsConverted": flag(converted),
            "ConvertedDate": day(made.converted_at, now),
            "ConvertedAccountId": refer(ids.account, account),
            "ConvertedContactId": refer(ids.contact, np.where(converted, company.records.contact_row[person], -1)),
            "ConvertedOpportunityId": refer(ids.opportunity, np.where(converted, deal_of_lead(company), -1)),
            "IsUnreadByOwner": flag(made.worked_at >= now),
            "LastActivityDate": day(np.where(touch.lead >= 0, touch.lead, NEVER), now),
            "Disqualification_Reason__c": unless(
                made.disqualified_at >= now, pick(REASONS, rng.integers(0, len(REASONS), count))
            ),
        }
    )


def copied_leads(
    company: Company, frame: pl.DataFrame, leaks: list[str], marks: Marks, title: Change, *, own: Added,
    rng: np.random.Generator,
) -> pl.DataFrame:  # fmt: skip
    """The rows of leads that came in again: new ones that a queue owns and nobody works."""
    rows, made, first = company.kept.leads, company.leads, len(frame)
    of = rows.copies.of
    by = company.ids.owner.gather(queue_of(company, of))
    changed = last_before(company.now, survived_at(rows, company.now)[first:], *moments_of(marks, slice(first, None)))
    entry = Entry(by, changed, own, [title], OPTIONAL, company.world.exports.duplicates.leads.blank)
    again = entered_again(company, frame, rows, entry, rng)
    people, person = company.people, made.person[of]
    names = spelled(people.first.gather(person), people.last.gather(person), again["Email"], rows.copies.kind, rng)
    life = ("ConvertedDate", "ConvertedAccountId", "ConvertedContactId", "ConvertedOpportunityId", "IsConverted")
    nothing = {
        name: pl.lit(None, dtype=frame.schema[name]) for name in (*life, *leaks, "Rating", "Disqualification_Reason__c")
    }
    return again.with_columns(
        FirstName=names[0],
        LastName=names[1],
        Name=names[0] + pl.Series([" "]) + names[1],
        Email=names[2],
        Company=typed_company(company, company.firms.name.gather(made.firm[of]), rng),
        Status=pl.lit(STATUS[NEW]),
        IsUnreadByOwner=pl.lit("1"),
        **nothing,
    )


def typed_company(company: Company, name: pl.Series, rng: np.random.Generator) -> pl.Series:
    """The company as people type it: often without the legal form, sometimes in capitals or small letters."""
    short, way = spellings.without_form(name), choice(company.world.exports.company_typed, TYPED, len(name), rng)
    ways = (name, short, short.str.to_lowercase(), short.str.to_uppercase())
    return pl.select(
        pl.coalesce(*(pl.when(pl.Series(way == place)).then(text) for place, text in enumerate(ways)))
    ).to_series()
