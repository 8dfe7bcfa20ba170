"""Windows by time: gaps are kept, classes are counted, and what cannot be split is said in words."""

from datetime import timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.landmarks import ordered_landmarks
from models.not_enough import NotEnoughData
from models.split import TimeSplit, split_by_time
from tests.models.worlds import SPEC, leads, moments, training


def landmarks(days: list[int], label: list[bool], units: list[int] | None = None) -> pl.DataFrame:
    ids = [f"00Q{unit:05d}" for unit in (units or range(len(days)))]
    frame = pl.DataFrame({"lead_id": ids, "as_of": moments(np.array(days)), "label": label, "group": ids})
    return ordered_landmarks(frame.unique(["lead_id", "as_of"], keep="first"), SPEC)


@pytest.mark.capability("M4")
@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), span=st.integers(1, 900), rows=st.integers(100, 600), units=st.integers(80, 400))
def test_no_landmark_of_an_earlier_window_has_its_label_inside_a_later_one(
    seed: int, span: int, rows: int, units: int
) -> None:
    random = np.random.default_rng(seed)
    days, label = random.integers(0, span, rows).tolist(), (random.random(rows) < 0.5).tolist()
    frame = landmarks(days, label, random.integers(0, units, rows).tolist())
    split = split_by_time(frame, SPEC)
    if isinstance(split, NotEnoughData):
        return
    gap, at = timedelta(days=SPEC.gap_days), frame["as_of"]
    assert at.filter(split.training).max() + gap <= at.filter(split.validation).min()  # type: ignore[operator]
    assert at.filter(split.validation).max() + gap <= at.filter(split.test).min()  # type: ignore[operator]
    windows = np.array([split.training, split.validation, split.test])
    assert windows.sum(axis=0).max() == 1
    known = (at + gap <= at.filter(split.test).min()).to_numpy()
    assert (split.before_test == known).all()
    assert split.purged_rows == int((~known & ~split.test).sum())
    assert at.filter(split.test).max() == at.max()


def test_the_windows_are_near_60_20_20_of_what_the_gaps_leave() -> None:
    split = split_by_time(ordered_landmarks(training(leads(4000)), SPEC), SPEC)
    assert isinstance(split, TimeSplit)
    sizes = np.array([split.training.sum(), split.validation.sum(), split.test.sum()])
    assert sizes / sizes.sum() == pytest.approx([0.6, 0.2, 0.2], abs=0.02)


def test_a_history_too_short_for_both_gaps_is_said_in_words() -> None:
    days = [day % 60 for day in range(400)]
    outcome = split_by_time(landmarks(days, [day % 3 == 0 for day in range(400)]), SPEC)
    assert isinstance(outcome, NotEnoughData)
    assert outcome.sentence == (
        "lead conversion: not enough data (the landmarks span 59 days; training, validation and test need a gap of "
        "37 days between each, so more than 74 days)"
    )


def test_a_test_window_without_enough_conversions_is_named() -> None:
    days = list(range(700))
    outcome = split_by_time(landmarks(days, [day < 120 and day % 2 == 0 for day in days]), SPEC)
    assert isinstance(outcome, NotEnoughData)
    assert "in the" in outcome.sentence
    assert outcome.sentence.endswith("window; 10 + 10 needed)")


def test_units_seen_in_training_and_again_in_the_test_window_are_counted() -> None:
    # Unit 500 stands at day 500 and was there at day 200; unit 800 stands at day 500 for the first time.
    days, units = [*range(600), *range(600)], [*range(600), *range(300, 900)]
    split = split_by_time(landmarks(days, [unit % 3 == 0 for unit in units], units), SPEC)
    assert isinstance(split, TimeSplit)
    assert split.test_units_in_training == pytest.approx(0.5, abs=0.02)
