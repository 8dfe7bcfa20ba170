"""Raw tables as of a past moment: nothing of today leaks into them, and what was known then is there."""

from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from pipelines.intake import load_extracts
from pipelines.intake.history.as_of import rewind
from pipelines.warehouse import connect_scratch
from tests.intake.loading import record_id, write_export
from tests.intake.test_attribute_history import CONTRACTS, JOE, LEAD, LOG_HEADER, at, log

HEADER = "Id,Company,Status,Phone,OwnerId,IsDeleted,IsConverted,ConvertedDate,Region__c,CreatedDate,SystemModstamp\n"


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    return connect_scratch()


def lead(stamp: str, status: str = "Open", *, number: int = 1, made: int = 1, rest: str = "false,false,,West") -> str:
    return f"{record_id('00Q', number)},Acme,{status},+1 555,{JOE},{rest},{at(made)},{stamp}\n"


def seen(con: duckdb.DuckDBPyConnection, day: int, columns: str, hour: int = 0) -> list[tuple[object, ...]]:
    """These columns of the leads as of a day of February."""
    rewind(con, CONTRACTS, datetime(2024, 2, day, hour))
    return con.execute(f"select {columns} from raw.lead order by Id").fetchall()


def test_a_record_that_was_made_later_is_not_there(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    rows = HEADER + lead(at(2)) + lead(at(8), number=2, made=8)
    load_extracts(con, write_export(tmp_path / "x", Lead=rows), CONTRACTS, "1")
    assert seen(con, 7, "Id") == [(LEAD,)]


@pytest.mark.capability("E8")
def test_before_anybody_looked_a_column_is_unknown_and_what_a_record_was_made_with_is_known(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    rows = HEADER + lead(at(2)) + lead(at(9), number=2)
    load_extracts(con, write_export(tmp_path / "x", Lead=rows), CONTRACTS, "1")
    assert seen(con, 5, "Company, Status, Phone, Region__c") == [("Acme", None, None, None)] * 2
    assert seen_today(con) == 2


def seen_today(con: duckdb.DuckDBPyConnection) -> int:
    """The file itself is untouched by looking back."""
    [(count,)] = con.execute("select count(*) from intake.raw.lead where Status = 'Open'").fetchall()
    return int(count)


@pytest.mark.parametrize(("day", "status"), [(2, None), (3, "Open"), (4, "Open"), (5, "Lost"), (9, "Lost")])
def test_a_tracked_column_is_what_the_log_says_it_was(
    tmp_path: Path, con: duckdb.DuckDBPyConnection, day: int, status: str | None
) -> None:
    history = log((at(3), "Status", "New", "Open"), (at(5), "Status", "Open", "Lost"))
    export = write_export(tmp_path / "x", Lead=HEADER + lead(at(8, 12), "Lost"), LeadHistory=history)
    load_extracts(con, export, CONTRACTS, "1")
    assert seen(con, day, "Status, Phone") == [(status, "+1 555" if day == 9 else None)]


def test_a_record_that_no_log_row_names_was_what_it_is_since_the_log_began(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    history = log((at(3), "Status", "New", "Open"))
    rows = HEADER + lead(at(9)) + lead(at(9), "Lost", number=2)
    load_extracts(con, write_export(tmp_path / "x", Lead=rows, LeadHistory=history), CONTRACTS, "1")
    assert seen(con, 4, "Status") == [("Open",), ("Lost",)]


def test_what_came_later_has_not_happened(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    rows = HEADER + lead(at(9), rest="true,false,,West") + lead(at(9), number=2, rest="false,true,2024-02-06,West")
    load_extracts(con, write_export(tmp_path / "x", Lead=rows), CONTRACTS, "1")
    columns = "IsDeleted, IsConverted, ConvertedDate::varchar"
    assert seen(con, 6, columns, hour=23) == [(False, False, None)] * 2


def test_an_outcome_has_happened_at_the_end_of_its_day_or_when_it_was_logged(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    converted = "false,true,2024-02-06,West"
    rows = HEADER + lead(at(9), rest=converted) + lead(at(9), number=2, rest=converted)
    history = LOG_HEADER + f"{record_id('017', 1)},{LEAD},{at(6, 9)},leadConverted,,,\n"
    load_extracts(con, write_export(tmp_path / "x", Lead=rows, LeadHistory=history), CONTRACTS, "1")
    assert seen(con, 6, "IsConverted", hour=10) == [(True,), (False,)]


def test_an_outcome_that_a_day_dates_has_happened_when_the_day_is_over(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    load_extracts(
        con, write_export(tmp_path / "x", Lead=HEADER + lead(at(9), rest="false,true,2024-02-06,West")), CONTRACTS, "1"
    )
    assert seen(con, 7, "IsConverted, ConvertedDate::varchar") == [(True, "2024-02-06")]


def test_the_last_change_is_the_newest_that_is_known_from_before(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    history = log((at(3), "Status", "New", "Open"))
    export = write_export(tmp_path / "x", Lead=HEADER + lead(at(9)) + lead(at(9), number=2), LeadHistory=history)
    load_extracts(con, export, CONTRACTS, "1")
    assert seen(con, 5, "strftime(SystemModstamp, '%d')") == [("03",), ("01",)]
