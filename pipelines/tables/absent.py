"""Tables of sources that a company does not have, told from their text and from the raw tables without a row.

Most staging files are of sources of which nothing ever came. What does not belong here: what follows from it, and which
files came (`pipelines/intake`).
"""

from collections.abc import Collection, Iterable

import duckdb
from sqlglot import exp
from sqlglot.optimizer.scope import find_all_in_scope

from pipelines.tables.files import TableFile, parse_select
from pipelines.warehouse import quoted_name, quoted_text


def rowless(tables: Iterable[TableFile], empty: Collection[str]) -> frozenset[str]:
    """Which of the tables, given in the order in which they are built, will hold no row when `empty` (two-part names,
    other tables than these) hold none. It is read from the text; how many rows come of it is what counts."""
    found = set(empty)
    for table in tables:
        if not may_have_rows(parse_select(table.path, table.text), found, {}):
            found.add(table.name)
    return frozenset(found - set(empty))


def may_have_rows(query: exp.Expr, empty: Collection[str], named: dict[str, bool]) -> bool:
    """Whether a query can give a row; `named` tells it of the common table expressions that it may read."""
    if isinstance(query, exp.Subquery):
        return may_have_rows(query.this, empty, named)
    if not isinstance(query, exp.Query):
        return True
    known = dict(named)
    for one in query.ctes:
        known[one.alias.lower()] = False  # a recursive one that meets itself adds nothing to nothing
        known[one.alias.lower()] = may_have_rows(one.this, empty, known)
    if isinstance(query, exp.Union):
        return may_have_rows(query.left, empty, known) or may_have_rows(query.right, empty, known)
    if isinstance(query, exp.SetOperation):
        return may_have_rows(query.left, empty, known)
    first = query.args.get("from_")
    if first is None or counts_nothing_too(query):
        return True
    has_rows = source_has_rows(first.this, empty, known)
    for join in query.args.get("joins") or []:
        has_rows = after_join(join, has_rows, source_has_rows(join.this, empty, known))
    return has_rows


def after_join(join: exp.Join, left: bool, right: bool) -> bool:
    """Whether a join gives rows, by whether there are any on its sides."""
    if join.side.upper() == "FULL":
        return left or right
    if join.side.upper() == "RIGHT":
        return right
    return left if join.side.upper() == "LEFT" or join.kind.upper() == "ANTI" else left and right


def source_has_rows(source: exp.Expr, empty: Collection[str], named: dict[str, bool]) -> bool:
    """Whether what a query selects from can have a row: a table, a named or a bracketed query; all else can."""
    if isinstance(source, exp.Table) and isinstance(source.this, exp.Identifier):
        has_rows = f"{source.db}.{source.name}" not in empty if source.db else named.get(source.name.lower(), True)
        return has_rows and all(source_has_rows(join.this, empty, named) for join in source.args.get("joins") or [])
    return may_have_rows(source, empty, named)


def counts_nothing_too(query: exp.Query) -> bool:
    """Whether a select is an aggregate of all rows, which gives a row about none."""
    if query.args.get("group") is not None:
        return False
    aggregates = (one for part in query.selects for one in find_all_in_scope(part, exp.AggFunc))
    return any(isinstance(one.find_ancestor(exp.Window, exp.Select), exp.Select) for one in aggregates)


def empty_tables(connection: duckdb.DuckDBPyConnection, names: Iterable[str]) -> frozenset[str]:
    """Which of the tables (two-part names) hold no row; one that is not there holds none."""
    wanted = set(names)
    there = connection.execute("select schema_name || '.' || table_name from duckdb_tables()").fetchall()
    asked = sorted(wanted & {name for (name,) in there})
    question = " union all ".join(
        f"select {quoted_text(name)} where exists (from {'.'.join(map(quoted_name, name.split('.')))})"
        for name in asked
    )
    filled = {name for (name,) in connection.execute(question).fetchall()} if question else set()
    return frozenset(wanted - filled)
