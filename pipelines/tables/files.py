"""The files of `sql/` as values: folder = schema, file = table, a header of comments, dependencies read from the text.

What does not belong here: running a file (`build.py`), judging its style (`lint.py`), what holds between files
(`tree.py`).

    -- One row per account the house knows          line 1: the grain
    -- key: account_id                               line 2: unique, never null; the sort order of the table
    -- engine: duckdb, because Spark has no asof     line 3, rarely: why the file need not be portable
    -- incremental by: person_id                     rarely: the same text runs over the changed keys alone
    -- feeds: staging.accounts                       staging: what it selects becomes part of that table (`tree.py`)
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, TokenError

from pipelines.errors import GrowthError
from pipelines.warehouse import DATABASE_OF

NAME = re.compile(r"[a-z][a-z0-9_]*")
GRAIN = re.compile(r"-- (One row per \S.*)")
KEY = re.compile(r"-- key: ([a-z][a-z0-9_]*(?:, [a-z][a-z0-9_]*)*)")
INCREMENTAL = re.compile(r"-- incremental by: ([a-z][a-z0-9_]*)")
ENGINE = re.compile(r"-- engine: duckdb, because (\S.*)")
FEEDS = re.compile(r"-- feeds: ([a-z_]+\.[a-z][a-z0-9_]*)")
FED = re.compile(r"-- fed by: \S.*")


@dataclass(frozen=True)
class TableFile:
    """One SQL file: the table it makes, what a row of it is, and the tables it reads (two-part names).

    A fed table declares its columns and is the union of its `feeders`; `feeds` names the table that a feeder is for.
    """

    name: str
    schema: str
    path: Path
    grain: str
    key: tuple[str, ...]
    text: str
    dependencies: frozenset[str]
    incremental_by: str | None = None
    engine_reason: str | None = None
    feeds: str | None = None
    is_fed: bool = False
    feeders: tuple["TableFile", ...] = ()

    @property
    def database(self) -> str:
        """The attached file that holds the table: `intake` or `warehouse`."""
        return DATABASE_OF[self.schema]


def read_table(path: Path) -> TableFile:
    """One file as a value; see `read_tables`."""
    schema, table = path.parent.name, path.stem
    if schema not in DATABASE_OF:
        raise GrowthError(f"{path}: no schema {schema}; the folder must be one of {', '.join(sorted(DATABASE_OF))}.")
    if not NAME.fullmatch(table):
        raise GrowthError(f"{path}: a table is named in snake_case, found {table!r}; rename the file.")
    text = path.read_text(encoding="utf-8")
    lines, header = text.splitlines(), header_lines(text)
    return TableFile(
        name=f"{schema}.{table}",
        schema=schema,
        path=path,
        grain=matched(path, lines, 1, GRAIN, "-- One row per ...").rstrip("."),
        key=tuple(matched(path, lines, 2, KEY, "-- key: column, column").split(", ")),
        text=text,
        dependencies=dependencies(path, parse_select(path, text)),
        incremental_by=next((found[1] for line in header[2:] if (found := INCREMENTAL.fullmatch(line))), None),
        engine_reason=found[1] if len(header) > 2 and (found := ENGINE.fullmatch(header[2])) else None,
        feeds=next((found[1] for line in header[2:] if (found := FEEDS.fullmatch(line))), None),
        is_fed=any(FED.fullmatch(line) for line in header[2:]),
    )


def header_lines(text: str) -> list[str]:
    """The comment lines a file opens with, without trailing blanks."""
    lines = []
    for line in text.splitlines():
        if not line.startswith("--"):
            break
        lines.append(line.rstrip())
    return lines


def matched(path: Path, lines: list[str], number: int, pattern: re.Pattern[str], expected: str) -> str:
    """What a header line says, or an error that names file, line, found and expected."""
    line = lines[number - 1].rstrip() if len(lines) >= number else ""
    found = pattern.fullmatch(line)
    if not found:
        raise GrowthError(f"{path}:{number}: expected `{expected}`, found `{line}`; write the header line.")
    return found[1]


@cache
def parse_text(text: str) -> list[exp.Expr | None]:
    """The statements of a text, parsed once per process. Whoever changes a tree takes a copy first."""
    return list(sqlglot.parse(text, dialect="duckdb"))


@cache
def meaning_of(text: str) -> str:
    """What a text asks, without its comments and its layout: who writes the same another way asks the same."""
    return "; ".join(tree.sql(dialect="duckdb", comments=False) for tree in parse_text(text) if tree)


def parse_select(path: Path, text: str) -> exp.Query:
    """The one `select` that a file holds."""
    try:
        statements = parse_text(text)
    except ParseError as error:
        first = error.errors[0] if error.errors else {}
        place = f"{path}:{first.get('line', 1)}"
        reason = first.get("description", "it cannot be parsed").split(" but got ")[0].rstrip(".")
        raise GrowthError(f"{place}: not one plain select: {reason}, near `{first.get('highlight', '')}`.") from error
    except TokenError as error:
        raise GrowthError(f"{path}: not one plain select: a quote or a comment is left open.") from error
    if len(statements) != 1 or not isinstance(statements[0], exp.Query) or text.rstrip().endswith(";"):
        raise GrowthError(f"{path}: a file holds one plain select and no semicolon; the engine makes the table itself.")
    return statements[0]


def dependencies(path: Path, tree: exp.Query) -> frozenset[str]:
    """The tables a file reads: names with a schema. A bare name is a common table expression and no dependency."""
    names = frozenset(f"{table.db}.{table.name}" for table in tree.find_all(exp.Table) if table.db)
    for name in sorted(names):
        if name.split(".")[0] not in DATABASE_OF:
            raise GrowthError(f"{path}: reads {name}, but there is no schema {name.split('.')[0]}.")
    return names


def build_order(tables: Mapping[str, TableFile]) -> list[TableFile]:
    """The tables so that each comes after those it reads; alphabetical where the dependencies leave a choice.

    Tables that no file makes (`raw.*`, `config.*`, `scores.*`) are there already. Raises GrowthError naming the files
    of a cycle.
    """
    sorter = TopologicalSorter({name: sorted(table.dependencies & tables.keys()) for name, table in tables.items()})
    try:
        sorter.prepare()
    except CycleError as error:
        cycle = " -> ".join(str(tables[name].path) for name in error.args[1])
        raise GrowthError(f"SQL files that read each other in a circle: {cycle}; let one of them read less.") from error
    order: list[TableFile] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        order.extend(tables[name] for name in ready)
        sorter.done(*ready)
    return order
