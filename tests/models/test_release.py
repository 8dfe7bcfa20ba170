"""Who speaks after a training: by evidence on rows that neither model learned from, by people, never by noise."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest

from models.release import (
    BETTER,
    FADED,
    FIRST,
    HARMED,
    HELD,
    KEPT,
    NO_SIGNAL,
    OUTDATED,
    REPLACED,
    SAME,
    TOO_FEW,
    Incumbent,
    Verdict,
    compare,
    decide,
    fair_from,
    tier_churn,
)
from tests.models.made import made, signals
from tests.models.worlds import SPEC, START


def verdict(
    champion: Mapping[str, float] | None = None,
    challenger: Mapping[str, float] | None = None,
    test: pl.DataFrame | None = None,
    has_signal: bool = True,
    **incumbent: object,
) -> Verdict:
    """What becomes of a challenger against a champion, each by how it was made."""
    rows = signals() if test is None else test
    before = None if champion is None else Incumbent("old", made(**champion), **incumbent)  # type: ignore[arg-type]
    return decide(made(**(challenger or {})), "new", has_signal, rows, before)  # type: ignore[arg-type]


@pytest.mark.capability("M7")
def test_the_first_model_needs_a_usable_signal_and_no_more() -> None:
    assert verdict() == Verdict(FIRST, "new", "new is the first champion")
    assert verdict(has_signal=False) == Verdict(NO_SIGNAL, None, "points rank instead")


@pytest.mark.capability("M7")
def test_a_challenger_that_is_better_beyond_noise_replaces_the_champion_and_says_by_how_much() -> None:
    found = verdict({"slope": 0.2}, {"slope": 1.0})
    assert (found.decision, found.champion) == (BETTER, "new")
    assert found.because.startswith("new replaces old: better beyond noise (600 later rows, log loss -0.")
    assert "; AUC" not in found.because
    assert found.because.count(" to ") == 2  # an interval for each measure


@pytest.mark.capability("M7")
def test_noise_changes_nothing_however_often_one_trains() -> None:
    found = [verdict({"slope": 1.0}, {"slope": 1.04}, signals(seed=seed)) for seed in range(6)]
    assert {one.champion for one in found} == {"old"}
    assert {one.decision for one in found} == {KEPT}
    assert "new is not better beyond noise" in found[0].because


def test_a_worse_challenger_does_not_replace_the_champion() -> None:
    assert verdict({"slope": 1.0}, {"slope": 0.2}).champion == "old"
    assert verdict({"slope": 1.0}, {"slope": -1.0}).champion == "old"


def test_the_same_model_again_is_the_champion() -> None:
    again = decide(made(), "new", True, signals(), Incumbent("new", made()))
    assert (again.decision, again.champion) == (SAME, "new")


@pytest.mark.capability("M7")
def test_a_slice_that_is_harmed_keeps_the_champion() -> None:
    """Better on the many old records, wrong on the fresh ones that the hand-off lives on."""
    rows = signals(3_000)
    fresh = rows["age_days"].to_numpy() < 2
    known = rows["signal"].to_numpy()
    shown = rows.with_columns(signal=pl.Series(np.where(fresh, -known, known)))
    blurred = made(slope=0.1)
    assert fresh.sum() > 50
    found = decide(made(slope=1.0), "new", True, shown, Incumbent("old", blurred))
    assert (found.decision, found.champion) == (HARMED, "old")
    assert "new is worse beyond noise in age:0-1, " in found.because


@pytest.mark.capability("M4")
def test_rows_that_the_champion_learned_from_or_whose_labels_it_could_know_do_not_count() -> None:
    champion = made(slope=0.2, learned_until=400)
    assert fair_from(champion) == START + timedelta(days=400 + SPEC.horizon_days + SPEC.lag_days)
    rows = signals()
    found = compare(rows, champion, made())
    assert found.rows == rows.filter(pl.col("as_of") >= datetime(2023, 3, 14)).height
    assert 0 < found.rows < rows.height
    assert compare(rows, made(), champion).rows == found.rows


@pytest.mark.parametrize("learned_until", [520, 900])
def test_without_enough_fair_rows_the_champion_stays_until_that_was_so_three_times(learned_until: int) -> None:
    champion = {"slope": 0.2, "learned_until": learned_until}
    first = verdict(champion, {"slope": 1.0}, signals(150))
    assert (first.decision, first.champion) == (TOO_FEW, "old")
    assert "too few rows that neither learned from to compare new" in first.because
    assert verdict(champion, {"slope": 1.0}, signals(150), unfair=1).decision == TOO_FEW
    third = verdict(champion, {"slope": 1.0}, signals(150), unfair=2)
    assert (third.decision, third.champion) == (OUTDATED, "new")


def test_few_rows_that_speak_against_the_challenger_keep_even_an_old_champion() -> None:
    found = verdict({"slope": 1.0, "learned_until": 490}, {"slope": -1.0}, signals(150), unfair=9)
    assert (found.decision, found.champion) == (TOO_FEW, "old")


@pytest.mark.capability("M7")
def test_a_champion_that_can_no_longer_answer_is_replaced_and_the_reason_said() -> None:
    gone = Incumbent("old", None, cannot="it learned from other features", held="ada promoted it (a test)")
    found = decide(made(), "new", True, signals(), gone)
    assert found == Verdict(
        REPLACED, "new", "new replaces old, which can no longer answer: it learned from other features"
    )
    none = decide(made(), "new", False, signals(), gone)
    assert (none.decision, none.champion) == (NO_SIGNAL, None)


@pytest.mark.capability("M7")
def test_the_word_of_a_person_holds_against_a_better_challenger_and_the_rows_are_told() -> None:
    found = verdict({"slope": 0.2}, {"slope": 1.0}, held="ada promoted it (sales asked)")
    assert (found.decision, found.champion) == (HELD, "old")
    assert found.because.startswith(
        "the champion old stays, as ada promoted it (sales asked); by the rows alone: new replaces old: better beyond "
    )


@pytest.mark.capability("M8")
def test_a_training_without_signal_keeps_a_champion_that_has_one_and_else_nobody_speaks() -> None:
    kept = verdict({"slope": 1.0}, {"slope": 0.01}, has_signal=False)
    assert (kept.decision, kept.champion) == (KEPT, "old")
    noise = signals(slope=0.0)
    none = verdict({"slope": 1.0}, {"slope": 1.0}, noise, has_signal=False)
    assert (none.decision, none.champion) == (NO_SIGNAL, None)
    held = verdict({"slope": 1.0}, {"slope": 1.0}, noise, has_signal=False, held="ada promoted it (a test)")
    assert (held.decision, held.champion) == (HELD, "old")


def test_a_champion_that_lost_its_signal_gives_way_to_one_that_has_it() -> None:
    found = verdict({"slope": 0.0}, {"slope": 0.06}, signals(150, seed=5, slope=0.2))
    assert (found.decision, found.champion) == (FADED, "new")


def test_the_churn_of_tiers_is_the_share_of_units_that_change_theirs() -> None:
    score = np.linspace(0.9, 0.1, 10)
    swapped = score.copy()
    swapped[[0, 9]] = swapped[[9, 0]]
    shares = [0.1, 0.3, 0.6, 1.0]
    assert tier_churn(score, score, shares) == 0
    assert tier_churn(score, swapped, shares) == pytest.approx(0.2)
    assert tier_churn(score, np.full(10, 0.5), shares) == pytest.approx(0.7)  # all alike: all in the middle, tier C
    assert tier_churn(np.empty(0), np.empty(0), shares) is None
