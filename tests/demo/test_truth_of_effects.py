"""What the truth says of treatments: the same leads, drawn again with and without them."""

import numpy as np
import polars as pl
import pytest

from pipelines.demo.company import Company, simulate
from pipelines.demo.draw import DAY, HOUR, Floats, Ints, history_span, later, logistic, office, spread
from pipelines.demo.experiments import TREATED, effects_of
from pipelines.demo.leads import delay_effect, passes
from pipelines.demo.truth.effects import effects
from pipelines.demo.truth.propensity import rules_of
from pipelines.demo.world import read_world
from tests.demo.conftest import UNTIL


def resimulated(company: Company, lead: Ints, more: Floats, rng: np.random.Generator, draws: int) -> float:
    """The share of these leads, drawn again from their creation on, that convert within the horizon with so much more
    log-odds."""

    leads, rates, horizon = company.leads, company.world.leads, rules_of("lead_conversion").horizon_days * DAY
    lead, more = np.repeat(lead, draws), np.repeat(more, draws)
    person = leads.person[lead]
    fit = company.firms.fit_at(leads.firm[lead], leads.created_at[lead], company.span)
    intent = company.people.intent[person]
    willing = leads.shown[lead] + more + company.people.standing[person]
    willing = willing + rates.fit_effect * fit + rates.intent_effect * intent
    worked = rng.random(len(lead)) < logistic(leads.work[lead] + rates.select_intent * intent)
    hours = spread(rng, leads.usual_delay[lead], rates.delay_log_sd, len(lead))
    touched = office(rng, later(leads.created_at[lead], hours * HOUR))
    ends = passes(rates, touched, willing + delay_effect(rates, (touched - leads.created_at[lead]) / HOUR), rng)
    return float((worked & (ends.converted_at <= leads.created_at[lead] + horizon)).mean())


@pytest.mark.capability("C4")
def test_the_effect_of_a_treatment_is_what_the_same_leads_do_with_and_without_it() -> None:
    world, draws = read_world("saas"), 200
    company = simulate(world, 800, 1, history_span(world.history, UNTIL), lambda _: None)
    told = effects(company).filter(pl.col("level") == "all")
    for number, row in enumerate(told.iter_rows(named=True)):
        treated = np.flatnonzero(company.leads.arm[:, number] == TREATED)
        assert row["treated"] == len(treated) > 0
        mean = np.full(len(treated), 0.0)
        if row["effect_log_odds"] == 0:
            assert row["risk_difference"] == 0
            continue
        effect = effect_of(company, number)[treated]
        rng = np.random.default_rng(5)
        gain = resimulated(company, treated, mean, rng, draws) - resimulated(company, treated, -effect, rng, draws)
        assert abs(gain - row["risk_difference"]) < 4 * np.sqrt(0.5 / (draws * len(treated))) + 0.002, row


def effect_of(company: Company, number: int) -> Floats:
    people, leads = company.people, company.leads
    levels = {
        "seniority": people.seniority[leads.person],
        "function": people.function[leads.person],
        "source": leads.source,
        "industry": company.firms.industry[leads.firm],
    }
    return effects_of(company.world, company.world.experiments[number], levels, len(leads))
