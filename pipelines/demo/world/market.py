"""The market in a world file: its history, the companies and the people in it, and what data providers say of them."""

from typing import Annotated

from pydantic import Field

from pipelines.demo.world.part import Level, Part, Positive, Share


class History(Part):
    days: Annotated[int, Field(ge=365)]
    migrated_per_minute: Positive
    migration_day: Annotated[int, Field(ge=0)]
    drift_day: Annotated[int, Field(ge=0)]
    growth: float
    season: Annotated[list[Positive], Field(min_length=12, max_length=12)]


class Industry(Level):
    size: float


class Drift(Part):
    """What changes at the drift day: log-odds added to the fit of an industry, and to every lead's conversion."""

    industries: dict[str, float]
    conversion: float


class Firms(Part):
    listed_share: Share
    outsider_share: Positive
    listing_front_load: Positive
    person_account_share: Share
    competitor_share: Share
    partner_share: Share
    parent_share: Share
    hidden_sd: Annotated[float, Field(ge=0)]
    drift: Drift
    size_log_median: float
    size_log_sd: float
    size_best_log: float
    size_width_log: Positive
    size_effect: float
    revenue_per_head: Positive
    revenue_log_sd: float
    industries: dict[str, Industry]
    countries: dict[str, Level]
    technologies: dict[str, Level]
    missing_industry: Share
    missing_employees: Share
    missing_revenue: Share
    missing_website: Share


class Overlay(Part):
    coverage: Share
    small_firm_penalty: Share
    delay_days: Positive
    refresh_days: Positive
    employees_log_sd: float
    wrong_industry: Share
    technology_recall: Share
    second_source_share: Share
    second_source_days: Positive
    small_firm: Positive


class People(Part):
    contacts_mean: Positive
    listed_at_once: Share
    listing_delay_days: Positive
    intent_sd: float
    seniorities: dict[str, Level]
    functions: dict[str, Level]
    free_mail: Share
    missing_email: Share
    missing_title: Share
    missing_phone: Share
    bad_email: Share
    do_not_call: Share
    one_record_only: Share
