"""References between tables, judged once every file is in: rows that point nowhere are flagged, never refused.

Judged are the rows that this load wrote, those already flagged, and all rows of a table whose rules changed or whose
parents may have gone: the rest pointed somewhere before and still does. A parent may come later than its child: in the
load in which the child came it is only waiting (`ledger.write_rule_results` tells it apart).
"""

from collections.abc import Collection, Mapping

import duckdb

from pipelines.contracts.contract import Contract, RowRule
from pipelines.intake.merging.fresh import create_temp, has_rows, is_there
from pipelines.intake.merging.raw_tables import table_name
from pipelines.intake.merging.stored_rows import AT
from pipelines.intake.merging.versions import CONTESTED_TABLE, PLACE, SETTLED_TABLE
from pipelines.intake.proof.ledger import insert_rows
from pipelines.warehouse import columns_of, quoted_name, quoted_text

ROWS_TABLE, FLAGS_TABLE = "reference_rows", "wanted_flags"
KEPT_APART = 1_000_000
"""Up to so many rows are copied before they are judged, more are read where they lie."""


def note_settled(connection: duckdb.DuckDBPyConnection, contract: Contract, load_id: str) -> None:
    """Remember the keys of which this load chose a row anew that came with an earlier one."""
    if contract.key and reference_rules(contract) and has_rows(connection, CONTESTED_TABLE):
        key = ", ".join(quoted_name(name) for name in contract.key)
        connection.execute(
            f"create or replace temp table {settled(contract)} as select {key} from {SETTLED_TABLE} "
            f"where {PLACE} = 1 and _load_id <> ?",
            [load_id],
        )


def settled(contract: Contract) -> str:
    return quoted_name(f"settled {contract.table}")


def reference_rules(contract: Contract) -> list[RowRule]:
    return [rule for rule in contract.rules if rule.kind == "reference"]


def flag_references(
    connection: duckdb.DuckDBPyConnection,
    contracts: list[Contract],
    filled: Collection[str],
    read: Collection[str],
    load_id: str,
) -> bool:
    """Bring the reference rules' ids in `_warned_rules` up to date; whether any moved. `filled`: tables that may have
    rows; `read`: objects of which files were read."""
    by_object = {contract.object: contract for contract in contracts}
    changed, moved = changed_contracts(connection, contracts), False
    for contract in contracts:
        if not (rules := reference_rules(contract)) or contract.table not in filled:
            continue
        targets = {target for rule in rules for target in rule.targets}
        is_whole = contract.object in changed or any(
            target in changed or (target in read and by_object[target].key != (column,))
            for target, column in targets
            if target in by_object
        )
        kind = show_rows(connection, contract, rules, "" if is_whole else load_id)
        moved |= flag_table(connection, contract, rules, by_object)
        connection.execute(f"drop {kind} {ROWS_TABLE}")
    connection.execute("delete from intake.ledger.references_judged")
    insert_rows(connection, "ledger.references_judged", [(c.object, c.digest) for c in contracts])
    return moved


def changed_contracts(connection: duckdb.DuckDBPyConnection, contracts: list[Contract]) -> set[str]:
    """Objects whose contract is not the one under which references were judged last."""
    connection.execute(
        "create table if not exists intake.ledger.references_judged (object varchar, contract_digest varchar)"
    )
    judged = dict(connection.execute("select object, contract_digest from intake.ledger.references_judged").fetchall())
    return {contract.object for contract in contracts if judged.get(contract.object) != contract.digest}


