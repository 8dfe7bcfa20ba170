"""The companies of the world: firmographics, technology, a hidden need, and when each was listed in the CRM.

What does not belong here: anything a company or its people do; that follows from `fit` in the later stages.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.demo import words
from pipelines.demo.draw import DAY, NEVER, Bools, Floats, Ints, Span, choose, effects, office, shares
from pipelines.demo.draw import words as pick
from pipelines.demo.world import World
from pipelines.demo.world.exports import CustomColumn
from pipelines.demo.world.market import Firms as Rates

SMALLEST, LARGEST = 2.0, 200_000.0  # employees
CELL_ACCOUNTS = 10_000  # at most so many accounts are simulated at a time


@dataclass(frozen=True)
class Firms:
    """One place per company; the listed ones come first. `fit` is log-odds, times are seconds since 1970.

    `fit` is what the firm's traits add up to (`shown_fit`, 0 on average over the world) plus a need that no column
    shows; from the world's drift on, `drift` comes on top. `custom` holds the standard-normal values behind the custom
    columns that have an effect.
    """

    listed: int
    name: pl.Series
    domain: pl.Series
    industry: Ints
    country: Ints
    place: Ints
    technologies: Bools
    employees: Ints
    revenue: Ints
    custom: Mapping[str, Floats]
    shown_fit: Floats
    fit: Floats
    drift: Floats
    listed_at: Ints
    parent: Ints
    is_person: Bools
    is_competitor: Bools
    is_partner: Bools
    hidden_industry: Bools
    hidden_employees: Bools
    hidden_revenue: Bools
    hidden_website: Bools

    def __len__(self) -> int:
        return len(self.employees)

    @property
    def outsider(self) -> Bools:
        """Firms that are known by their leads alone until one of these converts."""
        return np.arange(len(self)) >= self.listed

    def fit_at(self, firm: Ints, moment: Ints, span: Span) -> Floats:
        """The fit of each of these firms at a moment of its own."""
        return self.fit[firm] + np.where(moment >= span.drift, self.drift[firm], 0.0)


def firms_per_cell(rates: Rates) -> int:
    """No cell has as many firms; numbers of firms and cells make one number of a company's firm by it."""
    return int(CELL_ACCOUNTS * (rates.listed_share + rates.outsider_share)) + 2


def found_firms(world: World, accounts: int, span: Span, rng: np.random.Generator, *, cell: int = 0) -> Firms:
    """All companies that may ever appear, for an Account object of about `accounts` rows."""
    rates, columns = world.firms, world.custom_columns
    listed = round(accounts * rates.listed_share)
    count = listed + round(accounts * rates.outsider_share)
    industry = choose(rng, rates.industries, count)
    country = choose(rng, rates.countries, count)
    has = np.array([technology.share for technology in rates.technologies.values()])
    technologies = rng.random((count, len(has))) < has
    shift = np.array([level.size for level in rates.industries.values()])
    size_log = rates.size_log_median + shift[industry] + rates.size_log_sd * rng.standard_normal(count)
    size_log = clipped_size(size_log)
    need = rates.hidden_sd * rng.standard_normal(count)
    shown_fit = (
        effects(rates.industries)[industry]
        + effects(rates.countries)[country]
        + technologies @ effects(rates.technologies)
        + size_effect(rates, size_log)
        - average_fit(rates)
    )
    custom = {column.name: rng.standard_normal(count) for column in columns if column.effect}
    for column in columns:
        if column.effect:
            shown_fit = shown_fit + custom_effect(column, custom[column.name])
    is_listed = np.arange(count) < listed
    is_person = is_listed & (rng.random(count) < rates.person_account_share)
    employees = np.where(is_person, 1, np.exp(size_log)).astype(np.int64)
    revenue = employees * rates.revenue_per_head * np.exp(rates.revenue_log_sd * rng.standard_normal(count))
    name, domain = names(industry, country, rates, rng, cell=cell)
    size = np.where(employees < rates.small_firm, rates.missing_small, rates.missing_large)
    kinds = rng.random(count)
    return Firms(
        listed=listed,
        name=name,
        domain=domain,
        industry=industry,
        country=country,
        place=rng.integers(0, 2**31, count),
        technologies=technologies,
        employees=employees,
        revenue=np.round(revenue, -4).astype(np.int64),
        custom=custom,
        shown_fit=shown_fit,
        fit=shown_fit + need,
        drift=np.array([rates.drift.industries.get(name, 0.0) for name in rates.industries])[industry],
        listed_at=listing(rates, span, is_listed, rng),
        parent=parents(rates, employees, is_listed & ~is_person, rng),
        is_person=is_person,
        is_competitor=is_listed & ~is_person & (kinds < rates.competitor_share),
        is_partner=is_listed & ~is_person & (kinds > 1 - rates.partner_share),
        hidden_industry=is_person | (rng.random(count) < rates.missing_industry),
        hidden_employees=is_person | (rng.random(count) < rates.missing_employees * size),
        hidden_revenue=is_person | (rng.random(count) < rates.missing_revenue),
        hidden_website=is_person | (rng.random(count) < rates.missing_website),
    )


def size_effect(rates: Rates, size_log: Floats) -> Floats:
    """What a firm's size (log of employees) does to its fit: a bump around the best size."""
    distance = (size_log - rates.size_best_log) / rates.size_width_log
    return np.asarray(rates.size_effect * np.exp(-0.5 * distance**2), dtype=np.float64)


