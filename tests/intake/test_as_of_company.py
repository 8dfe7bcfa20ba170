"""A simulated company as of a past day, rebuilt from later extracts, is what its own export of that day said."""

import shutil
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest

from pipelines.demo import write_company
from pipelines.intake import load_extracts
from pipelines.intake.history.as_of import rewind
from pipelines.warehouse import connect_scratch, quoted_name
from tests.intake.loading import ALL_CONTRACTS

UNTIL, DAY = date(2026, 6, 30), datetime(2026, 6, 30)
NAMES = ("Account", "Contact", "Lead", "Opportunity", "LeadHistory", "OpportunityHistory")
CONTRACTS = [contract for contract in ALL_CONTRACTS if contract.object in NAMES]
Rows = dict[str, dict[str, str | None]]


def loaded(folder: Path, increments: int) -> duckdb.DuckDBPyConnection:
    """The company's extracts, a full one so many days before the end; a whole company when there are none after it."""
    write_company(folder / "all", 20, 7, UNTIL, events=2000, increments=increments)
    for extract in sorted((folder / "all").iterdir())[: 1 if increments == 1 else None]:
        (folder / "some" / extract.name).mkdir(parents=True)
        for file in extract.iterdir():
            if file.name.split(".")[0].rstrip("_0123456789") in NAMES:
                shutil.copy(file, folder / "some" / extract.name / file.name)
    connection = connect_scratch()
    load_extracts(connection, folder / "some", CONTRACTS, "1")
    return connection


@pytest.fixture(scope="module")
def then(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The export of the day before the last one."""
    with loaded(tmp_path_factory.mktemp("then"), 1) as connection:
        yield connection


def rows(con: duckdb.DuckDBPyConnection, table: str, columns: list[str]) -> Rows:
    chosen = ", ".join(f"{quoted_name(name)}::varchar" for name in columns)
    found = con.execute(f"select Id, {chosen} from {table}").fetchall()
    return {key: dict(zip(columns, cells, strict=True)) for key, *cells in found}


@pytest.mark.capability("E8")
def test_what_is_known_of_a_past_day_is_what_the_export_of_that_day_said(
    tmp_path: Path, then: duckdb.DuckDBPyConnection
) -> None:
    with loaded(tmp_path, 2) as later:
        rewind(later, CONTRACTS, DAY)
        for contract in CONTRACTS:
            columns = [column.name for column in contract.columns if not column.derived]
            assert rows(later, contract.table, columns) == rows(then, contract.table, columns), contract.object