def show_rows(connection: duckdb.DuckDBPyConnection, contract: Contract, rules: list[RowRule], load_id: str) -> str:
    """`reference_rows`: the rows to judge, all of the table or those that the load `load_id` touched; what it is.

    Few rows are copied, each kind of them by itself: the database knows without a look which parts of a big table hold
    no row of the load.
    """
    table = table_name(contract)
    names = dict.fromkeys([*contract.key, *(rule.columns[0] for rule in rules), "_warned_rules"])
    columns = ", ".join(f"r.{quoted_name(name)}" for name in names)
    query = f"select {columns}, r.rowid as {AT} from {table} as r"
    touched = touched_sql(connection, contract, load_id) if load_id else []
    if touched:
        kinds = columns_of(connection, table)
        create_temp(connection, ROWS_TABLE, {name: kinds[name] for name in names} | {AT: "BIGINT"})
        count = 0
        for which in touched:
            connection.execute(f"insert into {ROWS_TABLE} {query} where {which} limit {KEPT_APART + 1 - count}")
            [(count,)] = connection.execute(f"select count(*) from {ROWS_TABLE}").fetchall()
            if count > KEPT_APART:
                connection.execute(f"drop table {ROWS_TABLE}")
                break
        else:
            return "table"
    which = " or ".join(f"({one})" for one in touched) or "true"
    connection.execute(f"create or replace temp view {ROWS_TABLE} as {query} where {which}")
    return "view"


def touched_sql(connection: duckdb.DuckDBPyConnection, contract: Contract, load_id: str) -> list[str]:
    """SQL over `r` for the rows that this load wrote, for others that bear a flag, for others that it chose."""
    others, flagged = f"r._load_id <> {quoted_text(load_id)}", "r._warned_rules[1] is not null"
    touched = [f"r._load_id = {quoted_text(load_id)}", f"{flagged} and {others}"]
    name = settled(contract)
    if is_there(connection, name) and has_rows(connection, name):
        mine, theirs = (", ".join(f"{of}.{quoted_name(column)}" for column in contract.key) for of in "rs")
        is_chosen = f"({mine}) in (select {theirs} from {name} as s)"
        touched.append(f"{is_chosen} and not ({flagged}) and {others}")
    return touched


def flag_table(
    connection: duckdb.DuckDBPyConnection, contract: Contract, rules: list[RowRule], by_object: Mapping[str, Contract]
) -> bool:
    """Write the flags of the `reference_rows` of one table, touching only the rows whose flags change; whether any
    did."""
    unknown = [place for place, rule in enumerate(rules) if keep_unknown(connection, rule, by_object, place)]
    flags = ", ".join(
        f"case when r.{quoted_name(rules[i].columns[0])} in (from {unknown_table(i)}) "
        f"then {quoted_text(rules[i].rule_id)} end"
        for i in unknown
    )
    points_nowhere = [f"r.{quoted_name(rules[i].columns[0])} in (from {unknown_table(i)})" for i in unknown]
    ids = ", ".join(quoted_text(rule.rule_id) for rule in rules)
    # Lists are only looked at where there is a flag to set or to take back: almost nowhere.
    connection.execute(
        f"create or replace temp table {FLAGS_TABLE} as with judged as (select {AT}, r._warned_rules as old, "
        f"list_concat(list_filter(r._warned_rules, lambda x: x not in ({ids})), "
        f"list_filter([{flags}]::varchar[], lambda x: x is not null)) as flags from {ROWS_TABLE} as r "
        f"where {' or '.join(['r._warned_rules[1] is not null', *points_nowhere])}) "
        "select * exclude (old) from judged where flags is distinct from old"
    )
    [(changing,)] = connection.execute(f"select count(*) from {FLAGS_TABLE}").fetchall()
    if changing:
        connection.execute(
            f"update {table_name(contract)} as r set _warned_rules = w.flags from {FLAGS_TABLE} as w "
            f"where r.rowid = w.{AT}"
        )
    connection.execute(f"drop table {FLAGS_TABLE}")
    return bool(changing)


def unknown_table(place: int) -> str:
    return f"unknown_values_{place}"


def keep_unknown(
    connection: duckdb.DuckDBPyConnection, rule: RowRule, by_object: Mapping[str, Contract], place: int
) -> bool:
    """Keep the values of a rule's column that none of the targets holds; whether there are any."""
    value = quoted_name(rule.columns[0])
    known = " ".join(
        f"anti join {table_name(by_object[target])} as t{i} on c.{value} = t{i}.{quoted_name(column)}"
        for i, (target, column) in enumerate(rule.targets)
        if target in by_object
    )
    name = unknown_table(place)
    connection.execute(
        f"create or replace temp table {name} as select distinct c.{value} as v "
        f"from (select {value} from {ROWS_TABLE} where {value} is not null) as c {known}"
    )
    return bool(connection.execute(f"select 1 from {name} limit 1").fetchall())
