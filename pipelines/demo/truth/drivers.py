"""What drives what, as the world file says: effects in log-odds (of a rate: in its logarithm), and where the export
shows the driver, if it does.

What does not belong here: anything estimated from a simulated company.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
import polars as pl

from pipelines.demo.company import Company
from pipelines.demo.deals import open_stages
from pipelines.demo.draw import Weighted
from pipelines.demo.world import World

PER_UNIT = "per unit"
INDUSTRY, COUNTRY, SIZE = "Account.Industry", "Account.BillingCountry", "Account.NumberOfEmployees"
TECHNOLOGY, NEWS, ASSET = "firmographic.technologies", "news.kind", "Asset.Product2Id"


class Driver(NamedTuple):
    """One row; `shown_in` is `object.column`, null where nothing in the export shows the driver."""

    unit: str
    outcome: str
    driver: str
    level: str
    effect: float
    shown_in: str | None


def drivers(company: Company) -> pl.DataFrame:
    """The world's drivers; all cells share them, so that only the first has rows."""
    return drivers_of(company.world).clear() if company.cell else drivers_of(company.world)


def drivers_of(world: World) -> pl.DataFrame:
    """One row per unit, outcome, driver and level: effect, visible, object and column that show it. `level` is a
    category, or 'per unit' of what the driver's name says.
    """
    weight = float(np.mean([stage.weight for stage in open_stages(world.deals)]))
    rows = [
        *fit("account", "arrival", world, world.leads.inbound_fit),
        *arrival(world),
        *fit("lead", "conversion", world, world.leads.fit_effect),
        *conversion(world),
        *fit("opportunity", "win", world, world.deals.fit_effect * weight),
        *win(world, weight),
        *renewal(world),
        *signs(world),
        *baskets(world),
    ]
    frame = pl.DataFrame(rows, schema=list(Driver._fields), orient="row", infer_schema_length=None)
    place = pl.col("shown_in").str.split_exact(".", 1)
    return frame.with_columns(
        visible=pl.col("shown_in").is_not_null(),
        object=place.struct.field("field_0"),
        column=place.struct.field("field_1"),
    ).drop("shown_in")


def levels(
    unit: str, outcome: str, driver: str, given: Mapping[str, Weighted], shown_in: str, *, times: float = 1.0
) -> Iterator[Driver]:
    return (Driver(unit, outcome, driver, name, level.effect * times, shown_in) for name, level in given.items())


def fit(unit: str, outcome: str, world: World, times: float) -> Iterator[Driver]:
    """What a firm's traits do by way of its fit, which enters `times`. Size acts by a bump around the best size: its
    effect is that of the best size against one far away.
    """
    firms = world.firms
    yield from levels(unit, outcome, "industry", firms.industries, INDUSTRY, times=times)
    yield from levels(unit, outcome, "country", firms.countries, COUNTRY, times=times)
    yield from levels(unit, outcome, "technology", firms.technologies, TECHNOLOGY, times=times)
    yield Driver(unit, outcome, "best size", "against far from it", firms.size_effect * times, SIZE)
    yield Driver(unit, outcome, "hidden need", "per standard deviation", firms.hidden_sd * times, None)
    for column in world.custom_columns:
        if column.effect:
            place = f"{column.object}.{column.name}"
            yield Driver(unit, outcome, column.name, "per standard deviation", column.effect * times, place)
    for name, effect in firms.drift.industries.items():
        yield Driver(unit, outcome, "industry from the drift on", name, effect * times, INDUSTRY)


def arrival(world: World) -> Iterator[Driver]:
    for name, kind in world.news.kinds.items():
        yield Driver("account", "arrival", "news", name, kind.demand, NEWS)


