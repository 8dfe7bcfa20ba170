"""The Lead and LeadHistory objects as the export shows them."""

import numpy as np
import polars as pl

from pipelines.demo.columns import address, audit, day, flag, stamp, unless
from pipelines.demo.company import Company
from pipelines.demo.crm_people import LastTouch, noted, places, standing_of, websites
from pipelines.demo.crm_setup import user_names
from pipelines.demo.draw import NEVER, Bools, Ints
from pipelines.demo.draw import words as pick
from pipelines.demo.ids import record_ids, refer
from pipelines.demo.records import shown

STATUS = ("New", "Marketing Qualified", "Sales Accepted", "Nurturing", "Unqualified", "Closed - Converted")
NEW, QUALIFIED, ACCEPTED, NURTURING, UNQUALIFIED, CONVERTED = range(len(STATUS))
REASONS = ("No budget", "No need", "Wrong person", "Chose a competitor", "No answer")


def lead_status(company: Company) -> Ints:
    """The place in STATUS where each lead stands at the end of the history."""
    leads, end = company.leads, company.span.end
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
        [moment < end for moment in reached],
        [CONVERTED, UNQUALIFIED, ACCEPTED, QUALIFIED, NURTURING, ACCEPTED, QUALIFIED],
        NEW,
    ).astype(np.int64)


def removed_leads(company: Company) -> tuple[Bools, Ints, Ints]:
    """Deleted leads, the lead that each was merged into (-1: none), and when: only leads that nobody worked."""
    leads, end = company.leads, company.span.end
    rng, count = company.generator("removed leads"), len(leads)
    first = np.full(len(company.firms), -1, dtype=np.int64)
    first[leads.firm[::-1]] = np.arange(count)[::-1]
    idle = ~leads.worked & (leads.person >= 0)
    draw = rng.random(count)
    share = company.world.people
    merged = idle & (first[leads.firm] < np.arange(count)) & (draw < share.merged_share * 8)
    deleted = merged | (idle & (draw > 1 - share.deleted_share * 2))
    master = np.where(merged, first[leads.firm], -1)
    chained = (master >= 0) & deleted[np.maximum(master, 0)]
    deleted &= ~chained
    master = np.where(chained, -1, master)
    at = leads.created_at + (rng.random(count) * (end - leads.created_at)).astype(np.int64)
    return deleted, master, np.where(deleted, at, NEVER)


def lead_owner(company: Company) -> Ints:
    """Whose the lead is at the end: a representative, or one of two queues for some that nobody works."""
    queue = company.world.sales.representatives + 2 + np.arange(len(company.leads)) % 2
    return np.where(company.leads.in_queue, queue, company.leads.owner)


def deal_of_lead(company: Company) -> Ints:
    """The row of the opportunity that each lead's conversion opened, -1 for none."""
    row = np.full(len(company.leads), -1, dtype=np.int64)
    from_lead = np.flatnonzero(company.deals.lead >= 0)
    row[company.deals.lead[from_lead]] = from_lead
    return row


def leads(company: Company, touch: LastTouch) -> pl.DataFrame:
    made, people, firms, span, ids = company.leads, company.people, company.firms, company.span, company.ids
    rng, count, person = company.generator("lead rows"), len(made), made.person
    created = shown(made.created_at, span, 80)
    deleted, master, removed_at = removed_leads(company)
    converted = made.converted_at < span.end
    opted_out, do_not_call = standing_of(company, on_contact=False)
    bounced = (
        (company.bounced_at[person] < span.end)
        & (company.bounced_at[person] > made.created_at)
        & (rng.random(count) < 0.75)
    )
    steps = [
        made.qualified_at,
        made.worked_at,
        made.recycled_at,
        made.requalified_at,
        made.reworked_at,
        made.ended_at,
        removed_at,
        np.where(converted, NEVER, company.unsubscribed_at[person]),
        np.where(bounced, company.bounced_at[person], NEVER),
    ]
    modified = np.max([np.where(step < span.end, step, 0) for step in steps], axis=0)
    owner = ids.owner.gather(lead_owner(company))
    lost = made.disqualified_at < span.end
    first, last = people.first.gather(person), people.last.gather(person)
    frame = pl.DataFrame(
        {
            "Id": ids.lead.head(count),
            "IsDeleted": flag(deleted),
            "MasterRecordId": refer(ids.lead, master),
            "LastName": last,
            "FirstName": unless(rng.random(count) < 0.02, first),
            "Salutation": people.salutation.gather(person),
            "Name": first + pl.Series([" "]) + last,
            "Title": people.title.gather(person),
            "Company": typed_company(firms.name.gather(made.firm), rng),
            **places(company, made.firm, ""),
            "Phone": people.phone.gather(person),
            "Email": people.email.gather(person),
            "Website": unless(rng.random(count) < 0.6, websites(firms.domain.gather(made.firm), rng)),
            "Description": noted(count, 0.02, rng),
            "LeadSource": unless(rng.random(count) < 0.02, pick(list(company.world.leads.sources), made.source)),
            "Status": pick(STATUS, lead_status(company)),
            "Industry": unless(
                ~made.filled | firms.hidden_industry[made.firm],
                pick(list(company.world.firms.industries), firms.industry[made.firm]),
            ),
            "Rating": unless(
                ~made.worked | (rng.random(count) < 0.5), pick(("Hot", "Warm", "Cold"), rng.integers(0, 3, count))
            ),
            "AnnualRevenue": unless(rng.random(count) < 0.85, pl.Series(firms.revenue[made.firm])),
            "NumberOfEmployees": unless(~made.filled, pl.Series(firms.employees[made.firm])),
            "OwnerId": owner,
            "IsConverted": flag(converted),
            "ConvertedDate": day(made.converted_at, span),
            "ConvertedAccountId": refer(ids.account, np.where(converted, company.records.account_row[made.firm], -1)),
            "ConvertedContactId": refer(ids.contact, np.where(converted, company.records.contact_row[person], -1)),
            "ConvertedOpportunityId": refer(ids.opportunity, deal_of_lead(company)),
            "IsUnreadByOwner": flag(~made.worked),
            "HasOptedOutOfEmail": flag(opted_out[person]),
            "DoNotCall": flag(do_not_call[person]),
            **audit(created, np.minimum(modified, span.end - 1), owner, span),
            "LastActivityDate": day(np.where(touch.lead >= 0, touch.lead, NEVER), span),
            "EmailBouncedReason": unless(~bounced, pl.Series(["550 5.1.1 The address does not exist"] * count)),
            "EmailBouncedDate": stamp(np.where(bounced, company.bounced_at[person], NEVER), span),
            "Disqualification_Reason__c": unless(~lost, pick(REASONS, rng.integers(0, len(REASONS), count))),
            "Interest_Index__c": pl.Series(
                np.clip(50 + 12 * people.intent[person] + 20 * rng.standard_normal(count), 0, 100).astype(np.int64)
            ),
        }
    )
    return address(frame, "", "Address")


