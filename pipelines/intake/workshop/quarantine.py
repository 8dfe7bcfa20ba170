"""Rows kept out: written with file, line and reasons, released once they are mended or answered by a sound version.

Judging is done in `rows`, what refused rows say of a person's no in `refusals`, mending by hand in `mending`.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

import duckdb

from pipelines.contracts.contract import Contract
from pipelines.intake.forms.incoming import Incoming, Malformed
from pipelines.intake.history.attribute_history import note_withdrawn
from pipelines.intake.merging.fresh import FRESH_TABLE, equal_keys
from pipelines.intake.merging.raw_tables import table_name, versions_name
from pipelines.intake.rules.rows import BAD_TABLE, bad_rows_query
from pipelines.warehouse import quoted_name, quoted_text

TABLES = (
    "rows (load_id varchar, source varchar, object varchar, file varchar, line bigint, line_end bigint, "
    "violated_rules varchar[], reasons varchar[], record varchar, quarantined_at_load varchar)",
    "refusals (object varchar, record_key varchar[], modified_at timestamp, column_name varchar, since timestamp)",
    "mends (object varchar, row_id varchar, mended_file varchar, file varchar, load_id varchar)",
)
LATER_COLUMNS = (
    "row_id varchar, record_key varchar[], modified_at timestamp, extracted_at timestamp, first_seen_at timestamp, "
    "owner_id varchar, contract_digest varchar"
)
"""Of `rows`: what homes from before lack. Their rows are judged anew, for they bear no contract's digest."""
STRUCTURE = "record_structure"
"""The rule that a record breaks whose text cannot be cut into fields; such a record is kept as that text."""
REFUSED_TABLE, SEEN_TABLE = "refused_rows", "refused_before"
REFUSED_COLUMNS = (
    "line bigint, line_end bigint, record varchar, record_key varchar[], modified_at timestamp, owner_id varchar, "
    "violated_rules varchar[], reasons varchar[]"
)
BATCH = 20_000
RefusedFiles = dict[str, list[tuple[str, str | None]]]
"""By object: name of a file, and digest of the contract that refused rows of it."""


@dataclass(frozen=True)
class Refusal:
    """The file whose rows are refused, in which load and when; when the file was extracted (all naive UTC)."""

    file: str
    load_id: str
    now: datetime | None
    extracted_at: datetime | None


def create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """The tables of the quarantine with all their columns, if they are not there yet."""
    for definition in TABLES:
        connection.execute(f"create table if not exists intake.quarantine.{definition}")
    for column in LATER_COLUMNS.split(", "):
        connection.execute(f"alter table intake.quarantine.rows add column if not exists {column}")
    nameless = "from intake.quarantine.rows where row_id is null"
    objects = connection.execute(f"select distinct object {nameless}").fetchall()
    for (name,) in objects:
        connection.execute(
            f"update intake.quarantine.rows set row_id = {row_id_sql(name, 'record')} "
            "where row_id is null and object = ?",
            [name],
        )


def refused_files(connection: duckdb.DuckDBPyConnection) -> RefusedFiles:
    """The files that have rows in quarantine, by object in the order of their names, with the contract's digest."""
    found: RefusedFiles = {}
    for name, file, digest in connection.execute(
        "select distinct object, file, contract_digest from intake.quarantine.rows order by all"
    ).fetchall():
        found.setdefault(name, []).append((file, digest))
    return found


def row_id_sql(object_name: str, record: str) -> str:
    """SQL for a refused row's short id: made of what it says, so that it is the same whenever and wherever it comes.

    A letter comes first, and no spreadsheet takes it for a number.
    """
    return f"'q' || left(sha256({quoted_text(object_name + '/')} || {record}), 12)"


def refuse_rows(
    connection: duckdb.DuckDBPyConnection, contract: Contract, incoming: Incoming, bad: int, why: Refusal
) -> None:
    """Put a file's malformed records and its `bad` rows in quarantine in place of those it left there before.

    A row refused before keeps the load and the time at which it was first seen, under whatever name it came then.
    """
    if not bad and not incoming.malformed:
        release_file(connection, contract, why.file)
        return
    connection.execute(f"create or replace temp table {REFUSED_TABLE} ({REFUSED_COLUMNS})")
    if bad:
        connection.execute(f"insert into {REFUSED_TABLE} by name {bad_rows_query(contract, incoming)}")
    for start in range(0, len(incoming.malformed), BATCH):
        add_malformed(connection, incoming.malformed[start : start + BATCH])
    connection.execute(
        f"create or replace temp table {SEEN_TABLE} as select row_id, min(first_seen_at) as first_seen_at, "
        "min_by(quarantined_at_load, coalesce(first_seen_at, timestamp '1970-01-01')) as first_load "
        "from intake.quarantine.rows where object = ? and row_id in "
        f"(select {row_id_sql(contract.object, 'record')} from {REFUSED_TABLE}) group by row_id",
        [contract.object],
    )
    release_file(connection, contract, why.file)
    connection.execute(
        f"insert into intake.quarantine.rows by name with refused as (select *, "
        f"{row_id_sql(contract.object, 'record')} as row_id from {REFUSED_TABLE}) "
        "select r.*, ? as load_id, ? as source, ? as object, ? as file, ? as contract_digest, "
        "?::timestamp as extracted_at, coalesce(s.first_load, ?) as quarantined_at_load, "
        f"case when s.row_id is null then ?::timestamp else s.first_seen_at end as first_seen_at "
        f"from refused as r left join {SEEN_TABLE} as s using (row_id) order by r.line, r.record",
        [
            why.load_id,
            contract.source,
            contract.object,
            why.file,
            contract.digest,
            why.extracted_at,
            why.load_id,
            why.now,
        ],
    )


