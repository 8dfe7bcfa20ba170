"""Tables of which nothing came, told from their text: what the text says beside what the database finds."""

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from pipelines.tables.absent import empty_tables, rowless
from pipelines.tables.files import TableFile, read_table

Write = Callable[[str], TableFile]
EMPTY = ("raw.gone", "raw.other_gone")


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(select: str) -> TableFile:
        path = tmp_path / "staging" / "made.sql"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"-- One row per record\n-- key: id\n{select}\n", encoding="utf-8")
        return read_table(path)

    return written


@pytest.fixture
def sources(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    for name in EMPTY:
        connection.execute(f"create table intake.{name} (id integer, n integer)")
    connection.execute("create table intake.raw.here as from (values (1, 1), (2, 1)) as t (id, n)")
    return connection


@pytest.mark.parametrize(
    ("select", "has_rows"),
    [
        ("select id from raw.gone", False),
        ("select id from raw.here", True),
        ("select 1 as id", True),
        ("select id from raw.gone left join raw.here using (id)", False),
        ("select here.id from raw.gone right join raw.here using (id)", True),
        ("select coalesce(gone.id, here.id) as id from raw.gone full outer join raw.here using (id)", True),
        ("select coalesce(gone.id, o.id) as id from raw.gone full outer join raw.other_gone as o using (id)", False),
        ("select id from raw.here join raw.gone using (id)", False),
        ("select here.id from raw.here, raw.gone", False),
        ("select id from raw.here semi join raw.gone using (id)", False),
        ("select id from raw.here anti join raw.gone using (id)", True),
        ("select id from raw.gone union all select id from raw.other_gone", False),
        ("select id from raw.gone union all select id from raw.here", True),
        ("select id from raw.gone except select id from raw.here", False),
        ("select id from raw.here except select id from raw.gone", True),
        ("with a as (select id from raw.gone) select a.id from a, (select 1 as one) as b", False),
        ("with a as (select count(*) as id from raw.gone) select id from a", True),
        (
            "with a as (from raw.gone), b as (from a) select id from b qualify min(n) over () > 0",
            False,
        ),
        ("select max(n) as id from raw.gone", True),
        ("select n as id, max(id) as newest from raw.gone group by n", False),
        ("select id, row_number() over (order by id) as place from raw.gone", False),
        ("select id, max(n) over () as most from raw.gone", False),
        ("select id, (select max(n) from raw.here) as most from raw.gone", False),
        ("select u.id from raw.gone, unnest([id, n]) as u(id)", False),
        (
            "with recursive a as (select id from raw.gone union all select id + 1 as id from a where id < 9) "
            "select id from a",
            False,
        ),
        (
            "with recursive a as (select id from raw.here union all select id + 1 as id from a where id < 9) "
            "select distinct id from a",
            True,
        ),
    ],
)
def test_the_text_tells_whether_there_will_be_rows(
    write: Write, sources: duckdb.DuckDBPyConnection, select: str, has_rows: bool
) -> None:
    table = write(select)
    assert rowless([table], EMPTY) == (frozenset() if has_rows else {"staging.made"})
    assert bool(sources.execute(table.text).fetchall()) == has_rows


def test_what_reads_nothing_but_empty_tables_of_staging_is_empty_too(tmp_path: Path) -> None:
    tables = []
    for name, source in (("first", "raw.gone"), ("second", "staging.first"), ("third", "raw.here")):
        path = tmp_path / "staging" / f"{name}.sql"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"-- One row per record\n-- key: id\nselect id from {source}\n", encoding="utf-8")
        tables.append(read_table(path))
    assert rowless(tables, EMPTY) == {"staging.first", "staging.second"}


def test_a_table_that_is_not_there_holds_no_row(sources: duckdb.DuckDBPyConnection) -> None:
    assert empty_tables(sources, ["raw.here", "raw.gone", "raw.never"]) == {"raw.gone", "raw.never"}
    assert empty_tables(sources, []) == frozenset()
