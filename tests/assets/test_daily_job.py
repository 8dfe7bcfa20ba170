"""Assets over a tiny tree of SQL files: what Dagster is told, what a broken check stops, what a file may not read."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from pipelines.assets import lineage
from pipelines.assets.tables import absent_tables, table_assets
from pipelines.engine import Engine, Request
from pipelines.errors import GrowthError
from pipelines.home import Home
from pipelines.tables.files import TableFile
from pipelines.tables.lineage import column_lineage
from pipelines.tables.tree import read_tables
from pipelines.warehouse import connect_scratch

ACCOUNTS = """\
-- One row per account
-- key: account_id
select id as account_id, upper(name) as account_name, from raw.account
"""
TARGETS = """\
-- One row per target
-- key: account_id
select account_id, account_name, from core.accounts
"""


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with connect_scratch() as connection:
        connection.execute("create table intake.raw.account as from (values (2, 'b'), (1, 'a')) as t(id, name)")
        request = Request(Home(tmp_path), tmp_path / "extracts")
        yield Engine(request, connection, "run-1", lambda: datetime(2026, 7, 1))


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name, text in (("core/accounts.sql", ACCOUNTS), ("marts/targets.sql", TARGETS)):
        path = tmp_path / "sql" / name
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path / "sql"


def materialize(tree: Path, engine: Engine) -> dg.ExecuteInProcessResult:
    assets = table_assets(read_tables(tree), frozenset({"raw.account"}), {})
    return dg.materialize(assets, resources={"engine": engine}, raise_on_error=False)


def test_a_file_becomes_an_asset_that_tells_rows_columns_and_lineage(tree: Path, engine: Engine) -> None:
    result = materialize(tree, engine)
    assert result.success
    [materialization] = result.asset_materializations_for_node("core__accounts")
    metadata: dict[str, Any] = {name: value.value for name, value in materialization.metadata.items()}
    assert metadata["dagster/row_count"] == 2
    assert [(c.name, c.type) for c in metadata["dagster/column_schema"].columns] == [
        ("account_id", "INTEGER"), ("account_name", "VARCHAR"),
    ]  # fmt: skip
    [parent] = metadata["dagster/column_lineage"].deps_by_column["account_name"]
    assert (parent.asset_key.path, parent.column_name) == (["raw", "account"], "name")
    assert engine.connection.execute("select * from marts.targets").fetchall() == [(1, "A"), (2, "B")]
    assert engine.connection.execute(
        "select parent_table, parent_column from meta.column_lineage where table_name = 'marts.targets' order by all"
    ).fetchall() == [("core.accounts", "account_id"), ("core.accounts", "account_name")]


def test_a_repeated_key_stops_what_comes_after(tree: Path, engine: Engine) -> None:
    engine.connection.execute("insert into intake.raw.account values (1, 'again')")
    result = materialize(tree, engine)
    assert not result.success
    [check] = result.get_asset_check_evaluations()
    assert (check.check_name, check.passed, check.metadata["broken_rows"].value) == ("key", False, 1)
    assert engine.connection.execute(
        "select count(*) from duckdb_tables() where table_name = 'targets'"
    ).fetchall() == [(0,)]


def test_a_table_that_nothing_makes_is_an_error_that_names_the_file(tree: Path) -> None:
    with pytest.raises(GrowthError, match=r"accounts\.sql: reads raw\.account, which no file, contract or model makes"):
        table_assets(read_tables(tree), frozenset(), {})


def test_lineage_is_read_again_only_when_text_or_parents_have_changed(
    tree: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    materialize(tree, engine)
    read: list[str] = []
    real = column_lineage

    def noted(table: TableFile, columns: dict[str, list[str]]) -> list[tuple[str, str, str | None]]:
        read.append(table.name)
        return real(table, columns)

    monkeypatch.setattr(lineage, "column_lineage", noted)
    again = materialize(tree, engine)
    assert read == []
    [made] = again.asset_materializations_for_node("marts__targets")
    assert set(made.metadata["dagster/column_lineage"].value.deps_by_column) == {"account_id", "account_name"}  # type: ignore[union-attr]
    (tree / "core" / "accounts.sql").write_text(ACCOUNTS.replace("upper(name)", "lower(name)"), encoding="utf-8")
    materialize(tree, engine)
    assert read == ["core.accounts"]


LEADS = """\
-- One row per lead of any source
-- key: lead_id
-- fed by: every file that says it feeds this one
select cast(null as varchar) as lead_id, where false
"""


@pytest.mark.capability("E3")
def test_a_source_of_which_nothing_came_has_typed_tables_and_is_picked_up_when_it_comes(
    tmp_path: Path, engine: Engine
) -> None:
    engine.connection.execute("create table intake.raw.fair (name varchar)")
    feeder = (
        "-- One row per lead\n-- key: lead_id\n-- feeds: staging.leads\nselect {}::varchar as lead_id from raw.{}\n"
    )
    files = {"leads": LEADS, "crm_leads": feeder.format("id", "account"), "fair_leads": feeder.format("name", "fair")}
    for name, text in files.items():
        path = tmp_path / "sql" / "staging" / f"{name}.sql"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    tables = read_tables(tmp_path / "sql")
    assert absent_tables(tables, {"raw.fair"}) == {"staging.fair_leads"}
    assets = table_assets(tables, frozenset({"raw.account", "raw.fair"}), {})
    parents = "select parent_table from meta.column_lineage where table_name = 'staging.leads' order by all"

    first = dg.materialize(
        assets,
        resources={"engine": engine},
        selection=dg.AssetSelection.all() - dg.AssetSelection.assets(["staging", "fair_leads"]),
    )
    told = {event.asset_key.path[1] for event in first.asset_materializations_for_node("staging") if event.asset_key}
    assert told == {"crm_leads", "leads"}
    assert engine.connection.execute("from staging.leads order by 1").fetchall() == [("1",), ("2",)]
    described = engine.connection.execute("describe staging.fair_leads").fetchall()
    assert [row[:2] for row in described] == [("lead_id", "VARCHAR")]
    assert engine.connection.execute(parents).fetchall() == [("staging.crm_leads",)]

    engine.connection.execute("insert into intake.raw.fair values ('at the stand')")
    dg.materialize(assets, resources={"engine": engine})
    assert engine.connection.execute("from staging.leads order by 1").fetchall() == [("1",), ("2",), ("at the stand",)]
    assert engine.connection.execute(parents).fetchall() == [("staging.crm_leads",), ("staging.fair_leads",)]
