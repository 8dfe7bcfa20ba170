"""Mutated extracts through the real loader: nothing may be lost in silence, and nothing may break it.

What a mutated file says is read here a second time by Python's own csv and json modules. A load is sound when

- it ended in one line that names the file, with no row in any table; or
- every row that no edit touched is in `raw` with its exact values, or in quarantine with its text (where a quote came
  or went, also as part of a cell or record that now holds it: the rules of CSV leave no other reading); and
- every row that the independent reading finds, the touched ones among them, is in `raw` with the values that its text
  has, or in quarantine with its text; and as many rows are accounted for as it finds.
"""

import gzip
import io
import json
import random
import re
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from pipelines.contracts import load_contracts
from pipelines.contracts.contract import Contract
from pipelines.errors import GrowthError
from pipelines.intake import LoadReport, load_extracts
from pipelines.warehouse import connect_scratch, quoted_name
from tests.torture.extracts import COLUMNS, PACKINGS, Extract, draw_extract, packed
from tests.torture.mutations import Mutant, flip, mutate, take_bytes, truncate
from tests.torture.second_reading import object_of, rows_of, second_reading

CONTRACTS = load_contracts(Path(__file__).parent)
DAMAGED = (OSError, EOFError, zlib.error, zipfile.BadZipFile, ValueError, RuntimeError, IndexError)
Row = dict[str, str]
Loader = Callable[[duckdb.DuckDBPyConnection, Path, list[Contract], str], LoadReport]


@dataclass
class Verdict:
    """What became of one mutant: `loaded`, `refused` (a sentence), or `lost` and `crashed`, which must not be."""

    seed: int
    form: str
    kind: str
    outcome: str = "loaded"
    problems: list[str] = field(default_factory=list)


def torture(seed: int, load: Loader = load_extracts) -> Verdict:
    """Draw a mutant, load it, judge it."""
    rng = random.Random(seed)
    extract = draw_extract(rng)
    packing = rng.choices(PACKINGS, [8, 1, 1, 1])[0]
    mutant = mutate(extract, rng)
    content = packed(mutant.extract.content, packing)
    kind = mutant.kind
    if packing != "none" and rng.random() < 0.5:  # the accident befell the packed file
        whole = Extract("csv", packed(extract.content, packing), (), ())
        outside = rng.choice([flip, flip, truncate, take_bytes])(whole, rng)
        content, kind = outside.extract.content, f"packed: {outside.kind}"
        mutant = Mutant(extract, kind, extract.rows)
        if unpacked(content, packing) != extract.content:
            mutant = Mutant(Extract(extract.form, b"", (), ()), kind, ())
    verdict = Verdict(seed, f"{extract.form}, {packing}", kind)
    judge(verdict, mutant, content, packing, load)
    return verdict


def unpacked(content: bytes, packing: str) -> bytes | None:
    """What Python's own libraries find in a packed file; None when they find it damaged (zstd has no second reader)."""
    try:
        if packing == "gzip":
            return gzip.decompress(content)
        if packing == "zip":
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                return archive.read(archive.namelist()[0])
    except (
        OSError,
        EOFError,
        zlib.error,
        zipfile.BadZipFile,
        ValueError,
        NotImplementedError,
        RuntimeError,
        IndexError,
    ):
        return None
    return None


def judge(verdict: Verdict, mutant: Mutant, content: bytes, packing: str, load: Loader) -> None:
    """Load the bytes as a file and hold what came of it against what they say."""
    with tempfile.TemporaryDirectory() as folder, emptied(scratch()) as connection:
        name = f"thing.csv{'.zip' if packing == 'zip' else ''}"
        (Path(folder) / name).write_bytes(content)
        try:
            report = load(connection, Path(folder), CONTRACTS, "load")
        except GrowthError as error:
            verdict.outcome = "refused"
            if "\n" in str(error) or name not in str(error):
                verdict.problems.append(f"the sentence is {str(error)!r}")
            if tables_of(connection):
                verdict.problems.append("a refused load left a table")
        except Exception as error:  # noqa: BLE001 - whatever else comes out of a load is the finding
            verdict.outcome = "crashed"
            verdict.problems.append(f"{type(error).__name__}: {error}"[:300])
        else:
            check(verdict, mutant, Loaded.of(connection, report))
    if verdict.problems and verdict.outcome != "crashed":
        verdict.outcome = "lost"


@cache
def scratch() -> duckdb.DuckDBPyConnection:
    """One pair of databases in memory for all mutants of a process: making them costs as much as a load."""
    return connect_scratch(threads=1)


