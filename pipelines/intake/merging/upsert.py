"""Accepted rows into a `raw` table: one row per key, the newest version wins; says what became of each row.

What belongs here: which fresh rows are plainly new or plainly the same, and where those go. A key about which more is
to be said is settled with all its versions (`versions`).
"""

from collections.abc import Sequence

import duckdb

from pipelines.contracts.contract import Contract
from pipelines.intake.forms.incoming import ROW
from pipelines.intake.merging import refusals
from pipelines.intake.merging.absent import ColumnSets
from pipelines.intake.merging.fresh import (
    FRESH_TABLE,
    ROWS_PER_FILE,
    TOUCHED_TABLE,
    create_temp,
    equal_keys,
    has_rows,
)
from pipelines.intake.merging.raw_tables import extras_of, table_columns, table_name, versions_name
from pipelines.intake.merging.stored_rows import AT, look_up
from pipelines.intake.merging.versions import CONTESTED_TABLE, VERDICT_TABLE, Stored, own_warnings, settle
from pipelines.warehouse import columns_of, quoted_name, quoted_text

VERDICT_COLUMNS = {"n": "BIGINT", "fate": "VARCHAR"}
MET_TABLE, MET_ROWS_TABLE, REPLACED_TABLE = "fresh_met", "stored_rows", "replaced_rows"
Fates = dict[int, dict[str, int]]


def upsert(connection: duckdb.DuckDBPyConnection, contract: Contract, stored: Stored) -> tuple[Fates, set[str]]:
    """Move the fresh rows into the raw table.

    Returns, per file, how many were identical or superseded (the rest was loaded), and the keys of loaded records that
    a refused row of this load reached.
    """
    reached: set[str] = set()
    create_temp(connection, VERDICT_TABLE, VERDICT_COLUMNS)
    table = table_name(contract)
    is_first = not has_rows(connection, table)
    if contract.key:
        content = content_columns(connection, contract)
        refusals.carry(connection, contract, FRESH_TABLE)
        key = ", ".join(quoted_name(name) for name in contract.key)
        keys = f"(select {key} from {FRESH_TABLE} union all select {key} from {TOUCHED_TABLE})"
        rows = look_up(connection, contract, table, keys, equal_keys(contract, "r", "k"), name=MET_ROWS_TABLE)
        find_contested(connection, contract, stored, content, "" if is_first else rows)
        reached = settle(connection, contract, stored, content, rows)
    if not (is_first and takes_place(connection, contract)):
        connection.execute(
            f"insert into {table} by name select f.* exclude ({ROW}) from {FRESH_TABLE} as f "
            f"anti join {VERDICT_TABLE} as v on f.{ROW} = v.n"
        )
    return count_fates(connection), reached


def make_room(connection: duckdb.DuckDBPyConnection, contract: Contract, read: Sequence[str]) -> bool:
    """Without a key the rows of a file, be they none, take the place of those that came under its name before; whether
    any left. `read`: the names of the files that this load read.

    A row that left quarantine, mended or judged anew, takes only its own place among those of its file.
    """
    table = table_name(contract)
    if contract.key or not has_rows(connection, table):
        return False
    is_read = f"list_contains([{', '.join(map(quoted_text, read))}]::varchar[], _file)"
    which = is_read
    if has_rows(connection, f"(select 1 from {FRESH_TABLE} where not {is_read})"):
        which += f" or (_file, _line) in (select _file, _line from {FRESH_TABLE})"
    [(left,)] = connection.execute(f"delete from {table} where {which}").fetchall()
    return bool(left)


def takes_place(connection: duckdb.DuckDBPyConnection, contract: Contract) -> bool:
    """Let the fresh rows be the raw table where it is empty and every one of them stays; whether that was done.

    They stay readable under their own name, too.
    """
    beside = [name for name in columns_of(connection, f"intake.raw.{FRESH_TABLE}") if name != ROW]
    if beside != list(table_columns(connection, contract)) or has_rows(connection, VERDICT_TABLE):
        return False
    name = quoted_name(contract.table.split(".")[1])
    connection.execute(f"drop table {table_name(contract)}")
    connection.execute(f"alter table intake.raw.{FRESH_TABLE} drop column {ROW}")
    connection.execute(f"alter table intake.raw.{FRESH_TABLE} rename to {name}")
    return True


def content_columns(connection: duckdb.DuckDBPyConnection, contract: Contract) -> list[str]:
    """What makes two versions of a row the same: every column but those about its loading."""
    return [column.name for column in contract.columns] + extras_of(table_columns(connection, contract), contract)


