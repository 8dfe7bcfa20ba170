"""Columns that an extract lacks though others of its object have them: its records keep the values they had.

A blank cell is a value (somebody emptied it); a column that was not exported says nothing. So every version of a record
is completed from the next older one that came with the column, however late that one came. Which columns a version
came with is told by its file, whose entry in the ledger lists them; a list is numbered here, for this load.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import duckdb

from pipelines.contracts.contract import Contract
from pipelines.intake.forms.incoming import ROW
from pipelines.intake.merging.fresh import ROWS_PER_FILE, create_temp
from pipelines.intake.proof.ledger import Report
from pipelines.warehouse import quoted_name, quoted_text

SETS_TABLE, SET = "column_sets", "_intake_set"
# Per file of the load (its number): its name, and the columns of the raw table that it fills.
Columns = dict[int, tuple[str, list[str]]]


@dataclass(frozen=True)
class ColumnSets:
    """The lists of columns (in lower case) that an object's files came with; -1 stands for a file nobody noted."""

    sets: list[frozenset[str]] = field(default_factory=list)
    of_stored: dict[tuple[str, str], int] = field(default_factory=dict)
    of_fresh: dict[int, int] = field(default_factory=dict)

    def number(self, columns: Iterable[str]) -> int:
        found = frozenset(name.lower() for name in columns)
        if found not in self.sets:
            self.sets.append(found)
        return self.sets.index(found)

    @property
    def is_one(self) -> bool:
        """Whether all files came with the same columns, so that nothing need be told apart."""
        return len({*self.of_stored.values(), *self.of_fresh.values()}) <= 1

    def having(self, column: str) -> list[int]:
        return [-1, *(number for number, names in enumerate(self.sets) if column.lower() in names)]

    def lacking(self, columns: Sequence[str]) -> list[str]:
        """Those of the columns that some files have and others have not."""
        told = set().union(*self.sets) if self.sets else set()
        return [name for name in columns if name.lower() in told and len(self.having(name)) <= len(self.sets)]

    def fresh_sql(self) -> str:
        """SQL for the number of a fresh row's list."""
        if self.is_one or not self.of_fresh:
            return "0"
        numbers = [str(self.of_fresh.get(seq, -1)) for seq in range(max(self.of_fresh) + 1)]
        return f"[{', '.join(numbers)}][1 + {ROW} // {ROWS_PER_FILE}]"

    def stored_sql(self, alias: str) -> tuple[str, str]:
        """SQL for the number of a stored row's list, and the join that it needs.

        A row that was mended or judged anew bears its file's name, but a load in which that file was not read.
        """
        if self.is_one:
            return "0", ""
        join = (
            f"left join {SETS_TABLE} as s on s.load_id = {alias}._load_id and s.file = {alias}._file "
            f"left join (select file, max_by(number, place) as number from {SETS_TABLE} group by file) as n "
            f"on n.file = {alias}._file"
        )
        return "coalesce(s.number, n.number, -1)", join

    def name_sql(self) -> str:
        """SQL for a text that tells the lists apart whatever their numbers are."""
        if self.is_one:
            return "''"
        names = [hashlib.sha256("\0".join(sorted(names)).encode()).hexdigest()[:16] for names in self.sets]
        return f"['-', {', '.join(quoted_text(name) for name in names)}][{SET} + 2]"


def column_sets(
    connection: duckdb.DuckDBPyConnection, stored: Mapping[tuple[str, str], Sequence[str] | None], fresh: Columns
) -> ColumnSets:
    """Number the lists of the files of earlier loads, by load and name, and of this one; `column_sets` has the former.

    None stands for a file of which no list was noted.
    """
    found = ColumnSets()
    for place, columns in stored.items():
        found.of_stored[place] = -1 if columns is None else found.number(columns)
    for number, (_, columns) in fresh.items():
        found.of_fresh[number] = found.number(columns)
    create_temp(
        connection, SETS_TABLE, {"load_id": "VARCHAR", "file": "VARCHAR", "number": "BIGINT", "place": "BIGINT"}
    )
    if not found.is_one:
        rows = [(*place, number, i) for i, (place, number) in enumerate(found.of_stored.items())]
        lists = [[row[i] for row in rows] for i in range(4)]
        unnested = ", ".join(f"unnest(?::{kind}[])" for kind in ("varchar", "varchar", "bigint", "bigint"))
        connection.execute(f"insert into {SETS_TABLE} select {unnested}", lists)
    return found


def own_value(sets: ColumnSets, name: str) -> str:
    """SQL for what a version itself said: null where its file lacks the column."""
    return f"case when {is_in(sets.having(name))} then {quoted_name(name)} end as {quoted_name(name)}"


def completed(sets: ColumnSets, contract: Contract, name: str, place: str) -> str:
    """SQL for the value of the newest version, from this one backwards, that came with the column.

    `place` numbers a record's versions, the newest first. (A value without its column is a refusal that was carried.)
    """
    column = quoted_name(name)
    key = ", ".join(quoted_name(part) for part in contract.key)
    said = f"case when {is_in(sets.having(name))} or {column} is not null then {{'v': {column}}} end"
    return (
        f"(last_value({said} ignore nulls) over (partition by {key} order by {place} desc "
        f"rows between unbounded preceding and current row)).v as {column}"
    )


def is_in(numbers: list[int]) -> str:
    return f"{SET} in ({', '.join(str(number) for number in numbers)})"


def report_absent(contract: Contract, has: Columns, had: Sequence[str]) -> list[Report]:
    """A report per file that lacks some of the columns `had` by any extract."""
    reports = []
    for file, columns in has.values():
        present = {name.lower() for name in columns}
        if missing := [name for name in had if name.lower() not in present]:
            message = (
                f"{file} lacks {', '.join(missing)}, which other extracts of {contract.object} have; "
                "the records keep the values they had."
            )
            reports.append(Report("absent_column", contract.object, file, message))
    return reports
