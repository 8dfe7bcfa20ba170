"""Delimited text (CSV with comma, semicolon, tab or bar) into the incoming table. JSON and Parquet have their own."""

import csv
import io
from pathlib import Path

import duckdb
import numpy as np

from pipelines.errors import GrowthError
from pipelines.intake.incoming import ROW, TEXT_TABLE, Incoming, Malformed, check_count, check_encoding, keep_lines
from pipelines.intake.structure import Positions, Records, find_records
from pipelines.warehouse import quoted_text

DELIMITERS = (b",", b";", b"\t", b"|")
UTF8_MARK = b"\xef\xbb\xbf"
UTF16_MARKS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}


def decoded(raw: bytes, name: str) -> bytes:
    """UTF-8 bytes without a byte order mark and with LF or CRLF line ends; UTF-16 is told by its mark."""
    if raw.startswith(UTF8_MARK):
        raw = raw[len(UTF8_MARK) :]
    elif raw[:2] in UTF16_MARKS:
        try:
            raw = raw[2:].decode(UTF16_MARKS[raw[:2]]).encode()
        except UnicodeDecodeError as error:
            raise GrowthError(
                f"{name}: byte {error.start + 3} is not UTF-16, as the file's first bytes say."
            ) from error
    if b"\n" not in raw and b"\r" in raw:
        raw = raw.replace(b"\r", b"\n")
    return raw


def delimiter_of(text: bytes) -> bytes:
    """The delimiter that stands most often outside quotes in the first line; a comma when none does."""
    first_line = text.split(b"\n", maxsplit=1)[0]
    outside = b"".join(first_line.split(b'"')[::2])
    return max(DELIMITERS, key=outside.count)


def read_delimited(
    connection: duckdb.DuckDBPyConnection, name: str, raw: bytes, plain: Path, scratch: Path
) -> Incoming:
    """Load the sound records of `raw` (the content of `plain`) as text columns.

    DuckDB reads the file itself when every record is regular, else a copy in `scratch` without the malformed ones.
    Raises GrowthError for a header that cannot be read.
    """
    text = decoded(raw, name)
    delimiter = delimiter_of(text)
    records = find_records(text, delimiter)
    header = read_header(name, text, records, delimiter)
    sound = np.array([i for i in range(1, len(records)) if i not in records.problems], dtype=np.int64)
    if records.problems or records.rewritten or not is_regular(text, raw, records):
        plain = scratch / "regular.csv"
        plain.write_bytes(regular_text(text, records, sound))
    read_text(connection, plain, header, delimiter, int((records.ends - records.starts).max()))
    check_count(connection, name, len(sound))
    keep_lines(connection, records.first_line[sound], records.last_line[sound])
    malformed = [malformed_record(text, records, i) for i in sorted(records.problems)]
    check_encoding(name, malformed, len(records) - 1)
    lines = text.count(b"\n") + (not text.endswith(b"\n"))
    return Incoming("csv", dict.fromkeys(header, "VARCHAR"), len(records) - 1, lines, malformed)


def read_header(name: str, text: bytes, records: Records, delimiter: bytes) -> list[str]:
    """Column names, trimmed; a blank one is named after its place."""
    if not len(records):
        raise GrowthError(f"{name} is empty; export it again or take it out of the folder.")
    if 0 in records.problems:
        raise GrowthError(f"{name}, line {records.first_line[0]}: the header cannot be read: {records.problems[0][0]}.")
    line = records.rewritten.get(0, text[records.starts[0] : records.ends[0]]).decode()
    cells = next(csv.reader(io.StringIO(line, newline=""), delimiter=delimiter.decode()))
    names = [cell.strip() or f"column_{i}" for i, cell in enumerate(cells, start=1)]
    refuse_twins(name, names)
    return names


def refuse_twins(file: str, names: list[str]) -> None:
    """Two columns of one name cannot be told apart (SQL compares names without case)."""
    if ROW in [name.lower() for name in names]:
        raise GrowthError(f"{file}: the header names the column {ROW!r}, a name kept for the loader; rename it.")
    seen = set[str]()
    for name in names:
        if name.lower() in seen:
            raise GrowthError(f"{file}: the header names the column {name!r} twice; export it again with each once.")
        seen.add(name.lower())


def is_regular(text: bytes, raw: bytes, records: Records) -> bool:
    """Whether DuckDB can read the file as it lies: encoding untouched, no blank lines, one kind of line end."""
    untouched = len(text) == len(raw) or raw.startswith(UTF8_MARK)
    data = np.frombuffer(text, dtype=np.uint8)
    stops = records.ends[records.ends < len(data)]
    returns = int(np.count_nonzero(data[stops] == 0x0D))
    ended = len(data) - int(records.ends[-1]) <= (2 if returns else 1)  # no blank line of whatever kind at the end
    tiled = bool(np.all(records.first_line[1:] == records.last_line[:-1] + 1)) and records.first_line[0] == 1
    return untouched and tiled and ended and returns in (0, len(stops))


def regular_text(text: bytes, records: Records, sound: Positions) -> bytes:
    """Header and sound records, each ended by LF."""
    kept = [0, *sound.tolist()]
    parts = [records.rewritten.get(i) or text[records.starts[i] : records.ends[i]] for i in kept]
    return b"\n".join(parts) + b"\n"


def read_text(
    connection: duckdb.DuckDBPyConnection, path: Path, header: list[str], delimiter: bytes, longest: int
) -> None:
    """Every column as text, numbered in the order of the file; nothing is guessed."""
    columns = ", ".join(f"{quoted_text(column)}: 'VARCHAR'" for column in header)
    connection.execute(
        f"create or replace temp table {TEXT_TABLE} as select *, row_number() over () - 1 as {ROW} "
        f"from read_csv({quoted_text(str(path))}, "
        f"auto_detect = false, header = true, delim = {quoted_text(delimiter.decode())}, quote = '\"', escape = '\"', "
        f"max_line_size = {max(longest + 1024, 1 << 21)}, columns = {{{columns}}})"
    )


def malformed_record(text: bytes, records: Records, i: int) -> Malformed:
    """A record cut out: what it says, bytes that are no text shown as escapes."""
    raw = text[records.starts[i] : records.ends[i]].decode("utf-8", errors="backslashreplace")
    line, line_end = int(records.first_line[i]), int(records.last_line[i])
    reasons = tuple(f"line {line}: {problem}" for problem in records.problems[i])
    return Malformed(line, line_end, reasons, raw.replace("\x00", "\\x00"))
