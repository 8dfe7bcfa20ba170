"""What a value of the playbook may be, whichever file holds it, and what every row has in common.

What belongs here: types that several schema modules share. The rows themselves are `playbook_schema.py` and, for the
gates of the sales process, `playbook_stages.py`.
"""

from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import BaseModel, ConfigDict, Field


def known_zone(name: str) -> str:
    """A time zone by its IANA name."""
    if name not in available_timezones():
        raise ValueError("a time zone name such as Europe/Berlin or UTC")
    return name


Text = Annotated[str, Field(min_length=1)]
Count = Annotated[int, Field(ge=0)]
Days = Annotated[int, Field(gt=0)]
Share = Annotated[float, Field(ge=0, le=1)]
Percent = Annotated[int, Field(ge=0, le=100)]
YesNoAny = Literal["yes", "no", "any"]
Relationship = Literal["prospect", "customer", "former", "competitor", "unknown"]
Step = Literal["lead", "qualified_lead", "accepted_lead", "opportunity"]
Channel = Literal["web", "email", "phone", "meeting", "event", "form", "social", "ads", "mail", "list", "other"]


class Row(BaseModel):
    """A row of a playbook table: no key beyond the columns, no text where a number belongs."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
