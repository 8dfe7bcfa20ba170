"""What each playbook file may say: one class per table, one attribute per column, its type the column's type.

A new list in a file is a class here and a line in `FILES`; a new column is an attribute. Reading the files and writing
the `config.*` tables is `playbook_tables.py`; what a value means is a comment in the file itself, where people see it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from pipelines.playbook_judgement import Judgement, SegmentFeature
from pipelines.playbook_stages import Milestone, StagePercent, StageRequirement
from pipelines.playbook_values import (
    Channel,
    Count,
    Days,
    Relationship,
    Row,
    Share,
    Step,
    Text,
    YesNoAny,
    known_zone,
)


class Calendar(Row):
    zone: Annotated[str, AfterValidator(known_zone)]
    fiscal_year_starts: Annotated[int, Field(ge=1, le=12)]
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] | None


class Process(Row):
    went_dark_days: Days
    customer_days: Days
    relationship_without_type: Relationship
    backfill_rows_a_minute: Days
    backfill_minute_share: Share
    backfill_day_rows: Days
    backfill_day_share: Share
    backfill_large_day_rows: Days
    backfill_times_usual_day: Days


class ProcessStep(Row):
    step: Step
    step_order: Days
    title: Text


class StepTransition(Row):
    from_step: Step
    to_step: Literal["lead", "qualified_lead", "accepted_lead", "opportunity", "disqualified", "won", "lost"]


class LeadStatusStep(Row):
    status: Text
    step: Literal["lead", "qualified_lead", "accepted_lead", "opportunity", "recycled", "disqualified"]


class AccountType(Row):
    account_type: Text
    relationship: Relationship


class OpportunityType(Row):
    opportunity_type: Text
    business: Literal["new", "existing"]


class MemberStatus(Row):
    status: Text
    is_response: bool


class Channels(Row):
    upload_members: Days
    burst_links: Days
    burst_seconds: Days


class CampaignType(Row):
    campaign_type: Text
    channel: Channel


class TaskType(Row):
    task_type: Text
    kind: Text
    channel: Channel


class FormType(Row):
    form_type: Text
    kind: Text
    is_hand_raise: bool


class PageWord(Row):
    word: Text
    kind: Text


class RobotWord(Row):
    word: Text


class FreeMailDomain(Row):
    domain: Annotated[str, Field(pattern=r"^[a-z0-9.-]+\.[a-z]{2,}$")]


class SuppressionReason(Row):
    reason: Literal["opted_out", "do_not_call", "bounced", "deleted", "converted"]
    keeps_off: Literal["person", "record"]
    words: Text


class Crm(Row):
    record_base_url: Annotated[str, Field(pattern="^https?://")] | None


class EngagementPoint(Row):
    kind: Text
    points: float
    half_life_days: Annotated[float, Field(gt=0)]
    cap: float


class FeatureWord(Row):
    model: Text
    feature: Text
    idea: Text
    rises: Literal["yes", "no"]
    template: Text
    one: str | None
    zero: str | None
    counts: Literal["yes", "no"] = "no"


class FitPoint(Row):
    unit: Literal["account", "lead"]
    field: Text
    operator: Literal["equals", "at_least", "at_most", "contains", "is_filled"]
    value: str
    points: float
    words: Text


class Funnel(Row):
    metric_version: Text


class FunnelUnit(Row):
    unit: Literal["lead", "account", "opportunity"]
    horizon_days: Days
    reporting_lag_days: Count


class Label(Row):
    model: Text
    title: Text
    unit: Literal["account", "lead", "opportunity"]
    positive: Text
    horizon_days: Days
    reporting_lag_days: Count
    landmark_every_days: Days
    min_history_days: Count
    max_age_days: Days | None
    learn_from: Literal["all", "worked", "weighted"] = "all"
    unworked_factor: Annotated[float, Field(ge=0, le=10)] = 0.5
    retrain_after_days: Days


class AllowedColumn(Row):
    column_name: Text
    allowed_by: Text
    why: Text


class Targets(Row):
    level: Literal["account", "ultimate_parent"]
    engaged_within_days: Days
    hand_raise_within_days: Days
    attempts_within_days: Days
    tier_margin: Share
    history_days: Days
    history_values_of_first: Count


class Tier(Row):
    tier: Text
    up_to_share: Share


class SizeSegment(Row):
    min_employees: Count
    segment: Text


class RelationshipOrder(Row):
    relationship: Relationship
    list_order: int


class NextAction(Row):
    priority: int
    relationship: Relationship | Literal["any"]
    has_open_opportunity: YesNoAny
    is_engaged: YesNoAny
    is_reachable: YesNoAny
    action: Text


class TitleSeniority(Row):
    priority: int
    word: Text
    seniority: Text


class TitleFunction(Row):
    priority: int
    word: Text
    job_function: Text


@dataclass(frozen=True)
class FileSchema:
    """The tables of one file: `settings` becomes the one-row table named after the file, each list a table, an empty
    one where the file may lack it."""

    lists: Mapping[str, type[Row]] = field(default_factory=dict)
    settings: type[Row] | None = None
    may_lack: frozenset[str] = frozenset()


FILES: Mapping[str, FileSchema] = {
    "calendar": FileSchema(settings=Calendar),
    "channels": FileSchema(
        settings=Channels,
        lists={
            "campaign_types": CampaignType,
            "task_types": TaskType,
            "form_types": FormType,
            "page_words": PageWord,
            "robot_words": RobotWord,
        },
    ),
    "crm": FileSchema(settings=Crm),
    "engagement_points": FileSchema(lists={"engagement_points": EngagementPoint}),
    "feature_words": FileSchema(lists={"feature_words": FeatureWord}),
    "fit_points": FileSchema(lists={"fit_points": FitPoint}),
    "free_mail": FileSchema(lists={"free_mail_domains": FreeMailDomain}),
    "funnel": FileSchema(settings=Funnel, lists={"funnel_units": FunnelUnit}),
    "judgement": FileSchema(settings=Judgement, lists={"segment_features": SegmentFeature}),
    "labels": FileSchema(
        lists={"labels": Label, "allow_protected": AllowedColumn}, may_lack=frozenset({"allow_protected"})
    ),
    "process": FileSchema(
        settings=Process,
        lists={
            "process_steps": ProcessStep,
            "step_transitions": StepTransition,
            "lead_status_steps": LeadStatusStep,
            "account_types": AccountType,
            "opportunity_types": OpportunityType,
            "member_statuses": MemberStatus,
        },
    ),
    "stages": FileSchema(
        lists={
            "milestones": Milestone,
            "stage_percents": StagePercent,
            "stage_requirements": StageRequirement,
        },
    ),
    "suppression": FileSchema(lists={"suppression_reasons": SuppressionReason}),
    "targets": FileSchema(
        settings=Targets,
        lists={
            "tiers": Tier,
            "size_segments": SizeSegment,
            "relationship_order": RelationshipOrder,
            "next_actions": NextAction,
        },
    ),
    "titles": FileSchema(lists={"title_seniority": TitleSeniority, "title_functions": TitleFunction}),
}
