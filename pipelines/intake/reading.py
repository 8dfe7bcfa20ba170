"""From a file of any form to the incoming table: unpack, tell the format by content, call its reader."""

from pathlib import Path

import duckdb

from pipelines.errors import GrowthError
from pipelines.intake import parquet
from pipelines.intake.archives import plain_copy
from pipelines.intake.delimited import UTF8_MARK, UTF16_MARKS, read_delimited
from pipelines.intake.files import ExtractFile
from pipelines.intake.incoming import Format, Incoming
from pipelines.intake.json_text import read_json


def read_extract(connection: duckdb.DuckDBPyConnection, file: ExtractFile, scratch: Path, number: int) -> Incoming:
    """The file's records in `incoming_text` and `incoming_lines`.

    Raises GrowthError for a file that is empty, cut off, damaged or cannot be read.
    """
    plain = plain_copy(file, scratch, number)
    with plain.open("rb") as stream:
        beginning = stream.read(4)
        stream.seek(-min(4, plain.stat().st_size), 2)
        end = stream.read(4)
    if not beginning:
        raise GrowthError(f"{file.name} is empty; export it again or take it out of the folder.")
    if beginning == parquet.MAGIC:
        if end != parquet.MAGIC:
            raise GrowthError(f"{file.name} is a Parquet file that is cut off; export or copy it again.")
        return parquet.read_parquet(connection, file.name, plain)
    raw = plain.read_bytes()
    if format_of(raw) == "json":
        return read_json(connection, file.name, raw, scratch)
    return read_delimited(connection, file.name, raw, plain, scratch)


def format_of(raw: bytes) -> Format:
    """JSON begins with a brace or a bracket; every other text is delimited."""
    start = raw[:4096]
    if start[:2] in UTF16_MARKS:
        start = start[2:].replace(b"\x00", b"")
    return "json" if start.removeprefix(UTF8_MARK).lstrip()[:1] in (b"{", b"[") else "csv"
