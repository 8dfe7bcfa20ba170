"""The market in a world file: its history, the companies and the people in it, and what data providers say of them."""

from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from pipelines.demo.world.part import (
    Days,
    Effect,
    Least,
    Level,
    Levels,
    Mean,
    Name,
    Part,
    Positive,
    Share,
    Spread,
    some_share,
)

TechnologyName = Annotated[str, Field(pattern=r"^[^\s;]([^;\n]*[^\s;])?$", max_length=80)]
"""Providers list the technologies of a firm with ';' between them."""
SETTLED_DAYS = 30


class History(Part):
    days: Annotated[int, Field(ge=365, le=7305)]
    migrated_per_minute: Annotated[float, Field(ge=1, le=1e9)]
    migration_day: Annotated[int, Field(ge=0)]
    drift_day: Annotated[int, Field(ge=0)]
    growth: Annotated[float, Field(gt=-1, le=100)]
    weekend: Annotated[float, Field(gt=0, le=100)]
    season: Annotated[list[Positive], Field(min_length=12, max_length=12)]

    @model_validator(mode="after")
    def the_migration_lies_within(self) -> "History":
        if self.migration_day > self.days - SETTLED_DAYS:
            raise ValueError(
                f"the migration on day {self.migration_day} lies too late in a history of {self.days} days: "
                f"give history.migration_day at most {self.days - SETTLED_DAYS}"
            )
        return self


class Industry(Level):
    size: Effect


class Drift(Part):
    """What changes at the drift day: log-odds added to the fit of an industry, and to every lead's conversion."""

    industries: dict[Name, Effect]
    conversion: Effect


class Firms(Part):
    listed_share: Share
    outsider_share: Annotated[float, Field(ge=0, le=10)]
    listing_front_load: Positive
    person_account_share: Share
    competitor_share: Share
    partner_share: Share
    parent_share: Share
    hidden_sd: Spread
    drift: Drift
    size_log_median: Effect
    size_log_sd: Spread
    size_best_log: Effect
    size_width_log: Positive
    size_effect: Effect
    revenue_per_head: Annotated[float, Field(gt=0, le=1e8)]
    revenue_log_sd: Spread
    industries: Annotated[dict[Name, Industry], AfterValidator(some_share)]
    countries: Levels
    technologies: Annotated[dict[TechnologyName, Level], Field(max_length=60)]
    missing_industry: Share
    missing_employees: Share
    small_firm: Positive
    missing_small: Least
    missing_large: Least
    missing_revenue: Share
    missing_website: Share


class Overlay(Part):
    coverage: Share
    small_firm_penalty: Share
    delay_days: Days
    refresh_days: Annotated[float, Field(ge=1, le=36_525)]
    employees_log_sd: Spread
    wrong_industry: Share
    technology_recall: Share
    second_source_share: Share
    second_source_days: Days
    small_firm: Positive


class People(Part):
    contacts_mean: Mean
    listed_at_once: Share
    listing_delay_days: Days
    intent_sd: Spread
    seniorities: Levels
    functions: Levels
    free_mail: Share
    missing_email: Share
    missing_title: Share
    missing_phone: Share
    bad_email: Share
    do_not_call: Share
    one_record_only: Share
