"""What the cells of each column look like: type, blanks, distinct values; names are not looked at."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from pipelines.contracts.contract import Column, snake_case
from pipelines.contracts.formats import strptime_of
from pipelines.errors import GrowthError
from pipelines.intake.forms.files import ExtractFile, compression_of, sha256_of
from pipelines.intake.forms.reading import read_extract
from pipelines.intake.rules.cells import typed
from pipelines.warehouse import connect_scratch, quoted_name

ROWS = 200_000
COLUMNS = 400
"""A column beyond these, or named like another one but for its marks, is loaded as text without being described."""
TOGETHER = 20
FORMATS = (
    "dd.MM.yyyy", "dd.MM.yyyy HH:mm", "dd.MM.yyyy HH:mm:ss", "MM/dd/yyyy", "MM/dd/yyyy HH:mm", "MM/dd/yyyy HH:mm:ss",
    "dd/MM/yyyy", "dd/MM/yyyy HH:mm", "dd/MM/yyyy HH:mm:ss",
)  # fmt: skip
WORDS_OF_BOOLEANS = "'true', 'false', 't', 'f', 'yes', 'no', 'y', 'n'"


@dataclass(frozen=True)
class Seen:
    """One column: its type, the date form where it has one, how many rows are filled, distinct values if few."""

    name: str
    logical_type: str
    physical_type: str
    text_format: str
    filled: int
    distinct: int
    values: tuple[str, ...] = ()
    is_ambiguous: bool = False


@dataclass(frozen=True)
class Profile:
    """A file: its first rows, how many there are, its columns, and the names of those that were not looked at."""

    rows: int
    columns: tuple[Seen, ...]
    left_out: tuple[str, ...]


def profile(path: Path) -> Profile:
    """Look at the first rows of a file. Raises GrowthError for a file that cannot be read or has no row."""
    if not path.is_file():
        raise GrowthError(f"There is no file {path}.")
    with path.open("rb") as stream:
        compression = compression_of(stream.read(4))
    if compression == "zip":
        raise GrowthError(f"{path} is a zip archive; unpack it and name one of its files.")
    file = ExtractFile(path.name, path, sha256_of(path), path.stat().st_size, compression)
    with TemporaryDirectory() as scratch, connect_scratch() as connection:
        incoming = read_extract(connection, file, Path(scratch), 0)
        names, left_out, taken = list[str](), list[str](), set[str]()
        for name in incoming.columns:
            is_new = snake_case(name) not in taken and len(names) < COLUMNS
            (names if is_new else left_out).append(name)
            taken.add(snake_case(name))
        listed = ", ".join(f"{quoted_name(name)}::varchar as c{i}" for i, name in enumerate(names))
        connection.execute(f"create temp table cells as select {listed} from incoming_text limit {ROWS}")
        [(rows,)] = connection.execute("select count(*) from cells").fetchall()
        if not rows:
            raise GrowthError(f"{path} holds no row to learn from; name a file with rows.")
        seen: list[Seen] = []
        for start in range(0, len(names), TOGETHER):
            seen += look(connection, names[start : start + TOGETHER], start)
        return Profile(int(rows), tuple(seen), tuple(left_out))


def look(connection: duckdb.DuckDBPyConnection, names: Sequence[str], start: int) -> list[Seen]:
    """Some columns of the table `cells` at once: for each candidate type how many filled cells it cannot read."""
    tries = candidates()
    parts = []
    for i in range(start, start + len(names)):
        cell = f"nullif(trim(c{i}), '')"
        parts += [f"count({cell})", f"count(distinct {cell})"]
        parts.append(f"count(*) filter (where lower({cell}) not in ({WORDS_OF_BOOLEANS}))")
        parts.append(rf"count(*) filter (where regexp_full_match({cell}, '[+-]?0[0-9]+|\+[0-9]+'))")
        parts.append(rf"coalesce(max(length(regexp_extract({cell}, '\.([0-9]+)$', 1))), 0)")
        parts += [
            f"count(*) filter (where {cell} is not null and ({typed(cell, 'VARCHAR', one)}) is null)" for one in tries
        ]
    [counts] = connection.execute(f"select {', '.join(parts)} from cells").fetchall()
    width = 5 + len(tries)
    found = []
    for offset, name in enumerate(names):
        mine = counts[offset * width : (offset + 1) * width]
        found.append(with_values(connection, judged(name, mine, tries), start + offset))
    return found


def candidates() -> list[Column]:
    """The types to try, the narrowest first: integer, decimal, date, time, then dates in other forms."""
    plain = Column("x", "string", "varchar", False, None, False, False, ".")
    kinds = [("integer", "bigint"), ("number", "decimal(38,10)"), ("date", "date"), ("timestamp", "timestamp")]
    tries = [replace(plain, logical_type=logical, physical_type=physical) for logical, physical in kinds]
    for form in FORMATS:
        kind = "timestamp" if "HH" in form else "date"
        tries.append(replace(plain, logical_type=kind, physical_type=kind, text_format=strptime_of(form) or ""))
    return tries


def judged(name: str, counts: Sequence[int], tries: Sequence[Column]) -> Seen:
    """The type that reads every filled cell; text where none does, where digits begin with a zero, and without any."""
    filled, distinct, no_word, padded, scale, *unread = counts
    as_text = Seen(name, "string", "varchar", "", filled, distinct)
    if not filled:
        return as_text
    if not no_word:
        return replace(as_text, logical_type="boolean", physical_type="boolean")
    if padded:
        return as_text
    fitting = [i for i, count in enumerate(unread) if not count]
    if not fitting:
        return as_text
    kind, form = tries[fitting[0]], "" if fitting[0] < 4 else FORMATS[fitting[0] - 4]
    physical = f"decimal(18,{max(2, min(scale, 9))})" if kind.logical_type == "number" else kind.physical_type
    ambiguous = "MM/dd" in form and any(FORMATS[i - 4].startswith("dd/MM") for i in fitting if i >= 4)
    return replace(
        as_text, logical_type=kind.logical_type, physical_type=physical, text_format=form, is_ambiguous=ambiguous
    )


def with_values(connection: duckdb.DuckDBPyConnection, seen: Seen, place: int) -> Seen:
    """With the values of a small set of words that come again and again."""
    if seen.logical_type != "string" or not 1 < seen.distinct <= 12 or seen.filled < 10 * seen.distinct:
        return seen
    rows = connection.execute(
        f"select distinct trim(c{place}) from cells where trim(c{place}) <> '' order by 1"
    ).fetchall()
    return replace(seen, values=tuple(value for (value,) in rows))
