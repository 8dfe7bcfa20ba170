"""A spreadsheet of mended rows: reading it, and holding each row against the refused record that it mends.

What belongs here: what a person may have done to the file, told in one sentence each. Judging and loading the rows is
done in `mending`.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from pipelines.contracts.contract import Contract
from pipelines.errors import GrowthError
from pipelines.formulas import unguarded
from pipelines.intake.forms.files import ExtractFile, compression_of, sha256_of
from pipelines.intake.forms.incoming import LINES_TABLE, ROW, TEXT_TABLE, Incoming
from pipelines.intake.forms.reading import read_extract
from pipelines.intake.workshop.quarantine import STRUCTURE
from pipelines.intake.workshop.spreadsheet import is_rewritten
from pipelines.warehouse import quoted_name, quoted_text

ID_COLUMN = "quarantine_id"
OWN_COLUMNS = (ID_COLUMN, "quarantine_file", "quarantine_line", "quarantine_reasons", "quarantine_text")
"""The first columns of an exported file: ours, not the record's."""
MENDING_TABLE = "rows_to_mend"
BATCH = 2_000
COMPLAINT = r"column ([^:]+): found"


@dataclass(frozen=True)
class Correction:
    """One row as a person mended it: its record as it shall be, and where it comes from.

    `kept`: cells that a spreadsheet rewrote, which keep what they held; `changed`: cells that nobody complained of and
    that hold something else now. Both as (column, before, after).
    """

    row_id: str
    line: int
    place: tuple[str, int]
    extracted_at: str | None
    record: dict[str, Any]
    kept: list[tuple[str, str, str]] = field(default_factory=list)
    changed: list[tuple[str, str, str]] = field(default_factory=list)
    touched: list[str] = field(default_factory=list)
    """The columns that hold something else than before."""

    @property
    def columns(self) -> frozenset[str]:
        return frozenset(self.record)


def open_sheet(connection: duckdb.DuckDBPyConnection, path: Path, scratch: Path) -> Incoming:
    """The person's file in the incoming view. Raises GrowthError for one that is no export of ours."""
    if not path.is_file():
        raise GrowthError(f"{path} is no file; name the CSV that `growth quarantine export` wrote and you mended.")
    if not path.stat().st_size:
        raise GrowthError(f"{path.name} is empty; there is nothing to mend. Save the mended sheet as CSV UTF-8 again.")
    with path.open("rb") as stream:
        packed = compression_of(stream.read(4))
    if packed == "zip":
        raise GrowthError(
            f"{path.name} is a workbook or an archive; save its sheet as CSV UTF-8 and mend with that file."
        )
    file = ExtractFile(path.name, path, sha256_of(path), path.stat().st_size, packed)
    incoming = read_extract(connection, file, scratch, 0)
    if ID_COLUMN not in incoming.columns:
        found = ", ".join(name[:40] for name in list(incoming.columns)[:6])
        raise GrowthError(
            f"{path.name} has no column {ID_COLUMN}, by which a row is known (found: {found}); "
            "mend a file that `growth quarantine export` wrote."
        )
    if incoming.malformed:
        raise GrowthError(f"{path.name}, {incoming.malformed[0].reasons[0]}; nothing was mended.")
    if not incoming.records:
        raise GrowthError(f"{path.name} holds a header and no rows; there is nothing to mend.")
    return incoming


def take_sheet(
    connection: duckdb.DuckDBPyConnection, name: str, incoming: Incoming, contracts: list[Contract]
) -> Contract | None:
    """The rows with what they mend into `rows_to_mend`; the contract of their object, None when all were mended before.

    Raises GrowthError for ids that are unknown, given twice, or of several objects.
    """
    cells = ", ".join(
        f"{unguarded(f't.{quoted_name(column)}')} as {quoted_name(column)}"
        for column in incoming.columns
        if column not in OWN_COLUMNS
    )
    line, join = f"t.{ROW} + {incoming.first_line}", ""
    if incoming.first_line is None:
        line, join = "l.line", f"join {LINES_TABLE} as l on l.n = t.{ROW}"
    connection.execute(
        f"create or replace temp table {MENDING_TABLE} as select trim(t.{quoted_name(ID_COLUMN)}) as _mend_id, "
        f"{line} as _mend_line, {{{struct_of(incoming)}}} as _mend_cells, q as _mend_was, "
        f"m.row_id is not null as _mend_done "
        f"from (select {cells}{', ' if cells else ''}t.{quoted_name(ID_COLUMN)}, t.{ROW} from {TEXT_TABLE} as t) as t "
        f"{join} "
        "left join (select distinct on (row_id) * from intake.quarantine.rows "
        "order by row_id, extracted_at desc nulls last, file, line) as q on q.row_id = trim(t.quarantine_id) "
        "left join (select distinct row_id from intake.quarantine.mends) as m on m.row_id = trim(t.quarantine_id)"
    )
    check_ids(connection, name)
    objects = connection.execute(
        f"select distinct _mend_was.object from {MENDING_TABLE} where _mend_was.row_id is not null order by 1"
    ).fetchall()
    if len(objects) > 1:
        raise GrowthError(
            f"{name} holds rows of {' and '.join(one for (one,) in objects)}; mend one object at a time, each from a "
            "file of its own."
        )
    if not objects:
        return None
    found = next((contract for contract in contracts if contract.object == objects[0][0]), None)
    if found is None:
        raise GrowthError(
            f"No contract describes {objects[0][0]}, so nothing can judge a mended row; mend the extract itself, or "
            "write a contract for it."
        )
    check_columns(connection, name, incoming, found)
    return found


