"""JSON lines and JSON arrays into the incoming view, each key a text column. Delimited text is not read here."""

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import duckdb
import numpy as np

from pipelines.errors import GrowthError
from pipelines.intake.forms.incoming import (
    MOST_MALFORMED,
    NOT_UTF8,
    ROW,
    Incoming,
    LineRuns,
    Malformed,
    check_encoding,
    check_malformed,
    check_names,
    show_text,
)
from pipelines.intake.forms.json_numbers import exact_numbers
from pipelines.intake.forms.plain_text import PlainText
from pipelines.intake.forms.record import LONGEST, too_long
from pipelines.intake.forms.structure import NEWLINE
from pipelines.warehouse import quoted_name, quoted_text

NEVER_IN_JSON = b"\x1f"
"""A control character that JSON text may not hold unescaped: as delimiter it makes each line one field."""
BLOCK = 16 << 20
IS_OBJECT = "case when json_valid(element) then json_type(element) = 'OBJECT' else false end"
HAS_TWINS = "len(json_keys(element)) <> len(list_distinct(json_keys(element)))"
NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
"""The escape of a NUL, which no text may hold."""
TO_SPACES = bytes.maketrans(b"\r\n", b"  ")
"""Between the words of JSON a line end is a blank; inside its strings there is none."""
Elements = Iterator[tuple[list[bytes], list[int]]]


@dataclass
class Survey:
    """What one pass over a text found; sound elements are written to a file meanwhile, one a line.

    `numbers` are the lines of the sound elements, block by block.
    """

    records: int = 0
    longest: int = 0
    numbers: list[np.ndarray[tuple[int], np.dtype[np.int64]]] = field(default_factory=list)
    malformed: list[Malformed] = field(default_factory=list)

    def write(self, sink: BinaryIO, texts: list[bytes]) -> None:
        """Sound elements, a line each."""
        exact = [exact_numbers(text) for text in texts]
        self.longest = max(self.longest, max(map(len, exact), default=0))
        sink.write(b"".join(text + b"\n" for text in exact))


def read_json(connection: duckdb.DuckDBPyConnection, name: str, text: PlainText, scratch: Path) -> Incoming:
    """Show every JSON object of the text; lines that are none go on as malformed text.

    Raises GrowthError for an array that breaks off, since where its next element begins cannot be known.
    """
    is_array = text.data[text.start : text.start + 4096].lstrip()[:1] == b"["
    elements = array_elements(name, text, BLOCK) if is_array else line_elements(text, BLOCK)
    path = scratch / "elements.jsonl"
    found = survey(name, elements, path)
    first = np.concatenate(found.numbers) if found.numbers else np.empty(0, dtype=np.int64)
    lines_of = f"({lines_query(path, found.longest)})"
    keys, has_others = keys_of(connection, lines_of)
    if has_others:
        query = f"select {ROW}, element from {lines_of} where case when {IS_OBJECT} then {HAS_TWINS} else true end"
        others = connection.execute(f"{query} order by all limit {MOST_MALFORMED + 1}").fetchall()
        found.malformed += [malformed_element(element.encode(), int(first[n])) for n, element in others]
        check_malformed(name, found.malformed)
        gone = [n for n, _ in others]
        first = np.delete(first, gone)
        leave_out(path, scratch / "objects.jsonl", set(gone))
        lines_of = f"({lines_query(scratch / 'objects.jsonl', found.longest)})"
    check_names(name, keys)
    show_keys(connection, keys, lines_of)
    runs = LineRuns()
    runs.add(first, first)
    malformed = sorted(found.malformed, key=lambda record: record.line)
    check_encoding(name, malformed, found.records)
    columns = dict.fromkeys(keys, "VARCHAR")
    lines = line_count(text)
    told = None if is_array else found.records + (blank_lines(text) if lines != found.records else 0)
    return Incoming("json", columns, found.records, lines, malformed, runs.keep(connection), runs.tally, told)


