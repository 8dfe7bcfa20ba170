"""A file as a table of typed columns: the types are those that read every filled cell, else text.

The forms of files and of numbers and dates are those of the loading (`intake/forms`, `proposal/profile`), so that what
a company's extract may look like, any table may.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import polars as pl
import polars.selectors as cs

from pipelines.contracts.contract import Column
from pipelines.contracts.formats import strptime_of
from pipelines.errors import GrowthError
from pipelines.intake.forms.incoming import ROW, Incoming, Malformed
from pipelines.intake.rules.cells import typed
from pipelines.intake.rules.rows import ROW_PLACE
from pipelines.proposal.profile import ROWS, Seen, cells_of, check_header, profile
from pipelines.warehouse import quoted_name, quoted_text

TEXT = "string"
AS_WRITTEN = " as written "
"""Begins the name of a column beside its typed form; no name of a file begins with a blank."""
PLAIN = Column("x", TEXT, "varchar", False, None, False, False, ".")
MOSTLY = 0.9
"""A column of which so large a share are numbers or dates is one; the other cells are unknown, and told."""


@dataclass(frozen=True)
class Kind:
    """How the cells of a column are read; `null_words` say nothing in words."""

    column: Column
    null_words: tuple[str, ...] = ()

    @property
    def is_date(self) -> bool:
        return self.column.logical_type in ("date", "timestamp")

    def value(self, cell: str) -> str:
        """SQL for the value of a trimmed cell; numbers and dates as floating point, a date in days since 1970."""
        if self.null_words:
            words = ", ".join(quoted_text(word) for word in self.null_words)
            cell = f"case when lower({cell}) in ({words}) then null else {cell} end"
        read = typed(cell, "VARCHAR", self.column)
        if self.is_date:
            return f"epoch_us(({read})::timestamp) / 86400e6"
        return f"({read})::double" if self.column.logical_type in ("integer", "number") else read


NUMBER = Kind(replace(PLAIN, logical_type="number", physical_type="double"))
MOMENT = Kind(replace(PLAIN, logical_type="timestamp", physical_type="timestamp"))


@dataclass(frozen=True, eq=False)
class FlatFile:
    """`frame`: a row per record, its columns typed; `text`: the columns that were asked for, as they are written.

    `malformed`: records that cannot be read; `unread`: per column the cells that are not of the kind they should be.
    """

    path: Path
    frame: pl.DataFrame
    text: pl.DataFrame
    kinds: Mapping[str, Kind]
    malformed: Sequence[Malformed]
    unread: Mapping[str, int]


def read_flat(path: Path, as_text: Sequence[str], kinds: Mapping[str, Kind] | None = None) -> FlatFile:
    """Read a file, its kinds learned from it where none are given.

    `as_text` are columns that are wanted as they are written, too. Raises GrowthError for a file that cannot be read
    and for a column that is not there.
    """
    with cells_of(path) as (connection, incoming):
        names = [name for name in incoming.columns if name.lower() != ROW_PLACE]
        check_header(path, names)
        check_there(path, names, [*as_text, *(kinds or ())])
        chosen = dict(kinds or kinds_found(connection, incoming, path))
        listed = ", ".join(f"nullif(trim({quoted_name(name)}::varchar), '') as {quoted_name(name)}" for name in names)
        connection.execute(f"create temp table flat_cells as select {ROW}, {listed} from incoming_text")
        unread = unread_cells(connection, chosen)
        if kinds is None:
            texts = [name for name in names if unread.get(name) or chosen[name].column.logical_type == TEXT]
            chosen |= dict.fromkeys(texts, Kind(PLAIN)) | mostly_read(connection, texts)
            unread = unread_cells(connection, {name: chosen[name] for name in texts})
        frame, text = in_order(connection, {name: chosen[name] for name in names if name in chosen}, as_text)
        if not frame.height:
            raise GrowthError(f"{path} holds no row; name a file with rows.")
        floats = cs.float()
        finite = frame.with_columns(pl.when(floats.is_finite()).then(floats))
        return FlatFile(path, finite, text, chosen, incoming.malformed, unread)


def in_order(
    connection: duckdb.DuckDBPyConnection, kinds: Mapping[str, Kind], as_text: Sequence[str]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The typed columns, and those that are wanted as they are written, both in the order of the file.

    By one query, for two of a large table bring their rows in orders of their own.
    """
    values = [f"{kind.value(quoted_name(name))} as {quoted_name(name)}" for name, kind in kinds.items()]
    written = list(dict.fromkeys(as_text))
    beside = [f"{quoted_name(name)} as {quoted_name(f'{AS_WRITTEN}{place}')}" for place, name in enumerate(written)]
    query = f"select {', '.join([*values, *beside, ROW])} from flat_cells"
    both = pl.DataFrame(connection.sql(query).to_arrow_table()).sort(ROW)
    text = {name: both[f"{AS_WRITTEN}{place}"].alias(name) for place, name in enumerate(written)}
    return both.select(list(kinds)), pl.DataFrame(list(text.values()))


