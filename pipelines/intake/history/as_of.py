"""The `raw` tables as they stood at a past moment: views in a database of their own, which the search path finds first.

What belongs here: what was known of each record and column at that moment, from `raw`, `versions` and `raw_history`. No
SQL file changes for it: staging reads `raw.lead` as ever. Nothing is copied but the values that were others then.

What is known of a column at a moment: what its versions and histories say, and only from the day on from which its past
is known (`ledger.history_coverage`); before it the column is empty for every record, since a gap for those alone that
changed later would tell that they did. What is known at creation is known as long as the record is there. A record that
was made later is not there; a deletion, a merge, a conversion that came later has not happened.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb

from pipelines.contracts.contract import Column, Contract
from pipelines.intake.history.attribute_history import (
    extracted_by,
    has_versions,
    history_table,
    record_of,
)
from pipelines.intake.history.history_coverage import COVERAGE
from pipelines.intake.merging.fresh import has_rows
from pipelines.intake.merging.raw_tables import table_columns, table_name, versions_name
from pipelines.warehouse import quoted_name, quoted_text

PAST = "past"
LATER = ("_absent_since", "_seen_at")
"""Moments that the loader keeps: one that was still to come was unknown."""


@dataclass(frozen=True)
class Known:
    """Since when the past of one column is known: from extracts, and from what a history object tells (null: never)."""

    first_extract_at: datetime | None
    told_from_at: datetime | None


@dataclass(frozen=True)
class Past:
    """One object at one moment: the SQL of it, and which tables beside the raw one there are to join."""

    contract: Contract
    moment: datetime
    coverage: dict[str, Known]
    changed: frozenset[str]
    joins: frozenset[str]

    @property
    def at(self) -> str:
        return f"{quoted_text(self.moment.isoformat(sep=' '))}::timestamp"

    @property
    def is_immutable(self) -> bool:
        """Whether a row is an event: written once, with no word about later changes."""
        return (
            self.contract.created_column is not None and self.contract.created_column == self.contract.modstamp_column
        )

    @property
    def stamp(self) -> str:
        """SQL for since when the raw row is as it is."""
        stamp = self.contract.modstamp_column
        extracted = extracted_by("r")
        return f"coalesce(r.{quoted_name(stamp)}, {extracted})" if stamp else extracted

    @property
    def first_at(self) -> str:
        """SQL for since when any version of the record is known."""
        return f"least(f.first_at, {self.stamp})" if "firsts" in self.joins else self.stamp

    @property
    def first_extracted_at(self) -> str:
        extracted = extracted_by("r")
        return f"least(f.first_extracted_at, {extracted})" if "firsts" in self.joins else extracted

    def value(self, name: str, kind: str) -> str:
        """SQL for what a column of the raw table held at the moment."""
        column, own = self.contract.column(name), f"r.{quoted_name(name)}"
        if name in (*self.contract.key, self.contract.created_column):
            return own
        if name == self.contract.modstamp_column:
            return self.last_change(own)
        if name.startswith("_"):
            return f"case when {own} <= {self.at} then {own} end" if name in LATER else own
        if column and column.happened_at:
            return self.happened(column, own)
        if column and column.lasting:
            seen = self.first_extracted_at if self.is_immutable else self.first_at
            since_then = f"case when {seen} <= {self.at} then {own} else {nothing(kind)} end"
            return self.told(name, kind, since_then, nothing(kind))
        base = self.unchanged(name, column, own, kind)
        return self.told(name, kind, base, f"null::{kind}") if self.is_covered(name, column) else base

    def is_covered(self, name: str, column: Column | None) -> bool:
        """Whether the column's past is known at the moment at all."""
        known = self.coverage.get(name)
        moments = (known.first_extract_at, known.told_from_at) if known else ()
        is_early = bool(column and column.known_at == "at_creation")
        return is_early or any(moment is not None and moment <= self.moment for moment in moments)

    def unchanged(self, name: str, column: Column | None, own: str, kind: str) -> str:
        """What a column held of which no change is known: what it holds today, where that says anything about then."""
        known = self.coverage.get(name, Known(None, None))
        if column and column.known_at == "at_creation":
            return own
        if self.is_immutable and column and column.known_at != "outcome":
            return own
        if known.told_from_at is not None and known.told_from_at <= self.moment:
            return own
        if known.first_extract_at is not None and known.first_extract_at <= self.moment:
            first = self.first_extracted_at if (column and column.derived) or self.is_immutable else self.first_at
            return f"case when {first} <= {self.at} then {own} end"
        return f"null::{kind}"

    def told(self, name: str, kind: str, base: str, unknown: str) -> str:
        """The value of the stretch in which the moment lies, for records that changed since; else `base`."""
        if name not in self.changed:
            return base
        cell = f"t.{then(name)}"
        return (
            f"case when {cell} is null then {base} when {cell}.is_known then try_cast({cell}.value as {kind}) "
            f"else {unknown} end"
        )

    def happened(self, column: Column, own: str) -> str:
        """An outcome, from the moment on that dates it: logged to the second, else the end of its day."""
        dated = self.contract.column(column.happened_at or "")
        when = f"r.{quoted_name(column.happened_at or '')}"
        moment = f"{when} + interval 1 day" if dated and dated.logical_type == "date" else when
        moment = f"coalesce(least({moment}, {self.stamp}), {self.stamp})"
        if "events" in self.joins:
            moment = f"coalesce(e.{quoted_name(column.happened_at or '')}, {moment})"
        return f"case when {moment} <= {self.at} then {own} else {nothing(column.physical_type)} end"

    def last_change(self, own: str) -> str:
        """The newest change of the record that is known from before the moment, its creation at the least."""
        earlier = [f"r.{quoted_name(self.contract.created_column)}"] if self.contract.created_column else []
        earlier += ["f.last_at"] if "firsts" in self.joins else []
        earlier += ["t.last_change_at"] if "told" in self.joins else []
        before = f"greatest({', '.join(earlier)})" if earlier else "null::timestamp"
        return f"case when {own} <= {self.at} then {own} else {before} end"

    @property
    def is_there(self) -> str:
        """SQL that is true for records that were there: made by then, or else known in a version of then."""
        created = self.contract.created_column
        since = f"coalesce(r.{quoted_name(created)}, {self.first_at})" if created else self.first_at
        return f"coalesce({since} <= {self.at}, true)"


