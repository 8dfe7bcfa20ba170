"""Full dumps: a record that one lacks has vanished from its source, and counts as deleted from then on.

A dump is all files of an object in one folder or archive (numbered archives are one) with one extract time. A record is
`_absent_since` the first dump that was extracted after the last file which held its key, sound or refused; that is
worked out from what was seen, so that a file which comes late, or again, changes it back.
"""

import dataclasses
import re
from collections.abc import Sequence
from datetime import datetime

import duckdb

from pipelines.contracts.contract import Contract, Dumps
from pipelines.errors import GrowthError
from pipelines.intake.forms.files import ExtractFile, object_name, stem_of
from pipelines.intake.forms.incoming import ROW
from pipelines.intake.merging.fresh import ROWS_PER_FILE, TOUCHED_TABLE, equal_keys
from pipelines.intake.merging.raw_tables import table_name, versions_name
from pipelines.intake.merging.refusals import key_list
from pipelines.intake.proof.ledger import Report
from pipelines.intake.rules.rows import BAD_TABLE
from pipelines.warehouse import quoted_name, quoted_text

DUMPS = "intake.ledger.dumps"
SIGHTINGS = "intake.quarantine.sightings"
ABSENT_TABLE = "absent_records"
TABLES = (
    f"{DUMPS} (object varchar, name varchar, extracted_at timestamp)",
    f"{SIGHTINGS} (object varchar, record_key varchar[], seen_at timestamp)",
)


@dataclasses.dataclass(frozen=True)
class Part:
    """A file that was read in this load: its number, when it was extracted, and its records that nobody can name."""

    number: int
    file: ExtractFile
    extracted_at: datetime | None
    nameless: int


