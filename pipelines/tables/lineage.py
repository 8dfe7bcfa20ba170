"""Which columns a column was made from, read from the text: for Dagster's pages and `meta.column_lineage`.

Only what a value is made of counts; what merely chooses rows (join, where, qualify) does not. `count(*)` has no column
parent: it names the tables whose rows it counts, without a column. A constant has no parent.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from sqlglot import exp
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, build_scope, find_all_in_scope
from sqlglot.schema import MappingSchema

from pipelines.tables.files import TableFile, parse_select

Parent = tuple[str, str | None]


def column_lineage(
    table: TableFile, schemas_of_parents: Mapping[str, Sequence[str]]
) -> list[tuple[str, str, str | None]]:
    """Rows (column, parent table, parent column or None), sorted, without repetition.

    schemas_of_parents: the columns of the tables that the file reads, by two-part name; they spell the parents' columns
    and say what a `*` stands for.
    """
    spelling = {(name, column.lower()): column for name, columns in schemas_of_parents.items() for column in columns}
    schema = MappingSchema(dialect="duckdb")
    for name in sorted(table.dependencies & schemas_of_parents.keys()):
        schema.add_table(name, {column.lower(): "varchar" for column in schemas_of_parents[name]})
    tree = qualify(
        parse_select(table.path, table.text).copy(),
        dialect="duckdb",
        schema=schema,
        validate_qualify_columns=False,
        allow_partial_qualification=True,
        expand_alias_refs=False,
        identify=False,
        quote_identifiers=False,
    )
    scope = build_scope(tree)
    if scope is None:
        return []
    reader = Reader()
    rows = {
        (column, parent, spelling.get((parent, name or ""), name))
        for column in query_of(scope).named_selects
        for parent, name in reader.parents(scope, column)
    }
    return sorted(rows, key=lambda row: (row[0], row[1], row[2] or ""))


class Reader:
    """Follows columns through the scopes (queries inside queries) of one text, each only once."""

    def __init__(self) -> None:
        self.known: dict[tuple[int, str], frozenset[Parent]] = {}

    def parents(self, scope: Scope, column: str) -> frozenset[Parent]:
        """The parents of a column that a scope selects."""
        place = (id(scope), column)
        if place not in self.known:
            self.known[place] = frozenset()  # a recursive query meets itself: what it adds is found on the way in
            self.known[place] = frozenset(self.selected(scope, column))
        return self.known[place]

    def selected(self, scope: Scope, column: str) -> Iterator[Parent]:
        query = query_of(scope)
        if isinstance(query, exp.Subquery):
            for inner in scope.subquery_scopes or scope.derived_table_scopes:
                yield from self.parents(inner, column)
            return
        if column in query.named_selects:
            yield from self.placed(scope, query.named_selects.index(column))

    def placed(self, scope: Scope, index: int) -> Iterator[Parent]:
        """The parents of a column by its place: in a branch of a union, names may repeat (`'city', city`)."""
        query = query_of(scope)
        if isinstance(query, exp.SetOperation):
            for branch in scope.set_operation_scopes:
                yield from self.placed(branch, index)
        elif isinstance(query, exp.Subquery):
            for inner in scope.subquery_scopes or scope.derived_table_scopes:
                yield from self.placed(inner, index)
        else:
            yield from self.value(scope, query.selects[index])

    def value(self, scope: Scope, expression: exp.Expr) -> Iterator[Parent]:
        """What an expression of a scope is made of."""
        for column in find_all_in_scope(expression, exp.Column):
            yield from self.source(scope, column)
        for count in find_all_in_scope(expression, exp.Count):
            if isinstance(count.this, exp.Star):
                yield from ((name, None) for name in tables_of(scope, frozenset()))
        named = {window.name: window for window in scope.expression.args.get("windows") or []}
        for window in find_all_in_scope(expression, exp.Window):
            if window.alias in named:
                yield from self.value(scope, named[window.alias])
        for inner in scope.subquery_scopes:
            if any(node is inner.expression for node in expression.walk()):
                for name in query_of(inner).named_selects:
                    yield from self.parents(inner, name)

    def source(self, scope: Scope, column: exp.Column) -> Iterator[Parent]:
        """Where a column of a scope comes from: a table, a query, or a list that was unnested."""
        alias = column.find_ancestor(exp.Alias)
        if (
            not column.table
            and column.name in query_of(scope).named_selects
            and not (alias and alias.alias == column.name)
        ):
            yield from self.parents(scope, column.name)  # an alias of the same select
            return
        alone = next(iter(scope.selected_sources)) if len(scope.selected_sources) == 1 else ""
        source = scope.sources.get(column.table or alone)
        if isinstance(source, exp.Table):
            yield f"{source.db}.{source.name}", column.name
        elif isinstance(source, Scope) and isinstance(source.expression, exp.UDTF):
            for inside in source.expression.find_all(exp.Column):
                yield from self.source(scope, inside)
        elif isinstance(source, Scope):
            yield from self.parents(source, column.name)


def query_of(scope: Scope) -> exp.Query:
    """The query of a scope; an unnested list, which is none, is followed by its own columns and never gets here."""
    return cast(exp.Query, scope.expression)


def tables_of(scope: Scope, seen: frozenset[int]) -> Iterator[str]:
    """The tables whose rows reach a scope, through whatever queries."""
    if id(scope) in seen:
        return
    for branch in scope.set_operation_scopes:
        yield from tables_of(branch, seen | {id(scope)})
    for _, source in scope.selected_sources.values():
        if isinstance(source, Scope):
            yield from tables_of(source, seen | {id(scope)})
        elif source.db:
            yield f"{source.db}.{source.name}"
