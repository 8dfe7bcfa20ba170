"""Preset points of a flat table: by the words of names and values, and a contestant where anybody holds anything."""

import numpy as np
import polars as pl
import pytest

from models.leakage import alone, suspects
from models.points import has_points, preset_points
from models.rehearse import Part, numbered_encoder
from models.signal import SHARED, chance_of
from models.spec import ModelSpec
from models.window import Window
from pipelines.flat.points import points_of
from tests.judge.flat_worlds import forty_and_forty

pytestmark = pytest.mark.capability("M7")


@pytest.mark.parametrize("name", ["LeadSource", "lead_source", "Lead Source", "Original Source", "Channel"])
def test_sources_are_known_by_the_words_of_their_column(name: str) -> None:
    values = ["Partner Referral", "Website", "Purchased List", "Nobody Knows", None]
    assert points_of(pl.DataFrame({name: values})) == {
        name: {"Partner Referral": 1.0, "Website": 0.7, "Purchased List": -1.2}
    }


def test_numbers_are_known_by_their_names_and_others_are_worth_nothing() -> None:
    frame = pl.DataFrame({"PageViews": [1.0], "Days Since Visit": [1.0], "Outsource Code": [1.0], "City": ["List"]})
    assert points_of(frame) == {"PageViews": 0.3, "Days Since Visit": -0.5}


def test_points_add_up_without_learning_an_outcome() -> None:
    frame = pl.DataFrame(
        {"Source": ["Referral", "Cold", "x"] * 20, "Visits": [float(one) for one in range(60)], "Z": ["a", "b"] * 30}
    )
    spec = ModelSpec("t", "t", "row", " row", "positive", horizon_days=0, lag_days=0, points=points_of(frame))
    part = Part(frame, np.arange(60) % 2 > 0, np.arange(60), False)
    encoder = numbered_encoder(part, spec)
    assert has_points(encoder, spec)
    matrix = encoder.encode(frame)
    one, other = (
        preset_points(encoder, Window(matrix, label, np.ones(60)), spec).margin(matrix)
        for label in (part.label.astype(np.float64), 1.0 - part.label.astype(np.float64))
    )
    assert np.allclose(one, other), "labels move the level alone, and half are of either class"
    assert one[0] - one[1] == pytest.approx(2.0, abs=0.02)
    assert one[57] - one[0] == pytest.approx(0.8, abs=0.05)


def chance_and_suspects(seed: int) -> tuple[float, int]:
    """Of forty leads of either class: how often dealt labels tell as much, and how many columns a probe names."""
    table = forty_and_forty(seed)
    part = table.part()
    spec = ModelSpec("t", "t", "row", " row", "positive", horizon_days=0, lag_days=0, points=points_of(table.frame))
    encoder = numbered_encoder(part, spec)
    matrix = encoder.encode(part.frame)
    preset = preset_points(encoder, Window(matrix, part.label.astype(np.float64), np.ones(80)), spec).margin(matrix)
    ranked = alone(part.frame, part.label, part.group, encoder.names, is_ordered=False, seed=7)
    found = chance_of(encoder, matrix, part.label, part.group, seed=7, preset=preset)
    assert found is not None
    return found, len(suspects(part.frame, part.label, ranked, "won", 7))


@pytest.mark.capability("M8")
def test_a_signal_is_found_among_forty_and_forty_leads_more_often_than_not_and_no_column_is_suspected() -> None:
    found = [chance_and_suspects(seed) for seed in range(1, 11)]
    assert sum(chance <= SHARED for chance, _ in found) >= 5
    assert [named for _, named in found] == [0] * 10
