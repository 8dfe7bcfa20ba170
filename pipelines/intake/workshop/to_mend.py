"""Refused rows as a spreadsheet in which people mend them: CSV or XLSX, one file per object.

What belongs here: writing. Reading it back is in `correction`, which takes a cell that nobody touched for what it was.
"""

import csv
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import duckdb

from pipelines.errors import GrowthError
from pipelines.formulas import guarded
from pipelines.intake.workshop.correction import OWN_COLUMNS
from pipelines.intake.workshop.quarantine import STRUCTURE
from pipelines.intake.workshop.refused import VIEW, Filter
from pipelines.intake.workshop.spreadsheet import CELL_CHARACTERS
from pipelines.warehouse import quoted_name, quoted_text

BATCH = 2_000
SHEET_ROWS = 1_048_575
NOT_IN_A_TITLE = re.compile(r"[\[\]:*?/\\']")


class Writer(Protocol):
    """What takes a row of cells."""

    def __call__(self, cells: Sequence[str | None], /) -> object: ...


def export(connection: duckdb.DuckDBPyConnection, which: Filter, out: Path, stamp: datetime) -> list[tuple[Path, int]]:
    """Write the refused rows of the view: (file, rows) per object. Several objects: their names go into the files'.

    Raises GrowthError when no row fits, the ending is neither .csv nor .xlsx, or the file cannot be written.
    """
    if out.suffix.lower() not in (".csv", ".xlsx"):
        raise GrowthError(f"{out.name} ends neither in .csv nor in .xlsx; name the file to write with one of them.")
    condition, values = which.sql()
    found = connection.execute(
        f"select object, count(distinct row_id) from {VIEW} where {condition} group by object order by object", values
    ).fetchall()
    if not found:
        raise GrowthError("No record in quarantine fits; see what there is with `growth quarantine`.")
    written = []
    for name, rows in found:
        path = out if len(found) == 1 else out.with_name(f"{out.stem}-{name}{out.suffix}")
        if out.suffix.lower() == ".xlsx" and rows > SHEET_ROWS:
            raise GrowthError(f"{rows} refused rows of {name} do not fit into a sheet; export them as CSV.")
        try:
            write(connection, name, (condition, values), path, stamp)
        except OSError as error:
            raise GrowthError(f"{path} cannot be written ({error.strerror}); name another file with --out.") from error
        written.append((path, rows))
    return written


def write(
    connection: duckdb.DuckDBPyConnection, name: str, which: tuple[str, list[str]], path: Path, stamp: datetime
) -> None:
    """The refused rows of one object, those that say the very same once."""
    condition, values = which
    columns = record_columns(connection, name, condition, values)
    if taken := [column for column in columns if column.lower() in OWN_COLUMNS]:
        raise GrowthError(
            f"The records of {name} have a column {taken[0]}, a name kept for the export; mend the extract."
        )
    shape = quoted_text(json.dumps(dict.fromkeys(columns, "VARCHAR")))
    is_cut = f"violated_rules <> ['{STRUCTURE}']"
    cells = ", ".join(f"{guarded(f'c.{quoted_name(column)}')}" for column in columns)
    connection.execute(
        f"select row_id, {guarded('file')}, line::varchar, {guarded('told')}, {guarded('text')}"
        f"{', ' + cells if cells else ''} from ("
        f"select *, array_to_string(reasons, '; ') as told, case when not {is_cut} then record end as text, "
        f"case when {is_cut} then from_json(record, {shape}) end as c from {VIEW} "
        f"where object = ? and {condition} qualify row_number() over (partition by row_id order by file, line) = 1) "
        "order by file, line, row_id",
        [name, *values],
    )
    with opened(path, name, stamp) as add:
        add([*OWN_COLUMNS, *columns])
        while rows := connection.fetchmany(BATCH):
            for row in rows:
                add(row)


def record_columns(connection: duckdb.DuckDBPyConnection, name: str, condition: str, values: list[str]) -> list[str]:
    """The columns of the object's refused records in the order of their files; those of its extracts where no record
    could be cut into fields."""
    keys = connection.execute(
        f"select json_keys(record) as keys, min(file) from {VIEW} where object = ? and {condition} "
        f"and violated_rules <> ['{STRUCTURE}'] group by keys order by 2, keys",
        [name, *values],
    ).fetchall()
    found = dict.fromkeys(key for names, _ in keys for key in names)
    if found:
        return list(found)
    present = connection.execute(
        "select distinct column_name from ledger.columns_present where object = ? order by column_name", [name]
    ).fetchall()
    return [column for (column,) in present]


@contextmanager
def opened(path: Path, name: str, stamp: datetime) -> Iterator[Writer]:
    """The file to write to. A mark in front of the CSV tells spreadsheets that it is UTF-8; in a sheet all is text."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix.lower() == ".csv":
        with path.open("w", encoding="utf-8-sig", newline="") as sink:
            yield csv.writer(sink).writerow
        return
    import xlsxwriter

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"title": name, "created": stamp})
        sheet = book.add_worksheet(NOT_IN_A_TITLE.sub("_", name)[:31])
        as_text, head = book.add_format({"num_format": "@"}), book.add_format({"bold": True, "num_format": "@"})
        number = 0

        def add(cells: Sequence[Any]) -> None:
            nonlocal number
            for place, cell in enumerate(cells):
                if cell is not None:
                    sheet.write_string(number, place, cell[:CELL_CHARACTERS], head if not number else as_text)
            number += 1

        yield add
        sheet.freeze_panes(1, 1)
