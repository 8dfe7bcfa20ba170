"""The firmographic overlay: what data providers say about a domain, with their errors, and when it was fetched."""

import numpy as np
import polars as pl

from pipelines.demo.draw import DAY, NEVER, Bools, Ints, Span
from pipelines.demo.draw import words as pick
from pipelines.demo.firms import Firms
from pipelines.demo.world import World

MAIN_SOURCE, SECOND_SOURCE = "firmbase", "webscan"


def fetched_firmographics(
    world: World, firms: Firms, known_at: Ints, span: Span, rng: np.random.Generator
) -> pl.DataFrame:
    """Rows of (domain, source, fetched_at); a firm is fetched some time after it was known, then again every year."""
    rates = world.overlay
    coverage = np.where(firms.employees < rates.small_firm, rates.coverage - rates.small_firm_penalty, rates.coverage)
    covered = (rng.random(len(firms)) < coverage) & ~firms.is_person & (known_at < span.end)
    first = np.where(covered, known_at, NEVER - 10_000 * DAY) + (
        rng.exponential(rates.delay_days, len(firms)) * DAY
    ).astype(np.int64)
    rounds = np.arange(int(span.seconds / (rates.refresh_days * DAY)) + 1)
    moments = first[:, None] + (rounds * rates.refresh_days * DAY).astype(np.int64)
    firm, _ = np.nonzero(moments < span.end)
    fetched = moments[moments < span.end]
    second = rng.random(len(firm)) < rates.second_source_share
    firm = np.concatenate([firm, firm[second]])
    fetched = np.concatenate([fetched, np.minimum(fetched[second] + int(rates.second_source_days * DAY), span.end - 1)])
    source = np.where(np.arange(len(firm)) < len(second), 0, 1)
    count = len(firm)
    wrong = rng.random(count) < rates.wrong_industry
    industry = np.where(wrong, rng.integers(0, len(world.firms.industries), count), firms.industry[firm])
    noise = np.exp(rates.employees_log_sd * rng.standard_normal(count))
    seen = firms.technologies[firm] & (rng.random((count, firms.technologies.shape[1])) < rates.technology_recall)
    return pl.DataFrame(
        {
            "domain": firms.domain.gather(firm),
            "employees": np.maximum((firms.employees[firm] * noise).astype(np.int64), 1),
            "annual_revenue": (firms.revenue[firm] * noise).astype(np.float64).round(-3),
            "industry": pick(list(world.firms.industries), industry),
            "country": pick(list(world.firms.countries), firms.country[firm]),
            "technologies": joined(list(world.firms.technologies), seen),
            "source": pick((MAIN_SOURCE, SECOND_SOURCE), source),
            "fetched_at": pl.Series(fetched * 1_000_000).cast(pl.Datetime("us")),
        }
    ).sort("fetched_at", "domain", "source")


def joined(names: list[str], has: Bools) -> pl.Series:
    """The names each row has, joined by ';'; each combination is spelled once."""
    code = has @ (1 << np.arange(len(names)))
    spelled = {
        value: ";".join(name for bit, name in enumerate(names) if value >> bit & 1)
        for value in np.unique(code).tolist()
    }
    return pl.Series(code).replace_strict(spelled, return_dtype=pl.String)
