"""The probes: columns that were made to know the outcome are named, those that merely tell of it are not."""

import numpy as np
import pytest

from models.leakage import alone, suspects
from tests.judge.flat_worlds import LEAKS, honest

ROWS = 1_500


def named(frame_seed: int, leak: str | None) -> set[str]:
    """The suspects of one table with one planted column."""
    frame, label = honest(frame_seed, ROWS, signal=1.0)
    if leak:
        planted = LEAKS[leak](np.random.default_rng(frame_seed + 1000), label)
        frame = frame.with_columns(planted.alias("planted"))
    ranked = alone(frame, label, np.arange(ROWS), frame.columns, is_ordered=False, seed=7)
    return {one.column for one in suspects(frame, label, ranked, "won", 7)}


@pytest.mark.capability("M5")
@pytest.mark.parametrize("leak", LEAKS)
def test_a_planted_column_is_named_and_no_honest_one(leak: str) -> None:
    assert [named(seed, leak) for seed in (11, 12)] == [{"planted"}] * 2


@pytest.mark.capability("M5")
def test_of_honest_columns_at_most_one_is_suspected_in_any_world() -> None:
    assert max(len(named(seed, None)) for seed in range(21, 31)) <= 1
