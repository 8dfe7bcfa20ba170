"""The story of the runs: `meta.runs`, one row per run, and what an unchanged run adds to the ledger.

What does not belong here: Dagster's own history, which `pipelines/instance.py` keeps.
"""

from datetime import datetime
from pathlib import Path

import duckdb

RUNS = """
create table if not exists warehouse.meta.runs (
    run_id varchar primary key,
    status varchar not null,
    extracts varchar not null,
    fingerprint varchar not null,
    as_of timestamp,
    version varchar,
    message varchar not null,
    started_at timestamp not null,
    finished_at timestamp
)
"""


def open_run(connection: duckdb.DuckDBPyConnection, run_id: str, now: datetime, extracts: Path, mark: str) -> None:
    """Note that a run has begun; `mark` is the fingerprint of its inputs. A run opened twice keeps its first note."""
    connection.execute(RUNS)
    connection.execute(
        "insert or ignore into warehouse.meta.runs values (?, 'running', ?, ?, null, null, '', ?, null)",
        [run_id, str(extracts), mark, now],
    )


def close_run(
    connection: duckdb.DuckDBPyConnection,
    run_id: str,
    status: str,
    message: str,
    *,
    ended: datetime,
    version: str | None = None,
    as_of: datetime | None = None,
) -> None:
    """Note how a run ended, once: a run that published stays published, one that failed stays failed."""
    connection.execute(
        "update warehouse.meta.runs set status = ?, message = ?, version = coalesce(?, version),"
        " as_of = coalesce(?, as_of), finished_at = ?"
        " where run_id = ? and status = 'running'",
        [status, message, version, as_of, ended, run_id],
    )


def close_abandoned(connection: duckdb.DuckDBPyConnection, run_id: str | None, now: datetime) -> None:
    """Mark the run whose process died while it held the lock as failed."""
    connection.execute(RUNS)
    connection.execute(
        "update warehouse.meta.runs set status = 'failed', message = 'its process died', finished_at = ?"
        " where run_id = ? and status = 'running'",
        [now, run_id],
    )


def last_extracts(connection: duckdb.DuckDBPyConnection) -> Path | None:
    """The folder that was loaded last, or None before the first load."""
    connection.execute(RUNS)
    row = connection.execute(
        "select extracts from warehouse.meta.runs where status in ('published', 'unchanged', 'finished')"
        " order by started_at desc, run_id limit 1"
    ).fetchone()
    return Path(row[0]) if row else None


def note_unchanged(connection: duckdb.DuckDBPyConnection, run_id: str) -> None:
    """Balance a run over the very files of the last load: every accepted row is identical to a loaded one."""
    connection.execute(
        "insert into intake.ledger.balance by name"
        " select ? as load_id, source, object, file, lines_read, rows_read, 0 as rows_loaded,"
        " rows_read - rows_quarantined - rows_rejected as rows_identical, 0 as rows_superseded,"
        " rows_quarantined, rows_rejected from ledger.balance where load_id ="
        " (select run_id from meta.runs where status in ('published', 'unchanged') order by started_at desc limit 1)",
        [run_id],
    )
