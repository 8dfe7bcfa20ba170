"""Campaigns and members, tasks and events, and the set-up objects as the export shows them."""

import numpy as np
import polars as pl

from pipelines.demo import words
from pipelines.demo.activities import Activities
from pipelines.demo.columns import audit, day, flag, planned_day, stamp, unless
from pipelines.demo.company import Company
from pipelines.demo.crm_leads import deal_of_lead, user_names
from pipelines.demo.draw import DAY, NEVER, Bools, Ints
from pipelines.demo.draw import words as pick
from pipelines.demo.ids import record_ids, refer
from pipelines.demo.marketing import EMAIL, KINDS, LIST_UPLOAD, NEWSLETTER, NURTURE, TRADE_SHOW, WEBINAR

MEMBER_STATUS = {  # by kind of campaign: label of status 0, 1, 2 and whether it is an answer
    EMAIL: (("Planned", False), ("Sent", False), ("Clicked", True)),
    NEWSLETTER: (("Planned", False), ("Sent", False), ("Clicked", True)),
    WEBINAR: (("Invited", False), ("Registered", True), ("Attended", True)),
    TRADE_SHOW: (("Invited", False), ("No Show", False), ("Visited Booth", True)),
    LIST_UPLOAD: (("Uploaded", False), ("Sent", False), ("Responded", True)),
    NURTURE: (("Planned", False), ("Sent", False), ("Responded", True)),
}


def campaigns(company: Company) -> pl.DataFrame:
    made, span = company.campaigns, company.span
    rng, count = company.generator("campaign rows"), len(made)
    created = np.maximum(made.start_at - 14 * DAY, span.start)
    names = (
        pick(KINDS, made.kind)
        + pl.Series([" "])
        + pl.from_epoch(pl.Series(made.start_at), time_unit="s").dt.strftime("%Y-%m")
    )
    end = np.where(made.kind == NURTURE, NEVER, made.start_at + 7 * DAY)
    done = end < span.end
    members = np.bincount(company.members.campaign, minlength=count)
    marketing = pl.Series([company.ids.owner[company.world.sales.representatives]] * count)
    cost = np.round(
        np.array([400, 300, 2500, 18000, 1500, 1000])[made.kind] * np.exp(0.3 * rng.standard_normal(count)), -1
    ).astype(np.int64)
    return pl.DataFrame(
        {
            "Id": company.ids.campaign,
            "IsDeleted": pl.Series([None] * count, dtype=pl.String),
            "Name": names,
            "ParentId": pl.Series([None] * count, dtype=pl.String),
            "Type": pick(("Email", "Email", "Webinar", "Trade Show", "List Upload", "Email"), made.kind),
            "Status": pick(("In Progress", "Completed"), done.astype(np.int64)),
            "StartDate": planned_day(made.start_at),
            "EndDate": unless(made.kind == NURTURE, planned_day(np.where(made.kind == NURTURE, 0, end))),
            "BudgetedCost": pl.Series(cost),
            "ActualCost": unless(~done, pl.Series((cost * rng.uniform(0.8, 1.2, count)).astype(np.int64))),
            "NumberSent": pl.Series(np.bincount(company.sends.campaign, minlength=count)),
            "IsActive": flag(~done),
            "NumberOfLeads": pl.Series(members),
            "OwnerId": marketing,
            **audit(created, np.where(done, end, created), marketing, span),
        }
    )


