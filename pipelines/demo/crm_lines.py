"""OpportunityLineItem and OpportunityContactRole: what and who is in a deal, as the export shows it."""

import numpy as np
import polars as pl

from pipelines.demo import notes
from pipelines.demo.baskets import rounded, total
from pipelines.demo.columns import audit, flag, money, unless
from pipelines.demo.company import Company
from pipelines.demo.currency import currency_column, in_currency
from pipelines.demo.deal_steps import own_lines, priced_at, role_times
from pipelines.demo.draw import Ints, poisson, repeat, within
from pipelines.demo.draw import words as pick
from pipelines.demo.ids import record_ids, refer
from pipelines.demo.records import shown


def line_items(company: Company) -> pl.DataFrame:
    """One row per product of a priced deal; the totals of the lines that are left add up to its amount.

    A renewal that shrinks loses units, or the line, when it is closed.
    """
    deals, lines, world, now = company.deals, own_lines(company), company.world, company.now
    products, rng = list(world.customers.products), company.generator("line items")
    closed = (deals.closed_at < now)[lines.deal]
    quantity = np.where(closed, lines.quantity, lines.asked)
    created = np.maximum(priced_at(company), shown(deals.created_at, company.span, 120))[lines.deal]
    changed = np.where(closed & (lines.quantity != lines.asked), deals.closed_at[lines.deal], 0)
    gone = quantity == 0
    quantity = np.where(gone, lines.asked, quantity)
    listed = np.array([product.price for product in world.customers.products.values()])[lines.product]
    listed = in_currency(company, deals.firm[lines.deal], listed, deals.created_at[lines.deal])
    frame = pl.DataFrame(
        {
            "Id": record_ids("OpportunityLineItem", len(lines), rng, cell=company.cell),
            "IsDeleted": flag(gone),
            "OpportunityId": company.ids.opportunity.gather(lines.deal),
            "SortOrder": pl.Series(1 + within(np.bincount(lines.deal, minlength=len(deals)))),
            "Product2Id": company.ids.product.gather(lines.product),
            "ProductCode": pick([f"P-{place + 1:03d}" for place in range(len(products))], lines.product),
            "Name": pick(products, lines.product),
            "Quantity": pl.Series(quantity),
            "UnitPrice": money(pl.Series(lines.unit_price)),
            "Discount": pl.Series(lines.discount),
            "Subtotal": money(pl.Series(lines.unit_price * quantity)),
            "TotalPrice": money(pl.Series(total(lines, quantity))),
            "ListPrice": money(pl.Series(rounded(listed))),
            **currency_column(company, deals.firm[lines.deal]),
            **audit(created, changed, company.ids.owner.gather(deals.owner[lines.deal]), now),
        }
    )
    return frame.filter(pl.Series(created < now))


def contact_roles(company: Company) -> pl.DataFrame:
    """The contact with whom a deal was opened, and others of the same account who came in later."""
    deals, records, now = company.deals, company.world.deal_records, company.now
    rng = company.generator("contact roles")
    first = np.arange(len(deals))
    wanted = poisson(rng, records.further_roles, len(deals), "deal_records.further_roles")
    deal, person = further_people(company, wanted)
    at = np.concatenate([deals.created_at, role_times(company, deal, person, rng)])
    deal, person = np.concatenate([first, deal]), np.concatenate([deals.person, person])
    order = np.argsort(at, kind="stable")
    primary = order < len(deals)
    at, deal, person = at[order], deal[order], person[order]
    role = pick(notes.ROLES, rng.integers(0, len(notes.ROLES), len(deal)))
    created = shown(at, company.span, 160)
    frame = pl.DataFrame(
        {
            "Id": record_ids("OpportunityContactRole", len(deal), rng, cell=company.cell),
            "IsDeleted": pl.Series([None] * len(deal), dtype=pl.String),
            "OpportunityId": company.ids.opportunity.gather(deal),
            "ContactId": refer(company.ids.contact, company.records.contact_row[person]),
            "Role": unless(rng.random(len(deal)) < records.role_missing, role),
            "IsPrimary": flag(primary),
            **audit(created, created, company.ids.owner.gather(deals.owner[deal]), now),
        }
    )
    return frame.filter(pl.Series(created < now))


def further_people(company: Company, wanted: Ints) -> tuple[Ints, Ints]:
    """Deal and person of contacts besides the first: up to `wanted` others of the same account, each once."""
    deals, contacts = company.deals, company.records.contacts
    by_firm = contacts[np.argsort(company.people.firm[contacts], kind="stable")]
    sizes = np.bincount(company.people.firm[contacts], minlength=len(company.firms))
    starts = np.cumsum(sizes) - sizes
    place = np.zeros(len(company.people), dtype=np.int64)
    place[by_firm] = within(sizes)
    counts = np.minimum(wanted, np.maximum(sizes[deals.firm] - 1, 0))
    deal, number = repeat(counts), within(counts)
    firm = deals.firm[deal]
    return deal, by_firm[starts[firm] + (place[deals.person[deal]] + 1 + number) % sizes[firm]]
