"""Scores of the units of today by the champion, with reasons. No training."""

import duckdb
import polars as pl

from models.errors import ModelError
from pipelines.errors import GrowthError
from pipelines.home import Home
from pipelines.model_features import features_for
from pipelines.registry import load_champion
from pipelines.scoring.asked import model_spec
from pipelines.scoring.kept import CHAMPION, Status, create_kept_tables, read_status
from pipelines.scoring.told import told_reasons
from pipelines.scoring.watch import note_drift


def score_model(connection: duckdb.DuckDBPyConnection, home: Home, model: str) -> int:
    """Write `scores.<model>`: one row per unit to score, none where points must rank; the rows written."""
    create_kept_tables(connection)
    status = read_status(connection, model)
    unit_column = model_spec(connection, model).unit_column
    frame = empty_scores(unit_column)
    if status is not None and status.status == CHAMPION:
        frame = scored(connection, home, status, unit_column)
    connection.register("scored_frame", frame)
    connection.execute(
        f"create or replace table warehouse.scores.{model} as select * from scored_frame order by {unit_column}"
    )
    connection.unregister("scored_frame")
    return frame.height


def scored(connection: duckdb.DuckDBPyConnection, home: Home, status: Status, unit_column: str) -> pl.DataFrame:
    """Probability, lift and reasons of every unit to score, by the champion; what drifted since it learned is noted."""
    from models.artefact import version_of

    model = status.model
    champion = load_champion(home, model)
    if champion is None:
        raise GrowthError(f"The champion of {model} is gone from {home.mlflow}; run again, and a new one is trained.")
    units = features_for(connection, model, "score")
    try:
        probability = champion.predict(units)
        low, high = champion.interval(probability)
        told = told_reasons(connection, champion, units)
        note_drift(connection, champion, status, units.with_columns(pl.Series("probability", probability)))
    except ModelError as error:
        raise GrowthError(f"{model} cannot score: {error}") from error
    return pl.DataFrame(
        {
            unit_column: units[unit_column],
            "as_of": units["as_of"],
            "probability": probability,
            "probability_low": low,
            "probability_high": high,
            "worked_share": pl.Series(champion.worked.share(probability)).fill_nan(None),
            "is_extrapolated": champion.worked.is_extrapolated(probability),
            "lift": champion.lift(probability),
            "reasons": pl.Series(told, dtype=pl.List(pl.String)),
            "model_version": pl.Series([version_of(champion)] * units.height, dtype=pl.String),
        },
        schema=empty_scores(unit_column).schema,
    )


def empty_scores(unit_column: str) -> pl.DataFrame:
    """The columns of `scores.<model>` without a row."""
    return pl.DataFrame(
        schema={
            unit_column: pl.String,
            "as_of": pl.Datetime("us"),
            "probability": pl.Float64,
            "probability_low": pl.Float64,
            "probability_high": pl.Float64,
            "worked_share": pl.Float64,
            "is_extrapolated": pl.Boolean,
            "lift": pl.Float64,
            "reasons": pl.List(pl.String),
            "model_version": pl.String,
        }
    )
