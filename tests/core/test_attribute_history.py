"""What an attribute of core was at any moment, for whoever asks in one query."""

from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from pipelines.home import PROJECT_ROOT
from pipelines.intake import load_extracts
from pipelines.playbook_tables import load_playbook, set_as_of
from pipelines.tables.build import build_table, check_key_unique
from pipelines.warehouse import connect_scratch
from tests.core.crm import incoming_contracts, tables_from_sql
from tests.intake.loading import STAMP, record_id, write_export
from tests.intake.test_attribute_history import ANN, JOE, LEAD, at, log

HEADER = "Id,Title,Status,OwnerId,CreatedDate,SystemModstamp\n"
AS_OF_ANY_MOMENT = """
select value from core.attribute_history
where record_id = ? and attribute = ? and from_at <= ? and (until_at is null or until_at > ?)
"""


@pytest.fixture
def con(tmp_path: Path) -> duckdb.DuckDBPyConnection:
    """Two leads: one went from New to Open on the 3rd and to Ann on the 5th, the other was never touched."""
    connection = connect_scratch()
    rows = f"{HEADER}{LEAD},CEO,Open,{ANN},{STAMP},{at(9)}\n{record_id('00Q', 2)},CFO,New,{JOE},{STAMP},{STAMP}\n"
    history = log((at(3), "Status", "New", "Open"), (at(5), "Owner", JOE, ANN), (at(6), "Title", "CIO", "CEO"))
    extracts = write_export(tmp_path / "x", Lead=rows, LeadHistory=history)
    load_extracts(connection, extracts, [*incoming_contracts()], "1")
    load_playbook(connection, PROJECT_ROOT / "pipelines" / "playbook")
    build(connection, datetime(2024, 2, 10))
    return connection


def build(connection: duckdb.DuckDBPyConnection, as_of: datetime) -> None:
    """The table and what it reads; objects that did not come are empty."""
    set_as_of(connection, as_of)
    wanted = {"core.attribute_history"}
    for one in reversed(tables_from_sql()):
        if one.name in wanted:
            wanted |= one.dependencies
    for one in (one for one in tables_from_sql() if one.name in wanted):
        build_table(connection, one)
        assert check_key_unique(connection, one) == 0, one.name


def was(con: duckdb.DuckDBPyConnection, record: str, attribute: str, day: int) -> list[str | None]:
    moment = datetime(2024, 2, day)
    found = con.execute(AS_OF_ANY_MOMENT, [record, attribute, moment, moment]).fetchall()
    return [value for (value,) in found]


@pytest.mark.capability("E8")
def test_one_query_tells_what_an_attribute_was_at_any_moment(con: duckdb.DuckDBPyConnection) -> None:
    assert [was(con, LEAD, "status", day) for day in (2, 3, 4, 9)] == [[], ["Open"], ["Open"], ["Open"]]
    assert [was(con, LEAD, "owner_id", day) for day in (4, 5, 9)] == [[], [ANN], [ANN]]
    assert [was(con, LEAD, "title", day) for day in (2, 6)] == [["CIO"], ["CEO"]]


def test_an_attribute_that_never_changed_was_what_it_is_since_its_past_is_known(con: duckdb.DuckDBPyConnection) -> None:
    other = record_id("00Q", 2)
    assert [was(con, other, "status", day) for day in (2, 3, 9)] == [[], ["New"], ["New"]]
    assert was(con, other, "title", 9) == []


def test_nothing_after_the_as_of_moment_is_told(con: duckdb.DuckDBPyConnection) -> None:
    build(con, datetime(2024, 2, 4))
    rows = con.execute(
        "select attribute, value, until_at from core.attribute_history where record_id = ? order by all", [LEAD]
    ).fetchall()
    assert rows == [("status", "Open", None), ("title", "CIO", None)]
