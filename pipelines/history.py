"""The story of the runs: `meta.runs`, one row per run, and what an unchanged run adds to the ledger.

What does not belong here: Dagster's own history, which `pipelines/instance.py` keeps.
"""

from dataclasses import dataclass
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
);
alter table warehouse.meta.runs add column if not exists playbook varchar;
"""
WELL = "status in ('published', 'unchanged')"


@dataclass(frozen=True)
class Inputs:
    """From what a run was made: folder of extracts, folder of the playbook, fingerprint of both and of the code."""

    extracts: Path
    playbook: Path
    fingerprint: str


def open_run(connection: duckdb.DuckDBPyConnection, run_id: str, now: datetime, inputs: Inputs) -> None:
    """Note that a run has begun. A run opened twice keeps its first note."""
    connection.execute(RUNS)
    connection.execute(
        "insert or ignore into warehouse.meta.runs by name select ? as run_id, 'running' as status, ? as extracts,"
        " ? as playbook, ? as fingerprint, '' as message, ? as started_at",
        [run_id, str(inputs.extracts), str(inputs.playbook), inputs.fingerprint, now],
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


def close_abandoned(connection: duckdb.DuckDBPyConnection, own_run_id: str, now: datetime) -> None:
    """Mark every run that still runs, but for our own, as failed: we hold the lock, so its process has died."""
    connection.execute(RUNS)
    connection.execute(
        "update warehouse.meta.runs set status = 'failed', message = 'its process died', finished_at = ?"
        " where run_id <> ? and status = 'running'",
        [now, own_run_id],
    )


def last_published(connection: duckdb.DuckDBPyConnection) -> Inputs | None:
    """The inputs of the last run that went well, or None before the first; a note without a playbook tells too little
    to be repeated."""
    rows = connection.execute(
        f"select extracts, playbook, fingerprint from meta.runs where {WELL} and playbook is not null"
        " order by started_at desc, run_id limit 1"
    ).fetchall()
    return Inputs(Path(rows[0][0]), Path(rows[0][1]), rows[0][2]) if rows else None


def last_fingerprint(connection: duckdb.DuckDBPyConnection) -> str:
    """From which inputs all tables are made: those of the newest run, when it went well; empty when nobody can say."""
    rows = connection.execute(
        f"select case when {WELL} then fingerprint else '' end from meta.runs order by started_at desc, run_id limit 1"
    ).fetchall()
    return str(rows[0][0]) if rows else ""


def has_published(connection: duckdb.DuckDBPyConnection, run_id: str) -> bool:
    """Whether these databases know a run as published."""
    connection.execute(RUNS)
    rows = connection.execute(
        "select run_id from meta.runs where run_id = ? and status = 'published'", [run_id]
    ).fetchall()
    return bool(rows)


def note_unchanged(connection: duckdb.DuckDBPyConnection, run_id: str) -> None:
    """Balance a run over the very files of the last load: every accepted row is identical to a loaded one."""
    connection.execute(
        "insert into intake.ledger.balance by name"
        " select ? as load_id, source, object, file, lines_read, rows_read, 0 as rows_loaded,"
        " rows_read - rows_quarantined - rows_rejected as rows_identical, 0 as rows_superseded,"
        " rows_quarantined, rows_rejected from ledger.balance where load_id ="
        f" (select run_id from meta.runs where {WELL} and run_id in (select load_id from ledger.balance)"
        " order by started_at desc, run_id limit 1)",
        [run_id],
    )