def create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Which dumps came, and when the keys of refused rows were seen."""
    for definition in TABLES:
        connection.execute(f"create table if not exists {definition}")


def dump_name(contract: Contract, file: ExtractFile) -> str | None:
    """The folder or archive whose dump the file is part of; None when it is an increment."""
    dumps = contract.dumps
    if dumps is None or file.is_mended or not (dumps.is_always or re.search(dumps.pattern, file.name, re.IGNORECASE)):
        return None
    if file.member is None:
        return file.name.rpartition("/")[0] or "."
    archive = file.name.removesuffix(f"/{file.member}")
    folder = archive.rpartition("/")[0]
    return f"{folder}/{object_name(stem_of(archive))}" if folder else object_name(stem_of(archive))


def whole_dumps(contract: Contract, files: Sequence[ExtractFile], unread: list[ExtractFile]) -> list[ExtractFile]:
    """The files to read: where one part of a dump is new, all its parts are, for they tell together what is there."""
    places = {(dump_name(contract, file), file.dated_at) for file in unread}
    return [
        file
        for file in files
        if file in unread
        or (dump_name(contract, file) is not None and (dump_name(contract, file), file.dated_at) in places)
    ]


def dumps_of(contract: Contract, parts: Sequence[Part]) -> dict[tuple[str, datetime | None], list[Part]]:
    """The parts of each dump, by its name and date."""
    found: dict[tuple[str, datetime | None], list[Part]] = {}
    for part in parts:
        if (name := dump_name(contract, part.file)) is not None:
            found.setdefault((name, part.file.dated_at), []).append(part)
    return found


def common_moments(contract: Contract, parts: Sequence[Part]) -> dict[int, datetime | None]:
    """By number of a part: when its dump was extracted, where that is later than its own newest moment."""
    moments: dict[int, datetime | None] = {}
    for its in dumps_of(contract, parts).values():
        newest = max((part.extracted_at for part in its if part.extracted_at), default=None)
        moments |= {part.number: newest for part in its if part.extracted_at != newest}
    return moments


def count_nameless(connection: duckdb.DuckDBPyConnection, contract: Contract) -> int:
    """Refused rows whose key cannot be read: who they are nobody knows."""
    missing = " or ".join(f"{quoted_name(name)} is null" for name in contract.key)
    [(count,)] = connection.execute(f"select count(*) from {BAD_TABLE} where {missing or 'true'}").fetchall()
    return int(count)


def note_sightings(connection: duckdb.DuckDBPyConnection, contract: Contract, parts: Sequence[Part]) -> None:
    """Remember when the keys of refused rows were seen: what is refused has not vanished."""
    if contract.dumps is None:
        return
    for part in parts:
        if part.extracted_at is not None:
            its = f"{ROW} between {part.number * ROWS_PER_FILE} and {(part.number + 1) * ROWS_PER_FILE - 1}"
            connection.execute(
                f"insert into {SIGHTINGS} select distinct ?, {key_list('t', contract)}, ?::timestamp "
                f"from {TOUCHED_TABLE} as t where {its}",
                [contract.object, part.extracted_at],
            )


def mark_vanished(
    connection: duckdb.DuckDBPyConnection, contract: Contract, parts: Sequence[Part]
) -> tuple[list[Report], bool]:
    """Bring `_absent_since` up to date; reports about the dumps of this load, and whether any row changed.

    Raises GrowthError when a dump lacks more rows than its contract believes.
    """
    if contract.dumps is None:
        return [], False
    reports, new = note_dumps(connection, contract, parts)
    rows = connection.execute(
        f"select distinct extracted_at from {DUMPS} where object = ? order by all", [contract.object]
    ).fetchall()
    moments = [moment for (moment,) in rows]
    if not moments:
        return reports, False
    find_absent(connection, contract, moments)
    [(changed,)] = connection.execute(f"select count(*) from {ABSENT_TABLE}").fetchall()
    if changed:
        connection.execute(
            f"update {table_name(contract)} as r set _absent_since = a.since from {ABSENT_TABLE} as a "
            f"where {equal_keys(contract, 'r', 'a')}"
        )
    for name, moment in new:
        reports += judge_dump(connection, contract, contract.dumps, name, moment)
    return reports, bool(changed)


def note_dumps(
    connection: duckdb.DuckDBPyConnection, contract: Contract, parts: Sequence[Part]
) -> tuple[list[Report], list[tuple[str, datetime]]]:
    """Write the dumps of this load down; the new ones by name and moment, and reports about those that tell nothing."""
    reports, new = [], []
    for (name, _), its in dumps_of(contract, parts).items():
        moment = its[0].extracted_at
        if moment is None:
            continue
        if nameless := sum(part.nameless for part in its):
            message = (
                f"{nameless} records of the full dump {name} of {contract.object} could not be read far enough to know "
                "which they are, so nothing counts as vanished from it."
            )
            reports.append(Report("dump_unread", contract.object, name, message))
            continue
        found = connection.execute(
            f"select 1 from {DUMPS} where object = ? and name = ? and extracted_at = ?", [contract.object, name, moment]
        ).fetchall()
        if not found:
            connection.execute(f"insert into {DUMPS} values (?, ?, ?)", [contract.object, name, moment])
        new.append((name, moment))
    return reports, new


def find_absent(connection: duckdb.DuckDBPyConnection, contract: Contract, moments: Sequence[datetime]) -> None:
    """Into `absent_records`: the keys of the rows whose `_absent_since` changes, and what it is to be."""
    listed = ", ".join(f"{quoted_text(moment.isoformat(sep=' '))}::timestamp" for moment in moments)
    key = ", ".join(quoted_name(name) for name in contract.key)
    archived = "false"
    if contract.archive:  # what the source puts away by age has not vanished
        age = f"to_days({int(contract.archive.after_days)})"
        archived = f"coalesce(c.{quoted_name(contract.archive.column)} < d - {age}, false)"
        names = f"{key}, {quoted_name(contract.archive.column)}"
    else:
        names = key
    connection.execute(
        f"create or replace temp table {ABSENT_TABLE} as with c as (select {names}, _seen_at, _absent_since, "
        f"{key_list('r', contract)} as record_key from {table_name(contract)} as r "
        f"where _seen_at < {quoted_text(moments[-1].isoformat(sep=' '))}::timestamp or _absent_since is not null), "
        f"older as (select {key}, max(_seen_at) as seen_at from {versions_name(contract)} semi join c using ({key}) "
        f"group by all), refused as (select record_key, max(seen_at) as seen_at from {SIGHTINGS} "
        f"where object = {quoted_text(contract.object)} group by all), "
        f"judged as (select c.*, greatest(c._seen_at, older.seen_at, refused.seen_at) as seen_at from c "
        f"left join older using ({key}) left join refused using (record_key)), "
        f"wanted as (select {key}, _absent_since, list_min(list_filter([{listed}], lambda d: d > c.seen_at "
        f"and not {archived})) as since from judged as c) "
        f"select {key}, since from wanted where since is distinct from _absent_since"
    )


def judge_dump(
    connection: duckdb.DuckDBPyConnection, contract: Contract, dumps: Dumps, name: str, moment: datetime
) -> list[Report]:
    """A report of what vanished from one dump, unless that is more than can be true."""
    alive = "true"
    if dumps.deleted_column:
        alive = f"coalesce({quoted_name(dumps.deleted_column)}, false) = false"
    [(gone, live)] = connection.execute(
        "select count(*) filter (where _absent_since = $1), "
        "count(*) filter (where coalesce(_absent_since >= $1, true)) "
        f"from {table_name(contract)} where {alive}",
        [moment],
    ).fetchall()
    if 100 * gone > dumps.max_vanished_pct * live:
        raise GrowthError(
            f"The full dump {name} of {contract.object} (extracted {moment:%Y-%m-%d %H:%M}) lacks {gone} of the {live} "
            f"records that were there ({100 * gone / live:.0f} %, expected at most {dumps.max_vanished_pct:g} %); "
            "nothing was loaded. Export it anew and whole, or raise maxVanishedPct in its contract if so many are gone."
        )
    if not gone:
        return []
    message = (
        f"{gone} of {live} records of {contract.object} are no longer in the full dump {name}; they count as deleted "
        f"since {moment:%Y-%m-%d %H:%M}."
    )
    return [Report("vanished", contract.object, name, message)]
