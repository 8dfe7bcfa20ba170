"""Reasons name what drives a score, by the fact, in a representative's words; what is not known is no reason."""

from dataclasses import replace
from functools import cache

import polars as pl
import pytest

from models.fitted import FittedModel
from models.fitting import Fit, fit
from models.reasons import reasons, told_of
from models.words import FeatureWords, sentence
from tests.models.worlds import SPEC, leads, training

WORDS = {
    "pricing_views_7d": FeatureWords(
        "{value:.0f} visits to the pricing page in 7 days",
        one="1 visit to the pricing page in 7 days",
        zero="no visit to the pricing page in 7 days",
    ),
    "industry": FeatureWords("industry: {value}"),
    "employees": FeatureWords("{value:,.0f} employees"),
    "is_free_mail": FeatureWords("writes from a free mail address"),
}


@cache
def model() -> FittedModel:
    outcome = fit(training(leads(6_000)), SPEC)
    assert isinstance(outcome, Fit)
    return outcome.model


def row(**facts: object) -> pl.DataFrame:
    plain = training(leads(1, seed=5)).drop("label", "weight", "group")
    kept = {
        "pricing_views_7d": 0,
        "pricing_views_90d": 0,
        "industry": "Retail",
        "employees": 55.0,
        "is_free_mail": False,
    }
    return plain.with_columns(pl.lit(value, plain.schema[name]).alias(name) for name, value in (kept | facts).items())


@pytest.mark.capability("M9")
def test_the_planted_driver_comes_first() -> None:
    assert reasons(model(), row(pricing_views_7d=4, pricing_views_90d=4), WORDS)[0][0] == (
        "4 visits to the pricing page in 7 days"
    )


@pytest.mark.capability("M9")
def test_what_speaks_against_comes_after_what_speaks_for() -> None:
    facts = row(industry="Public", is_free_mail=True, employees=3000.0)
    told = reasons(model(), facts, WORDS, top_for=1, top_against=3)[0]
    assert told[0] == "3,000 employees"
    assert set(told[1:]) == {
        "but writes from a free mail address",
        "but industry: Public",
        "but no visit to the pricing page in 7 days",
    }


@pytest.mark.capability("M9")
def test_a_missing_value_is_never_a_reason() -> None:
    for told in reasons(model(), row(employees=None, industry=None, pricing_views_7d=None), WORDS):
        assert not any("employees" in text or "industry" in text or "pricing page in 7" in text for text in told)


@pytest.mark.capability("M9")
def test_without_the_facts_of_the_first_reason_the_score_is_lower() -> None:
    frame = training(leads(400, seed=5))
    counting = {name: replace(one, counts=name.startswith("pricing")) for name, one in WORDS.items()}
    counting["pricing_views_90d"] = FeatureWords("{value:.0f} visits to the pricing page in 90 days", counts=True)
    told = [row[0] for row in told_of(model(), frame, counting)]
    spoken = pl.Series([one.idea if not one.words.startswith("but ") else None for one in told])
    pricing = pl.when(spoken == "pricing page")
    without = frame.with_columns(
        [pl.when(spoken == name).then(None).otherwise(pl.col(name)).alias(name)
         for name in ("industry", "employees", "is_free_mail", "noise", "age_days")]
        + [pricing.then(0).otherwise(pl.col(name)).alias(name) for name in ("pricing_views_7d", "pricing_views_90d")]
    )  # fmt: skip
    lower = model().predict(without) < model().predict(frame)
    cases = spoken.is_not_null().to_numpy()
    assert cases.sum() > 300
    assert lower[cases].all()
    assert not lower[~cases].any()


@pytest.mark.capability("M9")
def test_what_is_not_there_speaks_for_nobody() -> None:
    complaint = FeatureWords("{value:.0f} complaints", zero="no complaint", counts=True)
    facts, place = row(is_free_mail=False), model().encoder.names.index("is_free_mail")
    assert model().contributions(facts)[0][place] > 0.1
    assert "no complaint" not in reasons(model(), facts, {"is_free_mail": complaint}, top_for=9)[0]


def test_features_of_one_idea_are_told_once() -> None:
    told = reasons(model(), row(pricing_views_7d=3, pricing_views_90d=5), {}, top_for=9, top_against=9)[0]
    assert sum("pricing" in text for text in told) == 1


def test_no_more_sentences_than_asked_for() -> None:
    for told in reasons(model(), training(leads(200, seed=5)), WORDS, top_for=1, top_against=1):
        assert len([text for text in told if not text.startswith("but ")]) <= 1
        assert len([text for text in told if text.startswith("but ")]) <= 1
    assert reasons(model(), row().clear(), WORDS) == []


@pytest.mark.parametrize(
    ("value", "words", "told"),
    [
        (3, FeatureWords("{value:.0f} visits", one="1 visit", zero="no visit"), "3 visits"),
        (1, FeatureWords("{value:.0f} visits", one="1 visit", zero="no visit"), "1 visit"),
        (0, FeatureWords("{value:.0f} visits", one="1 visit", zero="no visit"), "no visit"),
        (0, FeatureWords("{value:.0f} days since the last visit"), "0 days since the last visit"),
        (True, FeatureWords("opted in"), "opted in"),
        (False, FeatureWords("opted in"), None),
        (None, FeatureWords("{value} employees"), None),
        (float("nan"), FeatureWords("{value} employees"), None),
        (1234.5, None, "visits: 1,234"),
        (True, None, "visits"),
        ("Retail", None, "visits: Retail"),
    ],
)
def test_a_fact_is_said_by_its_words(value: object, words: FeatureWords | None, told: str | None) -> None:
    assert sentence("visits", value, words) == told
