"""Whose page view each one was: the person, the firm, or a machine."""

import numpy as np
import polars as pl

from pipelines.demo.company import Company
from pipelines.demo.engagement import CELL_EVENTS, cookies, numbered
from pipelines.demo.ids import refer
from pipelines.demo.networks import Origins
from pipelines.demo.truth.duplicates import person_key
from pipelines.demo.web import Visits


def visits(company: Company, made: Visits, places: Origins, first: int) -> pl.DataFrame:
    """One row per page view of a block whose first is the cell's number `first`: visit_id, visitor_id, person_key,
    account_id (of the true firm, null when it has no account), is_robot, is_machine, is_shared_ip.
    """
    number = company.cell * CELL_EVENTS + first + np.arange(len(made))
    account = np.where(places.firm >= 0, company.records.account_row[places.firm], -1)
    return pl.DataFrame(
        {
            "visit_id": numbered("v", number),
            "visitor_id": cookies(company, made.visitor),
            "person_key": person_key(company, made.person).set(pl.Series(made.person < 0), None),
            "account_id": refer(company.ids.account, account),
            "is_robot": made.robot,
            "is_machine": made.machine,
            "is_shared_ip": places.is_shared,
        }
    )
