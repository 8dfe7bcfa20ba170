"""Rows mended by hand, kept as files beside the extracts: whoever builds a home anew comes to the same tables.

What belongs here: the form of those files, finding and reading them. How a row gets mended is in `mending`. A mended
row is an extract's row like any other, but for its place: it bears the file and line of the record that it mends, and
counts as extracted a moment after that file, so that it wins over the record itself and over nothing later.
"""

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

from pipelines.contracts.contract import Contract
from pipelines.intake.forms.files import ExtractFile, sha256_of
from pipelines.intake.forms.incoming import ROW, TEXT_TABLE, Incoming
from pipelines.intake.forms.reading import read_extract
from pipelines.intake.merging.fresh import FRESH_TABLE, ROWS_PER_FILE
from pipelines.intake.merging.refusals import key_list
from pipelines.intake.rules.rows import OWN_PREFIX, SOURCE
from pipelines.warehouse import quoted_name

FOLDER = "mended"
"""What the names of mended files begin with in the ledger."""
LETTERS = str.maketrans("0123456789", "ghijklmnop")
OWN = f"{OWN_PREFIX}mended_"
ROW_ID, FILE, LINE, EXTRACTED_AT = (f"{OWN}{name}" for name in ("id", "file", "line", "extracted_at"))


def find_mended(
    folder: Path | None, contract: Contract, digest: Callable[[Path], str] = sha256_of
) -> list[ExtractFile]:
    """The files of rows of this object that were mended, in the order of their names."""
    stem = contract.table.split(".")[1]
    paths = sorted(folder.glob(f"{stem}-*.jsonl")) if folder else []
    return [mended_file(path, digest(path)) for path in paths]


def mended_file(path: Path, sha256: str, name: str = "") -> ExtractFile:
    """A file of mended rows; `name` where it does not yet have the one it will have."""
    size = path.stat().st_size
    return ExtractFile(f"{FOLDER}/{name or path.name}", path, sha256, size, "none", is_mended=True)


def mended_name(contract: Contract, sha256: str) -> str:
    """A name made of the content: the same rows mended twice are one file. It has no digits, which could be a date."""
    return f"{contract.table.split('.')[1]}-{sha256[:16].translate(LETTERS)}.jsonl"


def line_of(record: dict[str, Any], row_id: str, place: tuple[str, int], extracted_at: str | None) -> str:
    """One mended row as a line of such a file; `place`: file and line of the record that it mends."""
    own = {ROW_ID: row_id, FILE: place[0], LINE: place[1], EXTRACTED_AT: extracted_at}
    return json.dumps(record | own, ensure_ascii=False) + "\n"


def read_mended(connection: duckdb.DuckDBPyConnection, file: ExtractFile, scratch: Path, number: int) -> Incoming:
    """The rows of such a file in the incoming view; what is ours among the columns is not told as the record's."""
    incoming = read_extract(connection, file, scratch, number)
    columns = {name: kind for name, kind in incoming.columns.items() if not name.startswith(OWN)}
    return dataclasses.replace(incoming, columns=columns)


def origin_sql(file: ExtractFile) -> dict[str, str]:
    """SQL for where the rows of a file come from, by column of the raw table: what a mended one says of itself."""
    if not file.is_mended:
        return {}
    cell = {name: f"{SOURCE}.{quoted_name(name)}" for name in (FILE, LINE, EXTRACTED_AT)}
    moment = f"try_cast({cell[EXTRACTED_AT]} as timestamp) + interval 1 microsecond"
    return {"_file": cell[FILE], "_line": f"{cell[LINE]}::bigint", "_extracted_at": moment, "_seen_at": moment}


def note_mended(
    connection: duckdb.DuckDBPyConnection, contract: Contract, file: ExtractFile, load_id: str, seq: int
) -> None:
    """Remember which refused rows the file in hand mends, so that they stay out of quarantine however often they come.

    A no that such a row said holds for its record under the key that it has now, too. `seq`: the file's number.
    """
    row_id, place = quoted_name(ROW_ID), quoted_name(FILE)
    connection.execute(
        "insert into intake.quarantine.refusals by name select distinct r.object, "
        f"{key_list('f', contract)} as record_key, r.modified_at, r.column_name, r.since "
        f"from {TEXT_TABLE} as t join {FRESH_TABLE} as f on f.{ROW} = t.{ROW} + {seq * ROWS_PER_FILE} "
        f"join intake.quarantine.rows as q on q.row_id = t.{row_id} and q.object = ? "
        "join intake.quarantine.refusals as r on r.object = q.object and r.record_key = q.record_key "
        f"and coalesce(r.modified_at = q.modified_at, true) where q.record_key <> {key_list('f', contract)}",
        [contract.object],
    )
    connection.execute(
        f"insert into intake.quarantine.mends by name select distinct ? as object, {row_id} as row_id, "
        f"{place} as mended_file, ? as file, ? as load_id from {TEXT_TABLE} "
        f"where {row_id} not in (select row_id from intake.quarantine.mends where object = ? and load_id = ?)",
        [contract.object, file.name, load_id, contract.object, load_id],
    )


def with_mended(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    columns: dict[tuple[str, str], list[str] | None],
    replaced: list[tuple[str, str]],
) -> dict[tuple[str, str], list[str] | None]:
    """The columns that each file came with, by load and name, mended rows under the names that they bear.

    Of the files `replaced`, those of mended rows are added under these names, too.
    """
    rows = connection.execute(
        "select distinct load_id, mended_file, file from intake.quarantine.mends where object = ? order by all",
        [contract.object],
    ).fetchall()
    found = dict(columns)
    for load_id, name, file in rows:
        found.setdefault((load_id, name), columns.get((load_id, file)))
        if (load_id, file) in replaced and (load_id, name) not in replaced:
            replaced.append((load_id, name))
    return found
