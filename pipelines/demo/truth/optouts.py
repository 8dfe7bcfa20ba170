"""Who must be on no list, since when, and under which records.

What belongs here: every record of a person who refused, whether the record says so or not: that is what a list is held
against. A refusal that no record and no mail event tells is not there.
"""

import numpy as np
import polars as pl

from pipelines.demo.company import Company
from pipelines.demo.crm_contacts import contacts
from pipelines.demo.crm_leads import leads
from pipelines.demo.crm_people import last_touches
from pipelines.demo.draw import NEVER, Ints, earliest
from pipelines.demo.marketing import SPAM
from pipelines.demo.refusals import refuse
from pipelines.demo.truth.duplicates import person_key


def optouts(company: Company) -> pl.DataFrame:
    """Rows (person_key, object, record_id, email, channel, reason, known_at): mail refused by the person, calls refused
    by the person, and mail to an address that bounced; `known_at` (UTC) is when the export first tells.
    """
    touch, refusals, now = last_touches(company), refuse(company), company.now
    rows = pl.concat(
        [
            pl.DataFrame({"record_id": ids, "person": person}).with_columns(object=pl.lit(name))
            for name, ids, person in (
                ("Contact", company.ids.contact, refusals.person[: refusals.contacts]),
                ("Lead", company.ids.lead, refusals.person[refusals.contacts :]),
            )
        ]
    )
    written = pl.concat([frame.select("Id", "Email") for frame in (contacts(company, touch), leads(company, touch))])
    rows = rows.join(written, left_on="record_id", right_on="Id", how="inner", maintain_order="left")
    mails = company.mail.kind == SPAM
    complained = earliest(company.sends.person[company.mail.send[mails]], company.mail.at[mails], len(company.people))
    parts = [
        refused(company, rows, np.minimum(refusals.opted_out_at, complained), "email", "opted_out"),
        refused(company, rows, refusals.do_not_call_at, "phone", "do_not_call"),
        refused(company, rows.filter(same_mailbox(company)), company.bounced_at, "email", "bounced"),
    ]
    return pl.concat(parts).filter(
        pl.col("known_at") < pl.from_epoch(pl.lit(now), time_unit="s").cast(pl.Datetime("us"))
    )


def refused(company: Company, rows: pl.DataFrame, moment: Ints, channel: str, reason: str) -> pl.DataFrame:
    """The records of the persons whose moment comes."""
    person = rows["person"].to_numpy()
    at = moment[person]
    return rows.select(
        person_key=person_key(company, person),
        object="object",
        record_id="record_id",
        email="Email",
        channel=pl.lit(channel),
        reason=pl.lit(reason),
        known_at=pl.Series(np.where(at < NEVER, at, 0) * 1_000_000).cast(pl.Datetime("us")),
    ).filter(pl.Series(at < NEVER))


def same_mailbox(company: Company) -> pl.Expr:
    """The record's address leads to the mailbox that mails are sent to, however it is spelled."""
    mailbox = company.people.email.str.to_lowercase()
    spelled = pl.col("Email").str.to_lowercase().str.replace(r"\+[^@]*@", "@")
    return spelled == pl.lit(mailbox).gather(pl.col("person"))
