"""Delimited text (CSV with comma, semicolon, tab or bar) into the incoming view. JSON and Parquet have their own."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import numpy as np

from pipelines.errors import GrowthError
from pipelines.intake.forms.incoming import (
    LONGEST_NAME,
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
from pipelines.intake.forms.plain_text import PlainText
from pipelines.intake.forms.record import MOST_FIELDS, read_record
from pipelines.intake.forms.structure import NEWLINE, RETURN, Positions, Records, find_blocks
from pipelines.warehouse import quoted_text

DELIMITERS = (b",", b";", b"\t", b"|")


@dataclass
class Survey:
    """What one pass over a text found: its header, its malformed records, where the lines of the others are.

    `lines_told`: the physical lines that header, records and blank lines take up.
    `is_regular`: DuckDB can read the file as it lies: no blank lines, one kind of line end, no record out of order;
    `has_returns`: that line end is a carriage return and a line feed.
    """

    header: list[str]
    records: int = 0
    lines: int = 0
    lines_told: int = 0
    longest: int = 0
    is_regular: bool = True
    is_ended: bool = True
    has_returns: bool = False
    malformed: list[Malformed] = field(default_factory=list)
    runs: LineRuns = field(default_factory=LineRuns)


def delimiter_of(text: PlainText) -> bytes:
    """The delimiter that stands most often outside quotes in the first line; a comma when none does."""
    longest = min(text.size, text.start + MOST_FIELDS * LONGEST_NAME)
    end = text.data.find(b"\n", text.start, longest)
    first_line = text.data[text.start : end if end >= 0 else longest]
    outside = b"".join(first_line.split(b'"')[::2])
    return max(DELIMITERS, key=outside.count)


def read_delimited(connection: duckdb.DuckDBPyConnection, name: str, text: PlainText, scratch: Path) -> Incoming:
    """Show the sound records of the text as text columns.

    DuckDB reads the file itself when every record is regular, else a copy in `scratch` without the malformed ones.
    Raises GrowthError for a header that cannot be read.
    """
    delimiter = delimiter_of(text)
    found = survey(name, text, delimiter)
    plain, has_returns = text.path, found.has_returns
    if not found.is_regular:
        plain, has_returns = scratch / "regular.csv", False
        write_regular(text, delimiter, plain)
    show_text(connection, query_of(plain, found.header, delimiter, found.longest, has_returns=has_returns))
    check_encoding(name, found.malformed, found.records)
    first_line = found.runs.keep(connection)
    columns = dict.fromkeys(found.header, "VARCHAR")
    return Incoming(
        "csv",
        columns,
        found.records,
        found.lines,
        found.malformed,
        first_line,
        found.runs.tally,
        found.lines_told,
        found.is_ended,
    )


def survey(name: str, text: PlainText, delimiter: bytes) -> Survey:
    """One pass over the text; nothing of it is kept but what is malformed."""
    found: Survey | None = None
    lines, told, before, returns, stops, last_end = 0, 0, 0, 0, 0, 0
    for records in blocks(text, delimiter):
        lines += records.newlines
        told += records.blank + lines_of(name, records, before)
        if not len(records):
            continue
        sound = sound_records(records)
        longest = int((records.ends - records.starts)[sound].max(initial=0))
        if found is None:
            found = Survey(read_header(name, records, delimiter))
            found.records = -1
            sound = sound[1:]
        found.records += len(records)
        found.longest = max(found.longest, longest)
        found.runs.add(records.first_line[sound], records.last_line[sound])
        found.malformed += [malformed_record(records, i) for i in sorted(records.problems)]
        check_malformed(name, found.malformed)
        tiled = bool(np.all(records.first_line[1:] == records.last_line[:-1] + 1))
        regular = tiled and int(records.first_line[0]) == before + 1 and not (records.problems or records.rewritten)
        found.is_regular = found.is_regular and regular
        before = int(records.last_line[-1])
        ends = records.ends[records.ends < len(records.text)]
        returns += int(np.count_nonzero(np.frombuffer(records.text, dtype=np.uint8)[ends] == RETURN))
        stops += len(ends)
        last_end = records.offset + int(records.ends[-1])
    if found is None:
        raise GrowthError(f"{name} is empty; export it again or take it out of the folder.")
    ended = text.size - last_end <= (2 if returns else 1)  # no blank line of whatever kind at the end
    found.is_regular = found.is_regular and ended and returns in (0, stops)
    found.has_returns = returns > 0
    found.is_ended = bool(text.data[text.size - 1] == NEWLINE)
    found.lines, found.lines_told = lines + (text.data[text.size - 1] != NEWLINE), told
    return found


def lines_of(name: str, records: Records, before: int) -> int:
    """Physical lines that the records of a block take up; none may begin on a line that the one before it has."""
    ends = np.concatenate([np.array([before]), records.last_line[:-1]]) if len(records) else records.last_line
    if np.any(records.first_line <= ends):
        line = int(records.first_line[records.first_line <= ends][0])
        raise GrowthError(f"{name}, line {line}: two records claim this line; nothing was loaded. Please report it.")
    return int((records.last_line - records.first_line + 1).sum())


def blocks(text: PlainText, delimiter: bytes) -> Iterator[Records]:
    """The text block by block; what lies behind is let go of."""
    for records in find_blocks(text.data, delimiter, text.start):
        yield records
        text.forget(records.offset + len(records.text))


def sound_records(records: Records) -> Positions:
    """The records of a block that can be loaded."""
    is_sound = np.ones(len(records), dtype=bool)
    is_sound[list(records.problems)] = False
    return np.flatnonzero(is_sound)


def read_header(name: str, records: Records, delimiter: bytes) -> list[str]:
    """Column names, trimmed; a blank one is named after its place."""
    if 0 in records.problems:
        is_odd = records.problems[0][0].endswith(NOT_UTF8)
        advice = "; save the file as UTF-8 (a spreadsheet calls it CSV UTF-8)" if is_odd else ""
        place = f"{name}, line {records.first_line[0]}"
        raise GrowthError(f"{place}: the header cannot be read: {records.problems[0][0]}{advice}.")
    fields = read_record(records.text, int(records.starts[0]), delimiter[0]).fields
    names = [field.decode().strip() or f"column_{i}" for i, field in enumerate(fields, start=1)]
    check_names(name, names)
    return names


def write_regular(text: PlainText, delimiter: bytes, target: Path) -> None:
    """Header and sound records, each ended by LF."""
    with target.open("wb") as sink:
        for records in blocks(text, delimiter):
            sound = sound_records(records)
            starts, ends = records.starts[sound], records.ends[sound]
            is_rewritten = np.isin(sound, list(records.rewritten))
            # neighbours parted by one line feed leave together
            parted = (starts[1:] != ends[:-1] + 1) | is_rewritten[1:] | is_rewritten[:-1]
            cuts = np.flatnonzero(parted) + 1
            for first, stop in zip([0, *cuts.tolist()], [*cuts.tolist(), len(sound)], strict=True):
                if first < stop:
                    form = records.rewritten.get(int(sound[first])) if is_rewritten[first] else None
                    sink.write(form or records.text[starts[first] : ends[stop - 1]])
                    sink.write(b"\n")


def query_of(path: Path, header: list[str], delimiter: bytes, longest: int, *, has_returns: bool) -> str:
    """Every column as text, numbered in the order of the file; nothing is guessed.

    Not even the line end: DuckDB would take it from a line end within the quotes of the header.
    """
    line_end = "\\r\\n" if has_returns else "\\n"
    columns = ", ".join(f"{quoted_text(column)}: 'VARCHAR'" for column in header)
    return (
        f"select *, row_number() over () - 1 as {ROW} from read_csv({quoted_text(str(path))}, "
        f"auto_detect = false, compression = 'none', hive_partitioning = false, header = true, "
        f"delim = {quoted_text(delimiter.decode())}, quote = '\"', escape = '\"', "
        f"new_line = '{line_end}', "
        f"max_line_size = {max(longest + 1024, 1 << 21)}, columns = {{{columns}}})"
    )


def malformed_record(records: Records, i: int) -> Malformed:
    """A record cut out: what it says, bytes that are no text shown as escapes."""
    raw = records.text[records.starts[i] : records.ends[i]].decode("utf-8", errors="backslashreplace")
    line, line_end = int(records.first_line[i]), int(records.last_line[i])
    reasons = tuple(f"line {line}: {problem}" for problem in records.problems[i])
    return Malformed(line, line_end, reasons, raw.replace("\x00", "\\x00"))
