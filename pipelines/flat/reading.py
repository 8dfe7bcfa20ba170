"""A file as a table of typed columns: the types are those that read every filled cell, else text.

The forms of files and of numbers and dates are those of the loading (`intake/forms`, `proposal/profile`), so that what
a company's extract may look like, any table may.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import polars as pl

from pipelines.contracts.contract import Column
from pipelines.contracts.formats import strptime_of
from pipelines.errors import GrowthError
from pipelines.intake.forms.incoming import ROW, Malformed
from pipelines.intake.rules.cells import typed
from pipelines.proposal.profile import Seen, cells_of, profile
from pipelines.warehouse import quoted_name, quoted_text

TEXT = "string"
PLAIN = Column("x", TEXT, "varchar", False, None, False, False, ".")


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
        names = list(incoming.columns)
        check_there(path, names, [*as_text, *(kinds or ())])
        found = profile(connection, incoming, path) if kinds is None else None
        shown = names if found is None else [one.name for one in found.columns]
        listed = ", ".join(f"nullif(trim({quoted_name(name)}::varchar), '') as {quoted_name(name)}" for name in names)
        connection.execute(f"create temp table flat_cells as select {listed} from incoming_text order by {ROW}")
        chosen = dict(kinds or {})
        if found is not None:
            chosen = {one.name: kind_of(one) for one in found.columns}
        unread = unread_cells(connection, chosen)
        if kinds is None:
            chosen = {name: Kind(PLAIN) if unread.get(name) else kind for name, kind in chosen.items()}
            unread = {}
        typed_sql = ", ".join(
            f"{chosen[name].value(quoted_name(name))} as {quoted_name(name)}" for name in shown if name in chosen
        )
        frame = pl.DataFrame(connection.execute(f"select {typed_sql} from flat_cells").to_arrow_table())
        text_sql = ", ".join(map(quoted_name, dict.fromkeys(as_text)))
        text = pl.DataFrame(connection.execute(f"select {text_sql} from flat_cells").to_arrow_table())
        return FlatFile(path, frame, text, chosen, incoming.malformed, unread)


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
