"""Margins to probabilities: rising, sane with few cases, right with many."""

import numpy as np
import pytest
from numpy.typing import NDArray

from models.calibrate import fit_calibrator, fit_logistic, sigmoid


def drawn(rows: int, slope: float, intercept: float, seed: int = 3) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    random = np.random.default_rng(seed)
    margin = random.normal(size=rows)
    return margin, random.random(rows) < sigmoid(slope * margin + intercept)


def test_an_overconfident_margin_is_brought_back_to_the_truth() -> None:
    calibrator = fit_logistic(*drawn(50_000, slope=0.5, intercept=-1.0))
    assert (calibrator.slope, calibrator.intercept) == pytest.approx((0.5, -1.0), abs=0.05)


def test_a_margin_that_points_the_wrong_way_gives_everyone_the_base_rate() -> None:
    margin, label = drawn(5_000, slope=-2.0, intercept=0.0)
    calibrator = fit_logistic(margin, label)
    assert calibrator.slope == 0
    assert calibrator.probability(margin) == pytest.approx(label.mean(), abs=0.001)


def test_with_a_handful_of_cases_the_slope_stays_near_one() -> None:
    margin = np.array([-2.0, -1.0, 1.0, 2.0])
    calibrator = fit_logistic(margin, margin > 0)
    assert 0.5 < calibrator.slope < 2


def test_steps_are_taken_only_where_the_logistic_form_cannot_follow() -> None:
    margin, label = drawn(8_000, slope=1.0, intercept=-1.0)
    assert fit_calibrator(margin, label, np.arange(8_000)).kind == "logistic"
    random = np.random.default_rng(5)
    cliff = random.random(8_000) < np.where(margin > 1, 0.9, 0.1)
    calibrator = fit_calibrator(margin, cliff, np.arange(8_000))
    assert calibrator.kind == "steps"
    assert calibrator.probability(np.array([-1.0, 2.0])) == pytest.approx([0.1, 0.9], abs=0.05)


def test_a_higher_margin_never_gets_a_lower_probability() -> None:
    margin, label = drawn(3_000, slope=1.0, intercept=0.0)
    cliff = margin + np.random.default_rng(1).normal(size=3_000) > 1
    for labels in (label, cliff):
        probability = fit_calibrator(margin, labels, np.arange(3_000)).probability(np.linspace(-9, 9, 500))
        assert (np.diff(probability) >= 0).all()
        assert 0 < probability.min() <= probability.max() < 1
