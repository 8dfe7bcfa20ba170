"""Accepted rows into a `raw` table: one row per key, the newest version wins; says what became of each row.

Newest is the highest modstamp; of equal modstamps the later extract wins, since derived columns change without one.
"""

from collections.abc import Mapping

import duckdb

from pipelines.contracts.contract import Contract
from pipelines.intake.incoming import ROW, Incoming
from pipelines.intake.raw_tables import extras_of, table_columns, table_name
from pipelines.intake.rows import BAD_TABLE, add_good, keep_bad
from pipelines.warehouse import quoted_name, quoted_text

# No extract's table can have this name: it has a space. The table is a temporary one, or in `raw` itself.
FRESH_TABLE, VERDICT_TABLE = '"fresh rows"', "fresh_verdicts"
PLACE = "_intake_place"
VERDICT_COLUMNS = {"n": "BIGINT", "fate": "VARCHAR"}
# Rows of file `seq` are numbered from seq * ROWS_PER_FILE.
ROWS_PER_FILE = 1 << 40
Fates = dict[int, dict[str, int]]


def start_fresh(connection: duckdb.DuckDBPyConnection, contract: Contract) -> None:
    """An empty table like the raw one, for the rows of all files of this load.

    Where the raw table holds nothing yet it lies beside it, to take its place: the rows are written once. (As long as
    none of them is deleted: a deletion in the writing transaction makes DuckDB 2.0.0 write all anew.)
    """
    columns = table_columns(connection, contract) | {ROW: "BIGINT"}
    connection.execute(f"drop table if exists {FRESH_TABLE}")
    if has_rows(connection, table_name(contract)):
        create_temp(connection, FRESH_TABLE, columns)
    else:
        connection.execute(f"create table intake.raw.{FRESH_TABLE} ({definitions_of(columns)})")


