"""Bars, costs and segments against hand-counted rows, and what always holds of a judgement."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.curves import costs, gains, reliability
from models.judge import gate_slice, judge
from models.slices import slices
from models.standards import Segment, Standards

# 20 rows from 0.9 down to 0.1, 4 successes: the three best rows and the last one.
LABEL = [True, True, True] + [False] * 16 + [True]
TWENTY = pl.DataFrame(
    {"probability": np.linspace(0.9, 0.1, 20), "label": LABEL, "group": [str(row) for row in range(20)]}
)


@pytest.mark.capability("M6")
def test_flagged_share_against_successes_caught_and_first_tier_over_last() -> None:
    told = judge(TWENTY, seed=1).summary()
    assert (told["flagged_share"], told["flagged_caught"]) == pytest.approx((0.3, 0.75))  # 3 of 4 in the best six
    # 2 of the best 2, 1 of the last 8, half a case added to each: (2.5 / 3) / (1.5 / 9)
    assert told["top_over_bottom"] == pytest.approx(5.0)


@pytest.mark.capability("K4")
def test_the_gain_over_giving_everybody_the_base_rate() -> None:
    frame = pl.DataFrame({"probability": [0.8, 0.2, 0.2, 0.8], "label": [True, False] * 2, "group": list("abcd")})
    # two rows are right and two wrong: -(2 ln 0.8 + 2 ln 0.2) / 4 against ln 2
    loss = -(np.log(0.8) + np.log(0.2)) / 2
    assert judge(frame, seed=1).summary()["gain_over_base_rate"] == pytest.approx(1 - loss / np.log(2))
    same = frame.with_columns(probability=pl.lit(0.5))
    assert judge(same, seed=1).summary()["gain_over_base_rate"] == pytest.approx(0)


@pytest.mark.parametrize(
    ("cost", "net", "gain"),
    [
        (5.0, (3 - 0.5 * 10) / 20, (3 - 0.5 * 10) / 20),  # 10 rows are above 0.5; nobody is the better choice
        (1.5, (3 - 0.15 * 18) / 20, (3 - 0.15 * 18) / 20 - (4 - 0.15 * 20) / 20),  # everybody is the better choice
    ],
)
def test_net_benefit_counts_successes_and_takes_the_efforts_off(cost: float, net: float, gain: float) -> None:
    told = judge(TWENTY, seed=1, standards=Standards(effort_cost=cost, conversion_value=10.0)).summary()
    assert (told["net_benefit"], told["net_benefit_gain"]) == pytest.approx((net, gain))


def test_without_costs_the_curve_is_told_relative_to_the_base_rate() -> None:
    curve = costs(TWENTY)
    assert curve["ratio"].to_list()[:7] == pytest.approx([0.0, 0.02, 0.04, 0.07, 0.1, 0.15, 0.2])
    at_base = curve.row(6, named=True)
    assert (at_base["worked"], at_base["caught"]) == pytest.approx((17 / 20, 3 / 4))
    assert (at_base["net"], at_base["net_of_all"]) == pytest.approx(((3 - 0.2 * 17) / 20, 0.0))
    free = curve.row(0, named=True)
    assert (free["worked"], free["net"], free["net_of_all"]) == pytest.approx((1.0, 0.2, 0.2))


def test_rows_of_one_group_make_no_interval_narrower() -> None:
    copies = pl.concat([TWENTY] * 10)
    for curve in (reliability, gains):
        width = [float((told["high"] - told["low"]).sum()) for told in (curve(TWENTY), curve(copies))]
        assert width[1] > 0.8 * width[0]


def test_a_bar_that_is_missed_is_said_and_one_that_is_met_is_ok() -> None:
    frame = pl.concat([TWENTY.with_columns(group=pl.col("group") + f"/{copy}") for copy in range(10)])
    rows = {(row["slice"], row["metric"]): row for row in judge(frame, seed=1).measures.iter_rows(named=True)}
    assert rows["all", "flagged_caught"]["verdict"] == "ok"
    assert rows["all", "top_over_bottom"]["verdict"] == "short of 10 times the last segment"
    rows = {
        (row["slice"], row["metric"]): row
        for row in judge(frame, seed=1, standards=Standards(least_caught=0.8)).measures.iter_rows(named=True)
    }
    assert rows["all", "flagged_caught"]["verdict"] == "short of 80% of the successes"


def test_segments_by_value_and_by_band_with_the_unknown_apart() -> None:
    frame = pl.DataFrame({"industry": ["a", "a", "b", None], "employees": [10, 49, 50, None], "is_worked": [True] * 4})
    sizes = Segment("size", "employees", ((0, "small"), (50, "medium")))
    standards = Standards(segments=(Segment("industry", "industry"), sizes, Segment("gone", "no_such_feature")))
    found = {name: part.height for name, part in slices(frame, standards)}
    assert found == {
        "all": 4, "worked": 4, "industry:a": 2, "industry:b": 1, "industry:unknown": 1,
        "size:small": 2, "size:medium": 1, "size:unknown": 1,
    }  # fmt: skip


def test_rare_values_are_one_part_and_every_row_is_in_one() -> None:
    frame = pl.DataFrame({"industry": [f"i{number:02}" for number in range(20) for _ in range(20 - number)]})
    found = {name: part.height for name, part in slices(frame, Standards(segments=(Segment("i", "industry"),)))}
    assert len(found) == 1 + 12 + 1
    assert sum(found.values()) == 2 * frame.height
    assert found["i:other"] == sum(range(1, 9))


def test_the_gate_reads_the_hand_off_where_it_says_enough() -> None:
    random = np.random.default_rng(1)
    chance = random.random(600)
    frame = pl.DataFrame(
        {"probability": chance, "label": random.random(600) < chance, "group": [str(row) for row in range(600)]}
    )
    assert gate_slice(judge(frame, seed=1).measures) == "all"
    assert gate_slice(judge(frame.with_columns(age_days=pl.lit(7)), seed=1).measures) == "hand-off"
    assert gate_slice(judge(frame.with_columns(age_days=pl.lit(8)), seed=1).measures) == "all"


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 20), st.booleans(), st.integers(0, 5)), min_size=2, max_size=40))
def test_what_always_holds_of_curves(rows: list[tuple[int, bool, int]]) -> None:
    scores, label, group = zip(*rows, strict=True)
    frame = pl.DataFrame(
        {"probability": (np.array(scores) + 1) / 22, "label": label, "group": [str(one) for one in group]}
    )
    caught = gains(frame)["caught"]
    assert caught.is_sorted()
    assert caught.to_list()[0] == 0
    assert caught.to_list()[-1] == (1 if any(label) else 0)
    curve = costs(frame)
    assert (curve["net"] <= curve["worked"] + 1e-12).all()
    assert curve["net"].to_list()[0] == pytest.approx(np.mean(label))  # free efforts: all successes are gained
    bins = reliability(frame)
    assert bins["n"].sum() == len(rows)
    assert ((bins["low"] <= bins["observed_rate"] + 1e-9) & (bins["observed_rate"] <= bins["high"] + 1e-9)).all()
