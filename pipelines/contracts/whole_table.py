"""Rules about whole tables that DuckDB measures: library metrics in one scan of the table, and `type: sql` queries.

Expectations of Great Expectations are `table_rules`'.
"""

from collections.abc import Sequence
from typing import Any

import duckdb

from pipelines.contracts.comparison import plain
from pipelines.contracts.contract import Contract, MetricRule, RuleResult, SqlRule
from pipelines.contracts.predicates import violation
from pipelines.contracts.table_rules import run_table_rules
from pipelines.warehouse import quoted_name


def judge_whole(connection: duckdb.DuckDBPyConnection, contracts: Sequence[Contract]) -> list[RuleResult]:
    """Every rule about whole tables of the contracts, inside the caller's transaction where there is one."""
    results = []
    for contract in contracts:
        results += measure_table(connection, contract, contract.metric_rules)
        results += run_queries(connection, contract, contract.sql_rules)
    return results + run_table_rules(connection, contracts)


def measure_table(
    connection: duckdb.DuckDBPyConnection, contract: Contract, rules: tuple[MetricRule, ...]
) -> list[RuleResult]:
    """Every metric of the table in one scan, in the order of the rules."""
    if not rules:
        return []
    counts = ", ".join(count_of(rule) for rule in rules)
    [(rows, *found)] = connection.execute(f"select count(*), {counts} from {named(contract)}").fetchall()
    return [measured(contract, rule, int(count), int(rows)) for rule, count in zip(rules, found, strict=True)]


def named(contract: Contract) -> str:
    """The table under a name that SQL accepts whatever the table is called."""
    schema, table = contract.table.split(".")
    return f"{schema}.{quoted_name(table)}"


def count_of(rule: MetricRule) -> str:
    """SQL of the metric as a number of rows."""
    if rule.counted:
        return f"count(*) filter (where {violation(rule.counted)})"
    if rule.metric == "rowCount":
        return "count(*)"
    names = [quoted_name(name) for name in rule.columns]
    filled = " and ".join(f"{name} is not null" for name in names)
    together = names[0] if len(names) == 1 else f"row({', '.join(names)})"
    return f"count(*) filter (where {filled}) - count(distinct {together}) filter (where {filled})"


def measured(contract: Contract, rule: MetricRule, count: int, rows: int) -> RuleResult:
    """A metric held against its bound; of an empty table no row is anything."""
    value: float = count
    if rule.comparison.unit == "percent":
        value = 100 * count / rows if rows else 0
    passed = rule.comparison.holds(value)
    failed = 0 if passed else max(count, 1) if rule.metric != "rowCount" else 1
    return result(contract, rule, value, failed, passed=passed)


def result(contract: Contract, rule: MetricRule | SqlRule, value: Any, failed: int, *, passed: bool) -> RuleResult:
    unit = " percent" if rule.comparison.unit == "percent" else ""
    promise = f" ({rule.description.rstrip('.')})" if rule.description else ""
    found = f"found {'nothing' if value is None else plain(value)}{unit}, expected {rule.comparison.words()}"
    detail = "" if passed else f"{contract.table}: {found}{promise}"
    return RuleResult(rule.rule_id, contract.object, "table", rule.severity, failed, detail, passed=passed)


def run_queries(
    connection: duckdb.DuckDBPyConnection, contract: Contract, rules: tuple[SqlRule, ...]
) -> list[RuleResult]:
    """The queries of SQL rules. One that cannot be run is told as such: `rows_failed` is -1.

    (An error inside an open transaction makes DuckDB abort it: the caller has to end it then.)
    """
    results = []
    for rule in rules:
        try:
            rows = connection.execute(rule.query).fetchall()
            value = rows[0][0] if rows else None
            passed = rule.comparison.holds(value)
            results.append(result(contract, rule, value, int(not passed), passed=passed))
        except (duckdb.Error, TypeError) as error:  # TypeError: a value that has no order with the bound's
            detail = f"{contract.table}: the rule could not be run: {str(error).splitlines()[0]}"
            results.append(RuleResult(rule.rule_id, contract.object, "table", rule.severity, -1, detail, passed=False))
    return results
