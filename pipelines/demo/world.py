"""The schema of a world file and its reading.

What belongs here: the names and types of all rates and effects, and the sentence that says where a world file is wrong.
What does not: any number of a world itself.
"""

from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipelines.errors import GrowthError

Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]
FormType = Literal["demo_request", "pricing_request", "content_download", "webinar_registration", ""]
SHIPPED = Path(__file__).parent / "worlds"


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Level(Part):
    """A category: how common it is, and its effect in log-odds."""

    share: Share
    effect: float


class Industry(Level):
    size: float


class Source(Level):
    worked: Share
    delay_hours: Positive
    form: FormType


class Stage(Part):
    probability: int
    forecast: Literal["Pipeline", "BestCase", "Forecast", "Closed", "Omitted"]


class Product(Part):
    price: Positive
    family: str


class History(Part):
    days: Annotated[int, Field(ge=365)]
    migration_day: Annotated[int, Field(ge=0)]
    growth: float
    season: Annotated[list[Positive], Field(min_length=12, max_length=12)]


class Firms(Part):
    listed_share: Share
    outsider_share: Positive
    listing_front_load: Positive
    person_account_share: Share
    competitor_share: Share
    partner_share: Share
    parent_share: Share
    hidden_sd: float
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


class People(Part):
    contacts_mean: Positive
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
    deleted_share: Share
    merged_share: Share


class Leads(Part):
    inbound_share: Share
    inbound_fit: float
    more_listed: float
    more_outsider: float
    existing_contact: Share
    repeat_person: Share
    firmographics_filled: Share
    sources: dict[str, Source]
    delay_log_sd: float
    queue_share: Share
    handed_over: Share
    rate: float
    fit_effect: float
    intent_effect: float
    delay_effect: float
    days_to_convert: Positive
    days_log_sd: float
    disqualified: Share
    recycled: Share
    days_to_disqualify: Positive
    days_to_recycle: Positive
    returns: Share
    days_to_return: Positive
    second_pass_effect: float
    qualified_unworked: Share
    opportunity_share: Share


class Deals(Part):
    outbound_share: Share
    outbound_fit: float
    outbound_opens: Share
    outbound_more: float
    outbound_delay_days: Positive
    expansion_mean: float
    expansion_days: Positive
    rate: float
    fit_effect: float
    intent_effect: float
    expansion_effect: float
    skill_sd: float
    days_won: Positive
    days_lost: Positive
    days_log_sd: float
    stalled: Share
    lost_depth: Annotated[list[Share], Field(min_length=4, max_length=4)]
    amount_log: float
    amount_per_log_employee: float
    amount_log_sd: float
    missing_amount: Share
    push_days: Positive
    churn: Share
    stages: Annotated[dict[str, Stage], Field(min_length=6, max_length=6)]
    products: dict[str, Product]


class Sales(Part):
    representatives: Annotated[int, Field(ge=2)]
    inactive: int
    attempts: float
    attempt_gap_days: Positive
    deal_tasks: float
    outbound_tasks: float
    planned_tasks: Share
    meeting_before_conversion: Share
    meeting_without: Share
    deal_meetings: float
    planned_meetings: Share


class Marketing(Part):
    email_every_days: int
    newsletter_every_days: int
    webinar_every_days: int
    trade_show_every_days: int
    list_every_days: int
    audience: Share
    list_audience: Share
    follow_up_days: list[int]
    open_rate: float
    open_intent: float
    click_rate: float
    click_intent: float
    prefetch: Share
    machine_click_firms: Share
    unsubscribe: Share
    spam_report: Share
    webinar_attended: Share


class Web(Part):
    lead_before: float
    lead_after: float
    intent_effect: float
    after_days: Positive
    before_days: Positive
    customer_views: float
    pricing_intent: float
    pricing_rate: float
    extra_form: float
    form_mix: Annotated[list[Share], Field(min_length=6, max_length=6)]
    stranger_pricing: Share
    deal_views: float
    second_cookie: Share
    anonymous_cookies: float
    anonymous_views: float
    robots: float
    robot_views: float


class World(Part):
    """All rates and effects of one simulated company."""

    name: str
    history: History
    firms: Firms
    overlay: Overlay
    people: People
    leads: Leads
    deals: Deals
    sales: Sales
    marketing: Marketing
    web: Web


def read_world(file: Path) -> World:
    """The world in a YAML file; GrowthError names the file and the first key that is wrong."""
    try:
        content = yaml.load(file.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
        return World.model_validate(content)
    except OSError as error:
        raise GrowthError(f"The world file {file} cannot be read ({error.strerror}).") from error
    except yaml.YAMLError as error:
        raise GrowthError(f"The world file {file} is not YAML: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise GrowthError(f"The world file {file} is wrong at '{key}': {first['msg']}.") from error
