"""A window of landmarks as estimators take it: numbers alone. No frame, no split."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Window:
    """`matrix` is rows x encoded columns (NaN is missing), `label` 0 or 1, `weight` above 0: one of each per row.

    `unlabelled`: rows whose outcome nobody tried for; without it none.
    """

    matrix: Floats
    label: Floats
    weight: Floats
    unlabelled: Mask = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))

    def __post_init__(self) -> None:
        if not self.unlabelled.size:
            object.__setattr__(self, "unlabelled", np.zeros(len(self.label), dtype=np.bool_))

    def __len__(self) -> int:
        return len(self.label)

    def of(self, rows: NDArray[np.bool_] | NDArray[np.int64]) -> "Window":
        """Some of its rows."""
        return Window(self.matrix[rows], self.label[rows], self.weight[rows], self.unlabelled[rows])

    def at_most(self, rows: int, seed: int) -> "Window":
        """A random part of so many rows, in their order; all where there are fewer."""
        if len(self) <= rows:
            return self
        return self.of(np.sort(np.random.default_rng(seed).choice(len(self), rows, replace=False)))


@dataclass(frozen=True, eq=False)
class Rehearsal:
    """Contestants learn on the one window and are looked at on the other."""

    training: Window
    validation: Window


@dataclass(frozen=True, eq=False)
class Rehearsals:
    """What is known before a test: one rehearsal by time, or several of which each holds back another part.

    `whole`: the rows of them all, on which the winner learns anew.
    """

    held: Sequence[Rehearsal]
    whole: Window

    @property
    def label(self) -> Floats:
        """Of the validation windows, one behind the other."""
        return np.concatenate([one.validation.label for one in self.held])
