"""What lies in quarantine, as people look at it: filtered, grouped, with the owner who can mend it. Nothing is changed.

What belongs here: queries over the quarantine. How they are shown is the command line's, how a row leaves `mending`'s.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from pipelines.contracts.contract import Contract
from pipelines.intake.workshop.quarantine import LATER_COLUMNS
from pipelines.warehouse import quoted_name, quoted_text

VIEW = "refused"
"""The temp view that `show_refused` makes; every other function reads it."""
GROUPS = {
    "file": ("file", "object"),
    "rule": ("rule", "object"),
    "object": ("object",),
    "owner": ("owner",),
}


@dataclass(frozen=True)
class Filter:
    """Which refused rows: each given word (in any case, `*` for anything) must fit."""

    file: str | None = None
    rule: str | None = None
    object: str | None = None
    owner: str | None = None

    def sql(self) -> tuple[str, list[str]]:
        """A condition over the view, and its values."""
        conditions, values = ["true"], []
        for name in ("file", "object", "owner"):
            if word := getattr(self, name):
                conditions.append(f"(lower({name}) = lower(?) or lower({name}) glob lower(?))")
                values += [word, word]
        if self.rule:
            conditions.append(
                "len(list_filter(violated_rules, lambda x: lower(x) = lower(?) or lower(x) glob lower(?))) > 0"
            )
            values += [self.rule, self.rule]
        return " and ".join(conditions), values


def show_refused(connection: duckdb.DuckDBPyConnection, contracts: Sequence[Contract]) -> bool:
    """Make the view `refused` over the quarantine; False where nothing was ever loaded.

    The owner is the person whom the record's owner columns name, by name where one of the house's tables of people has
    it, else the team that the contract names.
    """
    columns = columns_of(connection, "quarantine", "rows")
    if not columns:
        return False
    later = [definition.split(" ", 1) for definition in LATER_COLUMNS.split(", ")]
    missing = ", ".join(f"null::{kind} as {name}" for name, kind in later if name not in columns)
    unnamed = "'q' || left(sha256(object || '/' || record), 12)"
    teams = ", ".join(
        f"({quoted_text(contract.object)}, {quoted_text(contract.owner)})" for contract in contracts if contract.owner
    )
    people = " union ".join(
        f"select {quoted_name(contract.key[0])}::varchar as id, {quoted_name(contract.person_name)}::varchar as name "
        f"from {contract.table}"
        for contract in contracts
        if contract.person_name and columns_of(connection, *contract.table.split("."))
    )
    connection.execute(
        f"create or replace temp view {VIEW} as with kept as (select *{', ' + missing if missing else ''} "
        f"from quarantine.rows), people as ({people or 'select null::varchar as id, null::varchar as name'}), "
        "named as (select id, min(name) as name from people group by id), "
        f"teams(object, team) as (values {teams or '(null, null)'}) "
        f"select coalesce(k.row_id, {unnamed.replace('object', 'k.object').replace('record', 'k.record')}) as row_id, "
        "k.source, k.object, k.file, k.line, k.line_end, k.violated_rules, k.reasons, k.record, k.extracted_at, "
        "k.quarantined_at_load as first_load, k.first_seen_at, "
        "coalesce(nullif(n.name, ''), k.owner_id, nullif(t.team, ''), 'nobody named') as owner "
        "from kept as k left join named as n on n.id = k.owner_id left join teams as t on t.object = k.object"
    )
    return True


def columns_of(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> set[str]:
    rows = connection.execute(
        "select column_name from duckdb_columns() where schema_name = ? and table_name = ?", [schema, table]
    ).fetchall()
    return {name for (name,) in rows}


def grouped(by: str, which: Filter, limit: int) -> tuple[str, list[Any]]:
    """The statement for the groups of refused rows, the largest first: how many, since when, an example."""
    condition, words = which.sql()
    values: list[Any] = [*words]
    names = ", ".join(GROUPS[by])
    rule = "unnest(violated_rules) as rule, unnest(reasons) as reason" if by == "rule" else "reasons[1] as reason"
    own = "where lower(rule) = lower(?) or lower(rule) glob lower(?)" if by == "rule" and which.rule else ""
    values += [which.rule, which.rule] if own else []
    return (
        f"select {names}, count(*) as records, min(first_seen_at) as first_seen, "
        "min_by(first_load, coalesce(first_seen_at, timestamp '1970-01-01')) as first_load, "
        "min_by(row_id, (file, line, row_id)) as example, "
        "regexp_replace(min_by(reason, (file, line, row_id)), '^line [0-9]+[,:] ', '') as reason "
        f"from (select *, from (select * exclude (reasons, record), {rule} from {VIEW} where {condition}) {own}) "
        f"group by {names} order by records desc, {names} limit ?",
        [*values, limit],
    )


def records(which: Filter, limit: int) -> tuple[str, list[Any]]:
    """The statement for single refused rows."""
    condition, values = which.sql()
    return (
        "select row_id as id, object, file, line, owner, first_seen_at as first_seen, reasons "
        f"from {VIEW} where {condition} order by file, line, row_id limit ?",
        [*values, limit],
    )


def totals(which: Filter) -> tuple[str, list[Any]]:
    """The statement for the one row that sums up: records, files, rules, owners, the first time."""
    condition, values = which.sql()
    return (
        "select count(*) as records, count(distinct file) as files, count(distinct owner) as owners, "
        f"(select count(distinct rule) from (select unnest(violated_rules) as rule from {VIEW} where {condition})) "
        f"as rules, min(first_seen_at) as first_seen from {VIEW} where {condition}",
        values * 2,
    )


def one_record(target: str) -> tuple[str, list[Any]]:
    """The statement for the rows that an id, or FILE:LINE, names."""
    file, _, line = target.rpartition(":")
    number = int(line) if line.isascii() and line.isdigit() and len(line) < 18 else -1
    return (
        f"select * from {VIEW} where row_id = ? or (file = ? and ? between line and line_end) "
        "order by file, line, row_id",
        [target, file, number],
    )
