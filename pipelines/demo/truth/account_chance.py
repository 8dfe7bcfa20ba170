"""The chance of an account to be won for the first time within a horizon: given its true fit, and given what the export
shows of its firmographics.

How: leads of a listed firm and approaches by sales are Poisson processes whose points win or do not win independently
of each other, so first wins are Poisson too (thinning and displacement; Kingman, "Poisson Processes", 1993), and the
chance of a window is 1 - exp(-expected wins). What a lead or an approach of a firm with a given fit is worth, and how
long it takes, is tabulated by running the simulation's own functions on a grid of fits. The need and what the export
hides of the fit are one normal term, integrated on Gauss-Hermite nodes.

Whom to talk to is asked, not who already talks: neither chance looks at the account's leads, deals or visits. How the
record came to be (listed, or made by a conversion) and when is known to both.
"""

from dataclasses import dataclass

import numpy as np

from pipelines.demo.company import Company
from pipelines.demo.deals import outreach_rate
from pipelines.demo.demand import episode_rate
from pipelines.demo.draw import DAY, Bools, Floats, Ints, arrival_density, generator
from pipelines.demo.news import news_boost
from pipelines.demo.truth.shown import Fetched, fit_shown
from pipelines.demo.truth.worth import FITS, Worth, worth_of_approaches, worth_of_leads
from pipelines.demo.world import World

HIDDEN, HIDDEN_WEIGHTS = np.polynomial.hermite_e.hermegauss(9)
AGES = np.array([0.0, 7, 14, 30, 60, 90, 120, 180, 270, 400])  # days since the record was made
DAYS_A_YEAR = 365.25


@dataclass(frozen=True)
class Exposure:
    """Share of a firm's arrivals of the whole history that would be won in the window after a day, if all were: by week
    and age of the record (weeks x AGES), of those that arrive before the drift and of those after.
    """

    before: Floats
    after: Floats


def exposure(density: Floats, worth: Worth, horizon: float, drift_day: float) -> Exposure:
    """`density`: share of all arrivals per day of the history. An arrival counts when it is won after the day and
    within the horizon, and was opened (a lead: converted) after the record was made.
    """
    days = np.arange(len(density) + 1.0)
    whole = np.concatenate([[0.0], np.cumsum(density)])
    weeks = np.arange(0.0, len(density) + 7.0, 7.0)
    tables = np.zeros((2, len(weeks), len(AGES)))
    bounds = ((0.0, drift_day), (drift_day, days[-1]))
    for row, day in enumerate(weeks if len(worth.win_days) else ()):
        for column, age in enumerate(AGES):
            oldest = day - age - worth.open_days if age < AGES[-1] else np.full(len(worth.open_days), -np.inf)
            since, until = np.maximum(day - worth.win_days, oldest), day + horizon - worth.win_days
            for table, (first, last) in zip(tables, bounds, strict=True):
                upto = np.clip(until, first, last)
                begin = np.minimum(np.clip(since, first, last), upto)
                table[row, column] = (np.interp(upto, days, whole) - np.interp(begin, days, whole)).mean()
    return Exposure(tables[0], tables[1])


def at_day_and_age(table: Floats, day: Floats, age: Floats) -> Floats:
    """Bilinear between weeks and ages."""
    row = np.clip(day / 7, 0, len(table) - 1.001)
    column = np.clip(np.interp(age, AGES, np.arange(len(AGES))), 0, len(AGES) - 1.001)
    low, left = row.astype(np.int64), column.astype(np.int64)
    down, right = row - low, column - left
    upper = (1 - right) * table[low, left] + right * table[low, left + 1]
    lower = (1 - right) * table[low + 1, left] + right * table[low + 1, left + 1]
    return np.asarray((1 - down) * upper + down * lower, dtype=np.float64)


@dataclass(frozen=True)
class AccountRows:
    """Accounts (places of firms) and the moments at which their chance is asked for."""

    firm: Ints
    at: Ints


@dataclass(frozen=True)
class Market:
    """What all accounts share: worth (of leads before and after the drift) and exposure of leads and approaches, and
    the clock of a converted lead's deal (sorted days from the conversion to the win).
    """

    leads: tuple[Worth, Worth]
    approaches: Worth
    inbound: Exposure
    outbound: Exposure
    deal_days: Floats
    reachable: float


def market(company: Company, horizon: float) -> Market:
    world, span = company.world, company.span
    leads, later_leads = (
        worth_of_leads(company, after_drift, generator(0, "worth of leads")) for after_drift in (False, True)
    )
    approaches = worth_of_approaches(company, generator(0, "worth of approaches"))
    density = arrival_density(span, world.history)
    even = np.full(len(density), 1 / len(density))
    drift = float(min(world.history.drift_day, len(density)))
    # An approach needs the record from its own beginning on, not from when it opens a deal.
    begun = Worth(approaches.opens, approaches.wins, np.zeros(len(approaches.open_days)), approaches.win_days)
    return Market(
        (leads, later_leads),
        approaches,
        exposure(density, leads, horizon, drift),
        exposure(even, begun, horizon, drift),
        np.sort(leads.win_days - leads.open_days),
        1 - float(np.exp(-world.people.contacts_mean)),
    )


