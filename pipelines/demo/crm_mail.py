"""EmailMessage as the export shows it: what was said, in the words of texts.py and notes.py."""

import numpy as np
import polars as pl

from pipelines.demo import notes, texts, vague
from pipelines.demo.call_notes import besides, said_so, varied
from pipelines.demo.columns import audit, flag, stamp
from pipelines.demo.company import Company
from pipelines.demo.correspondence import task_person
from pipelines.demo.crm_activities import whom
from pipelines.demo.crm_setup import user_names
from pipelines.demo.draw import Bools, Ints
from pipelines.demo.draw import words as pick
from pipelines.demo.ids import record_ids, refer

ENGLISH = "en"
TONGUES = tuple(texts.SAID)
HOUSE = "growth.example"
SENT, RECEIVED = "3", "1"  # Salesforce's digits for the status of a mail


def tongues(company: Company, person: Ints, wording: Ints) -> Ints:
    """The language of each text (a place in TONGUES): that of the country for some, English for the others."""
    spoken = [texts.LANGUAGES.get(name, ENGLISH) for name in company.world.firms.countries]
    own = np.array([TONGUES.index(name) for name in spoken])[company.firms.country[company.people.firm[person]]]
    draw = wording // 1000**5 % 1000 / 1000
    return np.where(draw < company.world.texts.own_language, own, TONGUES.index(ENGLISH))


def mails(company: Company) -> tuple[Ints, Ints, Ints, Ints, Bools]:
    """Task, moment, meaning, wording and direction of all kept mails of the history, in the order of time."""
    said, tasks = company.said, company.tasks
    sent = np.flatnonzero(said.kept)
    task = np.concatenate([sent, said.answer_task])
    at = np.concatenate([tasks.at[sent], said.answer_at])
    meaning = np.concatenate([np.full(len(sent), -1, dtype=np.int64), said.answer_meaning])
    wording = np.concatenate([said.wording[sent], said.answer_wording])
    incoming = np.arange(len(task)) >= len(sent)
    order = np.argsort(at, kind="stable")
    order = order[at[order] < company.span.end]
    return task[order], at[order], meaning[order], wording[order], incoming[order]


def mail_ids(company: Company, count: int) -> pl.Series:
    return record_ids("EmailMessage", count, company.generator("email messages"), cell=company.cell)


def email_messages(company: Company) -> pl.DataFrame:
    task, at, meaning, wording, incoming = mails(company)
    count, now = len(task), company.now
    ids, person = mail_ids(company, count), task_person(company.leads, company.tasks)[task]
    _, what, _, moved_at = whom(company, company.tasks)
    asked = np.full(len(company.tasks), -1, dtype=np.int64)
    asked[task[~incoming]] = np.flatnonzero(~incoming)
    them, us = company.people.email.gather(person), house_address(company, company.tasks.owner[task])
    tongue = tongues(company, person, company.said.wording[task])
    created = np.maximum(at, company.span.migration)
    owner = company.ids.owner.gather(company.tasks.owner[task])
    subject = varied([notes.SUBJECTS[name] for name in TONGUES], tongue, company.said.wording[task], 3)
    frame = pl.DataFrame(
        {
            "Id": ids,
            "IsDeleted": pl.Series([None] * count, dtype=pl.String),
            "ParentId": pl.Series([None] * count, dtype=pl.String),
            "ActivityId": company.ids.task.gather(task),
            "RelatedToId": what.gather(task),
            "Status": pick((SENT, RECEIVED), incoming.astype(np.int64)),
            "Incoming": flag(incoming),
            "MessageDate": stamp(at, now),
            "Subject": pick(("", "Re: "), incoming.astype(np.int64)) + subject,
            "TextBody": bodies(company, person, tongue, meaning, wording),
            "FromAddress": pl.select(pl.when(pl.Series(incoming)).then(them).otherwise(us)).to_series(),
            "ToAddress": pl.select(pl.when(pl.Series(incoming)).then(us).otherwise(them)).to_series(),
            "ReplyToEmailMessageId": refer(ids, np.where(incoming, asked[task], -1)),
            **audit(created, np.where(moved_at[task] > 0, moved_at[task], 0), owner, now),
        }
    )
    return frame.filter(pl.Series(created < now))


def bodies(company: Company, person: Ints, tongue: Ints, meaning: Ints, wording: Ints) -> pl.Series:
    """What a person means in that person's language; a mail of sales (no meaning) says what such mails say."""
    levels = [texts.SAID[name][kind] for name in TONGUES for kind in texts.CLASSES]
    hedges = [[one[name] for one in vague.MAY_MEAN[kind]] for name in TONGUES for kind in texts.CLASSES]
    level = tongue * len(texts.CLASSES) + np.maximum(meaning, 0)
    outright, hedged = varied(levels, level, wording, 1), varied(hedges, level, wording, 1)
    middle = said_so(company, wording, outright, hedged)
    opening = varied([texts.OPENINGS[name] for name in TONGUES], tongue, wording, 0)
    closing = varied([texts.CLOSINGS[name] for name in TONGUES], tongue, wording, 2)
    ours = varied([notes.SENT[name] for name in TONGUES], tongue, wording, 1)
    first, line = company.people.first.gather(person), pl.Series(["\n"])
    aside = varied([texts.ASIDES[name] for name in TONGUES], tongue, wording, 4)
    received = opening + line + middle + besides(company, wording, line + aside) + line + closing + line + first
    sent = first + pl.Series([",\n"]) + ours + line + closing
    return pl.select(pl.when(pl.Series(meaning >= 0)).then(received).otherwise(sent)).to_series()


def house_address(company: Company, owner: Ints) -> pl.Series:
    """The address of the representative who wrote, or was written to."""
    return user_names(company).str.to_lowercase().str.replace_all(r"[^a-z]+", ".").gather(owner) + pl.Series(
        [f"@{HOUSE}"]
    )
