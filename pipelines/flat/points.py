"""Preset points for the columns of a flat table, by the words of their names and values. Nothing is learned here."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import yaml

MOST_VALUES = 2_000
"""Different values of a text that are looked at; a column of more is no list of kinds."""


@cache
def usual_points() -> Mapping[str, Any]:
    """The file beside this one."""
    return dict(yaml.safe_load((Path(__file__).parent / "usual_points.yaml").read_text(encoding="utf-8")))


def points_of(frame: pl.DataFrame) -> Mapping[str, float | Mapping[str, float]]:
    """Per column that people hold something of: points per value, or of a number."""
    found: dict[str, float | Mapping[str, float]] = {}
    for name in frame.columns:
        column, words = frame[name], plain_words(name)
        if column.dtype == pl.String:
            if by_value := points_of_values(column, words):
                found[name] = by_value
        elif points := next((one["points"] for one in usual_points()["numbers"] if holds(words, one["name"])), 0.0):
            found[name] = float(points)
    return found


def points_of_values(column: pl.Series, words: str) -> Mapping[str, float]:
    """The values that hold a word which is worth points, in a column that is named so."""
    for rule in usual_points()["values"]:
        values = column.unique().drop_nulls()
        if any(holds(words, name) for name in rule["names"]) and len(values) <= MOST_VALUES:
            told = {value: points_of_value(value, rule["words"]) for value in values.sort().to_list()}
            return {value: points for value, points in told.items() if points}
    return {}


def points_of_value(value: str, words: list[dict[str, Any]]) -> float:
    """Of the first word that stands in it."""
    text = plain_words(value)
    for one in words:
        if holds(text, one["word"]) if one.get("whole") else one["word"] in text:
            return float(one["points"])
    return 0.0


def plain_words(name: str) -> str:
    """`LeadSource`, `lead_source` and `Lead Source` are the same words."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return " ".join(re.split(r"[\s_./()-]+", apart.lower())).strip()


def holds(text: str, words: str) -> bool:
    """Whether whole words stand in a text, one or many of them (`visit`, `visits`)."""
    return re.search(rf"(^| ){re.escape(words)}s?( |$)", text) is not None
