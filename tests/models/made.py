"""Models made by hand, without any fitting: one feature, one line, windows as the test says."""

from datetime import timedelta

import duckdb
import numpy as np
import polars as pl

from models.additive import LINE, Additive, Curve
from models.alike import Alike
from models.artefact import version_of
from models.calibrate import Calibrator
from models.encode import EncodedColumn, Encoder
from models.fitted import FittedModel
from models.judge import health, judge
from models.landmarks import PROBABILITY
from models.training import Trained
from models.worked import Worked
from tests.models.worlds import AS_OF, SPEC, START, moments

LEVEL = -1.0
ENDS = (-8.0, 8.0)
LAST_DAY = 540


def made(slope: float = 1.0, level: float = LEVEL, learned_until: int = 300, name: str = "made") -> FittedModel:
    """Log-odds are `level` + `slope` x signal; `learned_until`: the last day of its validation window."""
    tested = learned_until + SPEC.gap_days
    until = {"training_until": learned_until - 60, "validation_until": learned_until}
    until |= {"test_from": tested, "test_until": max(tested, LAST_DAY)}
    curve = Curve(LINE, ENDS, (ENDS[0] * slope, ENDS[1] * slope), 0.0)
    return FittedModel(
        spec=SPEC,
        encoder=Encoder((EncodedColumn("signal", "number"),), {}),
        estimator=Additive(name, level, (curve,)),
        calibrator=Calibrator("logistic"),
        alike=Alike((0.0, 1.0), (0.0, 1.0), (0.0, 1.0)),
        worked=Worked(),
        base_rate=0.3,
        windows={window: (START + timedelta(days=day)).isoformat() for window, day in until.items()},
        counts={"training_units_positive": 100, "training_units_negative": 200},
        losses={},
        importance={"signal": 1.0},
        versions={},
    )


def signals(units: int = 600, seed: int = 1, first: int = 340, days: int = 200, slope: float = 1.0) -> pl.DataFrame:
    """Landmarks from day `first` on, two leads to a group; the label comes from -1 + `slope` x signal."""
    random = np.random.default_rng(seed)
    signal = random.normal(0, 1.5, units)
    chance = 1 / (1 + np.exp(-(LEVEL + slope * signal)))
    return pl.DataFrame(
        {
            "lead_id": [f"00Q{number:07d}" for number in range(units)],
            "as_of": moments(first + random.integers(0, days, units)),
            "label": random.random(units) < chance,
            "group": [f"acc{number // 2}" for number in range(units)],
            "age_days": random.integers(0, 60, units),
            "signal": signal,
        }
    )


def trained(model: FittedModel, test: pl.DataFrame) -> Trained:
    """The outcome of a training that ended in this model, judged on these rows."""
    scored = test.with_columns(pl.Series(PROBABILITY, model.predict(test)))
    judgement, version = judge(scored, SPEC.seed), version_of(model)
    return Trained(model, version, judgement, health(judgement, SPEC.name, version, AS_OF), scored)


def nothing_shown(connection: duckdb.DuckDBPyConnection) -> None:
    """No list shows anybody, no action lies behind a feature, and nothing was sold."""
    connection.execute("create or replace table warehouse.scores.shown_units (model varchar, unit_id varchar)")
    columns = "model varchar, unit_id varchar, fact varchar, last_at timestamp"
    connection.execute(f"create or replace table warehouse.scores.facts ({columns})")
    connection.execute(
        "create or replace table warehouse.core.lead_conversions (lead_id varchar, opportunity_id varchar)"
    )
    deals = "opportunity_id varchar, outcome varchar, is_new_business boolean, reported_amount double"
    connection.execute(f"create or replace table warehouse.core.opportunities ({deals}, reported_currency varchar)")


def signals_to_learn(connection: duckdb.DuckDBPyConnection, model: str) -> None:
    """Features of a company without lists: signals to learn from, and a hundred units to score."""
    rows = signals().with_columns(weight=pl.lit(1.0), purpose=pl.lit("train"))
    score = rows.head(100).with_columns(purpose=pl.lit("score"), as_of=pl.lit(AS_OF), label=pl.lit(None))
    connection.register("given", pl.concat([rows, score], how="vertical_relaxed").rename({"group": "group_id"}))
    connection.execute(f"create table warehouse.features.{model} as from given")
    connection.unregister("given")
    nothing_shown(connection)
    connection.execute(
        "create or replace table warehouse.spine.model_units as "
        "select ? as model, 500 as units_positive, 500 as units_negative", [model],
    )  # fmt: skip