def average_fit(rates: Rates) -> float:
    """The mean effect of industry, country, technologies and size over the world's firms, so that fit is 0 on average.

    Sizes are integrated by Gauss-Hermite quadrature with 41 nodes per industry.
    """
    node, weight = np.polynomial.hermite_e.hermegauss(41)
    weight = weight / weight.sum()
    share = shares(rates.industries)
    medians = [rates.size_log_median + level.size for level in rates.industries.values()]
    sizes = [size_effect(rates, clipped_size(median + rates.size_log_sd * node)) @ weight for median in medians]
    return float(
        share @ (effects(rates.industries) + np.array(sizes))
        + shares(rates.countries) @ effects(rates.countries)
        + sum(level.share * level.effect for level in rates.technologies.values())
    )


def custom_effect(column: CustomColumn, value: Floats) -> Floats:
    """What a custom column does to the fit: `effect` per standard deviation of what it shows, 0 on average."""
    if column.kind == "number":
        shown = value
    elif column.kind == "flag":
        shown = np.sign(value)
    else:
        # One level tells nothing apart and has no spread.
        middle, spread = (column.levels - 1) / 2, float(np.sqrt((column.levels**2 - 1) / 12)) or 1.0
        shown = np.asarray((level_of(value, column.levels) - middle) / spread, dtype=np.float64)
    return np.asarray(column.effect * shown, dtype=np.float64)


def level_of(value: Floats, levels: int) -> Ints:
    """Equally likely levels of a standard-normal value."""
    from scipy.special import ndtr

    return np.asarray(np.minimum(ndtr(value) * levels, levels - 1), dtype=np.int64)


def clipped_size(size_log: Floats) -> Floats:
    return np.clip(size_log, np.log(SMALLEST), np.log(LARGEST))


def stems(count: int, rates: Rates, rng: np.random.Generator, cell: int) -> pl.Series:
    """The first word of each name: from the lists of starts and ends in the first cell, four syllables in the others,
    where no two firms share one.
    """
    order = rng.permutation(count)
    if cell == 0:
        ends = len(words.FIRM_ENDS)
        start, end = np.divmod(order * 7919 % (len(words.FIRM_STARTS) * ends), ends)
        return pick(words.FIRM_STARTS, start) + pick(words.FIRM_ENDS, end)
    size = len(words.SYLLABLES)
    code = ((cell - 1) * firms_per_cell(rates) + order) * 7919 % size**4
    parts = [pick(words.SYLLABLES, code // size**place % size) for place in range(4)]
    return (parts[0] + parts[1] + parts[2] + parts[3]).str.to_titlecase()


def names(
    industry: Ints, country: Ints, rates: Rates, rng: np.random.Generator, *, cell: int
) -> tuple[pl.Series, pl.Series]:
    """A name with its legal form and a domain, both unlike any other firm's in any cell."""
    frame = pl.DataFrame(
        {
            "stem": stems(len(industry), rates, rng, cell),
            "word": choice_of([words.firm_words(name) for name in rates.industries], industry, rng),
            "form": choice_of([words.legal_forms(name) for name in rates.countries], country, rng),
            "ending": pick([words.domain_ending(name) for name in rates.countries], country),
        }
    ).with_columns(number=pl.int_range(pl.len()).over("stem", "word"))
    number = pl.when(pl.col("number") > 0).then(pl.format(" {}", pl.col("number") + 1)).otherwise(pl.lit(""))
    made = frame.select(
        name=(pl.format("{} {}", "stem", "word") + number + pl.lit(" ") + pl.col("form")).str.strip_chars(),
        domain=pl.format("{}-{}", "stem", "word")
        .str.to_lowercase()
        .str.replace_all(r"[^a-z0-9]+", "-")
        .str.strip_chars("-")
        + number.str.strip_chars()
        + pl.lit(".")
        + pl.col("ending"),
    )
    return made["name"], made["domain"]


def choice_of(choices: Sequence[Sequence[str]], level: Ints, rng: np.random.Generator) -> pl.Series:
    """One word at random from the words of each item's level."""
    sizes = np.array([len(words) for words in choices])
    starts = np.cumsum(sizes) - sizes
    flat = [word for words in choices for word in words]
    return pick(flat, starts[level] + (rng.random(len(level)) * sizes[level]).astype(np.int64))


def listing(rates: Rates, span: Span, is_listed: Bools, rng: np.random.Generator) -> Ints:
    """When each company was entered as an account: early more than late, in office hours; NEVER for outsiders."""
    share = rng.beta(1.0, rates.listing_front_load, len(is_listed))
    moment = office(rng, span.start + (share * (span.seconds - 4 * DAY)).astype(np.int64))
    return np.where(is_listed, moment, NEVER)


def parents(rates: Rates, employees: Ints, eligible: Bools, rng: np.random.Generator) -> Ints:
    """The parent of some listed companies, always a larger one, so that no circle can arise; -1 for the others."""
    count = len(employees)
    parent = np.full(count, -1, dtype=np.int64)
    pool = np.flatnonzero(eligible)
    pool = pool[np.argsort(-employees[pool], kind="stable")]
    if len(pool) < 10:
        return parent
    heads = max(len(pool) // 20, 1)
    children = pool[heads:][rng.random(len(pool) - heads) < rates.parent_share]
    parent[children] = pool[rng.integers(0, heads, len(children))]
    middle = children[: len(children) // 2]  # a few groups have three floors
    chained = children[len(children) - len(children) // 10 :]
    if len(middle):
        candidate = middle[rng.integers(0, len(middle), len(chained))]
        parent[chained] = np.where(employees[candidate] > employees[chained], candidate, parent[chained])
    return parent
