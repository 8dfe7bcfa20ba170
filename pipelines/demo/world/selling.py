"""Selling in a world file: how leads and deals come, are worked and end, and who works them."""

from typing import Annotated, Literal

from pydantic import Field

from pipelines.demo.world.part import FormType, Level, Part, Positive, Share


class Source(Level):
    worked: Share
    delay_hours: Positive
    form: FormType


class Stage(Part):
    """A stage of deals. An open one is left for the next with log-odds `advance` plus `weight` times what the firm, the
    person and the representative bring; the last two stages are won and lost.
    """

    probability: Annotated[int, Field(ge=0, le=100)]
    forecast: Literal["Pipeline", "BestCase", "Forecast", "Closed", "Omitted"]
    advance: float = 0.0
    weight: float = 0.0
    days: Positive = 1.0
    days_log_sd: Annotated[float, Field(ge=0)] = 0.0


class Leads(Part):
    episodes: Annotated[float, Field(ge=0)]
    inbound_fit: float
    colleagues: Annotated[float, Field(ge=0)]
    colleagues_outsider: Annotated[float, Field(ge=0)]
    colleague_days: Positive
    existing_contact: Share
    repeat_person: Share
    firmographics_filled: Share
    sources: dict[str, Source]
    touches: Annotated[float, Field(ge=0)]
    touch_days: Positive
    touch_effect: float
    delay_log_sd: Annotated[float, Field(ge=0)]
    pace_sd: Annotated[float, Field(ge=0)]
    select_fit: float
    select_intent: float
    queue_share: Share
    handed_over: Share
    rate: float
    fit_effect: float
    intent_effect: float
    delay_effect: float
    usual_delay_hours: Positive
    days_to_convert: Positive
    days_log_sd: Annotated[float, Field(ge=0)]
    disqualified: Share
    recycled: Share
    days_to_disqualify: Positive
    days_to_recycle: Positive
    returns: Share
    days_to_return: Positive
    second_delay_hours: Positive
    second_pass_effect: float
    qualified_unworked: Share
    qualified_within: Share
    qualified_days: Positive
    opportunity_share: Share


class Experiment(Part):
    """A treatment of leads that came between two days; `effect_by` adds to `effect` by level of the column `by`."""

    name: str
    kind: Literal["randomised", "chosen"]
    from_day: Annotated[int, Field(ge=0)]
    to_day: Annotated[int, Field(ge=0)]
    share: Share
    treated: Share
    effect: float
    by: Literal["seniority", "function", "source", "industry"] | None = None
    effect_by: dict[str, float] = Field(default_factory=dict)
    select_fit: float = 0.0
    select_intent: float = 0.0


class Deals(Part):
    outbound: Annotated[float, Field(ge=0)]
    outbound_fit: float
    outbound_opens: Share
    outbound_opens_fit: float
    outbound_delay_days: Positive
    fit_effect: float
    intent_effect: float
    skill_sd: Annotated[float, Field(ge=0)]
    lost_slower: Positive
    stalled: Share
    pushed: Share
    push_effect: float
    amount_log: float
    amount_per_log_employee: float
    amount_log_sd: Annotated[float, Field(ge=0)]
    first_amount_log_sd: Annotated[float, Field(ge=0)]
    least_amount: Positive
    missing_amount: Share
    plan_days: Positive
    plan_log_sd: Annotated[float, Field(ge=0)]
    push_days: Positive
    stages: Annotated[dict[str, Stage], Field(min_length=3)]


class Sales(Part):
    representatives: Annotated[int, Field(ge=2)]
    capacity: Positive
    overload_effect: float
    inactive: Annotated[int, Field(ge=0)]
    inactive_days: Annotated[float, Field(ge=0)]
