"""Rows kept out: written with file, line and reasons, released once they are mended. Judging is done in `rows`."""

import duckdb

from pipelines.contracts.contract import Contract
from pipelines.intake.incoming import Incoming
from pipelines.intake.raw_tables import table_name
from pipelines.intake.record_ids import long_id, record_id_columns
from pipelines.intake.rows import BAD_TABLE
from pipelines.intake.upsert import FRESH_TABLE, equal_keys
from pipelines.warehouse import quoted_name, quoted_text

BadRow = tuple[int, int, list[str], list[str], str]


def refuse_rows(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    file: str,
    incoming: Incoming,
    bad: list[BadRow],
    *,
    load_id: str,
) -> int:
    """Put a file's malformed records and bad rows in quarantine in place of those it left there before; how many."""
    release_file(connection, contract, file)
    malformed = [(m.line, m.line_end, ["record_structure"], list(m.reasons), m.text) for m in incoming.malformed]
    rows = [(load_id, contract.source, contract.object, file, *row, load_id) for row in sorted([*malformed, *bad])]
    if rows:
        connection.executemany("insert into intake.quarantine.rows values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
    return len(rows)


def release_file(connection: duckdb.DuckDBPyConnection, contract: Contract, file: str) -> None:
    """A newer content under the same name has its own say."""
    connection.execute("delete from intake.quarantine.rows where object = ? and file = ?", [contract.object, file])


def release_keys(connection: duckdb.DuckDBPyConnection, contract: Contract, load_id: str) -> None:
    """Rows refused in an earlier load whose key came in sound now, unless the refused version was the newer one."""
    earlier = "select 1 from intake.quarantine.rows where object = ? and quarantined_at_load <> ? limit 1"
    if not contract.key or not connection.execute(earlier, [contract.object, load_id]).fetchall():
        return
    ids = record_id_columns(contract)
    said = {name: f"json_extract_string(q.record, {quoted_text('$.' + json_name(name))})" for name in contract.key}
    keys = " and ".join(
        f"{long_id(cell) if name in ids else cell} = f.{quoted_name(name)}::varchar" for name, cell in said.items()
    )
    newer = "true"
    if contract.modstamp_column:
        refused = f"json_extract_string(q.record, {quoted_text('$.' + json_name(contract.modstamp_column))})"
        stamp = f"timezone('UTC', try_cast({refused} as timestamptz))"
        newer = f"coalesce({stamp} <= f.{quoted_name(contract.modstamp_column)}, true)"
    connection.execute(
        f"delete from intake.quarantine.rows as q using {FRESH_TABLE} as f where q.object = ? "
        f"and q.quarantined_at_load <> ? and json_valid(q.record) and {keys} and {newer}",
        [contract.object, load_id],
    )


def withdraw_versions(connection: duckdb.DuckDBPyConnection, contract: Contract, file: str) -> None:
    """Take out of the table what a changed contract now refuses: the very versions that the judged file's bad rows are.

    A version is told by key and modstamp, or by its place in the file where the modstamp itself cannot be read.
    """
    if not contract.key:
        return
    is_version = "true"
    if contract.modstamp_column:
        stamp = quoted_name(contract.modstamp_column)
        place = f"j.{stamp} is null and r._file = {quoted_text(file)} and r._line = j._line"
        is_version = f"(r.{stamp} = j.{stamp} or ({place}))"
    connection.execute(
        f"delete from {table_name(contract)} as r using {BAD_TABLE} as j "
        f"where {equal_keys(contract, 'r', 'j')} and {is_version}"
    )


def json_name(column: str) -> str:
    return '"' + column.replace('"', '\\"') + '"'


def still_refused(connection: duckdb.DuckDBPyConnection, object_name: str, file: str) -> int:
    """How many rows of a file lie in quarantine now."""
    [(count,)] = connection.execute(
        "select count(*) from intake.quarantine.rows where object = ? and file = ?", [object_name, file]
    ).fetchall()
    return int(count)
