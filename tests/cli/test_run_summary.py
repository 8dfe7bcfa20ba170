"""What `growth run` tells at its end: the rows behind the lists, a sentence for each model, the page to open."""

from datetime import datetime
from pathlib import Path

import duckdb

from pipelines.cli.run import look
from pipelines.history import Inputs, open_run
from pipelines.home import Home
from pipelines.publish.manifest import Manifest, note_verdict
from pipelines.publish.versions import VERDICT, switch
from pipelines.publish.write import Origin, write_version

NOW = datetime(2026, 6, 30)
TABLES = """
create table warehouse.meta.balance as from (values
    ('first', 500, 0, 1), ('second', 20, 1500, 3), ('second', 1, 0, 0)
) as t(run_id, rows_loaded, rows_identical, rows_quarantined);
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
    assert look(home).lines() == [
        "Rows: 21 rows loaded, 1,500 known already, 3 in quarantine (growth quarantine).",
        "Model: account fit: not enough data.",
        "Model: lead conversion: AUC 0.8.",
        f"Open: {home.latest / 'report.html'}",
    ]
    assert (home.latest / "report.html").is_file()
