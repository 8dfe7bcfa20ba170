"""Running a SQL file: its own text, sorted by its key, as one table. Which tables, and when, is decided elsewhere."""

import re

import duckdb

from pipelines.errors import GrowthError
from pipelines.tables.files import TableFile
from pipelines.warehouse import THREADS, quoted_name, quoted_text

LINE = re.compile(r"^LINE (\d+):", re.MULTILINE)


def build_table(connection: duckdb.DuckDBPyConnection, table: TableFile) -> int:
    """Replace the table by what its file selects, sorted by key, with the grain as its comment; returns the rows.

    Raises GrowthError naming file and line when DuckDB refuses the text, or file and column of what feeds it wrongly.
    """
    if table.is_fed:
        return build_fed(connection, table)
    target = full_name(table)
    key = ", ".join(quoted_name(column) for column in table.key)
    # The text starts on the statement's first line and ends on a line of its own, so that the database counts
    # lines as the file does and a closing comment ends with the file.
    statement = f"create or replace table {target} as select * from ({table.text}\n) order by {key}"
    try:
        rows = run_within_memory(connection, statement)
        connection.execute(f"comment on table {target} is {quoted_text(table.grain)}")
    except duckdb.Error as error:
        raise GrowthError(f"{place_of(error, table)}: {first_paragraph(str(error))}") from error
    return rows


def build_fed(connection: duckdb.DuckDBPyConnection, table: TableFile) -> int:
    """Replace a fed table, a view: what feeds it is large, and is there already."""
    declared = types_of(connection, f"({table.path.read_text(encoding='utf-8')}\n)")
    for feeder in table.feeders:
        for column, found in types_of(connection, full_name(feeder)).items():
            if found != declared[column]:
                raise GrowthError(
                    f"{feeder.path}: brings {column} as {found}, but {table.name} ({table.path}) holds it as "
                    f"{declared[column]}; cast it."
                )
    target = full_name(table)
    connection.execute(f"create or replace view {target} as {table.text}")
    connection.execute(f"comment on view {target} is {quoted_text(table.grain)}")
    [(rows,)] = connection.execute(f"select count(*) from {target}").fetchall()
    return int(rows)


def types_of(connection: duckdb.DuckDBPyConnection, source: str) -> dict[str, str]:
    """The columns of a table or a query in brackets, in lower case, with their types."""
    return {row[0].lower(): row[1] for row in connection.execute(f"describe from {source}").fetchall()}


def run_within_memory(connection: duckdb.DuckDBPyConnection, statement: str) -> int:
    """The rows a statement writes; one for which the memory is too small is run again out of core.

    DuckDB 2.0.0 plans joins and the sort of one statement as if each had the memory to itself, and fails in between;
    told to expect the worst, it writes their parts to disk from the start, for a fifth more of CPU.
    """
    try:
        [(rows,)] = connection.execute(statement).fetchall()
    except duckdb.OutOfMemoryException:
        connection.execute("set debug_force_external = true; set threads = 1")
        try:
            [(rows,)] = connection.execute(statement).fetchall()
        finally:
            connection.execute(f"reset debug_force_external; set threads = {THREADS}")
    return int(rows)


def check_key_unique(connection: duckdb.DuckDBPyConnection, table: TableFile) -> int:
    """How many rows break the key: each repetition of a key beyond the first, and each row with a null in its key.

    A fed table of which one feeder alone has rows is as unique as that one, whose key was checked for itself.
    """
    filled = [one for one in table.feeders if connection.execute(f"from {full_name(one)} limit 1").fetchall()]
    if table.is_fed and len(filled) < 2 and all(set(one.key) <= set(table.key) for one in filled):
        return 0
    columns = [quoted_name(column) for column in table.key]
    has_null = " or ".join(f"{column} is null" for column in columns)
    [(broken,)] = connection.execute(
        f"select coalesce(sum(case when {has_null} then n else n - 1 end), 0)::bigint from "
        f"(select {', '.join(columns)}, count(*) as n from {full_name(table)} group by all)"
    ).fetchall()
    return int(broken)


def full_name(table: TableFile) -> str:
    """The three-part name under which a table is created."""
    return ".".join(quoted_name(part) for part in (table.database, table.schema, table.name.split(".")[1]))


def place_of(error: duckdb.Error, table: TableFile) -> str:
    """File and line of a complaint; one about the sorting, which the file does not hold, is about the key in line 2."""
    found = LINE.search(str(error))
    if not found:
        return str(table.path)
    line = int(found[1])
    return f"{table.path}:{line if line <= len(table.text.splitlines()) else 2}"


def first_paragraph(message: str) -> str:
    """A database message without the excerpt of the statement, on one line."""
    return " ".join(message.partition("\nLINE ")[0].split())
