"""The test of a signal: chance is called chance as often as was said, whatever the columns, and a signal is found."""

import numpy as np
import pytest
from numpy.typing import NDArray

from models.rehearse import Part, numbered_encoder
from models.signal import chance_of, dealings, signal_in_turn
from models.spec import ModelSpec
from tests.judge.flat_worlds import honest

SPEC = ModelSpec("table", "table", "row", " row", "positive", horizon_days=0, lag_days=0)

pytestmark = pytest.mark.capability("M8")


def chance(seed: int, rows: int, strength: float, in_group: int = 1) -> float:
    """The share of dealings that tell as much."""
    frame, label = honest(seed, rows, strength)
    part = Part(frame, label, np.arange(rows) // in_group, False)
    encoder = numbered_encoder(part, SPEC)
    found = chance_of(encoder, encoder.encode(frame), label, part.group, seed=SPEC.seed)
    assert found is not None
    return found


@pytest.mark.parametrize("in_group", [1, 2])
def test_random_labels_look_like_a_signal_as_often_as_was_said(in_group: int) -> None:
    found = np.array([chance(seed, 80, 0.0, in_group) for seed in range(100, 140)])
    assert (found <= 0.01).sum() <= 2
    assert 10 <= (found <= 0.5).sum() <= 30


def test_a_signal_among_few_rows_is_found() -> None:
    assert sum(chance(seed, 120, 1.0) <= 0.005 for seed in range(5)) >= 4


def test_labels_are_dealt_among_groups_of_one_size() -> None:
    label = np.array([True, False, True, True, False, False, False])
    group = np.array([4, 9, 9, 2, 2, 7, 1])
    dealt = dealings(label, group, np.random.default_rng(1))

    def told(column: NDArray[np.float64]) -> list[list[float]]:
        return sorted(column[group == one].tolist() for one in (9, 2))

    assert dealt[:, 0].tolist() == label.tolist()
    assert (dealt.sum(axis=0) == label.sum()).all()
    assert all(told(column) == told(dealt[:, 0]) for column in dealt.T), "pairs stay pairs"
    assert len(np.unique(dealt, axis=1).T) > 3


def test_a_winner_no_better_than_a_coin_is_no_signal_whatever_the_columns_tell() -> None:
    assert not signal_in_turn(0.51, 40, 40, 0.001, rows=80, on_all=False).is_there
    assert signal_in_turn(0.62, 40, 40, 0.001, rows=80, on_all=False).is_there
    assert not signal_in_turn(0.62, 40, 40, 0.2, rows=80, on_all=False).is_there
