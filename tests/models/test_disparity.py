"""Shares selected per level of what tells who somebody is, and the four-fifths mark."""

import numpy as np
import polars as pl
import pytest

from models.disparity import levels_of, selection_rates


def of(**levels: tuple[int, int]) -> pl.DataFrame:
    """Levels with how many there are and how many of them are selected."""
    level = [name for name, (n, _) in levels.items() for _ in range(n)]
    chosen = [place < taken for n, taken in levels.values() for place in range(n)]
    return selection_rates(pl.Series(level), np.array(chosen))


@pytest.mark.capability("M5")
def test_a_level_selected_less_than_four_fifths_as_often_is_named_with_what_chance_may_explain() -> None:
    rows = of(a=(400, 160), b=(400, 128), c=(400, 124), d=(60, 18), e=(29, 20))
    told = rows.select("level", "n", "selected", "ratio", "most_selected", "verdict").rows()
    assert told == [
        ("a", 400, 160, 1.0, "a", "ok"),
        ("b", 400, 128, pytest.approx(0.8), "a", "ok"),
        ("c", 400, 124, pytest.approx(0.775), "a", "below four fifths of a"),
        ("d", 60, 18, pytest.approx(0.75), "a", "below four fifths of a, which chance may explain"),
        ("e", 29, 20, None, None, "too few"),
    ]
    [(rate, low, high)] = rows.filter(pl.col("level") == "a").select("rate", "low", "high").rows()
    assert (rate, round(low, 3), round(high, 3)) == (0.4, 0.353, 0.449)  # Wilson


def test_a_level_of_which_few_would_be_selected_anyway_says_nothing() -> None:
    assert of(a=(1_000, 20), b=(100, 0))["verdict"].to_list() == ["ok", "too few"]
    assert selection_rates(pl.Series([None] * 100 + ["a"] * 50), np.arange(150) < 110)["verdict"].to_list() == [
        "ok",
        "ok",
    ]
    assert of(a=(20, 5))["verdict"].to_list() == ["too few"]


def test_levels_are_words_decades_or_fifths_and_names_are_none() -> None:
    assert levels_of(pl.Series(["Ms.", None, "Mr."])).to_list() == ["Ms.", None, "Mr."]  # type: ignore[union-attr]
    born = pl.Series([f"{1960 + place}-05-01T00:00:00" for place in range(20)] + [None])
    assert levels_of(born).unique().sort().to_list() == [None, "1960s", "1970s"]  # type: ignore[union-attr]
    ages = levels_of(pl.Series([str(age) for age in range(20, 71)] + [None]))
    assert ages is not None
    assert ages.unique(maintain_order=True).to_list() == [
        "20 to 30", "30 to 40", "40 to 50", "50 to 60", "60 to 70", None
    ]  # fmt: skip
    assert levels_of(pl.Series([f"name {place}" for place in range(50)])) is None
