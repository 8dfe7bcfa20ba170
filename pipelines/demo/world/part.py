"""What the parts of a world file are made of: shares, levels, and the rule that an unknown key is an error."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]
FormType = Literal["demo_request", "pricing_request", "content_download", "webinar_registration", ""]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Level(Part):
    """A category: how common it is, and its effect in log-odds."""

    share: Share
    effect: float