def find_contested(
    connection: duckdb.DuckDBPyConnection, contract: Contract, stored: Stored, content: list[str], rows: str
) -> None:
    """Into `contested_keys`: keys about which more is to be said, such as those that came more than once or badly.

    The other rows are new, or plainly newer than what the table has, or just that: then the table only notes when they
    were seen. `rows`: SQL for the table's rows of these keys, the empty string where it has none at all.
    """
    key = ", ".join(quoted_name(name) for name in contract.key)
    kinds = table_columns(connection, contract)
    create_temp(connection, CONTESTED_TABLE, {name: kinds[name] for name in contract.key})
    found = [f"select {key} from {FRESH_TABLE} group by all having count(*) > 1", f"select {key} from {TOUCHED_TABLE}"]
    if rows:
        meet(connection, contract, stored.sets, content, rows)
        met, plain = f"select {key} from {FRESH_TABLE} semi join (from {MET_TABLE} where", "not same and newer"
        if is_plain(connection, contract, stored):  # but for keys with a past: all their versions decide
            found.append(f"{met} not same and not newer) as m on {ROW} = m.n")
            found.append(f"{met} {plain}) as m on {ROW} = m.n semi join {versions_name(contract)} using ({key})")
        else:
            found.append(f"{met} not same) as m on {ROW} = m.n")
    connection.execute(f"insert into {CONTESTED_TABLE} {' union '.join(found)}")
    if rows:
        see_again(connection, contract)
        replace_older(connection, contract, rows)


def meet(
    connection: duckdb.DuckDBPyConnection, contract: Contract, sets: ColumnSets, content: list[str], rows: str
) -> None:
    """Into `fresh_met`: fresh rows whose key the table has, where it has it, whether they say the same, and whether
    they are newer, by modstamp or else by extract."""
    create_temp(connection, MET_TABLE, {"n": "BIGINT", "same": "BOOLEAN", "newer": "BOOLEAN", "place": "BIGINT"})
    number, join = sets.stored_sql("r")
    same = f"({row_of('f', content)}) is not distinct from ({row_of('r', content)})"
    if not sets.is_one:
        same += f" and {sets.fresh_sql()} = {number}"
    newer = later("_seen_at")
    if contract.modstamp_column:
        stamp = quoted_name(contract.modstamp_column)
        newer = f"case when f.{stamp} is not distinct from r.{stamp} then {newer} else {later(stamp)} end"
    connection.execute(
        f"insert into {MET_TABLE} select f.{ROW}, {same}, {newer}, r.{AT} from {FRESH_TABLE} as f "
        f"join {rows} as r on {equal_keys(contract, 'f', 'r')} {join}"
    )


def later(moment: str) -> str:
    """SQL that is true where the fresh row's moment is later; none is the earliest."""
    return f"coalesce(f.{moment} > r.{moment}, f.{moment} is not null)"


def is_plain(connection: duckdb.DuckDBPyConnection, contract: Contract, stored: Stored) -> bool:
    """Whether a newer row just takes the place of the older one: nothing has to be completed, withdrawn or carried."""
    return stored.sets.is_one and not stored.replaced and not refusals.are_noted(connection, contract)


def replace_older(connection: duckdb.DuckDBPyConnection, contract: Contract, rows: str) -> None:
    """Move the table's rows of which a plainly newer version came to the older versions."""
    key = ", ".join(quoted_name(name) for name in contract.key)
    create_temp(connection, REPLACED_TABLE, {"place": "BIGINT"})
    connection.execute(
        f"insert into {REPLACED_TABLE} select place from {MET_TABLE} where not same and n in "
        f"(select {ROW} from {FRESH_TABLE} anti join {CONTESTED_TABLE} using ({key}))"
    )
    if has_rows(connection, REPLACED_TABLE):
        connection.execute(
            f"insert into {versions_name(contract)} by name select r.* exclude ({AT}) replace (null as _absent_since, "
            f"{own_warnings(contract)} as _warned_rules) from {rows} as r semi join {REPLACED_TABLE} as p "
            f"on r.{AT} = p.place"
        )
        connection.execute(f"delete from {table_name(contract)} where rowid in (from {REPLACED_TABLE})")


def see_again(connection: duckdb.DuckDBPyConnection, contract: Contract) -> None:
    """Rows that the table has just so are identical; it notes the first and the last extract that held them."""
    key = ", ".join(quoted_name(name) for name in contract.key)
    connection.execute(
        f"insert into {VERDICT_TABLE} select f.{ROW}, 'identical' from {FRESH_TABLE} as f "
        f"join {MET_TABLE} as m on f.{ROW} = m.n and m.same anti join {CONTESTED_TABLE} as c using ({key})"
    )
    if not has_rows(connection, VERDICT_TABLE):
        return
    connection.execute(
        f"update {table_name(contract)} as r set _extracted_at = least(r._extracted_at, f._extracted_at), "
        f"_seen_at = greatest(r._seen_at, f._seen_at) from (select f._extracted_at, f._seen_at, m.place "
        f"from {FRESH_TABLE} as f join {MET_TABLE} as m on f.{ROW} = m.n semi join {VERDICT_TABLE} as v "
        f"on f.{ROW} = v.n) as f where r.rowid = f.place and (r._extracted_at is null "
        "or f._extracted_at < r._extracted_at or f._seen_at > r._seen_at)"
    )


def count_fates(connection: duckdb.DuckDBPyConnection) -> Fates:
    """Per file, by its number: how many of its rows were not loaded, by fate."""
    fates: Fates = {}
    for seq, fate, count in connection.execute(
        f"select n // {ROWS_PER_FILE}, fate, count(*) from {VERDICT_TABLE} where fate <> 'loaded' group by all"
    ).fetchall():
        fates.setdefault(seq, {})[fate] = count
    return fates


def row_of(alias: str, columns: list[str]) -> str:
    return "row(" + ", ".join(f"{alias}.{quoted_name(name)}" for name in columns) + ")"
