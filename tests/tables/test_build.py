"""Building a table from its file: rows in, rows out in the order of the key."""

from typing import cast

import duckdb
import pytest

from pipelines.errors import GrowthError
from pipelines.tables.build import build_table, check_key_unique, run_within_memory
from tests.tables.conftest import WriteTable


@pytest.fixture
def accounts(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    connection.execute(
        "create table intake.raw.account as "
        "select * from (values (3, 'c'), (1, 'a'), (2, 'b'), (2, 'B')) as v (Id, Name)"
    )
    return connection


def test_rows_are_sorted_by_the_key(accounts: duckdb.DuckDBPyConnection, write_table: WriteTable) -> None:
    table = write_table("core.accounts", "select Id as id, Name as name from raw.account -- all of them", "id, name")
    assert build_table(accounts, table) == 4
    assert accounts.execute("select * from core.accounts").fetchall() == [(1, "a"), (2, "B"), (2, "b"), (3, "c")]
    assert accounts.execute("select comment from duckdb_tables() where table_name = 'accounts'").fetchall() == [
        ("One row per account",)
    ]


def test_building_again_replaces(accounts: duckdb.DuckDBPyConnection, write_table: WriteTable) -> None:
    table = write_table("core.accounts", "select Id as id from raw.account")
    build_table(accounts, table)
    accounts.execute("delete from intake.raw.account where Id > 1")
    assert build_table(accounts, table) == 1


def test_a_broken_key_is_counted(accounts: duckdb.DuckDBPyConnection, write_table: WriteTable) -> None:
    whole = write_table("core.whole", "select Id as id, Name as name from raw.account", "id, name")
    twice = write_table("core.twice", "select Id as id from raw.account")
    nulls = write_table("core.nulls", "select case when Id < 3 then null else Id end as id from raw.account")
    empty = write_table("core.empty", "select Id as id from raw.account where Id > 9")
    for table in (whole, twice, nulls, empty):
        build_table(accounts, table)
    assert [check_key_unique(accounts, table) for table in (whole, twice, nulls, empty)] == [0, 1, 3, 0]


@pytest.mark.parametrize(
    ("select", "sentence"),
    [
        ("select\n    Id as id,\n    Nmae as name\nfrom raw.account", r'accounts\.sql:5: .*"Nmae" not found'),
        ("select Id as account_id from raw.account", r'accounts\.sql:2: .*"id" not found'),
        ("select Id as id from raw.lead", r"accounts\.sql:3: .*lead does not exist"),
        ("select cast(Name as integer) as id from raw.account", r"accounts\.sql:3: .*Could not convert string 'c'"),
    ],
)
def test_what_the_database_refuses_names_file_and_line(
    accounts: duckdb.DuckDBPyConnection, write_table: WriteTable, select: str, sentence: str
) -> None:
    with pytest.raises(GrowthError, match=sentence):
        build_table(accounts, write_table("core.accounts", select))


def test_a_table_that_fails_leaves_the_old_one(accounts: duckdb.DuckDBPyConnection, write_table: WriteTable) -> None:
    build_table(accounts, write_table("core.accounts", "select Id as id from raw.account"))
    with pytest.raises(GrowthError):
        build_table(accounts, write_table("core.accounts", "select cast(Name as integer) as id from raw.account"))
    assert accounts.execute("select count(*) from core.accounts").fetchall() == [(4,)]


def test_a_table_too_large_for_the_memory_is_built_out_of_core_and_the_settings_come_back(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    seen: list[object] = []

    class Tight:
        """A database that has no memory for a statement unless it writes to disk from the start."""

        def execute(self, statement: str) -> duckdb.DuckDBPyConnection:
            if statement.startswith("create"):
                seen.append(setting(connection, "debug_force_external"))
                if len(seen) == 1:
                    raise duckdb.OutOfMemoryException("Out of Memory Error: could not allocate block")
            return connection.execute(statement)

    before = setting(connection, "threads")
    rows = run_within_memory(cast("duckdb.DuckDBPyConnection", Tight()), "create temp table t as from range(7)")
    assert (rows, seen) == (7, [False, True])
    assert (setting(connection, "debug_force_external"), setting(connection, "threads")) == (False, before)


def setting(connection: duckdb.DuckDBPyConnection, name: str) -> object:
    """A setting of the database."""
    [(value,)] = connection.execute(f"select current_setting('{name}')").fetchall()
    return value