def then(name: str) -> str:
    """What a column held then, under a name that none of our own beside it can have."""
    return quoted_name(f"value of {name}")


def nothing(kind: str) -> str:
    """What a state was before it came about."""
    return "false" if kind.lower() == "boolean" else f"null::{kind}"


def rewind(connection: duckdb.DuckDBPyConnection, contracts: Sequence[Contract], moment: datetime) -> None:
    """Let every two-part name of a raw table mean the table as it stood at `moment` (naive UTC), on this connection.

    The database files stay as they are; the connection has to be opened anew to look at them as they are.
    """
    connection.execute(f"attach ':memory:' as {PAST}")
    for schema in ("raw", "told", "firsts", "events"):
        connection.execute(f"create schema {PAST}.{schema}")
    for contract in contracts:
        if contract.key:
            show_past(connection, contract, contracts, moment)
    [(path,)] = connection.execute("select current_setting('search_path')").fetchall()
    connection.execute(f"set search_path = {quoted_text(f'{PAST}.raw,{path}')}")


def show_past(
    connection: duckdb.DuckDBPyConnection, contract: Contract, contracts: Sequence[Contract], moment: datetime
) -> None:
    """One object's view."""
    name = quoted_name(contract.table.split(".")[1])
    coverage = {
        column: Known(first, told)
        for column, first, told in connection.execute(
            f"select column_name, first_extract_at, told_from_at from intake.{COVERAGE} where object = ?",
            [contract.object],
        ).fetchall()
    }
    changed = tell(connection, contract, name, coverage, moment)
    joins = {"told"} if changed is not None else set()
    if has_versions(connection, contract):
        find_firsts(connection, contract, name, moment)
        joins.add("firsts")
    if find_events(connection, contract, contracts, name):
        joins.add("events")
    past = Past(contract, moment, coverage, frozenset(changed or ()), frozenset(joins))
    columns = table_columns(connection, contract)
    values = ", ".join(f"{past.value(column, kind)} as {quoted_name(column)}" for column, kind in columns.items())
    record = record_of(contract, "r")
    joined = " ".join(
        f"left join {PAST}.{schema}.{name} as {schema[0]} on {schema[0]}.record_id = {record}"
        for schema in sorted(joins)
    )
    connection.execute(
        f"create view {PAST}.raw.{name} as select {values} from {table_name(contract)} as r {joined} "
        f"where {past.is_there}"
    )


