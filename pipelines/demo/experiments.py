"""Treatments of leads: randomised experiments with a known effect, and campaigns whose people were chosen.

What belongs here: who was in which experiment, on which side, and what that did to the log-odds to convert. How
campaigns and their members are exported is crm_campaigns.py's.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from pipelines.demo.draw import DAY, Bools, Floats, Ints, Span, log_odds, logistic
from pipelines.demo.firms import Firms
from pipelines.demo.people import People
from pipelines.demo.world import World
from pipelines.demo.world.selling import Experiment

OUT, CONTROL, TREATED = -1, 0, 1


@dataclass(frozen=True)
class Traits:
    """What an experiment may look at, one value per lead: levels by the name of their column, fit and intent."""

    levels: Mapping[str, Ints]
    fit: Floats
    intent: Floats


def level_names(world: World, by: str) -> list[str]:
    levels: dict[str, Collection[str]] = {
        "seniority": world.people.seniorities,
        "function": world.people.functions,
        "source": world.leads.sources,
        "industry": world.firms.industries,
    }
    return list(levels[by])


def levels_of(firms: Firms, people: People, firm: Ints, person: Ints, source: Ints) -> dict[str, Ints]:
    """The places of each lead in the levels of every column that an experiment may work by."""
    return {
        "seniority": people.seniority[person],
        "function": people.function[person],
        "source": source,
        "industry": firms.industry[firm],
    }


def during(made: Experiment, created: Ints, span: Span) -> Bools:
    """The leads that came while an experiment ran."""
    return (created >= span.start + made.from_day * DAY) & (created < span.start + made.to_day * DAY)


def assign(world: World, created: Ints, traits: Traits, span: Span, rng: np.random.Generator) -> Ints:
    """The side of each lead in each experiment (leads x experiments): OUT, CONTROL or TREATED.

    A randomised experiment tosses a coin; a chosen campaign takes those who look willing, and nobody is its control.
    """
    arm = np.full((len(created), len(world.experiments)), OUT, dtype=np.int64)
    for place, made in enumerate(world.experiments):
        enters = during(made, created, span) & (rng.random(len(created)) < made.share)
        treated = rng.random(len(created)) < chance_of_treatment(made, traits)
        side = np.where(treated, TREATED, CONTROL if made.kind == "randomised" else OUT)
        arm[:, place] = np.where(enters, side, OUT)
    return arm


def chance_of_treatment(made: Experiment, traits: Traits) -> Floats:
    if made.kind == "randomised":
        return np.full(len(traits.fit), made.treated)
    return chance_to_be_chosen(made, traits.fit, traits.intent)


def chance_to_be_chosen(made: Experiment, fit: Floats, intent: Floats) -> Floats:
    """Of a lead that a campaign looks at, by what its people see and feel of it."""
    usual = log_odds(np.array([made.treated]))
    return logistic(usual + made.select_fit * fit + made.select_intent * intent)


def effects_of(world: World, made: Experiment, levels: Mapping[str, Ints], count: int) -> Floats:
    """What the treatment would do to each of `count` leads, in log-odds."""
    if made.by is None:
        return np.full(count, made.effect)
    more = np.array([made.effect_by.get(name, 0.0) for name in level_names(world, made.by)])
    return np.asarray(made.effect + more[levels[made.by]], dtype=np.float64)


def total_effect(world: World, arm: Ints, levels: Mapping[str, Ints]) -> Floats:
    """What all treatments together did to each lead, in log-odds."""
    total = np.zeros(len(arm))
    for place, made in enumerate(world.experiments):
        total += effects_of(world, made, levels, len(arm)) * (arm[:, place] == TREATED)
    return total
