"""Are the data whole? What belongs here: the newest load's warnings, its rows per source, how old objects are, how
full the fields that matter are, as lines to read. Single files and rules stand in `loaded`; nothing is judged here but
what the tables of `meta` already say."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from pipelines.publish.report.charts import age_bar, sparkline
from pipelines.publish.report.filling import Filling, read_filling
from pipelines.publish.report.loaded import COUNTS, BalanceLine, load_of, of_run
from pipelines.publish.report.reading import Row, has_table, read
from pipelines.publish.report.words import joined, label, number, plural, sentence, span

NAMED_LATE = 6
"""Late objects that the opening sentence names; the picture below it names them all."""
LOADS_SHOWN = 12
FRESHNESS = """
    select * from meta.freshness
    where
        run_id = coalesce(
            (select min(run_id) from meta.freshness where run_id = ?),
            (select max_by(run_id, load_number) from meta.freshness)
        )
        and expected_hours is not null
        and source in (select source from meta.freshness where records > 0)
    order by source, verdict = 'late' desc, verdict = 'unknown', object
"""
LOADS = f"""
    with loads as (
        select run_id, max(load_number) as load_number from meta.freshness
        group by run_id order by load_number desc limit {LOADS_SHOWN}
    )
    select meta.balance.source, loads.load_number, sum(meta.balance.rows_loaded)::bigint as rows_loaded
    from loads left join meta.balance on meta.balance.run_id = loads.run_id
    group by all order by loads.load_number
"""
WARNED = """
    select distinct warned.message, warned.object
    from meta.reports as warned
    where
        warned.kind = 'suspicious'
        and warned.run_id in (?, (
            select max_by(balance.run_id, freshness.load_number)
            from meta.balance as balance
            inner join meta.freshness as freshness on balance.run_id = freshness.run_id
            where balance.rows_loaded + balance.rows_superseded > 0
        ))
    order by warned.object, warned.message
"""
"""Those of the load shown, and of the last one that brought anything: what it lacked is lacking still."""
VERDICTS = {"fresh": "fresh", "late": "late", "unknown": "nothing came"}


@dataclass(frozen=True)
class SourceLine:
    """One source's files of the load: their balance, and its rows over the last loads as a picture (or nothing)."""

    balance: BalanceLine
    files: int
    trend: str


@dataclass(frozen=True)
class AgeLine:
    """One object whose age matters: its newest moment's age as a bar and in words, and the verdict."""

    source: str
    object: str
    verdict: str
    verdict_words: str
    age: str
    promise: str
    bar: str


@dataclass(frozen=True)
class Whole:
    """The section: one sentence, what to look at, the sources, the objects, the fields."""

    words: str
    is_well: bool
    warnings: tuple[str, ...]
    sources: tuple[SourceLine, ...]
    ages: tuple[AgeLine, ...]
    filling: Filling

    @property
    def has_trend(self) -> bool:
        return any(line.trend for line in self.sources)


def read_whole(connection: duckdb.DuckDBPyConnection, run_id: str) -> Whole:
    """What the run's load says, or the newest one where that run loaded nothing."""
    run = load_of(connection, run_id)
    balance = of_run(connection, "meta.balance", "source, object, file", run_id)
    is_measured = has_table(connection, "meta.freshness")
    ages = tuple(age_line(row) for row in read(connection, FRESHNESS, [run])) if is_measured else ()
    warned = read(connection, WARNED, [run]) if is_measured and has_table(connection, "meta.reports") else []
    warnings = tuple(sentence(str(row["message"])) for row in warned)
    sources = source_lines(balance, read(connection, LOADS) if is_measured and balance else [])
    late = [line.object for line in ages if line.verdict == "late"]
    is_well = bool(sources) and not warnings and not late and all(line.balance.adds_up for line in sources)
    return Whole(opening(sources, warnings, late), is_well, warnings, sources, ages, read_filling(connection))


def opening(sources: Sequence[SourceLine], warnings: Sequence[str], late: Sequence[str]) -> str:
    """The answer in one sentence."""
    if not sources:
        return "No file has been loaded yet."
    lost = [line.balance.file for line in sources if not line.balance.adds_up]
    if lost:
        return f"No: rows of {joined(lost)} are not accounted for."
    parts = (
        [plural(len(warnings), "thing about the extracts looks", "things about the extracts look") + " odd"]
        if warnings
        else []
    )
    told = [*late[:NAMED_LATE], f"{len(late) - NAMED_LATE} more objects"] if len(late) > NAMED_LATE + 1 else late
    parts += [f"{joined(told)} {'is' if len(late) == 1 else 'are'} older than promised"] if late else []
    if parts:
        return f"Every row read is accounted for, but {joined(parts)}."
    return "Yes: every row read is accounted for, nothing about the extracts looks odd, and nothing is late."


def source_lines(balance: Sequence[Row], loads: Sequence[Row]) -> tuple[SourceLine, ...]:
    """The sources of a load; a picture where several loads have come."""
    by_source: dict[str, list[Row]] = defaultdict(list)
    for row in balance:
        by_source[str(row["source"])].append(row)
    moments = sorted({row["load_number"] for row in loads})
    came = {(row["source"], row["load_number"]): int(row["rows_loaded"] or 0) for row in loads}
    lines = []
    for source, rows in sorted(by_source.items()):
        counts = tuple(sum(int(row[column] or 0) for row in rows) for column in COUNTS)
        values = [came.get((source, moment), 0) for moment in moments]
        told = f"Rows loaded of {source} in the last {len(values)} loads"
        trend = sparkline(values, told, [number(value) for value in values]) if len(values) > 1 else ""
        lines.append(SourceLine(BalanceLine(label(source), "", counts), len(rows), trend))
    return tuple(lines)


def age_line(row: Row) -> AgeLine:
    verdict, age, promise = str(row["verdict"]), row["age_hours"], row["expected_hours"]
    words = f"newest {span(max(age, 0))} old" if age is not None and row["records"] else "no moment known"
    return AgeLine(
        source=label(row["source"]),
        object=label(row["object"]),
        verdict=verdict,
        verdict_words=VERDICTS[verdict],
        age=words,
        promise=f"late after {span(promise)}",
        bar=age_bar(label(row["object"]), verdict, age, promise, words),
    )
