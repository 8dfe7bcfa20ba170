"""The playbook, read strictly and written as `config.*` tables, so that SQL joins what marketing and sales decided.

What belongs here: reading YAML, judging it, writing tables. What a file may say stands in `playbook_schema.py`.
"""

import types
import typing
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import duckdb
import yaml
from pydantic import ValidationError

from pipelines.errors import GrowthError
from pipelines.playbook_schema import FILES, FileSchema
from pipelines.playbook_values import Row
from pipelines.warehouse import quoted_name

COLUMN_TYPES = {bool: "boolean", int: "bigint", float: "double", str: "varchar", date: "date"}
EXPECTED = {"extra_forbidden": "no such key", "missing": "this key"}


@dataclass(frozen=True)
class ConfigTable:
    """A `config.*` table before it is written: the class of its rows gives the columns."""

    name: str
    row: type[Row]
    rows: Sequence[Row]


def load_playbook(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Replace the playbook's `config.*` tables by what the files of a folder say, all of them or none.

    Raises GrowthError naming file and key when a file is missing, is not YAML, or says what its schema does not know.
    """
    tables = read_playbook(folder)
    connection.execute("begin transaction")
    try:
        for table in tables:
            write_table(connection, table)
    except BaseException:
        connection.execute("rollback")
        raise
    connection.execute("commit")


def set_as_of(connection: duckdb.DuckDBPyConnection, as_of: datetime) -> None:
    """Write the moment that this run looks from (naive UTC) into `config.as_of`."""
    connection.execute("create or replace table warehouse.config.as_of as select ?::timestamp as as_of", [as_of])


def read_playbook(folder: Path) -> list[ConfigTable]:
    """Every file of a playbook folder as tables, in alphabetical order of the files; nothing is written."""
    if not folder.is_dir():
        raise GrowthError(f"The playbook folder {folder} does not exist; name the folder that holds calendar.yaml.")
    for path in sorted(folder.glob("*.y*ml")):
        if path.suffix != ".yaml" or path.stem not in FILES:
            known = ", ".join(f"{stem}.yaml" for stem in FILES)
            raise GrowthError(f"{path}: no such playbook file; expected {known}.")
    return [table for stem, schema in FILES.items() for table in read_file(folder / f"{stem}.yaml", schema)]


def read_file(path: Path, schema: FileSchema) -> list[ConfigTable]:
    """The tables of one file; a key that the schema does not name is an error."""
    content = read_yaml(path)
    expected = ([] if schema.settings is None else ["settings"]) + list(schema.lists)
    for key in content:
        if key not in expected:
            raise GrowthError(f"{path}: found the key {key!r}, expected {', '.join(expected)}; correct its spelling.")
    for key in expected:
        if key not in content and key not in schema.may_lack:
            raise GrowthError(f"{path}: the key {key!r} is missing; add it, as in the engine's own playbook.")
    tables = []
    if schema.settings is not None:
        tables.append(ConfigTable(path.stem, schema.settings, [read_row(path, "settings", schema.settings, content)]))
    for key, row in schema.lists.items():
        items = content.get(key, [])
        if not isinstance(items, list):
            raise GrowthError(f"{path}: {key} holds {items!r}, expected a list; write one `- {{...}}` per row.")
        rows = [read_row(path, f"{key}[{number}]", row, item) for number, item in enumerate(items, start=1)]
        tables.append(ConfigTable(key, row, rows))
    return tables


def read_yaml(path: Path) -> dict[str, object]:
    """A YAML file that holds keys; anything else is an error that names file and line."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise GrowthError(f"The playbook file {path} is missing; copy it from the playbook of the engine.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise GrowthError(f"The playbook file {path} cannot be read ({error}); write it as UTF-8 text.") from error
    except yaml.MarkedYAMLError as error:
        line = 1 if error.problem_mark is None else error.problem_mark.line + 1
        raise GrowthError(f"{path}:{line}: not YAML: {error.problem}; mend the line.") from error
    if not isinstance(content, dict):
        raise GrowthError(f"{path}: found {type(content).__name__}, expected keys such as `settings:`.")
    return {str(key): value for key, value in content.items()}


def read_row(path: Path, place: str, row: type[Row], content: object) -> Row:
    """One row, strictly; the first thing wrong with it is the error."""
    values = content["settings"] if place == "settings" and isinstance(content, dict) else content
    try:
        return row.model_validate(values)
    except ValidationError as error:
        # A key that nobody knows is most often one that is missing, misspelt: it says more than the gap it leaves.
        first = min(error.errors(), key=lambda one: one["type"] != "extra_forbidden")
        key = ".".join([place, *(str(part) for part in first["loc"])])
        found = "nothing" if first["type"] == "missing" else repr(first["input"])
        expected = EXPECTED.get(first["type"], first["msg"].removeprefix("Input should be "))
        raise GrowthError(f"{path}: {key}: found {found}, expected {expected}; correct the file.") from error


def write_table(connection: duckdb.DuckDBPyConnection, table: ConfigTable) -> None:
    """Replace one `config.*` table; its columns follow the attributes of the row's class."""
    name = f"warehouse.config.{quoted_name(table.name)}"
    hints = {column: table.row.model_fields[column].annotation for column in table.row.model_fields}
    columns = ", ".join(f"{quoted_name(column)} {column_type(hint)}" for column, hint in hints.items())
    connection.execute(f"create or replace table {name} ({columns})")
    if table.rows:
        marks = ", ".join(f"({', '.join('?' for _ in hints)})" for _ in table.rows)
        values = [getattr(row, column) for row in table.rows for column in hints]
        connection.execute(f"insert into {name} values {marks}", values)


def column_type(hint: object) -> str:
    """The column type of an attribute; `X | None` is X that may be null, a choice of words is text."""
    if isinstance(hint, type) and hint in COLUMN_TYPES:
        return COLUMN_TYPES[hint]
    parts = typing.get_args(hint)
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        named = {column_type(part) for part in parts if part is not type(None)}
    elif typing.get_origin(hint) is typing.Annotated:
        named = {column_type(parts[0])}
    else:
        named = {COLUMN_TYPES[type(choice)] for choice in parts}
    if len(named) != 1:
        raise TypeError(f"no single column type for {hint}")
    return named.pop()
