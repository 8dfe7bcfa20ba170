"""Accepted rows into a `raw` table: one row per key, the newest version wins; says what became of each row.

Newest is the highest modstamp; of equal modstamps the later extract wins, since derived columns change without one.
"""

import duckdb

from pipelines.contracts.contract import Contract
from pipelines.intake.incoming import ROW
from pipelines.intake.raw_tables import extras_of, table_columns, table_name
from pipelines.intake.rows import IS_BAD, JUDGED_TABLE
from pipelines.warehouse import quoted_name, quoted_text

FRESH_TABLE, VERDICT_TABLE = "fresh_rows", "fresh_verdicts"
PLACE = "_intake_place"
VERDICT_COLUMNS = {"n": "BIGINT", "fate": "VARCHAR"}
# Rows of file `seq` are numbered from seq * ROWS_PER_FILE.
ROWS_PER_FILE = 1 << 40
Fates = dict[str, dict[str, int]]


def start_fresh(connection: duckdb.DuckDBPyConnection, contract: Contract) -> None:
    """An empty temp table like the raw one, for the rows of all files of this load."""
    columns = table_columns(connection, contract) | {ROW: "BIGINT"}
    create_temp(connection, FRESH_TABLE, columns)


def create_temp(connection: duckdb.DuckDBPyConnection, name: str, columns: dict[str, str]) -> None:
    """An empty temp table by its definition.

    Never `create table as` and then insert: in DuckDB 2.0.0 a table made so by the open transaction hides rows from
    scans of some columns once more than one row group is inserted.
    """
    definitions = ", ".join(f"{quoted_name(column)} {kind}" for column, kind in columns.items())
    connection.execute(f"create or replace temp table {name} ({definitions})")


def add_fresh(
    connection: duckdb.DuckDBPyConnection, contract: Contract, file: str, *, load_id: str, now: str | None, seq: int
) -> None:
    """The judged file's good rows; `_extracted_at` is the newest moment in the file itself, not after `now`."""
    moments = list(contract.event_time_columns) or ([contract.modstamp_column] if contract.modstamp_column else [])
    newest = ", ".join(quoted_name(name) for name in moments)
    bound = f"where greatest({newest}) <= {quoted_text(now)}::timestamp" if now and moments else ""
    extracted = f"(select max(greatest({newest})) from {JUDGED_TABLE} {bound})" if moments else "null::timestamp"
    connection.execute(
        f"insert into {FRESH_TABLE} by name select * exclude ({ROW}, {IS_BAD}), "
        f"{ROW} + {seq * ROWS_PER_FILE} as {ROW}, {quoted_text(file)} as _file, "
        f"{quoted_text(load_id)} as _load_id, {extracted} as _extracted_at "
        f"from {JUDGED_TABLE} where not {IS_BAD} order by {ROW}"
    )


def upsert(connection: duckdb.DuckDBPyConnection, contract: Contract) -> Fates:
    """Move the fresh rows into the raw table: per file, how many were loaded, identical and superseded."""
    if not contract.key:
        return replace_files(connection, contract)
    content = content_columns(connection, contract)
    decide_among_fresh(connection, contract, content)
    decide_against_table(connection, contract, content)
    table, key = table_name(contract), equal_keys(contract, "f", "r")
    connection.execute(
        f"delete from {table} as r using {VERDICT_TABLE} as v, {FRESH_TABLE} as f "
        f"where v.fate = 'loaded' and v.n = f.{ROW} and {key}"
    )
    connection.execute(
        f"insert into {table} by name select f.* exclude ({ROW}) from {FRESH_TABLE} as f "
        f"where f.{ROW} not in (select n from {VERDICT_TABLE} where fate <> 'loaded') order by f.{ROW}"
    )
    return count_fates(connection)


def content_columns(connection: duckdb.DuckDBPyConnection, contract: Contract) -> list[str]:
    """What makes two versions of a row the same: every column but those about its loading."""
    return [column.name for column in contract.columns] + extras_of(table_columns(connection, contract), contract)


def decide_among_fresh(connection: duckdb.DuckDBPyConnection, contract: Contract, content: list[str]) -> None:
    """Verdicts on rows whose key came more than once in this load: all but the newest are identical or superseded."""
    key = ", ".join(quoted_name(name) for name in contract.key)
    newest = f"{quoted_name(contract.modstamp_column)} desc nulls last, " if contract.modstamp_column else ""
    same = f"({row_of('f', content)}) is not distinct from ({row_of('w', content)})"
    create_temp(connection, VERDICT_TABLE, VERDICT_COLUMNS)
    connection.execute(
        f"insert into {VERDICT_TABLE} with twins as (select {key} from {FRESH_TABLE} "
        f"group by all having count(*) > 1), ranked as (select f.*, row_number() over (partition by "
        f"{key} order by {newest}_extracted_at desc nulls last, {ROW} desc) as {PLACE} "
        f"from {FRESH_TABLE} as f semi join twins using ({key})) "
        f"select f.{ROW} as n, case when {same} then 'identical' else 'superseded' end as fate "
        f"from ranked as f join ranked as w on w.{PLACE} = 1 and {equal_keys(contract, 'f', 'w')} where f.{PLACE} > 1"
    )


def decide_against_table(connection: duckdb.DuckDBPyConnection, contract: Contract, content: list[str]) -> None:
    """Verdicts on rows whose key the table already has; those that win or are new are 'loaded'."""
    newer = "false"
    if contract.modstamp_column:
        stamp = quoted_name(contract.modstamp_column)
        newer = f"coalesce(r.{stamp} > f.{stamp}, false)"
        tie = f"r.{stamp} is not distinct from f.{stamp} and "
    else:
        tie = ""
    same = f"({row_of('f', content)}) is not distinct from ({row_of('r', content)})"
    connection.execute(
        f"insert into {VERDICT_TABLE} select f.{ROW}, case when {same} then 'identical' when {newer} then 'superseded' "
        f"when {tie}r._extracted_at > f._extracted_at then 'superseded' else 'loaded' end "
        f"from {FRESH_TABLE} as f join {table_name(contract)} as r on {equal_keys(contract, 'f', 'r')} "
        f"where f.{ROW} not in (select n from {VERDICT_TABLE})"
    )


def replace_files(connection: duckdb.DuckDBPyConnection, contract: Contract) -> Fates:
    """Without a key a file's rows take the place of the rows that came under its name before."""
    create_temp(connection, VERDICT_TABLE, VERDICT_COLUMNS)
    table = table_name(contract)
    connection.execute(f"delete from {table} where _file in (select _file from {FRESH_TABLE})")
    connection.execute(f"insert into {table} by name select * exclude ({ROW}) from {FRESH_TABLE} order by {ROW}")
    return count_fates(connection)


def count_fates(connection: duckdb.DuckDBPyConnection) -> Fates:
    rows = connection.execute(
        f"select f._file, coalesce(v.fate, 'loaded'), count(*) from {FRESH_TABLE} as f "
        f"left join {VERDICT_TABLE} as v on v.n = f.{ROW} group by all"
    ).fetchall()
    fates: Fates = {}
    for file, fate, count in rows:
        fates.setdefault(file, {})[fate] = count
    return fates


def equal_keys(contract: Contract, left: str, right: str) -> str:
    return " and ".join(f"{left}.{quoted_name(name)} = {right}.{quoted_name(name)}" for name in contract.key)


def row_of(alias: str, columns: list[str]) -> str:
    return "row(" + ", ".join(f"{alias}.{quoted_name(name)}" for name in columns) + ")"
