"""The rows of this load before they meet those of earlier ones: one table for all files of an object."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import duckdb

from pipelines.contracts.contract import Contract
from pipelines.intake.forms.incoming import ROW, Incoming
from pipelines.intake.merging.raw_tables import table_columns, table_name
from pipelines.intake.rules.rows import BAD_TABLE, add_good, keep_bad
from pipelines.warehouse import columns_of, quoted_name, quoted_text

# No extract's table can have this name: it has a space. The table is a temporary one, or in `raw` itself.
FRESH_TABLE, TOUCHED_TABLE = '"fresh rows"', "touched_keys"
# Rows of file `seq` are numbered from seq * ROWS_PER_FILE.
ROWS_PER_FILE = 1 << 40


@dataclass(frozen=True)
class Span:
    """What times a file's rows tell: the first and last modstamp, and the newest moment of any kind."""

    first_modstamp: datetime | None = None
    last_modstamp: datetime | None = None
    newest: datetime | None = None


def start_fresh(connection: duckdb.DuckDBPyConnection, contract: Contract) -> None:
    """An empty table like the raw one, for the rows of all files of this load, and one for the keys of bad rows.

    Where the raw table holds nothing yet it lies beside it, to take its place: the rows are written once. (As long as
    none of them is deleted: a deletion in the writing transaction makes DuckDB 2.0.0 write all anew.)
    """
    columns = table_columns(connection, contract) | {ROW: "BIGINT"}
    connection.execute(f"drop table if exists {FRESH_TABLE}")
    if has_rows(connection, table_name(contract)):
        create_temp(connection, FRESH_TABLE, columns)
    else:
        connection.execute(f"create table intake.raw.{FRESH_TABLE} ({definitions_of(columns)})")
    create_temp(connection, TOUCHED_TABLE, {name: columns[name] for name in contract.key} | {ROW: "BIGINT"})


def has_rows(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    return bool(connection.execute(f"select 1 from {table} limit 1").fetchall())


def definitions_of(columns: Mapping[str, str]) -> str:
    return ", ".join(f"{quoted_name(column)} {kind}" for column, kind in columns.items())


def end_fresh(connection: duckdb.DuckDBPyConnection) -> None:
    """Drop what is left of the fresh rows."""
    connection.execute(f"drop table if exists {FRESH_TABLE}")


def widen_fresh(connection: duckdb.DuckDBPyConnection, contract: Contract, extras: list[str]) -> None:
    """Room in the fresh table for columns that a file brought first."""
    if not has_rows(connection, FRESH_TABLE) and not has_rows(connection, TOUCHED_TABLE):
        start_fresh(connection, contract)
        return
    for name in extras:
        connection.execute(f"alter table {FRESH_TABLE} add column if not exists {quoted_name(name)} varchar")


def create_temp(connection: duckdb.DuckDBPyConnection, name: str, columns: Mapping[str, str]) -> None:
    """An empty temp table by its definition.

    Never `create table as` and then insert: in DuckDB 2.0.0 a table made so by the open transaction hides rows from
    scans of some columns once more than one row group is inserted.
    """
    connection.execute(f"create or replace temp table {name} ({definitions_of(columns)})")


def add_fresh(
    connection: duckdb.DuckDBPyConnection, contract: Contract, incoming: Incoming, labels: Mapping[str, str], seq: int
) -> int:
    """The file's good rows to the fresh ones, its bad rows to `incoming_bad`; how many were good.

    `labels`: SQL for columns about the loading. Rows of file `seq` are numbered from seq * ROWS_PER_FILE.
    """
    columns = {ROW: f"{ROW} + {seq * ROWS_PER_FILE}", **labels}
    good = add_good(connection, contract, incoming, FRESH_TABLE, columns)
    connection.execute(f"drop table if exists {BAD_TABLE}")
    if good < incoming.rows:
        keep_bad(connection, contract, incoming)
        if contract.key:
            key = ", ".join(quoted_name(name) for name in contract.key)
            filled = " and ".join(f"{quoted_name(name)} is not null" for name in contract.key)
            connection.execute(
                f"insert into {TOUCHED_TABLE} select {key}, {columns[ROW]} from {BAD_TABLE} where {filled}"
            )
    return good


def span_of(connection: duckdb.DuckDBPyConnection, contract: Contract, now: datetime | None, seq: int) -> Span:
    """The times in file `seq`, bad rows included; the newest moment is not after `now`."""
    stamp = [contract.modstamp_column] if contract.modstamp_column else []
    moments = list(contract.event_time_columns) or stamp
    if not moments:
        return Span()
    newest = f"greatest({', '.join(quoted_name(name) for name in moments)})"
    bound = f" filter (where {newest} <= {quoted_text(now.isoformat(sep=' '))}::timestamp)" if now else ""
    modstamp = quoted_name(stamp[0]) if stamp else "null::timestamp"
    told = f"select min({modstamp}) as first, max({modstamp}) as last, max({newest}){bound} as newest from"
    sources = [f"{FRESH_TABLE} where {ROW} >= {seq * ROWS_PER_FILE}"]
    if is_there(connection, BAD_TABLE):
        sources.append(BAD_TABLE)
    each = " union all ".join(f"{told} {source}" for source in sources)
    [found] = connection.execute(f"select min(first), max(last), max(newest) from ({each})").fetchall()
    return Span(*found)


def date_fresh(connection: duckdb.DuckDBPyConnection, moments: Mapping[int, datetime | None]) -> None:
    """Set the extract time in the rows of these files."""
    for seq, moment in moments.items():
        if moment is not None:
            at = f"{quoted_text(moment.isoformat(sep=' '))}::timestamp"
            connection.execute(
                f"update {FRESH_TABLE} set _extracted_at = {at}, _seen_at = {at} "
                f"where {ROW} between {seq * ROWS_PER_FILE} and {(seq + 1) * ROWS_PER_FILE - 1}"
            )


def is_there(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    return bool(columns_of(connection, table))


def equal_keys(contract: Contract, left: str, right: str) -> str:
    return " and ".join(f"{left}.{quoted_name(name)} = {right}.{quoted_name(name)}" for name in contract.key)
