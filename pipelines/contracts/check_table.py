"""Contracts out: whether a table that exists is what its contract promises. Rules over extracts are intake's."""

import duckdb

from pipelines.contracts.contract import Contract, RuleResult, Severity
from pipelines.contracts.predicates import violation
from pipelines.warehouse import quoted_name


def check_table(connection: duckdb.DuckDBPyConnection, contract: Contract) -> list[RuleResult]:
    """Shape first (columns and types exactly as declared, in order), then key and row rules in one scan.

    A table of the wrong shape gets no row results: their columns may not be there.
    """
    shape = check_shape(connection, contract)
    return [shape, *check_rows(connection, contract)] if shape.passed else [shape]


def check_shape(connection: duckdb.DuckDBPyConnection, contract: Contract) -> RuleResult:
    """Names, types and order of the columns, told as what is missing, what is extra, what differs."""
    try:
        described = connection.execute(f"describe {contract.table}").fetchall()
    except duckdb.CatalogException:
        detail = f"{contract.table} does not exist"
        return RuleResult("shape", contract.object, "shape", "error", -1, detail, passed=False)
    found = [(name, kind) for name, kind, *_ in described]
    casts = ", ".join(f"typeof(null::{column.physical_type})" for column in contract.columns)
    types = connection.execute(f"select {casts}").fetchall()[0]
    expected = [(column.name, kind) for column, kind in zip(contract.columns, types, strict=True)]
    problems = [f"missing {name} {kind}" for name, kind in expected if name not in dict(found)]
    problems += [f"unexpected {name} {kind}" for name, kind in found if name not in dict(expected)]
    problems += [
        f"{name} is {dict(found)[name]}, expected {kind}"
        for name, kind in expected
        if name in dict(found) and dict(found)[name] != kind
    ]
    if not problems and found != expected:
        problems = [f"columns are ordered {', '.join(name for name, _ in found)}"]
    detail = f"{contract.table}: {'; '.join(problems)}" if problems else ""
    return RuleResult("shape", contract.object, "shape", "error", len(problems), detail, passed=not problems)


def check_rows(connection: duckdb.DuckDBPyConnection, contract: Contract) -> list[RuleResult]:
    """The unique key and every row rule, counted in one scan of the table."""
    rules = [rule for rule in contract.rules if rule.kind not in ("type", "reference")]
    key = ", ".join(quoted_name(name) for name in contract.key)
    counts = [f"count(*) - count(distinct {key if len(contract.key) == 1 else f'({key})'})"]
    counts += [f"count(*) filter (where {violation(rule)})" for rule in rules]
    row = connection.execute(f"select {', '.join(counts)} from {contract.table}").fetchall()[0]
    failed = [int(count) for count in row]
    results = [result(contract, "key_unique", "error", f"({key}) is unique.", failed[0])]
    results += [
        result(contract, r.rule_id, r.severity, r.description, n) for r, n in zip(rules, failed[1:], strict=True)
    ]
    return results


def result(contract: Contract, rule_id: str, severity: Severity, promise: str, failed: int) -> RuleResult:
    detail = f"{contract.table}: {failed} rows break: {promise}" if failed else ""
    return RuleResult(rule_id, contract.object, "row", severity, failed, detail, passed=failed == 0)
