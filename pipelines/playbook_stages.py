"""Rows of `stages.yaml`: milestones of a deal, how far its stages are, what must be filled in from where on."""

from datetime import date
from typing import Literal

from pydantic import model_validator

from pipelines.playbook_values import Percent, Row, Text


class Milestone(Row):
    """One sign of a milestone; several rows of the same name are several signs, any of which will do."""

    milestone: Text
    min_percent: Percent | None = None
    field: Text | None = None
    value: Text | None = None
    outcome: Literal["won", "lost"] | None = None

    @model_validator(mode="after")
    def one_sign(self) -> "Milestone":
        """Exactly one sign a row."""
        signs = (self.min_percent, self.field, self.outcome)
        if sum(sign is not None for sign in signs) != 1 or (self.field is None) != (self.value is None):
            raise ValueError("one of min_percent, outcome, or field together with value")
        return self


class StagePercent(Row):
    process: Text
    stage: Text
    percent: Percent


class StageRequirement(Row):
    """What must be filled in from a stage or a milestone on."""

    requirement: Text
    process: Text
    stage: Text | None = None
    milestone: Text | None = None
    field: Text
    condition: Literal["filled", "positive", "not_past"]
    holds: Literal["while_open", "always"]
    from_on: date | None = None
    why: Text

    @model_validator(mode="after")
    def one_gate(self) -> "StageRequirement":
        """Exactly one gate a row."""
        if (self.stage is None) == (self.milestone is None):
            raise ValueError("either a stage or a milestone")
        return self
