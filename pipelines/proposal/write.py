"""The proposal: a contract in YAML, a staging file in SQL, and lines that say what was guessed and what to check."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import yaml

from pipelines.contracts.contract import Contract
from pipelines.errors import GrowthError, listed
from pipelines.home import Home
from pipelines.intake.forms.files import stem_of
from pipelines.proposal.document import contract_document, is_protected
from pipelines.proposal.findings import REFUSALS, Findings, consent_of
from pipelines.proposal.keys import key_of
from pipelines.proposal.meaning import meaning_of, name_says, named
from pipelines.proposal.profile import Seen, cells_of, profile
from pipelines.proposal.references import references
from pipelines.proposal.staging import TIED, links_by_address, staging_text
from pipelines.proposal.vocabulary import Table, vocabulary
from pipelines.warehouse import quoted_name

SHOWN = 6
DAYS_SEEN = 10
"""Days with rows from which on the gaps between them say how often such rows come."""


@dataclass(frozen=True)
class Proposal:
    """What will be written, and what a person should look at."""

    contract: str
    staging: str
    table: str
    lines: tuple[str, ...]


def propose(path: Path, source: str, name: str, home: Home, contracts: Sequence[Contract]) -> Proposal:
    """The proposal for a file. Raises GrowthError where it cannot be read, or no column tells its rows apart."""
    with cells_of(path) as (connection, incoming):
        seen = profile(connection, incoming, path)
        columns = tuple(named(one) for one in seen.columns)
        means = meaning_of(stem_of(path.name), columns)
        columns = tuple(as_meant(one, means.of(one)) for one in columns)
        means = replace(means, columns={one: as_meant(column, one) for one, column in means.columns.items()})
        key, nearest = key_of(connection, columns, means)
        if not key:
            raise GrowthError(without_key(path, nearest))
        columns = tuple(as_key(one) if one.name in key else one for one in columns)
        seen = replace(seen, columns=columns)
        found = Findings(
            (source, name, stem_of(path.name)), seen, key, means, references(home, columns, means, contracts),
            consent_of(columns, means), None,
        )  # fmt: skip
        found = replace(found, gap_days=gap_days(connection, found))
        if len(incoming.malformed):
            lines = [f"{len(incoming.malformed):,} records cannot be read and will be in quarantine."]
        else:
            lines = []
    text = yaml.safe_dump(contract_document(found), sort_keys=False, allow_unicode=True, width=110)
    staging = staging_text(found, means.table) if means.table else ""
    return Proposal(text, staging, means.table.name if means.table else "", (*remarks(found), *lines))


def as_meant(one: Seen, meaning: str) -> Seen:
    """A refusal in 0 and 1 is a yes or no; a day on which something happened is a moment."""
    if meaning in REFUSALS and one.logical_type == "integer":
        return replace(one, logical_type="boolean", physical_type="boolean", low=None, high=None)
    if meaning and not meaning.startswith(("is_", "has_", "do_")) and one.logical_type == "boolean":
        return replace(one, logical_type="string", physical_type="varchar")
    if meaning.endswith("_at") and one.logical_type == "date":
        return replace(one, logical_type="timestamp", physical_type="timestamp")
    return one


def as_key(one: Seen) -> Seen:
    """Digits that name a row are text, whatever they look like today."""
    return (
        replace(one, logical_type="string", physical_type="varchar", low=None, high=None, number_form="")
        if one.logical_type == "integer"
        else one
    )


def without_key(path: Path, nearest: tuple[str, int] | None) -> str:
    near = ""
    if nearest:
        shared = "is blank or shared" if nearest[1] != 1 else "is blank or shared as well"
        near = f" Nearest comes {nearest[0]}: in {nearest[1]:,} row{'s' * (nearest[1] != 1)} it {shared}."
    return (
        f"{path}: no column, and no two or three together, are filled and different in every row, so its rows cannot "
        f"be told apart.{near} Add a column with a number or an id, or take the doubled rows out."
    )


def gap_days(connection: duckdb.DuckDBPyConnection, found: Findings) -> int | None:
    """The most days that passed between two days with rows, at least a week; none where there are too few days to say,
    and where rows neither change nor tell of events: such a list comes once.
    """
    table = found.means.table
    if table is None or not (table.is_steady or "modified_at" in found.means.columns or table.name == "tasks"):
        return None
    times = [one for one in found.seen.columns if one.name in found.times and not one.text_format]
    if not times:
        return None
    moment = f"try_cast(left({quoted_name(times[0].name)}::varchar, 10) as date)"
    [(days, gap)] = connection.execute(
        f"select count(*), max(day - before) from (select day, lag(day) over (order by day) as before from "
        f"(select distinct {moment} as day from incoming_text) as days where day is not null) as gaps"
    ).fetchall()
    return max(int(gap), 7) if days >= DAYS_SEEN and gap else None


def remarks(found: Findings) -> list[str]:
    """What a person should check, most important first."""
    table, means, seen = found.means.table, found.means.columns, found.seen
    rows = f"all {seen.rows:,} rows" if seen.is_whole else f"every row; types were told from the first {seen.rows:,}"
    lines = [f"Key: {' and '.join(found.key)} (filled and different in {rows})."]
    if table is None:
        lines.append("Feeds no table: its columns are those of no object known here. Loaded, checked, read by none.")
    else:
        told = ", ".join(f"{column.name} -> {name}" for name, column in means.items())
        lines.append(f"Feeds staging.{table.name}: {told}. Please check.")
        lines += doubts(found, table)
    lines += [f"{one.column.name}: {one.how}." for one in found.known.values() if one]
    lines += [f"Protected: {one.name}; kept, and read by no model." for one in seen.columns if is_protected(one)]
    lines += [
        f"{one.name}: read as {one.text_format}; day and month could be the other way round."
        for one in seen.columns
        if one.is_ambiguous
    ]
    if local := [one.name for one in seen.columns if one.logical_type == "timestamp" and "mm" in one.text_format]:
        lines.append(
            f"{listed(local, SHOWN)}: times without a zone are read as UTC; say `defaultTimezone: Europe/Berlin` or so."
        )
    if nothing := sorted({word for one in seen.columns for word in one.null_words}):
        lines.append(f"Cells that count as blank in every column: {', '.join(map(repr, nothing))}.")
    if table and (
        unread := [one.name for one in seen.columns if not found.means.of(one) and one.name not in found.key]
    ):
        lines.append(f"Not recognised, loaded and read by no table: {listed(unread, SHOWN)}.")
    if seen.left_out:
        lines.append(f"{len(seen.left_out):,} columns are not described; they are loaded as text.")
    if found.gap_days and found.times:
        lines.append(
            f"Late after {found.gap_days + 1} days without a newer row (slaProperties): the longest gap so far."
        )
    return [*lines, "knownAt is `tracked` for what may change later; say `at_creation` where it never does."]


def doubts(found: Findings, table: Table) -> list[str]:
    """What the table would need, and the file does not say or says in another form."""
    means = found.means.columns
    is_needed = {*table.tells, *(one for group in table.needs for one in group), *REFUSALS, "employees"}
    lines = [
        f"{column.name} should be the {name.replace('_', ' ')}, but holds text such as {column.some[0]!r}: not taken."
        for name, column in found.means.unfit.items()
        if column.some and name in is_needed
    ]
    for name, reference in found.known.items():
        is_linked = links_by_address(found, table) and name in TIED
        if reference is None and not is_linked:
            kind = name.removesuffix("_id").replace("who", "person").replace("what", "record")
            lines.append(
                f"{means[name].name}: no {kind} is known here with such ids, so it links nothing yet; propose and run "
                "the file that has them first, then this one."
            )
    if links_by_address(found, table):
        lines.append(f"Its people are found by their address in {means['email'].name} among contacts and leads.")
    if table.name == "leads" and name_says(vocabulary().table("contacts"), found.names[2]):
        lines.append("Leads, not contacts: no column holds ids of accounts, and a lead keeps the name of its company.")
    if table.name == "events" and not found.times:
        lines.append("No column says when a meeting was entered: it counts as known from its start.")
    elif not found.times:
        lines.append(
            "No column says when a row came about: a date in the file's name does (fair_2026-03-12.csv); without one "
            "no list takes its rows."
        )
    if "has_opted_out_of_email" in table.types and "has_opted_out_of_email" not in means:
        lines.append(
            f"A yes in {found.consent.name} allows e-mail, a no forbids it."
            if found.consent
            else "No opt-out column was recognised: whether e-mail is allowed stays unknown."
        )
    if table.name == "tasks" and not {"is_closed", "status"} & means.keys():
        lines.append("No status: every row counts as something that was done.")
    return lines
