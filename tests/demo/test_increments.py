"""A full extract and then one a day add up to what one export at the end holds."""

import shutil
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines.contracts import load_contracts
from pipelines.contracts.contract import Contract
from pipelines.demo import DemoReport, write_company
from pipelines.demo.world import read_world
from pipelines.errors import GrowthError
from pipelines.home import Home
from pipelines.intake import load_extracts
from pipelines.intake.merging.raw_tables import table_name
from pipelines.warehouse import connect, quoted_name
from tests.demo.conftest import UNTIL

ROOT = Path(__file__).parents[2]
ACCOUNTS, SEED, DAYS = 150, 3, 3
LOADING = {"_file", "_line", "_load_id", "_extracted_at", "_seen_at", "_absent_since", "_warned_rules"}


@pytest.fixture(scope="module")
def daily(tmp_path_factory: pytest.TempPathFactory) -> DemoReport:
    folder = tmp_path_factory.mktemp("daily") / "out"
    return write_company(folder, ACCOUNTS, SEED, UNTIL, increments=DAYS)


def contracts() -> list[Contract]:
    sources = ("salesforce", "engagement", "overlays")  # what a simulated company's export holds
    return [one for one in load_contracts(ROOT / "data_contracts") if one.source in sources]


def loaded(home: Home, folders: list[Path], drop: Path) -> duckdb.DuckDBPyConnection:
    """The raw tables after the folders arrived in the drop folder one after the other, a load each."""
    home.create()
    connection = connect(home)
    for number, folder in enumerate(folders):
        shutil.copytree(folder, drop / f"{number}-{folder.name}")
        load_extracts(connection, drop, contracts(), f"load {number}")
    return connection


def told(connection: duckdb.DuckDBPyConnection, contract: Contract, columns: list[str]) -> set[tuple[object, ...]]:
    names = ", ".join(quoted_name(name) for name in columns)
    return set(connection.execute(f"select {names} from {table_name(contract)}").fetchall())


def keys(rows: set[tuple[object, ...]], contract: Contract) -> set[tuple[object, ...]]:
    return {row[: len(contract.key)] for row in rows}


def formulas() -> set[str]:
    """The company's own formula columns, which move without a modstamp."""
    return {column.name for column in read_world("saas").custom_columns if column.kind in ("age_days", "score")}


@pytest.mark.capability("R1")
def test_the_extracts_of_days_add_up_to_the_export_at_the_end(daily: DemoReport, tmp_path: Path) -> None:
    final = write_company(tmp_path / "final", ACCOUNTS, SEED, UNTIL)
    days = sorted(daily.folder.iterdir())
    assert [day.name for day in days] == ["2026-06-27", "2026-06-28", "2026-06-29", "2026-06-30"]
    with (
        loaded(Home(tmp_path / "a"), days, tmp_path / "drop_a") as many,
        loaded(Home(tmp_path / "b"), [final.folder], tmp_path / "drop_b") as one,
    ):
        for contract in contracts():
            found = {row[0] for row in one.execute(f"describe {table_name(contract)}").fetchall()}
            moves = {column.name for column in contract.columns if column.derived} | formulas() | LOADING
            columns = [*contract.key, *sorted(found - moves - set(contract.key))]
            missing, more = told(one, contract, columns), told(many, contract, columns)
            assert missing - more == set(), contract.object
            # What was erased for good, or has grown too old for a history, a later export does not tell any more.
            changed = keys(more - missing, contract) & keys(missing, contract)
            assert changed == set(), contract.object


def contents(connection: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[object, ...]]]:
    """Every row of the raw tables, of their older versions and of their history, whatever load brought it."""
    tables = connection.execute(
        "select schema_name, table_name from duckdb_tables() where database_name = 'intake' "
        "and schema_name in ('raw', 'versions', 'raw_history') and estimated_size > 0 order by all"
    ).fetchall()
    return {
        f"{schema}.{table}": connection.execute(
            f"select columns(lambda c: c not in ({', '.join(map(repr, sorted(LOADING)))})) "
            f"from intake.{schema}.{quoted_name(table)} order by all"
        ).fetchall()
        for schema, table in tables
    }


@pytest.mark.capability("E7")
def test_days_alone_forwards_backwards_or_at_once_lead_to_the_same_tables(daily: DemoReport, tmp_path: Path) -> None:
    few = [one for one in contracts() if one.required or one.object in ("LeadHistory", "OpportunityHistory", "Task")]
    for day in daily.folder.iterdir():
        for file in day.iterdir():
            if any(contract.matches(file.name.split(".")[0]) for contract in few):
                (tmp_path / "days" / day.name).mkdir(parents=True, exist_ok=True)
                shutil.copy(file, tmp_path / "days" / day.name)
    first, *days = sorted((tmp_path / "days").iterdir())
    ways = {"forwards": [first, *days], "backwards": [first, *days[::-1]], "at once": [tmp_path / "days"]}
    found = {}
    for way, folders in ways.items():
        home = Home(tmp_path / way)
        home.create()
        with connect(home) as connection:
            for number, folder in enumerate(folders):
                load_extracts(connection, folder, few, f"load {number}")
            found[way] = contents(connection)
    assert any(rows for name, rows in found["forwards"].items() if name.startswith("versions."))
    for way, tables in found.items():
        assert tables.keys() == found["forwards"].keys(), way
        assert [name for name, rows in tables.items() if rows != found["forwards"][name]] == [], way


def test_a_day_holds_what_changed_that_day(daily: DemoReport) -> None:
    for day in ("2026-06-28", "2026-06-29", "2026-06-30"):
        for name in ("Lead", "Account", "Event"):
            rows = pl.read_csv(daily.folder / day / f"{name}.csv", infer_schema=False)
            assert set(rows["SystemModstamp"].str.slice(0, 10)) <= {day}


def test_one_file_is_late_by_a_day_and_one_comes_again(daily: DemoReport) -> None:
    first, second = daily.folder / "2026-06-28", daily.folder / "2026-06-29"
    assert not (first / "Task.csv").exists()
    assert (second / "Task_2.csv").exists()
    assert (first / "CampaignMember.csv").read_bytes() == (second / "CampaignMember_2.csv").read_bytes()


def test_no_extract_knows_events_of_later_days(daily: DemoReport) -> None:
    for day in daily.folder.iterdir():
        known = pl.read_parquet(day / "web_visit.parquet")["visited_at"].to_list()
        assert all(moment.date().isoformat() <= day.name for moment in known)


def test_more_days_than_the_history_holds_are_refused(tmp_path: Path) -> None:
    with pytest.raises(GrowthError, match="daily extracts fit into this company's history, found 4000"):
        write_company(tmp_path / "out", 150, increments=4000)
