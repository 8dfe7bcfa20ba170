"""What `growth run` tells at its end: the rows behind the lists, a sentence for each model, the page to open."""

from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from pipelines.cli.account import read_account
from pipelines.cli.run import look
from pipelines.history import Inputs, open_run
from pipelines.home import Home
from pipelines.publish.manifest import Manifest, note_verdict
from pipelines.publish.versions import VERDICT, switch
from pipelines.publish.write import Origin, write_version

NOW = datetime(2026, 6, 30)
TABLES = """
create table warehouse.meta.balance as from (values
    ('first', 501, 500, 0, 0, 1, 0), ('second', 1530, 20, 1500, 7, 3, 0), ('second', 1, 1, 0, 0, 0, 0)
) as t(run_id, rows_read, rows_loaded, rows_identical, rows_superseded, rows_quarantined, rows_rejected);
create table warehouse.scores.model_status as from (values
    ('lead_conversion', 'champion', 'lead conversion: AUC 0.8'), ('account_fit', 'none', 'account fit: not enough data')
) as t(model, status, sentence);
"""


def blank_report(_: duckdb.DuckDBPyConnection, path: Path, __: Manifest) -> None:
    path.write_text("<html></html>", encoding="utf-8")


def test_the_end_of_a_run_says_where_to_look(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.create()
    connection.execute("create table warehouse.config.as_of as select ?::timestamp as as_of", [NOW])
    connection.execute(TABLES)
    for day, run_id in enumerate(("first", "second", "weekly"), start=1):
        open_run(connection, run_id, datetime(2026, 7, day), Inputs(tmp_path, tmp_path, ""))
    partial = write_version(connection, home.published, {}, Origin("weekly", NOW, "", {}), blank_report)
    note_verdict(partial, VERDICT, is_passed=True)
    switch(partial)
    found = look(home)
    assert found.balance == "2 files, 1,531 rows read, all accounted for"
    assert found.lines() == [
        "Rows: 21 rows loaded, 1,500 known already, 3 in quarantine (growth quarantine).",
        "Balance: 2 files, 1,531 rows read, all accounted for.",
        "Model: account fit: not enough data.",
        "Model: lead conversion: AUC 0.8.",
        f"Open: {home.latest / 'report.html'}",
    ]
    assert (home.latest / "report.html").is_file()


@pytest.mark.parametrize(("day_refused", "is_now"), [(1, False), (3, True)])
def test_the_last_refused_load_is_told_with_its_reason_and_whether_it_is_the_newest(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, day_refused: int, is_now: bool
) -> None:
    connection.execute(
        "create table warehouse.meta.balance as from (values ('well', 5, 4, 0, 0, 0, 0), ('bad', 7, 0, 0, 0, 0, 7)) "
        "as t(run_id, rows_read, rows_loaded, rows_identical, rows_superseded, rows_quarantined, rows_rejected); "
        "create table warehouse.meta.reports as from (values ('bad', 'refused', 'Lead.csv has no column Id.')) "
        "as t(run_id, kind, message)"
    )
    for run_id, day in (("well", 2), ("bad", day_refused)):
        open_run(connection, run_id, datetime(2026, 7, day), Inputs(tmp_path, tmp_path, ""))
    account = read_account(connection)
    assert account
    assert account.refused == f"2026-07-0{day_refused} 00:00 UTC: Lead.csv has no column Id."
    assert account.is_refused_now == is_now
    told = "1 file, 7 rows read, all accounted for" if is_now else "1 file, 5 rows read, 1 NOT accounted for"
    assert account.balance() == told


def test_an_empty_database_has_no_account(connection: duckdb.DuckDBPyConnection) -> None:
    assert read_account(connection) is None
