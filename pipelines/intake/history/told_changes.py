"""What history objects tell of another object's past, as SQL over their raw tables: one assertion per value and moment.

What belongs here: how a log of changed fields and a table of states are read, whatever they are called (the `history`
setting of their contracts says it). What is made of the assertions is attribute_history.py's.

An assertion says: this column of this record held this value from this moment on. The value before a change in a log is
an assertion, too, of the kind that counts only where nothing earlier is known (`BEFORE`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pipelines.contracts.contract import Column, Contract, History
from pipelines.intake.merging.raw_tables import table_name
from pipelines.intake.rules.cells import boolean, typed, typed_text
from pipelines.intake.rules.record_ids import long_id, record_id_columns
from pipelines.warehouse import quoted_name, quoted_text

BEFORE, LOGGED, STATE, SEEN = range(4)
"""Ranks: of assertions about one moment the last one holds; a record as extracted speaks after what is told of it."""


def told(history: Contract, spec: History, target: Contract, extras: Sequence[str], *, touched: str) -> str:
    """SELECT of `record_id, column_name, moment, rank, place, value, is_known` from one history object, for the records
    in the table `touched`; `extras` are the target's columns that no contract describes."""
    if spec.field_column is None:
        return told_states(history, spec, target, touched)
    return told_log(history, spec, target, extras, touched)


def fields_of(spec: History, target: Contract, extras: Sequence[str]) -> dict[str, str]:
    """Field as the log calls it, in lower case -> column of the target that it tells of."""
    own = [column.name for column in target.columns if column.name not in target.key]
    named = [name for name in [*own, *extras] if name.lower().startswith(spec.prefix.lower())]
    by_name = {name[len(spec.prefix) :].lower(): name for name in named}
    return by_name | {field.lower(): column for field, column in spec.names.items()}


def mapped_field(spec: History, fields: Mapping[str, str]) -> str:
    """SQL for the target's column that a row of the log tells of; null for what is no column."""
    cases = " ".join(f"when {quoted_text(field)} then {quoted_text(column)}" for field, column in fields.items())
    return f"case lower({quoted_name(spec.field_column or '')}) {cases} end"


def told_log(history: Contract, spec: History, target: Contract, extras: Sequence[str], touched: str) -> str:
    """A log of changed fields. Of rows about one change, one by id and one by name, that by id counts."""
    cells = {"new": spec.new_column} | ({"old": spec.old_column} if spec.old_column else {})
    texts = ", ".join(f"nullif(trim({quoted_name(name or '')}), '') as {cell}_text" for cell, name in cells.items())
    key = ", ".join(quoted_name(name) for name in history.key)
    written = (
        f"select h.{quoted_name(spec.record)} as record_id, h.{quoted_name(spec.time)} as moment, "
        f"{mapped_field(spec, fields_of(spec, target, extras))} as column_name, {texts}, row({key})::varchar as place "
        f"from {table_name(history)} as h semi join {touched} as t on h.{quoted_name(spec.record)} = t.record_id"
    )
    values = ", ".join(f"{canonical(f'{cell}_text', target, spec)} as {cell}_value" for cell in cells)
    valued = f"select *, {values}, {fitting(target, list(cells))} as fits from written where column_name is not null"
    known = " and ".join(f"({cell}_text is null) = ({cell}_value is null)" for cell in cells)
    if spec.old_column:  # A long text is logged without its values: that it changed is known, and nothing else.
        known += " and not (old_text is null and new_text is null)"
    judged = (
        f"select *, {known} and fits as is_known from valued "
        "qualify fits or not bool_or(fits) over (partition by record_id, column_name, moment)"
    )
    entries = f"with written as ({written}), valued as ({valued}), judged as ({judged})"
    return f"{entries}, {told_pairs()}" if spec.old_column else f"{entries} {told_values()}"


def told_values() -> str:
    """Of a log without old values: what is so from each moment on, and nothing of the time before; of several values at
    one moment nobody can say which one came last."""
    is_one = "(bool_and(is_known) and count(distinct row(new_value)) = 1)"
    return (
        f"select record_id, column_name, moment, {LOGGED}, '', case when {is_one} then max(new_value) end, {is_one} "
        "from judged group by record_id, column_name, moment"
    )