def account_chances(company: Company, overlay: Fetched, rows: AccountRows, horizon: float) -> tuple[Floats, Floats]:
    """p_true and p_visible of each row; the rows must be accounts that were not won yet, and no person accounts."""
    world, firms, firm = company.world, company.firms, rows.firm
    shared = market(company, horizon)
    never = np.zeros(len(firm), dtype=np.bool_)
    shown = fit_shown(
        company,
        overlay,
        firm,
        np.full(len(firm), company.span.start),  # the drift is added where it belongs in time
        seen_at=rows.at,
        industry_known=~firms.hidden_industry[firm],
        size_known=~firms.hidden_employees[firm],
        overlay_known=~never,
    )
    need = world.firms.hidden_sd**2
    variance = shown.variance + need
    true = chance(
        company,
        shared,
        rows,
        firms.fit[firm],
        firms.shown_fit[firm],
        horizon=horizon,
        news=stirred_by_news(company, rows),
    )
    converted = made_by_conversion(company, firm)
    # Who converted is more fitting than the columns say; for a firm that was listed before, it wrote in as well.
    tilt = converted * variance * (world.leads.fit_effect + world.leads.inbound_fit * ~firms.outsider[firm])
    visible = np.zeros(len(firm))
    usual = np.full(len(firm), usual_news(world))
    for node, weight in zip(HIDDEN, HIDDEN_WEIGHTS / HIDDEN_WEIGHTS.sum(), strict=True):
        extra = tilt + node * np.sqrt(variance)
        looks = shown.mean + extra * shown.variance / np.maximum(variance, 1e-12)
        visible += weight * chance(company, shared, rows, shown.mean + extra, looks, horizon=horizon, news=usual)
    return true, visible


def usual_news(world: World) -> float:
    """The mean factor that news puts on the rate of leads of a firm of middle size."""
    kinds = world.news.kinds.values()
    return 1 + sum(kind.per_year * kind.days / DAYS_A_YEAR * float(np.expm1(kind.demand)) for kind in kinds)


def stirred_by_news(company: Company, rows: AccountRows) -> Floats:
    """The factor that the news of each firm puts on its rate of leads, at the moment that is asked about."""
    return np.asarray(np.exp(news_boost(company.world, company.news, rows.firm, rows.at)), dtype=np.float64)


def made_by_conversion(company: Company, firm: Ints) -> Bools:
    return company.records.account_at[firm] < company.firms.listed_at[firm]


def chance(
    company: Company,
    shared: Market,
    rows: AccountRows,
    fit: Floats,
    looks: Floats,
    *,
    horizon: float,
    news: Floats,
) -> Floats:
    """1 - exp(-expected wins), and for a record made by a conversion the chance of that lead's own deal besides.

    `looks` is the fit that sales sees when it chooses whom to approach, `news` the factor on the rate of leads.
    """
    world, firms, firm = company.world, company.firms, rows.firm
    day = (rows.at - company.span.start) / DAY
    age = (rows.at - company.records.account_at[firm]) / DAY
    expected = np.zeros(len(firm))
    drifted = fit + firms.drift[firm]
    for here, worth, tables in ((fit, shared.leads[0], "before"), (drifted, shared.leads[1], "after")):
        lead = np.interp(here, FITS, worth.wins)
        won = 1 - (1 - lead) * np.exp(-world.leads.colleagues * lead)
        inbound = at_day_and_age(getattr(shared.inbound, tables), day, age)
        outbound = at_day_and_age(getattr(shared.outbound, tables), day, age)
        expected += episode_rate(world, here) * won * inbound * news
        approach = np.interp(here, FITS, shared.approaches.wins) * shared.reachable
        expected += outreach_rate(world, looks) * approach * outbound
    expected = np.where(firms.outsider[firm] | firms.is_competitor[firm], 0.0, expected)
    now = np.where(company.records.account_at[firm] >= company.span.drift, drifted, fit)
    deal = np.interp(now, FITS, shared.leads[0].wins / np.maximum(shared.leads[0].opens, 1e-12))
    deal = np.where(made_by_conversion(company, firm) & ~firms.is_competitor[firm], deal, 0.0)
    by_now = np.searchsorted(shared.deal_days, age, side="right") / max(len(shared.deal_days), 1)
    by_then = np.searchsorted(shared.deal_days, age + horizon, side="right") / max(len(shared.deal_days), 1)
    own = deal * (by_then - by_now) / np.maximum(1 - deal * by_now, 1e-12)
    return np.asarray(1 - (1 - own) * np.exp(-expected), dtype=np.float64)
