"""Invoices: what customers are billed, and when they pay. Health moves the chance to pay late and nothing else."""

import numpy as np
import polars as pl

from pipelines.demo.arrays import as_of
from pipelines.demo.baskets import rounded
from pipelines.demo.columns import day, money, planned_day, stamp
from pipelines.demo.company import Company
from pipelines.demo.currency import codes, in_currency, place_of
from pipelines.demo.draw import DAY, HOUR, NEVER, Ints, choose, later, logistic, repeat, spread, within
from pipelines.demo.draw import words as pick
from pipelines.demo.ids import refer

LEDGER = "ledger"
MONTHS = 12


def invoices(company: Company) -> pl.DataFrame:
    """One row per invoice as the ledger's extract had it before the export's moment."""
    base, rates, now = company.subscriptions, company.world.billing, company.now
    rng = company.generator("invoices")
    subscription, issued, months = issue(company, rng)
    count = len(issued)
    values = base.values
    yearly = values.value[as_of(values.subscription, values.at, subscription, issued)]
    amount = in_currency(company, base.firm[subscription], yearly * months / MONTHS, issued)
    due = later(issued, np.full(count, rates.due_days * DAY))
    paid = payments(company, subscription, issued, due, rng)
    waits = rng.exponential(rates.fetch_hours * HOUR, (2, count)).astype(np.int64)
    known, settled = issued + waits[0], paid + waits[1]
    settled = np.maximum(settled, known)
    number = pl.Series(np.arange(1, count + 1)).cast(pl.String).str.zfill(8)
    frame = pl.DataFrame(
        {
            "invoice_id": pl.Series([f"i{company.cell}-"]) + number,
            "account_id": refer(company.ids.account, company.kept.account_of[base.person[subscription]]),
            "issued_on": planned_day(issued),
            "due_on": planned_day(due),
            "paid_on": day(np.where(settled < now, paid, NEVER), now),
            "amount": money(pl.Series(rounded(amount))),
            "currency": pick(codes(company), place_of(company, base.firm[subscription])),
            "source": pl.Series([LEDGER] * count, dtype=pl.String),
            "fetched_at": stamp(np.where(settled < now, settled, known), now),
        }
    )
    return frame.filter(pl.Series(known < now))


def issue(company: Company, rng: np.random.Generator) -> tuple[Ints, Ints, Ints]:
    """Subscription, moment and months covered of every invoice, in the order of time: in advance, from the start on."""
    base, rates = company.subscriptions, company.world.billing
    rhythm = choose(rng, {str(months): level for months, level in rates.every_months.items()}, len(base))
    months = np.array(list(rates.every_months), dtype=np.int64)[rhythm]
    step = months * company.world.customers.term_days * DAY // MONTHS
    until = np.minimum(base.ends_at, company.span.end)
    counts = np.maximum((until - base.started_at + step - 1) // step, 0)
    subscription = repeat(counts)
    at = base.started_at[subscription] + within(counts) * step[subscription]
    order = np.argsort(at, kind="stable")
    return subscription[order], at[order], months[subscription][order]


def payments(company: Company, subscription: Ints, issued: Ints, due: Ints, rng: np.random.Generator) -> Ints:
    """When each invoice is paid: mostly before it is due, with log-odds of `late_rate` and health after it."""
    rates, count = company.world.billing, len(issued)
    health = company.subscriptions.health_at(subscription, issued, company.world.customers.term_days * DAY)
    late = rng.random(count) < logistic(rates.late_rate + rates.late_health * health)
    after = spread(rng, rates.late_days * DAY, rates.late_log_sd, count)
    before = rng.exponential(rates.early_days * DAY, count)
    return np.where(late, later(due, after + DAY), np.maximum(due - before.astype(np.int64), issued))
