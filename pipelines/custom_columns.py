"""Columns of a company's own: found in the extracts, typed by what they hold, offered to the models as of each moment.

What belongs here: which columns of leads and accounts no contract describes, what they are, and what each held at a
landmark. Nobody has said since when their values are known, so a value counts from the extract that brought it: the
modstamp of a record says nothing of a formula, and what is missing before would tell of what happened after. Until
extracts reach back to a landmark that can be learned from, a column is listed with the reason and not offered.
A column that tells who somebody is, by its contract or by its name, is offered only where a person allowed it by name.
"""

from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime

import duckdb

from pipelines.contracts import Contract
from pipelines.intake.history.attribute_history import extracted_by
from pipelines.intake.merging.raw_tables import extras_of, table_columns, table_name, versions_name
from pipelines.protected import is_protected
from pipelines.warehouse import columns_of, quoted_name, quoted_text

CUSTOM_COLUMNS = "meta.custom_columns"
GRAIN = "One row per column of leads and accounts that no contract describes, and model that may read it"
DEFINITION = (
    "(source varchar, object varchar, column_name varchar, model varchar, kind varchar, records bigint, filled bigint, "
    "distinct_values bigint, known_from_at timestamp, is_offered boolean, reason varchar)"
)
PROFILED = 100_000
"""Records by which a column is typed; of more, a sample that is the same every time."""
WORDS = {"true": ("true", "yes", "1"), "false": ("false", "no", "0")}
IDENTIFIER_SHARE = 0.5
"""A text of which more values than this share are different names something and is no property."""


@dataclass(frozen=True)
class CustomColumn:
    """A column and one model: what it holds (boolean, number, moment, text), and why it is not offered, if so."""

    source: str
    object: str
    name: str
    model: str
    kind: str
    records: int
    filled: int
    distinct: int
    known_from: datetime | None
    is_offered: bool
    reason: str

    @property
    def feature(self) -> str:
        """Its name among the features; two objects may have a column of the same name."""
        return f"{self.object}.{self.name}"


def features_table(model: str) -> str:
    """The table of what a model may read of them: `features.lead_conversion_custom`."""
    return f"features.{model}_custom"


def write_custom_columns(
    connection: duckdb.DuckDBPyConnection, contracts: Sequence[Contract], units: dict[str, str], as_of: datetime
) -> int:
    """Write `meta.custom_columns` and, for every model, its features; how many columns are offered.

    `units`: the unit (lead, account) of each model. A model's features are a row per unit and moment of
    `features.<model>`, with a column per custom column that is offered, none where there is none.
    """
    connection.execute(f"create or replace table warehouse.{CUSTOM_COLUMNS} {DEFINITION}")
    connection.execute(f"comment on table warehouse.{CUSTOM_COLUMNS} is {quoted_text(GRAIN)}")
    offered = 0
    for model, unit in units.items():
        of_unit = [contract for contract in contracts if contract.fields_of == unit]
        parts = []
        for contract in of_unit:
            found = list(judged(connection, contract, model, as_of))
            for column in found:
                marks = ", ".join("?" * 11)
                connection.execute(f"insert into warehouse.{CUSTOM_COLUMNS} values ({marks})", astuple(column))
            if chosen := [column for column in found if column.is_offered]:
                parts.append((contract, chosen))
        offered += sum(len(chosen) for _, chosen in parts)
        write_features(connection, model, f"{unit}_id", parts)
    return offered


def judged(
    connection: duckdb.DuckDBPyConnection, contract: Contract, model: str, as_of: datetime
) -> Iterator[CustomColumn]:
    """Every custom column of an object, and whether the model is offered it."""
    there = table_columns(connection, contract)
    allowed = allowed_columns(connection, contract)
    own = [column.name for column in contract.columns if column.protected and column.name in there]
    names = [*(name for name in own if name.lower() in allowed), *extras_of(there, contract)]
    if not names:
        return
    [(learned_until,)] = connection.execute(
        f"select max(as_of) from features.{model} where purpose = 'train'"
    ).fetchall()
    firsts = first_sights(connection, contract, names)
    for name, records, filled, distinct, kind in profiled(connection, contract, names, as_of):
        reason = reason_against(kind, records, filled, distinct)
        since, is_kept_out = firsts[name], name not in own and is_protected(name.removesuffix("__c"))
        if is_kept_out and name.lower() not in allowed:
            reason = "protected: it tells who somebody is; allow_protected in labels.yaml lets it in by name"
        if not reason and (since is None or learned_until is None or since > learned_until):
            reason = "no extract with it is as old as a moment that can be learned from; it is offered once one is"
        told = reason or allowed.get(name.lower(), "")
        yield CustomColumn(
            contract.source, contract.object, name, model, kind, records, filled, distinct, since, not reason, told
        )


def allowed_columns(connection: duckdb.DuckDBPyConnection, contract: Contract) -> dict[str, str]:
    """Protected columns of an object that a person let in, in lower case, with who did and why."""
    rows = connection.execute("select column_name, allowed_by, why from config.allow_protected").fetchall()
    of_object = f"{contract.object}.".lower()
    return {name.lower().removeprefix(of_object): f"allowed by {who}: {why}" for name, who, why in rows}


