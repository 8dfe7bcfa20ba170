"""What each text in the CRM means: the class that was drawn before the words were."""

import numpy as np
import polars as pl

from pipelines.demo.company import Company
from pipelines.demo.crm_mail import mail_ids, mails
from pipelines.demo.draw import words as pick
from pipelines.demo.texts import CLASSES


def texts(company: Company) -> pl.DataFrame:
    """One row per note of a call and per answer to a mail: record_id, object (Task or EmailMessage), class."""
    noted = np.flatnonzero(company.said.noted)
    task, _, meaning, _, incoming = mails(company)
    ids = mail_ids(company, len(task))
    return pl.concat(
        [
            named(company.ids.task.gather(noted), "Task", pick(CLASSES, company.said.meaning[noted])),
            named(ids.filter(pl.Series(incoming)), "EmailMessage", pick(CLASSES, meaning[incoming])),
        ]
    )


def named(ids: pl.Series, kind: str, meaning: pl.Series) -> pl.DataFrame:
    return pl.DataFrame({"record_id": ids, "class": meaning}).select("record_id", pl.lit(kind).alias("object"), "class")
