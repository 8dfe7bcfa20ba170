"""What becomes of a model: outcomes that follow at once, the back-test, drift against what chance explains."""

from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.backtest import backtest
from models.drift import Profile, like, profile, profile_of, promise_rows, shift, shift_rows
from models.gap import follows_soon, gap_rows
from tests.models.made import made, signals

START = datetime(2024, 1, 1)


def scored(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.Series("probability", made().predict(frame)))


@pytest.mark.capability("M6")
def test_outcomes_within_72_hours_leave_the_comparison_and_the_feature_that_announced_them_is_named() -> None:
    # The signal stands high where the outcome follows within a day, and says nothing about later ones.
    random = np.random.default_rng(1)
    soon, later = np.arange(600) < 80, (np.arange(600) >= 80) & (np.arange(600) < 160)
    signal = np.where(soon, 3.0, 0.0) + random.normal(0, 1, 600)
    hours = np.where(soon, 24, np.where(later, 480, 0))
    frame = signals(600).with_columns(
        signal=pl.Series(signal), label=pl.Series(soon | later),
        outcome_at=pl.when(pl.Series(hours > 0)).then(pl.col("as_of") + pl.duration(hours=pl.lit(pl.Series(hours)))),
    )  # fmt: skip
    rows = {row["metric"]: row for row in gap_rows(made(), scored(frame), seed=1).iter_rows(named=True)}
    assert rows["auc_gap_72h"]["value"] == pytest.approx(0.5, abs=0.08)
    assert rows["auc_gap_72h"]["n"] == 520
    assert rows["auc_drop_72h"]["low"] > 0.1
    assert rows["auc_drop_72h"]["verdict"] == "drops: signal may only announce the outcome"


def test_outcomes_that_are_foreseen_for_weeks_drop_nothing() -> None:
    frame = signals(600).with_columns(outcome_at=pl.when(pl.col("label")).then(pl.col("as_of") + timedelta(days=20)))
    rows = {row["metric"]: row for row in gap_rows(made(), scored(frame), seed=1).iter_rows(named=True)}
    assert (rows["auc_drop_72h"]["value"], rows["auc_drop_72h"]["verdict"]) == (0.0, "ok")


def test_the_gap_is_72_hours_to_the_second_and_counts_successes_alone() -> None:
    hours = [72, 72, 73, None]
    frame = pl.DataFrame(
        {"as_of": [START] * 4, "label": [True, False, True, False],
         "outcome_at": [START + timedelta(hours=one) if one else None for one in hours]}
    )  # fmt: skip
    assert follows_soon(frame, 72).tolist() == [True, False, False, False]
    assert gap_rows(made(), scored(signals(50)), seed=1).is_empty()  # when outcomes came is not known


def test_the_back_test_looks_at_the_newest_scores_once_per_unit_and_at_the_worked_ones_apart() -> None:
    frame = scored(signals(400, days=20))
    older = frame.with_columns(as_of=pl.col("as_of") - timedelta(days=40), label=~pl.col("label"))
    twice = frame.with_columns(as_of=pl.col("as_of").dt.offset_by("-1h"), label=~pl.col("label"))
    both = pl.concat([older, twice, frame]).with_columns(is_worked=pl.col("signal") > 0)
    rows = backtest(both, "lead_id", seed=1)
    worked = frame.filter(pl.col("signal") > 0)
    counts = dict(rows.select("slice", "n").unique().iter_rows())
    assert counts == {
        "backtest:all": 400, "backtest:worked": worked.height, "backtest:unworked": 400 - worked.height
    }  # fmt: skip
    happened = rows.filter(slice="backtest:worked", metric="base_rate")["value"].item()
    assert happened == pytest.approx(worked["label"].mean())


