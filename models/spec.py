"""What a model predicts and under which rules, as data. No estimator, no frame."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class ModelSpec:
    """One score: its unit, its label window, and how it may be fitted.

    `horizon_days` is the length of the label window after a landmark, `lag_days` how long the outcome may take to be
    reported. `learns_from_worked` leaves out landmarks of units that nobody worked: they have not failed.
    `weighs_unworked` keeps them under an assumption: worked, they would have succeeded `unworked_factor` times as often
    as the others (`models.unlabelled`). `monotone` maps a numeric feature to +1 (more never lowers the score) or -1.
    `idea_of` maps a feature to the idea under which reasons add it up; a feature without one is an idea of its own.
    More than one thread pays for a million rows only: on a busy machine LightGBM's threads wait for each other at full
    speed (measured: 17 times the processor time on 3,000 rows).
    """

    name: str
    title: str
    unit: str
    unit_column: str
    positive_word: str
    horizon_days: int
    lag_days: int
    min_per_class: int = 40
    learns_from_worked: bool = False
    weighs_unworked: bool = False
    unworked_factor: float = 0.5
    seed: int = 7
    threads: int = 1
    monotone: Mapping[str, int] = field(default_factory=dict)
    idea_of: Mapping[str, str] = field(default_factory=dict)
    points: Mapping[str, float | Mapping[str, float]] = field(default_factory=dict)

    @property
    def gap_days(self) -> int:
        """Days after a landmark until its label is known: the least distance between two windows."""
        return self.horizon_days + self.lag_days

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for the artefact."""
        return asdict(self) | {"monotone": dict(self.monotone), "idea_of": dict(self.idea_of)}
