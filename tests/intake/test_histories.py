"""Histories of a CRM drawn at random: however its extracts are cut, repeated, delayed and mixed, the tables are one.

They are those of the same files taken at once, and what they hold as current is what one full extract at the end holds.
"""

import json
import random
import tempfile
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.contracts.contract import Column, Contract, Dumps, RowRule
from pipelines.intake import load_extracts
from pipelines.intake.merging import stored_rows
from pipelines.warehouse import connect_scratch, quoted_text

KINDS = {
    "Id": "varchar",
    "Name": "varchar",
    "Score": "bigint",
    "IsDeleted": "boolean",
    "MasterRecordId": "varchar",
    "SystemModstamp": "timestamp",
}
LOGICAL = {"varchar": "string", "bigint": "integer", "boolean": "boolean", "timestamp": "timestamp"}
THING = Contract(
    source="crm",
    object="Thing",
    table="raw.thing",
    required=True,
    file_pattern=r"Thing([_-][0-9]+)*",
    columns=tuple(
        Column(name, LOGICAL[kind], kind, name in ("Id", "SystemModstamp"), "tracked", name == "Score", False, name)
        for name, kind in KINDS.items()
    ),
    key=("Id",),
    rules=(
        *(RowRule(f"{name.lower()}_type", "type", (name,), "error", name) for name in KINDS),
        RowRule("id_required", "required", ("Id",), "error", "Id"),
        RowRule("system_modstamp_required", "required", ("SystemModstamp",), "error", "SystemModstamp"),
        RowRule("master_known", "reference", ("MasterRecordId",), "warn", "", targets=(("Thing", "Id"),)),
    ),
    version="1",
    owner="",
    description="",
    modstamp_column="SystemModstamp",
    event_time_columns=("SystemModstamp",),
    dumps=Dumps(r"(^|/)full/", 100, "IsDeleted"),
    digest="thing",
)
START = datetime(2024, 1, 1)
LOADING = ("_file", "_line", "_load_id", "_warned_rules")
Record = dict[str, Any]


@dataclass
class Crm:
    """A system of which extracts are made: what it holds now, and what changed since the last increment."""

    draw: random.Random
    now: datetime = START
    records: dict[str, Record] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)

    def live(self) -> list[str]:
        return [key for key, record in self.records.items() if not record["IsDeleted"]]

    def touch(self, key: str, **values: Any) -> None:
        """A change; two at one moment have one modstamp."""
        self.now += timedelta(hours=self.draw.choice((0, 1, 5)))
        self.records[key] = self.records[key] | values | {"SystemModstamp": self.now}
        self.changed.add(key)

    def step(self) -> None:
        """Something happens: a record is made, changed, deleted, merged or erased, or a formula moves."""
        live = self.live()
        what = self.draw.choice(("make", "make", "change", "change", "change", "delete", "merge", "erase", "formula"))
        if what == "make" or len(live) < 2:
            key = f"T{len(self.records) + self.draw.randrange(3) * 100}"
            self.records.setdefault(key, dict.fromkeys(KINDS) | {"Id": key, "IsDeleted": False})
            self.touch(key, Name=self.draw.choice("abc"), Score=self.draw.randrange(3))
            return
        key, other = self.draw.sample(live, 2)
        match what:
            case "change":
                self.touch(key, Name=self.draw.choice(("a", "b", "", "c,d")) or None)
            case "delete":
                self.touch(key, IsDeleted=True)
            case "merge":
                self.touch(key, IsDeleted=True, MasterRecordId=other)
            case "erase":
                del self.records[key]
                self.changed.discard(key)
            case _:
                self.records[key] = self.records[key] | {"Score": self.draw.randrange(3)}

    def extract(self, *, full: bool) -> list[Record]:
        keys = set(self.records) if full else self.changed & set(self.records)
        rows = [self.records[key] for key in sorted(keys)]
        self.changed = set() if not full else self.changed
        self.draw.shuffle(rows)
        return rows


def literal_of(value: Any) -> str:
    return "null" if value is None else quoted_text(str(value))


def written(rows: list[Record], columns: list[str], form: str, target: Path) -> None:
    """Rows as a file of one of the forms, with these of the columns."""
    cells = [{name: row[name] for name in columns} for row in rows]
    if form == "jsonl":
        text = "".join(json.dumps(cell, default=str) + "\n" for cell in cells)
        target.with_suffix(".jsonl").write_text(text)
        return
    literal = [
        ", ".join(
            ("null" if row[name] is None else quoted_text(str(row[name])))
            + f'::{KINDS.get(name, "varchar")} as "{name}"'
            for name in columns
        )
        for row in cells
    ]
    query = " union all ".join(f"select {one}" for one in literal)
    kind = "(format parquet)" if form == "parquet" else "(format csv, header)"
    duckdb.sql(f"copy ({query}) to {quoted_text(str(target.with_suffix('.' + form)))} {kind}")


