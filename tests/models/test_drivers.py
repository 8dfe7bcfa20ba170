"""Drivers against planted effects: what goes with an outcome is found, what does not is not, errors are by group."""

import numpy as np
import polars as pl
import pytest

from models.drivers import event_drivers, false_discovery, quantity_drivers
from models.words import FeatureWords
from tests.models.worlds import SPEC, moments


def test_q_values_of_four_p_values_counted_by_hand() -> None:
    # sorted 0.005, 0.01, 0.03, 0.04 -> times 4/1, 4/2, 4/3, 4/4 = 0.02, 0.02, 0.04, 0.04
    found = false_discovery(np.array([0.01, 0.04, 0.03, 0.005]))
    assert found.tolist() == pytest.approx([0.02, 0.04, 0.04, 0.02])


def market(rows: int, seed: int, copies: int = 1) -> pl.DataFrame:
    """`need` drives (log-odds 1 per deviation) and shortens the wait; `luck` is noise; `copies` rows to a group."""
    random = np.random.default_rng(seed)
    need, luck = (np.repeat(random.normal(size=rows), copies) for _ in range(2))
    label = np.repeat(random.random(rows), copies) < 1 / (1 + np.exp(2 - need))
    waited = np.exp(3 - 0.5 * need + np.repeat(random.normal(size=rows), copies))
    return pl.DataFrame(
        {
            "lead_id": [str(number) for number in range(rows * copies)],
            "as_of": moments(np.zeros(rows * copies, dtype=np.int64)),
            "label": label,
            "group": [str(number // copies) for number in range(rows * copies)],
            "need": need,
            "luck": luck,
            "waited": waited,
        }
    )


@pytest.mark.capability("M9")
def test_an_idea_that_drives_is_found_with_its_effect_and_one_that_does_not_is_not() -> None:
    words = {"need": FeatureWords("need of {value:.1f}")}
    rows = event_drivers(market(3_000, seed=1).drop("waited"), SPEC, words, "converted")
    assert rows["idea"].to_list() == ["need", "luck"]
    need, luck = rows.iter_rows(named=True)
    assert (need["is_found"], luck["is_found"]) == (True, False)
    assert need["strength"] == pytest.approx(1.0, abs=0.15)
    assert 0 < need["low"] < need["effect"] < need["high"]
    # from the lower to the upper quartile of need, about the base rate of 0.16
    assert need["effect"] == pytest.approx(100 * (1 / (1 + np.exp(1.0)) - 1 / (1 + np.exp(2.35))), abs=5)
    assert (need["from_value"], need["to_value"]) == ("need of -1.2", "need of 1.1")
    assert luck["low"] < 0


def test_noise_is_found_about_as_rarely_as_promised_however_often_a_row_is_copied() -> None:
    found = 0
    for seed in range(30):
        frame = market(300, seed, copies=4).drop("waited").with_columns(label=pl.col("label").shuffle(seed=seed))
        frame = frame.with_columns(label=pl.col("label").first().over("group"))
        found += int(event_drivers(frame, SPEC, {}, "converted")["is_found"].sum())
    assert found <= 10  # of 60 ideas, none of them true, q at most 0.1 per company


@pytest.mark.capability("M9")
def test_what_shortens_the_days_is_found_by_ranks_and_told_in_days() -> None:
    rows = quantity_drivers(
        market(600, seed=4).drop("label"), "waited", SPEC, {}, outcome="days until converted", unit="days"
    )
    first = rows.row(0, named=True)
    assert (first["idea"], first["unit"], first["is_found"]) == ("need", "days", True)
    # effects run from where an idea adds few days to where it adds many: from great need to little
    assert first["from_value"] > first["to_value"]
    assert 0 < first["low"] < first["effect"] < first["high"]
    assert not rows.filter(idea="luck")["is_found"].any()


def test_too_few_cases_say_nothing() -> None:
    frame = market(30, seed=1)
    assert quantity_drivers(frame, "waited", SPEC, {}, outcome="days", unit="days").is_empty()
    assert event_drivers(frame.with_columns(label=pl.lit(False)), SPEC, {}, "converted").is_empty()
