"""`raw_history.<object>`: from when until when each column of a record held which value, where it ever changed.

What belongs here: which records a load has touched, and the stretches of their values made anew from everything that is
known of them: the versions that came (`versions`, `raw`) and what history objects tell (told_changes.py). The order in
which files came cannot matter, since a stretch depends on the assertions alone. A record that never changed has no
row: its raw row says what it always was, as far back as `ledger.history_coverage` knows (history_coverage.py).
"""

from collections.abc import Sequence

import duckdb

from pipelines.contracts.contract import Contract, History
from pipelines.intake.history.stretches import stretches
from pipelines.intake.history.told_changes import SEEN, told
from pipelines.intake.merging.fresh import FRESH_TABLE, TOUCHED_TABLE, create_temp, has_rows, is_there
from pipelines.intake.merging.raw_tables import extras_of, table_columns, table_name, versions_name
from pipelines.intake.merging.stored_rows import AT, look_up
from pipelines.warehouse import quoted_name, quoted_text

HISTORY_COLUMNS = (
    "record_id varchar, column_name varchar, stretch_number bigint, value varchar, is_known boolean, "
    "from_at timestamp, until_at timestamp, observed_at timestamp, known_by varchar"
)
"""`from_at` null: since before anybody looked, as far back as the column's past is known, and seen first at
`observed_at`; `until_at` null: still."""
TOUCHED, ROWS, ASSERTIONS = "history_touched", "history_rows", "history_assertions"
RECORD, MOMENT, EXTRACTED, PLACE = "_intake_record", "_intake_moment", "_intake_extracted_at", "_intake_place"
"""Beside the columns of an extract, none of which can be called so."""
RECORDS, CURRENT, OLDER = "touched_records", "current_rows", "older_versions"


def history_table(contract: Contract) -> str:
    return f"intake.raw_history.{quoted_name(contract.table.split('.')[1])}"


def has_versions(connection: duckdb.DuckDBPyConnection, contract: Contract) -> bool:
    """Whether any record of the object has come in more than one version."""
    return is_there(connection, versions_name(contract)) and has_rows(connection, versions_name(contract))


def create_histories(connection: duckdb.DuckDBPyConnection, contracts: Sequence[Contract]) -> None:
    """An empty history for every object whose records can be told apart, and nothing noted as touched yet.

    `history_touched` holds the objects of which anything was read, and the records whose past that may have changed.
    """
    connection.execute(f"create or replace temp table {TOUCHED} (object varchar, record_id varchar)")
    rows = connection.execute(
        "select table_name from duckdb_tables() where database_name = 'intake' and schema_name = 'raw_history'"
    ).fetchall()
    there = {name for (name,) in rows}
    for contract in contracts:
        if contract.key and contract.table.split(".")[1] not in there:
            connection.execute(f"create table if not exists {history_table(contract)} ({HISTORY_COLUMNS})")


def record_of(contract: Contract, alias: str) -> str:
    """SQL for a record's id as text: its key, its parts joined."""
    parts = [f"{alias}.{quoted_name(name)}::varchar" for name in contract.key]
    return parts[0] if len(parts) == 1 else f"concat_ws('|', {', '.join(parts)})"


def extracted_by(alias: str, column: str = "_extracted_at") -> str:
    """SQL for when a row's extract was taken at the latest: of one that only bears a day, that is the end of it."""
    at = f"{alias}.{column}"
    return f"case when {at} = date_trunc('day', {at}) then {at} + interval 1 day else {at} end"


def note_touched(connection: duckdb.DuckDBPyConnection, contract: Contract) -> None:
    """Remember whose stretches the rows of this load may have changed; called before they are dropped. A refused row
    may have taken back what it had said."""
    fresh = FRESH_TABLE if is_there(connection, FRESH_TABLE) else table_name(contract)
    record = record_of(contract, "f") if contract.key else ""
    if contract.key:
        sources = [fresh, TOUCHED_TABLE] if has_rows(connection, TOUCHED_TABLE) else [fresh]
        for known, its in known_records(connection, contract):
            for source in sources:
                connection.execute(
                    f"insert into {TOUCHED} select distinct {quoted_text(contract.object)}, {record} "
                    f"from {source} as f semi join {known} as k on {its} = {record}"
                )
    if spec := contract.history:
        connection.execute(
            f"insert into {TOUCHED} select distinct {quoted_text(spec.of)}, f.{quoted_name(spec.record)} "
            f"from {fresh} as f where f.{quoted_name(spec.record)} is not null"
        )


def note_withdrawn(connection: duckdb.DuckDBPyConnection, contract: Contract, rows: str) -> None:
    """Remember whose stretches a history object's rows `r` told that are taken out; `rows`: FROM and WHERE of them."""
    if spec := contract.history:
        record = f"r.{quoted_name(spec.record)}"
        connection.execute(
            f"insert into {TOUCHED} select distinct {quoted_text(spec.of)}, {record} {rows} and {record} is not null"
        )


