"""One file's rows against its contract: typed, judged by the row rules, split into accepted and quarantined.

The file is read once for its good rows, and once more where some are bad: they are few, and only they are kept aside.
References to other tables are not judged here (`references`), since their files may come later in the folder.
"""

from dataclasses import dataclass

import duckdb

from pipelines.contracts.contract import Column, Contract, RowRule
from pipelines.contracts.predicates import violation
from pipelines.contracts.rule_words import expected
from pipelines.intake.forms.incoming import LINES_TABLE, ROW, TEXT_TABLE, Incoming
from pipelines.intake.rules.cells import expected_type, typed, unreadable
from pipelines.intake.rules.record_ids import long_id, record_id_columns
from pipelines.warehouse import quoted_name, quoted_text

UNDERSCORE_COLUMNS = {
    "_file": "VARCHAR",
    "_line": "BIGINT",
    "_load_id": "VARCHAR",
    "_extracted_at": "TIMESTAMP",
    "_seen_at": "TIMESTAMP",
    "_absent_since": "TIMESTAMP",
    "_warned_rules": "VARCHAR[]",
}
FOUND_CHARACTERS = 80
BAD_TABLE = "incoming_bad"
# Names of our own beside those of a file: a file's column that begins like them is renamed (`extra_columns`).
OWN_PREFIX = "_intake_"
IS_BAD, IS_UNREAD = "_intake_is_bad", "_intake_is_unread"
LINE_END, SOURCE = "_intake_line_end", "_intake_source"
# What the database calls the place of a row: a column of that name would hide it.
ROW_PLACE = "rowid"
# Which a file's column cannot hide: a bare name is a column before it is a table's whole row.
BAD_ROW = "_intake_bad_row"
BAD_ROWS = f"(select {BAD_ROW} as j, {BAD_ROW}.{SOURCE} as t from {BAD_TABLE} as {BAD_ROW})"


@dataclass(frozen=True)
class Cell:
    """A contract column together with what the file holds for it."""

    column: Column
    source: str | None
    found_type: str

    @property
    def sql(self) -> str:
        return f"t.{quoted_name(self.source)}" if self.source else "null"


def cells_of(contract: Contract, incoming: Incoming) -> list[Cell]:
    """The contract's columns in order, each with the file's column of that name in any case."""
    by_lower = {name.lower(): name for name in incoming.columns}
    cells = []
    for column in contract.columns:
        source = by_lower.get(column.name.lower())
        cells.append(Cell(column, source, incoming.columns[source] if source else ""))
    return cells


def extra_columns(contract: Contract, incoming: Incoming) -> dict[str, str]:
    """Columns of the file that the contract does not know: name in the raw table -> name in the file."""
    known = {column.name.lower() for column in contract.columns}
    extras = [name for name in incoming.columns if name.lower() not in known]
    taken = known | {name.lower() for name in extras}
    renamed: dict[str, str] = {}
    for source in extras:
        name = f"x{source}" if source.lower().startswith(OWN_PREFIX) else source
        while name.lower() in (*UNDERSCORE_COLUMNS, ROW_PLACE) or (name != source and name.lower() in taken):
            name += "_"
        taken.add(name.lower())
        renamed[name] = source
    return renamed


def raw_columns(contract: Contract, incoming: Incoming) -> list[str]:
    """The columns of the raw table that the file fills."""
    return [cell.column.name for cell in cells_of(contract, incoming) if cell.source] + [
        *extra_columns(contract, incoming)
    ]


def judged(contract: Contract, incoming: Incoming, kept: str) -> str:
    """SQL for the file's rows that are bad or not, as `kept` says: typed contract columns, extras as text, the row's
    number, `_line`, `_line_end`, `_warned_rules`, whether it is bad, and the row as it came, `_intake_source`.
    """
    cells = cells_of(contract, incoming)
    ids = record_id_columns(contract)
    columns = [
        f"{typed_value(cell, is_id=cell.column.name in ids)} as {quoted_name(cell.column.name)}"
        if cell.source
        else f"null::{cell.column.physical_type} as {quoted_name(cell.column.name)}"
        for cell in cells
    ]
    columns += [
        f"t.{quoted_name(source)}::varchar as {quoted_name(name)}"
        for name, source in extra_columns(contract, incoming).items()
    ]
    unread = [unreadable(cell.sql, cell.found_type, cell.column) for cell in cells if cell.source]
    broken = " or ".join(filter(None, unread)) or "false"
    rules = predicate_rules(contract)
    errors = [violation(rule) for rule in rules if rule.severity == "error"]
    warnings = [(rule.rule_id, violation(rule)) for rule in rules if rule.severity != "error"]
    row = whole_row(incoming)
    source = f"(select *, {row} as {row} from {TEXT_TABLE} as {row}) as t"
    line, line_end = f"t.{ROW} + {incoming.first_line}", ""
    if incoming.first_line is None:
        source += f" join {LINES_TABLE} as l on l.n = t.{ROW}"
        line, line_end = "l.line", "l.line_end"
    return (
        f"with typed as (select {', '.join(columns)}{',' if columns else ''} t.{ROW}, {line} as _line, "
        f"{line_end or line} as {LINE_END}, t.{row} as {SOURCE}, {broken} as {IS_UNREAD} from {source}), "
        f"judged as (select * exclude ({IS_UNREAD}), {' or '.join([IS_UNREAD, *errors])} as {IS_BAD}, "
        f"{warned_list(warnings)} as _warned_rules from typed) select * from judged where {kept}"
    )


