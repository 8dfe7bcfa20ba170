"""What customers show between two renewals: cases of support, and how much they use what they bought.

Health moves the logarithm of both rates and nothing else; how long a case takes depends on its priority.
"""

import numpy as np
import polars as pl

from pipelines.demo import notes
from pipelines.demo.arrays import as_of
from pipelines.demo.columns import audit, flag, stamp, times, unless
from pipelines.demo.company import Company
from pipelines.demo.draw import DAY, HOUR, Ints, choose, later, office, poisson, powered, repeat, spread, within
from pipelines.demo.draw import words as pick
from pipelines.demo.ids import record_ids, refer
from pipelines.demo.records import shown

SYSTEM = "product-analytics"
NEW, WORKING, CLOSED = range(3)
MOST_COUNTED = 1e9


def units_at(company: Company, subscription: Ints, moment: Ints) -> Ints:
    """Units in use as of moments after the subscriptions began."""
    values = company.subscriptions.values
    return values.units[as_of(values.subscription, values.at, subscription, moment)]


def case_moments(company: Company, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Subscription and moment of every case, in the order of time: a Poisson process whose rate moves term by term."""
    base, rates = company.subscriptions, company.world.service
    length = company.world.customers.term_days * DAY
    begins = base.started_at[:, None] + np.arange(base.health.shape[1]) * length
    ends = np.minimum(begins + length, np.minimum(base.ends_at, company.span.end)[:, None])
    place, term = np.nonzero(begins < ends)
    first, last = begins[place, term], ends[place, term]
    size = np.log(np.maximum(units_at(company, place, first), 1))
    rate = powered(rates.case_rate + rates.case_health * base.health[place, term] + rates.case_size * size)
    stretch = repeat(poisson(rng, rate * (last - first) / length, None, "service.case_rate"))
    at = first[stretch] + (rng.random(len(stretch)) * (last - first)[stretch]).astype(np.int64)
    at = office(rng, at)
    order = np.argsort(at, kind="stable")
    order = order[at[order] < company.span.end]
    return place[stretch][order], at[order]


def cases(company: Company) -> pl.DataFrame:
    base, world, now = company.subscriptions, company.world, company.now
    rates, rng = world.service, company.generator("cases")
    subscription, at = case_moments(company, rng)
    count = len(at)
    priority, reason = choose(rng, rates.priorities, count), choose(rng, rates.reasons, count)
    hours = np.array([level.hours for level in rates.priorities.values()])[priority]
    closed_at = later(at, spread(rng, hours * HOUR, rates.hours_log_sd, count) + 1)
    taken_at = at + (rng.random(count) * (closed_at - at)).astype(np.int64)
    status = np.select([closed_at < now, taken_at < now], [CLOSED, WORKING], NEW)
    owner = company.ids.owner.gather(base.owner[subscription])
    created = shown(at, company.span, 170)
    changed = np.maximum(np.where(taken_at < now, taken_at, 0), np.where(closed_at < now, closed_at, 0))
    about, kind = subjects(list(rates.reasons), reason, rng)
    frame = pl.DataFrame(
        {
            "Id": record_ids("Case", count, rng, cell=company.cell),
            "IsDeleted": pl.Series([None] * count, dtype=pl.String),
            "CaseNumber": pl.Series(company.cell * 10**7 + 1000 + np.arange(count)).cast(pl.String).str.zfill(8),
            "ContactId": unless(rng.random(count) < rates.unnamed, asker(company, subscription, at, rng)),
            "AccountId": refer(company.ids.account, company.kept.account_of[base.person[subscription]]),
            "Type": kind,
            "Status": pick(("New", "Working", "Closed"), status),
            "Reason": unless(status != CLOSED, pick(list(rates.reasons), reason)),
            "Origin": pick(list(rates.origins), choose(rng, rates.origins, count)),
            "Subject": about,
            "Priority": pick(list(rates.priorities), priority),
            "Description": unless(
                rng.random(count) >= rates.described,
                pick(notes.CASE_TEXTS, rng.integers(0, len(notes.CASE_TEXTS), count)),
            ),
            "IsClosed": flag(status == CLOSED),
            "ClosedDate": stamp(np.where(closed_at < now, np.maximum(closed_at, created), now), now),
            "OwnerId": owner,
            **audit(created, changed, owner, now),
        }
    )
    return frame.filter(pl.Series(created < now))


def subjects(reasons: list[str], reason: Ints, rng: np.random.Generator) -> tuple[pl.Series, pl.Series]:
    """Subject and type of cases by their reason."""
    lines = [notes.CASE_SUBJECTS.get(name, notes.OTHER_CASE_SUBJECTS) for name in reasons]
    sizes = np.array([len(line) for line in lines])
    place = (np.cumsum(sizes) - sizes)[reason] + (rng.random(len(reason)) * sizes[reason]).astype(np.int64)
    kinds = pick([notes.CASE_TYPES.get(name, "Problem") for name in reasons], reason)
    return pick([line for chosen in lines for line in chosen], place), kinds


def asker(company: Company, subscription: Ints, at: Ints, rng: np.random.Generator) -> pl.Series:
    """A contact of the customer: anyone who was known by then, else the one who signed."""
    contacts, base = company.records.contacts, company.subscriptions
    by_firm = contacts[np.argsort(company.people.firm[contacts], kind="stable")]
    sizes = np.bincount(company.people.firm[contacts], minlength=len(company.firms))
    firm = base.firm[subscription]
    drawn = by_firm[(np.cumsum(sizes) - sizes)[firm] + (rng.random(len(firm)) * sizes[firm]).astype(np.int64)]
    person = np.where(company.records.contact_at[drawn] < at, drawn, base.person[subscription])
    return refer(company.ids.contact, company.records.contact_row[person])


def usage(company: Company) -> pl.DataFrame:
    """Active users and sessions of each customer per calendar month, known soon after the month is over."""
    base, world, rates = company.subscriptions, company.world, company.world.service
    rng, account = company.generator("usage"), company.ids.account
    starts = month_starts(company)
    until = np.minimum(base.ends_at, company.span.end)
    first, last = (np.searchsorted(starts, moment, side="right") - 1 for moment in (base.started_at, until - 1))
    subscription = repeat(np.maximum(last - first + 1, 0))
    month = first[subscription] + within(np.maximum(last - first + 1, 0))
    begins = np.maximum(starts[month], base.started_at[subscription])
    ends = np.minimum(starts[month + 1], until[subscription])
    health = base.health_at(subscription, begins, world.customers.term_days * DAY)
    noise = rates.use_noise * rng.standard_normal(len(month))
    share = (ends - begins) / (starts[month + 1] - starts[month])
    mean = units_at(company, subscription, begins) * share * powered(rates.use_rate + rates.use_health * health + noise)
    users = rng.poisson(np.minimum(mean, MOST_COUNTED))
    often = powered(rates.sessions_log + rates.sessions_health * health)
    sessions = rng.poisson(np.minimum(users * often, MOST_COUNTED))
    fetched = starts[month + 1] + rng.exponential(world.billing.fetch_hours * HOUR, len(month)).astype(np.int64)
    frame = pl.DataFrame(
        {
            "account_id": refer(account, company.kept.account_of[base.person[subscription]]),
            "month": (times(starts[month], company.span.end)).cast(pl.Date),
            "active_users": users,
            "sessions": sessions,
            "source": pl.Series([SYSTEM] * len(month), dtype=pl.String),
            "fetched_at": times(fetched, 2**40),
        }
    )
    known = frame.filter(pl.Series(fetched < company.now))
    return known.sort("fetched_at", "account_id").unique(["account_id", "month"], keep="first", maintain_order=True)


def month_starts(company: Company) -> Ints:
    """The first moment of every month that touches the history, and of the one after."""
    first, last = (np.array([moment], dtype="datetime64[s]").astype("datetime64[M]")[0] for moment in ends(company))
    return np.arange(first, last + 2).astype("datetime64[s]").astype(np.int64)


def ends(company: Company) -> tuple[int, int]:
    return company.span.start, company.span.end - 1
