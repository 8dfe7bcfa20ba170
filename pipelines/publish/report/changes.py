"""What changed in the lists since they were published last: counts, and the most notable lines in words.

Names are those of the published lists alone, so nobody who refused is named; who left is only counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from pipelines.publish.report.reading import Row, has_table, read
from pipelines.publish.report.words import label, number, plural

SHOWN, REASONS_SHOWN = 5, 5
LISTS = {
    "lead_queue": ("The queue", "marts.lead_queue", "coalesce(person_name, 'Name unknown')", "queue_item_id"),
    "target_accounts": ("Target accounts", "marts.target_accounts", "account_name", "account_id"),
}
"""Per list: its title, its table, the name of a line, its key."""
KIND = """
    case
        when starts_with(change_reason, 'tier ') then 'tier'
        when starts_with(change_reason, 'new ') then 'new'
        when starts_with(change_reason, 'came back') then 'back'
    end
"""
COUNTS = f"""
    select count(*) filter (where kind = 'new') as new, count(*) filter (where kind = 'back') as back,
        count(*) filter (where kind = 'tier') as moved, count(change_reason) as explained, count(*) as lines
    from (select change_reason, {KIND} as kind from {{table}})
"""
NOTABLE = f"""
    select {{name}} as name, rank, previous_rank, change_reason, {KIND} as kind
    from {{table}}
    where {KIND} is not null
    order by rank, {{key}}
    limit {SHOWN}
"""
WHY = """
    select split_part(split_part(split_part(change_reason, ': ', 2), ' since ', 1), ' to ', 1) as why, count(*) as units
    from {table} where starts_with(change_reason, 'tier ') group by all order by units desc, why
"""
LEFT = """
    select split_part(split_part(why, ' on ', 1), ' (since', 1) as why, count(*) as units
    from scores.list_leavers where list_name = ? group by all order by units desc, why
"""


@dataclass(frozen=True)
class ChangeLine:
    """One line of a list that is new or stands in another tier."""

    rank: str
    name: str
    before: str
    why: str


@dataclass(frozen=True)
class ListChanges:
    """One list: what changed in a sentence, why units left or moved (with counts), the most notable lines."""

    title: str
    words: str
    left: tuple[str, ...]
    moved: tuple[str, ...]
    lines: tuple[ChangeLine, ...]


def read_changes(connection: duckdb.DuckDBPyConnection) -> tuple[ListChanges, ...]:
    """Every list that was published before; nothing for a first publication."""
    if not has_table(connection, "scores.list_leavers") or not has_table(connection, "scores.previous_lists"):
        return ()
    known = {row["list_name"] for row in read(connection, "select distinct list_name from scores.previous_lists")}
    return tuple(
        changes_of(connection, name) for name in LISTS if name in known and has_table(connection, LISTS[name][1])
    )


def changes_of(connection: duckdb.DuckDBPyConnection, list_name: str) -> ListChanges:
    title, table, name, key = LISTS[list_name]
    [counts] = read(connection, COUNTS.format(table=table))
    left = read(connection, LEFT, [list_name])
    gone = sum(row["units"] for row in left)
    parts = (
        f"{number(counts['new'])} new", f"{number(counts['back'])} back after being out", f"{number(gone)} left",
        f"{number(counts['moved'])} in another tier than before",
    )  # fmt: skip
    told = f"{', '.join(parts[:-1])} and {parts[-1]}, of {plural(counts['lines'], 'line')} now."
    lines = read(connection, NOTABLE.format(name=name, table=table, key=key))
    moved = read(connection, WHY.format(table=table))
    return ListChanges(title, told, with_counts(left), with_counts(moved), tuple(map(change_line, lines)))


def with_counts(rows: Sequence[Row]) -> tuple[str, ...]:
    """The most frequent reasons, each with how many units it holds for."""
    return tuple(f"{label(row['why'] or 'no dated news')}: {number(row['units'])}" for row in rows[:REASONS_SHOWN])


def change_line(row: Row) -> ChangeLine:
    before = number(row["previous_rank"]) if row["previous_rank"] is not None else "not listed"
    return ChangeLine(number(row["rank"]), row["name"] or "Name unknown", before, label(row["change_reason"]))
