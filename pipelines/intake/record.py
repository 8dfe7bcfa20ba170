"""One irregular record read by a state machine: the exact, slow path of `structure`. No numpy and no files here."""

from dataclasses import dataclass
from mmap import mmap

Text = bytes | mmap


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


def read_record(text: Text, start: int, delimiter: int) -> Record:
    """The record that begins at `start`.

    A quote inside an unquoted field is a character of it. Text after a closing quote makes the record unreadable; it
    still ends where the csv rules say. A quote that nothing closes costs its own line only, not the rest of the file.
    """
    fields: list[bytes] = []
    position, problem, irregular = start, "", False
    while True:
        if text[position : position + 1] == b'"':
            value, position, closed = read_quoted(text, position + 1)
            if not closed:
                line_end = find(text, b"\n", start)
                return Record(tuple(fields), line_end, "found a quote that is never closed", irregular=True)
            tail_end = min(find(text, bytes([delimiter]), position), find(text, b"\n", position))
            tail = text[position:tail_end]
            if tail.rstrip(b"\r") or (tail and text[tail_end : tail_end + 1] != b"\n"):
                problem = "found text after a closing quote"
        else:
            tail_end = min(find(text, bytes([delimiter]), position), find(text, b"\n", position))
            value = text[position:tail_end]
            irregular = irregular or b'"' in value
        at_line_end = text[tail_end : tail_end + 1] != bytes([delimiter])
        fields.append(value.removesuffix(b"\r") if at_line_end and text[position - 1 : position] != b'"' else value)
        if at_line_end:
            return Record(tuple(fields), tail_end, problem, irregular)
        position = tail_end + 1


def read_quoted(text: Text, position: int) -> tuple[bytes, int, bool]:
    """The value after an opening quote, the position behind its closing quote, and whether there is one."""
    parts: list[bytes] = []
    while True:
        quote = text.find(b'"', position)
        if quote < 0:
            return b"", len(text), False
        parts.append(text[position:quote])
        if text[quote + 1 : quote + 2] != b'"':
            return b'"'.join(parts), quote + 1, True
        position = quote + 2


def find(text: Text, byte: bytes, start: int) -> int:
    """Like bytes.find, but the end of the text when there is none."""
    found = text.find(byte, start)
    return len(text) if found < 0 else found