def add_malformed(connection: duckdb.DuckDBPyConnection, records: list[Malformed]) -> None:
    """Records that could not be cut into fields, as their text."""
    connection.execute(
        f"insert into {REFUSED_TABLE} by name select unnest(?::bigint[]) as line, unnest(?::bigint[]) as line_end, "
        f"unnest(?::varchar[]) as record, unnest(?::varchar[][]) as reasons, ['{STRUCTURE}'] as violated_rules",
        [
            [record.line for record in records],
            [record.line_end for record in records],
            [record.text for record in records],
            [list(record.reasons) for record in records],
        ],
    )


def count_bad(connection: duckdb.DuckDBPyConnection) -> int:
    """How many rows of the file in hand are kept in `incoming_bad`."""
    [(count,)] = connection.execute(f"select count(*) from {BAD_TABLE}").fetchall()
    return int(count)


def first_reason(connection: duckdb.DuckDBPyConnection, contract: Contract, incoming: Incoming) -> str:
    """Why the first refused record of the file in hand is refused."""
    if incoming.malformed:
        return incoming.malformed[0].reasons[0]
    query = f"select reasons[1] from ({bad_rows_query(contract, incoming)}) order by line limit 1"
    [(reason,)] = connection.execute(query).fetchall()
    return str(reason)


def release_file(connection: duckdb.DuckDBPyConnection, contract: Contract, file: str) -> None:
    """A newer content under the same name has its own say."""
    if still_refused(connection, contract.object, file):
        connection.execute("delete from intake.quarantine.rows where object = ? and file = ?", [contract.object, file])


def release_answered(connection: duckdb.DuckDBPyConnection, contract: Contract, load_id: str) -> Counter[str]:
    """Rows leave of whose record a sound version is there (or comes in this load) that is at least as new, and rows
    that were mended. Called before the fresh rows are merged; the order in which they and the refused came is the same.

    A version is newer by modstamp, then by extract time; where a refused row's modstamp cannot be read, by extract time
    alone. Rows of this load are held against the table, the earlier ones only against what this load brought. Returns
    how many rows of each file left: the balance counts them.
    """
    its = "from intake.quarantine.rows where object = ?"
    gone = Counter[str]()
    if not connection.execute(f"select 1 {its} limit 1", [contract.object]).fetchall():
        return gone
    is_mended = "row_id in (select row_id from intake.quarantine.mends where object = ?)"
    twice = [contract.object, contract.object]
    if connection.execute(f"select 1 {its} and {is_mended} limit 1", twice).fetchall():
        gone.update(
            file for (file,) in connection.execute(f"delete {its} and {is_mended} returning file", twice).fetchall()
        )
    if contract.key:
        gone += release_by(connection, contract, FRESH_TABLE, "")
        new = f"and q.load_id = {quoted_text(load_id)}"
        if connection.execute(f"select 1 {its} and load_id = ? limit 1", [contract.object, load_id]).fetchall():
            gone += release_by(connection, contract, table_name(contract), new)
    return gone


def release_by(connection: duckdb.DuckDBPyConnection, contract: Contract, table: str, which: str) -> Counter[str]:
    """Delete the refused rows that a table's rows answer; how many of each file."""
    gone = Counter[str]()
    stamp = f"s.{quoted_name(contract.modstamp_column)}" if contract.modstamp_column else "null::timestamp"
    keys = " and ".join(
        f"s.{quoted_name(name)}::varchar = q.record_key[{i}]" for i, name in enumerate(contract.key, start=1)
    )
    later = "coalesce(s._seen_at >= q.extracted_at, true)"
    is_answer = (
        f"case when {stamp} is null or q.modified_at is null or {stamp} = q.modified_at then {later} "
        f"else {stamp} > q.modified_at end"
    )
    answered = (
        f"select distinct q.file, q.row_id from intake.quarantine.rows as q join {table} as s on {keys} "
        f"where q.object = {quoted_text(contract.object)} {which} and {is_answer}"
    )
    connection.execute(f"create or replace temp table answered_rows as {answered}")
    if connection.execute("select 1 from answered_rows limit 1").fetchall():
        deleted = connection.execute(
            "delete from intake.quarantine.rows as q using answered_rows as a "
            "where q.object = ? and q.file = a.file and q.row_id = a.row_id returning q.file",
            [contract.object],
        ).fetchall()
        gone.update(file for (file,) in deleted)
    connection.execute("drop table answered_rows")
    return gone


def withdraw_versions(connection: duckdb.DuckDBPyConnection, contract: Contract, file: str) -> None:
    """Take out what a changed contract now refuses: the very versions that the judged file's bad rows are.

    A version is told by key and modstamp, or by its place in the file where the modstamp itself cannot be read.
    """
    if not contract.key:
        return
    is_version = "true"
    if contract.modstamp_column:
        stamp = quoted_name(contract.modstamp_column)
        place = f"j.{stamp} is null and r._file = {quoted_text(file)} and r._line = j._line"
        is_version = f"(r.{stamp} = j.{stamp} or ({place}))"
    for table in (table_name(contract), versions_name(contract)):
        which = f"where {equal_keys(contract, 'r', 'j')} and {is_version}"
        note_withdrawn(connection, contract, f"from {table} as r, {BAD_TABLE} as j {which}")
        connection.execute(f"delete from {table} as r using {BAD_TABLE} as j {which}")


def still_refused(connection: duckdb.DuckDBPyConnection, object_name: str, file: str) -> int:
    """How many rows of a file lie in quarantine now."""
    [(count,)] = connection.execute(
        "select count(*) from intake.quarantine.rows where object = ? and file = ?", [object_name, file]
    ).fetchall()
    return int(count)
