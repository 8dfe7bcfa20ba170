"""Selling in a world file: how leads and deals come, are worked and end, and who works them."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from pipelines.demo.world.part import (
    Days,
    Effect,
    FormType,
    Hours,
    Level,
    Mean,
    Name,
    Part,
    Positive,
    Share,
    Spread,
    some_share,
)


class Source(Level):
    worked: Share
    delay_hours: Hours
    form: FormType


class Stage(Part):
    """A stage of deals. An open one is left for the next with log-odds `advance` plus `weight` times what the firm, the
    person and the representative bring; the last two stages are won and lost.
    """

    probability: Annotated[int, Field(ge=0, le=100)]
    forecast: Literal["Pipeline", "BestCase", "Forecast", "Closed", "Omitted"]
    advance: Effect = 0.0
    weight: Effect = 0.0
    days: Days = 1.0
    days_log_sd: Spread = 0.0


class Leads(Part):
    episodes: Mean
    inbound_fit: Effect
    colleagues: Mean
    colleagues_outsider: Mean
    colleague_days: Days
    existing_contact: Share
    repeat_person: Share
    firmographics_filled: Share
    sources: Annotated[dict[Name, Source], AfterValidator(some_share)]
    touches: Mean
    touch_days: Days
    touch_effect: Effect
    delay_log_sd: Spread
    pace_sd: Spread
    select_fit: Effect
    select_intent: Effect
    queue_share: Share
    handed_over: Share
    rate: Effect
    fit_effect: Effect
    intent_effect: Effect
    delay_effect: Effect
    usual_delay_hours: Hours
    days_to_convert: Days
    days_log_sd: Spread
    disqualified: Share
    recycled: Share
    days_to_disqualify: Days
    days_to_recycle: Days
    returns: Share
    days_to_return: Days
    second_delay_hours: Hours
    second_pass_effect: Effect
    qualified_unworked: Share
    qualified_within: Share
    qualified_days: Days
    opportunity_share: Share


class Experiment(Part):
    """A treatment of leads that came between two days; `effect_by` adds to `effect` by level of the column `by`."""

    name: Name
    kind: Literal["randomised", "chosen"]
    from_day: Annotated[int, Field(ge=0)]
    to_day: Annotated[int, Field(ge=0)]
    share: Share
    treated: Share
    effect: Effect
    by: Literal["seniority", "function", "source", "industry"] | None = None
    effect_by: dict[Name, Effect] = Field(default_factory=dict)
    select_fit: Effect = 0.0
    select_intent: Effect = 0.0

    @model_validator(mode="after")
    def it_lasts_and_works_by_something(self) -> "Experiment":
        if self.from_day >= self.to_day:
            raise ValueError(f"from_day {self.from_day} must lie before to_day {self.to_day}")
        if self.effect_by and self.by is None:
            raise ValueError("effect_by says what levels of a column add: name that column in 'by'")
        if self.kind == "randomised" and (self.select_fit or self.select_intent):
            raise ValueError("who is treated in a randomised experiment depends on nothing: leave out select_*")
        return self


class Deals(Part):
    outbound: Mean
    outbound_fit: Effect
    outbound_opens: Share
    outbound_opens_fit: Effect
    outbound_delay_days: Days
    fit_effect: Effect
    intent_effect: Effect
    skill_sd: Spread
    lost_slower: Annotated[float, Field(gt=0, le=1000)]
    stalled: Share
    pushed: Share
    push_effect: Effect
    amount_log: Effect
    amount_per_log_employee: Annotated[float, Field(ge=-2, le=2)]
    amount_log_sd: Spread
    first_amount_log_sd: Spread
    least_amount: Positive
    missing_amount: Share
    plan_days: Days
    plan_log_sd: Spread
    push_days: Days
    stages: Annotated[dict[Name, Stage], Field(min_length=3, max_length=50)]

    @model_validator(mode="after")
    def the_last_stages_are_won_and_lost(self) -> "Deals":
        won, lost = list(self.stages)[-2:]
        if (self.stages[won].probability, self.stages[lost].probability) != (100, 0):
            raise ValueError(
                f"the last two of the stages are that of won deals (probability 100) and that of lost ones (0), "
                f"and {won!r} and {lost!r} are not"
            )
        return self


class Sales(Part):
    representatives: Annotated[int, Field(ge=2, le=10_000)]
    capacity: Positive
    overload_effect: Effect
    inactive: Annotated[int, Field(ge=0)]
    inactive_days: Annotated[float, Field(ge=0, le=36_525)]

    @model_validator(mode="after")
    def who_left_was_there(self) -> "Sales":
        if self.inactive > self.representatives:
            raise ValueError(f"{self.inactive} of {self.representatives} representatives cannot have left")
        return self
