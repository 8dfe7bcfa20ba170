"""Contract and Asset: what customers signed, term by term, and what they have in use, as the export shows it."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.demo.arrays import stacked, taken
from pipelines.demo.baskets import rounded
from pipelines.demo.columns import audit, day, flag, money, planned_day
from pipelines.demo.company import Company
from pipelines.demo.currency import currency_column, in_currency
from pipelines.demo.draw import DAY, NEVER, Ints
from pipelines.demo.draw import words as pick
from pipelines.demo.ids import record_ids, refer
from pipelines.demo.subscriptions import LEFT

TERM_MONTHS = 12
YEAR_DAYS = 365


@dataclass(frozen=True)
class Signed:
    """One place per contract, in the order of signing: the deal that brought it and the term it covers."""

    subscription: Ints
    deal: Ints
    at: Ints
    begins: Ints
    ends: Ints


def signed_contracts(company: Company) -> Signed:
    """A contract for the first term of each subscription and for every renewal that was won within the history."""
    made, terms = company.subscriptions, company.subscriptions.terms
    length = company.world.customers.term_days * DAY
    first = Signed(np.arange(len(made)), made.deal, made.started_at, made.started_at, made.started_at + length)
    renewed = Signed(terms.subscription, terms.deal, terms.closed_at, terms.ends_at, terms.ends_at + length)
    renewed = taken(renewed, (terms.fate != LEFT) & (terms.deal >= 0) & (terms.closed_at < company.span.end))
    both = stacked([first, renewed])
    return taken(both, np.argsort(both.at, kind="stable"))


def contract_ids(company: Company, count: int) -> pl.Series:
    return record_ids("Contract", count, company.generator("contracts"), cell=company.cell)


def contract_of_deal(company: Company) -> pl.Series:
    """The contract that came of each deal, null for none before the export's moment."""
    made = signed_contracts(company)
    place = np.full(len(company.deals), -1, dtype=np.int64)
    place[made.deal] = np.where(made.at < company.now, np.arange(len(made.deal)), -1)
    return refer(contract_ids(company, len(made.deal)), place)


def contracts(company: Company) -> pl.DataFrame:
    made, base, now = signed_contracts(company), company.subscriptions, company.now
    count, person = len(made.deal), base.person[made.subscription]
    created = np.maximum(made.at, company.span.migration)
    over = made.ends < now
    owner = company.ids.owner.gather(base.owner[made.subscription])
    months = round(company.world.customers.term_days * TERM_MONTHS / YEAR_DAYS)
    frame = pl.DataFrame(
        {
            "Id": contract_ids(company, count),
            "IsDeleted": pl.Series([None] * count, dtype=pl.String),
            "AccountId": refer(company.ids.account, company.kept.account_of[person]),
            "ContractNumber": pl.Series(company.cell * 10**7 + 1 + np.arange(count)).cast(pl.String).str.zfill(8),
            "Status": pick(("Activated", "Expired"), over.astype(np.int64)),
            "StartDate": planned_day(made.begins),
            "EndDate": planned_day(made.ends - DAY),
            "ContractTerm": pl.Series(np.full(count, max(months, 1))),
            "CustomerSignedId": refer(company.ids.contact, company.records.contact_row[person]),
            "CustomerSignedDate": day(made.at, now),
            "OwnerId": owner,
            **audit(created, np.where(over, made.ends, 0), owner, now),
        }
    )
    return frame.filter(pl.Series(created < now))


def assets(company: Company) -> pl.DataFrame:
    """One row per customer and product ever in use, with the units in use as of the export's moment."""
    base, world, now = company.subscriptions, company.world, company.now
    changes = taken(base.changes, np.lexsort((base.changes.at, base.changes.product, base.changes.subscription)))
    changes = taken(changes, changes.at < company.span.end)
    key = changes.subscription * len(world.customers.products) + changes.product
    begins = np.flatnonzero(np.concatenate([[True], key[1:] != key[:-1]])[: len(key)])
    asset = np.repeat(np.arange(len(begins)), np.diff(np.append(begins, len(key))))
    last = begins.copy()
    past = np.flatnonzero(changes.at < now)
    last[asset[past]] = past  # in the order of time: the last change of each asset stays
    order = np.argsort(changes.at[begins], kind="stable")
    begins, last = begins[order], last[order]
    at, since = changes.at[begins], changes.at[last]
    product, subscription = changes.product[begins], changes.subscription[begins]
    over = changes.quantity[last] == 0
    kept = np.where(over, changes.quantity[np.maximum(last - 1, 0)], changes.quantity[last])
    prices = np.array([one.price for one in world.customers.products.values()])
    names, count = list(world.customers.products), len(begins)
    owner = company.ids.owner.gather(base.owner[subscription])
    created = np.maximum(at, company.span.migration)
    frame = pl.DataFrame(
        {
            "Id": record_ids("Asset", count, company.generator("assets"), cell=company.cell),
            "IsDeleted": pl.Series([None] * count, dtype=pl.String),
            "AccountId": refer(company.ids.account, company.kept.account_of[base.person[subscription]]),
            "ContactId": refer(company.ids.contact, company.records.contact_row[base.person[subscription]]),
            "Product2Id": company.ids.product.gather(product),
            "ProductCode": pick([f"P-{place + 1:03d}" for place in range(len(names))], product),
            "Name": pick(names, product),
            "IsCompetitorProduct": flag(np.zeros(count, dtype=np.bool_)),
            "Status": pick(("Installed", "Obsolete"), over.astype(np.int64)),
            "PurchaseDate": day(at, now),
            "InstallDate": day(at, now),
            "UsageEndDate": day(np.where(over, since, NEVER), now),
            "Quantity": pl.Series(kept),
            "Price": money(pl.Series(rounded(in_currency(company, base.firm[subscription], prices[product], at)))),
            **currency_column(company, base.firm[subscription]),
            "OwnerId": owner,
            **audit(created, since, owner, now),
        }
    )
    return frame.filter(pl.Series(created < now))