@contextmanager
def emptied(connection: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """The databases without what the mutant before left."""
    tables = "select schema_name, table_name from duckdb_tables() where database_name = 'intake'"
    for schema, table in connection.execute(tables).fetchall():
        connection.execute(f"drop table intake.{quoted_name(schema)}.{quoted_name(table)}")
    yield connection


def tables_of(connection: duckdb.DuckDBPyConnection) -> list[Any]:
    return connection.execute("select table_name from duckdb_tables() where schema_name = 'raw'").fetchall()


@dataclass
class Loaded:
    """What a load left: rows of `raw` by id, all text of quarantine, the rows it says it read."""

    by_id: dict[str, list[dict[str, Any]]]
    texts: list[str]
    cells: str
    rows_read: int
    table: bool

    @classmethod
    def of(cls, connection: duckdb.DuckDBPyConnection, report: LoadReport) -> "Loaded":
        rows: list[dict[str, Any]] = []
        for schema in ("raw", "versions"):
            known = "select 1 from duckdb_tables() where schema_name = ? and table_name = 'thing'"
            if connection.execute(known, [schema]).fetchall():
                found = connection.execute(f"select * from intake.{schema}.thing")
                names = [column[0] for column in found.description or ()]
                rows += [dict(zip(names, row, strict=True)) for row in found.fetchall()]
        by_id: dict[str, list[dict[str, Any]]] = {}
        for row in rows:
            by_id.setdefault(str(row["id"]), []).append(row)
        kept = connection.execute("select record from quarantine.rows").fetchall()
        cells = "\0".join(str(value) for row in rows for value in row.values() if isinstance(value, str))
        read = sum(balance.rows_read for balance in report.files)
        return cls(by_id, [text for (text,) in kept], cells, read, bool(rows or kept))


def check(verdict: Verdict, mutant: Mutant, loaded: Loaded) -> None:
    """Note every row that is nowhere."""
    extract = mutant.extract
    texts = set(loaded.texts)
    everything = "\0".join([loaded.cells, *loaded.texts])
    for row in mutant.untouched:
        if in_raw(row, loaded, exact=mutant.header_whole) or in_quarantine(row, texts, extract):
            continue
        if mutant.moves_quotes and all(part in everything for part in parts_of(row)):
            continue
        verdict.problems.append(f"untouched and nowhere: {row}")
    said = second_reading(extract)
    if said is None:
        return
    header, rows = said
    if len(rows) != loaded.rows_read:
        verdict.problems.append(f"{len(rows)} rows by the second reading, {loaded.rows_read} by the loader")
    for cells in rows:
        is_whole = len(cells) == len(header)
        if is_whole and in_raw(dict(zip(header, cells, strict=True)), loaded, exact=True):
            continue
        # a key of another name is a column of its own
        if (other := object_of(cells)) and (in_raw(other, loaded, exact=False) or is_kept(other, texts)):
            continue
        if not any(cells == other for other in quarantined_cells(texts, extract, header)):
            verdict.problems.append(f"read and nowhere: {cells}")


def parts_of(row: Row) -> list[str]:
    """The cells of a row as they stand in any text, quotes and line ends apart."""
    return [part for value in row.values() for part in re.split(r'["\n\\]', value)]


def in_raw(row: Row, loaded: Loaded, *, exact: bool) -> bool:
    """Whether `raw` holds the row: its cells under their names, or (the header was harmed) under whatever name."""
    if exact:
        by_name = {name.strip().lower(): value for name, value in row.items()}
        return any(
            all(same(by_name.get(name, ""), found[name]) for name in COLUMNS)
            for found in loaded.by_id.get(by_name.get("id", ""), [])
        )
    wanted = [value for value in row.values() if value]
    return any(
        all(any(same(value, other) for other in found.values()) for value in wanted)
        for many in loaded.by_id.values()
        for found in many
    )


def same(text: str, value: Any) -> bool:
    """Whether a typed value is what the text of its cell says."""
    if value is None:
        return not text.strip()
    if isinstance(value, bool):
        return {"true": True, "1": True}.get(text.strip().lower(), False) is value
    if isinstance(value, str):
        return text == value
    try:
        return bool(read_as(text.strip(), value) == value)
    except (ValueError, InvalidOperation):
        digits = re.sub(r"\D", "", text)
        return isinstance(value, date) and digits.startswith(f"{value:%Y%m%d}")


def read_as(text: str, value: Any) -> Any:
    """The text as Python reads a value of this type; a moment becomes naive UTC."""
    if isinstance(value, datetime):
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
    return date.fromisoformat(text) if isinstance(value, date) else Decimal(text)


def in_quarantine(row: Row, texts: set[str], extract: Extract) -> bool:
    return any(cells == list(row.values()) for cells in quarantined_cells(texts, extract, list(row)))


def quarantined_cells(texts: set[str], extract: Extract, header: list[str]) -> list[list[str]]:
    """Every quarantined record as cells: typed rows are kept as objects, others as the text that came."""
    found = []
    for text in texts:
        try:
            kept = json.loads(text)
        except ValueError:
            kept = None
        if isinstance(kept, dict):
            found.append(["" if value is None else str(value) for value in kept.values()])
            found.append([str(kept.get(name) or "") for name in header])
        if extract.form == "csv":
            found += rows_of(text, extract.delimiter) or [[text]]
        else:
            found.append([text])
    return found


def is_kept(row: Row, texts: set[str]) -> bool:
    """Whether quarantine keeps an object with these keys and values."""
    kept = [json.loads(text) for text in texts if text.startswith("{") and object_of([text]) is not None]
    return any(all((found.get(name) or "") == value for name, value in row.items()) for found in kept)
