"""How every model has done over time: what each training measured, and how far the market had drifted at each scoring.

What belongs here: which measures are kept for good, once per model, moment, slice and metric. What they are is told by
`models.judge` and `models.drift`; a moment that is looked at again replaces what it said.
"""

import duckdb
import polars as pl

TRAINED = (
    "auc", "log_loss", "ece", "ece_expected", "base_rate", "mean_probability", "flagged_caught", "top_over_bottom",
    "gain_over_base_rate",
)  # fmt: skip
TRAINED_SLICES = ("all", "hand-off", "backtest:all", "backtest:worked", "backtest:unworked")
SCORE, OUTCOME, INPUT = "drift:(score)", "drift:(outcome)", "drift:(input)"
INDEX = "psi_since_training"


def remember_health(connection: duckdb.DuckDBPyConnection, health: pl.DataFrame) -> None:
    """Add the lasting part of rows of `model_health` to `scores.health_history`."""
    drift = pl.col("split") == "drift"
    trained = health.filter(~drift, pl.col("slice").is_in(TRAINED_SLICES), pl.col("metric").is_in(TRAINED))
    told = health.filter(drift, pl.col("metric").is_in((INDEX, "observed_over_promised")))
    whole = told.filter(pl.col("slice").is_in((SCORE, OUTCOME)))
    inputs = told.filter(~pl.col("slice").is_in((SCORE, OUTCOME))).sort(["value", "slice"], descending=[True, False])
    furthest = inputs.head(1).with_columns(
        slice=pl.lit(INPUT),
        verdict=pl.format("{}: {}", pl.col("slice").str.strip_prefix("drift:"), "verdict"),
    )
    kept = pl.concat([trained, whole, furthest]).filter(pl.col("value").is_not_null())
    connection.register("kept_health", kept)
    connection.execute(
        "delete from warehouse.scores.health_history as past using kept_health as now where past.model = now.model"
        " and past.as_of = now.as_of and past.slice = now.slice and past.metric = now.metric"
    )
    connection.execute("insert into warehouse.scores.health_history by name select * from kept_health")
    connection.unregister("kept_health")
