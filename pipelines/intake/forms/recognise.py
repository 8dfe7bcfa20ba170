"""Which contract a file is for: its name says which ones it can be, and where several can, its header decides.

Only the beginning of a file is read, and only where its name leaves a choice. What does not belong here: which files
there must be (`plan`) and reading records (`reading`).
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from pipelines.contracts.contract import Contract
from pipelines.errors import GrowthError
from pipelines.intake.forms import parquet
from pipelines.intake.forms.archives import opened, plain_copy
from pipelines.intake.forms.delimited import delimiter_of, read_header
from pipelines.intake.forms.files import ExtractFile
from pipelines.intake.forms.plain_text import PlainText, opened_text
from pipelines.intake.forms.reading import format_of, refuse_no_table
from pipelines.intake.forms.structure import find_blocks

BEGINNING = 4 << 20
"""Bytes of a file in which its header is looked for."""
OBJECTS = 200
"""JSON objects whose names are a header together: what is empty is often left out."""


def contract_of(
    file: ExtractFile, contracts: Sequence[Contract], decided: Mapping[tuple[str, str], str] | None = None
) -> Contract | None:
    """The contract that a file is for, none when its name fits none.

    `decided` maps content and contract digest of what was loaded before to the object it was taken for. Raises
    GrowthError where the name fits several contracts and the header none of them, or two equally.
    """
    fitting = [contract for contract in contracts if contract.matches(file.stem)]
    if len(fitting) < 2:
        return fitting[0] if fitting else None
    for contract in fitting:
        if decided and decided.get((file.sha256, contract.digest)) == contract.object:
            return contract
    header = header_of(file)
    return best(file.name, fitting, {name.lower() for name in header})


def best(name: str, fitting: Sequence[Contract], header: set[str]) -> Contract:
    """Of the contracts whose required columns are all there the one that knows most of the header."""
    whole = [contract for contract in fitting if not lacking(contract, header)]
    if not whole:
        lacks = "; ".join(f"{c.object} ({c.source}) lacks {', '.join(lacking(c, header))}" for c in fitting)
        raise GrowthError(f"{name} fits no contract by its columns: {lacks}. Export the missing columns too.")
    known = {c.table: sum(column.name.lower() in header for column in c.columns) for c in whole}
    most = [contract for contract in whole if known[contract.table] == max(known.values())]
    if len(most) > 1:
        names = " and ".join(f"{contract.object} ({contract.path.name})" for contract in most)
        raise GrowthError(
            f"{name} fits {names} equally well; make one filePattern narrower, or a column required that only one has."
        )
    return most[0]


def lacking(contract: Contract, header: set[str]) -> list[str]:
    """The required columns that a header does not have."""
    return [column.name for column in contract.columns if column.required and column.name.lower() not in header]


def header_of(file: ExtractFile) -> list[str]:
    """Column names of a file of any form. Raises GrowthError for one whose beginning cannot be read."""
    with TemporaryDirectory() as folder:
        scratch = Path(folder)
        plain = scratch / "beginning"
        plain.write_bytes(beginning_of(file))
        first_bytes = plain.read_bytes()[:4]
        refuse_no_table(file.name, first_bytes)
        if first_bytes == parquet.MAGIC:
            whole = file.path if file.compression == "none" else plain_copy(file, scratch, 0)
            return parquet.column_names(file.name, whole)
        with opened_text(file.name, plain, scratch) as text:
            return json_names(text) if format_of(text) == "json" else delimited_names(file.name, text)


def beginning_of(file: ExtractFile) -> bytes:
    """The first bytes of a file, unpacked; an even number, so that no UTF-16 character is cut."""
    try:
        if file.compression == "none":
            with file.path.open("rb") as stream:
                return stream.read(BEGINNING)
        with opened(file) as packed:
            return packed.read(BEGINNING)
    except (OSError, EOFError) as error:
        raise GrowthError(f"{file.name} cannot be read ({error}); export or copy it again.") from error


def delimited_names(name: str, text: PlainText) -> list[str]:
    """The cells of the first record."""
    delimiter = delimiter_of(text)
    for records in find_blocks(text.data, delimiter, text.start):
        if len(records):
            return read_header(name, records, delimiter)
    return []


def json_names(text: PlainText) -> list[str]:
    """The names in the first objects of a text: of JSON lines, of an array, or one after the other."""
    shown = bytes(text.data[text.start :]).decode("utf-8", errors="replace")
    decoder, position, names = json.JSONDecoder(), shown.find("{"), dict[str, None]()
    for _ in range(OBJECTS):
        if position < 0:
            break
        try:
            found, end = decoder.raw_decode(shown, position)
        except (json.JSONDecodeError, RecursionError):
            break  # cut off, or no JSON: whoever reads the records says so
        names |= dict.fromkeys(found)
        position = shown.find("{", end)
    return list(names)
