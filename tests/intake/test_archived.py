"""An export without its archived activities says so."""

from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from pipelines.warehouse import connect_scratch
from tests.intake.loading import FEW_CONTRACTS, load, record_id, write_export

NEWEST = date(2024, 1, 23)
OLD_ACCOUNT = f"Id,Name,CreatedDate,SystemModstamp\n{record_id('001', 1)},Acme,{{0}}T08:00:00Z,2024-01-23T03:54:57Z\n"


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    return connect_scratch()


def tasks(ages: list[int], open_since: int | None = None) -> str:
    """A task per age in days; `open_since` adds one that is open and therefore never archived."""
    days = [NEWEST - timedelta(days=age) for age in [*ages, *([open_since] if open_since else [])]]
    rows = [
        f"{record_id('00T', number)},Call,{day},{day}T08:00:00Z,{day}T08:00:00Z\n" for number, day in enumerate(days)
    ]
    return "Id,Subject,ActivityDate,CreatedDate,SystemModstamp\n" + "".join(rows)


def told(con: duckdb.DuckDBPyConnection, folder: Path, rows: str, oldest: str = "2021-05-01") -> list[str]:
    report = load(con, write_export(folder, Account=OLD_ACCOUNT.format(oldest), Task=rows), contracts=FEW_CONTRACTS)
    return [one.message for one in report.reports if one.kind == "archived"]


@pytest.mark.capability("E8")
def test_tasks_that_end_a_year_ago_while_accounts_are_older_are_told_with_what_to_do(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    [message] = told(con, tmp_path / "x", tasks([*range(0, 360, 5)], open_since=500))
    assert message.startswith(
        "Task ends about 365 days before its newest row (2024-01-23), while other objects go back to"
    )
    assert "2021-05-01" in message
    assert '"Export All"' in message


@pytest.mark.parametrize(
    ("ages", "oldest"),
    [
        ([*range(0, 900, 5)], "2021-05-01"),
        ([*range(0, 200, 5)], "2021-05-01"),
        ([*range(0, 360, 5)], "2023-01-20"),
        ([0, 360], "2021-05-01"),
    ],
    ids=["they go further back", "they begin later", "so does the company", "there are hardly any"],
)
def test_other_tasks_are_no_reason_to_warn(
    tmp_path: Path, con: duckdb.DuckDBPyConnection, ages: list[int], oldest: str
) -> None:
    assert told(con, tmp_path / "x", tasks(ages), oldest) == []
