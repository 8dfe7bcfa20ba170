"""What was loaded and what was refused. What belongs here: the balance and the warnings of the newest load as lines to
read. Values of records never: a quarantined row is shown by file, line and rule, its reason without what it quotes."""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from pipelines.publish.report.reading import Row, columns_of, has_table, read
from pipelines.publish.report.words import as_list, joined, label, number, plural, sentence, without_values

BALANCE = """
    select run_id, source, object, file, rows_read, rows_loaded, rows_identical, rows_superseded, rows_quarantined,
        rows_rejected
    from meta.balance
    order by run_id, source, object, file
"""
COUNTS = ("rows_read", "rows_loaded", "rows_identical", "rows_superseded", "rows_quarantined", "rows_rejected")
QUARANTINED = """
    select rule, count(*) as records, count(distinct file) as files,
        list_sort(list(struct_pack(file := file, line := line)))[1:3] as places,
        min(reason) as reason
    from (
        select file, line, unnest(violated_rules) as rule, unnest(reasons) as reason
        from quarantine.rows
        where quarantined_at_load = ?
    )
    group by rule
    order by records desc, rule
"""


@dataclass(frozen=True)
class BalanceLine:
    """One file: `counts` in the order of COUNTS, and whether they add up to what was read."""

    file: str
    object: str
    counts: tuple[int, ...]

    @property
    def adds_up(self) -> bool:
        return self.counts[0] == sum(self.counts[1:])


@dataclass(frozen=True)
class Warned:
    """One rule that some rows broke, in words."""

    object: str
    rule: str
    severity: str
    rows: str


@dataclass(frozen=True)
class Quarantined:
    """One rule of the quarantine: how many records it holds, where the first lie, one reason without its values."""

    rule: str
    records: str
    places: str
    reason: str


@dataclass(frozen=True)
class Loaded:
    """The newest load: its files, their total, its warnings, reports and quarantine."""

    files: tuple[BalanceLine, ...]
    total: BalanceLine
    warned: tuple[Warned, ...]
    reports: tuple[tuple[str, tuple[str, ...]], ...]
    quarantined: tuple[Quarantined, ...]

    @property
    def refused(self) -> int:
        return self.total.counts[4] + self.total.counts[5]

    @property
    def adds_up(self) -> bool:
        return all(line.adds_up for line in self.files)
