"""One irregular record read by a state machine: the exact, slow path of `structure`. No numpy and no files here."""

import re
from dataclasses import dataclass
from functools import cache
from mmap import mmap

Text = bytes | mmap
QUOTED = re.compile(rb'(?:[^"]++|"")*+')
LONGEST = 40 << 20
"""Bytes of a record: more than the largest attachment that a CRM exports inside one. A longer one would need the
memory of this machine several times over in every step that follows."""
MOST_FIELDS = 5_000
"""Columns of a table: ten times as many as a CRM's widest object has."""


def too_long(size: int) -> str:
    """The problem with a record of that many bytes."""
    return f"found a record of {size} bytes, expected at most {LONGEST}"


@dataclass(frozen=True)
class Record:
    """A record as the csv rules see it: its fields, where its line ends, and what is wrong with it, if anything."""

    fields: tuple[bytes, ...]
    end: int
    problem: str
    irregular: bool

    def regular_form(self, delimiter: bytes) -> bytes:
        """The same fields with every one quoted that needs it."""
        special = (delimiter, b'"', b"\n", b"\r")
        return delimiter.join(
            b'"' + value.replace(b'"', b'""') + b'"' if any(byte in value for byte in special) else value
            for value in self.fields
        )


@cache
def record_pattern(delimiter: bytes) -> re.Pattern[bytes]:
    """A record up to its line end, or up to a quote that nothing closes.

    Possessive throughout: one pass, no memory, however long the record is.
    """
    stop = b"[^" + re.escape(delimiter) + b"\n]*+"
    value = b'(?:"' + QUOTED.pattern + b'"' + stop + b'|(?!")' + stop + b")"
    return re.compile(value + b"(?:" + re.escape(delimiter) + value + b")*+")


@cache
def stop_pattern(delimiter: bytes) -> re.Pattern[bytes]:
    return re.compile(b"[" + re.escape(delimiter) + b"\n]")


def read_record(text: Text, start: int, delimiter: int) -> Record:
    """The record that begins at `start`.

    A quote inside an unquoted field is a character of it. Text after a closing quote makes the record unreadable; it
    still ends where the csv rules say. A quote that nothing closes costs its own line only, not the rest of the file.
    Of a record that is too long, or has too many fields, only the end is told.
    """
    mark = bytes([delimiter])
    found = record_pattern(mark).match(text, start)
    end = found.end() if found else start
    if text[end : end + 1] not in (b"", b"\n") or found is None:
        return Record((), find(text, b"\n", start), "found a quote that is never closed", irregular=True)
    if end - start > LONGEST:
        return Record((), end, too_long(end - start), irregular=True)
    return read_fields(bytes(text[start:end]), end, mark)


def read_fields(record: bytes, end: int, delimiter: bytes) -> Record:
    """The fields of a whole record that ends at `end` of its text."""
    fields: list[bytes] = []
    position, problem, irregular, search = 0, "", False, stop_pattern(delimiter).search
    while len(fields) <= MOST_FIELDS:
        is_quoted = record[position : position + 1] == b'"'
        value, position = read_quoted(record, position + 1) if is_quoted else (b"", position)
        found = search(record, position)
        stop = found.start() if found else len(record)
        rest = record[position:stop]
        if not is_quoted:
            value, irregular = rest, irregular or b'"' in rest
        elif rest.rstrip(b"\r") or (rest and found):
            problem = "found text after a closing quote"
        fields.append(value if found or is_quoted else value.removesuffix(b"\r"))
        if not found:
            return Record(tuple(fields), end, problem, irregular)
        position = stop + 1
    return Record(tuple(fields), end, f"found more than {MOST_FIELDS} fields", irregular=True)


def read_quoted(record: bytes, position: int) -> tuple[bytes, int]:
    """The value after an opening quote that is closed, and the position behind its closing quote."""
    found = QUOTED.match(record, position)
    end = found.end() if found else position
    return record[position:end].replace(b'""', b'"'), end + 1


def find(text: Text, byte: bytes, start: int) -> int:
    """Like bytes.find, but the end of the text when there is none."""
    found = text.find(byte, start)
    return len(text) if found < 0 else found
