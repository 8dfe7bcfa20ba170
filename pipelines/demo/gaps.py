"""What is not filled in: shares of a column's rows, some of them by what the row is about, as the world file says."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from pipelines.demo.columns import unless
from pipelines.demo.company import Company
from pipelines.demo.draw import Floats, Ints
from pipelines.demo.world.exports import Missing, ObjectName, Trait
from pipelines.errors import GrowthError

NEEDED = ("Id", "Name", "LastName", "Status", "StageName", "CloseDate", "CreatedDate", "SystemModstamp")
SMALL, LARGE = 0, 1


@dataclass(frozen=True)
class Traits:
    """What each row of a frame is about: names and places of the levels, by trait."""

    names: Mapping[Trait, list[str]] = field(default_factory=dict)
    places: Mapping[Trait, Ints] = field(default_factory=dict)


def traits_of(company: Company, firm: Ints, person: Ints | None = None, source: Ints | None = None) -> Traits:
    world, firms = company.world, company.firms
    names: dict[Trait, list[str]] = {
        "industry": list(world.firms.industries),
        "country": list(world.firms.countries),
        "size": ["small", "large"],
        "seniority": list(world.people.seniorities),
        "function": list(world.people.functions),
        "source": list(world.leads.sources),
    }
    large = np.log(np.maximum(firms.employees[firm], 1)) >= world.firms.size_log_median
    places: dict[Trait, Ints] = {
        "industry": firms.industry[firm],
        "country": firms.country[firm],
        "size": np.where(large, LARGE, SMALL),
    }
    if person is not None:
        places |= {"seniority": company.people.seniority[person], "function": company.people.function[person]}
    if source is not None:
        places["source"] = source
    return Traits(names, places)


def with_gaps(company: Company, name: ObjectName, frame: pl.DataFrame, traits: Traits) -> pl.DataFrame:
    """The frame with the gaps of its object. GrowthError names a column that the export lacks or cannot do without."""
    rng = company.generator("gaps of " + name)
    blank: dict[str, pl.Series] = {}
    for gap in company.world.exports.missing:
        if gap.object != name:
            continue
        if gap.column not in frame.columns or gap.column in NEEDED:
            raise GrowthError(
                f"exports.missing of the world names {name}.{gap.column}, which no row can lack or none has; "
                "expected a column of the export that may be empty."
            )
        hidden = rng.random(len(frame)) < shares_of(gap, traits, len(frame))
        blank[gap.column] = unless(hidden, blank.get(gap.column, frame[gap.column]))
    return frame.with_columns(**blank)


def shares_of(gap: Missing, traits: Traits, count: int) -> Floats:
    """The share of each row: that of its level, where the gap names one."""
    if gap.by is None or gap.by not in traits.places:
        return np.full(count, gap.share)
    by_level = np.array([gap.levels.get(name, gap.share) for name in traits.names[gap.by]])
    return np.asarray(by_level[traits.places[gap.by]], dtype=np.float64)
