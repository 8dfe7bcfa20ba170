"""The SQL files of whole folders together: read, and tables that other files feed joined with what feeds them.

A fed table is one meaning, declared once, and the union of what every source has of it:

    -- One row per lead record of any source        staging/leads.sql declares key and columns, and holds no row
    -- key: lead_id
    -- fed by: every file that says it feeds this one
    select
        cast(null as varchar) as lead_id,
        cast(null as timestamp) as created_at,
    where false

A file such as `staging/fair_leads.sql` that says `-- feeds: staging.leads` brings its rows, its columns matched by
name: one that it leaves out is null, one that is not declared or has another type is an error. Whoever reads
`staging.leads` then reads them too, and no file had to be changed. What does not belong here: running it (`build.py`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from sqlglot import exp

from pipelines.errors import GrowthError
from pipelines.tables.files import TableFile, dependencies, parse_select, read_table


def read_tables(roots: Path | Sequence[Path], schemas: Sequence[str] | None = None) -> dict[str, TableFile]:
    """Every `<schema>/<table>.sql` below the roots, by two-part name, in alphabetical order; all schemas by default.

    Raises GrowthError naming the file when a name, header line or the SQL itself cannot be read, when two roots make
    the same table, and when a file feeds a table what that does not declare.
    """
    tables: dict[str, TableFile] = {}
    for root in [roots] if isinstance(roots, Path) else roots:
        for path in sorted(root.glob("*/*.sql")):
            if schemas is None or path.parent.name in schemas:
                table = read_table(path)
                if table.name in tables:
                    raise GrowthError(f"{path}: {tables[table.name].path} makes {table.name} already; rename the file.")
                tables[table.name] = table
    tables = dict(sorted(tables.items()))
    check_targets(tables)
    fed = {name: feeders_of(table, tables) for name, table in tables.items() if table.is_fed}
    return {name: joined(table, fed[name]) if table.is_fed else table for name, table in tables.items()}


def check_targets(tables: Mapping[str, TableFile]) -> None:
    """A file can only feed a table that says it is fed."""
    fed = [name for name, table in tables.items() if table.is_fed]
    for table in tables.values():
        if table.feeds and table.feeds not in fed:
            raise GrowthError(f"{table.path}: feeds {table.feeds}; the tables that can be fed are {', '.join(fed)}.")


def feeders_of(table: TableFile, tables: Mapping[str, TableFile]) -> tuple[TableFile, ...]:
    """The files that say they feed a table."""
    return tuple(one for one in tables.values() if one.feeds == table.name)


def joined(table: TableFile, feeders: Sequence[TableFile]) -> TableFile:
    """A fed table with the union of feeders as its text; alone it keeps its own, which has no row."""
    types = declared_types(table)
    parts = [selected(table, types, feeder) for feeder in feeders]
    text = table.path.read_text(encoding="utf-8")
    return replace(
        table,
        text="\nunion all\n".join(parts) or text,
        dependencies=dependencies(table.path, parse_select(table.path, text)) | {feeder.name for feeder in feeders},
        feeders=tuple(feeders),
    )


def declared_types(table: TableFile) -> dict[str, str]:
    """The columns that a fed table declares, with their types as DuckDB writes them."""
    types: dict[str, str] = {}
    for column in parse_select(table.path, table.path.read_text(encoding="utf-8")).selects:
        cast = column.this if isinstance(column, exp.Alias) else None
        if not isinstance(cast, exp.Cast) or not isinstance(cast.this, exp.Null):
            raise GrowthError(
                f"{table.path}: declares `{column.sql(dialect='duckdb')}`; a table that is fed holds no row of its own "
                "and declares each column as `cast(null as <type>) as <name>`."
            )
        types[column.alias.lower()] = cast.to.sql(dialect="duckdb").replace(", ", ",").replace("TEXT", "VARCHAR")
    return types


def selected(table: TableFile, types: Mapping[str, str], feeder: TableFile) -> str:
    """One source's part of the union: the declared columns in their order, null where the file leaves one out."""
    own = [name.lower() for name in parse_select(feeder.path, feeder.text).named_selects]
    known = f"{table.name} ({table.path}) knows {', '.join(types)}"
    if "*" in own:
        raise GrowthError(f"{feeder.path}: feeds {table.name} and selects `*`; name the columns: {known}.")
    if unknown := [name for name in own if name not in types]:
        raise GrowthError(f"{feeder.path}: brings {', '.join(unknown)}, but {known}.")
    if missing := [name for name in table.key if name not in own]:
        raise GrowthError(f"{feeder.path}: lacks {', '.join(missing)}, the key of {table.name} ({table.path}).")
    columns = [name if name in own else f"cast(null as {kind.lower()}) as {name}" for name, kind in types.items()]
    return f"select {', '.join(columns)} from {feeder.name}"
