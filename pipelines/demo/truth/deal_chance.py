"""The chance of an open new-business deal to be won within a horizon: given everything, and given what is exported.

How hidden terms are integrated out: need, intent, the representative's skill and what the export hides of the fit are
one normal term (each enters every stage with the same weight), on Gauss-Hermite nodes, weighted by the likelihood of
the deal having come about at all, of the stages passed so far, of the close dates pushed or not, and of being still
open.
"""

from dataclasses import dataclass

import numpy as np

from pipelines.demo.arrays import at_place
from pipelines.demo.company import Company
from pipelines.demo.deals import open_stages
from pipelines.demo.draw import DAY, Bools, Floats, Ints, generator, log_odds, logistic
from pipelines.demo.truth.clocks import StageClocks, stage_clocks
from pipelines.demo.truth.shown import Belief, Fetched, fit_shown

HIDDEN, HIDDEN_WEIGHTS = np.polynomial.hermite_e.hermegauss(15)


@dataclass(frozen=True)
class DealRows:
    """Open new-business deals (places) and the moments at which their chance is asked for."""

    deal: Ints
    at: Ints


@dataclass(frozen=True)
class Standing:
    """Where each row's deal stands: the place of its open stage, and the days since it entered that stage."""

    stage: Ints
    days: Floats


def deal_chances(company: Company, overlay: Fetched, rows: DealRows, horizon: float) -> tuple[Floats, Floats]:
    """p_true and p_visible of each row."""
    deals, clocks = company.deals, stage_clocks(company.world, horizon, generator(0, "stage clocks"))
    entered = deals.stage_at[rows.deal]
    stage = (entered < rows.at[:, None]).sum(axis=1) - 1
    since = rows.at - np.take_along_axis(entered, stage[:, None], axis=1)[:, 0]
    standing = Standing(stage, since / DAY)
    hopeless = company.firms.is_competitor[deals.firm[rows.deal]]
    open_, win = window(company, clocks, standing, deals.willing[rows.deal][:, None], hopeless=hopeless)
    true = (win / np.maximum(open_, 1e-12))[:, 0]
    return true, visible(company, overlay, clocks, standing, rows, hopeless=hopeless)


def visible(
    company: Company,
    overlay: Fetched,
    clocks: list[StageClocks],
    standing: Standing,
    rows: DealRows,
    *,
    hopeless: Bools,
) -> Floats:
    world, rates, deals, firms = company.world, company.world.deals, company.deals, company.firms
    firm = deals.firm[rows.deal]
    shown = fit_shown(
        company,
        overlay,
        firm,
        deals.created_at[rows.deal],
        seen_at=rows.at,
        industry_known=~firms.hidden_industry[firm],
        size_known=~firms.hidden_employees[firm],
        overlay_known=np.ones(len(firm), dtype=np.bool_),
    )
    hidden_fit = shown.variance + world.firms.hidden_sd**2
    hidden_intent = world.people.intent_sd**2
    spread = np.sqrt(rates.fit_effect**2 * hidden_fit + rates.intent_effect**2 * hidden_intent + rates.skill_sd**2)
    away = spread[:, None] * HIDDEN
    willing = (rates.fit_effect * shown.mean)[:, None] + away
    weight = np.log(HIDDEN_WEIGHTS) + came_about(company, rows, shown, away) + passed(company, standing, rows, willing)
    weight = np.exp(weight - weight.max(axis=1, keepdims=True))
    open_, win = window(company, clocks, standing, willing, hopeless=hopeless)
    return np.asarray((weight * win).sum(axis=1) / np.maximum((weight * open_).sum(axis=1), 1e-12), dtype=np.float64)


