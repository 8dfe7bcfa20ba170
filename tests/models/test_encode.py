"""Columns to numbers: nothing unseen breaks, nothing missing passes, nothing that identifies is learned."""

from collections.abc import Sequence

import numpy as np
import polars as pl
import pytest

from models.encode import Encoder, learn_encoder
from models.errors import ModelError


def learned(**columns: Sequence[object]) -> Encoder:
    frame = pl.DataFrame({"lead_id": [str(row) for row in range(len(next(iter(columns.values()))))], **columns})
    return learn_encoder(frame, "lead_id", sorted(columns))


def test_numbers_and_yes_no_stay_and_null_is_missing() -> None:
    encoder = learned(employees=[10, 20, None], is_free_mail=[True, False, None])
    matrix = encoder.encode(pl.DataFrame({"employees": [7, None], "is_free_mail": [None, True]}))
    np.testing.assert_array_equal(matrix, [[7, np.nan], [np.nan, 1]])


def test_levels_are_numbered_by_frequency_and_rare_or_unseen_ones_share_a_number() -> None:
    encoder = learned(industry=["Retail"] * 6 + ["Energy"] * 8 + ["Rare"])
    matrix = encoder.encode(pl.DataFrame({"industry": ["Energy", "Retail", "Rare", "Never seen", None]}))
    np.testing.assert_array_equal(matrix[:, 0], [0, 1, 2, 2, np.nan])


def test_the_frequency_of_a_level_counts_units_not_landmarks() -> None:
    frame = pl.DataFrame({"lead_id": ["a"] * 50 + list("bcdefg"), "industry": ["Rare"] * 50 + ["Energy"] * 6})
    assert learn_encoder(frame, "lead_id", ["industry"]).columns[0].levels == ("Energy",)


def test_a_text_that_lists_things_becomes_a_yes_or_no_per_thing() -> None:
    both = ["aws", "sap", "sap, aws", "hubspot", "aws, hubspot", "hubspot, sap", None] * 6
    encoder = learned(technologies=both, visits=[1, 2] * 21)
    assert encoder.sources == ["technologies"] * 3 + ["visits"]
    matrix = encoder.encode(pl.DataFrame({"technologies": ["sap, unseen", None], "visits": [5, 6]}))
    np.testing.assert_array_equal(matrix, [[0, 0, 1, 5], [np.nan, np.nan, np.nan, 6]])


def test_a_name_with_a_comma_in_it_is_no_list() -> None:
    names = [f"Firm {row % 30}, Inc." for row in range(100)]
    assert learned(company=names).columns[0].kind == "category"


def test_constants_and_identifiers_are_dropped_and_noted() -> None:
    names = [f"name {row}" for row in range(100)]
    encoder = learned(
        only=[1] * 100,
        empty=[None] * 100,
        full_name=names,
        contact_id=range(100),
        owner_id=[1, 2] * 50,
        visits=range(100),
    )
    assert encoder.names == ["owner_id", "visits"]
    assert encoder.dropped == {
        "only": "constant in the training window",
        "empty": "constant in the training window",
        "full_name": "like an identifier: 100 different values for 100 units",
        "contact_id": "an identifier by its name: 100 different numbers for 100 units",
    }


def test_a_missing_column_is_an_error_that_names_it() -> None:
    with pytest.raises(ModelError, match="lacks employees"):
        learned(employees=[1, 2]).encode(pl.DataFrame({"industry": ["Retail"]}))


def test_a_column_of_another_kind_is_an_error_and_an_empty_one_is_missing() -> None:
    encoder = learned(employees=[1, 2])
    with pytest.raises(ModelError, match="employees holds a category; the model learned it as a number"):
        encoder.encode(pl.DataFrame({"employees": ["many"]}))
    assert np.isnan(encoder.encode(pl.DataFrame({"employees": [None]}))).all()