def member_status(company: Company) -> pl.DataFrame:
    made, span = company.campaigns, company.span
    campaign, number = np.divmod(np.arange(3 * len(made)), 3)
    kind = made.kind[campaign]
    flat = [MEMBER_STATUS[place][status] for place in range(len(KINDS)) for status in range(3)]
    created = np.maximum(made.start_at - 14 * DAY, span.start)[campaign]
    owner = pl.Series([company.ids.owner[company.world.sales.representatives]] * len(campaign))
    return pl.DataFrame(
        {
            "Id": record_ids("CampaignMemberStatus", len(campaign), company.generator("member status")),
            "IsDeleted": pl.Series([None] * len(campaign), dtype=pl.String),
            "CampaignId": company.ids.campaign.gather(campaign),
            "Label": pick([label for label, _ in flat], 3 * kind + number),
            "SortOrder": pl.Series(number + 1),
            "IsDefault": flag(number == 0),
            "HasResponded": flag(np.array([answer for _, answer in flat])[3 * kind + number]),
            **audit(created, created, owner, span),
        }
    )


def campaign_members(company: Company) -> pl.DataFrame:
    """A lead's row gains the contact when the lead is converted."""
    made, span, leads, people = company.members, company.span, company.leads, company.people
    frame = pl.DataFrame({"campaign": made.campaign, "lead": made.lead, "person": made.person})
    frame = frame.with_row_index("row").unique(["campaign", "lead", "person"], keep="first", maintain_order=True)
    row = frame["row"].to_numpy().astype(np.int64)
    campaign, lead, person, status = made.campaign[row], made.lead[row], made.person[row], made.status[row]
    converted = (lead >= 0) & (leads.converted_at[lead] < span.end)
    with_contact = converted | (lead < 0)
    flat = [MEMBER_STATUS[place][number] for place in range(len(KINDS)) for number in range(3)]
    spot = 3 * company.campaigns.kind[campaign] + status
    answered = np.array([answer for _, answer in flat])[spot]
    added = np.maximum(made.added_at[row], span.migration)
    responded = np.where(answered, np.minimum(made.responded_at[row], NEVER), NEVER)
    changed = np.maximum(np.where(responded < span.end, responded, 0), np.where(converted, leads.converted_at[lead], 0))
    marketing = pl.Series([company.ids.owner[company.world.sales.representatives]] * len(row))
    return pl.DataFrame(
        {
            "Id": record_ids("CampaignMember", len(row), company.generator("members")),
            "IsDeleted": pl.Series([None] * len(row), dtype=pl.String),
            "CampaignId": company.ids.campaign.gather(campaign),
            "LeadId": refer(company.ids.lead, lead),
            "ContactId": refer(company.ids.contact, np.where(with_contact, company.records.contact_row[person], -1)),
            "Status": pick([label for label, _ in flat], spot),
            "HasResponded": flag(answered),
            **audit(added, changed, marketing, span),
            "FirstRespondedDate": day(responded, span),
            "Name": people.first.gather(person) + pl.Series([" "]) + people.last.gather(person),
            "Title": people.title.gather(person),
            "Email": people.email.gather(person),
            "CompanyOrAccount": company.firms.name.gather(people.firm[person]),
            "Type": pick(("Contact", "Lead"), (lead >= 0).astype(np.int64)),
        }
    )


def whom(company: Company, made: Activities) -> tuple[pl.Series, pl.Series, pl.Series, Ints]:
    """WhoId, WhatId, AccountId and the moment of the move: a converted lead's activities belong to contact and opportunity."""
    leads, span, ids = company.leads, company.span, company.ids
    moved = (made.lead >= 0) & (leads.converted_at[made.lead] < span.end)
    person = np.where(made.lead >= 0, leads.person[made.lead], made.person)
    contact = np.where((made.lead < 0) | moved, company.records.contact_row[person], -1)
    who = pl.select(pl.coalesce(refer(ids.contact, contact), refer(ids.lead, made.lead))).to_series()
    deal = np.where(moved, deal_of_lead(company)[made.lead], made.deal)
    account = np.where(contact >= 0, company.records.account_row[company.people.firm[person]], -1)
    on_account = np.where(moved & (deal < 0), account, -1)
    what = pl.select(pl.coalesce(refer(ids.opportunity, deal), refer(ids.account, on_account))).to_series()
    return who, what, refer(ids.account, account), np.where(moved, leads.converted_at[made.lead], 0)