def test_the_index_of_two_halves_that_become_four_fifths_and_one() -> None:
    before, after = (Profile((0.0,), (), shares, 10**9) for shares in ((0.5, 0.5, 0.0), (0.8, 0.2, 0.0)))
    found = shift(before, after)
    assert found.index == pytest.approx(0.3 * np.log(1.6) - 0.3 * np.log(0.4), rel=1e-3)
    assert (found.beyond(0.25), found.beyond(0.45)) == (True, False)


@pytest.mark.capability("M6")
@pytest.mark.parametrize(("then", "now"), [(40, 40), (2_000, 60), (5_000, 5_000)])
def test_without_drift_the_index_is_what_chance_explains_and_nobody_is_alarmed(then: int, now: int) -> None:
    random = np.random.default_rng(7)
    found = []
    for _ in range(100):
        one, other = (pl.Series(random.normal(size=size)) for size in (then, now))
        reference = profile(one, then)
        found.append(shift(reference, like(reference, other, now)))
    mean, expected = (np.mean([getattr(one, name) for one in found]) for name in ("index", "expected"))
    assert mean == pytest.approx(expected, rel=0.35)
    assert sum(one.beyond(0.0) for one in found) <= 6
    assert not any(one.beyond(0.25) for one in found)


def test_a_shift_is_found_in_numbers_words_and_what_is_missing() -> None:
    random = np.random.default_rng(1)
    number, word = pl.Series(random.normal(size=2_000)), pl.Series(random.choice(["a", "b", "c"], 2_000))
    moved = {
        "number": (number, number + 1.5), "word": (word, word.replace("a", "new")),
        "missing": (number, number.set(pl.Series(np.arange(2_000) < 1_000), None)), "same": (word, word.reverse()),
    }  # fmt: skip
    shifts = {}
    for name, (before, after) in moved.items():
        reference = profile(before, 2_000)
        shifts[name] = shift(profile_of(reference.text()), like(reference, after, 2_000))
    rows = shift_rows(shifts, "psi", 0.25).filter(metric="psi")
    drifted = rows.filter(pl.col("verdict").str.starts_with("drifted"))["slice"].to_list()
    assert drifted == ["drift:number", "drift:word", "drift:missing"]


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.one_of(st.none(), st.floats(-5, 5)), min_size=1, max_size=60),
    st.lists(st.one_of(st.none(), st.floats(-5, 5)), min_size=1, max_size=60),
)
def test_what_always_holds_of_the_index(before: list[float | None], after: list[float | None]) -> None:
    one, other = (pl.Series(values, dtype=pl.Float64) for values in (before, after))
    reference = profile(one, len(one))
    assert sum(reference.shares) == pytest.approx(1)
    assert shift(reference, reference).index == pytest.approx(0)
    now = like(reference, other, len(other))
    assert sum(now.shares) == pytest.approx(1)
    assert shift(reference, now).index >= 0


@pytest.mark.parametrize(
    ("rate", "verdict"), [(0.3, "ok"), (0.6, "drifted: happens 2.00 times as often as promised (1.68 to 2.32)")]
)
def test_what_happens_is_held_against_what_was_promised_by_groups(rate: float, verdict: str) -> None:
    label = [number % 10 < rate * 10 for number in range(200)]
    rows = promise_rows(
        pl.DataFrame({"probability": [0.3] * 200, "label": label, "group": [str(row) for row in range(200)]}), 0.25
    )
    row = rows.row(0, named=True)
    assert (row["slice"], row["metric"]) == ("drift:(outcome)", "observed_over_promised")
    assert row["value"] == pytest.approx(rate / 0.3)
    assert row["verdict"].partition(" (")[0] == verdict.partition(" (")[0]


def test_a_few_matured_landmarks_alarm_nobody() -> None:
    frame = pl.DataFrame({"probability": [0.1] * 8, "label": [True] * 8, "group": [str(row) for row in range(8)]})
    assert promise_rows(frame, 0.25)["verdict"].to_list() == ["too few"]
    assert promise_rows(frame.clear(), 0.25).is_empty()