def survey(name: str, elements: Elements, path: Path) -> Survey:
    """Write what may be JSON to a file, keep the rest as malformed."""
    found = Survey()
    with path.open("wb") as sink:
        for texts, numbers in elements:
            found.records += len(texts)
            longest = max(map(len, texts), default=0)
            together = b"\n".join(texts)
            lines = np.array(numbers, dtype=np.int64)
            if is_text(together) and longest <= LONGEST:
                found.numbers.append(lines)
                found.write(sink, texts)
                continue
            sound = [i for i, element in enumerate(texts) if is_text(element) and len(element) <= LONGEST]
            found.numbers.append(lines[sound])
            found.write(sink, [texts[i] for i in sound])
            odd = sorted(set(range(len(texts))) - set(sound))
            found.malformed += [malformed_element(texts[i], numbers[i]) for i in odd]
            check_malformed(name, found.malformed)
    return found


def blocks_of(text: PlainText, block: int) -> Iterator[bytes]:
    """The text in pieces of whole lines, the line feeds at their ends left out."""
    position, last = text.start, text.size - (text.data[text.size - 1] == NEWLINE)
    while True:
        end = text.data.find(b"\n", min(position + block, last), last)
        end = last if end < 0 else end
        yield text.data[position:end]
        if end == last:
            return
        position = end + 1
        text.forget(position)


def line_count(text: PlainText) -> int:
    """Physical lines; one that nothing ends counts too."""
    return sum(piece.count(b"\n") + 1 for piece in blocks_of(text, BLOCK))


def blank_lines(text: PlainText) -> int:
    """Lines that hold nothing."""
    return sum(sum(not line.strip() for line in piece.split(b"\n")) for piece in blocks_of(text, BLOCK))


def line_elements(text: PlainText, block: int) -> Elements:
    """The lines that are not blank, and their numbers."""
    before = 1
    for piece in blocks_of(text, block):
        lines = [line.strip() for line in piece.split(b"\n")]
        numbers = range(before, before + len(lines))
        before += len(lines)
        if all(lines):
            yield lines, list(numbers)
        else:
            kept = [(line, n) for line, n in zip(lines, numbers, strict=True) if line]
            yield [line for line, _ in kept], [n for _, n in kept]


def array_elements(name: str, text: PlainText, block: int) -> Elements:
    """The elements of a JSON array, each on one line, and the line on which each begins."""
    words, line = Words(name, text, block), 1
    read = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)  # numbers stay as they are written
    words.more()
    position, counted = words.text.index("[") + 1, 0
    elements: list[bytes] = []
    numbers: list[int] = []
    while True:
        position = words.skip(position)
        if words.text[position : position + 1] == "]":
            yield elements, numbers
            words.check_end(position + 1)
            return
        line, counted = line + words.text.count("\n", counted, position), position
        try:
            _, end = read.raw_decode(words.text, position)
        except json.JSONDecodeError as error:
            is_long = len(words.text) - position > LONGEST
            if not is_long and words.more():
                continue
            at = line + words.text.count("\n", position, error.pos)
            problem = f"holds an element of more than {LONGEST} bytes" if is_long else f"breaks off ({error.msg})"
            raise GrowthError(f"{name}, line {at}: the JSON array {problem}.") from error
        except RecursionError as error:
            raise GrowthError(f"{name}, line {line}: the JSON is nested too deeply to be read.") from error
        if end == len(words.text) and words.more():
            continue  # a number may go on
        elements.append(words.text[position:end].encode().translate(TO_SPACES))
        numbers.append(line)
        line, counted, position = line + words.text.count("\n", position, end), end, end
        if position > block:
            yield elements, numbers
            elements, numbers = [], []
            words.drop(position)
            position = counted = 0


