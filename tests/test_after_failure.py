"""A refused load can be read about in `meta`, though no list was made."""

from pathlib import Path

import duckdb
import pytest

from pipelines.after_failure import refresh_account
from pipelines.errors import GrowthError
from tests.intake.loading import ACCOUNT_HEADER, load, write_export


@pytest.mark.capability("E6")
def test_the_balance_and_the_reason_of_a_refused_load_are_in_meta(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    with pytest.raises(GrowthError):
        load(connection, write_export(tmp_path / "x", Account=f"{ACCOUNT_HEADER}\n,,,\n,,,\n"))
    refresh_account(connection)
    assert connection.execute("select file, rows_read, rows_rejected from meta.balance").fetchall() == [
        ("Account.csv", 2, 2)
    ]
    assert connection.execute("select kind, file from meta.reports").fetchall() == [("refused", "Account.csv")]
