"""The proof that a load lost nothing: what the readers counted against what the tables hold, file by file.

A reader tells how many records a file has, on which lines they begin, and that their spans, the header and the blank
lines tile the file. The raw table, the rows that lost against other versions, and the quarantine tell the same from
their side. What does not belong here: reading (`delimited`, `json_text`, `parquet`) and merging (`upsert`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np

from pipelines.contracts.contract import Contract
from pipelines.errors import GrowthError
from pipelines.intake.forms.files import ExtractFile
from pipelines.intake.forms.incoming import ROW, Incoming
from pipelines.intake.forms.tally import MODULUS, Tally, tally_of
from pipelines.intake.merging.fresh import FRESH_TABLE, ROWS_PER_FILE
from pipelines.intake.merging.raw_tables import table_name

TALLY = f"count(*), sum(_line) % {MODULUS}, sum(_line::hugeint * _line) % {MODULUS}"
NOT_EACH_LINE = (
    "as many rows were taken as were read, but not each line once: one is missing and another was taken twice; "
    "nothing was loaded. Please report it."
)


@dataclass(frozen=True)
class Told:
    """What the reader of a file says: the lines of all its records, malformed ones included.

    `has_lines` is False for rows mended by hand, which bear the lines of the records that they mend.
    """

    file: str
    records: int
    tally: Tally
    has_lines: bool


@dataclass(frozen=True)
class Places:
    """Where the records of a load's files are before they are merged, by the files' numbers: fresh or refused.

    `fresh` also has the rows that left quarantine under a changed contract, whose files are not in `told`.
    """

    told: Mapping[int, Told]
    fresh: Mapping[int, Tally]
    refused: Mapping[int, Tally]


@dataclass(frozen=True)
class Ended:
    """Where the rows of one file are: in the raw table, known there already, replaced by newer ones, in quarantine."""

    loaded: int
    identical: int
    superseded: int
    refused: int

    @property
    def rows(self) -> int:
        return self.loaded + self.identical + self.superseded + self.refused


def told_by(file: ExtractFile, incoming: Incoming) -> Told:
    """The reader's word on a file. Raises GrowthError when its own lines do not tile the file."""
    malformed = tally_of(np.array([record.line for record in incoming.malformed], dtype=np.int64))
    told = Told(file.name, incoming.records, incoming.tally + malformed, has_lines=not file.is_mended)
    if incoming.lines_told is not None and incoming.lines_told != incoming.lines:
        raise GrowthError(
            f"{file.name} has {incoming.lines} lines, but header, records and blank lines make {incoming.lines_told}: "
            "some would be lost or read twice; nothing was loaded. This is a fault of the reader: please report it."
        )
    if told.tally.rows != incoming.records:
        raise GrowthError(
            f"{file.name}: {incoming.records} records were counted, but {told.tally.rows} have a place in the file; "
            "nothing was loaded. This is a fault of the reader: please report it."
        )
    return told


def places_of(connection: duckdb.DuckDBPyConnection, contract: Contract, told: Mapping[int, Told]) -> Places:
    """Look where the records of the files are, before they are merged. Raises GrowthError where one is not."""
    fresh = fresh_tallies(connection)
    refused = {number: tally_in_quarantine(connection, contract.object, one.file) for number, one in told.items()}
    for number, one in told.items():
        taken = fresh.get(number, Tally()) + refused[number]
        if taken.rows != one.records:
            raise GrowthError(
                f"{one.file}: {one.records} records were read, but {taken.rows - refused[number].rows} are accepted "
                f"and {refused[number].rows} in quarantine: some would be lost; nothing was loaded. Please report it."
            )
        if one.has_lines and taken != one.tally:
            raise GrowthError(f"{one.file}: {NOT_EACH_LINE}")
    return Places(told, fresh, refused)


def where_rows_ended(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    load_id: str,
    places: Places,
    fates: Mapping[int, Mapping[str, int]],
    *,
    answered: Mapping[str, int],
) -> dict[int, Ended]:
    """What became of each file's rows, by its number, once they are merged.

    `fates`: rows for which the same or a newer version stands; `answered`: refused rows of each file that left for a
    sound version of their record. Raises GrowthError where the table does not hold just the others.
    """
    held = tally_of_load(connection, table_name(contract), load_id)
    losers = sum(count for counts in fates.values() for count in counts.values())
    fresh = sum(places.fresh.values(), Tally())
    files = ", ".join(one.file for one in places.told.values())
    if held.rows != fresh.rows - losers:
        raise GrowthError(
            f"{contract.object} ({files}): {fresh.rows} rows were accepted and {losers} of them known or replaced, but "
            f"{held.rows} are in the table: some would be lost or doubled; nothing was loaded. Please report it."
        )
    if not losers and held != fresh:
        raise GrowthError(f"{contract.object} ({files}): {NOT_EACH_LINE}")
    ended = {}
    for number, told in places.told.items():
        known, replaced = (fates.get(number, {}).get(fate, 0) for fate in ("identical", "superseded"))
        loaded = places.fresh.get(number, Tally()).rows - known - replaced
        refused = tally_in_quarantine(connection, contract.object, told.file).rows
        ended[number] = Ended(loaded, known, replaced + answered.get(told.file, 0), refused)
        if ended[number].rows != told.records:
            raise GrowthError(
                f"{told.file}: of {told.records} records {ended[number].rows} are accounted for: some would be lost; "
                "nothing was loaded. Please report it."
            )
    return ended


def fresh_tallies(connection: duckdb.DuckDBPyConnection) -> dict[int, Tally]:
    """The lines of the fresh rows by the number of their file: one aggregate over two narrow columns."""
    rows = connection.execute(f"select {ROW} // {ROWS_PER_FILE}, {TALLY} from {FRESH_TABLE} group by all").fetchall()
    return {number: tally_from(row) for number, *row in rows}


def tally_of_load(connection: duckdb.DuckDBPyConnection, table: str, load_id: str) -> Tally:
    """The lines of the rows that a table got in this load."""
    [row] = connection.execute(f"select {TALLY} from {table} where _load_id = ?", [load_id]).fetchall()
    return tally_from(row)


def tally_from(row: Sequence[Any]) -> Tally:
    return Tally(row[0], int(row[1] or 0), int(row[2] or 0))


def tally_in_quarantine(connection: duckdb.DuckDBPyConnection, object_name: str, file: str) -> Tally:
    """The lines of a file's records in quarantine."""
    rows = connection.execute(
        "select line from intake.quarantine.rows where object = ? and file = ?", [object_name, file]
    ).fetchall()
    return tally_of(np.array([line for (line,) in rows], dtype=np.int64))
