"""Selling in a world file: how leads and deals come, are worked and end, and who works them."""

from typing import Annotated, Literal

from pydantic import Field

from pipelines.demo.world.part import FormType, Level, Part, Positive, Share


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