def conversion(world: World) -> Iterator[Driver]:
    rates, people = world.leads, world.people
    yield from levels("lead", "conversion", "source", rates.sources, "Lead.LeadSource")
    yield from levels("lead", "conversion", "seniority", people.seniorities, "Lead.Title")
    yield from levels("lead", "conversion", "function", people.functions, "Lead.Title")
    hidden = rates.intent_effect * people.intent_sd
    yield Driver("lead", "conversion", "hidden intent", "per standard deviation", hidden, None)
    yield Driver("lead", "conversion", "log(1 + touches before)", PER_UNIT, rates.touch_effect, "web_visit.visited_at")
    yield Driver(
        "lead", "conversion", "log(1 + hours to first touch)", PER_UNIT, rates.delay_effect, "Task.CompletedDateTime"
    )
    yield Driver("lead", "conversion", "second pass", "yes", rates.second_pass_effect, "LeadHistory.NewValue")
    yield Driver("lead", "conversion", "after the drift", "yes", world.firms.drift.conversion, "Lead.CreatedDate")
    for made in world.experiments:
        yield Driver("lead", "conversion", made.name, "treated", made.effect, "CampaignMember.Status")
        for name, effect in made.effect_by.items():
            yield Driver("lead", "conversion", f"{made.name} by {made.by}", name, effect, "CampaignMember.Status")


def win(world: World, weight: float) -> Iterator[Driver]:
    """Per open stage that is passed; `weight` is the mean over the stages."""
    rates = world.deals
    intent = rates.intent_effect * world.people.intent_sd * weight
    yield Driver("opportunity", "win", "hidden intent", "per standard deviation", intent, None)
    skill = rates.skill_sd * weight
    yield Driver("opportunity", "win", "representative", "per standard deviation", skill, "Opportunity.OwnerId")
    more = world.customers
    yield Driver(
        "opportunity",
        "expansion win",
        "discount",
        PER_UNIT,
        more.expansion_win_discount,
        "OpportunityLineItem.Discount",
    )
    yield Driver("opportunity", "expansion win", "hidden health", PER_UNIT, more.expansion_win_health, None)


def renewal(world: World) -> Iterator[Driver]:
    """Signs are those of staying: what makes customers leave is negative."""
    rates = world.customers
    yield Driver("account", "renewal", "hidden health", PER_UNIT, 0.0 - rates.leave_health, None)
    need = 0.0 - rates.leave_health * rates.need_effect * world.firms.hidden_sd
    yield Driver("account", "renewal", "hidden need", "per standard deviation", need, None)
    yield Driver("account", "renewal", "products beyond the first", PER_UNIT, 0.0 - rates.leave_products, ASSET)
    yield Driver("account", "renewal", "first term", "yes", 0.0 - rates.leave_first_term, "Contract.StartDate")
    for name, kind in world.news.kinds.items():
        yield Driver("account", "renewal", "news", name, 0.0 - kind.leaving, NEWS)
    yield Driver("account", "full renewal", "hidden health", PER_UNIT, 0.0 - rates.shrink_health, None)
    yield Driver("account", "expansion", "hidden health", PER_UNIT, rates.expansion_health, None)


def signs(world: World) -> Iterator[Driver]:
    """What hidden health shows itself in."""
    service, billing = world.service, world.billing
    yield Driver("account", "support cases", "hidden health", PER_UNIT, service.case_health, None)
    yield Driver("account", "support cases", "log of units in use", PER_UNIT, service.case_size, "Asset.Quantity")
    yield Driver("account", "late payment", "hidden health", PER_UNIT, billing.late_health, None)
    yield Driver("account", "active users", "hidden health", PER_UNIT, service.use_health, None)
    yield Driver("account", "sessions per user", "hidden health", PER_UNIT, service.sessions_health, None)


def baskets(world: World) -> Iterator[Driver]:
    """What pulls each product, and which go together; an affinity holds for both of a pair."""
    for name, product in world.customers.products.items():
        yield Driver("account", f"buys {name}", "log of employees", PER_UNIT, product.size, SIZE)
        for industry, effect in product.industries.items():
            if industry in world.firms.industries:
                yield Driver("account", f"buys {name}", "industry", industry, effect, INDUSTRY)
        for other, effect in product.with_products.items():
            yield Driver("account", f"buys {name}", "has product", other, effect, ASSET)
            yield Driver("account", f"buys {other}", "has product", name, effect, ASSET)
