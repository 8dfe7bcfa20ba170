"""Mending: rows that a person corrected are judged by the contract of today and, where sound, loaded.

What belongs here: the order of the steps. They are those of a load (`load`), over files that hold the mended rows
(`mended`); how a person's spreadsheet is read is in `correction`.
"""

import dataclasses
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TextIO

import duckdb

from pipelines.contracts.contract import Contract
from pipelines.intake.forms.files import ExtractFile, sha256_of
from pipelines.intake.forms.incoming import LINES_TABLE
from pipelines.intake.load import begin, finish, load_object
from pipelines.intake.merging.raw_tables import table_name
from pipelines.intake.merging.refusals import YES, refusal_columns
from pipelines.intake.proof.account import Account
from pipelines.intake.rules.rows import bad_rows_query, keep_bad
from pipelines.intake.under_way import Load
from pipelines.intake.workshop.correction import MENDING_TABLE, Correction, corrections, open_sheet, take_sheet
from pipelines.intake.workshop.mended import ROW_ID, line_of, mended_file, mended_name, read_mended
from pipelines.intake.workshop.replay import waiting_files
from pipelines.warehouse import quoted_name, transaction

UNFINISHED = ".new-"
Cell = tuple[str, str, str, str]
"""Of a mended row: its id, the column, what it held before, what it holds after."""


@dataclass
class Outcome:
    """What became of a file of mended rows.

    `loaded`, `identical` and `superseded` (a newer sound version was there) rows left quarantine; `before` had left it
    before; `failing` (id, reasons) stay. `kept`, `changed`: cells as in `Correction`; `refusals`: (id, column) of an
    opt-out that holds although the mended row says otherwise.
    """

    object: str = ""
    loaded: int = 0
    identical: int = 0
    superseded: int = 0
    before: int = 0
    failing: list[tuple[str, list[str]]] = field(default_factory=list)
    kept: list[Cell] = field(default_factory=list)
    changed: list[Cell] = field(default_factory=list)
    refusals: list[tuple[str, str]] = field(default_factory=list)

    @property
    def mended(self) -> int:
        return self.loaded + self.identical + self.superseded


@dataclass
class Rows:
    """The mended rows with the same columns: one a line of a file, with its id and its line in the person's file."""

    path: Path
    sink: TextIO
    ids: list[str] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)


def mend(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    contracts: list[Contract],
    folder: Path,
    load_id: str,
    *,
    now: datetime | None = None,
) -> Outcome:
    """Load what is sound of a mended spreadsheet, in one transaction; `folder` keeps those rows for other homes.

    The files are in their place before the transaction is committed: killed in between, the next load reads them.
    Raises GrowthError, with nothing changed, for a file that is no export of the quarantine as it is now.
    """
    written: list[Path] = []
    with discarded_unless_done(written), tempfile.TemporaryDirectory() as name, transaction(connection):
        scratch = Path(name)
        load = begin(connection, contracts, Account(load_id), now, scratch)
        incoming = open_sheet(connection, path, scratch)
        contract = take_sheet(connection, path.name, incoming, contracts)
        outcome = Outcome(before=count_before(connection))
        if contract is None:
            return outcome
        outcome.object = contract.object
        said: list[tuple[Correction, str]] = []
        groups = write_rows(remembered(corrections(connection, incoming, contract), contract, said), scratch, outcome)
        for number, rows in enumerate(groups, start=1):
            failing = judge(connection, contract, rows, scratch / str(number))
            outcome.failing += sorted(failing.items())
            written += keep(contract, rows, failing, folder)
        files = [mended_file(one, sha256_of(one), one.name.removeprefix(UNFINISHED)) for one in written]
        if files:
            load_rows(load, contract, contracts, files, outcome)
            outcome.refusals = refusals_that_hold(connection, contract, said, dict(outcome.failing))
            put_in_place(folder, written)
    return outcome


@contextmanager
def discarded_unless_done(written: list[Path]) -> Iterator[None]:
    """Take the files away again on any way out but the end."""
    done = False
    try:
        yield
        done = True
    finally:
        if not done:
            for path in written:
                path.unlink(missing_ok=True)


def count_before(connection: duckdb.DuckDBPyConnection) -> int:
    """How many rows of the file were mended before."""
    [(count,)] = connection.execute(f"select count(*) from {MENDING_TABLE} where _mend_done").fetchall()
    return int(count)


def remembered(
    found: Iterable[Correction], contract: Contract, said: list[tuple[Correction, str]]
) -> Iterator[Correction]:
    """The same rows; those whose opt-out was changed are noted on the way."""
    refusing = {column.name.lower() for column in refusal_columns(contract)}
    for one in found:
        said += [(one, column) for column in one.touched if column.lower() in refusing]
        yield one


