"""The Account and Contact objects as the export shows them."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.demo import words
from pipelines.demo.columns import address, audit, day, flag, latest, stamp, unless
from pipelines.demo.company import Company
from pipelines.demo.customers import CUSTOMER, FORMER, standing
from pipelines.demo.draw import NEVER, Bools, Ints
from pipelines.demo.draw import words as pick
from pipelines.demo.ids import refer
from pipelines.demo.records import shown


@dataclass(frozen=True)
class LastTouch:
    """The latest done activity, by firm, person, lead and deal; -1 for none."""

    firm: Ints
    person: Ints
    lead: Ints
    deal: Ints


def last_touches(company: Company) -> LastTouch:
    people, leads, deals, end = company.people, company.leads, company.deals, company.span.end
    both = (company.tasks, company.meetings)
    lead = np.concatenate([part.lead for part in both])
    at = np.concatenate([np.where(part.done, part.at, NEVER) for part in both])
    deal = np.concatenate([part.deal for part in both])
    person = np.concatenate([part.person for part in both])
    person = np.where(lead >= 0, leads.person[lead], person)
    by_lead = latest(lead, at, len(leads), end)
    on_contact = person[(lead < 0) | (leads.converted_at[lead] < end)]
    at_contact = at[(lead < 0) | (leads.converted_at[lead] < end)]
    by_person = latest(on_contact, at_contact, len(people), end)
    return LastTouch(
        latest(people.firm, by_person, len(company.firms), end), by_person, by_lead, latest(deal, at, len(deals), end)
    )


def places(company: Company, firm: Ints, prefix: str) -> dict[str, pl.Series]:
    """Street, city, state, postal code and country of each firm."""
    countries = list(company.world.firms.countries)
    sizes = np.array([len(words.cities(name)) for name in countries])
    starts = np.cumsum(sizes) - sizes
    flat = [place for name in countries for place in words.cities(name)]
    draw, country = company.firms.place[firm], company.firms.country[firm]
    spot = starts[country] + draw % sizes[country]
    number = pl.Series(1 + draw // 8 % 900).cast(pl.String)
    return {
        f"{prefix}Street": number + pl.Series([" "]) + pick(words.STREETS, draw // 64 % len(words.STREETS)),
        f"{prefix}City": pick([place[0] for place in flat], spot),
        f"{prefix}State": unless(
            pick([place[1] for place in flat], spot).eq("").to_numpy(), pick([place[1] for place in flat], spot)
        ),
        f"{prefix}PostalCode": pick([place[2] for place in flat], spot)
        + pl.Series(10 + draw // 512 % 90).cast(pl.String),
        f"{prefix}Country": pick(countries, country),
    }


def noted(count: int, share: float, rng: np.random.Generator) -> pl.Series:
    """Descriptions in a few rows, some of them over several lines."""
    return unless(rng.random(count) >= share, pick(words.DESCRIPTIONS, rng.integers(0, len(words.DESCRIPTIONS), count)))


def accounts(company: Company, touch: LastTouch) -> pl.DataFrame:
    firms, world, span, firm = company.firms, company.world, company.span, company.records.accounts
    rng, count = company.generator("accounts"), len(firm)
    created = shown(company.records.account_at[firm], span, 0)
    owner = owners_of_accounts(company)
    left = latest(company.subscriptions.firm, company.subscriptions.left_at, len(firms), company.now)[firm]
    last_won = latest(
        company.deals.firm, np.where(company.deals.won, company.deals.closed_at, NEVER), len(firms), span.end
    )[firm]
    relation = standing(company.subscriptions, len(firms), company.now)[firm]
    kind = np.select(
        [
            relation == CUSTOMER,
            relation == FORMER,
            firms.is_competitor[firm],
            firms.is_partner[firm],
            rng.random(count) < 0.8,
        ],
        [0, 1, 2, 3, 4],
        5,
    )
    person = np.full(len(firms), -1, dtype=np.int64)
    contacts = company.records.contacts
    person[company.people.firm[contacts][::-1]] = contacts[::-1]
    one = firms.is_person[firm] & (person[firm] >= 0)
    who = np.maximum(person[firm], 0)
    full_name = company.people.first.gather(who) + pl.Series([" "]) + company.people.last.gather(who)
    deleted = idle_accounts(company, touch, rng)
    modified = np.maximum(
        np.where(last_won > 0, last_won + 60, 0), created + rng.integers(0, 3, count) * rng.integers(60, 50_000, count)
    )
    modified = np.maximum(modified, left)
    modified = np.where(
        deleted, np.maximum(modified, created + (rng.random(count) * (span.end - created)).astype(np.int64)), modified
    )
    bought = day(np.where(last_won > 0, last_won, NEVER), span)
    frame = pl.DataFrame(
        {
            "Id": company.ids.account.head(count),
            "IsDeleted": flag(deleted),
            "MasterRecordId": pl.Series([None] * count, dtype=pl.String),
            "Name": pl.select(pl.when(pl.Series(one)).then(full_name).otherwise(firms.name.gather(firm))).to_series(),
            "Type": pick(("Customer", "Former Customer", "Competitor", "Partner", "Prospect", ""), kind).replace(
                {"": None}
            ),
            "RecordTypeId": company.ids.record_type.gather(one.astype(np.int64)),
            "ParentId": refer(
                company.ids.account,
                np.where(firms.parent[firm] >= 0, company.records.account_row[firms.parent[firm]], -1),
            ),
            **places(company, firm, "Billing"),
            "Phone": unless((person[firm] < 0) | (rng.random(count) < 0.3), company.people.phone.gather(who)),
            "Website": unless(firms.hidden_website[firm], websites(firms.domain.gather(firm), rng)),
            "Industry": unless(firms.hidden_industry[firm], pick(list(world.firms.industries), firms.industry[firm])),
            "AnnualRevenue": unless(firms.hidden_revenue[firm], pl.Series(firms.revenue[firm])),
            "NumberOfEmployees": unless(firms.hidden_employees[firm], pl.Series(firms.employees[firm])),
            "Description": noted(count, 0.03, rng),
            "OwnerId": company.ids.owner.gather(owner),
            **audit(created, np.minimum(modified, span.end - 1), company.ids.owner.gather(owner), span),
            "LastActivityDate": day(touch.firm[firm], span),
            "AccountSource": unless(rng.random(count) < 0.3, account_source(company, firm)),
            "YearStarted": unless(rng.random(count) < 0.6, pl.Series(rng.integers(1950, 2022, count))),
            "IsPersonAccount": flag(one),
            "PersonContactId": refer(company.ids.contact, np.where(one, company.records.contact_row[who], -1)),
            "Region_Code__c": pl.Series(rng.integers(1, 9, count)),
            "Last_Purchase_Date__c": bought,
        }
    )
    return address(frame, "Billing", "BillingAddress")


def websites(domain: pl.Series, rng: np.random.Generator) -> pl.Series:
    return pick(("www.", "https://www.", "http://", ""), rng.integers(0, 4, len(domain))) + domain


def owners_of_accounts(company: Company) -> Ints:
    """A representative per account; a few accounts belong to a queue."""
    rng, count = company.generator("account owners"), len(company.records.accounts)
    owner = rng.integers(0, company.world.sales.representatives, count)
    return np.where(rng.random(count) < 0.01, company.world.sales.representatives + 2, owner)


def account_source(company: Company, firm: Ints) -> pl.Series:
    return pick(("Data Provider", "Inbound"), (firm >= company.firms.listed).astype(np.int64))


def idle_accounts(company: Company, touch: LastTouch, rng: np.random.Generator) -> Bools:
    """A few accounts without people, children or any touch that somebody deleted."""
    firm = company.records.accounts
    used = np.zeros(len(company.firms), dtype=np.bool_)
    used[company.people.firm[company.records.contacts]] = True
    used[company.leads.firm] = True
    used[company.deals.firm] = True
    used[company.firms.parent[company.firms.parent >= 0]] = True
    return ~used[firm] & (touch.firm[firm] < 0) & (rng.random(len(firm)) < 10 * company.world.people.deleted_share)


def standing_of(company: Company, on_contact: bool) -> tuple[Bools, Bools]:
    """Opted out of mail and do-not-call per person, as the contact (or else the lead) of the person says it."""
    people = company.people
    has_both = (company.records.contact_row >= 0) & np.isin(np.arange(len(people)), company.leads.person)
    silent = has_both & people.one_record_only & ((np.arange(len(people)) % 2 == 0) == on_contact)
    return (company.unsubscribed_at < company.span.end) & ~silent, people.do_not_call & ~silent


def contacts(company: Company, touch: LastTouch) -> pl.DataFrame:
    people, span, person = company.people, company.span, company.records.contacts
    rng, count = company.generator("contact rows"), len(person)
    created = shown(company.records.contact_at[person], span, 40)
    opted_out, do_not_call = standing_of(company, on_contact=True)
    account = company.records.account_row[people.firm[person]]
    owner = owners_of_accounts(company)[account]
    busy = np.zeros(len(people), dtype=np.bool_)
    for used in (
        company.leads.person,
        company.deals.person,
        company.outreach.person,
        company.sends.person,
        company.members.person,
    ):
        busy[used[used >= 0]] = True
    deleted = (
        ~busy[person]
        & ~company.firms.is_person[people.firm[person]]
        & (rng.random(count) < 2 * company.world.people.deleted_share)
    )
    bounced = (company.bounced_at[person] < span.end) & (rng.random(count) < 0.75)
    changed = np.where(company.unsubscribed_at[person] < span.end, company.unsubscribed_at[person], 0)
    changed = np.maximum(changed, np.where(bounced, company.bounced_at[person], 0))
    changed = np.maximum(
        changed, np.where(deleted, created + (rng.random(count) * (span.end - created)).astype(np.int64), 0)
    )
    first, last = people.first.gather(person), people.last.gather(person)
    came = np.full(len(people), -1, dtype=np.int64)
    came[company.leads.person[::-1]] = np.arange(len(company.leads))[::-1]
    source = np.where(came[person] >= 0, company.leads.source[came[person]], len(company.world.leads.sources))
    frame = pl.DataFrame(
        {
            "Id": company.ids.contact.head(count),
            "IsDeleted": flag(deleted),
            "MasterRecordId": pl.Series([None] * count, dtype=pl.String),
            "AccountId": refer(company.ids.account, account),
            "LastName": last,
            "FirstName": unless(rng.random(count) < 0.01, first),
            "Salutation": people.salutation.gather(person),
            "Name": first + pl.Series([" "]) + last,
            **places(company, people.firm[person], "Mailing"),
            "Phone": people.phone.gather(person),
            "MobilePhone": unless(rng.random(count) < 0.8, people.phone.gather(person)),
            "Email": people.email.gather(person),
            "Title": people.title.gather(person),
            "Department": unless(rng.random(count) < 0.5, people.department.gather(person)),
            "LeadSource": pick([*company.world.leads.sources, "Data Provider"], source),
            "Description": noted(count, 0.01, rng),
            "OwnerId": company.ids.owner.gather(owner),
            "HasOptedOutOfEmail": flag(opted_out[person]),
            "DoNotCall": flag(do_not_call[person]),
            **audit(created, np.minimum(changed, span.end - 1), company.ids.owner.gather(owner), span),
            "LastActivityDate": day(touch.person[person], span),
            "EmailBouncedReason": unless(~bounced, pl.Series(["550 5.1.1 The address does not exist"] * count)),
            "EmailBouncedDate": stamp(np.where(bounced, company.bounced_at[person], NEVER), span),
            "IsEmailBounced": flag(bounced),
            "IsPersonAccount": flag(company.firms.is_person[people.firm[person]]),
            "Newsletter_Language__c": pick(("en", "de", "fr"), rng.integers(0, 3, count)),
        }
    )
    return address(frame, "Mailing", "MailingAddress")