def came_about(company: Company, rows: DealRows, shown: Belief, away: Floats) -> Floats:
    """Log-likelihood, up to a constant per row, that there is the deal at all when its willingness lies so far away
    from what is shown; rows x nodes. More fitting firms write in more often, their leads and those of more willing
    people are worked and converted more often, and approaches of more fitting firms open a deal more often.

    Fit and intent are normal given their weighted sum; the mean of a logistic function of a normal value is taken as
    that of MacKay (1992, "The Evidence Framework Applied to Classification Networks").
    """
    world, deals, leads = company.world, company.deals, company.leads
    lead, listed = deals.lead[rows.deal], ~company.firms.outsider[deals.firm[rows.deal]]
    fit = shown.variance + world.firms.hidden_sd**2
    intent = np.full(len(fit), world.people.intent_sd**2)
    part_fit, part_intent = world.deals.fit_effect * fit, world.deals.intent_effect * intent
    whole = np.maximum(
        world.deals.fit_effect * part_fit + world.deals.intent_effect * part_intent + world.deals.skill_sd**2, 1e-12
    )

    def logistic_mean(base: Floats, of_fit: float, of_intent: float) -> Floats:
        """The log of the mean of logistic(base + of_fit * fit + of_intent * intent) given the sum."""
        common = of_fit * part_fit + of_intent * part_intent
        left = np.maximum(of_fit**2 * fit + of_intent**2 * intent - common**2 / whole, 0.0)
        middle = base[:, None] + (common / whole)[:, None] * away
        return np.log(logistic(middle / np.sqrt(1 + np.pi / 8 * left)[:, None]))

    rates = world.leads
    standing = at_place(leads.shown, lead, 0.0) + company.people.standing[deals.person[rows.deal]]
    from_lead = logistic_mean(standing + rates.fit_effect * shown.mean, rates.fit_effect, rates.intent_effect)
    from_lead = from_lead + logistic_mean(at_place(leads.work, lead, 0.0), 0.0, rates.select_intent)
    from_lead = from_lead + rates.inbound_fit * (listed * part_fit / whole)[:, None] * away
    opens = log_odds(np.array([world.deals.outbound_opens])) + world.deals.outbound_opens_fit * shown.mean
    return np.where((lead >= 0)[:, None], from_lead, logistic_mean(opens, world.deals.outbound_opens_fit, 0.0))


def passed(company: Company, standing: Standing, rows: DealRows, willing: Floats) -> Floats:
    """Log-likelihood of the stages gone through and of the pushes in them; rows x nodes. A push of the present stage
    may still come: that stage says nothing yet."""
    rates, deals = company.world.deals, company.deals
    push = log_odds(np.array([rates.pushed])) - rates.push_effect * willing
    total = np.zeros(willing.shape)
    for number, stage in enumerate(open_stages(rates)):
        through = (standing.stage > number)[:, None]
        pushed = deals.pushes[rows.deal, number][:, None] > 0
        told = np.where(pushed, np.log(logistic(push)), np.log(logistic(-push)))
        went = np.log(logistic(stage.advance + stage.weight * willing))
        total += np.where(through, went + told, 0.0)
    return total


def window(
    company: Company, clocks: list[StageClocks], standing: Standing, willing: Floats, *, hopeless: Bools
) -> tuple[Floats, Floats]:
    """For each row and value of willingness: the chance that the deal is still open in its stage after so many days,
    and that it is and will be won within the horizon (rows x values)."""
    rates = company.world.deals
    stages = open_stages(rates)
    goes = [logistic(stage.advance + stage.weight * willing) for stage in stages]
    goes[-1] = np.where(hopeless[:, None], 0.0, goes[-1])
    open_, win = np.zeros(willing.shape), np.zeros(willing.shape)
    for number in range(len(stages)):
        here = standing.stage == number
        days = standing.days[here]
        go = goes[number][here]
        rest = np.prod([goes[later][here] for later in range(number + 1, len(stages))], axis=0)
        moves, steps = 1 - rates.stalled, len(stages) - number
        clock = clocks[number]
        left = go * (1 - clock.goes.at(days))[:, None] + (1 - go) * (1 - clock.lost.at(days))[:, None]
        open_[here] = rates.stalled + moves * left
        win[here] = moves**steps * go * rest * clock.win_window.at(days)[:, None]
    return open_, win
