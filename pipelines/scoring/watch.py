"""Drift of inputs, scores and outcomes since a model learned: noted at every scoring, so that a training comes in time.

Units are compared with two samples: those that the model learned from, which readers see, and those that were scored
when it was trained. Only the second asks for a training, which makes it anew: no training can make the market of last
year that of today. What belongs here: which rows are compared, what is kept. The index itself: `models.drift`.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import duckdb
import polars as pl

from pipelines.model_features import features_for
from pipelines.scoring.health_history import remember_health
from pipelines.scoring.kept import Status, as_of_moment

if TYPE_CHECKING:
    from models.drift import Profile
    from models.fitted import FittedModel

SCORE = "(score)"
LEARNED, THEN = "learned from", "scored then"
METRICS = {LEARNED: "psi", THEN: "psi_since_training"}
DRIFT = "drift"


def note_drift(
    connection: duckdb.DuckDBPyConnection, champion: "FittedModel", status: Status, units: pl.DataFrame
) -> None:
    """Write the drift rows of `model_health`; `units`: those scored now, beside their probability."""
    from models.drift import few_rows, like, shift, shift_rows
    from models.judge import health_rows

    now, unit_column = few_rows(units), champion.spec.unit_column
    if now.is_empty():
        return
    known = references(connection, status) or made_references(connection, champion, status, now)
    cases = now[unit_column].n_unique()
    inputs, scores = limits(connection)
    parts = []
    for compared, metric in METRICS.items():
        shifts = {
            name: shift(profile, like(profile, now[name if name != SCORE else "probability"], cases))
            for name, profile in known.get(compared, {}).items()
        }
        score = {name: one for name, one in shifts.items() if name == SCORE}
        parts.append(shift_rows({name: one for name, one in shifts.items() if name != SCORE}, metric, inputs))
        parts.append(shift_rows(score, metric, scores))
    parts.append(outcome_rows(connection, champion, status))
    version, as_of = status.model_version or "none", as_of_moment(connection)
    rows = health_rows(pl.concat(parts), status.model, version, as_of, DRIFT)
    connection.execute("delete from warehouse.scores.model_health where model = ? and split = ?", [status.model, DRIFT])
    connection.register("drift_rows", rows)
    connection.execute("insert into warehouse.scores.model_health by name select * from drift_rows")
    connection.unregister("drift_rows")
    remember_health(connection, rows)


def limits(connection: duckdb.DuckDBPyConnection) -> tuple[float, float]:
    """From which index on a feature and the scores have drifted."""
    [(inputs, scores)] = connection.execute("select input_drift, score_drift from config.judgement").fetchall()
    return inputs, scores


def references(connection: duckdb.DuckDBPyConnection, status: Status) -> dict[str, dict[str, "Profile"]]:
    """The profiles of the last training, by sample and feature; empty before its first scoring."""
    from models.drift import profile_of

    found: dict[str, dict[str, Profile]] = {}
    for compared, feature, text in connection.execute(
        "select compared, feature, profile from scores.drift_reference where model = ? and trained_as_of = ?"
        " order by compared, feature",
        [status.model, status.trained_as_of],
    ).fetchall():
        found.setdefault(compared, {})[feature] = profile_of(text)
    return found


def made_references(
    connection: duckdb.DuckDBPyConnection, champion: "FittedModel", status: Status, now: pl.DataFrame
) -> dict[str, dict[str, "Profile"]]:
    """Profiles of what the model learned from and of what it scores first, kept until the next training."""
    from models.drift import few_rows, profile
    from models.worked import taught

    until = datetime.fromisoformat(champion.windows["validation_until"])
    frame = taught(features_for(connection, status.model, "train"), champion.spec)
    learned = few_rows(frame.filter(pl.col("as_of") <= until))
    learned = learned.with_columns(pl.Series("probability", champion.predict(learned)))
    names = {name: name for name in champion.encoder.names} | {SCORE: "probability"}
    made = {
        compared: {
            name: profile(frame[column], frame[champion.spec.unit_column].n_unique()) for name, column in names.items()
        }
        for compared, frame in ((LEARNED, learned), (THEN, now))
        if frame.height
    }
    connection.execute("delete from warehouse.scores.drift_reference where model = ?", [status.model])
    kept = [
        (status.model, status.trained_as_of, compared, name, one.text())
        for compared, profiles in made.items()
        for name, one in profiles.items()
    ]
    frame = pl.DataFrame(kept, schema=["model", "trained_as_of", "compared", "feature", "profile"], orient="row")
    connection.register("kept_profiles", frame)
    connection.execute("insert into warehouse.scores.drift_reference by name select * from kept_profiles")
    connection.unregister("kept_profiles")
    return made


def outcome_rows(connection: duckdb.DuckDBPyConnection, champion: "FittedModel", status: Status) -> pl.DataFrame:
    """What became of the landmarks that matured since the training, against what the champion says of them."""
    from models.drift import promise_rows
    from models.worked import taught

    since = status.trained_as_of - timedelta(days=champion.spec.gap_days)
    since = max(since, datetime.fromisoformat(champion.windows["test_until"]))
    matured = taught(features_for(connection, status.model, "train", since), champion.spec)
    matured = matured.with_columns(pl.Series("probability", champion.predict(matured)))
    [(threshold,)] = connection.execute("select outcome_drift from config.judgement").fetchall()
    return promise_rows(matured, threshold)


def drifted(connection: duckdb.DuckDBPyConnection, status: Status) -> str:
    """Why drift asks for a training, in words; empty where nothing does."""
    from models.drift import DRIFTED

    found = connection.execute(
        "select slice, verdict from scores.model_health where model = ? and split = ? and as_of > ?"
        " and starts_with(verdict, ?) and metric in ('psi_since_training', 'observed_over_promised')"
        " order by value desc, slice",
        [status.model, DRIFT, status.trained_as_of, DRIFTED],
    ).fetchall()
    return "; ".join(f"{name.removeprefix('drift:').strip('()')} {words}" for name, words in found[:3])