def kinds_found(connection: duckdb.DuckDBPyConnection, incoming: Incoming, path: Path) -> dict[str, Kind]:
    """What the first rows say of every column. The profile takes some columns at a time, and of names that differ in
    their marks alone one."""
    found: dict[str, Kind] = {}
    waiting = {name: kind for name, kind in incoming.columns.items() if name.lower() != ROW_PLACE}
    while waiting or not found:
        seen = profile(connection, replace(incoming, columns=waiting), path)
        connection.execute("drop table cells")
        found |= {one.name: kind_of(one) for one in seen.columns}
        waiting = {name: kind for name, kind in waiting.items() if name not in found}
    return found


def mostly_read(connection: duckdb.DuckDBPyConnection, names: Sequence[str]) -> dict[str, Kind]:
    """The texts that are numbers or dates but for a few cells. Digits that begin with a zero name something."""
    if not names:
        return {}
    tests = (NUMBER, MOMENT)
    listed = ", ".join(
        ", ".join(
            [
                f"count({quoted_name(name)})",
                f"count(*) filter (where regexp_full_match({quoted_name(name)}, '[+-]?0[0-9]+'))",
                *(f"count({test.value(quoted_name(name))})" for test in tests),
            ]
        )
        for name in names
    )
    [row] = connection.execute(f"select {listed} from (from flat_cells limit {ROWS})").fetchall()
    found = {}
    for place, name in enumerate(names):
        filled, padded, *read = row[4 * place : 4 * place + 4]
        fitting = [test for test, count in zip(tests, read, strict=True) if MOSTLY * filled <= count]
        if filled and not padded and fitting:
            found[name] = fitting[0]
    return found


def check_there(path: Path, names: Sequence[str], wanted: Sequence[str]) -> None:
    """Raise GrowthError for the first wanted column that the file does not have."""
    for name in wanted:
        if name not in names:
            near = [one for one in names if one.lower() == name.lower()]
            hint = (
                f"did you mean {near[0]!r}?"
                if near
                else f"it has {', '.join(names[:12])}{' ...' if len(names) > 12 else ''}."
            )
            raise GrowthError(f"{path} has no column {name!r}; {hint}")


def kind_of(seen: Seen) -> Kind:
    """The kind that the profile found, for all rows."""
    column = replace(
        PLAIN,
        logical_type=seen.logical_type,
        physical_type=seen.physical_type,
        text_format=strptime_of(seen.text_format) or "" if seen.text_format else PLAIN.text_format,
        number_form=seen.number_form,
    )
    return Kind(column, seen.null_words)


def unread_cells(connection: duckdb.DuckDBPyConnection, kinds: Mapping[str, Kind]) -> dict[str, int]:
    """Per column the cells that its kind cannot read, where there are any."""
    tried = {name: kind for name, kind in kinds.items() if kind.column.logical_type != TEXT}
    if not tried:
        return {}
    counts = []
    for name, kind in tried.items():
        cell = quoted_name(name)
        words = ", ".join(quoted_text(word) for word in kind.null_words) or "''"
        counts.append(f"count(*) filter (where lower({cell}) not in ({words}) and ({kind.value(cell)}) is null)")
    [row] = connection.execute(f"select {', '.join(counts)} from flat_cells").fetchall()
    return {name: count for name, count in zip(tried, row, strict=True) if count}