def write_rows(found: Iterable[Correction], scratch: Path, outcome: Outcome) -> list[Rows]:
    """The rows in the form in which they are kept, a file per set of columns: blank is not the same as absent."""
    groups: dict[frozenset[str], Rows] = {}
    with ExitStack() as stack:
        for one in found:
            if one.columns not in groups:
                path = scratch / f"mended-{len(groups)}.jsonl"
                groups[one.columns] = Rows(path, stack.enter_context(path.open("w", encoding="utf-8", newline="\n")))
            rows = groups[one.columns]
            rows.sink.write(line_of(one.record, one.row_id, one.place, one.extracted_at))
            rows.ids.append(one.row_id)
            rows.lines.append(one.line)
            outcome.kept += [(one.row_id, *cell) for cell in one.kept]
            outcome.changed += [(one.row_id, *cell) for cell in one.changed]
    return list(groups.values())


def judge(connection: duckdb.DuckDBPyConnection, contract: Contract, rows: Rows, scratch: Path) -> dict[str, list[str]]:
    """The rows that still break the contract: id -> reasons, with the lines of the person's file."""
    scratch.mkdir()
    file = mended_file(rows.path, sha256_of(rows.path))
    incoming = dataclasses.replace(read_mended(connection, file, scratch, 0), first_line=None)
    connection.execute(
        f"create or replace temp table {LINES_TABLE} as select n, line, line as line_end from "
        "(select unnest(range(len(?::bigint[]))) as n, unnest(?::bigint[]) as line)",
        [rows.lines, rows.lines],
    )
    keep_bad(connection, contract, incoming)
    query = bad_rows_query(contract, incoming, f"t.{quoted_name(ROW_ID)} as row_id")
    return dict(connection.execute(f"select row_id, reasons from ({query})").fetchall())


def keep(contract: Contract, rows: Rows, failing: dict[str, list[str]], folder: Path) -> list[Path]:
    """The sound rows as a file of the folder that is not in its place yet; none when no row is sound."""
    if len(failing) == len(rows.ids):
        return []
    folder.mkdir(mode=0o700, exist_ok=True)
    unfinished = folder / f"{UNFINISHED}{os.getpid()}"
    with rows.path.open("rb") as source, unfinished.open("wb") as sink:
        sink.writelines(line for line, row_id in zip(source, rows.ids, strict=True) if row_id not in failing)
        sink.flush()
        os.fsync(sink.fileno())
    return [unfinished.rename(folder / f"{UNFINISHED}{mended_name(contract, sha256_of(unfinished))}")]


def load_rows(
    load: Load, contract: Contract, contracts: list[Contract], files: list[ExtractFile], outcome: Outcome
) -> None:
    """The sound rows into the tables, as any load does it."""
    load_object(load, contract, files)
    finish(load, contracts)
    names = {file.name for file in files}
    for balance in load.balances:
        if balance.file in names:
            outcome.loaded += balance.rows_loaded
            outcome.identical += balance.rows_identical
            outcome.superseded += balance.rows_superseded


def refusals_that_hold(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    said: list[tuple[Correction, str]],
    failing: dict[str, list[str]],
) -> list[tuple[str, str]]:
    """Opt-outs of the refused rows that the mended ones took back without being newer: a no is not taken back so."""
    held = []
    for one, name in said:
        column = contract.column(name)
        if column is None or one.row_id in failing or not says_no(one.record.get(name)):
            continue
        refuses = quoted_name(column.name) + ("" if column.logical_type == "boolean" else " is not null")
        found = connection.execute(
            f"select 1 from {table_name(contract)} where _file = ? and _line = ? and {refuses} limit 1", [*one.place]
        ).fetchall()
        held += [(one.row_id, column.name)] if found else []
    return held


def says_no(cell: str | None) -> bool:
    return (cell or "").strip().lower() not in YES


def put_in_place(folder: Path, unfinished: list[Path]) -> None:
    """Give the files their names; they are on the disk when this returns."""
    for i, path in enumerate(unfinished):
        unfinished[i] = path.replace(folder / path.name.removeprefix(UNFINISHED))
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def replay(
    connection: duckdb.DuckDBPyConnection, contracts: list[Contract], load_id: str, *, now: datetime | None = None
) -> tuple[int, int]:
    """Judge refused rows anew whose contract changed, as a load without extracts does: (judged, left quarantine)."""
    with tempfile.TemporaryDirectory() as name, transaction(connection):
        load = begin(connection, contracts, Account(load_id), now, Path(name))
        for contract in contracts:
            if waiting_files(load.refused_files, contract, ()):
                load_object(load, contract, [])
        if load.balances:
            finish(load, contracts)
        judged = sum(balance.rows_read for balance in load.balances)
        return judged, judged - sum(balance.rows_quarantined for balance in load.balances)
