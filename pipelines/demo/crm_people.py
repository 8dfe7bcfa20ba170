"""The Account object as the export shows it, and what its rows share with other objects.

What does not belong here: contacts (crm_contacts.py), and how copies of rows come to be (duplicates.py).
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.demo import spellings, words
from pipelines.demo.arrays import at_place
from pipelines.demo.changes import account_changes, owner_changes
from pipelines.demo.columns import address, audit, day, flag, latest, unless
from pipelines.demo.company import Company
from pipelines.demo.crm_copies import Entry, entered_again, last_before, survived_at, with_copies
from pipelines.demo.currency import currency_column, in_currency
from pipelines.demo.custom import Added, custom_columns
from pipelines.demo.customers import CUSTOMER, FORMER, standing
from pipelines.demo.draw import HOUR, NEVER, Ints
from pipelines.demo.draw import words as pick
from pipelines.demo.duplicates import ABBREVIATION, DOMAIN, LEGAL_FORM, TRANSLATION, TWO_REPRESENTATIVES, TYPO
from pipelines.demo.gaps import traits_of, with_gaps
from pipelines.demo.ids import refer
from pipelines.demo.leaks import leaked
from pipelines.demo.records import shown

OPTIONAL = ("Phone", "Website", "Industry", "AnnualRevenue", "NumberOfEmployees", "YearStarted")


@dataclass(frozen=True)
class LastTouch:
    """The latest done activity, by firm, person, lead and deal; -1 for none."""

    firm: Ints
    person: Ints
    lead: Ints
    deal: Ints


def last_touches(company: Company) -> LastTouch:
    people, leads, deals, now = company.people, company.leads, company.deals, company.now
    both = (company.tasks, company.meetings)
    lead = np.concatenate([part.lead for part in both])
    at = np.concatenate([np.where(part.done, part.at, NEVER) for part in both])
    deal = np.concatenate([part.deal for part in both])
    person = np.concatenate([part.person for part in both])
    person = np.where(lead >= 0, at_place(leads.person, lead, -1), person)
    on_record = (lead < 0) | (at_place(leads.converted_at, lead, NEVER) < now)
    by_lead = latest(lead, at, len(leads), now)
    on_contact = person[on_record]
    at_contact = at[on_record]
    by_person = latest(on_contact, at_contact, len(people), now)
    return LastTouch(
        latest(people.firm, by_person, len(company.firms), now), by_person, by_lead, latest(deal, at, len(deals), now)
    )


def noted(count: int, share: float, rng: np.random.Generator) -> pl.Series:
    """Descriptions in a few rows, some of them over several lines."""
    return unless(rng.random(count) >= share, pick(words.DESCRIPTIONS, rng.integers(0, len(words.DESCRIPTIONS), count)))


def edited_at(company: Company, created: Ints, rng: np.random.Generator) -> Ints:
    """When each row was last touched up by who entered it, NEVER for those that were right at once."""
    rates, count = company.world.exports, len(created)
    waits = 60 + rng.random(count) * rates.edited_within_hours * HOUR
    return np.where(rng.random(count) < rates.edited, created + waits.astype(np.int64), NEVER)


def owner_now(company: Company) -> Ints:
    """Whose each account is at the export's moment."""
    first, second, at = owner_changes(company)
    return np.where(at < company.now, second, first)


def accounts(company: Company, touch: LastTouch) -> pl.DataFrame:
    rows, now, rng = company.kept.accounts, company.now, company.generator("accounts")
    firm, count = company.records.accounts, len(company.records.accounts)
    created = np.concatenate([shown(company.records.account_at[firm], company.span, 0), rows.copies.created_at])
    frame, moments = first_accounts(company, touch, created[:count], rng)
    leaks = leaked(company, "Account", company.first_won_at[firm])
    own = custom_columns(company, "Account", firm[rows.first], created)
    first = own.part(slice(count))
    moments += [leaks.changed_at, first.changed_at, edited_at(company, created[:count], rng)]
    moments += [rows.deleted_at[:count], survived_at(rows, now)[:count]]
    owner = company.ids.owner.gather(owner_now(company))
    stamps = audit(created[:count], last_before(now, *moments), owner, now)
    frame = frame.with_columns(**first.columns, **leaks.columns, **stamps, OwnerId=owner)
    frame = with_gaps(company, "Account", frame, traits_of(company, firm))
    copies = copied_accounts(company, frame, list(leaks.columns), own.part(slice(count, None)), rng)
    whole = with_copies(company, frame, copies, rows, ids=company.ids.account, shown=created)
    return address(whole, "Billing", "BillingAddress")


