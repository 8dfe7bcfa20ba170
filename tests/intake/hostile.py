"""What the tests of hostile files share: rows as objects, and what a load says or does with a folder."""

import json
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.errors import GrowthError
from tests.intake.loading import SMALL, STAMP, load, record_id

ROW = {"Id": record_id("001", 1), "Name": "Acme", "CreatedDate": STAMP, "SystemModstamp": STAMP}
OBJECT = json.dumps(ROW)
ACCOUNTS = SMALL["Account.csv"].encode()
TABLES = (
    "select table_name from duckdb_tables() where database_name = 'intake' and schema_name not in ('ledger') order by 1"
)


def sentence(connection: duckdb.DuckDBPyConnection, folder: Path) -> str:
    """What the load says when it ends; that no row came in with it."""
    with pytest.raises(GrowthError) as caught:
        load(connection, folder)
    tables = [name for (name,) in connection.execute(TABLES).fetchall()]
    assert all(connection.execute(f'select count(*) from "{name}"').fetchall() == [(0,)] for name in tables)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def outcome(connection: duckdb.DuckDBPyConnection, folder: Path) -> tuple[list[str], list[str]]:
    """Names of the accounts that came in, and the first reason of each refused record, without its line."""
    load(connection, folder)
    names = connection.execute("select Name from raw.account order by Id, Name").fetchall()
    reasons = connection.execute("select reasons[1] from quarantine.rows order by line").fetchall()
    return [name for (name,) in names], [reason.partition(": ")[2] for (reason,) in reasons]


def write_parquet(path: Path, **columns: list[object]) -> bytes:
    rows = 50
    own = {name: [value] * rows for name, value in ROW.items()} | {"Id": [record_id("001", n) for n in range(rows)]}
    pq.write_table(pa.table(own | columns), path)
    return path.read_bytes()
