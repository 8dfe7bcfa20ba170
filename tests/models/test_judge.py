"""Measures against hand-counted rows and against scikit-learn; intervals and verdicts that mean what they say."""

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss, roc_auc_score

from models.judge import HEALTH_COLUMNS, health, health_without_model, judge
from models.measures import measured, ranked, weighted_measures
from models.not_enough import NotEnoughData
from tests.models.worlds import AS_OF


def scored(rows: int, seed: int = 1, decimals: int = 2, bend: float = 1.0) -> pl.DataFrame:
    """Rows whose labels are drawn from their scores; `bend` other than 1 makes the scores promise something else."""
    random = np.random.default_rng(seed)
    truth = random.beta(1, 4, rows)
    return pl.DataFrame(
        {
            "probability": np.clip((truth**bend).round(decimals), 0.001, 0.999),
            "label": random.random(rows) < truth,
            "group": [str(number) for number in random.integers(0, rows, rows)],
            "age_days": random.integers(0, 40, rows),
        }
    )


def test_measures_with_ties_agree_with_scikit_learn() -> None:
    frame = scored(2_000)
    label, probability = frame["label"].to_numpy(), frame["probability"].to_numpy()
    measures = weighted_measures(ranked(probability, label, np.arange(2_000)), np.ones(2_000))
    assert measures["auc"] == pytest.approx(roc_auc_score(label, probability))
    assert measures["average_precision"] == pytest.approx(average_precision_score(label, probability))
    assert measures["log_loss"] == pytest.approx(log_loss(label, probability))
    assert measures["brier"] == pytest.approx(brier_score_loss(label, probability))


def test_a_row_drawn_twice_counts_as_two_rows() -> None:
    frame = scored(300)
    times = np.random.default_rng(1).integers(1, 4, 300)
    label, probability = frame["label"].to_numpy(), frame["probability"].to_numpy()
    order = np.argsort(-probability, kind="stable")
    rows = ranked(probability, label, np.arange(300))
    weighted = weighted_measures(rows, times[order].astype(np.float64))
    assert weighted["auc"] == pytest.approx(roc_auc_score(np.repeat(label, times), np.repeat(probability, times)))


def test_lift_and_gains_of_a_list_counted_by_hand() -> None:
    # 20 rows, 4 positives; the top two rows (10 %) hold 2 of them, the top four (20 %) hold 3.
    label = np.array([True, True, True, False] + [False] * 15 + [True])
    frame = pl.DataFrame(
        {"probability": np.linspace(0.9, 0.1, 20), "label": label, "group": [str(row) for row in range(20)]}
    )
    judgement = judge(frame, seed=1)
    summary = judgement.summary()
    assert summary["lift_at_10pct"] == pytest.approx(5.0)
    assert summary["positives_in_top_20pct"] == pytest.approx(0.75)
    assert (summary["top_decile_rate"], summary["bottom_decile_rate"]) == pytest.approx((1.0, 0.5))
    assert judgement.gains.filter(pl.col("share") == 1.0)["caught"].item() == 1.0
    assert judgement.reliability["n"].sum() == 20


@pytest.mark.capability("M6")
def test_the_bootstrap_interval_covers_the_true_auc_about_as_often_as_it_says() -> None:
    big = scored(100_000, seed=99, decimals=6)
    truth = roc_auc_score(big["label"], big["probability"])
    covered = 0
    for seed in range(40):
        frame = scored(400, seed=seed, decimals=6)
        rows = ranked(frame["probability"].to_numpy(), frame["label"].to_numpy(), np.arange(400))
        auc = measured(rows, seed=1)["auc"]
        covered += (auc.low or 0) <= truth <= (auc.high or 0)
    assert covered >= 34


def test_rows_of_one_group_are_drawn_together_so_the_interval_is_wider() -> None:
    frame = scored(200)
    copies = pl.concat([frame.with_columns(group=pl.int_range(pl.len()).cast(pl.String))] * 10)
    apart = copies.with_columns(group=pl.int_range(pl.len()).cast(pl.String))
    together, each = (judge(one, seed=1).measures.filter(metric="auc", slice="all") for one in (copies, apart))
    width = (together["high"] - together["low"]).item()
    assert width > 2 * (each["high"] - each["low"]).item()


def test_scores_that_hold_are_ok_and_scores_that_promise_too_much_are_off() -> None:
    verdicts = [
        judge(scored(5_000, bend=bend), seed=1).measures.filter(metric="ece", slice="all")["verdict"].item()
        for bend in (1.0, 0.5)
    ]
    assert verdicts == ["ok", "off: further from what happened than chance explains"]


def test_ages_are_reported_apart_and_a_slice_with_few_of_a_class_says_so() -> None:
    frame = scored(1_000).with_columns(age_days=pl.when(pl.int_range(pl.len()) < 12).then(1).otherwise(20))
    measures = judge(frame, seed=1).measures
    assert measures["slice"].unique(maintain_order=True).to_list() == ["all", "hand-off", "age:0-1", "age:8-30"]
    young = measures.filter(slice="age:0-1")
    assert (young["metric"].to_list(), young["verdict"].to_list(), young["n"].to_list()) == (
        ["base_rate"],
        ["too few"],
        [12],
    )


def test_a_slice_without_a_positive_has_no_auc_rather_than_an_invented_one() -> None:
    frame = scored(100).with_columns(label=pl.lit(False))
    row = judge(frame, seed=1).measures.filter(metric="auc", slice="all")
    assert row.select("value", "low", "high").row(0) == (None, None, None)


def test_health_has_the_promised_columns_with_and_without_a_model() -> None:
    fitted = health(judge(scored(500), seed=1), "lead_conversion", "lead_conversion-00000000", AS_OF)
    reason = NotEnoughData("lead_conversion", 0, 60, "lead conversion: not enough data (...)")
    without = health_without_model(reason, AS_OF)
    assert fitted.columns == without.columns == HEALTH_COLUMNS
    assert fitted.schema == without.schema
    assert without.select("metric", "value", "n", "verdict").rows() == [
        ("units_positive", 0.0, 60, reason.sentence),
        ("units_negative", 60.0, 60, reason.sentence),
    ]
