"""Campaign, CampaignMember and CampaignMemberStatus as the export shows them."""

import numpy as np
import polars as pl

from pipelines.demo.columns import audit, day, flag, planned_day, unless
from pipelines.demo.company import Company
from pipelines.demo.draw import DAY, NEVER
from pipelines.demo.draw import words as pick
from pipelines.demo.ids import record_ids, refer
from pipelines.demo.marketing import EMAIL, EXPERIMENT, KINDS, LIST_UPLOAD, NEWSLETTER, NURTURE, TRADE_SHOW, WEBINAR

MEMBER_STATUS = {  # by kind of campaign: label of status 0, 1, 2 and whether it is an answer
    EMAIL: (("Planned", False), ("Sent", False), ("Clicked", True)),
    NEWSLETTER: (("Planned", False), ("Sent", False), ("Clicked", True)),
    WEBINAR: (("Invited", False), ("Registered", True), ("Attended", True)),
    TRADE_SHOW: (("Invited", False), ("No Show", False), ("Visited Booth", True)),
    LIST_UPLOAD: (("Uploaded", False), ("Sent", False), ("Responded", True)),
    EXPERIMENT: (("Control", False), ("Treatment", False), ("Attended", True)),
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
    tried = list(company.world.experiments)
    first = count - 1 - len(tried)
    names = pl.concat([names.head(first), pl.Series([one.name for one in tried], dtype=pl.String), names.tail(1)])
    end = np.where(made.kind == NURTURE, NEVER, made.start_at + 7 * DAY)
    end[first:-1] = [span.start + one.to_day * DAY for one in tried]
    done = end < span.end
    members = np.bincount(company.members.campaign, minlength=count)
    marketing = pl.Series([company.ids.owner[company.world.sales.representatives]] * count)
    cost = np.round(
        np.array([400, 300, 2500, 18000, 1500, 5000, 1000])[made.kind] * np.exp(0.3 * rng.standard_normal(count)), -1
    ).astype(np.int64)
    return pl.DataFrame(
        {
            "Id": company.ids.campaign,
            "IsDeleted": pl.Series([None] * count, dtype=pl.String),
            "Name": names,
            "ParentId": pl.Series([None] * count, dtype=pl.String),
            "Type": pick(("Email", "Email", "Webinar", "Trade Show", "List Upload", "Experiment", "Email"), made.kind),
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
