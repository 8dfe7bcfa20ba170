"""What the export shows of a firm's fit and a person's standing at a moment: a mean, and the variance of what it hides.

What belongs here: the fit by its parts (industry, country, technologies, size), each either known, known with a
provider's error, or unknown; unknown parts keep the spread that the world gives them. Parts are independent, so means
and variances add up. What happened to a lead or an account is not looked at.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.demo.arrays import as_of
from pipelines.demo.company import Company, first_known
from pipelines.demo.custom import is_filled
from pipelines.demo.draw import NEVER, Bools, Floats, Ints, effects, shares
from pipelines.demo.firms import average_fit, clipped_size, custom_effect, size_effect
from pipelines.demo.overlay import MAIN_SOURCE, fetched_firmographics
from pipelines.demo.world.exports import CustomColumn

NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(11)
WEIGHTS = WEIGHTS / WEIGHTS.sum()


@dataclass(frozen=True)
class Belief:
    """A mean and a variance per row, in log-odds."""

    mean: Floats
    variance: Floats

    def part(self, rows: slice) -> "Belief":
        return Belief(self.mean[rows], self.variance[rows])

    def __add__(self, other: "Belief") -> "Belief":
        return Belief(self.mean + other.mean, self.variance + other.variance)


@dataclass(frozen=True)
class Fetched:
    """The overlay's main source, sorted by firm and time, as places and numbers; the last row is of no firm, so that
    there is one.
    """

    firm: Ints
    at: Ints
    employees: Floats
    industry: Ints
    technologies: Bools


def fetched(company: Company) -> Fetched:
    world, firms = company.world, company.firms
    frame = fetched_firmographics(world, firms, first_known(company), company.span, company.generator("overlay"))
    place = pl.DataFrame({"domain": firms.domain, "firm": np.arange(len(firms))})
    frame = frame.filter(pl.col("source") == MAIN_SOURCE).join(place, on="domain").sort("firm", "fetched_at")
    number = {name: spot for spot, name in enumerate(world.firms.industries)}
    names = pl.format(";{};", pl.col("technologies"))
    industry = frame["industry"].replace_strict(number, return_dtype=pl.Int64).to_numpy()
    technologies = [
        frame.select(names.str.contains(f";{name};", literal=True)).to_series().to_numpy()
        for name in world.firms.technologies
    ]
    return Fetched(
        np.append(frame["firm"].to_numpy(), len(firms)),
        np.append(frame["fetched_at"].dt.epoch("s").to_numpy(), 0),
        np.append(frame["employees"].to_numpy().astype(np.float64), 1.0),
        np.append(industry, 0),
        np.array([np.append(has, False) for has in technologies], dtype=np.bool_).reshape(-1, len(frame) + 1).T,
    )


def fit_shown(
    company: Company,
    overlay: Fetched,
    firm: Ints,
    acts_at: Ints,
    *,
    seen_at: Ints,
    industry_known: Bools,
    size_known: Bools,
    overlay_known: Bools,
) -> Belief:
    """The fit that each firm has at `acts_at` (without the need, which nobody shows) as the export tells it at
    `seen_at`.

    `industry_known` and `size_known` say where a CRM record states them; else the overlay does, with its errors, where
    it was fetched by then and `overlay_known` allows to look.
    """
    world, firms = company.world.firms, company.firms
    row = np.where(overlay_known, as_of(overlay.firm, overlay.at, firm, seen_at), -1)
    seen = np.maximum(row, 0)
    has = row >= 0
    country = Belief(effects(world.countries)[firms.country[firm]], np.zeros(len(firm)))
    drifted = acts_at >= company.span.drift
    return (
        country
        + industry_shown(
            company, firms.industry[firm], overlay.industry[seen], known=industry_known, has=has, drifted=drifted
        )
        + size_shown(company, firms.employees[firm], overlay.employees[seen], size_known, has)
        + technologies_shown(company, overlay.technologies[seen], has)
        + custom_shown(company, firm, seen_at)
        + Belief(np.full(len(firm), -average_fit(world)), np.zeros(len(firm)))
    )


def industry_shown(company: Company, true: Ints, told: Ints, *, known: Bools, has: Bools, drifted: Bools) -> Belief:
    world = company.world.firms
    drift = np.array([world.drift.industries.get(name, 0.0) for name in world.industries])
    plain, wrong = effects(world.industries), company.world.overlay.wrong_industry
    parts = []
    for effect in (plain, plain + drift):
        share = shares(world.industries)
        prior = spread_of(effect, share)
        # Of firms said to be in an industry some are, and the others are a sample of all, wrongly put there.
        right = (1 - wrong) * share / np.maximum((1 - wrong) * share + wrong / len(share), 1e-12)
        mean = right * effect + (1 - right) * (effect @ share)
        square = right * effect**2 + (1 - right) * (effect**2 @ share)
        parts.append(
            (
                np.select([known, has], [effect[true], mean[told]], prior[0]),
                np.select([known, has], [0.0, (square - mean**2)[told]], prior[1]),
            )
        )
    return Belief(np.where(drifted, parts[1][0], parts[0][0]), np.where(drifted, parts[1][1], parts[0][1]))


def size_shown(company: Company, true: Ints, told: Floats, known: Bools, has: Bools) -> Belief:
    """The overlay's number of employees is the true one times a log-normal error."""
    world = company.world.firms
    exact = size_effect(world, clipped_size(np.log(np.maximum(true, 1))))
    around = np.log(np.maximum(told, 1.0))[:, None] + company.world.overlay.employees_log_sd * NODES
    near = size_effect(world, clipped_size(around))
    mean = near @ WEIGHTS
    medians = np.array([world.size_log_median + level.size for level in world.industries.values()])
    every = size_effect(world, clipped_size(medians[:, None] + world.size_log_sd * NODES))
    weight = shares(world.industries)
    prior = float(weight @ (every @ WEIGHTS))
    spread = float(weight @ (every**2 @ WEIGHTS)) - prior**2
    return Belief(
        np.select([known, has], [exact, mean], prior),
        np.select([known, has], [0.0, near**2 @ WEIGHTS - mean**2], spread),
    )