def told_pairs() -> str:
    """Of a log with both values: several changes at one moment are one, from the value that none of them ends with to
    the one that none of them begins with."""
    packed = "struct_pack(place := place, old_value := old_value, new_value := new_value, is_known := is_known)"
    return (
        f"grouped as (select record_id, column_name, moment, list({packed}) as rows from judged group by all), "
        f"ends as (select record_id, column_name, moment, {first_of('rows')} as first_row, "
        f"{last_of('rows')} as last_row from grouped) "
        f"select record_id, column_name, moment, {BEFORE} as rank, '' as place, "
        "case when first_row.is_known then first_row.old_value end as value, first_row.is_known as is_known from ends "
        f"union all select record_id, column_name, moment, {LOGGED}, '', "
        "case when last_row.is_known then last_row.new_value end, last_row.is_known from ends"
    )


def first_of(rows: str) -> str:
    """SQL for the first of the changes of one moment: that whose old value no other one brought."""
    return chained(rows, "list_contains(list_transform({rows}, lambda y: y.new_value), x.old_value)", "1")


def last_of(rows: str) -> str:
    """SQL for the last of them: that whose new value no other one took away."""
    return chained(rows, "not list_contains(list_transform({rows}, lambda y: y.old_value), x.new_value)", "-1")


def chained(rows: str, is_inner: str, place: str) -> str:
    ordered = (
        f"list_sort(list_transform({rows}, lambda x: struct_pack(is_inner := coalesce({is_inner.format(rows=rows)}, "
        f"false), place := x.place, change := x)))[{place}].change"
    )
    return f"case when len({rows}) = 1 then {rows}[1] else {ordered} end"


def canonical(cell: str, target: Contract, spec: History) -> str:
    """SQL for a text of the log as the text of the value that the target's table would hold; null where it cannot be
    read as one. What no contract describes, and plain text, stays as it is."""
    ids = record_id_columns(target)
    cases = "".join(
        f" when {quoted_text(column.name)} then ({as_column(cell, column, spec, is_id=column.name in ids)})::varchar"
        for column in target.columns
        if column.logical_type != "string" or column.name in ids
    )
    return f"case column_name{cases} else {cell} end" if cases else cell


def as_column(cell: str, column: Column, spec: History, *, is_id: bool) -> str:
    if column.logical_type == "boolean":
        return boolean(cell, "VARCHAR")
    if column.logical_type == "array":
        return f"try_cast({cell} as {column.physical_type})"
    if column.logical_type in ("date", "timestamp"):
        return moment_in_log(cell, column, spec)
    value = typed_text(cell, column)
    return long_id(value) if is_id else value


def moment_in_log(cell: str, column: Column, spec: History) -> str:
    """A day or moment as the object itself writes it, or as its log does."""
    own = typed(cell, "VARCHAR", column)
    if spec.moment_format is None:
        return own
    logged = typed(cell, "VARCHAR", replace(column, text_format=spec.moment_format))
    return f"coalesce({own}, ({logged})::{column.physical_type})"


def fitting(target: Contract, cells: Sequence[str]) -> str:
    """SQL that is false for a row about a reference whose values are no ids, but the names of what is referred to."""
    form = next((rule.pattern for rule in target.rules if rule.kind == "pattern" and rule.columns == target.key), "")
    references = {rule.columns[0] for rule in target.rules if rule.kind == "reference"}
    if not (form and references):
        return "true"
    names = ", ".join(quoted_text(name) for name in sorted(references))
    is_id = " and ".join(
        f"({cell}_text is null or regexp_full_match({cell}_text, {quoted_text(form)}))" for cell in cells
    )
    return f"(column_name not in ({names}) or ({is_id}))"


def told_states(history: Contract, spec: History, target: Contract, touched: str) -> str:
    """A table of states: every row says what its columns were from then on."""
    cells = ", ".join(
        f"struct_pack(column_name := {quoted_text(told_column)}, value := {state_cell(name, told_column, target)})"
        for name, told_column in zip(spec.columns, spec.told_columns, strict=True)
    )
    key = ", ".join(f"h.{quoted_name(name)}" for name in history.key)
    return (
        f"with states as (select h.{quoted_name(spec.record)} as record_id, h.{quoted_name(spec.time)} as moment, "
        f"row({key})::varchar as place, unnest([{cells}]) as cell from {table_name(history)} as h "
        f"semi join {touched} as t on h.{quoted_name(spec.record)} = t.record_id) "
        f"select record_id, cell.column_name, moment, {STATE} as rank, place, cell.value, true as is_known from states"
    )


def state_cell(name: str, told_column: str, target: Contract) -> str:
    """A state's cell as the text of the value that the target's table would hold."""
    column = target.column(told_column)
    physical = column.physical_type if column else "varchar"
    return f"try_cast(h.{quoted_name(name)} as {physical})::varchar"
