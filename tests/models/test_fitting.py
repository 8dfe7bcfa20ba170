"""Fitting on worlds whose truth is known: as good as can be, honest about little data, blind to the order of rows."""

from functools import cache

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import roc_auc_score

from models.artefact import rendered
from models.errors import ModelError
from models.fitting import Fit, fit
from models.not_enough import NotEnoughData
from models.training import Trained, train
from tests.models.worlds import AS_OF, SPEC, aging_leads, leads, moments, training


@cache
def trained(units: int, label: str = "true") -> Trained:
    outcome = train(training(leads(units, label=label)), SPEC, AS_OF)
    assert isinstance(outcome, Trained)
    return outcome


def value(outcome: Trained, metric: str, column: str = "value", slice_name: str = "all") -> float:
    return float(outcome.health.filter(metric=metric, slice=slice_name)[column].item())


@pytest.mark.capability("M6")
def test_out_of_time_the_ranking_is_near_the_best_possible_and_the_probabilities_hold() -> None:
    outcome = trained(12_000)
    test = leads(12_000).filter(pl.col("as_of") >= pl.lit(outcome.model.windows["test_from"]).str.to_datetime())
    best = roc_auc_score(test["label"], test["truth"])
    assert value(outcome, "auc") > best - 0.02
    assert value(outcome, "ece") <= value(outcome, "ece_expected") + 0.02
    assert np.abs(outcome.model.predict(test) - test["truth"].to_numpy()).mean() < 0.04


@pytest.mark.capability("M6")
def test_random_labels_give_an_auc_whose_interval_includes_a_coin_toss() -> None:
    outcome = trained(4_000, "random")
    assert value(outcome, "auc", "low") <= 0.5 <= value(outcome, "auc", "high")
    assert outcome.health.filter(metric="auc", slice="all")["verdict"].item() == "weak: interval includes 0.5"


def test_probabilities_fit_every_age_although_leads_that_convert_leave_few_landmarks() -> None:
    outcome = train(aging_leads(4_000, seed=4), SPEC, AS_OF)
    assert isinstance(outcome, Trained)
    for age in ("age:8-30", "age:31+"):
        assert value(outcome, "ece", slice_name=age) <= value(outcome, "ece_expected", slice_name=age) + 0.02


def few(positives: int, negatives: int) -> pl.DataFrame:
    """Leads with that many of each class on the training side, and a test window with twenty of each."""
    random = np.random.default_rng(2)
    label = [True] * positives + [False] * negatives
    early = np.linspace(0, 180, len(label)).astype(int)
    # Half of each class falls into the training and half into the validation window, far apart.
    early = np.where(np.arange(len(label)) % 2 == 0, early // 4, 150 + early // 4)
    days = np.concatenate([early, np.linspace(330, 360, 40).astype(int)])
    label += [row % 2 == 0 for row in range(40)]
    ids = [f"00Q{row:06d}" for row in range(len(label))]
    signal = np.array(label) + random.normal(size=len(label))
    return pl.DataFrame({"lead_id": ids, "as_of": moments(days), "label": label, "group": ids, "signal": signal})


@pytest.mark.capability("M8")
def test_forty_and_forty_on_the_training_side_are_enough() -> None:
    assert isinstance(fit(few(40, 40), SPEC), Fit)


@pytest.mark.capability("M8")
def test_thirty_nine_and_a_thousand_are_not() -> None:
    outcome = fit(few(39, 1000), SPEC)
    assert isinstance(outcome, NotEnoughData)
    assert outcome.positives == 39
    assert outcome.sentence == (
        f"lead conversion: not enough data (39 converted, {outcome.negatives} not on the training side; 40 + 40 needed)"
    )


@pytest.mark.capability("M8")
def test_too_few_units_overall_are_said_with_their_own_counts() -> None:
    outcome = fit(few(40, 40).clear(), SPEC, units_positive=0, units_negative=60)
    assert isinstance(outcome, NotEnoughData)
    assert outcome.sentence == "lead conversion: not enough data (0 converted, 60 not; 40 + 40 needed)"


def test_many_units_without_a_matured_landmark_are_not_enough_either() -> None:
    outcome = fit(few(40, 40).clear(), SPEC, units_positive=500, units_negative=500)
    assert isinstance(outcome, NotEnoughData)
    assert outcome.sentence == (
        "lead conversion: not enough data (0 converted, 0 not on the training side; 40 + 40 needed)"
    )


@pytest.mark.capability("X1")
def test_the_order_of_rows_and_columns_has_no_influence_to_the_last_byte() -> None:
    frame = training(leads(1_500))
    shuffled = frame.sort("label").select(sorted(frame.columns, reverse=True))
    first, second = fit(frame, SPEC), fit(shuffled, SPEC)
    assert isinstance(first, Fit)
    assert isinstance(second, Fit)
    assert rendered(first.model) == rendered(second.model)


def test_the_facts_of_the_test_window_have_no_influence_on_the_model() -> None:
    frame = training(leads(1_500))
    first = fit(frame, SPEC)
    assert isinstance(first, Fit)
    in_test = pl.col("as_of") >= first.split.bounds["test_from"]
    swapped = frame.with_columns(noise=pl.when(in_test).then(99.0).otherwise("noise"))
    second = fit(swapped, SPEC)
    assert isinstance(second, Fit)
    assert rendered(first.model) == rendered(second.model)


def test_a_category_never_seen_in_training_is_scored_and_a_missing_column_is_an_error() -> None:
    model = trained(4_000).model
    rows = training(leads(20, seed=9)).drop("label", "weight", "group")
    scored = model.predict(rows.with_columns(industry=pl.lit("Never seen")))
    assert ((scored > 0) & (scored < 1)).all()
    with pytest.raises(ModelError, match="lacks industry"):
        model.predict(rows.drop("industry"))
    assert model.predict(rows.clear()).size == 0


def test_more_visits_never_lower_a_score_that_must_rise_with_them() -> None:
    model = trained(4_000).model
    row = training(leads(1, seed=9)).drop("label")
    visits = pl.concat([row.with_columns(pricing_views_7d=pl.lit(number, pl.Int64)) for number in range(8)])
    assert (np.diff(model.predict(visits)) >= 0).all()


def test_contributions_add_up_to_the_calibrated_log_odds() -> None:
    model = trained(4_000).model
    rows = leads(200, seed=9)
    probability = model.predict(rows)
    log_odds = np.log(probability / (1 - probability))
    assert model.calibrator.kind == "logistic"
    assert model.contributions(rows).sum(axis=1) == pytest.approx(log_odds, abs=1e-9)


def test_lift_is_times_the_base_rate() -> None:
    model = trained(4_000).model
    assert model.lift(np.array([model.base_rate * 3])) == pytest.approx([3.0])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (pl.lit(None, pl.Boolean).alias("label"), "rows have no label"),
        (pl.lit("yes").alias("label"), "expected true or false"),
        (pl.lit("00Q1").alias("lead_id"), "stands twice at the same moment"),
    ],
)
def test_a_malformed_training_frame_is_an_error_in_words(change: pl.Expr, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        fit(few(40, 40).with_columns(change), SPEC)
