"""What was loaded and what was refused. What belongs here: the balance and the warnings of the newest load as lines to
read. Values of records never: a quarantined row is shown by file, line and rule, its reason without what it quotes."""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from pipelines.publish.report.reading import Row, columns_of, read, read_table
from pipelines.publish.report.words import joined, label, number, plural, sentence, without_values

COUNTS = ("rows_read", "rows_loaded", "rows_identical", "rows_superseded", "rows_quarantined", "rows_rejected")
PLACES_SHOWN = 3
QUARANTINED = """
    select file, line, violated_rules, reasons
    from quarantine.rows
    order by file, line
"""
UNMAPPED = """
    select playbook_list, counts_as, count(*) as found_values, sum(records) as records
    from meta.unmapped_values
    group by playbook_list, counts_as
    order by playbook_list, counts_as
"""
REPORT_TITLES = {
    "unlisted": "Files of objects without a contract (kept as text, used nowhere)",
    "missing_optional": "Optional objects that the export does not hold",
    "header_only": "Files with a header and no rows",
    "ignored": "Files that were left aside",
}


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
    """One rule that some rows broke and were loaded all the same."""

    object: str
    rule: str
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
    """The newest load: its files, their total, its warnings, reports (by kind) and the quarantine."""

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


def read_loaded(connection: duckdb.DuckDBPyConnection, run_id: str) -> Loaded:
    """The balance, warnings and quarantine of the run, or of the newest run that has any."""
    balance = of_run(connection, "meta.balance", "object, file", run_id)
    files = tuple(balance_line(row) for row in balance)
    rules = of_run(connection, "meta.rule_results", "object, rule_id", run_id)
    broken = [row for row in rules if is_warning(row)]
    told = of_run(connection, "meta.reports", "kind, object, file, message", run_id)
    held = read_table(connection, "quarantine.rows", QUARANTINED)
    return Loaded(
        files=files,
        total=BalanceLine("All files", "", tuple(sum(line.counts[i] for line in files) for i in range(len(COUNTS)))),
        warned=tuple(warned(row) for row in sorted(broken, key=lambda row: -row["rows_failed"])),
        reports=by_kind([row for row in told if row["kind"] != "suspicious"]) + waiting(rules) + unmapped(connection),
        quarantined=by_rule(held),
    )


def of_run(connection: duckdb.DuckDBPyConnection, table: str, order: str, run_id: str) -> list[Row]:
    """The rows of the load that a run made, or of the newest load when it made none."""
    columns = columns_of(connection, table)
    key = "run_id" if "run_id" in columns else "load_id"
    query = f"select * from {table} where {key} = ? order by {order}"
    return read(connection, query, [load_of(connection, run_id)]) if columns else []


def load_of(connection: duckdb.DuckDBPyConnection, run_id: str) -> str:
    """The run itself where it read extracts, else the newest one that did (a training reads none)."""
    if not columns_of(connection, "meta.balance"):
        return run_id
    newest = "(select max(run_id) from meta.balance)"
    if columns_of(connection, "meta.freshness"):  # the ids of runs say nothing of their order
        newest = f"coalesce((select max_by(run_id, load_number) from meta.freshness), {newest})"
    own = "(select min(run_id) from meta.balance where run_id = ?)"
    [row] = read(connection, f"select coalesce({own}, {newest}) as run_id", [run_id])
    return str(row["run_id"])


def balance_line(row: Row) -> BalanceLine:
    return BalanceLine(row["file"], row["object"], tuple(int(row[column] or 0) for column in COUNTS))


def is_warning(row: Row) -> bool:
    """Whether the rule let its rows in; those it refused are told with the quarantine."""
    return bool(row["rows_failed"]) and str(row["severity"]).lower().startswith("warn")


def warned(row: Row) -> Warned:
    return Warned(label(row["object"]), str(row["rule_id"]), number(row["rows_failed"]))


def by_kind(rows: Sequence[Row]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    kinds = sorted({str(row["kind"]) for row in rows})
    return tuple(
        (
            REPORT_TITLES.get(kind, label(kind)),
            tuple(sentence(str(row["message"])) for row in rows if row["kind"] == kind and row["message"]),
        )
        for kind in kinds
    )


def waiting(rows: Sequence[Row]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """References to records that no file has brought so far, of rows that came with this very load."""
    late = sorted((row for row in rows if row.get("rows_waiting")), key=lambda row: -row["rows_waiting"])
    lines = tuple(
        f"{label(row['object'])}: {plural(row['rows_waiting'], 'row')} ({row['rule_id']}); "
        "what the next run does not bring counts as broken."
        for row in late
    )
    return (("New rows that point to a record which no file holds", lines),) if lines else ()


def unmapped(connection: duckdb.DuckDBPyConnection) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """How many values of the CRM the playbook does not know, by list; the values themselves stay in the house."""
    lines = tuple(
        f"{plural(row['found_values'], 'value')} in {plural(int(row['records']), 'record')}, not in the playbook's "
        f"{row['playbook_list']}, counted as {row['counts_as']}."
        for row in read_table(connection, "meta.unmapped_values", UNMAPPED)
    )
    return (("Values that the playbook does not know", lines),) if lines else ()


def by_rule(rows: Sequence[Row]) -> tuple[Quarantined, ...]:
    """The quarantine grouped by rule, the fullest first; a record that broke two rules counts under both."""
    found: dict[str, list[tuple[Row, str]]] = {}
    for row in rows:
        reasons = row["reasons"] or ()
        for place, rule in enumerate(row["violated_rules"] or ("unreadable",)):
            found.setdefault(rule, []).append((row, reasons[place] if place < len(reasons) else ""))
    return tuple(quarantined(rule, found[rule]) for rule in sorted(found, key=lambda rule: (-len(found[rule]), rule)))


def quarantined(rule: str, records: Sequence[tuple[Row, str]]) -> Quarantined:
    shown = [f"{row['file']} line {number(row['line'])}" for row, _ in records[:PLACES_SHOWN]]
    more = len(records) - len(shown)
    return Quarantined(
        rule=rule,
        records=number(len(records)),
        places=joined([*shown, f"{number(more)} more"]) if more else joined(shown),
        reason=sentence(without_values(records[0][1])),
    )
