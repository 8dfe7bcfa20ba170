"""Which records a column names: by how the ids begin, by what the home holds, by its contracts."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.contracts.contract import Contract
from pipelines.home import Home
from pipelines.proposal.meaning import Meaning
from pipelines.proposal.profile import Seen
from pipelines.proposal.vocabulary import Vocabulary, vocabulary
from pipelines.tables.files import read_table
from pipelines.warehouse import quoted_name, quoted_text

SAMPLE = 50
KNOWN_SHARE = 0.5
OWN_ID = re.compile(r"^ *'(?P<prefix>[^']+:)' \|\| .* as [a-z_]+,$", re.MULTILINE)
TO = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True)
class Reference:
    """A column that names records: what staging puts before its values, the objects it may name (`Object.Column`), and
    how that is known.
    """

    column: Seen
    prefix: str
    targets: tuple[str, ...]
    how: str


def references(
    home: Home, columns: Sequence[Seen], means: Meaning, contracts: Sequence[Contract]
) -> dict[str, Reference | None]:
    """Canonical column (of one that is not recognised its own name) -> what its values name; None where nothing is
    known that they could name.
    """
    words = vocabulary()
    found: dict[str, Reference | None] = {}
    wanted = {name: one for name, one in means.columns.items() if name in words.references}
    own_id = means.table.own_id if means.table else ""
    for canonical, column in wanted.items():
        if canonical != own_id:
            tables = words.references[canonical]
            found[canonical] = (
                by_beginning(column, words)
                or by_values(home, column, tables, contracts)
                or by_contract(home, column, tables, contracts)
            )
    others = [one for one in columns if not means.of(one)]
    return found | {one.name: known for one in others if (known := by_beginning(one, words))}


def by_beginning(column: Seen, words: Vocabulary) -> Reference | None:
    """Record ids tell by their first characters what they name."""
    if not column.prefixes or not set(column.prefixes) <= words.prefixes.keys():
        return None
    targets = tuple(words.prefixes[prefix]["to"] for prefix in column.prefixes)
    names = " and ".join(target.split(".")[0] for target in targets)
    return Reference(column, "", targets, f"record ids of {names}, by how they begin")


def by_values(home: Home, column: Seen, tables: Iterable[str], contracts: Sequence[Contract]) -> Reference | None:
    """What the home holds: ids that are the values, or end with them after a mark."""
    if not home.intake.exists() or not column.some:
        return None
    try:
        connection = duckdb.connect(str(home.intake), read_only=True)
    except duckdb.Error:  # a run is writing: then the contracts must do
        return None
    with connection:
        views = {row[0] for row in connection.execute(
            "select table_name from information_schema.tables where table_schema = 'staging'").fetchall()}  # fmt: skip
        for table in tables:
            own_id = quoted_name(vocabulary().table(table).own_id)
            if table not in views:
                continue
            values = ", ".join(quoted_text(value) for value in column.some[:SAMPLE])
            rows = connection.execute(
                f"select left(id, length(id) - length(v)), count(distinct v) from (select {own_id} as id from "
                f"staging.{table}) as known, (select unnest([{values}]) as v) as asked where id = v or "
                "(ends_with(id, v) and right(left(id, length(id) - length(v)), 1) in (':', '-')) "
                "group by 1 order by 2 desc, 1 limit 1"
            ).fetchall()
            if rows and rows[0][1] >= KNOWN_SHARE * min(len(column.some), SAMPLE):
                prefix = str(rows[0][0])
                how = f"{rows[0][1]} of {min(len(column.some), SAMPLE)} values looked up are in staging.{table}"
                return Reference(column, prefix, targets_of(prefix, contracts), how)
    return None


def by_contract(home: Home, column: Seen, tables: Iterable[str], contracts: Sequence[Contract]) -> Reference | None:
    """The one file of one's own that feeds the table, loaded or not."""
    feeders: list[tuple[str, Path]] = []
    for path in sorted((home.root / "sql" / "staging").glob("*.sql")):
        table = read_table(path)
        if table.feeds in {f"staging.{name}" for name in tables} and (own := OWN_ID.search(table.text)):
            feeders.append((own["prefix"], path))
    if len(feeders) != 1:
        return None
    prefix, path = feeders[0]
    how = f"taken for the ids of {prefix.removesuffix(':')} ({path.name}), not looked up"
    return Reference(column, prefix, targets_of(prefix, contracts), how)


def targets_of(prefix: str, contracts: Sequence[Contract]) -> tuple[str, ...]:
    """The object of one's own whose ids begin so, where its key has a name that a contract can point to."""
    found = [one for one in contracts if prefix == f"{one.object}:" and len(one.key) == 1 and TO.fullmatch(one.key[0])]
    return tuple(f"{one.object}.{one.key[0]}" for one in found)
