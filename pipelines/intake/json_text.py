"""JSON lines and JSON arrays into the incoming table, each key a text column. Delimited text is not read here."""

import json
from pathlib import Path

import duckdb
import numpy as np

from pipelines.errors import GrowthError
from pipelines.intake.delimited import decoded, refuse_twins
from pipelines.intake.incoming import NOT_UTF8, ROW, TEXT_TABLE, Incoming, Malformed, check_encoding, keep_lines
from pipelines.intake.structure import Positions
from pipelines.warehouse import quoted_text

# A control character that JSON text may not hold unescaped: as delimiter it makes each line one field.
NEVER_IN_JSON = b"\x1f"


def read_json(connection: duckdb.DuckDBPyConnection, name: str, raw: bytes, scratch: Path) -> Incoming:
    """Load every JSON object of `raw`; lines that are none go on as malformed text.

    Raises GrowthError for an array that breaks off, since where its next element begins cannot be known.
    """
    text = decoded(raw, name)
    lines = text.count(b"\n") + (not text.endswith(b"\n"))
    if text.lstrip()[:1] == b"[":
        texts, first = array_elements(name, text)
    else:
        texts, first = line_elements(text)
    sound = np.array(sound_elements(text, texts), dtype=np.int64)
    path = scratch / "elements.jsonl"
    path.write_bytes(b"".join(texts[i] + b"\n" for i in sound.tolist()))
    connection.execute(
        f"create or replace temp table incoming_json as select *, row_number() over () - 1 as {ROW} "
        f"from read_csv({quoted_text(str(path))}, "
        f"auto_detect = false, header = false, delim = '{NEVER_IN_JSON.decode()}', quote = '', escape = '', "
        f"max_line_size = {max(map(len, texts), default=0) + (1 << 21)}, columns = {{'element': 'VARCHAR'}})"
    )
    is_object = "json_valid(element) and json_type(element) = 'OBJECT'"
    broken = {
        int(n) for (n,) in connection.execute(f"select {ROW} from incoming_json where not ({is_object})").fetchall()
    }
    connection.execute(f"delete from incoming_json where not ({is_object})")
    bad = sorted({*(set(range(len(texts))) - set(sound.tolist())), *(int(sound[n]) for n in broken)})
    good = np.array(sorted(set(range(len(texts))) - set(bad)), dtype=np.int64)
    columns = spread(connection, name)
    keep_lines(connection, first[good], first[good])
    malformed = [malformed_element(texts[i], int(first[i])) for i in bad]
    check_encoding(name, malformed, len(texts))
    return Incoming("json", columns, len(texts), lines, malformed)


def line_elements(text: bytes) -> tuple[list[bytes], Positions]:
    """The lines that are not blank, and their numbers."""
    numbered = [(line.strip(), n) for n, line in enumerate(text.split(b"\n"), start=1)]
    kept = [(line, n) for line, n in numbered if line]
    return [line for line, _ in kept], np.array([n for _, n in kept], dtype=np.int64)


def array_elements(name: str, text: bytes) -> tuple[list[bytes], Positions]:
    """The elements of a JSON array, each on one line, and the line on which each begins."""
    try:
        words = text.decode("utf-8")
    except UnicodeDecodeError as error:
        raise GrowthError(f"{name}: byte {error.start + 1} of the text is not UTF-8.") from error
    decoder = json.JSONDecoder()
    elements: list[bytes] = []
    first: list[int] = []
    position, line, counted = words.index("[") + 1, 1, 0
    while True:
        position = skip(words, position, " \t\r\n,")
        if words[position : position + 1] == "]":
            return elements, np.array(first, dtype=np.int64)
        line, counted = line + words.count("\n", counted, position), position
        try:
            element, position = decoder.raw_decode(words, position)
        except json.JSONDecodeError as error:
            raise GrowthError(f"{name}, line {error.lineno}: the JSON array breaks off ({error.msg}).") from error
        elements.append(json.dumps(element, ensure_ascii=False).encode())
        first.append(line)


def skip(words: str, position: int, characters: str) -> int:
    while position < len(words) and words[position] in characters:
        position += 1
    return position


def sound_elements(text: bytes, elements: list[bytes]) -> list[int]:
    """The elements that are text that JSON may hold; almost always all of them, which one look at the whole tells."""
    if is_text(text.replace(b"\r\n", b"\n")):
        return list(range(len(elements)))
    return [i for i, element in enumerate(elements) if is_text(element)]


def is_text(element: bytes) -> bool:
    """UTF-8 without control characters, which JSON text may not hold."""
    try:
        element.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return not any(byte in element for byte in (NEVER_IN_JSON, b"\x00", b"\r"))


def spread(connection: duckdb.DuckDBPyConnection, name: str) -> dict[str, str]:
    """One text column per key that any object has, nested values as JSON text."""
    rows = connection.execute(
        "select distinct unnest(json_keys(element)) as k from incoming_json order by k"
    ).fetchall()
    keys = [key for (key,) in rows]
    refuse_twins(name, keys)
    shape = json.dumps(dict.fromkeys(keys, "VARCHAR"))
    unpacked = f"unnest(from_json(element, {quoted_text(shape)}))" if keys else "element"
    connection.execute(
        f"create or replace temp table {TEXT_TABLE} as "
        f"select {unpacked}, row_number() over (order by {ROW}) - 1 as {ROW} from incoming_json order by {ROW}"
    )
    connection.execute("drop table incoming_json")
    return dict.fromkeys(keys, "VARCHAR")


def malformed_element(element: bytes, line: int) -> Malformed:
    raw = element.decode("utf-8", errors="backslashreplace").replace("\x00", "\\x00")
    problem = "found text that is no JSON object"
    try:
        element.decode("utf-8")
    except UnicodeDecodeError as error:
        problem = f"byte {error.start + 1} of the record (0x{element[error.start]:02X}) {NOT_UTF8}"
    return Malformed(line, line, (f"line {line}: {problem}",), raw)
