"""What the cells of each column look like: type, form, blanks, distinct values; names are not looked at.

The rows are turned to one row per column and distinct value, so that a hundred columns cost one small query, not one
of a thousand expressions. Which of the values are what the contract could say is asked with the expressions that the
loading itself reads cells with.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

from pipelines.contracts.contract import snake_case
from pipelines.errors import GrowthError
from pipelines.intake.forms.files import ExtractFile, compression_of, sha256_of
from pipelines.intake.forms.incoming import Incoming
from pipelines.intake.forms.reading import read_extract
from pipelines.intake.rules.rows import ROW_PLACE
from pipelines.proposal.candidates import (
    FORMS,
    NULL_WORDS,
    Candidate,
    candidates,
    decimal_type,
    form_tests,
    most_likely,
)
from pipelines.warehouse import connect_scratch, quoted_name, quoted_text

ROWS = 200_000
COLUMNS = 400
"""A column beyond these, or named like another one but for its marks, or as the database calls the place of a row, is
loaded as text without being described."""
CELLS_TOGETHER = 4_000_000
TRIED = 200
"""Distinct values of a column that every type is tried with; the types that are left are tried with all of them."""
FEW = 12
MOST_DIGITS = 18
"""A longer number is no measure but a name for something, and text."""


@dataclass(frozen=True)
class Seen:
    """One column: its type and how that is written, how many rows are filled, distinct values if few, form of texts.

    `null_words` are cells that say nothing in words; `forms` names the forms that every value has (`email`, `uuid`,
    `record id` ...), `prefixes` the first three characters of record ids; `low` and `high` bound numbers. `some` are
    a few of its cells, `found_type` is the type that the file itself gives it.
    """

    name: str
    logical_type: str
    physical_type: str
    text_format: str
    filled: int
    distinct: int
    values: tuple[str, ...] = ()
    is_ambiguous: bool = False
    number_form: str = ""
    null_words: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    some: tuple[str, ...] = ()
    found_type: str = "VARCHAR"

    @property
    def is_number(self) -> bool:
        return self.logical_type in ("integer", "number")


@dataclass(frozen=True)
class Profile:
    """A file: how many rows were read, the key that tells them apart (empty: none does) and the nearest to one, its
    columns, and the names of those that were not looked at."""

    rows: int
    columns: tuple[Seen, ...]
    left_out: tuple[str, ...]
    is_whole: bool = True
    key: tuple[str, ...] = ()
    nearest: tuple[str, int] | None = None


@contextmanager
def cells_of(path: Path) -> Iterator[tuple[duckdb.DuckDBPyConnection, Incoming]]:
    """The file's records as text in `incoming_text`. Raises GrowthError for a file that cannot be read."""
    if not path.is_file():
        raise GrowthError(f"There is no file {path}.")
    try:
        with path.open("rb") as stream:
            compression = compression_of(stream.read(4))
    except OSError as error:
        raise GrowthError(f"The file {path} cannot be read ({error.strerror}).") from error
    if compression == "zip":
        raise GrowthError(f"{path} is a zip archive or a workbook; unpack it or save its sheet as CSV, and name that.")
    file = ExtractFile(path.name, path, sha256_of(path), path.stat().st_size, compression)
    with TemporaryDirectory() as scratch, connect_scratch() as connection:
        yield connection, read_extract(connection, file, Path(scratch), 0)


