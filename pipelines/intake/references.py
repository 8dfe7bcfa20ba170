"""References between tables, judged once every file is in: rows that point nowhere are flagged, never refused."""

import duckdb

from pipelines.contracts.contract import Contract, RowRule
from pipelines.intake.fresh import equal_keys
from pipelines.intake.raw_tables import table_name
from pipelines.warehouse import quoted_name, quoted_text


def flag_references(connection: duckdb.DuckDBPyConnection, contracts: list[Contract]) -> None:
    """Bring the reference rules' ids in `_warned_rules` up to date in every table; a parent may come or go later."""
    by_object = {contract.object: contract for contract in contracts}
    for contract in contracts:
        rules = [rule for rule in contract.rules if rule.kind == "reference"]
        if rules:
            flag_table(connection, contract, rules, by_object)


def flag_table(
    connection: duckdb.DuckDBPyConnection, contract: Contract, rules: list[RowRule], by_object: dict[str, Contract]
) -> None:
    """Write the flags of one table, touching only the rows whose flags change."""
    table = table_name(contract)
    broken = [(rule.rule_id, unresolved(rule, by_object)) for rule in rules]
    key = ", ".join(f"r.{quoted_name(name)}" for name in contract.key)
    ids = ", ".join(quoted_text(rule_id) for rule_id, _ in broken)
    flags = ", ".join(f"case when {sql} then {quoted_text(rule_id)} end" for rule_id, sql in broken)
    any_broken = " or ".join(f"coalesce({sql}, false)" for _, sql in broken)
    # Lists are only looked at where there is a flag to set or to take back: almost nowhere.
    connection.execute(
        f"create or replace temp table wanted_flags as with judged as (select {key}, r._warned_rules as old, "
        f"list_concat(list_filter(r._warned_rules, lambda x: x not in ({ids})), "
        f"list_filter([{flags}], lambda x: x is not null)) as flags from {table} as r "
        f"where len(r._warned_rules) > 0 or {any_broken}) "
        "select * exclude (old) from judged where flags is distinct from old"
    )
    [(changing,)] = connection.execute("select count(*) from wanted_flags").fetchall()
    if changing:
        connection.execute(
            f"update {table} as r set _warned_rules = w.flags from wanted_flags as w "
            f"where {equal_keys(contract, 'r', 'w')}"
        )
    connection.execute("drop table wanted_flags")


def unresolved(rule: RowRule, by_object: dict[str, Contract]) -> str:
    """SQL that is true where the column is filled and none of the targets holds its value."""
    value = f"r.{quoted_name(rule.columns[0])}"
    nowhere = [
        f"{value} not in (select {quoted_name(column)} from {table_name(by_object[target])})"
        for target, column in rule.targets
        if target in by_object
    ]
    return " and ".join([f"{value} is not null", *nowhere])
