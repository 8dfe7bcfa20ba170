"""What the parts of a world file are made of: shares, effects, times, levels; an unknown key is an error.

Bounds are wide: they keep out what no company can mean (a share of 3, an effect of 200 in log-odds), so that every
number that passes can be computed with.
"""

from collections.abc import Hashable
from typing import Annotated, Literal, Protocol, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0, le=1e9)]
Least = Annotated[float, Field(ge=0, le=1e9)]
Effect = Annotated[float, Field(ge=-20, le=20)]
"""Log-odds, or the logarithm of a rate or of a size."""
Spread = Annotated[float, Field(ge=0, le=5)]
"""A standard deviation of log-odds or of a logarithm."""
Days = Annotated[float, Field(gt=0, le=36_525)]
Hours = Annotated[float, Field(gt=0, le=36_525 * 24)]
Mean = Annotated[float, Field(ge=0, le=1000)]
"""How many of something there are on average, for each of something else."""
Name = Annotated[str, Field(pattern=r"^\S(.*\S)?$", max_length=80)]
"""One line, not blank, without blanks around it."""
FormType = Literal["demo_request", "pricing_request", "content_download", "webinar_registration", ""]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Level(Part):
    """A category: how common it is, and its effect in log-odds."""

    share: Share
    effect: Effect


class Shared(Protocol):
    @property
    def share(self) -> float: ...


Kind = TypeVar("Kind", bound=Shared)
Key = TypeVar("Key", bound=Hashable)


def some_share(kinds: dict[Key, Kind]) -> dict[Key, Kind]:
    """For AfterValidator: one of the categories at least must be there to be drawn."""
    if not any(kind.share > 0 for kind in kinds.values()):
        raise ValueError("every share is 0: give at least one category with a share above 0")
    return kinds


def some_weight(weights: dict[Key, float]) -> dict[Key, float]:
    """The same of plain numbers."""
    if not any(weight > 0 for weight in weights.values()):
        raise ValueError("every share is 0: give at least one of them a share above 0")
    return weights


Levels = Annotated[dict[Name, Level], AfterValidator(some_share)]
