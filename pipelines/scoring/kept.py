"""What outlives a run: what was learned when, how good it was, and what was listed before. No fitting, no scoring."""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime

import duckdb
import polars as pl

from pipelines.releases import RELEASE_COLUMNS, Release
from pipelines.scoring.health_history import remember_health
from pipelines.warehouse import transaction

KEPT_TABLES = {
    "model_status": "model varchar, status varchar, model_version varchar, trained_as_of timestamp, sentence varchar,"
    " learned_from varchar",
    "model_health": "model varchar, model_version varchar, slice varchar, metric varchar, value double, low double,"
    " high double, n bigint, split varchar, as_of timestamp, verdict varchar",
    "health_history": "model varchar, model_version varchar, slice varchar, metric varchar, value double, low double,"
    " high double, n bigint, split varchar, as_of timestamp, verdict varchar",
    "reliability": "model varchar, model_version varchar, bin bigint, n bigint, mean_score double, event_rate double,"
    " low double, high double",
    "model_releases": RELEASE_COLUMNS,
    "gains": "model varchar, model_version varchar, share double, caught double, low double, high double",
    "cost_curve": "model varchar, model_version varchar, ratio double, worked double, caught double, net double,"
    " net_of_all double, low double, high double",
    "drift_reference": "model varchar, trained_as_of timestamp, compared varchar, feature varchar, profile varchar",
    "drivers": "model varchar, outcome varchar, idea varchar, feature varchar, effect double, low double, high double,"
    " unit varchar, from_value varchar, to_value varchar, strength double, p_value double, q_value double,"
    " is_found boolean, rank bigint, n bigint, as_of timestamp, sentence varchar",
    "history": "list_name varchar, unit_id varchar, item_id varchar, record_id varchar, as_of timestamp, cut varchar,"
    " lane_order bigint, lane varchar, probability double, fit_points double, engagement_points double,"
    " reasons bigint, rank bigint, tier varchar, score_source varchar, model_version varchar",
    "published_moments": "as_of timestamp, models varchar[]",
    "published_values": "list_name varchar, unit_id varchar, as_of timestamp, name varchar, value varchar",
}
"""Tables that outlive a run: what was learned when, who was to speak and why, and what was listed before."""
JUDGED = ("model_health", "reliability", "gains", "cost_curve")
"""What was measured of the version that speaks."""

CHAMPION, NOT_ENOUGH_DATA, NO_USABLE_SIGNAL = "champion", "not_enough_data", "no_usable_signal"


@dataclass(frozen=True)
class Status:
    """What stands behind the scores of a model: `champion`, `not_enough_data` or `no_usable_signal`."""

    model: str
    status: str
    model_version: str | None
    trained_as_of: datetime
    sentence: str
    learned_from: str
    """What the training was asked (`question`); another question needs another training."""


def as_of_moment(connection: duckdb.DuckDBPyConnection) -> datetime:
    """The moment this run looks from (naive UTC)."""
    [(as_of,)] = connection.execute("select cast(as_of as timestamp) from config.as_of").fetchall()
    if not isinstance(as_of, datetime):
        raise TypeError(f"config.as_of holds {as_of!r}, not a moment")
    return as_of


def create_kept_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the tables that outlive a run where they are not there yet."""
    for name, columns in KEPT_TABLES.items():
        connection.execute(f"create table if not exists warehouse.scores.{name} ({columns})")
    for end in ("low", "high"):  # a home that was made before gains had intervals
        connection.execute(f"alter table warehouse.scores.gains add column if not exists {end} double")


def read_status(connection: duckdb.DuckDBPyConnection, model: str) -> Status | None:
    """What came of the last training, none before the first."""
    rows = connection.execute(
        "select model, status, model_version, trained_as_of, sentence, learned_from"
        " from scores.model_status where model = ?",
        [model],
    ).fetchall()
    return Status(*rows[0]) if rows else None


def keep(
    connection: duckdb.DuckDBPyConnection,
    status: Status,
    tables: Mapping[str, pl.DataFrame],
    releases: Sequence[Release] = (),
) -> None:
    """Note who speaks, its judgement and the decisions so far, all or nothing; an earlier judgement speaks no more."""
    with transaction(connection):
        connection.execute("delete from warehouse.scores.model_status where model = ?", [status.model])
        connection.execute("insert into warehouse.scores.model_status values (?, ?, ?, ?, ?, ?)", astuple(status))
        for name in JUDGED:
            connection.execute(f"delete from warehouse.scores.{name} where model = ?", [status.model])
            if name in tables:
                insert_frame(connection, name, tables[name])
        if "model_health" in tables:
            remember_health(connection, tables["model_health"])
        keep_releases(connection, releases)


def keep_releases(connection: duckdb.DuckDBPyConnection, releases: Sequence[Release]) -> None:
    """Add the decisions that the table does not hold yet."""
    known = connection.execute("select model, number, model_version, decision, as_of from scores.model_releases")
    there = set(known.fetchall())
    places = ", ".join(f"?::{column.split()[1]}" for column in RELEASE_COLUMNS.split(", "))
    for one in releases:
        as_of = datetime.fromisoformat(one.as_of) if one.as_of else None
        if (one.model, one.number, one.model_version, one.decision, as_of) not in there:
            connection.execute(f"insert into warehouse.scores.model_releases values ({places})", astuple(one))


def insert_frame(connection: duckdb.DuckDBPyConnection, name: str, frame: pl.DataFrame) -> None:
    """Add rows to a kept table."""
    connection.register("kept_frame", frame)
    connection.execute(f"insert into warehouse.scores.{name} by name select * from kept_frame")
    connection.unregister("kept_frame")


def with_version(frame: pl.DataFrame, model: str, version: str) -> pl.DataFrame:
    """The rows of a picture under the names that the tables use."""
    renamed = {"mean_probability": "mean_score", "observed_rate": "event_rate"}
    return frame.rename({old: new for old, new in renamed.items() if old in frame.columns}).with_columns(
        model=pl.lit(model), model_version=pl.lit(version)
    )
