"""What the playbook may say about judging models: bars, costs, segments, drift (`judgement.yaml`)."""

from typing import Annotated, Literal

from pydantic import Field

from pipelines.playbook_values import Count, Row, Share, Text

Above = Annotated[float, Field(gt=0)]


class Judgement(Row):
    flagged_to_tier: Text
    least_caught: Share
    least_top_over_bottom: Above
    gap_hours: Count
    effort_cost: Above | None
    conversion_value: Above | None
    input_drift: Above
    score_drift: Above
    outcome_drift: Above


class SegmentFeature(Row):
    model: Text
    segment: Text
    feature: Text
    cut_by: Literal["value", "size_segments"]
