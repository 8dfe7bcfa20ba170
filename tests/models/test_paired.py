"""Two scores on the same rows: the differences are those of the usual measures, and noise is not taken for a gain."""

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import log_loss, roc_auc_score

from models.paired import AUC, LOG_LOSS, paired

Floats = NDArray[np.float64]
Z = 1.96


def sigmoid(value: Floats) -> Floats:
    return 1 / (1 + np.exp(-value))


def rows(seed: int, units: int = 400) -> tuple[Floats, NDArray[np.bool_], NDArray[np.int64]]:
    """True log-odds, labels drawn from them, and groups of two."""
    random = np.random.default_rng(seed)
    truth = random.normal(-1, 1, units)
    return truth, random.random(units) < sigmoid(truth), np.arange(units) // 2


def test_the_values_are_those_of_the_field() -> None:
    truth, label, group = rows(1)
    first, second = sigmoid(truth * 0.5), np.round(sigmoid(truth), 1).clip(0.05, 0.95)
    found = paired(first, second, label, group, 7)
    assert found[LOG_LOSS].first == pytest.approx(log_loss(label, first))
    assert found[LOG_LOSS].second == pytest.approx(log_loss(label, second))
    assert found[AUC].first == pytest.approx(roc_auc_score(label, first))
    assert found[AUC].second == pytest.approx(roc_auc_score(label, second))  # equal scores count half
    assert found[AUC].difference == pytest.approx(found[AUC].second - found[AUC].first)


def test_equal_scores_differ_by_nothing_and_a_single_class_has_no_answer() -> None:
    truth, label, group = rows(2)
    same = paired(sigmoid(truth), sigmoid(truth), label, group, 7)
    assert [(one.difference, one.error, one.is_better(Z), one.is_worse(Z)) for one in same.values()] == [
        (0, 0, False, False)
    ] * 2
    assert paired(sigmoid(truth), sigmoid(truth), np.zeros(len(label), dtype=np.bool_), group, 7) == {}


def test_as_often_as_promised_two_scores_of_equal_worth_are_told_apart() -> None:
    told = 0
    for seed in range(40):
        truth, label, group = rows(seed)
        noise = np.random.default_rng(100 + seed).normal(0, 0.5, (2, len(truth)))
        found = paired(sigmoid(truth + noise[0]), sigmoid(truth + noise[1]), label, group, seed)
        told += any(one.is_better(Z) or one.is_worse(Z) for one in found.values())
    assert told <= 6  # about 5 % of each of two measures that go together


def test_rows_that_belong_together_are_drawn_together() -> None:
    truth, label, group = rows(3)
    first = sigmoid(truth + np.random.default_rng(5).normal(0, 1, len(truth)))
    alone = paired(first, sigmoid(truth), label, group, 7)
    copied = paired(np.tile(first, 9), np.tile(sigmoid(truth), 9), np.tile(label, 9), np.tile(group, 9), 7)
    for name in (LOG_LOSS, AUC):
        assert copied[name].error == pytest.approx(alone[name].error, rel=1e-6)
        assert copied[name].difference == pytest.approx(alone[name].difference)


def test_a_score_that_knows_more_is_better_beyond_noise_both_ways() -> None:
    truth, label, group = rows(4, 3_000)
    blurred = sigmoid(truth * 0.3 - 0.7)
    better = paired(blurred, sigmoid(truth), label, group, 7)
    worse = paired(sigmoid(truth), blurred, label, group, 7)
    assert better[LOG_LOSS].is_better(Z)
    assert worse[LOG_LOSS].is_worse(Z)
    assert better[LOG_LOSS].difference < 0 < worse[LOG_LOSS].difference