def profiled(
    connection: duckdb.DuckDBPyConnection, contract: Contract, names: Sequence[str], as_of: datetime
) -> Iterator[tuple[str, int, int, int, str]]:
    """Per column: records, filled cells, distinct values, and what all its values can be read as."""
    cells = ", ".join(f"{cell(name, 'r')} as {quoted_name(name)}" for name in names)
    rows = (
        f"(select {cells} from {table_name(contract)} as r where {extracted_by('r')} <= "
        f"{quoted_text(str(as_of))}::timestamp using sample {PROFILED} rows (reservoir, 7))"
    )
    listed = ", ".join(quoted_text(word) for words in WORDS.values() for word in words)
    asked = [
        f"[count({v}), count(distinct {v}), count(*) filter (where lower({v}) in ({listed})), "
        f"count(try_cast({v} as double)), count(try_cast({v} as timestamp))]"
        for v in map(quoted_name, names)
    ]
    [(records, *found)] = connection.execute(f"select count(*), {', '.join(asked)} from {rows}").fetchall()
    for name, (filled, distinct, *readable) in zip(names, found, strict=True):
        kinds = zip(("boolean", "number", "moment"), readable, strict=True)
        kind = next((kind for kind, count in kinds if filled and count == filled), "text")
        yield name, records, filled, distinct, "number" if kind == "boolean" and distinct > 2 else kind


def reason_against(kind: str, records: int, filled: int, distinct: int) -> str:
    """Why a column teaches nothing, empty where it may: one value that not all have is as good as two."""
    if not filled:
        return "it is empty"
    if distinct == 1 and filled == records:
        return "all records hold the same"
    if kind == "text" and distinct > IDENTIFIER_SHARE * filled:
        return "nearly every value is another: it names something"
    return ""


def first_sights(
    connection: duckdb.DuckDBPyConnection, contract: Contract, names: Sequence[str]
) -> dict[str, datetime | None]:
    """When the first extract with a value of each column was taken."""
    firsts = ", ".join(f"min({extracted_by('r')}) filter (where {cell(name)} is not null)" for name in names)
    [row] = connection.execute(f"select {firsts} from {all_versions(connection, contract, names)} as r").fetchall()
    return dict(zip(names, row, strict=True))


def write_features(
    connection: duckdb.DuckDBPyConnection,
    model: str,
    unit_column: str,
    parts: Sequence[tuple[Contract, Sequence[CustomColumn]]],
) -> None:
    """What each offered column held at each landmark, null where no extract had told it by then."""
    selected, joined = ["m." + unit_column, "m.as_of"], ""
    for place, (contract, columns) in enumerate(parts):
        names = [column.name for column in columns]
        key = f"{quoted_text(contract.id_prefix)} || cast(r.{quoted_name(contract.key[0])} as varchar)"
        values = ", ".join(f"r.{quoted_name(name)}" for name in names)
        versions = all_versions(connection, contract, names)
        told = (
            f"select {key} as unit, {extracted_by('r')} as told_at, {values} from {versions} as r union all "
            f"select {key} as unit, {extracted_by('r', '_seen_at')} as told_at, {values} from {versions} as r"
        )
        joined += (
            f" asof left join ({told}) as c{place} on m.{unit_column} = c{place}.unit and m.as_of >= c{place}.told_at"
        )
        selected += [f"{typed_value(column, f'c{place}')} as {quoted_name(column.feature)}" for column in columns]
    empty = "" if parts else " limit 0"
    connection.execute(
        f"create or replace table warehouse.{features_table(model)} as select {', '.join(selected)} "
        f"from features.{model} as m{joined} order by m.{unit_column}, m.as_of{empty}"
    )


def all_versions(connection: duckdb.DuckDBPyConnection, contract: Contract, names: Sequence[str]) -> str:
    """The rows of now and before with these columns, as a query in brackets."""
    columns = ", ".join(map(quoted_name, [*contract.key, *names, "_extracted_at", "_seen_at"]))
    tables = [table_name(contract), versions_name(contract)]
    there = [table for table in tables if columns_of(connection, table)]
    return f"({' union all '.join(f'select {columns} from {table}' for table in there)})"


def typed_value(column: CustomColumn, alias: str) -> str:
    """SQL for the value as a model takes it: a moment as days before the landmark."""
    value = cell(column.name, alias)
    if column.kind == "boolean":
        yes = ", ".join(quoted_text(word) for word in WORDS["true"])
        return f"lower({value}) in ({yes})"
    if column.kind == "number":
        return f"try_cast({value} as double)"
    if column.kind == "moment":
        return f"date_diff('day', try_cast({value} as timestamp), m.as_of)::double"
    return value


def cell(name: str, alias: str = "") -> str:
    """SQL for a cell without blanks around it, a blank one null."""
    column = f"{alias}.{quoted_name(name)}" if alias else quoted_name(name)
    return f"nullif(trim({column}::varchar), '')"
