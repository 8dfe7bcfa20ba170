"""One record says the same in whatever form its file comes: CSV, JSON lines, Parquet typed by its writer."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

import duckdb
import pytest

from pipelines.contracts import Contract
from pipelines.contracts.contract import snake_case
from pipelines.intake import load_extracts
from pipelines.intake.forms.files import ExtractFile
from pipelines.intake.forms.incoming import TEXT_TABLE
from pipelines.intake.forms.reading import read_extract
from pipelines.intake.rules.rows import UNDERSCORE_COLUMNS
from pipelines.warehouse import connect_scratch, quoted_name, quoted_text
from tests.contracts.rows_of_contracts import Row, valid_row
from tests.intake.loading import ALL_CONTRACTS, SMALL

[ACCOUNT] = [one for one in ALL_CONTRACTS if one.object == "Account"]
ENGAGEMENT = sorted(
    (one for one in ALL_CONTRACTS if one.path and one.path.parent.name == "engagement"), key=lambda one: one.object
)
ABOUT_LOADING = ", ".join(UNDERSCORE_COLUMNS)
Table = list[tuple[object, ...]]
TablesOf = Callable[[str], dict[str, Table]]


def write(con: duckdb.DuckDBPyConnection, path: Path, contract: Contract, rows: list[Row]) -> None:
    """The rows in the form that the path ends in; a blank is nothing in a CSV and Parquet, empty text in JSON."""
    if path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(one) + "\n" for one in rows), encoding="utf-8")
        return
    is_typed = path.suffix == ".parquet"
    selects = [
        "select "
        + ", ".join(
            f"cast(nullif({quoted_text(row[one.name])}, '') as {one.physical_type if is_typed else 'varchar'}) "
            f"as {quoted_name(one.name)}"
            for one in contract.columns
        )
        for row in rows
    ]
    con.execute(f"copy ({' union all '.join(selects)}) to {quoted_text(str(path))}")


@pytest.fixture(scope="module")
def tables_of(tmp_path_factory: pytest.TempPathFactory) -> TablesOf:
    """What the rows of every object become where all their files end so, by object; each form is loaded once."""

    @cache
    def load(suffix: str) -> dict[str, Table]:
        folder = tmp_path_factory.mktemp(suffix)
        (folder / "Account.csv").write_text(SMALL["Account.csv"])
        with connect_scratch() as con:
            for contract in ENGAGEMENT:
                rows = [valid_row(contract, number, {}) for number in (1, 2)]
                write(con, folder / f"{snake_case(contract.object)}.{suffix}", contract, rows)
            report = load_extracts(con, folder, [ACCOUNT, *ENGAGEMENT], "load-1")
            counts = {one.object: (one.rows_loaded, one.rows_quarantined) for one in report.files}
            assert {one.object: counts[one.object] for one in ENGAGEMENT} == {one.object: (2, 0) for one in ENGAGEMENT}
            return {
                one.object: con.execute(f"select * exclude ({ABOUT_LOADING}) from {one.table} order by all").fetchall()
                for one in ENGAGEMENT
            }

    return load


def test_an_empty_string_of_json_is_a_blank_cell_whatever_its_key_is_called(tmp_path: Path) -> None:
    path = tmp_path / "some.jsonl"
    path.write_text('{"t": "", "element": "", "a\\"b": " ", "x": {"t": ""}}\n{"t": "null", "x": []}\n')
    with connect_scratch() as con:
        read_extract(con, ExtractFile(path.name, path, "", path.stat().st_size, "none"), tmp_path, 0)
        found = con.execute(f'select t, element, "a""b", x from {TEXT_TABLE}').fetchall()
    assert found == [(None, None, " ", '{"t":""}'), ("null", None, None, "[]")]


@pytest.mark.parametrize("contract", ENGAGEMENT, ids=[one.object for one in ENGAGEMENT])
def test_engagement_says_the_same_as_csv_json_lines_and_parquet(tables_of: TablesOf, contract: Contract) -> None:
    found = [tables_of(suffix)[contract.object] for suffix in ("csv", "jsonl", "parquet")]
    assert found[0] == found[1] == found[2]
    assert any(cell is not None for cell in found[0][0])