def struct_of(incoming: Incoming) -> str:
    cells = [name for name in incoming.columns if name not in OWN_COLUMNS]
    return ", ".join(f"{quoted_text(name)}: t.{quoted_name(name)}" for name in cells) or "'_': null"


def check_ids(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Every row must name a row of the quarantine, and each only once."""
    blank = connection.execute(
        f"select min(_mend_line) from {MENDING_TABLE} where _mend_id is null or _mend_id = ''"
    ).fetchall()[0][0]
    if blank is not None:
        raise GrowthError(f"{name}, line {blank}: {ID_COLUMN} is blank, expected the id of the row that is mended.")
    twins = connection.execute(
        f"select _mend_id, min(_mend_line), max(_mend_line) from {MENDING_TABLE} group by _mend_id "
        "having count(*) > 1 order by 2 limit 1"
    ).fetchall()
    for row_id, first, second in twins:
        raise GrowthError(f"{name}: lines {first} and {second} both mend {row_id}; keep one of them.")
    strangers = connection.execute(
        f"select _mend_id, _mend_line, count(*) over () from {MENDING_TABLE} where _mend_was.row_id is null "
        "and not _mend_done order by _mend_line limit 1"
    ).fetchall()
    for row_id, line, count in strangers:
        more = f" (and {count - 1} more)" if count > 1 else ""
        raise GrowthError(
            f"{name}, line {line}: {row_id[:40]!r} is not in quarantine{more}: a sound version of its record came "
            "in, or it never was; export again, or take the row out."
        )


def check_columns(connection: duckdb.DuckDBPyConnection, name: str, incoming: Incoming, contract: Contract) -> None:
    """Every column of the records must be there, and no other one."""
    told = connection.execute(
        f"select distinct unnest(json_keys(_mend_was.record)) from {MENDING_TABLE} "
        f"where _mend_was.violated_rules <> ['{STRUCTURE}']"
    ).fetchall()
    needed = {column for (column,) in told}
    if missing := sorted(needed - incoming.columns.keys()):
        raise GrowthError(
            f"{name} lacks the column{'s' * (len(missing) > 1)} {', '.join(missing[:8])}, which its records have; "
            "export again and leave every column in."
        )
    present = connection.execute(
        "select column_name from intake.ledger.columns_present where object = ?", [contract.object]
    ).fetchall()
    known = needed | set(OWN_COLUMNS) | {column for (column,) in present} | {c.name for c in contract.columns}
    if strange := [column for column in incoming.columns if column not in known]:
        raise GrowthError(
            f"{name} has the column {strange[0][:60]!r}, which no extract of {contract.object} has; take it out."
        )


def corrections(connection: duckdb.DuckDBPyConnection, incoming: Incoming, contract: Contract) -> Iterator[Correction]:
    """The rows that were not mended before, each as it shall be, in the order of the file."""
    names = [name for name in incoming.columns if name not in OWN_COLUMNS]
    shape = quoted_text(json.dumps(dict.fromkeys(names, "VARCHAR")))
    by_rule = {rule.rule_id: rule.columns for rule in contract.rules}
    before = f"case when violated <> ['{STRUCTURE}'] then from_json(record, {shape}) end"
    cells = ", ".join(
        f"{{'name': {quoted_text(n)}, "
        f"'before': nullif(b.{quoted_name(n)}, ''), 'after': nullif(c.{quoted_name(n)}, '')}}"
        for n in names
    )
    cursor = connection.execute(
        f"with opened as (select _mend_id as row_id, _mend_line as line, _mend_cells as c, _mend_was.file as file, "
        "_mend_was.line as its_line, _mend_was.extracted_at::varchar as extracted_at, _mend_was.record as record, "
        "_mend_was.violated_rules as violated, _mend_was.reasons as reasons "
        f"from {MENDING_TABLE} where not _mend_done), "
        f"held as (select *, {before} as b from opened) "
        "select row_id, line, file, its_line, extracted_at, record, violated, "
        f"list_transform(reasons, lambda x: regexp_extract(x, '{COMPLAINT}', 1)), "
        f"list_filter([{cells}], lambda x: x.before is distinct from x.after) from held order by line"
    )
    while rows := cursor.fetchmany(BATCH):
        for row_id, line, file, its_line, extracted_at, record, violated, named, differing in rows:
            is_cut = violated != [STRUCTURE]
            whole = json.loads(record, parse_float=str, parse_int=str) if is_cut else dict.fromkeys(names)
            complained = {*named, *(column for rule in violated for column in by_rule.get(rule, ()))}
            found = Correction(row_id, line, (file, its_line), extracted_at, whole)
            for cell in differing:
                column, old, new = cell["name"], cell["before"] or "", cell["after"] or ""
                if is_cut and column not in complained and is_rewritten(old, new):
                    found.kept.append((column, old, new))
                    continue
                if is_cut and column not in complained:
                    found.changed.append((column, old, new))
                found.touched.append(column)
                found.record[column] = new or None
            yield found
