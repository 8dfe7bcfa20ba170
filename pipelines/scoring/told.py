"""Reasons of the units that a list can show, each with the day on which its fact happened last. No scoring.

What belongs here: which rows are explained (`scores.shown_units`) and where a fact can be looked up (`scores.facts`).
How reasons are found: `models/reasons.py`.
"""

import re
from datetime import datetime
from typing import TYPE_CHECKING

import duckdb
import polars as pl

from pipelines.scoring.asked import feature_words

if TYPE_CHECKING:
    from models.fitted import FittedModel
    from models.reasons import Told

WINDOW = re.compile(r"_\d+d$")
"""What a feature that counts actions adds to the name of the fact."""
Facts = dict[tuple[str, str], datetime]


def told_reasons(
    connection: duckdb.DuckDBPyConnection, champion: "FittedModel", units: pl.DataFrame
) -> list[list[str] | None]:
    """Sentences per unit; none of units that no list shows."""
    from models.reasons import told_of

    model, unit_column = champion.spec.name, champion.spec.unit_column
    query = "select unit_id from scores.shown_units where model = ?"
    shown = {unit for (unit,) in connection.execute(query, [model]).fetchall()}
    is_shown = units[unit_column].is_in(list(shown))
    facts: Facts = {
        (unit, fact): last_at
        for unit, fact, last_at in connection.execute(
            "select unit_id, fact, last_at from scores.facts where model = ?", [model]
        ).fetchall()
    }
    rows = iter(told_of(champion, units.filter(is_shown), feature_words(connection, model)))
    ids = units[unit_column].to_list()
    return [
        [dated(one, facts.get((unit, WINDOW.sub("", one.feature)))) for one in next(rows)] if is_told else None
        for unit, is_told in zip(ids, is_shown.to_list(), strict=True)
    ]


def dated(told: "Told", last_at: datetime | None) -> str:
    """A reason with the day on which its fact happened last, where it is one that happens."""
    return f"{told.words}, last on {last_at:%Y-%m-%d}" if last_at and told.is_there else told.words