def first_accounts(
    company: Company, touch: LastTouch, created: Ints, rng: np.random.Generator
) -> tuple[pl.DataFrame, list[Ints]]:
    """The first row of each account, without owner and audit columns, and the moments at which it changed."""
    firms, world, now, firm = company.firms, company.world, company.now, company.records.accounts
    count, person = len(firm), np.full(len(firms), -1, dtype=np.int64)
    contacts = company.records.contacts
    # Who becomes a contact by writing in later leaves no number with an account that is there already.
    listed = (company.people.listed_at < NEVER) | firms.outsider[company.people.firm]
    contacts = contacts[listed[contacts]]
    person[company.people.firm[contacts][::-1]] = contacts[::-1]
    one = firms.is_person[firm] & (person[firm] >= 0)
    who = person[firm]
    full_name = refer(company.people.first, who) + pl.Series([" "]) + refer(company.people.last, who)
    won = np.where(company.deals.won, company.deals.closed_at, NEVER)
    last_won = latest(company.deals.firm, won, len(firms), now)[firm]
    left = latest(company.subscriptions.firm, company.subscriptions.left_at, len(firms), now)[firm]
    begun = latest(company.subscriptions.firm, company.subscriptions.started_at, len(firms), now)[firm]
    parent = np.where(firms.parent[firm] >= 0, company.records.account_row[firms.parent[firm]], -1)
    changes = account_changes(company)
    revenue = in_currency(company, firm, firms.revenue[firm].astype(np.float64), created)
    frame = pl.DataFrame(
        {
            "Id": company.ids.account.head(count),
            "IsDeleted": pl.Series([None] * count, dtype=pl.String),
            "MasterRecordId": pl.Series([None] * count, dtype=pl.String),
            "Name": pl.select(pl.when(pl.Series(one)).then(full_name).otherwise(firms.name.gather(firm))).to_series(),
            "Type": account_type(company, firm, rng),
            "RecordTypeId": company.ids.record_type.gather(one.astype(np.int64)),
            "ParentId": refer(company.ids.account, parent),
            **{change.field: change.today(now) for change in changes},
            "BillingCountry": pick(list(world.firms.countries), firms.country[firm]),
            "Phone": refer(company.people.phone, who),
            "Website": unless(firms.hidden_website[firm], websites(firms.domain.gather(firm), rng)),
            **currency_column(company, firm),
            "AnnualRevenue": unless(firms.hidden_revenue[firm], pl.Series(np.round(revenue).astype(np.int64))),
            "Description": noted(count, world.exports.notes.get("Account", 0.0), rng),
            "OwnerId": pl.Series([None] * count, dtype=pl.String),
            "LastActivityDate": day(touch.firm[firm], now),
            "AccountSource": pick(("Data Provider", "Inbound"), (firm >= firms.listed).astype(np.int64)),
            "YearStarted": pl.Series(rng.integers(world.exports.founded[0], world.exports.founded[1] + 1, count)),
            "IsPersonAccount": flag(one),
            "PersonContactId": refer(
                company.ids.contact, np.where(one, at_place(company.records.contact_row, who, -1), -1)
            ),
            "Last_Purchase_Date__c": day(np.where(last_won > 0, last_won, NEVER), now),
        }
    )
    own = owner_changes(company)[2]
    return frame, [last_won + 60, left, begun, own, *(change.at for change in changes)]


def account_type(company: Company, firm: Ints, rng: np.random.Generator) -> pl.Series:
    """What the account is to the company at the export's moment."""
    firms, relation = company.firms, standing(company.subscriptions, len(company.firms), company.now)[firm]
    typed = rng.random(len(firm)) < company.world.exports.typed_prospect
    kind = np.select(
        [relation == CUSTOMER, relation == FORMER, firms.is_competitor[firm], firms.is_partner[firm], typed],
        [0, 1, 2, 3, 4],
        5,
    )
    return pick(("Customer", "Former Customer", "Competitor", "Partner", "Prospect", ""), kind).replace({"": None})


def copied_accounts(
    company: Company, frame: pl.DataFrame, leaks: list[str], own: Added, rng: np.random.Generator
) -> pl.DataFrame:
    """The rows of accounts that were entered again; one whose people bought is a customer, too."""
    rows, rates, now = company.kept.accounts, company.world.exports.duplicates, company.now
    kind, count, draw = rows.copies.kind, len(rows.copies), rng.integers(0, 2**31, len(rows.copies))
    by = company.ids.owner.gather(rng.integers(0, company.world.sales.representatives, count))
    base = company.subscriptions
    bought = latest(company.kept.account_of[base.person], base.started_at, len(rows), now)[len(frame) :]
    changed = last_before(now, survived_at(rows, now)[len(frame) :], bought)
    entry = Entry(by, changed, own, account_changes(company), OPTIONAL, rates.accounts.blank)
    made = entered_again(company, frame, rows, entry, rng)
    name, domain = made["Name"], company.firms.domain.gather(company.records.accounts[rows.copies.of])
    spelled = {
        TYPO: spellings.typo(name, draw),
        LEGAL_FORM: spellings.other_form(name, draw),
        ABBREVIATION: spellings.abbreviated(name),
        TRANSLATION: spellings.translated(name),
        DOMAIN: spellings.without_form(name),
        TWO_REPRESENTATIVES: spellings.other_form(name, draw),
    }
    other = spellings.other_domain(domain, draw)
    nothing = {
        column: pl.lit(None, dtype=frame.schema[column]) for column in (*leaks, "ParentId", "Last_Purchase_Date__c")
    }
    return made.with_columns(
        Name=pl.coalesce(*(pl.when(pl.Series(kind == code)).then(text) for code, text in spelled.items())),
        Website=pl.when(pl.Series(kind == DOMAIN)).then(other).otherwise("Website"),
        Type=pl.Series(np.where(bought >= 0, "Customer", "Prospect"), dtype=pl.String),
        **nothing,
    )


def websites(domain: pl.Series, rng: np.random.Generator) -> pl.Series:
    return pick(("www.", "https://www.", "http://", ""), rng.integers(0, 4, len(domain))) + domain