def known_records(connection: duckdb.DuckDBPyConnection, contract: Contract) -> list[tuple[str, str]]:
    """Tables whose records have a past, with the SQL of the record's id: where a fresh row may change something."""
    known = []
    if has_versions(connection, contract):
        known.append((versions_name(contract), record_of(contract, "k")))
    if has_rows(connection, history_table(contract)):
        known.append((history_table(contract), "k.record_id"))
    return known


def remember(connection: duckdb.DuckDBPyConnection, contracts: Sequence[Contract], load_id: str) -> list[str]:
    """Make the stretches of all touched records anew; the objects whose histories were looked at."""
    [(names,)] = connection.execute(
        f"select list(distinct object) from {TOUCHED} where record_id is not null"
    ).fetchall()
    changed = [contract for contract in contracts if contract.object in (names or ()) and contract.key]
    for contract in changed:
        histories = [(one, one.history) for one in contracts if one.history and one.history.of == contract.object]
        find_rows(connection, contract, load_id)
        remember_object(connection, contract, histories)
    return [contract.object for contract in changed]


def find_rows(connection: duckdb.DuckDBPyConnection, contract: Contract, load_id: str) -> None:
    """Into `touched_records` one object's touched records, into `current_rows` and `older_rows` all that is stored of
    them: first what this load wrote, which the database finds without a look at the rest of the table."""
    connection.execute(
        f"create or replace temp table {RECORDS} as select distinct record_id from {TOUCHED} "
        "where object = ? and record_id is not null",
        [contract.object],
    )
    table, same = table_name(contract), f"{record_of(contract, 'r')} = k.record_id"
    kinds = table_columns(connection, contract)
    create_temp(connection, CURRENT, kinds)
    connection.execute(
        f"insert into {CURRENT} select r.* from (from {table} where _load_id = ?) as r semi join {RECORDS} as k "
        f"on {same}",
        [load_id],
    )
    rest = f"(select k.record_id from {RECORDS} as k anti join {CURRENT} as r on {same})"
    if has_rows(connection, rest):
        rows = look_up(connection, contract, table, rest, same, name="looked_up")
        connection.execute(
            f"insert into {CURRENT} select r.* exclude ({AT}) from {rows} as r semi join {rest} as k on {same}"
        )
    create_temp(connection, OLDER, kinds)
    if has_versions(connection, contract):
        rows = look_up(connection, contract, versions_name(contract), RECORDS, same, name="looked_up")
        connection.execute(
            f"insert into {OLDER} by name select r.* exclude ({AT}) from {rows} as r semi join {RECORDS} as k on {same}"
        )


def remember_object(
    connection: duckdb.DuckDBPyConnection, contract: Contract, histories: Sequence[tuple[Contract, History]]
) -> None:
    """The stretches of one object's touched records."""
    connection.execute(
        f"create or replace temp table {ASSERTIONS} (record_id varchar, column_name varchar, moment timestamp, "
        "rank integer, place varchar, value varchar, is_known boolean)"
    )
    extras = extras_of(table_columns(connection, contract), contract)
    for history, spec in histories:
        connection.execute(f"insert into {ASSERTIONS} {told(history, spec, contract, extras, touched=RECORDS)}")
    assert_seen(connection, contract, extras)
    table = history_table(contract)
    if has_rows(connection, table):
        connection.execute(f"delete from {table} where record_id in (select record_id from {RECORDS})")
    connection.execute(f"insert into {table} {stretches(ASSERTIONS, extras, created_of(contract))}")
    connection.execute(f"drop table {ASSERTIONS}; drop table {RECORDS}; drop table {CURRENT}; drop table {OLDER}")


def mutable_columns(contract: Contract, extras: Sequence[str]) -> list[tuple[str, bool]]:
    """Every column that can have a past, and whether it changes without a modstamp: all but key and time of the row."""
    fixed = {*contract.key, contract.modstamp_column, contract.created_column}
    own = [(column.name, column.derived) for column in contract.columns if column.name not in fixed]
    return own + [(name, False) for name in extras]


def assert_seen(connection: duckdb.DuckDBPyConnection, contract: Contract, extras: Sequence[str]) -> None:
    """What the versions say: the changes between them, and all of it where a history tells of the same column."""
    columns = mutable_columns(contract, extras)
    [(names,)] = connection.execute(f"select list(distinct column_name) from {ASSERTIONS}").fetchall()
    told_of = {name.lower() for name in names or ()}
    about = [column for column in columns if column[0].lower() in told_of]
    if about:
        create_rows(connection, contract, about)
        cells = ", ".join(cell(name, is_derived) for name, is_derived in about)
        pairs = f"(select distinct record_id, column_name from {ASSERTIONS})"
        connection.execute(
            f"insert into {ASSERTIONS} with cells as (select {RECORD} as record_id, {PLACE} as place, "
            f"unnest([{cells}]) as cell from {ROWS}) "
            f"select record_id, cell.column_name, cell.moment, {SEEN}, place, cell.value, true "
            f"from cells semi join {pairs} as p on cells.record_id = p.record_id and cell.column_name = p.column_name"
        )
    if has_rows(connection, OLDER):  # of records, too, that no history names
        create_rows(connection, contract, columns, only_changed=True)
        for is_derived in (False, True):
            if chosen := [name for name, derived in columns if derived == is_derived]:
                connection.execute(f"insert into {ASSERTIONS} {differences(chosen, is_derived=is_derived)}")
    connection.execute(f"drop table if exists {ROWS}")


