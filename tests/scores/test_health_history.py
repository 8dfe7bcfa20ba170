"""How a model has done over time: what is kept of every training and scoring."""

from datetime import datetime, timedelta

import duckdb
import polars as pl
import pytest

from models.judge import HEALTH_COLUMNS
from pipelines.scoring.health_history import remember_health
from pipelines.scoring.kept import create_kept_tables
from pipelines.warehouse import connect_scratch

DAY = datetime(2026, 3, 1)
SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "value": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "n": pl.Int64,
    "as_of": pl.Datetime("us"),
}

Row = tuple[str, str, str, float, str]


def health(day: int, *rows: Row) -> pl.DataFrame:
    """Rows (split, slice, metric, value, verdict) of one model on a day."""
    return pl.DataFrame(
        [
            dict(zip(HEALTH_COLUMNS, ("m", "m-1", part, metric, value, None, None, 9, split, DAY + timedelta(days=day),
                                      verdict), strict=True))
            for split, part, metric, value, verdict in rows
        ],
        schema_overrides=SCHEMA,
    )  # fmt: skip


@pytest.mark.capability("K4")
def test_every_training_and_every_scoring_leaves_its_lasting_measures_once() -> None:
    con: duckdb.DuckDBPyConnection = connect_scratch()
    create_kept_tables(con)
    trained = [
        ("test", "all", "auc", 0.8, "ok"),
        ("test", "segment:x", "auc", 0.7, "ok"),
        ("test", "all", "brier", 0.1, "ok"),
        ("backtest", "backtest:all", "auc", 0.78, "ok"),
    ]
    remember_health(con, health(0, *trained))
    drifts = [
        ("drift", "drift:size", "psi_since_training", 0.4, "drifted"),
        ("drift", "drift:age", "psi_since_training", 0.1, "ok"),
        ("drift", "drift:size", "psi", 0.9, "drifted"),
        ("drift", "drift:(score)", "psi_since_training", 0.2, "ok"),
    ]
    for _ in range(2):  # the same moment again says the same once
        remember_health(con, health(1, *drifts))
    remember_health(con, health(7, ("test", "all", "auc", 0.82, "ok")))
    remember_health(con, health(7, ("test", "all", "auc", 0.83, "ok")))
    found = con.execute(
        "select date_diff('day', ?, as_of), slice, metric, value, verdict from scores.health_history order by all",
        [DAY],
    ).fetchall()
    assert found == [
        (0, "all", "auc", 0.8, "ok"),
        (0, "backtest:all", "auc", 0.78, "ok"),
        (1, "drift:(input)", "psi_since_training", 0.4, "size: drifted"),
        (1, "drift:(score)", "psi_since_training", 0.2, "ok"),
        (7, "all", "auc", 0.83, "ok"),
    ]