def profile(connection: duckdb.DuckDBPyConnection, incoming: Incoming, path: Path) -> Profile:
    """Look at the first rows of a file. Raises GrowthError for one without a row or without names."""
    names, left_out, taken = list[str](), list[str](), set[str]()
    for name in incoming.columns:
        is_new = snake_case(name) not in taken and len(names) < COLUMNS and name.lower() != ROW_PLACE
        (names if is_new else left_out).append(name)
        taken.add(snake_case(name))
    if not names:
        raise GrowthError(f"{path} holds no record that can be read; export it again.")
    check_header(path, names)
    listed = ", ".join(f"trim({quoted_name(name)}::varchar) as c{i}" for i, name in enumerate(names))
    connection.execute(f"create temp table cells as select {listed} from incoming_text limit {ROWS}")
    [(rows,)] = connection.execute("select count(*) from cells").fetchall()
    if not rows:
        raise GrowthError(f"{path} holds no row to learn from; name a file with rows.")
    together = max(1, CELLS_TOGETHER // rows)
    seen: list[Seen] = []
    for start in range(0, len(names), together):
        part = range(start, min(start + together, len(names)))
        keep_values(connection, part)
        seen += look(connection, {name: incoming.columns[name] for name in names}, part)
    return Profile(int(rows), tuple(seen), tuple(left_out), is_whole=rows < ROWS)


def keep_values(connection: duckdb.DuckDBPyConnection, part: range) -> None:
    """Build `cell_values`: a row per column and distinct filled cell, in an order that chance decided."""
    columns = ", ".join(f"c{i} as {quoted_name(str(i))}" for i in part)
    words = ", ".join(quoted_text(word) for word in NULL_WORDS)
    connection.execute(
        "create or replace temp table cell_values as select *, "
        "row_number() over (partition by place order by hash(cell), cell) as turn from ("
        f"select spelled::integer as place, cell, count(*) as n, lower(cell) in ({words}) as is_word from "
        f"(unpivot (select {columns} from cells) on columns(*) into name spelled value cell) "
        "where cell <> '' group by all)"
    )


def check_header(path: Path, names: Sequence[str]) -> None:
    """A first line that holds values is a record, and the names are missing."""
    addresses = [name for name in names if re.fullmatch(FORMS["email"], name)]
    numbers = [name for name in names if re.fullmatch(r"[0-9][0-9.,:/ -]*", name)]
    if values := addresses or (numbers if 2 * len(numbers) > len(names) else []):
        raise GrowthError(
            f"{path}, line 1: found {values[0]!r} where the name of a column is expected; "
            "the first line looks like a record. Put a line with the columns' names above it."
        )


def look(connection: duckdb.DuckDBPyConnection, columns: Mapping[str, str], part: range) -> list[Seen]:
    """Some columns, name to type in the file, at once: the first type that reads every filled cell of each."""
    left = tried(connection, candidates(), f"turn <= {TRIED}")
    used = [one for one in candidates() if any(one in fitting for fitting in left.values())]
    sure = tried(connection, used, "true")
    facts = {row[0]: row[1:] for row in connection.execute(FACTS).fetchall()}
    found = []
    names = list(columns)
    for place in part:
        name = names[place]
        if place not in facts:
            found.append(Seen(name, "string", "varchar", "", 0, 0))
            continue
        one = judged(name, columns[name], facts[place], sure.get(place, []))
        found.append(
            with_bounds(connection, one, place, sure) if one.is_number else with_values(connection, one, place)
        )
    return found


FACTS = f"""
select place, sum(n)::bigint, count(*), coalesce(sum(n) filter (where is_word), 0)::bigint,
    count(*) filter (where is_word), list(distinct cell) filter (where is_word),
    max(length(regexp_extract(cell, '[.,]([0-9]+)$', 1))), max(length(regexp_replace(cell, '[^0-9]', '', 'g'))),
    count(*) filter (where regexp_full_match(cell, '[+-]?0[0-9]+|\\+[0-9]+')), {form_tests()},
    list(cell) filter (where turn <= 50), list(distinct substr(cell, 1, 3)) filter (where turn <= {TRIED})
from cell_values group by place
"""


def tried(connection: duckdb.DuckDBPyConnection, tries: Sequence[Candidate], which: str) -> dict[int, list[Candidate]]:
    """For each column the types that read all of its values, words for nothing apart."""
    if not tries:
        return {}
    unread = ", ".join(f"count(*) filter (where {one.cannot_read('cell')})" for one in tries)
    rows = connection.execute(
        f"select place, {unread} from cell_values where not is_word and {which} group by place"
    ).fetchall()
    return {row[0]: [one for one, count in zip(tries, row[1:], strict=True) if not count] for row in rows}


def judged(name: str, found_type: str, facts: Sequence[Any], fitting: Sequence[Candidate]) -> Seen:
    """The type that reads every filled cell; text where none does, where digits begin with a zero, and without any."""
    filled, distinct, worded, words, null_words, scale, digits, padded, *broken, some, prefixes = facts
    forms = tuple(form for form, count in zip((*FORMS, "record id"), broken, strict=True) if not count)
    text = Seen(
        name, "string", "varchar", "", filled, distinct, forms=forms, some=tuple(some), found_type=found_type,
        prefixes=tuple(sorted(prefixes)) if "record id" in forms else (),
    )  # fmt: skip
    one, is_ambiguous = most_likely(fitting)
    if one is None or filled == worded:
        return text
    column = one.column
    typed = replace(
        text, logical_type=column.logical_type, physical_type=column.physical_type, text_format=one.form,
        is_ambiguous=is_ambiguous, number_form=column.number_form, forms=(), prefixes=(),
        filled=filled - worded, distinct=distinct - words, null_words=tuple(sorted(null_words or ())),
    )  # fmt: skip
    if typed.is_number and (padded or digits > MOST_DIGITS):
        return text
    if column.physical_type.startswith("decimal"):
        return replace(typed, physical_type=decimal_type(scale, digits, found_type))
    return typed


def with_bounds(
    connection: duckdb.DuckDBPyConnection, seen: Seen, place: int, fitting: Mapping[int, Sequence[Candidate]]
) -> Seen:
    """A column of numbers with the smallest and the largest."""
    value = fitting[place][0].value("cell")
    [(low, high)] = connection.execute(
        f"select min(v)::double, max(v)::double from (select {value} as v from cell_values "
        f"where place = {place} and not is_word)"
    ).fetchall()
    return replace(seen, low=low, high=high)


def with_values(connection: duckdb.DuckDBPyConnection, seen: Seen, place: int) -> Seen:
    """With the values of a small set of words that come again and again."""
    if seen.logical_type != "string" or not 1 < seen.distinct <= FEW or seen.filled < 10 * seen.distinct:
        return seen
    rows = connection.execute(f"select cell from cell_values where place = {place} order by 1").fetchall()
    return replace(seen, values=tuple(value for (value,) in rows))
