"""Published tables in memory for the tests of the report: two small companies, one with models and one without."""

from datetime import datetime
from pathlib import Path

import duckdb

from pipelines.contracts import load_contracts
from pipelines.engine import CONTRACTS
from pipelines.publish.report import ReportContext, write_report
from pipelines.warehouse import connect_scratch

AS_OF = datetime(2026, 11, 20, 22, 15)
COLUMNS = {
    "config.as_of": "as_of timestamp",
    "config.calendar": "zone varchar",
    "config.funnel_units": "unit varchar, horizon_days integer",
    "config.labels": "model varchar, title varchar, unit varchar, positive varchar, horizon_days integer",
    "core.process_entries": "unit varchar, step varchar, step_order integer",
    "scores.reliability": (
        "model varchar, model_version varchar, bin integer, n bigint, mean_score double, event_rate double,"
        " low double, high double"
    ),
    "scores.model_status": (
        "model varchar, status varchar, model_version varchar, trained_as_of timestamp, sentence varchar"
    ),
    "scores.health_history": (
        "model varchar, slice varchar, metric varchar, value double, as_of timestamp, verdict varchar"
    ),
    "scores.list_leavers": "list_name varchar, unit_id varchar, previous_rank bigint, why varchar",
    "scores.previous_lists": "list_name varchar, unit_id varchar",
    "scores.gains": "model varchar, model_version varchar, share double, caught double",
    "meta.balance": (
        "run_id varchar, source varchar, object varchar, file varchar, lines_read bigint, rows_read bigint,"
        " rows_loaded bigint, rows_identical bigint, rows_superseded bigint, rows_quarantined bigint,"
        " rows_rejected bigint"
    ),
    "meta.rule_results": (
        "load_id varchar, object varchar, rule_id varchar, kind varchar, severity varchar, rows_failed bigint,"
        " rows_waiting bigint, sample varchar"
    ),
    "meta.unmapped_values": "playbook_list varchar, found_value varchar, counts_as varchar, records bigint",
    "core.users": "user_id varchar, user_name varchar, is_queue boolean",
    "meta.freshness": (
        "run_id varchar, source varchar, object varchar, load_number bigint, is_present boolean, records bigint,"
        " newest_at timestamp, age_hours double, lag_hours double, expected_hours double, verdict varchar"
    ),
    "meta.completeness": (
        "run_id varchar, source varchar, object varchar, field varchar, owner varchar, load_number bigint,"
        " records bigint, filled bigint, share double"
    ),
    "meta.selection_rates": (
        "list_name varchar, column_name varchar, level varchar, n bigint, selected bigint, rate double, low double,"
        " high double, ratio double, verdict varchar"
    ),
    "config.allow_protected": "column_name varchar, allowed_by varchar, why varchar",
    "meta.reports": "run_id varchar, kind varchar, object varchar, file varchar, message varchar",
    "quarantine.rows": (
        "load_id varchar, source varchar, object varchar, file varchar, line bigint, line_end bigint,"
        " violated_rules varchar[], reasons varchar[], record varchar, quarantined_at_load varchar"
    ),
}


def empty_company() -> duckdb.DuckDBPyConnection:
    """Every table of the report, none with rows but the as-of moment and the calendar."""
    connection = connect_scratch()
    promised = {
        contract.table: ", ".join(f"{column.name} {column.physical_type}" for column in contract.columns)
        for contract in load_contracts(CONTRACTS / "published")
    }
    for table, columns in (COLUMNS | promised).items():
        database = "intake" if table.startswith("quarantine") else "warehouse"
        connection.execute(f"create table {database}.{table} ({columns})")
    insert(connection, "config.as_of", as_of=AS_OF)
    insert(connection, "config.calendar", zone="Europe/Berlin")
    return connection


def insert(connection: duckdb.DuckDBPyConnection, table: str, **values: object) -> None:
    """Put one row in; columns that are not named stay null."""
    database = "intake" if table.startswith("quarantine") else "warehouse"
    marks = ", ".join("?" for _ in values)
    connection.execute(f"insert into {database}.{table} ({', '.join(values)}) values ({marks})", list(values.values()))


def page_of(connection: duckdb.DuckDBPyConnection, folder: Path, context: ReportContext | None = None) -> str:
    path = folder / "report.html"
    write_report(connection, path, context or ReportContext(company="Example Works"))
    return path.read_text(encoding="utf-8")
