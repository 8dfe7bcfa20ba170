"""Where the records of a delimited text begin and end, told without the reader that will load them.

The count found here is the one that every load is balanced against, so nothing here may lean on DuckDB. Regular
records are found with numpy, block by block; a record with a quote where none belongs is read by a small state machine
whose notion of a record is that of RFC 4180 as Python's csv module reads it. Typing cells is not done here.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pipelines.intake.forms.record import LONGEST, Record, Text, read_record

QUOTE, NEWLINE, RETURN = 0x22, 0x0A, 0x0D
BLOCK = 16 << 20
"""Bytes looked at together: some ten times as many are needed meanwhile."""
Positions = NDArray[np.int64]


@dataclass
class Records:
    """The records of one block of text; blank lines are no records. The block begins at byte `offset` of the text.

    `starts` and `ends` are byte positions in `text` (the line end left out), `first_line` and `last_line` physical
    lines from 1, `fields` the number of fields; `problems` names why record i cannot be loaded, `rewritten` holds the
    regular form of a record that is sound but has a quote inside an unquoted field; `newlines` counts the line feeds,
    `blank` the blank lines.
    """

    text: bytes
    offset: int
    starts: Positions
    ends: Positions
    first_line: Positions
    last_line: Positions
    fields: Positions
    newlines: int = 0
    blank: int = 0
    problems: dict[int, list[str]] = field(default_factory=dict)
    rewritten: dict[int, bytes] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.starts)

    def complain(self, record: int, problem: str) -> None:
        self.problems.setdefault(record, []).append(problem)


@dataclass
class Scan:
    """Byte positions that decide the structure, by polarity: whether an even number of quotes before means outside.

    `is_last` where no text follows.
    """

    text: bytes
    delimiter: int
    is_last: bool
    quotes: Positions
    newlines: Positions
    outside_newlines: tuple[Positions, Positions]
    outside_delimiters: tuple[Positions, Positions]
    irregular: tuple[Positions, Positions]

    @property
    def size(self) -> int:
        return len(self.text)


@dataclass
class Found:
    """Records of a block as they are met: arrays of starts, ends and numbers of fields."""

    starts: list[Positions] = field(default_factory=list)
    ends: list[Positions] = field(default_factory=list)
    fields: list[Positions] = field(default_factory=list)
    oddities: dict[int, str] = field(default_factory=dict)
    rewritten: dict[int, bytes] = field(default_factory=dict)
    too_long: Record | None = None

    def add(self, starts: Positions, ends: Positions, fields: Positions) -> None:
        self.starts.append(starts)
        self.ends.append(ends)
        self.fields.append(fields)


def find_blocks(text: Text, delimiter: bytes, start: int = 0, block: int = BLOCK) -> Iterator[Records]:
    """Records of `text` from byte `start` on (UTF-8, lines ended by LF or CRLF) with fields parted by `delimiter`.

    The header is the first record of the first block that has one. Blocks tile the text; each ends with a record.
    """
    position, line, expected = start, 1, None
    while position < len(text):
        scan, found, end = find_in_window(text, delimiter[0], position, block)
        if found.too_long:
            records = alone(text[position:end], found.too_long, position, line)
        else:
            records = assemble(scan, found, position, line)
        if len(records) and not found.too_long:
            expected = int(records.fields[0]) if expected is None else expected
            note_field_counts(records, expected)
            note_bad_bytes(records, scan, start)
        yield records
        position, line = end, line + records.newlines


def find_in_window(text: Text, delimiter: int, offset: int, block: int) -> tuple[Scan, Found, int]:
    """The records that begin in the window from `offset` on and end in it too; where the next block begins."""
    window = text[offset : offset + block]
    is_last = offset + block >= len(text)
    scan, found, position = scan_text(window, delimiter, is_last), Found(), 0
    while position < scan.size:
        polarity = int(np.searchsorted(scan.quotes, position)) & 1
        irregular = next_position(scan.irregular[polarity], position, scan.size)
        stops = regular_stops(scan, polarity, position, irregular)
        if len(stops):
            begins = np.concatenate([np.array([position]), stops[:-1] + 1])
            found.add(begins, stops, count_between(scan.outside_delimiters[polarity], begins, stops) + 1)
            position = int(stops[-1]) + 1
        if position >= scan.size:
            break
        record = read_record(text, offset + position, delimiter)
        end = record.end - offset
        if end >= scan.size and not is_last:
            if position:
                break  # it goes on behind the window: the next one begins with it
            if end > LONGEST:
                found.too_long = record
                return scan, found, min(record.end + 1, len(text))
            scan = scan_text(text[offset : record.end + 1], delimiter, record.end >= len(text))
        found.add(np.array([position]), np.array([end]), np.array([len(record.fields)]))
        if record.problem:
            found.oddities[position] = record.problem
        elif record.irregular:
            found.rewritten[position] = record.regular_form(bytes([delimiter]))
        position = end + 1
    return scan, found, min(offset + position, len(text))


def scan_text(text: bytes, delimiter: int, is_last: bool) -> Scan:
    """One pass per kind of byte; `inside` is the running parity of quotes."""
    data = np.frombuffer(text, dtype=np.uint8)
    is_quote = data == QUOTE
    quotes = np.flatnonzero(is_quote)
    is_newline, is_delimiter = data == NEWLINE, data == delimiter
    newlines = np.flatnonzero(is_newline)
    none = np.empty(0, dtype=np.int64)
    if not len(quotes):
        return Scan(
            text, delimiter, is_last, quotes, newlines, (newlines, none), (np.flatnonzero(is_delimiter), none),
            (none, none),
        )  # fmt: skip
    inside = np.bitwise_xor.accumulate(is_quote.view(np.uint8)).view(bool)
    return Scan(
        text,
        delimiter,
        is_last,
        quotes,
        newlines,
        (np.flatnonzero(is_newline & ~inside), np.flatnonzero(is_newline & inside)),
        (np.flatnonzero(is_delimiter & ~inside), np.flatnonzero(is_delimiter & inside)),
        (irregular_quotes(data, quotes, delimiter, 0), irregular_quotes(data, quotes, delimiter, 1)),
    )


def irregular_quotes(data: NDArray[np.uint8], quotes: Positions, delimiter: int, polarity: int) -> Positions:
    """Quotes that neither open a field, nor close one, nor form a pair; quote i opens where i is `polarity` mod 2."""
    before = np.where(quotes > 0, data[np.maximum(quotes - 1, 0)], NEWLINE)
    after = np.where(quotes + 1 < len(data), data[np.minimum(quotes + 1, len(data) - 1)], NEWLINE)
    second = np.where(quotes + 2 < len(data), data[np.minimum(quotes + 2, len(data) - 1)], NEWLINE)
    opens = (np.arange(len(quotes)) & 1) == polarity
    paired = np.concatenate([[False], np.diff(quotes) == 1])
    opens_well = (before == delimiter) | (before == NEWLINE) | paired
    followed = np.concatenate([np.diff(quotes) == 1, [False]])
    line_end = (after == NEWLINE) | ((after == RETURN) & (second == NEWLINE))
    closes_well = (after == delimiter) | line_end | followed
    irregular: Positions = quotes[np.where(opens, ~opens_well, ~closes_well)]
    return irregular


def regular_stops(scan: Scan, polarity: int, position: int, irregular: int) -> Positions:
    """Line ends of the regular records from `position` up to the record that holds the first irregular quote."""
    newlines = scan.outside_newlines[polarity]
    low, high = np.searchsorted(newlines, [position, irregular])
    stops = newlines[low:high]
    last = int(stops[-1]) + 1 if len(stops) else position
    closed = (len(scan.quotes) & 1) == polarity
    if scan.is_last and irregular == scan.size and closed and last < scan.size:
        stops = np.append(stops, scan.size)  # the last line has no line end
    return stops


def next_position(positions: Positions, start: int, default: int) -> int:
    i = int(np.searchsorted(positions, start))
    return int(positions[i]) if i < len(positions) else default


def count_between(positions: Positions, starts: Positions, ends: Positions) -> Positions:
    """How many positions lie in each [start, end)."""
    counts: Positions = np.searchsorted(positions, ends) - np.searchsorted(positions, starts)
    return counts


def alone(text: bytes, record: Record, offset: int, line: int) -> Records:
    """A block that is one record too long to be looked at: only where it ends is known."""
    size = record.end - offset
    start, end, fields = (np.array([number]) for number in (0, size - text[:size].endswith(b"\r"), 0))
    newlines = text.count(b"\n")
    last_line = line + newlines - text.endswith(b"\n")
    records = Records(text, offset, start, end, np.array([line]), np.array([last_line]), fields, newlines)
    records.complain(0, record.problem)
    return records


def concatenate(parts: list[Positions]) -> Positions:
    return np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)


def assemble(scan: Scan, found: Found, offset: int, line: int) -> Records:
    """Blank lines out, line ends off, physical lines counted from `line` on, oddities noted."""
    starts, stops, fields = concatenate(found.starts), concatenate(found.ends), concatenate(found.fields)
    text = scan.text[: int(stops[-1]) + 1] if len(stops) else scan.text
    data = np.frombuffer(text, dtype=np.uint8)
    ends = stops - ((stops > starts) & (data[np.maximum(stops - 1, 0)] == RETURN)) if len(stops) else stops
    kept = ends > starts
    starts, ends, fields = starts[kept], ends[kept], fields[kept]
    first_line = np.searchsorted(scan.newlines, starts) + line
    last_line = np.searchsorted(scan.newlines, ends) + line
    newlines = int(np.searchsorted(scan.newlines, len(text)))
    records = Records(text, offset, starts, ends, first_line, last_line, fields, newlines, int(np.count_nonzero(~kept)))
    if found.oddities or found.rewritten:
        odd = list(found.oddities | found.rewritten)
        index_of = {int(starts[i]): int(i) for i in np.flatnonzero(np.isin(starts, odd))}
        for start, problem in found.oddities.items():
            if start in index_of:
                records.complain(index_of[start], problem)
        records.rewritten = {index_of[start]: form for start, form in found.rewritten.items()}
    return records


def note_field_counts(records: Records, expected: int) -> None:
    """Every record must have as many fields as the header."""
    for i in np.flatnonzero(records.fields != expected):
        if int(i) not in records.problems:
            records.complain(int(i), f"found {records.fields[i]} fields, expected {expected} as in the header")


def note_bad_bytes(records: Records, scan: Scan, start: int) -> None:
    """NUL bytes, returns without a line feed outside quotes, and bytes that are not UTF-8; `start`: of the text."""
    text, data = records.text, np.frombuffer(records.text, dtype=np.uint8)
    if b"\x00" in text:
        for i in records_at(records, np.flatnonzero(data == 0)):
            records.complain(i, "found a NUL byte")
    if b"\r" in text:
        returns = np.flatnonzero(data[:-1] == RETURN)
        alone = returns[data[returns + 1] != NEWLINE]
        owners = np.maximum(np.searchsorted(records.starts, alone, side="right") - 1, 0)
        quotes_before = np.searchsorted(scan.quotes, alone) - np.searchsorted(scan.quotes, records.starts[owners])
        for i in records_at(records, alone[(quotes_before & 1) == 0]):
            if i not in records.rewritten:
                records.complain(i, "found a carriage return without a line feed")
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        for i in records_at(records, np.flatnonzero(data >= 0x80)):
            note_encoding(records, i, start)


def note_encoding(records: Records, record: int, start: int) -> None:
    """Name the first byte of the record that is not UTF-8 by its place in the text."""
    begin, end = int(records.starts[record]), int(records.ends[record])
    try:
        records.text[begin:end].decode("utf-8")
    except UnicodeDecodeError as error:
        at = begin + error.start
        place = records.offset - start + at + 1
        records.complain(record, f"byte {place} of the text (0x{records.text[at]:02X}) is not UTF-8")


def records_at(records: Records, positions: Positions) -> list[int]:
    """The records that hold these bytes, each once."""
    owners = np.searchsorted(records.starts, positions, side="right") - 1
    held = (owners >= 0) & (positions < records.ends[np.maximum(owners, 0)])
    return [int(i) for i in np.unique(owners[held])]