def tasks(company: Company) -> pl.DataFrame:
    made, span = company.tasks, company.span
    rng, count = company.generator("task rows"), len(made)
    who, what, account, moved_at = whom(company, made)
    call = rng.random(count) < 0.55
    talked = call & made.done & (rng.random(count) < 0.45)
    subject = unless(~call, pick(words.CALL_SUBJECTS, rng.integers(0, 5, count))).fill_null(
        pick(words.EMAIL_SUBJECTS, rng.integers(0, 5, count))
    )
    created = np.maximum(made.at, span.migration)
    owner = company.ids.owner.gather(made.owner)
    kind = np.where(made.done, np.where(call, 0, 1), 2)
    return pl.DataFrame(
        {
            "Id": company.ids.task,
            "WhoId": who,
            "WhatId": what,
            "AccountId": account,
            "Subject": subject,
            "ActivityDate": planned_day(made.due),
            "Status": pick(("Not Started", "Completed"), made.done.astype(np.int64)),
            "Priority": pick(("Normal", "High"), (rng.random(count) < 0.1).astype(np.int64)),
            "OwnerId": owner,
            "Description": unless(rng.random(count) > 0.02, pick(words.DESCRIPTIONS, rng.integers(0, 4, count))),
            "IsDeleted": flag(made.done & (rng.random(count) < 0.002)),
            "IsClosed": flag(made.done),
            **audit(created, moved_at, owner, span),
            "CallDurationInSeconds": unless(~talked, pl.Series(rng.integers(30, 1800, count))),
            "CallType": unless(~call, pick(("Outbound", "Inbound"), (rng.random(count) < 0.08).astype(np.int64))),
            "CallDisposition": unless(~call | ~made.done, pick(("No answer", "Talked"), talked.astype(np.int64))),
            "TaskSubtype": pick(("Call", "Email", "Task"), kind),
            "CompletedDateTime": unless(~made.done, stamp(made.at, span)),
        }
    )


def events(company: Company) -> pl.DataFrame:
    made, span = company.meetings, company.span
    rng, count = company.generator("event rows"), len(made)
    who, what, account, moved_at = whom(company, made)
    minutes = rng.choice(np.array([30, 45, 60, 90]), count)
    begin = made.due // 900 * 900
    entered = np.where(made.done, np.minimum(made.at, begin) - rng.integers(0, 6 * DAY, count), made.at)
    created = np.maximum(
        np.where(made.lead >= 0, np.maximum(entered, company.leads.created_at[made.lead]), entered), span.migration
    )
    created = np.minimum(created, span.end - 1)
    owner = company.ids.owner.gather(made.owner)
    clock = [
        pl.from_epoch(pl.Series(moment), time_unit="s").dt.strftime("%Y-%m-%dT%H:%M:%S.000+0000")
        for moment in (begin, begin + minutes * 60)
    ]
    return pl.DataFrame(
        {
            "Id": company.ids.event,
            "WhoId": who,
            "WhatId": what,
            "AccountId": account,
            "Subject": pick(words.MEETING_SUBJECTS, rng.integers(0, len(words.MEETING_SUBJECTS), count)),
            "Location": unless(rng.random(count) < 0.5, pl.Series(["Video call"] * count)),
            "IsAllDayEvent": pl.Series([None] * count, dtype=pl.String),
            "ActivityDateTime": clock[0],
            "ActivityDate": planned_day(begin),
            "DurationInMinutes": pl.Series(minutes),
            "StartDateTime": clock[0],
            "EndDateTime": clock[1],
            "OwnerId": owner,
            "IsDeleted": flag(made.done & (rng.random(count) < 0.004)),
            **audit(created, moved_at, owner, span),
            "EventSubtype": pl.Series(["Event"] * count),
        }
    )


