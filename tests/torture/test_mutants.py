"""Some hundred mutated extracts: none breaks the loader, none loses a record; and a loader that does is found out."""

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from pipelines.contracts.contract import Contract
from pipelines.intake import LoadReport, load_extracts
from tests.torture.mutants import torture


@pytest.mark.capability("E6", "R6")
@pytest.mark.parametrize("seed", range(0, 200, 50))
def test_nothing_of_a_mutated_extract_is_lost(seed: int) -> None:
    verdicts = [torture(one) for one in range(seed, seed + 50)]
    assert [verdict for verdict in verdicts if verdict.problems] == []
    assert {"loaded", "refused"} <= {verdict.outcome for verdict in verdicts}


def forgets_a_row(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("delete from raw.thing where id = (select max(id) from raw.thing)")


def trims(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("update raw.thing set name = left(name, 12)")


def rounds(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("update raw.thing set amount = round(amount)")


def empties_quarantine(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("delete from quarantine.rows")


def breaks(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("select nothing from nowhere")


@pytest.mark.parametrize("harm", [forgets_a_row, trims, rounds, empties_quarantine, breaks])
def test_a_broken_loader_is_found_out(harm: Callable[[duckdb.DuckDBPyConnection], None]) -> None:
    def broken(con: duckdb.DuckDBPyConnection, folder: Path, contracts: list[Contract], load_id: str) -> LoadReport:
        report = load_extracts(con, folder, contracts, load_id)
        harm(con)
        return report

    assert any(torture(seed, broken).problems for seed in range(40))