def cell(name: str, is_derived: bool) -> str:
    """What a version says of one column: a derived one is known when it was extracted, another one since the change."""
    moment = EXTRACTED if is_derived else MOMENT
    return f"struct_pack(column_name := {quoted_text(name)}, moment := {moment}, value := {quoted_name(name)})"


def create_rows(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    columns: Sequence[tuple[str, bool]],
    *,
    only_changed: bool = False,
) -> None:
    """`history_rows`: these columns, as text, of all versions of the touched records; `place` orders those that say the
    same moment: by the time of their extract, the table's own row last. A version that was seen again after another
    one under its modstamp came back: it is there a second time, as it was seen last."""
    cells = ", ".join(f"r.{quoted_name(name)}::varchar as {quoted_name(name)}" for name, _ in columns)
    stamp = f"r.{quoted_name(contract.modstamp_column)}" if contract.modstamp_column else "null::timestamp"
    record = record_of(contract, "r")
    their = ""
    if only_changed:
        now, then = (f"row({', '.join(f'{alias}.{quoted_name(name)}' for name, _ in columns)})" for alias in "cv")
        older = record_of(contract, "v")
        changed = (
            f"(select {older} as record_id from {OLDER} as v left join {CURRENT} as c on {record_of(contract, 'c')} = "
            f"{older} where {now} is distinct from {then})"
        )
        their = f"semi join {changed} as v on {record} = v.record_id"
    rows = " union all ".join(
        f"select {record} as {RECORD}, {stamp} as _intake_stamp, {extracted_by('r')} as {EXTRACTED}, "
        f"{extracted_by('r', '_seen_at')} as _intake_seen_at, {is_raw} as _intake_is_raw, {cells} "
        f"from {source} as r {their}"
        for source, is_raw in ((CURRENT, 1), (OLDER, 0))
    )
    names = ", ".join(quoted_name(name) for name, _ in columns)
    between = "(o.{0} > v._intake_extracted_at and o.{0} <= v._intake_seen_at)"
    connection.execute(
        f"create or replace temp table {ROWS} as with numbered as materialized (select *, row_number() over () "
        f"as _intake_n from ({rows})), "
        f"sightings as (from numbered union all select distinct v.* replace (v._intake_seen_at as {EXTRACTED}) "
        f"from numbered as v join numbered as o on v.{RECORD} = o.{RECORD} "
        "and v._intake_stamp is not distinct from o._intake_stamp and v._intake_n <> o._intake_n "
        f"and v._intake_seen_at > v.{EXTRACTED} "
        f"and ({between.format(EXTRACTED)} or {between.format('_intake_seen_at')})), "
        f"dated as (select *, coalesce(_intake_stamp, {EXTRACTED}) as {MOMENT} from sightings) "
        f"select {RECORD}, {MOMENT}, {EXTRACTED}, {names}, lpad(row_number() over (partition by {RECORD} "
        f"order by {MOMENT} nulls first, {EXTRACTED} nulls first, _intake_is_raw, row({names})::varchar)::varchar, "
        f"9, '0') as {PLACE} from dated"
    )


def differences(names: Sequence[str], *, is_derived: bool) -> str:
    """SELECT of assertions, two per change between two versions of a record that follow each other."""
    moment, order = (EXTRACTED, f"{EXTRACTED}, {PLACE}") if is_derived else (MOMENT, PLACE)
    packed = ", ".join(f"{quoted_name(name)} := {quoted_name(name)}" for name in names)
    changes = ", ".join(
        f"case when {quoted_name(name)} is distinct from _intake_before.{quoted_name(name)} "
        f"then struct_pack(column_name := {quoted_text(name)}, "
        f"old := _intake_before.{quoted_name(name)}, new := {quoted_name(name)}) end"
        for name in names
    )
    return (
        f"with ordered as (select *, lag(struct_pack({packed})) over w as _intake_before, "
        f"lag({moment}) over w as _intake_before_at, lag({PLACE}) over w as _intake_before_place from {ROWS} "
        f"where {moment} is not null window w as (partition by {RECORD} order by {order})), "
        f"changes as (select {RECORD} as record_id, {moment} as moment, {PLACE} as place, "
        "_intake_before_at as before_at, _intake_before_place as before_place, "
        f"unnest(list_filter([{changes}], lambda x: x is not null)) as change from ordered "
        "where _intake_before_place is not null) "
        f"select record_id, change.column_name, before_at, {SEEN}, before_place, change.old, true from changes "
        f"union all select record_id, change.column_name, moment, {SEEN}, place, change.new, true from changes"
    )


def created_of(contract: Contract) -> str:
    """SELECT of when each touched record was made, where the object says so."""
    if not contract.created_column:
        return "select null::varchar as record_id, null::timestamp as created_at where false"
    return (
        f"select {record_of(contract, 'r')} as record_id, r.{quoted_name(contract.created_column)} as created_at "
        f"from {CURRENT} as r"
    )
