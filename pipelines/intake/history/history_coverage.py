"""Since when each column's past is known: `ledger.history_coverage`, which `meta.history_coverage` publishes.

What belongs here: the first moment of which an extract or a history object tells something about a column. Both only
ever move back when a file comes late, so the order of the files cannot matter. Before `known_from` nobody knows what a
column held, even where it holds something today.
"""

from collections.abc import Iterable, Mapping, Sequence

import duckdb

from pipelines.contracts.contract import Contract
from pipelines.intake.forms.incoming import ROW
from pipelines.intake.history.attribute_history import (
    TOUCHED,
    create_histories,
    extracted_by,
    history_table,
    mutable_columns,
    remember,
)
from pipelines.intake.history.told_changes import fields_of
from pipelines.intake.merging.absent import Columns
from pipelines.intake.merging.fresh import FRESH_TABLE, ROWS_PER_FILE, has_rows
from pipelines.intake.merging.raw_tables import extras_of
from pipelines.intake.proof.ledger import insert_rows
from pipelines.warehouse import quoted_name

MOMENTS = "ledger.column_moments"
COVERAGE = "ledger.history_coverage"
LATE = "9999-12-31"
Moment = tuple[str, str, str, str]


def prepare_history(connection: duckdb.DuckDBPyConnection, contracts: Sequence[Contract]) -> None:
    """The tables of histories and of their coverage, if they are not there yet; nothing is noted as touched."""
    create_histories(connection, contracts)
    connection.execute(
        f"create table if not exists intake.{MOMENTS} "
        "(object varchar, column_name varchar, kind varchar, moment timestamp)"
    )
    connection.execute(
        f"create table if not exists intake.{COVERAGE} (object varchar, column_name varchar, known_at varchar, "
        "first_extract_at timestamp, told_from_at timestamp, known_from timestamp, known_by varchar, changes bigint)"
    )


def note_moments(connection: duckdb.DuckDBPyConnection, contract: Contract, has: Columns) -> None:
    """Note the first moments that the fresh rows of one object bring, where they are earlier than those known.

    `has` are the files of this load with the columns that each of them fills.
    """
    connection.execute(f"insert into {TOUCHED} values (?, null)", [contract.object])
    if not contract.key:
        return
    found = [*extract_moments(connection, contract, has), *told_moments(connection, contract)]
    known = {
        (name, column, kind): moment
        for name, column, kind, moment in connection.execute(
            f"select object, column_name, kind, min(moment)::varchar from intake.{MOMENTS} group by all"
        ).fetchall()
    }
    earliest: dict[tuple[str, str, str], str] = {}
    for name, column, kind, moment in found:
        place = (name, column, kind)
        earliest[place] = min(moment, earliest.get(place, moment))
    earlier = {place: moment for place, moment in earliest.items() if moment < known.get(place, "9999")}
    insert_rows(connection, MOMENTS, [(*place, moment) for place, moment in earlier.items()])


def extract_moments(connection: duckdb.DuckDBPyConnection, contract: Contract, has: Columns) -> Iterable[Moment]:
    """The extract time of each file for every column that it fills, and the first creation of a record."""
    created = f"min({quoted_name(contract.created_column)})" if contract.created_column else "null"
    for number, extracted_at, created_at in connection.execute(
        f"select {ROW} // {ROWS_PER_FILE}, min({extracted_by('f')})::varchar, {created}::varchar "
        f"from {FRESH_TABLE} as f group by all"
    ).fetchall():
        for column in has[number][1]:
            if extracted_at:
                yield contract.object, column, "extract", extracted_at
            if created_at:
                yield contract.object, column, "creation", created_at


