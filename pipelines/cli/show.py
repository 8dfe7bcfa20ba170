"""Rows on a terminal as a table, in a pipe as tab-separated lines, for scripts as JSON or CSV."""

import csv
import json
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import click

WIDEST, GAP = 24, 3
"""Characters that a column of a table can do with, as its words wrap, and those between two columns."""
STEERING = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode's categories of controls, invisible formats, lone surrogates and separators of lines."""


@dataclass(frozen=True)
class Rows:
    """A result: names of columns and the rows."""

    columns: tuple[str, ...]
    rows: Sequence[Sequence[Any]]

    def records(self) -> list[dict[str, Any]]:
        """One mapping per row, values as JSON has them."""
        return [dict(zip(self.columns, map(plain, row), strict=True)) for row in self.rows]

    def only(self, names: Sequence[str]) -> "Rows":
        """The named columns, those that are there, in the order of the names."""
        places = [self.columns.index(name) for name in names if name in self.columns]
        return Rows(tuple(self.columns[i] for i in places), [[row[i] for i in places] for row in self.rows])

    def under(self, headings: Mapping[str, str]) -> "Rows":
        """The same rows, columns under the heading that is given for them."""
        return Rows(tuple(headings.get(name, name) for name in self.columns), self.rows)


def show_json(value: object) -> None:
    """JSON alone on stdout."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def show_csv(rows: Rows) -> None:
    """CSV on stdout (RFC 4180) of rows whose texts were guarded as they were read (`publish.files.csv_column`)."""
    writer = csv.writer(sys.stdout)
    writer.writerows((rows.columns, *rows.rows))


def show_table(
    rows: Rows, title: str = "", essential: Sequence[str] = (), instead: str = "--csv and --json show all"
) -> None:
    """A table where somebody looks, tab-separated lines where a program reads.

    With `essential` columns a narrow terminal shows these, and of the others what there is room for; `instead` says
    what shows all of them.
    """
    if not sys.stdout.isatty():
        for line in (rows.columns, *(map(words, row) for row in rows.rows)):
            click.echo("\t".join(" ".join(cell.split()) for cell in line))
        return
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console()
    dropped = [name for name in rows.columns if name not in fitting(rows, essential, console.width)]
    rows = rows.only([name for name in rows.columns if name not in dropped])
    table = Table(title=escape(title) or None, title_justify="left", box=SIMPLE_HEAD)
    table.leading = int(bool(dropped) and any(isinstance(cell, list) for row in rows.rows for cell in row))
    for index, name in enumerate(rows.columns):
        is_number = any(isinstance(row[index], int | float | Decimal) for row in rows.rows)
        table.add_column(name.replace("_", " "), justify="right" if is_number else "left", overflow="fold")
    for row in rows.rows:
        table.add_row(*(escape(words(value)) for value in row))
    console.print(table)
    if dropped:
        names = ", ".join(name.replace("_", " ") for name in dropped)
        console.print(f"A wider window also shows {names}; {instead}.", markup=False, highlight=False)


def fitting(rows: Rows, essential: Sequence[str], width: int) -> set[str]:
    """The columns that a terminal of some width has room for: the essential ones, then the others in their order."""
    if not essential:
        return set(rows.columns)
    chosen: set[str] = set()
    room = width
    for name in sorted(rows.columns, key=lambda name: name not in essential):
        place = rows.columns.index(name)
        cells = [*name.split("_"), *(words(row[place]) for row in rows.rows)]
        room -= min(max(map(len, cells)), WIDEST) + GAP
        if room < 0 and name not in essential:
            break
        chosen.add(name)
    return chosen


def harmless(text: str) -> str:
    """A text that cannot steer a terminal or show as another one: control and direction characters as escapes."""
    return "".join(
        character if character in "\n\t" or unicodedata.category(character) not in STEERING else escaped(character)
        for character in text
    )


def escaped(character: str) -> str:
    return character.encode("unicode_escape", errors="replace").decode("ascii")


def words(value: object) -> str:
    """A value as a person reads it."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case float() | Decimal():
            number = float(value)
            return f"{number:,.4g}" if abs(number) < 1000 else f"{number:,.0f}"
        case datetime():
            return value.strftime("%Y-%m-%d %H:%M")
        case list():
            return "; ".join(map(words, value))
        case _:
            return harmless(str(value))


def plain(value: object) -> object:
    """A value as JSON has it: times as ISO 8601 UTC, decimals as numbers."""
    match value:
        case datetime():
            return value.isoformat() + "Z"
        case date():
            return value.isoformat()
        case Decimal():
            return float(value)
        case list():
            return [plain(item) for item in value]
        case dict():
            return {str(key): plain(item) for key, item in value.items()}
        case _:
            return value
