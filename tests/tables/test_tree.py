"""Tables that other files feed: what they hold, and the sentence for a file that does not fit."""

from pathlib import Path

import duckdb
import pytest

from pipelines.errors import GrowthError
from pipelines.tables.build import build_table, check_key_unique
from pipelines.tables.files import build_order
from pipelines.tables.tree import read_tables

LEADS = """\
-- One row per lead of any source
-- key: lead_id
-- fed by: every file that says it feeds this one
select
    cast(null as varchar) as lead_id,
    cast(null as decimal(18, 2)) as amount,
    cast(null as timestamp) as created_at,
where false
"""
CRM = "select id as lead_id, made::timestamp as created_at from raw.crm"
FAIR = "select name as lead_id, 1.5::decimal(18, 2) as amount from raw.fair"


def write(root: Path, name: str, select: str, key: str = "lead_id") -> None:
    path = root / "staging" / f"{name}.sql"
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"-- One row per lead\n-- key: {key}\n-- feeds: staging.leads\n{select}\n", encoding="utf-8")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "staging").mkdir()
    (tmp_path / "staging" / "leads.sql").write_text(LEADS, encoding="utf-8")
    return tmp_path


@pytest.fixture
def sources(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    connection.execute("create table intake.raw.crm as from (values ('a', '2024-01-31')) as t (id, made)")
    connection.execute("create table intake.raw.fair as from (values ('b')) as t (name)")
    return connection


def build(connection: duckdb.DuckDBPyConnection, *roots: Path) -> int:
    """All tables; how many rows break the key of `staging.leads`."""
    tables = read_tables(roots)
    for table in build_order(tables):
        build_table(connection, table)
    return check_key_unique(connection, tables["staging.leads"])


@pytest.mark.capability("E3")
def test_a_file_more_brings_its_rows_and_no_file_had_to_be_changed(
    root: Path, sources: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    write(root, "crm_leads", CRM)
    assert build(sources, root) == 0
    assert sources.execute("select lead_id, amount, created_at::varchar from staging.leads").fetchall() == [
        ("a", None, "2024-01-31 00:00:00")
    ]
    own = tmp_path / "of_the_company"
    own.mkdir()
    write(own, "fair_leads", FAIR)
    assert build(sources, root, own) == 0
    assert sources.execute("select lead_id, amount::varchar from staging.leads order by 1").fetchall() == [
        ("a", None),
        ("b", "1.50"),
    ]
    assert sources.execute("select view_name from duckdb_views() where database_name = 'intake'").fetchall() == [
        ("leads",)
    ]


def test_a_table_that_nothing_feeds_is_there_without_a_row(root: Path, sources: duckdb.DuckDBPyConnection) -> None:
    assert build(sources, root) == 0
    assert sources.execute("select lead_id, amount, created_at from staging.leads").fetchall() == []


def test_two_sources_that_bring_the_same_key_break_it(root: Path, sources: duckdb.DuckDBPyConnection) -> None:
    write(root, "crm_leads", CRM)
    write(root, "fair_leads", "select 'a' as lead_id from raw.fair")
    assert build(sources, root) == 1


@pytest.mark.parametrize(
    ("select", "key", "sentence"),
    [
        (
            "select name as lead_id, 1 as points from raw.fair",
            "lead_id",
            r"fair_leads\.sql: brings points, but staging\.leads .* knows lead_id, amount, created_at\.",
        ),
        ("select name as person_id from raw.fair", "person_id", r"fair_leads\.sql: brings person_id, but"),
        ("select * from raw.fair", "lead_id", r"fair_leads\.sql: feeds staging\.leads and selects `\*`; name the col"),
        ("select 1.5::double as amount from raw.fair", "amount", r"fair_leads\.sql: lacks lead_id, the key of staging"),
        (
            "select name as lead_id, 1 as amount from raw.fair",
            "lead_id",
            r"fair_leads\.sql: brings amount as INTEGER, but staging\.leads .* holds it as DECIMAL\(18,2\); cast it",
        ),
    ],
)
def test_a_file_that_does_not_fit_is_named_with_the_column_and_what_is_known(
    root: Path, sources: duckdb.DuckDBPyConnection, select: str, key: str, sentence: str
) -> None:
    write(root, "fair_leads", select, key)
    with pytest.raises(GrowthError, match=sentence):
        build(sources, root)


def test_only_a_table_that_says_so_can_be_fed(root: Path) -> None:
    path = root / "staging" / "fair_leads.sql"
    path.write_text("-- One row per lead\n-- key: id\n-- feeds: staging.lead\nselect 1 as id\n", encoding="utf-8")
    with pytest.raises(GrowthError, match=r"fair_leads\.sql: feeds staging\.lead; the tables that can be fed are stag"):
        read_tables(root)


def test_a_fed_table_declares_and_holds_nothing(root: Path) -> None:
    (root / "staging" / "leads.sql").write_text(LEADS.replace("cast(null as varchar)", "Id"), encoding="utf-8")
    with pytest.raises(GrowthError, match=r"leads\.sql: declares `Id AS lead_id`; .* `cast\(null as <type>\) as <name"):
        read_tables(root)


def test_two_folders_cannot_make_the_same_table(root: Path, tmp_path: Path) -> None:
    own = tmp_path / "own"
    (own / "staging").mkdir(parents=True)
    (own / "staging" / "leads.sql").write_text(LEADS, encoding="utf-8")
    with pytest.raises(GrowthError, match=r"own/staging/leads\.sql: .*staging/leads\.sql makes staging\.leads already"):
        read_tables([root, own])
