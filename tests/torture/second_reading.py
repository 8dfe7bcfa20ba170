"""What a text says by another reader than the loader's: Python's own csv and json modules."""

import csv
import json
import re
from pathlib import Path

from pipelines.intake.forms.delimited import delimiter_of
from pipelines.intake.forms.plain_text import PlainText
from tests.torture.extracts import COLUMNS, Extract


def second_reading(extract: Extract) -> tuple[list[str], list[list[str]]] | None:
    """Header and rows of the text by another reader; None where it has no say (Parquet; a quote that stays open).

    JSON that is an object gives its cells in the order of its keys, any other line or element its text.
    """
    content = extract.content
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        content = content.decode("utf-16", errors="replace").encode("utf-8", errors="replace")
    if not extract.rows or extract.form == "parquet":
        return None
    while content.startswith(b"\xef\xbb\xbf"):
        content = content[3:]
    text = content.decode("utf-8", errors="backslashreplace").replace("\x00", "\\x00")
    first = text.lstrip()[:1]
    if extract.form == "csv" and first not in ("{", "["):
        delimiter = delimiter_of(PlainText(Path(), content, 0)).decode()
        rows = rows_of(text, delimiter)
        return ([name.strip().lower() for name in rows[0]], rows[1:]) if rows else None
    if extract.form == "lines" and first == "{":
        return list(COLUMNS), [cells_of(one.strip(" \t\r")) for one in text.split("\n") if one.strip(" \t\r")]
    return None


def rows_of(text: str, delimiter: str) -> list[list[str]] | None:
    """The rows of a delimited text by the csv module; None where it would swallow or refuse some of it."""
    lines = re.findall(r"[^\n]*\n|[^\n]+", text)
    try:
        rows = [row for row in csv.reader(lines, delimiter=delimiter, strict=True) if row]
    except csv.Error:
        return None
    return rows


def object_of(cells: list[str]) -> dict[str, str] | None:
    """The object that a line of JSON is, when it was kept as text."""
    try:
        found = json.loads(cells[0]) if len(cells) == 1 and cells[0].startswith("{") else None
    except (ValueError, RecursionError):
        return None
    return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else None


def cells_of(text: str) -> list[str]:
    """An object's cells in the order of the columns, any other text itself."""
    try:
        pairs = json.loads(text, object_pairs_hook=list)
    except (ValueError, RecursionError):
        return [text]
    names = [name for name, _ in pairs] if isinstance(pairs, list) else []
    if sorted(names) != sorted(COLUMNS):
        return [text]
    return [str(dict(pairs)[name]) for name in COLUMNS]