def typed_company(name: pl.Series, rng: np.random.Generator) -> pl.Series:
    """The company as people type it: often without the legal form, sometimes in capitals or small letters."""
    short = name.str.replace(
        r" (Inc\.|LLC|Corp\.|Ltd\.?|PLC|Limited|GmbH & Co\. KG|GmbH|AG|SAS|SA|SARL|B\.V\.|N\.V\.|BV)$", ""
    )
    way = pl.Series(rng.random(len(name)))
    return pl.select(
        pl.when(way < 0.45)
        .then(name)
        .when(way < 0.85)
        .then(short)
        .when(way < 0.94)
        .then(short.str.to_lowercase())
        .otherwise(short.str.to_uppercase())
    ).to_series()


def lead_history(company: Company) -> pl.DataFrame:
    """Created, status by status, owner changes (each logged by id and by name), conversion and merge; nothing before
    the migration.
    """
    made, span, ids = company.leads, company.span, company.ids
    rng, every = company.generator("lead history"), np.arange(len(company.leads))
    deleted, master, removed_at = removed_leads(company)
    status = [
        (made.qualified_at, NEW, QUALIFIED),
        (made.worked_at, QUALIFIED, ACCEPTED),
        (made.recycled_at, ACCEPTED, NURTURING),
        (made.requalified_at, NURTURING, QUALIFIED),
        (made.reworked_at, QUALIFIED, ACCEPTED),
        (made.disqualified_at, ACCEPTED, UNQUALIFIED),
        (made.converted_at, ACCEPTED, CONVERTED),
    ]
    parts = [rows(every, "created", made.created_at), rows(every, "leadConverted", made.converted_at)]
    parts += [
        rows(every, "Status", at, "Text", pl.lit(STATUS[old]), new=pl.lit(STATUS[new])) for at, old, new in status
    ]
    survivor = np.where(deleted & (master >= 0), master, 0)
    parts.append(rows(survivor, "leadMerged", np.where(master >= 0, removed_at, NEVER)))
    handed = made.worked & (rng.random(len(made)) < company.world.leads.handed_over)
    handed_at = np.where(handed, made.worked_at - 1, NEVER)
    queue = ids.owner.gather(company.world.sales.representatives + 2 + every % 2)
    parts.append(rows(every, "Owner", handed_at, "EntityId", queue, new=ids.owner.gather(made.owner)))
    parts.append(
        rows(
            every,
            "Owner",
            handed_at,
            "Text",
            pick(("Inbound Queue", "Nurture Queue"), every % 2),
            new=user_names(company).gather(made.owner),
        )
    )
    frame = (
        pl.concat(parts)
        .filter((pl.col("at") < span.end) & (pl.col("at") >= span.migration))
        .sort("at", "LeadId", "Field", "DataType")
    )
    at, lead = frame["at"].to_numpy(), frame["LeadId"].to_numpy()
    return pl.DataFrame(
        {
            "Id": record_ids("LeadHistory", len(frame), rng),
            "IsDeleted": pl.Series([None] * len(frame), dtype=pl.String),
            "LeadId": ids.lead.gather(lead),
            "CreatedById": ids.owner.gather(made.owner[lead]),
            "CreatedDate": stamp(at, span),
            "Field": frame["Field"],
            "DataType": frame["DataType"],
            "OldValue": frame["OldValue"],
            "NewValue": frame["NewValue"],
        }
    )


def rows(
    lead: Ints,
    field: str,
    at: Ints,
    kind: str = "Text",
    old: pl.Expr | pl.Series | None = None,
    *,
    new: pl.Expr | pl.Series | None = None,
) -> pl.DataFrame:
    nothing = pl.lit(None, dtype=pl.String)
    return pl.DataFrame({"LeadId": lead, "at": at}).with_columns(
        Field=pl.lit(field),
        DataType=pl.lit(kind),
        OldValue=nothing if old is None else old,
        NewValue=nothing if new is None else new,
    )
