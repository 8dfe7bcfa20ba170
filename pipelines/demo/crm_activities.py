"""Task and Event as the export shows them: after a conversion, with the contact and the opportunity."""

import numpy as np
import polars as pl

from pipelines.demo import words
from pipelines.demo.activities import Activities
from pipelines.demo.call_notes import call_notes
from pipelines.demo.columns import audit, flag, planned_day, stamp, unless
from pipelines.demo.company import Company
from pipelines.demo.crm_leads import deal_of_lead
from pipelines.demo.draw import DAY, Ints
from pipelines.demo.draw import words as pick
from pipelines.demo.ids import refer


def whom(company: Company, made: Activities) -> tuple[pl.Series, pl.Series, pl.Series, Ints]:
    """WhoId, WhatId, AccountId and the moment of the move: a converted lead's activities belong to contact and
    opportunity.
    """
    leads, ids = company.leads, company.ids
    moved = (made.lead >= 0) & (leads.converted_at[made.lead] < company.now)
    person = np.where(made.lead >= 0, leads.person[made.lead], made.person)
    contact = np.where((made.lead < 0) | moved, company.records.contact_row[person], -1)
    who = pl.select(pl.coalesce(refer(ids.contact, contact), refer(ids.lead, made.lead))).to_series()
    deal = np.where(moved, deal_of_lead(company)[made.lead], made.deal)
    account = np.where(contact >= 0, company.records.account_row[company.people.firm[person]], -1)
    on_account = np.where(moved & (deal < 0), account, -1)
    what = pl.select(pl.coalesce(refer(ids.opportunity, deal), refer(ids.account, on_account))).to_series()
    return who, what, refer(ids.account, account), np.where(moved, leads.converted_at[made.lead], 0)


def tasks(company: Company) -> pl.DataFrame:
    made, span, now = company.tasks, company.span, company.now
    rng, count = company.generator("task rows"), len(made)
    who, what, account, moved_at = whom(company, made)
    call, talked = company.said.is_call, company.said.talked
    subject = unless(~call, pick(words.CALL_SUBJECTS, rng.integers(0, 5, count))).fill_null(
        pick(words.EMAIL_SUBJECTS, rng.integers(0, 5, count))
    )
    created = np.maximum(made.at, span.migration)
    owner = company.ids.owner.gather(made.owner)
    kind = np.where(made.done, np.where(call, 0, 1), 2)
    rewritten = np.where(company.said.rewritten_at < now, company.said.rewritten_at, 0)
    frame = pl.DataFrame(
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
            "Description": call_notes(company),
            "IsDeleted": flag(made.done & (rng.random(count) < 0.002)),
            "IsClosed": flag(made.done),
            **audit(created, np.maximum(moved_at, rewritten), owner, now),
            "CallDurationInSeconds": unless(~talked, pl.Series(rng.integers(30, 1800, count))),
            "CallType": unless(~call, pick(("Outbound", "Inbound"), (rng.random(count) < 0.08).astype(np.int64))),
            "CallDisposition": unless(~call | ~made.done, pick(("No answer", "Talked"), talked.astype(np.int64))),
            "TaskSubtype": pick(("Call", "Email", "Task"), kind),
            "CompletedDateTime": unless(~made.done, stamp(made.at, now)),
        }
    )
    return frame.filter(pl.Series(created < now))


def events(company: Company) -> pl.DataFrame:
    made, span, now = company.meetings, company.span, company.now
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
    frame = pl.DataFrame(
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
            **audit(created, moved_at, owner, now),
            "EventSubtype": pl.Series(["Event"] * count),
        }
    )
    return frame.filter(pl.Series(created < now))
