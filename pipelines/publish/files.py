"""One table as files: Parquet with its types, CSV and XLSX as people's programs read them.

In CSV and XLSX a list is joined with "; ", a time is ISO 8601 UTC, and a text that a spreadsheet would take for a
formula is marked as text (`pipelines/formulas.py`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from pipelines.formulas import guarded
from pipelines.warehouse import quoted_name, quoted_text

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

CellWriter = Callable[[int, int, Any], object]
SERIAL_START, DAY = datetime(1899, 12, 30), timedelta(days=1)  # noqa: DTZ001 a sheet knows no zones
"""A sheet counts days from here (ECMA-376, 18.17.4.1)."""
NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT",
           "FLOAT", "DOUBLE", "DECIMAL")  # fmt: skip
SHEET_ROWS = 1_048_575
"""Rows a sheet holds below its header."""
BATCH = 5_000


@dataclass(frozen=True)
class PublishedTable:
    """A table to write: two-part name, its key, its columns as (name, type)."""

    name: str
    key: tuple[str, ...]
    columns: tuple[tuple[str, str], ...]

    @property
    def file_stem(self) -> str:
        """`marts.lead_queue` becomes `lead_queue.csv`."""
        return self.name.split(".")[1]

    @property
    def is_list(self) -> bool:
        """A list is a table with a rank: somebody works it from the top."""
        return any(column == "rank" for column, _ in self.columns)

    @property
    def order(self) -> str:
        """Lists by rank, others by key: the same rows always leave in the same order."""
        names = (*(("rank",) if self.is_list else ()), *self.key)
        return ", ".join(f"{quoted_name(name)} nulls last" for name in names)


def describe(connection: duckdb.DuckDBPyConnection, name: str, key: tuple[str, ...]) -> PublishedTable:
    """The table with its columns as the database has them now."""
    rows = connection.execute(f"describe {name}").fetchall()
    return PublishedTable(name, key, tuple((row[0], row[1]) for row in rows))


def write_table(connection: duckdb.DuckDBPyConnection, table: PublishedTable, folder: Path, stamp: datetime) -> int:
    """Write every form of the table into the folder; `stamp` (UTC) is the XLSX file's date. Returns the rows."""
    stem = folder / table.file_stem
    source = f"from {table.name} order by {table.order}"
    [(rows,)] = connection.execute(
        f"copy (select * {source}) to {quoted_text(f'{stem}.parquet')} (format parquet, compression zstd)"
    ).fetchall()
    columns = ", ".join(csv_column(name, kind) for name, kind in table.columns)
    connection.execute(f"copy (select {columns} {source}) to {quoted_text(f'{stem}.csv')} (format csv, header)")
    if table.is_list:
        write_sheet(connection, table, stem.with_suffix(".xlsx"), stamp)
    return int(rows)


def csv_column(name: str, kind: str) -> str:
    """The column as CSV shows it."""
    column = quoted_name(name)
    if kind.startswith("TIMESTAMP"):
        return f"strftime({column}, '%Y-%m-%dT%H:%M:%SZ') as {column}"
    return sheet_column(name, kind)


def sheet_column(name: str, kind: str) -> str:
    """The column as a sheet shows it: numbers, dates and times as themselves, all else as harmless text."""
    column = quoted_name(name)
    if kind.endswith("[]"):
        text = f"array_to_string(list_transform({column}, lambda x: cast(x as varchar)), '; ')"
    elif kind == "VARCHAR":
        text = column
    elif kind.startswith(("STRUCT", "MAP", "JSON", "ENUM")):
        text = f"cast({column} as varchar)"
    else:
        return column
    return f"{guarded(text)} as {column}"


def write_sheet(connection: duckdb.DuckDBPyConnection, table: PublishedTable, path: Path, stamp: datetime) -> None:
    """One sheet with a fixed header, filters, and the rows of the list by rank (as many as a sheet holds)."""
    import xlsxwriter

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"title": table.file_stem, "created": stamp})
        sheet = book.add_worksheet(table.file_stem[:31])
        writers = [cell_writer(sheet, book, kind) for _, kind in table.columns]
        for index, (name, kind) in enumerate(table.columns):
            sheet.set_column(index, index, column_width(name, kind))
        sheet.write_row(0, 0, [name for name, _ in table.columns], book.add_format({"bold": True}))
        sheet.freeze_panes(1, 0)
        columns = ", ".join(sheet_column(name, kind) for name, kind in table.columns)
        rows = connection.execute(f"select {columns} from {table.name} order by {table.order} limit {SHEET_ROWS}")
        number = 0
        while batch := rows.fetchmany(BATCH):
            for row in batch:
                number += 1
                for index, value in enumerate(row):
                    if value is not None:
                        writers[index](number, index, value)
        sheet.autofilter(0, 0, number, len(table.columns) - 1)


def cell_writer(sheet: "Worksheet", book: "Workbook", kind: str) -> CellWriter:
    """How the values of a column of this type enter the sheet; decided once a column, since a cell costs as it is."""
    if kind.endswith("[]"):
        kind = "VARCHAR"  # joined by now
    if kind == "BOOLEAN":
        return lambda row, column, value: sheet.write_boolean(row, column, value)  # noqa: PLW0108 it is untyped
    if kind.startswith(("TIMESTAMP", "DATE")):
        shown = book.add_format({"num_format": "yyyy-mm-dd hh:mm" if kind.startswith("TIMESTAMP") else "yyyy-mm-dd"})
        start = SERIAL_START if kind.startswith("TIMESTAMP") else SERIAL_START.date()
        return lambda row, column, value: sheet.write_number(row, column, (value - start) / DAY, shown)
    if kind.startswith(NUMBERS):
        return lambda row, column, value: sheet.write_number(row, column, float(value))
    return lambda row, column, value: sheet.write_string(row, column, str(value))


def column_width(name: str, kind: str) -> int:
    """Characters: wide for sentences, narrow for numbers."""
    if kind.endswith("[]"):
        return 60
    return max(len(name) + 2, 22 if kind in ("VARCHAR", "TIMESTAMP") else 10)