def told_moments(connection: duckdb.DuckDBPyConnection, contract: Contract) -> Iterable[Moment]:
    """The first change that a history object tells of, per field as it calls it, in lower case."""
    if (spec := contract.history) is None:
        return
    moment = f"min({quoted_name(spec.time)})::varchar"
    if spec.field_column is None:
        [(first,)] = connection.execute(f"select {moment} from {FRESH_TABLE}").fetchall()
        yield from ((spec.of, name.lower(), "history", first) for name in spec.told_columns if first)
        return
    field = quoted_name(spec.field_column)
    for name, first in connection.execute(
        f"select lower({field}), {moment} from {FRESH_TABLE} group by all"
    ).fetchall():
        if name and first:
            yield spec.of, name, "history", first


def remember_history(connection: duckdb.DuckDBPyConnection, contracts: Sequence[Contract], load_id: str) -> None:
    """At the end of a load that read anything: the past of the records that it touched, and since when it is known."""
    if has_rows(connection, TOUCHED):
        cover(connection, contracts, remember(connection, contracts, load_id))


def cover(connection: duckdb.DuckDBPyConnection, contracts: Sequence[Contract], changed: Sequence[str]) -> None:
    """Write the coverage of all columns anew; changes are counted again for the objects `changed` only."""
    moments: dict[tuple[str, str], dict[str, str]] = {}
    for name, column, kind, moment in connection.execute(
        f"select object, column_name, kind, min(moment)::varchar from intake.{MOMENTS} group by all"
    ).fetchall():
        moments.setdefault((name, column), {})[kind] = moment
    counted = {
        (name, column): count
        for name, column, count in connection.execute(
            f"select object, column_name, changes from intake.{COVERAGE}"
        ).fetchall()
        if name not in changed
    }
    columns: dict[str, dict[str, str]] = {}
    for table, column, kind in connection.execute(
        "select table_name, column_name, data_type from duckdb_columns() where database_name = 'intake' "
        "and schema_name = 'raw' order by table_name, column_index"
    ).fetchall():
        columns.setdefault(table, {})[column] = kind
    rows: list[tuple[str | int | None, ...]] = []
    for contract in contracts:
        if contract.object in changed:
            counted |= {(contract.object, column): count for column, count in count_changes(connection, contract)}
        if contract.key:
            extras = extras_of(columns.get(contract.table.split(".")[1], {}), contract)
            rows += coverage_of(contract, extras, contracts, moments, counted)
    connection.execute(f"delete from intake.{COVERAGE}")
    insert_rows(connection, COVERAGE, sorted(rows, key=lambda row: (str(row[0]), str(row[1]))))


def coverage_of(
    contract: Contract,
    extras: Sequence[str],
    contracts: Sequence[Contract],
    moments: Mapping[tuple[str, str], Mapping[str, str]],
    counted: Mapping[tuple[str, str], int],
) -> Iterable[tuple[str | int | None, ...]]:
    """One row per column of an object that any extract had or any history told of."""
    told: dict[str, list[str]] = {}
    for spec in (one.history for one in contracts if one.history and one.history.of == contract.object):
        states = {name.lower(): name for name in spec.told_columns}
        fields = states or fields_of(spec, contract, extras)
        for field, told_column in fields.items():
            told.setdefault(told_column, []).append(moments.get((contract.object, field), {}).get("history", ""))
    for name, _ in mutable_columns(contract, extras):
        column, seen = contract.column(name), moments.get((contract.object, name), {})
        known_at = column.known_at if column else "tracked"
        first = seen.get("extract")
        logged = min((moment for moment in told.get(name, ()) if moment), default=None)
        known_from, known_by = min(
            (logged or LATE, "history"),
            (first or LATE, "extracts"),
            (seen.get("creation", LATE) if known_at == "at_creation" else LATE, "creation"),
        )
        if known_from < LATE:
            changes = counted.get((contract.object, name), 0)
            yield contract.object, name, known_at, first, logged, known_from, known_by, changes


def count_changes(connection: duckdb.DuckDBPyConnection, contract: Contract) -> list[tuple[str, int]]:
    """Column -> how many changes of it are known."""
    rows: list[tuple[str, int]] = connection.execute(
        f"select column_name, count(from_at) from {history_table(contract)} group by all"
    ).fetchall()
    return rows