def has_rows(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    return bool(connection.execute(f"select 1 from {table} limit 1").fetchall())


def definitions_of(columns: Mapping[str, str]) -> str:
    return ", ".join(f"{quoted_name(column)} {kind}" for column, kind in columns.items())


def end_fresh(connection: duckdb.DuckDBPyConnection) -> None:
    """Drop what is left of the fresh rows."""
    connection.execute(f"drop table if exists {FRESH_TABLE}")


def widen_fresh(connection: duckdb.DuckDBPyConnection, contract: Contract, extras: list[str]) -> None:
    """Room in the fresh table for columns that a file brought first."""
    if not has_rows(connection, FRESH_TABLE):
        start_fresh(connection, contract)
        return
    for name in extras:
        connection.execute(f"alter table {FRESH_TABLE} add column if not exists {quoted_name(name)} varchar")


def create_temp(connection: duckdb.DuckDBPyConnection, name: str, columns: dict[str, str]) -> None:
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
    columns = {ROW: f"{ROW} + {seq * ROWS_PER_FILE}", "_extracted_at": "null::timestamp", **labels}
    good = add_good(connection, contract, incoming, FRESH_TABLE, columns)
    connection.execute(f"drop table if exists {BAD_TABLE}")
    if good < incoming.rows:
        keep_bad(connection, contract, incoming)
    return good


def date_fresh(connection: duckdb.DuckDBPyConnection, contract: Contract, now: str | None, seq: int) -> str | None:
    """Set `_extracted_at` of the file's rows: the newest moment in the file itself, not after `now`; that moment."""
    moments = list(contract.event_time_columns) or ([contract.modstamp_column] if contract.modstamp_column else [])
    if not moments:
        return None
    newest = f"greatest({', '.join(quoted_name(name) for name in moments)})"
    bound = f"and {newest} <= {quoted_text(now)}::timestamp" if now else ""
    is_its = f"{ROW} >= {seq * ROWS_PER_FILE}"
    sources = [f"{FRESH_TABLE} where {is_its} {bound}"]
    if is_there(connection, BAD_TABLE):
        sources.append(f"{BAD_TABLE} where true {bound}")
    latest = " union all ".join(f"select max({newest}) as moment from {source}" for source in sources)
    [(moment,)] = connection.execute(f"select max(moment)::varchar from ({latest})").fetchall()
    if moment is not None:
        connection.execute(f"update {FRESH_TABLE} set _extracted_at = {quoted_text(moment)}::timestamp where {is_its}")
    return None if moment is None else str(moment)


def is_there(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    return bool(connection.execute("select 1 from duckdb_tables() where table_name = ?", [table]).fetchall())


def upsert(connection: duckdb.DuckDBPyConnection, contract: Contract) -> Fates:
    """Move the fresh rows into the raw table: per file, how many were identical or superseded (the rest was loaded)."""
    create_temp(connection, VERDICT_TABLE, VERDICT_COLUMNS)
    table = table_name(contract)
    is_first = not has_rows(connection, table)
    if contract.key:
        content = content_columns(connection, contract)
        decide_among_fresh(connection, contract, content)
        if not is_first:
            decide_against_table(connection, contract, content)
            connection.execute(
                f"delete from {table} as r using {VERDICT_TABLE} as v, {FRESH_TABLE} as f "
                f"where v.fate = 'loaded' and v.n = f.{ROW} and {equal_keys(contract, 'f', 'r')}"
            )
    else:  # without a key a file's rows take the place of the rows that came under its name before
        connection.execute(f"delete from {table} where _file in (select _file from {FRESH_TABLE})")
    if not (is_first and takes_place(connection, contract)):
        losers = f"(select n from {VERDICT_TABLE} where fate <> 'loaded')"
        connection.execute(
            f"insert into {table} by name select f.* exclude ({ROW}) from {FRESH_TABLE} as f "
            f"anti join {losers} as l on f.{ROW} = l.n"
        )
    return count_fates(connection)


def takes_place(connection: duckdb.DuckDBPyConnection, contract: Contract) -> bool:
    """Let the fresh rows be the raw table where it is empty and every one of them stays; whether that was done.

    They stay readable under their own name, too.
    """
    is_beside = connection.execute(
        "select 1 from duckdb_tables() where database_name = 'intake' and table_name = ?", [FRESH_TABLE.strip('"')]
    ).fetchall()
    columns = connection.execute(f"describe {FRESH_TABLE}").fetchall() if is_beside else []
    is_alike = [row[0] for row in columns if row[0] != ROW] == list(table_columns(connection, contract))
    if not is_alike or has_rows(connection, VERDICT_TABLE):
        return False
    name = quoted_name(contract.table.split(".")[1])
    connection.execute(f"drop table {table_name(contract)}")
    connection.execute(f"alter table intake.raw.{FRESH_TABLE} drop column {ROW}")
    connection.execute(f"alter table intake.raw.{FRESH_TABLE} rename to {name}")
    return True


def content_columns(connection: duckdb.DuckDBPyConnection, contract: Contract) -> list[str]:
    """What makes two versions of a row the same: every column but those about its loading."""
    return [column.name for column in contract.columns] + extras_of(table_columns(connection, contract), contract)


def decide_among_fresh(connection: duckdb.DuckDBPyConnection, contract: Contract, content: list[str]) -> None:
    """Verdicts on rows whose key came more than once in this load: all but the newest are identical or superseded."""
    key = ", ".join(quoted_name(name) for name in contract.key)
    newest = f"{quoted_name(contract.modstamp_column)} desc nulls last, " if contract.modstamp_column else ""
    same = f"({row_of('f', content)}) is not distinct from ({row_of('w', content)})"
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


def count_fates(connection: duckdb.DuckDBPyConnection) -> Fates:
    """Per file, by its number: how many of its rows were not loaded, by fate."""
    fates: Fates = {}
    for seq, fate, count in connection.execute(
        f"select n // {ROWS_PER_FILE}, fate, count(*) from {VERDICT_TABLE} where fate <> 'loaded' group by all"
    ).fetchall():
        fates.setdefault(seq, {})[fate] = count
    return fates


def equal_keys(contract: Contract, left: str, right: str) -> str:
    return " and ".join(f"{left}.{quoted_name(name)} = {right}.{quoted_name(name)}" for name in contract.key)


def row_of(alias: str, columns: list[str]) -> str:
    return "row(" + ", ".join(f"{alias}.{quoted_name(name)}" for name in columns) + ")"
