"""The shipped worlds show the facts of the field, and the truth beside them keeps its word.

A fact fails only when its 95 % interval (Wilson's for shares, the log-normal one for ratios) lies outside the known
range: a small company may say too little, never the contrary. Sums of chances may be four standard errors off.
"""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from pipelines.demo import write_company
from pipelines.demo.facts import Fact, Written, answers, facts_of, reach, read_written, selling
from pipelines.demo.facts.fact import ratio_interval, share_interval
from pipelines.errors import GrowthError
from tests.demo.conftest import UNTIL

SIZES = {"saas": 2000, "industrial": 1000, "tiny_startup": None}


@pytest.fixture(scope="session", params=SIZES)
def written(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Written:
    folder, world = tmp_path_factory.mktemp("facts"), str(request.param)
    write_company(folder / world, SIZES[world], until=UNTIL, world=world, truth=folder / "truth")
    return read_written(folder / world, folder / "truth")


def test_no_fact_of_the_field_is_contradicted(written: Written) -> None:
    facts = facts_of(written)
    assert [fact.sentence for fact in facts if fact.verdict == "out of range"] == []
    if written.export.name == "saas":
        assert [fact.name for fact in facts if not np.isfinite(fact.value)] == []


def test_the_longer_sales_waits_the_fewer_leads_convert(written: Written) -> None:
    rows = selling.by_delay(written)
    soon, late = (rows.filter(pl.col("delay").is_in(names)).sum() for names in (selling.DELAYS[:3], selling.DELAYS[3:]))
    _, _, high = ratio_interval(soon["hits"][0], soon["rows"][0], late["hits"][0], late["rows"][0])
    assert high > 1


def test_the_best_visible_score_tells_outcomes_apart_and_not_too_well(written: Written) -> None:
    for unit in answers.OUTCOMES:
        fact = answers.told_apart(written, unit)
        assert fact.verdict != "out of range", fact.sentence
        rows = answers.chances(written, unit)
        true, _, high = answers.auc(rows, "p_true")
        visible, low, _ = answers.auc(rows, "p_visible")
        assert true > low
        assert visible < high


def test_as_much_happens_as_the_chances_say(written: Written) -> None:
    for unit in answers.OUTCOMES:
        rows = answers.chances(written, unit)
        for chance in ("p_true", "p_visible"):
            assert abs(answers.surprise(rows, chance)) < 4, (unit, chance)


def test_a_randomised_comparison_says_what_was_done_and_a_chosen_one_does_not(written: Written) -> None:
    every = answers.experiments(written).filter(pl.col("level") == "all")
    noise = (every["seen_high"] - every["seen_gain"]).to_numpy() / 1.96
    off = (every["seen_gain"] - every["true_gain"]).to_numpy() / noise
    randomised = (every["kind"] == "randomised").to_numpy()
    assert np.abs(off[randomised]).max() < 4
    if written.export.name == "saas":
        assert off[~randomised].min() > 1.96


def test_what_was_planted_is_counted(written: Written) -> None:
    assert set(answers.copies(written)["object"]) == {"Account", "Contact", "Lead"}
    assert answers.refusals(written)["records"].sum() > 0
    assert answers.who_views(written)["views"].sum() > 0
    told = answers.leaks(written).filter(pl.col("column") == "Loss_Reason__c")
    filled = dict(told.select("outcome", "filled").iter_rows())
    assert (filled["lost"], filled["won"]) == (1, 0)


def a_fact(value: float, low: float, high: float) -> Fact:
    return Fact("wins", "{value} were won", "share", value, low, high, 40, (0.15, 0.35), "A study.")


def test_a_verdict_weighs_the_noise() -> None:
    assert a_fact(0.2, 0.1, 0.3).verdict == "in range"
    assert a_fact(0.4, 0.3, 0.5).verdict == "too few to say"
    assert a_fact(0.6, 0.5, 0.7).verdict == "out of range"
    assert a_fact(float("nan"), 0.0, 1.0).verdict == "too few to say"
    assert a_fact(0.2, 0.1, 0.3).sentence == (
        "20 % were won (40 counted). Known from the field: 15 % to 35 %. A study."
    )


def test_intervals_are_those_of_the_books() -> None:
    assert share_interval(5, 10) == pytest.approx((0.5, 0.2366, 0.7634), abs=1e-4)
    assert share_interval(0, 0)[1:] == (0.0, 1.0)
    assert ratio_interval(20, 100, 10, 100) == pytest.approx((2.0, 0.986, 4.057), abs=1e-2)
    assert ratio_interval(0, 10, 3, 10)[1:] == (0.0, float("inf"))


def test_the_exponent_of_a_power_law_is_found() -> None:
    ranks = pl.DataFrame({"rank": range(1, 21)}).with_columns(views=1e6 * pl.col("rank").cast(pl.Float64) ** -0.8)
    exponent, error, start = reach.zipf_fit(ranks)
    assert exponent == pytest.approx(0.8)
    assert error == pytest.approx(0, abs=1e-9)
    assert np.exp(start) == pytest.approx(1e6)


def test_a_folder_without_an_export_says_which_one_to_name(tmp_path: Path) -> None:
    with pytest.raises(GrowthError, match=r"holds no file Account\.csv.*that of the first day"):
        read_written(tmp_path)