def users(company: Company) -> pl.DataFrame:
    """Everybody who owns records but the queues, which are no users, and one who left and is missing from the export."""
    sales, span = company.world.sales, company.span
    total = sales.representatives + 2
    row = np.delete(np.arange(total), sales.representatives - 1)
    names = user_names(company).extend(pl.Series(["Marketing Team", "Integration User"])).gather(row)
    left: Bools = row < sales.inactive
    created = np.full(len(row), span.start - 30 * DAY)
    created = np.maximum(created, span.migration)
    return pl.DataFrame(
        {
            "Id": company.ids.owner.gather(row),
            "Username": names.str.to_lowercase().str.replace_all(r"[^a-z]+", ".") + pl.Series(["@growth.example"]),
            "FirstName": names.str.extract(r"^(\S+)", 1),
            "LastName": names.str.extract(r"^\S+ (.*)$", 1),
            "Name": names,
            "Email": names.str.to_lowercase().str.replace_all(r"[^a-z]+", ".") + pl.Series(["@growth.example"]),
            "Title": pick(("Account Executive", "Operations"), (row >= sales.representatives).astype(np.int64)),
            "Department": pick(("Sales", "Marketing"), (row >= sales.representatives).astype(np.int64)),
            "IsActive": flag(~left),
            "UserType": pl.Series(["Standard"] * len(row)),
            **audit(
                created,
                np.where(left, span.end - 90 * DAY, created),
                company.ids.owner.gather(np.full(len(row), total - 1)),
                span,
            ),
        }
    )


def record_types(company: Company) -> pl.DataFrame:
    kinds = (
        ("Business Account", "Account", ""),
        ("Person Account", "Account", "1"),
        ("New Business", "Opportunity", ""),
        ("Renewal", "Opportunity", ""),
    )
    created = np.full(len(kinds), company.span.migration)
    return pl.DataFrame(
        {
            "Id": company.ids.record_type,
            "Name": [name for name, _, _ in kinds],
            "DeveloperName": [name.replace(" ", "_") for name, _, _ in kinds],
            "SobjectType": [kind for _, kind, _ in kinds],
            "IsActive": ["1"] * len(kinds),
            "IsPersonType": [person or None for _, _, person in kinds],
            **audit(
                created,
                created,
                pl.Series([company.ids.owner[company.world.sales.representatives + 1]] * len(kinds)),
                company.span,
            ),
        }
    )


def opportunity_stages(company: Company) -> pl.DataFrame:
    stages = company.world.deals.stages
    created, count = np.full(len(stages), company.span.migration), len(stages)
    return pl.DataFrame(
        {
            "Id": record_ids("OpportunityStage", count, company.generator("stages")),
            "MasterLabel": list(stages),
            "ApiName": list(stages),
            "IsActive": ["1"] * count,
            "SortOrder": list(range(1, count + 1)),
            "IsClosed": ["1" if place >= count - 2 else None for place in range(count)],
            "IsWon": ["1" if place == count - 2 else None for place in range(count)],
            "ForecastCategory": [level.forecast for level in stages.values()],
            "DefaultProbability": [level.probability for level in stages.values()],
            **audit(
                created,
                created,
                pl.Series([company.ids.owner[company.world.sales.representatives + 1]] * count),
                company.span,
            ),
        }
    )


def products(company: Company) -> pl.DataFrame:
    made, count = company.world.deals.products, len(company.world.deals.products)
    created = np.full(count, company.span.migration)
    return pl.DataFrame(
        {
            "Id": company.ids.product,
            "IsDeleted": pl.Series([None] * count, dtype=pl.String),
            "Name": list(made),
            "ProductCode": [f"P-{place + 1:03d}" for place in range(count)],
            "Family": [level.family for level in made.values()],
            "IsActive": ["1"] * count,
            "Description": [f"{name}, per year" for name in made],
            **audit(
                created,
                created,
                pl.Series([company.ids.owner[company.world.sales.representatives + 1]] * count),
                company.span,
            ),
        }
    )
