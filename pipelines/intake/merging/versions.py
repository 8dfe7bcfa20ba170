"""Keys about which more than one thing was said: all their versions together decide, never the order of arrival.

The newest version has the highest modstamp; of equal modstamps that of the later extract wins, since derived columns
change without one; of equal extract times the content itself decides. The newest goes to `raw`, every other to
`versions`, where each is kept once: a version is told by key, content (its modstamp among it) and the columns that its
file came with.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from pipelines.contracts.contract import Contract
from pipelines.intake.forms.incoming import ROW
from pipelines.intake.merging import refusals
from pipelines.intake.merging.absent import SET, ColumnSets, completed, own_value
from pipelines.intake.merging.fresh import FRESH_TABLE, TOUCHED_TABLE, create_temp, equal_keys, has_rows
from pipelines.intake.merging.raw_tables import table_columns, table_name, versions_name
from pipelines.intake.merging.stored_rows import AT, look_up
from pipelines.intake.rules.rows import UNDERSCORE_COLUMNS
from pipelines.warehouse import quoted_name, quoted_text

CONTESTED_TABLE, VERDICT_TABLE = "contested_keys", "fresh_verdicts"
OBSERVED_TABLE, DISTINCT_TABLE, SETTLED_TABLE = "observed_versions", "distinct_versions", "settled_versions"
OLDER_TABLE = "older_rows"
PLACE, ROWS, STORED, REPLACED = "_intake_place", "_intake_rows", "_intake_stored", "_intake_replaced"
ORIGIN = ("_file", "_line", "_load_id", "_warned_rules")


@dataclass
class Stored:
    """What a load must know of earlier ones: which columns their files had, and which files it reads in their place.

    `replaced`: load and name of files whose content is read anew under a changed contract.
    """

    sets: ColumnSets
    replaced: list[tuple[str, str]]


def settle(
    connection: duckdb.DuckDBPyConnection, contract: Contract, stored: Stored, content: list[str], rows: str
) -> set[str]:
    """Settle the keys in `contested_keys`: raw and versions tables hold them anew, their fresh rows have a verdict.

    `rows`: SQL for the raw table's rows of these keys. Returns the keys of loaded records that a refused row of this
    load reached.
    """
    if not has_rows(connection, CONTESTED_TABLE):
        return set()
    same = equal_keys(contract, "r", "k")
    versions = look_up(connection, contract, versions_name(contract), CONTESTED_TABLE, same, name=OLDER_TABLE)
    sources = {table_name(contract): rows, versions_name(contract): versions}
    observe(connection, contract, stored, content, sources)
    carried = refusals.carry(connection, contract, OBSERVED_TABLE)
    rank(connection, contract, stored.sets, content)
    connection.execute(
        f"insert into {VERDICT_TABLE} select n, case when place > 1 or {STORED} then 'identical' "
        f"when {PLACE} = 1 then 'loaded' else 'superseded' end from (select {PLACE}, {STORED}, unnest({ROWS}) as n, "
        f"generate_subscripts({ROWS}, 1) as place from {SETTLED_TABLE})"
    )
    key = ", ".join(quoted_name(name) for name in contract.key)
    for table, source in sources.items():
        if has_rows(connection, source):
            places = f"select {AT} from (select {key}, {AT} from {source}) semi join {CONTESTED_TABLE} using ({key})"
            connection.execute(f"delete from {table} where rowid in ({places})")
    place(connection, contract, stored.sets, lacking_columns(stored.sets, content))
    first = quoted_name(contract.key[0])
    touched = connection.execute(f"select {first}::varchar from {TOUCHED_TABLE}").fetchall() if carried else []
    return carried & {key for (key,) in touched}


def lacking_columns(sets: ColumnSets, content: list[str]) -> list[str]:
    """Columns that some of the files lack, so that their versions have to be completed."""
    return [] if sets.is_one else sets.lacking(content)


def observe(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    stored: Stored,
    content: list[str],
    sources: Mapping[str, str],
) -> None:
    """Into `observed_versions`: what was ever said of the contested keys, as it was said, by fresh and stored rows."""
    lacking = lacking_columns(stored.sets, content)
    kinds = table_columns(connection, contract)
    create_temp(connection, OBSERVED_TABLE, kinds | {SET: "BIGINT", ROW: "BIGINT", REPLACED: "BOOLEAN"})
    key = ", ".join(quoted_name(name) for name in contract.key)
    names = [quoted_name(name) for name in kinds]
    own = [own_value(stored.sets, name) if name in lacking else quoted_name(name) for name in content]
    own += [quoted_name(name) for name in UNDERSCORE_COLUMNS if name != "_warned_rules"]
    own.append(f"{own_warnings(contract)} as _warned_rules")
    number, join = stored.sets.stored_sql("r")
    replaced = ", ".join(f"({quoted_text(load_id)}, {quoted_text(file)})" for load_id, file in stored.replaced)
    is_replaced = f"(_load_id, _file) in ({replaced})" if replaced else "false"
    connection.execute(
        f"insert into {OBSERVED_TABLE} by name select {', '.join(names)}, {stored.sets.fresh_sql()} as {SET}, {ROW}, "
        f"false as {REPLACED} "
        f"from {FRESH_TABLE} semi join {CONTESTED_TABLE} using ({key})"
    )
    for source in sources.values():
        if has_rows(connection, source):
            connection.execute(
                f"insert into {OBSERVED_TABLE} by name select {', '.join(own)}, {SET}, "
                f"{is_replaced} as {REPLACED} from ("
                f"select r.*, {number} as {SET} from (from {source} semi join {CONTESTED_TABLE} using ({key})) as r "
                f"{join})"
            )


def own_warnings(contract: Contract) -> str:
    """SQL for the warned rules of a stored row but for references, which are judged anew."""
    references = [quoted_text(rule.rule_id) for rule in contract.rules if rule.kind == "reference"]
    return (
        f"list_filter(_warned_rules, lambda x: x not in ({', '.join(references)}))" if references else "_warned_rules"
    )


def rank(connection: duckdb.DuckDBPyConnection, contract: Contract, sets: ColumnSets, content: list[str]) -> None:
    """Into `settled_versions`: every distinct version once, the newest as number 1, with the fresh rows that say it."""
    kinds = {name: kind for name, kind in table_columns(connection, contract).items() if name in content}
    columns = ", ".join(quoted_name(name) for name in kinds)
    key = ", ".join(quoted_name(name) for name in contract.key)
    stamp = quoted_name(contract.modstamp_column) if contract.modstamp_column else "null"
    cells = [
        f"{quoted_text(name.lower() + '=')} || {quoted_name(name)}::varchar" for name in sorted(kinds, key=str.lower)
    ]
    # Blank cells are left out, so that a column which only comes to be known later does not change the order.
    told = f"list_append(list_filter([{', '.join(cells)}], lambda x: x is not null), {sets.name_sql()})"
    ties = f"count(*) over (partition by {key}, {stamp}, _seen_at)"
    origin = ", ".join(f"{quoted_text(name)}: {name}" for name in ORIGIN)
    times = {"_extracted_at": "TIMESTAMP", "_seen_at": "TIMESTAMP"}
    shape = kinds | times | {name: UNDERSCORE_COLUMNS[name] for name in ORIGIN}
    shape |= {SET: "BIGINT", ROWS: "BIGINT[]", STORED: "BOOLEAN"}
    create_temp(connection, DISTINCT_TABLE, shape)
    create_temp(connection, SETTLED_TABLE, shape | {PLACE: "BIGINT"})
    # In two steps: as one statement it takes the optimizer ten times as long.
    connection.execute(
        f"insert into {DISTINCT_TABLE} by name select * exclude (_intake_origin), _intake_origin.* "
        f"from (select {columns}, {SET}, "
        "min(_extracted_at) as _extracted_at, max(_seen_at) as _seen_at, "
        f"arg_min({{{origin}}}, coalesce({ROW}, -1)) as _intake_origin, bool_or({ROW} is null) as {STORED}, "
        f"list_sort(list({ROW}) filter (where {ROW} is not null)) as {ROWS} from {OBSERVED_TABLE} "
        f"group by all having not bool_and({REPLACED}))"
    )
    connection.execute(
        f"insert into {SETTLED_TABLE} by name "
        f"with tied as (select *, case when {ties} > 1 then {told} end as _intake_told from {DISTINCT_TABLE}) "
        f"select * exclude (_intake_told), row_number() over (partition by {key} "
        f"order by {stamp} desc nulls last, _seen_at desc nulls last, _intake_told desc) as {PLACE} from tied"
    )


def place(connection: duckdb.DuckDBPyConnection, contract: Contract, sets: ColumnSets, lacking: list[str]) -> None:
    """Put the newest version of each key into the raw table and the others beside it, all of them completed."""
    told = ", ".join(completed(sets, contract, name, PLACE) for name in lacking)
    source = f"select * replace ({told}) from {SETTLED_TABLE}" if told else f"from {SETTLED_TABLE}"
    for table, chosen in ((table_name(contract), f"{PLACE} = 1"), (versions_name(contract), f"{PLACE} > 1")):
        connection.execute(
            f"insert into {table} by name select * exclude ({SET}, {ROWS}, {STORED}, {PLACE}) from ({source}) "
            f"where {chosen}"
        )
