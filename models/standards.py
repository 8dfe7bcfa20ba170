"""By what a model is judged, as data: parts looked at, what is flagged, what an effort costs. No measuring."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Segment:
    """A part of the market that is judged apart: by the values of a feature, or, with `bands`, by where a number lies.

    `bands`: (least value, name), rising.
    """

    name: str
    feature: str
    bands: tuple[tuple[float, str], ...] = ()


@dataclass(frozen=True)
class Standards:
    """What the playbook asks of a model.

    The list is cut by shares from the top: the first `top_share` is the best segment, `flagged_share` is handed on,
    what lies behind `bottom_from` is the last segment. `effort_cost` and `conversion_value` are in one currency;
    without them costs are told relative to the base rate. `gap_hours`: an outcome that follows a landmark so soon was
    perhaps only announced, not foreseen.
    """

    segments: tuple[Segment, ...] = ()
    top_share: float = 0.1
    flagged_share: float = 0.3
    bottom_from: float = 0.6
    least_caught: float = 0.6
    least_top_over_bottom: float = 10.0
    gap_hours: int = 72
    effort_cost: float | None = None
    conversion_value: float | None = None

    @property
    def cost_ratio(self) -> float | None:
        """Cost of one effort over the value of one success; none when either is not known."""
        if self.effort_cost is None or not self.conversion_value:
            return None
        return self.effort_cost / self.conversion_value

    def as_dict(self) -> Mapping[str, Any]:
        """Plain values."""
        return asdict(self)


DEFAULT = Standards()