def tell(
    connection: duckdb.DuckDBPyConnection, contract: Contract, name: str, coverage: dict[str, Known], moment: datetime
) -> list[str] | None:
    """`past.told`: per record that ever changed, what its columns held that were others than today, and when it had
    changed last. Returns these columns; None where no change of the object is known."""
    history = history_table(contract)
    if not has_rows(connection, history):
        return None
    at = f"{quoted_text(moment.isoformat(sep=' '))}::timestamp"
    is_other = f"(until_at > {at} or (until_at is null and (from_at > {at} or not is_known)))"
    covers = f"(from_at is null or from_at <= {at}) and (until_at is null or until_at > {at})"
    always = [column.name for column in contract.columns if column.known_at == "at_creation"]
    always += [column for column, known in coverage.items() if known.told_from_at and known.told_from_at <= moment]
    reaches = f"column_name in ({', '.join(quoted_text(column) for column in always)})" if always else "false"
    is_known = f"{covers} and is_known and (from_at is not null or observed_at <= {at} or {reaches})"
    found = connection.execute(f"select distinct column_name from {history} where {is_other} order by all").fetchall()
    columns = [column for (column,) in found]
    cells = "".join(
        f", any_value(cell) filter (where column_name = {quoted_text(column)}) as {then(column)}" for column in columns
    )
    connection.execute(
        f"create table {PAST}.told.{name} as with pairs as (select record_id, column_name, "
        f"max(from_at) filter (where from_at <= {at}) as last_change_at, bool_or({is_other}) as is_other, "
        f"struct_pack(is_known := bool_or({is_known}), value := max(value) filter (where {is_known})) as cell "
        f"from {history} group by record_id, column_name), "
        "cells as (select record_id, column_name, last_change_at, case when is_other then cell end as cell from pairs) "
        f"select record_id, max(last_change_at) as last_change_at{cells} from cells group by record_id"
    )
    return columns


def find_firsts(connection: duckdb.DuckDBPyConnection, contract: Contract, name: str, moment: datetime) -> None:
    """`past.firsts`: since when the versions of a record are known, and when the last one before the moment began."""
    stamp = f"v.{quoted_name(contract.modstamp_column)}" if contract.modstamp_column else "null::timestamp"
    since = f"coalesce({stamp}, {extracted_by('v')})"
    at = f"{quoted_text(moment.isoformat(sep=' '))}::timestamp"
    connection.execute(
        f"create table {PAST}.firsts.{name} as select {record_of(contract, 'v')} as record_id, "
        f"min({since}) as first_at, min({extracted_by('v')}) as first_extracted_at, "
        f"max({since}) filter (where {since} <= {at}) as last_at "
        f"from {versions_name(contract)} as v group by all"
    )


def find_events(
    connection: duckdb.DuckDBPyConnection, contract: Contract, contracts: Sequence[Contract], name: str
) -> bool:
    """`past.events`: the logged moments of outcomes, one column per column that dates them; whether a log has some."""
    logs = [(one, one.history) for one in contracts if one.history and one.history.of == contract.object]
    rows, dated = [], set()
    for log, spec in logs:
        for event, column in spec.events.items():
            dated.add(column)
            rows.append(
                f"select {quoted_name(spec.record)} as record_id, {quoted_text(column)} as dated, "
                f"{quoted_name(spec.time)} as moment from {table_name(log)} "
                f"where lower({quoted_name(spec.field_column or '')}) = {quoted_text(event.lower())}"
            )
    if not rows:
        return False
    columns = ", ".join(
        f"min(moment) filter (where dated = {quoted_text(column)}) as {quoted_name(column)}" for column in sorted(dated)
    )
    connection.execute(
        f"create table {PAST}.events.{name} as select record_id, {columns} "
        f"from ({' union all '.join(rows)}) group by all"
    )
    return True
