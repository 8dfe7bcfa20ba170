"""Campaign, CampaignMember and CampaignMemberStatus as the export shows them."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.demo.arrays import at_place
from pipelines.demo.columns import audit, day, flag, planned_day, unless
from pipelines.demo.company import Company
from pipelines.demo.currency import corporate_column
from pipelines.demo.draw import DAY, HOUR, NEVER, Ints
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


@dataclass(frozen=True)
class Totals:
    """Over all cells, per campaign: messages that left, and leads among the members."""

    sent: Ints
    leads: Ints

    def plus(self, other: "Totals") -> "Totals":
        return Totals(self.sent + other.sent, self.leads + other.leads)


def totals(company: Company) -> Totals:
    """What the cell adds to the counts of each campaign by `now`."""
    count, sends, members = len(company.campaigns), company.sends, company.members
    row = listed(company)
    leads = row[(members.lead[row] >= 0) & (members.added_at[row] < company.now)]
    return Totals(
        np.bincount(sends.campaign[sends.sent_at < company.now], minlength=count),
        np.bincount(members.campaign[leads], minlength=count),
    )


def listed(company: Company) -> Ints:
    """The places of members that make a row: each record once per campaign."""
    made = company.members
    frame = pl.DataFrame({"campaign": made.campaign, "lead": made.lead, "person": made.person}).with_row_index("row")
    kept = frame.unique(["campaign", "lead", "person"], keep="first", maintain_order=True)
    return kept["row"].to_numpy().astype(np.int64)


def campaigns(company: Company, counts: Totals) -> pl.DataFrame:
    made, now, rates = company.campaigns, company.now, company.world.marketing
    rng, count = company.setup_generator("campaign rows"), len(made)
    created = entered(company)
    names = pick(KINDS, made.kind) + pl.Series([" "]) + planned_day(made.start_at).str.slice(0, 7)
    tried = list(company.world.experiments)
    first = count - 1 - len(tried)
    names = pl.concat([names.head(first), pl.Series([one.name for one in tried], dtype=pl.String), names.tail(1)])
    nurture, mailed = made.kind == NURTURE, np.isin(made.kind, (EMAIL, NEWSLETTER))
    end = np.where(nurture, NEVER, made.start_at + int(rates.run_days * DAY))
    end[first:-1] = [company.span.start + one.to_day * DAY for one in tried]
    left = np.where(mailed, made.start_at + int(rates.send_hours * HOUR), made.start_at)
    begun, done = made.start_at < now, end < now
    marketing = company.marketing_user(count)
    cost = np.round(np.array(rates.costs)[made.kind] * np.exp(rates.cost_log_sd * rng.standard_normal(count)), -1)
    actual = cost * rng.uniform(*rates.overrun, count)
    changed = np.max([np.where(moment < now, moment, created) for moment in (made.start_at, left, end)], axis=0)
    frame = pl.DataFrame(
        {
            "Id": company.ids.campaign,
            "IsDeleted": pl.Series([None] * count, dtype=pl.String),
            "Name": names,
            "ParentId": pl.Series([None] * count, dtype=pl.String),
            "Type": pick(("Email", "Email", "Webinar", "Trade Show", "List Upload", "Experiment", "Email"), made.kind),
            "Status": pick(("Planned", "In Progress", "Completed"), begun.astype(np.int64) + done),
            "StartDate": planned_day(made.start_at),
            "EndDate": unless(nurture, planned_day(np.where(nurture, 0, end))),
            **corporate_column(company, count),
            "BudgetedCost": pl.Series(cost.astype(np.int64)),
            "ActualCost": unless(~done, pl.Series(actual.astype(np.int64))),
            "NumberSent": unless(nurture, pl.Series(np.where(mailed & (left < now), counts.sent, 0))),
            "IsActive": flag(begun & ~done),
            "NumberOfLeads": pl.Series(counts.leads),
            "OwnerId": marketing,
            **audit(created, changed, marketing, now),
        }
    )
    return frame.filter(pl.Series(created < now))


def entered(company: Company) -> Ints:
    """When each campaign was entered in the CRM."""
    ahead = int(company.world.marketing.plan_days * DAY)
    return np.maximum(company.campaigns.start_at - ahead, company.span.start)


def member_status(company: Company) -> pl.DataFrame:
    made = company.campaigns
    campaign, number = np.divmod(np.arange(3 * len(made)), 3)
    kind = made.kind[campaign]
    flat = [MEMBER_STATUS[place][status] for place in range(len(KINDS)) for status in range(3)]
    created = entered(company)[campaign]
    owner = company.marketing_user(len(campaign))
    frame = pl.DataFrame(
        {
            "Id": record_ids("CampaignMemberStatus", len(campaign), company.setup_generator("member status")),
            "IsDeleted": pl.Series([None] * len(campaign), dtype=pl.String),
            "CampaignId": company.ids.campaign.gather(campaign),
            "Label": pick([label for label, _ in flat], 3 * kind + number),
            "SortOrder": pl.Series(number + 1),
            "IsDefault": flag(number == 0),
            "HasResponded": flag(np.array([answer for _, answer in flat])[3 * kind + number]),
            **audit(created, created, owner, company.now),
        }
    )
    return frame.filter(pl.Series(created < company.now))


def campaign_members(company: Company) -> pl.DataFrame:
    """A lead's row gains the contact when the lead is converted."""
    made, now, leads, people = company.members, company.now, company.leads, company.people
    row = listed(company)
    campaign, lead, person = made.campaign[row], made.lead[row], made.person[row]
    converted_at = at_place(leads.converted_at, lead, NEVER)
    converted = converted_at < now
    with_contact = converted | (lead < 0)
    flat = [MEMBER_STATUS[place][number] for place in range(len(KINDS)) for number in range(3)]
    added = np.maximum(made.added_at[row], company.span.migration)
    answered_at = made.responded_at[row]
    # Who answers later got the mail until then, no more.
    ahead = (answered_at >= now) & (answered_at < NEVER)
    status = np.where(ahead, np.minimum(made.status[row], 1), made.status[row])
    spot = 3 * company.campaigns.kind[campaign] + status
    answered = np.array([answer for _, answer in flat])[spot]
    responded = np.where(answered, np.maximum(answered_at, added), NEVER)
    changed = np.maximum(np.where(responded < now, responded, 0), np.where(converted, converted_at, 0))
    marketing = company.marketing_user(len(row))
    frame = pl.DataFrame(
        {
            "Id": record_ids("CampaignMember", len(row), company.generator("members"), cell=company.cell),
            "IsDeleted": pl.Series([None] * len(row), dtype=pl.String),
            "CampaignId": company.ids.campaign.gather(campaign),
            "LeadId": refer(company.ids.lead, lead),
            "ContactId": refer(company.ids.contact, np.where(with_contact, company.records.contact_row[person], -1)),
            "Status": pick([label for label, _ in flat], spot),
            "HasResponded": flag(answered),
            **audit(added, changed, marketing, now),
            "FirstRespondedDate": day(responded, now),
            "Name": people.first.gather(person) + pl.Series([" "]) + people.last.gather(person),
            "Title": people.title.gather(person),
            "Email": people.email.gather(person),
            "CompanyOrAccount": company.firms.name.gather(people.firm[person]),
            "Type": pick(("Contact", "Lead"), (lead >= 0).astype(np.int64)),
        }
    )
    return frame.filter(pl.Series(added < now))
