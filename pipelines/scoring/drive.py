"""What goes with success over the whole market, noted after a training: whether, how soon and how much.

What belongs here: which quantity is held against which rows, and the sentence. The estimation: `models.drivers`.
"""

from datetime import datetime
from typing import TYPE_CHECKING

import duckdb
import polars as pl

from pipelines.model_features import features_for
from pipelines.scoring.asked import feature_words
from pipelines.scoring.kept import insert_frame

if TYPE_CHECKING:
    from models.spec import ModelSpec
    from models.training import Trained

WITHIN, DAYS = "days to the outcome", "days"
WON = "outcome = 'won' and is_new_business and reported_amount is not null"
AMOUNTS = {
    "account": f"""
        select
            account_id,
            cast(min_by(reported_amount, closed_at) as double) as amount,
            min(reported_currency) as currency
        from core.opportunities
        where {WON}
        group by account_id
        having min(reported_currency) = max(reported_currency)
    """,
    "lead": f"""
        select conversions.lead_id, cast(deals.reported_amount as double) as amount, deals.reported_currency as currency
        from core.lead_conversions as conversions
        inner join core.opportunities as deals on conversions.opportunity_id = deals.opportunity_id
        where {WON}
    """,
    "opportunity": f"""
        select opportunity_id, cast(reported_amount as double) as amount, reported_currency as currency
        from core.opportunities
        where {WON}
    """,
}
"""Per unit the money that it brought: an account's first win, the won deal of a lead, the deal itself."""
SAME = {"opportunity": ("amount",)}
"""Features that are the money itself, at an earlier moment: they explain nothing of it."""


def note_drivers(connection: duckdb.DuckDBPyConnection, trained: "Trained", as_of: datetime) -> None:
    """Write the drivers of a model's outcome: its chance, the days it takes, and the money that it brings."""
    from models.drivers import event_drivers, quantity_drivers
    from models.worked import taught

    spec = trained.model.spec
    words, happens = feature_words(connection, spec.name), spec.positive_word
    frame = taught(features_for(connection, spec.name, "train"), spec)
    parts = [event_drivers(frame, spec, words, happens)]
    succeeded = before_success(frame, spec.unit_column)
    waited = (pl.col("outcome_at") - pl.col("as_of")).dt.total_seconds() / 86400
    days = succeeded["first"].with_columns(waited=waited).drop("outcome_at")
    parts.append(quantity_drivers(days, "waited", spec, words, outcome=f"days until {happens}", unit=DAYS))
    worth, currency = worth_of(connection, succeeded["last"], spec)
    parts.append(quantity_drivers(worth, "worth", spec, words, outcome="amount won", unit=currency))
    rows = pl.concat(parts).with_columns(
        pl.Series("sentence", [sentence_of(row) for part in parts for row in part.iter_rows(named=True)], pl.String),
        model=pl.lit(spec.name),
        as_of=pl.lit(as_of, pl.Datetime("us")),
    )
    connection.execute("delete from warehouse.scores.drivers where model = ?", [spec.name])
    insert_frame(connection, "drivers", rows)


def worth_of(
    connection: duckdb.DuckDBPyConnection, succeeded: pl.DataFrame, spec: "ModelSpec"
) -> tuple[pl.DataFrame, str]:
    """The units that brought money, with how much (`worth`), and its currency: the most frequent one, for sums in
    others cannot be held against it."""
    amounts = connection.sql(AMOUNTS[spec.unit]).pl()
    counts = amounts["currency"].drop_nulls().value_counts().sort(["count", "currency"], descending=[True, False])
    currency = str(counts["currency"].item(0)) if counts.height else ""
    known = amounts.filter(pl.col("currency").is_null() if not currency else pl.col("currency") == currency)
    known = (
        known.select(spec.unit_column, worth="amount")
        .sort(spec.unit_column, "worth")
        .unique(spec.unit_column, keep="first")
    )
    there = succeeded.drop(SAME.get(spec.unit, ()), strict=False).drop("outcome_at")
    return there.join(known, on=spec.unit_column, maintain_order="left"), currency


def before_success(frame: pl.DataFrame, unit_column: str) -> dict[str, pl.DataFrame]:
    """The first and the last landmark of every unit that has succeeded since."""
    if "outcome_at" not in frame.columns:
        frame = frame.with_columns(outcome_at=pl.lit(None, pl.Datetime("us")))
    known = frame.filter(pl.col("outcome_at").is_not_null()).sort(unit_column, "as_of")
    return {
        "first": known.unique(unit_column, keep="first", maintain_order=True),
        "last": known.unique(unit_column, keep="last", maintain_order=True),
    }


def sentence_of(row: dict[str, object]) -> str:
    """One driver in words, as association."""
    if not row["is_found"]:
        return f"{row['idea']}: nothing beyond chance goes with {row['outcome']}"
    effect, low, high = (float(str(row[name])) for name in ("effect", "low", "high"))
    return (
        f"{row['to_value']} rather than {row['from_value']} goes with {effect:+,.1f} {row['unit']} "
        f"({low:+,.1f} to {high:+,.1f}) of {row['outcome']}, the other ideas being equal"
    )
