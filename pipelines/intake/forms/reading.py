"""From a file of any form to the incoming view: unpack, tell the format by content, call its reader."""

from pathlib import Path

import duckdb

from pipelines.errors import GrowthError
from pipelines.intake.forms import parquet
from pipelines.intake.forms.archives import plain_copy
from pipelines.intake.forms.delimited import read_delimited
from pipelines.intake.forms.files import ExtractFile, compression_of
from pipelines.intake.forms.incoming import Format, Incoming
from pipelines.intake.forms.json_text import read_json
from pipelines.intake.forms.plain_text import PlainText, opened_text


def read_extract(connection: duckdb.DuckDBPyConnection, file: ExtractFile, scratch: Path, number: int) -> Incoming:
    """The file's records in `incoming_text`, a view: what is unpacked into `scratch` must stay until they are read.

    Raises GrowthError for a file that is empty, cut off, damaged or cannot be read.
    """
    plain = plain_copy(file, scratch, number)
    with plain.open("rb") as stream:
        beginning = stream.read(4)
        stream.seek(-min(4, plain.stat().st_size), 2)
        end = stream.read(4)
    refuse_no_table(file.name, beginning)
    if beginning == parquet.MAGIC:
        if end != parquet.MAGIC:
            raise GrowthError(f"{file.name} is a Parquet file that is cut off; export or copy it again.")
        return parquet.read_parquet(connection, file.name, plain)
    with opened_text(file.name, plain, scratch) as text:
        if format_of(text) == "json":
            return read_json(connection, file.name, text, scratch)
        return read_delimited(connection, file.name, text, scratch)


def refuse_no_table(name: str, beginning: bytes) -> None:
    """Raise GrowthError for the first four bytes of a file that cannot hold records: none, or those of a workbook."""
    if not beginning:
        raise GrowthError(f"{name} is empty; export it again or take it out of the folder.")
    if compression_of(beginning) == "zip":
        raise GrowthError(f"{name} is a workbook or a document, no text; save its sheet as CSV UTF-8.")


def format_of(text: PlainText) -> Format:
    """JSON begins with a brace or a bracket; every other text is delimited."""
    return "json" if text.data[text.start : text.start + 4096].lstrip()[:1] in (b"{", b"[") else "csv"