class Words:
    """A window of characters over a text, made longer at the end and shorter at the beginning."""

    def __init__(self, name: str, text: PlainText, block: int) -> None:
        self.name, self.source, self.block = name, text, block
        self.text, self.position = "", text.start
        self.decoder = codecs.getincrementaldecoder("utf-8")()

    def more(self) -> bool:
        """Add a block, or as much again as there is; False when the text has ended."""
        if self.position >= self.source.size:
            return False
        piece = self.source.data[self.position : self.position + max(self.block, len(self.text))]
        before = self.position - self.source.start - len(self.decoder.getstate()[0])
        self.position += len(piece)
        try:
            self.text += self.decoder.decode(piece, final=self.position >= self.source.size)
        except UnicodeDecodeError as error:
            raise GrowthError(f"{self.name}: byte {before + error.start + 1} of the text is not UTF-8.") from error
        self.source.forget(self.position)
        return True

    def skip(self, position: int) -> int:
        """The next place that is neither blank nor a comma."""
        while True:
            while position < len(self.text) and self.text[position] in " \t\r\n,":
                position += 1
            if position < len(self.text) or not self.more():
                return position

    def check_end(self, position: int) -> None:
        """Behind the array comes nothing: what stands there would be lost."""
        position = self.skip(position)
        if position < len(self.text):
            shown = self.text[position : position + 20]
            raise GrowthError(f"{self.name} goes on behind the end of its JSON array, with {shown!r}; export it again.")

    def drop(self, position: int) -> None:
        """Forget what lies before."""
        self.text = self.text[position:]


def is_text(element: bytes) -> bool:
    """UTF-8 without NUL and control characters, which JSON text may not hold."""
    try:
        element.decode("utf-8")
    except UnicodeDecodeError:
        return False
    if any(byte in element for byte in (NEVER_IN_JSON, b"\x00", b"\r")):
        return False
    return b"\\u0000" not in element or not NUL.search(element)


def lines_query(path: Path, longest: int) -> str:
    """The lines of a file as `element`, numbered."""
    return (
        f"select element, row_number() over () - 1 as {ROW} from read_csv({quoted_text(str(path))}, "
        f"auto_detect = false, header = false, delim = '{NEVER_IN_JSON.decode()}', quote = '', escape = '', "
        f"max_line_size = {longest + (1 << 21)}, columns = {{'element': 'VARCHAR'}})"
    )


def leave_out(source: Path, target: Path, numbers: set[int]) -> None:
    """A copy of a file without some of its lines, numbered from 0."""
    with source.open("rb") as lines, target.open("wb") as sink:
        sink.writelines(line for n, line in enumerate(lines) if n not in numbers)


def keys_of(connection: duckdb.DuckDBPyConnection, lines_of: str) -> tuple[list[str], bool]:
    """The keys that any object has, sorted, and whether some lines are no objects or name a key twice."""
    query = f"select distinct case when {IS_OBJECT} then json_keys(element) end from {lines_of}"
    rows = connection.execute(query).fetchall()
    has_others = any(keys is None or len(set(keys)) < len(keys) for (keys,) in rows)
    return sorted({key for (keys,) in rows for key in keys or ()}), has_others


def show_keys(connection: duckdb.DuckDBPyConnection, keys: list[str], lines_of: str) -> None:
    """One text column per key, nested values as JSON text; an empty string is what a blank cell of a CSV is: null."""
    shape = json.dumps(dict.fromkeys(keys, "VARCHAR"))
    unpacked = f"unnest(from_json(element, {quoted_text(shape)}))" if keys else "element"
    cells = "".join(f"nullif(t.{quoted_name(key)}, '') as {quoted_name(key)}, " for key in keys) or "element, "
    show_text(connection, f"select {cells}{ROW} from (select {unpacked}, {ROW} from {lines_of}) as t")


def malformed_element(element: bytes, line: int) -> Malformed:
    raw = element.decode("utf-8", errors="backslashreplace").replace("\x00", "\\x00")
    return Malformed(line, line, (f"line {line}: {problem_of(element)}",), raw)


def problem_of(element: bytes) -> str:
    """Why a line or an element of an array cannot be loaded."""
    if len(element) > LONGEST:
        return too_long(len(element))
    try:
        element.decode("utf-8")
    except UnicodeDecodeError as error:
        return f"byte {error.start + 1} of the record (0x{element[error.start]:02X}) {NOT_UTF8}"
    if b"\x00" in element or NUL.search(element):
        return "found a NUL byte"
    try:
        pairs = json.loads(element, object_pairs_hook=list)
    except (ValueError, RecursionError):
        pairs = None
    is_object = isinstance(pairs, list) and element.startswith(b"{") and all(isinstance(one, tuple) for one in pairs)
    names = [name for name, _ in pairs] if is_object else []
    twins = sorted({name for name in names if names.count(name) > 1})
    return f"found the key {twins[0]!r} twice" if twins else "found text that is no JSON object"
