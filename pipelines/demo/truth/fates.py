"""The true chances of customers' deals: to be won, and of renewals to shrink, given everything at their opening.

What does not belong here: new business, whose chances move with its stages (deal_chance.py).
"""

import numpy as np
import polars as pl

from pipelines.demo.company import Company
from pipelines.demo.draw import words as pick
from pipelines.demo.subscriptions import EXPANSION, LEFT, RENEWED, SHRUNK

FATES = ("renewed", "shrunk", "left", "bought", "not bought")
BOUGHT, NOT_BOUGHT = FATES.index("bought"), FATES.index("not bought")


def fates(company: Company) -> pl.DataFrame:
    """One row per expansion and renewal: id (of the opportunity), kind, opened_at, p_won, p_shrunk (null for
    expansions), and its fate, also where it lies beyond the end of the history.
    """
    deals, base, terms = company.deals, company.subscriptions, company.subscriptions.terms
    shrinks = np.full(len(deals), np.nan)
    fate = np.where(deals.won, BOUGHT, NOT_BOUGHT)
    opened = terms.deal >= 0
    shrinks[terms.deal[opened]] = terms.shrinks[opened]
    fate[terms.deal[opened]] = np.array([RENEWED, SHRUNK, LEFT])[terms.fate[opened]]
    row = np.flatnonzero(deals.kind >= EXPANSION)
    return pl.DataFrame(
        {
            "id": company.ids.opportunity.gather(row),
            "kind": pick(("new business", "expansion", "renewal"), deals.kind[row]),
            "opened_at": (pl.Series(deals.created_at[row]) * 1_000_000).cast(pl.Datetime("us")),
            "p_won": base.chance[row],
            "p_shrunk": pl.Series(shrinks[row]).fill_nan(None),
            "fate": pick(FATES, fate[row]),
        }
    )