def whole_row(incoming: Incoming) -> str:
    """A name for the file's row as it came that none of its columns has."""
    taken, name = {column.lower() for column in incoming.columns}, f"{OWN_PREFIX}row_as_it_came"
    while name in taken:
        name += "_"
    return name


def add_good(
    connection: duckdb.DuckDBPyConnection, contract: Contract, incoming: Incoming, target: str, labels: dict[str, str]
) -> int:
    """Add the file's good rows to a table, its columns filled by name, those in `labels` by SQL; how many."""
    extra = ", ".join(f"{sql} as {quoted_name(name)}" for name, sql in labels.items())
    replaced = ", ".join([LINE_END, IS_BAD, SOURCE, *(name for name in labels if name in (ROW, "_line"))])
    [(added,)] = connection.execute(
        f"insert into {target} by name select * exclude ({replaced}), {extra} "
        f"from ({judged(contract, incoming, f'not {IS_BAD}')})"
    ).fetchall()
    return int(added)


def keep_bad(connection: duckdb.DuckDBPyConnection, contract: Contract, incoming: Incoming) -> None:
    """Build `incoming_bad`: the file's bad rows, judged and as they came."""
    connection.execute(
        f"create or replace temp table {BAD_TABLE} as {judged(contract, incoming, IS_BAD)} order by {ROW}"
    )


def typed_value(cell: Cell, *, is_id: bool) -> str:
    """SQL for the cell's value; a short record id in its long form."""
    value = typed(cell.sql, cell.found_type, cell.column)
    return long_id(value) if is_id else value


def predicate_rules(contract: Contract) -> list[RowRule]:
    return [rule for rule in contract.rules if rule.kind not in ("type", "reference")]


def warned_list(warnings: list[tuple[str, str]]) -> str:
    """SQL list of the ids of broken warn rules; the list is only built for rows that break one."""
    if not warnings:
        return "[]::varchar[]"
    any_broken = " or ".join(broken for _, broken in warnings)
    ids = ", ".join(f"case when {broken} then {quoted_text(rule_id)} end" for rule_id, broken in warnings)
    return f"case when {any_broken} then list_filter([{ids}], lambda x: x is not null) else []::varchar[] end"


def bad_rows_query(contract: Contract, incoming: Incoming, more: str = "") -> str:
    """SQL for every row kept in `incoming_bad`: line, last line, rule ids, reasons in words, the record as JSON.

    Then what its record is told by: its key (null when a part of it cannot be read), its modstamp, the id of its owner;
    and `more`, SQL over `t`, the row as it came.
    """
    cells = {cell.column.name: cell for cell in cells_of(contract, incoming)}
    findings = [finding for rule in contract.rules if (finding := finding_sql(rule, cells))]
    record = ", ".join(f"{quoted_text(name)}, t.{quoted_name(name)}" for name in incoming.columns)
    key = [f"j.{quoted_name(name)}::varchar" for name in contract.key]
    has_key = " and ".join(f"{cell} is not null" for cell in key) or "false"
    stamp = f"j.{quoted_name(contract.modstamp_column)}" if contract.modstamp_column else "null::timestamp"
    owners = ", ".join(f"nullif(j.{quoted_name(name)}::varchar, '')" for name in contract.owner_columns)
    return (
        f"with found as (select j._line as line, j.{LINE_END} as line_end, json_object({record})::varchar as record, "
        f"list_filter([{', '.join(findings)}], lambda x: x is not null) as findings, "
        f"case when {has_key} then [{', '.join(key)}]::varchar[] end as record_key, {stamp} as modified_at, "
        f"coalesce({owners + ', ' if owners else ''}null::varchar) as owner_id{', ' + more if more else ''} "
        f"from {BAD_ROWS}) "
        "select * exclude (findings), list_transform(findings, lambda x: x.rule) as violated_rules, "
        "list_transform(findings, lambda x: x.reason) as reasons from found"
    )


def finding_sql(rule: RowRule, cells: dict[str, Cell]) -> str:
    """SQL for {rule, reason} where the row breaks an error rule, null elsewhere; empty when it cannot break it."""
    if rule.severity != "error" or rule.kind == "reference":
        return ""
    cell = cells[rule.columns[0]]
    unread = unreadable(cell.sql, cell.found_type, cell.column) if cell.source else ""
    broken = unread if rule.kind == "type" else violation(rule, "j.")
    if rule.kind == "required" and unread:
        broken += f" and not {unread}"  # what cannot be read is not missing
    if not broken:
        return ""
    wanted = expected_type(cell.column) if rule.kind == "type" else expected(rule)
    found = f"coalesce('''' || left({cell.sql}::varchar, {FOUND_CHARACTERS}) || '''', 'nothing')"
    reason = (
        f"'line ' || j._line || {quoted_text(f', column {cell.column.name}: found ')} || {found} || "
        f"{quoted_text(f', expected {wanted}')}"
    )
    return f"case when {broken} then {{'rule': {quoted_text(rule.rule_id)}, 'reason': {reason}}} end"
