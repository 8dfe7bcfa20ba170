"""Rules of `type: sql`: one read-only select over the table under contract, checked before it is ever run.

The query may read its own table and other tables under contract, and call functions that depend on their arguments
alone: none that reads a file, the network, a setting, the clock or chance. Running it is `whole_table`'s.
"""

import re
from functools import cache

from pipelines.contracts.comparison import Comparison
from pipelines.contracts.contract import Contract, SqlRule
from pipelines.contracts.odcs_rules import Head, scratch
from pipelines.errors import GrowthError
from pipelines.warehouse import quoted_name

PLACEHOLDER = re.compile(r"\$?\{(object|table|property|column)\}")
"""The standard's text says `{object}` and `{property}`, its schema `${table}` and `${column}`."""


def sql_rule(head: Head, query: str, table: str, column: str, comparison: Comparison) -> SqlRule:
    """The query with its placeholders filled in; GrowthError for one that is more than a select over known tables."""

    def fill(match: re.Match[str]) -> str:
        if match[1] in ("object", "table"):
            schema, name = table.split(".")
            return f"{schema}.{quoted_name(name)}"
        if not column:
            raise GrowthError(f"{head.where}.query: {match[0]} stands for a column, but the check is one of the table.")
        return quoted_name(column)

    filled = PLACEHOLDER.sub(fill, query)
    tables = tables_of(filled, head.where)
    return SqlRule(head.rule_id, filled, tables, comparison, head.severity, head.description, head.where)


def tables_of(query: str, where: str) -> frozenset[str]:
    """The tables that a query reads; GrowthError where it is no select, or calls what depends on the outside."""
    import sqlglot
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    at = f"{where}.query"
    try:
        statements = sqlglot.parse(query, dialect="duckdb")
    except SqlglotError as error:
        reason = re.sub(r"\x1b\[[0-9;]*m", "", str(error)).splitlines()[0]
        raise GrowthError(f"{at}: cannot be parsed: {reason}") from error
    tree = statements[0] if len(statements) == 1 else None
    if not isinstance(tree, exp.Query):
        raise GrowthError(f"{at}: expected one select.")
    names = {cte.alias_or_name.lower() for cte in tree.find_all(exp.CTE)}
    tables = set()
    for node in tree.walk():
        if isinstance(node, exp.Table):
            if not isinstance(node.this, exp.Identifier) or node.catalog:
                raise GrowthError(f"{at}: reads from {node.sql('duckdb')[:60]}, expected tables under contract.")
            if node.db or node.name.lower() not in names:
                tables.add(f"{node.db}.{node.name}".lower())
        elif isinstance(node, exp.Into | exp.DML | exp.DDL) and not isinstance(node, exp.Query):
            raise GrowthError(f"{at}: expected a select that changes nothing.")
        elif isinstance(node, exp.Func) and (name := function_of(node)) not in pure_functions():
            raise GrowthError(f"{at}: calls {name}, which is unknown or depends on more than its arguments.")
    return frozenset(tables)


def function_of(node: object) -> str:
    """A function's name as DuckDB knows it; empty for what is written with an operator or a clause."""
    from sqlglot import exp

    if isinstance(node, exp.Anonymous):
        return node.name.lower()
    if not isinstance(node, exp.Func):
        return ""
    text = node.sql("duckdb").lower()
    named = re.match(r"([a-z_][a-z0-9_]*)\(", text)
    return named[1] if named else "" if re.match(r"[a-z_]+$", text) is None else text


@cache
def pure_functions() -> frozenset[str]:
    """Functions whose value depends on their arguments alone, and the empty name of operators."""
    with scratch() as connection:
        rows = connection.execute(
            "select function_name from duckdb_functions() where function_type in ('scalar', 'aggregate') "
            "group by 1 having bool_and(stability = 'CONSISTENT')"
        ).fetchall()
    syntax = {"", "cast", "try_cast", "case", "coalesce", "exists", "extract", "date_part", "if", "unnest"}
    return frozenset(name for (name,) in rows) | syntax


def try_queries(contracts: list[Contract]) -> None:
    """Run every query once over empty tables of its contracts' shape: a column misspelt is found before any load."""
    import duckdb

    by_table = {contract.table: contract for contract in contracts}
    rules = [rule for contract in contracts for rule in contract.sql_rules]
    if not rules:
        return
    with scratch() as connection:
        for name in {table for rule in rules for table in rule.tables} & by_table.keys():
            schema, table = name.split(".")
            columns = ", ".join(f"{quoted_name(c.name)} {c.physical_type}" for c in by_table[name].columns)
            connection.execute(f"create schema if not exists {schema}")
            connection.execute(f"create table {schema}.{quoted_name(table)} ({columns})")
        for rule in rules:
            if unknown := rule.tables - by_table.keys():
                shown = ", ".join(sorted(unknown))
                raise GrowthError(f"{rule.where}.query: reads {shown}, expected tables under contract.")
            try:
                rows = connection.execute(rule.query).fetchall()
            except duckdb.Error as error:
                raise GrowthError(f"{rule.where}.query: cannot be run: {str(error).splitlines()[0]}") from error
            if rows and len(rows[0]) != 1:
                raise GrowthError(f"{rule.where}.query: gives {len(rows[0])} columns, expected one value.")