def write_history(draw: random.Random, folder: Path) -> list[Path]:
    """Extracts of some days: their files, cut into parts, some of them lacking a column; the last day's is full."""
    crm = Crm(draw)
    files: list[Path] = []
    days = draw.randrange(2, 6)
    for day in range(days):
        crm.now = max(crm.now, START + timedelta(days=day))
        for _ in range(draw.randrange(1, 8)):
            crm.step()
        full = day in (0, days - 1) or draw.random() < 0.3
        rows = crm.extract(full=full)
        date = (crm.now + timedelta(days=1)).date().isoformat()
        crm.now += timedelta(days=1)
        columns = [name for name in KINDS if name in ("Id", "SystemModstamp") or full or draw.random() < 0.85]
        place = folder / f"{date}{'/full' if full else ''}"
        parts = draw.randrange(1, 3) if full else draw.randrange(1, 4)
        for part in range(parts):
            its = rows[part::parts]
            if draw.random() < 0.2 and not full:
                its = its + rows[:1]  # overlapping parts
            if its:
                place.mkdir(parents=True, exist_ok=True)
                target = place / f"Thing_{part + 1}"
                form = draw.choice(("csv", "jsonl", "parquet"))
                written(its, columns, form, target)
                files.append(target.with_suffix(f".{form}"))
    return files


def deliver(draw: random.Random, folder: Path, files: list[Path], inbox: Path) -> duckdb.DuckDBPyConnection:
    """The files reach the inbox in any order over several loads, dumps as a whole; some come twice or renamed."""
    groups: dict[str, list[Path]] = {}
    for file in files:
        is_full = file.parent.name == "full"
        groups.setdefault(str(file.parent if is_full else file), []).append(file)
    order = list(groups.values())
    draw.shuffle(order)
    connection = connect_scratch()
    number = 0
    while order:
        inbox_now = inbox if draw.random() < 0.5 else Path(tempfile.mkdtemp(dir=inbox.parent))
        for _ in range(draw.randrange(1, len(order) + 1)):
            for file in order.pop():
                target = inbox_now / file.relative_to(folder)
                if draw.random() < 0.2:
                    target = target.with_name(f"Thing_{draw.randrange(50, 99)}{target.suffix}")
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(file.read_bytes())
        if draw.random() < 0.3:
            again = draw.choice(list(groups.values()))
            for file in again:
                target = inbox_now / file.relative_to(folder)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(file.read_bytes())
        load_extracts(connection, inbox_now, [THING], f"load-{number}")
        number += 1
    return connection


def tables(connection: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[Any, ...]]]:
    """Raw and versions without where each row came from, and the stretches of all values."""
    names = {"raw": LOADING, "versions": LOADING, "raw_history": ("known_by",)}
    return {
        schema: sorted(
            connection.execute(f"select columns(* exclude ({', '.join(left)})) from {schema}.thing").fetchall(),
            key=repr,
        )
        for schema, left in names.items()
    }


def misplaced(connection: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    """Records whose last stretch of the calculated column is not what the table holds."""
    return connection.execute(
        'select "Id", "Score", h.value from raw.thing join raw_history.thing as h on h.record_id = "Id" '
        "where h.column_name = 'Score' and h.until_at is null and h.value is distinct from \"Score\"::varchar"
    ).fetchall()


def current(connection: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    """What the raw table holds of records that are still there."""
    names = ", ".join(f'"{name}"' for name in KINDS)
    query = f'select {names} from raw.thing where _absent_since is null order by "Id"'
    return connection.execute(query).fetchall()


def check(seed: int) -> None:
    draw = random.Random(seed)
    with tempfile.TemporaryDirectory() as name:
        folder, inbox = Path(name) / "extracts", Path(name) / "inbox"
        folder.mkdir()
        inbox.mkdir()
        files = write_history(draw, folder)
        with connect_scratch() as clean:
            load_extracts(clean, folder, [THING], "clean")
            expected = tables(clean)
        with connect_scratch() as last:
            load_extracts(last, files[-1].parent, [THING], "last")
            whole = current(last)
        with deliver(draw, folder, files, inbox) as connection:
            assert tables(connection) == expected
            assert current(connection) == whole
            assert misplaced(connection) == []


@pytest.mark.capability("E7")
@settings(max_examples=20, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(min_value=0, max_value=1 << 32), st.booleans())
def test_however_a_history_is_delivered_the_tables_are_those_of_one_load(seed: int, is_big: bool) -> None:
    """Rows of a big table are looked up by their place: here, of any table in every other history."""
    always = {"BIG_TABLE": 0, "FEW": 1e9} if is_big else {"BIG_TABLE": 1 << 40}
    with patch.multiple(stored_rows, **always):
        check(seed)