def technologies_shown(company: Company, told: Bools, has: Bools) -> Belief:
    """A provider sees a technology that is there with the chance `technology_recall`, and none that is not there."""
    recall = company.world.overlay.technology_recall
    mean, variance = np.zeros(len(has)), np.zeros(len(has))
    for place, level in enumerate(company.world.firms.technologies.values()):
        missed = level.share * (1 - recall) / max(1 - level.share * recall, 1e-12)
        chance = np.where(has, np.where(told[:, place], 1.0, missed), level.share)
        mean += level.effect * chance
        variance += level.effect**2 * chance * (1 - chance)
    return Belief(mean, variance)


def custom_shown(company: Company, firm: Ints, seen_at: Ints) -> Belief:
    """The custom columns of the account, where it exists and somebody filled them; those of leads tell of one firm as
    much as those of its account would, and are read off its first lead.
    """
    mean, variance = np.zeros(len(firm)), np.zeros(len(firm))
    for column in company.world.custom_columns:
        if column.effect:
            effect = custom_effect(column, company.firms.custom[column.name])
            known = column_known(company, column)[firm] <= seen_at
            mean += np.where(known, effect[firm], 0.0)
            variance += np.where(known, 0.0, column.effect**2)
    return Belief(mean, variance)


def column_known(company: Company, column: CustomColumn) -> Ints:
    """The moment from which a record of each firm shows the column; NEVER where none does. A column that is filled some
    day (`tracked`) counts as never known.
    """
    firms, known = company.firms, np.full(len(company.firms), NEVER, dtype=np.int64)
    if column.known == "tracked":
        return known
    if column.object == "Account":
        firm, at = company.records.accounts, company.records.account_at[company.records.accounts]
        rows = len(company.kept.accounts)
    else:
        firm, at, rows = company.leads.firm, company.leads.created_at, len(company.kept.leads)
    filled = is_filled(company, column, rows)[: len(firm)]
    np.minimum.at(known, firm[filled], at[filled])
    return np.where(firms.is_person, NEVER, known)


def standing_shown(company: Company, person: Ints) -> Belief:
    """Seniority and function where the title tells them."""
    world, people = company.world.people, company.people
    has = people.title.is_not_null().to_numpy()[person]
    priors = [spread_of(effects(levels), shares(levels)) for levels in (world.seniorities, world.functions)]
    return Belief(
        np.where(has, people.standing[person], priors[0][0] + priors[1][0]),
        np.where(has, 0.0, priors[0][1] + priors[1][1]),
    )


def spread_of(effect: Floats, share: Floats) -> tuple[float, float]:
    """Mean and variance of a category's effect over the world."""
    mean = float(effect @ share)
    return mean, float(effect**2 @ share) - mean**2
