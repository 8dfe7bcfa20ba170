"""Task and Event as the export shows them: after a conversion, with the contact and the opportunity."""

import numpy as np
import polars as pl

from pipelines.demo import words
from pipelines.demo.activities import Activities
from pipelines.demo.arrays import at_place
from pipelines.demo.call_notes import call_notes
from pipelines.demo.columns import audit, flag, planned_day, stamp, unless
from pipelines.demo.company import Company
from pipelines.demo.crm_leads import deal_of_lead
from pipelines.demo.draw import DAY, NEVER, Ints, later
from pipelines.demo.draw import words as pick
from pipelines.demo.ids import refer

QUARTER = 900  # seconds: meetings begin on the quarter of an hour


def whom(company: Company, made: Activities) -> tuple[pl.Series, pl.Series, pl.Series, Ints]:
    """WhoId, WhatId, AccountId and the moment of the move: a converted lead's activities belong to contact and
    opportunity.
    """
    leads, ids = company.leads, company.ids
    converted_at = at_place(leads.converted_at, made.lead, NEVER)
    moved = converted_at < company.now
    person = np.where(made.lead >= 0, at_place(leads.person, made.lead, -1), made.person)
    contact = np.where((made.lead < 0) | moved, company.records.contact_row[person], -1)
    who = pl.select(pl.coalesce(refer(ids.contact, contact), refer(ids.lead, made.lead))).to_series()
    deal = np.where(moved, at_place(deal_of_lead(company), made.lead, -1), made.deal)
    account = np.where(contact >= 0, company.kept.account_of[person], -1)
    on_account = np.where(moved & (deal < 0), account, -1)
    what = pl.select(pl.coalesce(refer(ids.opportunity, deal), refer(ids.account, on_account))).to_series()
    return who, what, refer(ids.account, account), np.where(moved, converted_at, 0)


def tasks(company: Company) -> pl.DataFrame:
    made, now, rates = company.tasks, company.now, company.world.activities
    rng, count = company.generator("task rows"), len(made)
    who, what, account, moved_at = whom(company, made)
    call, talked = company.said.is_call, company.said.talked
    subject = unless(~call, pick(words.CALL_SUBJECTS, rng.integers(0, len(words.CALL_SUBJECTS), count))).fill_null(
        pick(words.EMAIL_SUBJECTS, rng.integers(0, len(words.EMAIL_SUBJECTS), count))
    )
    created = np.maximum(made.at, company.span.migration)
    deleted_at = deletions(made, rates.deleted_tasks, rates.delete_days, created, rng)
    owner = company.ids.owner.gather(made.owner)
    kind = np.where(made.done, np.where(call, 0, 1), 2)
    rewritten = known(company.said.rewritten_at, now)
    frame = pl.DataFrame(
        {
            "Id": company.ids.task,
            "WhoId": who,
            "WhatId": what,
            "AccountId": account,
            "Subject": subject,
            "ActivityDate": planned_day(made.due),
            "Status": pick(("Not Started", "Completed"), made.done.astype(np.int64)),
            "Priority": pick(("Normal", "High"), (rng.random(count) < rates.urgent).astype(np.int64)),
            "OwnerId": owner,
            "Description": call_notes(company),
            "IsDeleted": flag(deleted_at < now),
            "IsClosed": flag(made.done),
            **audit(created, np.max([moved_at, known(deleted_at, now), rewritten], axis=0), owner, now),
            "CallDurationInSeconds": unless(~talked, pl.Series(rng.uniform(*rates.call_seconds, count).astype(int))),
            "CallType": unless(
                ~call, pick(("Outbound", "Inbound"), (rng.random(count) < rates.inbound_calls).astype(np.int64))
            ),
            "CallDisposition": unless(~call | ~made.done, pick(("No answer", "Talked"), talked.astype(np.int64))),
            "TaskSubtype": pick(("Call", "Email", "Task"), kind),
            "CompletedDateTime": unless(~made.done, stamp(made.at, now)),
        }
    )
    return frame.filter(pl.Series(created < now))


def events(company: Company) -> pl.DataFrame:
    made, span, now, rates = company.meetings, company.span, company.now, company.world.activities
    rng, count = company.generator("event rows"), len(made)
    who, what, account, moved_at = whom(company, made)
    minutes = rng.choice(np.array(rates.meeting_minutes), count)
    begin = made.due // QUARTER * QUARTER
    invited = np.minimum(made.at, begin) - (rng.random(count) * rates.invited_days * DAY).astype(np.int64)
    entered = np.where(made.done, invited, made.at)
    since = at_place(company.leads.created_at, made.lead, 0)
    since = np.maximum(since, at_place(company.deals.created_at, made.deal, 0))
    created = np.minimum(np.maximum(np.maximum(entered, since), span.migration), span.end - 1)
    deleted_at = deletions(made, rates.deleted_meetings, rates.delete_days, created, rng)
    owner = company.ids.owner.gather(made.owner)
    starts, stops = (stamp(moment, NEVER) for moment in (begin, begin + minutes * 60))
    frame = pl.DataFrame(
        {
            "Id": company.ids.event,
            "WhoId": who,
            "WhatId": what,
            "AccountId": account,
            "Subject": pick(words.MEETING_SUBJECTS, rng.integers(0, len(words.MEETING_SUBJECTS), count)),
            "Location": unless(rng.random(count) >= rates.video, pl.Series(["Video call"] * count, dtype=pl.String)),
            "IsAllDayEvent": pl.Series([None] * count, dtype=pl.String),
            "ActivityDateTime": starts,
            "ActivityDate": planned_day(begin),
            "DurationInMinutes": pl.Series(minutes),
            "StartDateTime": starts,
            "EndDateTime": stops,
            "OwnerId": owner,
            "IsDeleted": flag(deleted_at < now),
            **audit(created, np.maximum(moved_at, known(deleted_at, now)), owner, now),
            "EventSubtype": pl.Series(["Event"] * count, dtype=pl.String),
        }
    )
    return frame.filter(pl.Series(created < now))


def deletions(made: Activities, share: float, days: float, created: Ints, rng: np.random.Generator) -> Ints:
    """When each activity was deleted, some time after it was entered: NEVER for most."""
    chosen = made.done & (rng.random(len(made)) < share)
    return later(np.where(chosen, created, NEVER), rng.exponential(days * DAY, len(made)) + 1)


def known(moment: Ints, now: int) -> Ints:
    """The moments before `now`, 0 for the others."""
    return np.where(moment < now, moment, 0)
