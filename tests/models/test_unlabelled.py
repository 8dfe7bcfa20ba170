"""What nobody tried did not fail: learning under an assumption, and how much hangs on it."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from models.fitting import Fit, fit
from models.judge import health_rows
from models.landmarks import PROBABILITY
from models.not_enough import NotEnoughData
from models.training import train
from models.unlabelled import assumed_chance, assuming, sensitivity
from models.window import Window
from tests.models.worlds import AS_OF, SPEC, leads, training

UNLABELLED = [False, False, True, True]
WINDOW = Window(
    np.arange(4.0)[:, None], np.array([1.0, 0, 0, 0]), np.array([1.0, 3, 2, 2]), np.array(UNLABELLED, dtype=np.bool_)
)


@pytest.mark.capability("M1")
def test_a_row_that_nobody_tried_stands_twice_as_a_success_and_as_a_failure() -> None:
    chance = assumed_chance(WINDOW, 0.5)
    assert chance == 0.125  # of the weight that was tried a fourth succeeded; half as often
    found = assuming(WINDOW, chance)
    assert list(zip(found.matrix[:, 0], found.label, found.weight, strict=True)) == [
        (0, 1, 1), (1, 0, 3), (2, 0, 1.75), (3, 0, 1.75), (2, 1, 0.25), (3, 1, 0.25),
    ]  # fmt: skip
    assert assuming(WINDOW, 0.0) is WINDOW


def test_no_assumption_makes_success_likelier_than_failure() -> None:
    assert assumed_chance(WINDOW, 10) == 0.5
    assert assumed_chance(WINDOW.of(np.array([2, 3])), 1) == 0.0  # nobody was tried: nothing is known to go by


def chosen_by_size(units: int = 4_000) -> pl.DataFrame:
    """Sales come to the large alone, who succeed no more often for it; what nobody came to has not succeeded."""
    frame = leads(units, seed=3)
    chance = 1 / (1 + np.exp(-(-1.6 + 0.9 * frame["pricing_views_7d"].to_numpy())))
    random = np.random.default_rng(3)
    worked = random.random(units) < 1 / (1 + np.exp(-2 * (frame["noise"].to_numpy() - 0.5)))
    return frame.with_columns(
        pl.Series("truth", chance),
        pl.Series("is_worked", worked),
        pl.Series("label", worked & (random.random(units) < chance)),
    )


def fitted(frame: pl.DataFrame, weighs: bool) -> Fit:
    outcome = fit(training(frame), replace(SPEC, monotone={}, weighs_unworked=weighs))
    assert not isinstance(outcome, NotEnoughData)
    return outcome


@pytest.mark.capability("M1")
def test_whom_sales_chose_decides_less_of_the_order_and_probabilities_still_promise_what_happens() -> None:
    frame = chosen_by_size()
    keys = frame.select("lead_id", "truth", "label")
    found = {}
    for weighs in (False, True):
        outcome = fitted(frame, weighs)
        scored = outcome.test.with_columns(pl.Series(PROBABILITY, outcome.model.predict(outcome.test)))
        scored = scored.drop("label").join(keys, on="lead_id")
        found[weighs] = scored.select(pl.corr(PROBABILITY, "truth", method="spearman")).item()
        promised, happened, if_worked = (
            float(scored[name].to_numpy().mean()) for name in (PROBABILITY, "label", "truth")
        )
        assert abs(promised - happened) < 0.3 * (if_worked - happened)
    assert found[True] > found[False] + 0.1


@pytest.mark.capability("M1")
def test_a_training_tells_how_the_order_moves_with_the_assumption() -> None:
    outcome = train(training(chosen_by_size()), replace(SPEC, monotone={}), AS_OF)
    assert not isinstance(outcome, NotEnoughData)
    told = outcome.health.filter(pl.col("split") == "unlabelled")
    rows = {(row["slice"], row["metric"]): row["value"] for row in told.iter_rows(named=True)}
    names = [f"unlabelled:{name}" for name in ("none", "half", "as set", "double")]
    assert {name for name, _ in rows} == set(names)
    assert rows[names[0], "order_kept"] == pytest.approx(1)  # what is published takes labels as they stand
    assert rows[names[0], "top_decile_kept"] == 1
    kept, chances, means = (
        [rows[name, one] for name in names] for one in ("order_kept", "assumed_chance", "mean_probability")
    )
    assert kept == sorted(kept, reverse=True)
    assert chances == sorted(chances)
    assert means == sorted(means)
    assert chances[3] == pytest.approx(4 * chances[1])
    assert rows[names[2], "auc_worked"] > rows[names[0], "auc_worked"]


def test_where_everybody_was_worked_there_is_nothing_to_assume() -> None:
    frame = leads(3_000).with_columns(is_worked=pl.lit(True))
    outcome = fitted(frame, weighs=False)
    scored = outcome.test.with_columns(pl.Series(PROBABILITY, outcome.model.predict(outcome.test)))
    rows = sensitivity(outcome.learned.again, outcome.learned.whole, outcome.model.encoder, scored, 0.5)
    assert health_rows(rows, "m", "v", AS_OF, "unlabelled").is_empty()
