"""One load: a folder of extracts into `raw`, `quarantine` and the ledger, all of it or nothing.

What belongs here: the order of the steps. Each step has a module of its own.
"""

import json
import tempfile
from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path

import duckdb

from pipelines.contracts.contract import Contract
from pipelines.errors import GrowthError
from pipelines.intake.forms.files import ExtractFile, find_files, sha256_of
from pipelines.intake.forms.incoming import Incoming
from pipelines.intake.forms.parquet import whole
from pipelines.intake.forms.recognised import check_header, read_recognised
from pipelines.intake.history.archived import missing_archive
from pipelines.intake.history.attribute_history import note_touched
from pipelines.intake.history.history_coverage import note_moments, prepare_history, remember_history
from pipelines.intake.merging import dumps, refusals
from pipelines.intake.merging.absent import column_sets, report_absent
from pipelines.intake.merging.doubled import report_doubled
from pipelines.intake.merging.fresh import add_fresh, date_fresh, end_fresh, span_of, start_fresh, widen_fresh
from pipelines.intake.merging.raw_tables import align_table, align_tables, filled_tables, is_known
from pipelines.intake.merging.upsert import Fates, make_room, upsert
from pipelines.intake.merging.versions import Stored
from pipelines.intake.plan import plan_files
from pipelines.intake.proof import ledger
from pipelines.intake.proof.account import Account, told_if_refused
from pipelines.intake.proof.balance import Ended, places_of, told_by, where_rows_ended
from pipelines.intake.proof.completeness import measure
from pipelines.intake.proof.known import KnownFiles
from pipelines.intake.proof.ledger import FileBalance, LedgerFile, Report
from pipelines.intake.proof.suspicion import look_at_end, suspicions, without_line_end
from pipelines.intake.report import LoadReport
from pipelines.intake.rules.references import changed_contracts, flag_references, note_settled
from pipelines.intake.rules.rejected import check_rows, refused
from pipelines.intake.rules.rows import extra_columns, raw_columns
from pipelines.intake.rules.whole_tables import note_broken_tables, refuse_broken_tables
from pipelines.intake.under_way import Load, Taken, date_dumps
from pipelines.intake.workshop import quarantine, replay
from pipelines.intake.workshop.mended import find_mended, note_mended, origin_sql, with_mended
from pipelines.warehouse import transaction

Progress = Callable[[str, int, int], None]


def load_extracts(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    contracts: list[Contract],
    load_id: str,
    progress: Progress | None = None,
    *,
    now: datetime | None = None,
    digest: Callable[[Path], str] = sha256_of,
    mended: Path | None = None,
) -> LoadReport:
    """Load every file of `folder` that has not been loaded yet, in one transaction over the intake database.

    `progress(file, done, total)` is called before each file; `now` (naive UTC) bounds the as-of moment, `digest`
    gives a file's sha256; `mended`, the folder of rows mended by hand, is read after the extracts. Raises GrowthError,
    with no table changed and the balance of what was read noted, for a folder or file that cannot be read, a required
    object without a file or without rows, a header without required columns, and a file of which more rows break the
    contract than it allows.
    """
    account = Account(load_id)
    with told_if_refused(connection, account):
        files = find_files(folder, digest)
        with tempfile.TemporaryDirectory() as scratch, transaction(connection):
            load = begin(connection, contracts, account, now, Path(scratch))
            plan = plan_files(folder, files, contracts, load.known)
            load.reports += plan.reports
            for contract, its_files in plan.files:
                for file in its_files:
                    if progress:
                        progress(file.name, load.files_seen, len(files))
                    load.files_seen += 1
                load_object(load, contract, its_files + find_mended(mended, contract, digest))
            report = finish(load, contracts)
        note_broken_tables(connection, contracts, load.read, load_id)
        return report


def begin(
    connection: duckdb.DuckDBPyConnection,
    contracts: list[Contract],
    account: Account,
    now: datetime | None,
    scratch: Path,
) -> Load:
    """A load in the open transaction that has read nothing yet; `scratch` must stay until its end."""
    ledger.create_ledger(connection)
    quarantine.create_tables(connection)
    dumps.create_tables(connection)
    prepare_history(connection, contracts)
    known = KnownFiles(ledger.loaded_files(connection))
    filled, refused_by = filled_tables(connection), quarantine.refused_files(connection)
    changed = align_tables(connection, contracts)
    return Load(
        connection, account.load_id, now, scratch, known.next_number(), known, account, filled, refused_by,
        changed=changed,
    )  # fmt: skip


def load_object(load: Load, contract: Contract, files: list[ExtractFile]) -> None:
    """All files of one object: read what is new, judge it, move it into the raw table, note the balance."""
    unread = dumps.whole_dumps(contract, files, load.known.unread(contract, files))
    waiting = replay.waiting_files(load.refused_files, contract, {file.name for file in unread})
    for file in files:
        if file not in unread and (entry := load.known.entry(contract, file)):
            load.balances.append(balance_of_known(load, contract, file, entry))
            load.account.known.append(load.balances[-1])
    if not (unread or waiting):
        return
    load.has_columns = {}
    load.filled.add(contract.table)
    load.changed |= align_table(load.connection, contract, [])
    start_fresh(load.connection, contract)
    taken = [took for number, file in enumerate(unread) if (took := take_file(load, contract, file, number))]
    is_empty = unread == files and not waiting and not any(took.entry.records for took in taken)
    if contract.required and is_empty and not is_known(load.connection, contract):
        raise GrowthError(
            f"{files[0].name} holds a header and no rows; {contract.object} is required, so nothing was loaded."
        )
    taken = date_dumps(load, contract, taken)
    replayed = replay.judge_waiting(load, contract, waiting, len(unread))
    places = places_of(load.connection, contract, {took.number: took.told for took in taken})
    answered = quarantine.release_answered(load.connection, contract, load.load_id)
    note_moments(load.connection, contract, load.has_columns)
    fates = merge(load, contract, unread, [took.file.name for took in taken if not took.file.is_mended])
    reports, moved = dumps.mark_vanished(load.connection, contract, [took.part for took in taken])
    load.reports += reports
    load.changed |= moved
    note_touched(load.connection, contract)
    ended = where_rows_ended(load.connection, contract, load.load_id, places, fates, answered=answered)
    note_settled(load.connection, contract, load.load_id)
    end_fresh(load.connection)
    for took in taken:
        note_entry(load, contract, took, ended[took.number])
    replay.note_replayed(load, contract, replayed, fates)


def merge(load: Load, contract: Contract, unread: list[ExtractFile], read: list[str]) -> Fates:
    """The fresh rows into the raw table, with the values and refusals that an extract cannot take away; `read`: the
    names of the extracts that they come from."""
    connection = load.connection
    if contract.key:
        had = ledger.columns_present(connection).get(contract.object, ())
        load.reports += report_absent(contract, load.has_columns, had)
    replaced = [place for file in unread for place in load.known.replaced(contract, file)]
    columns = with_mended(connection, contract, load.known.columns_of(contract), replaced)
    sets = column_sets(connection, columns, load.has_columns)
    load.changed |= make_room(connection, contract, read)
    fates, reached = upsert(connection, contract, Stored(sets, replaced))
    load.reports += refusals.report_carried(contract, reached)
    load.reports += report_doubled(connection, contract)
    load.changed |= bool(reached)
    return fates


def balance_of_known(load: Load, contract: Contract, file: ExtractFile, entry: LedgerFile) -> FileBalance:
    """A content loaded before is not read again: its rows are identical, those still in quarantine apart.

    Rows that left quarantine did so because a sound version of their record came in.
    """
    refused = quarantine.still_refused(load.connection, contract.object, entry.file)
    mended = max(entry.rows_quarantined - refused, 0)
    return FileBalance(
        load.load_id, contract.source, contract.object, file.name, entry.lines, entry.records,
        0, entry.records - refused - mended, mended, refused, 0,
    )  # fmt: skip


def take_file(load: Load, contract: Contract, file: ExtractFile, number: int) -> Taken | None:
    """Read and judge one file: good rows to the fresh table, the others to quarantine."""
    load.account.look_at(contract.object, file.name)
    with tempfile.TemporaryDirectory(dir=load.scratch) as scratch:
        incoming, reports = read_recognised(load.connection, contract, file, Path(scratch), number)
        load.reports += reports
        if incoming is None:
            return None
        load.account.note_read(contract.source, incoming.lines, incoming.records)
        if not file.is_mended:
            check_header(contract, file, incoming)
        if incoming.records == 0:
            message = f"{file.name} holds a header and no rows."
            load.reports.append(Report("header_only", contract.object, file.name, message))
        extras = list(extra_columns(contract, incoming))
        if extras and align_table(load.connection, contract, extras):
            load.changed = True
            widen_fresh(load.connection, contract, extras)
        return take_rows(load, contract, file, incoming, number)


def take_rows(load: Load, contract: Contract, file: ExtractFile, incoming: Incoming, number: int) -> Taken:
    """Judge the rows of a file whose columns the tables have."""
    connection = load.connection
    told = told_by(file, incoming)
    with whole(file.name) if incoming.format == "parquet" else nullcontext():
        labels = load.labels(file) | origin_sql(file)
        accepted = add_fresh(connection, contract, incoming, labels, number)
        bad = quarantine.count_bad(connection) if accepted < incoming.rows else 0
        if bad:
            refusals.note_refusals(connection, contract, incoming, number)
    if accepted + bad != incoming.rows:
        raise GrowthError(
            f"{file.name}: {incoming.rows} records were counted, but {accepted + bad} were read; nothing was loaded."
        )
    if file.is_mended:
        note_mended(connection, contract, file, load.load_id, number)
    else:
        check_rows(connection, contract, file, incoming, bad)
    if bad and load.known.is_judged_anew(contract, file):
        quarantine.withdraw_versions(connection, contract, file.name)
    span = span_of(connection, contract, load.now, number)
    extracted_at = None if file.is_mended else load.dated_at(file) or span.newest
    if load.dated_at(file) is None:
        date_fresh(connection, {number: extracted_at})
    why = quarantine.Refusal(file.name, load.load_id, load.now, extracted_at)
    quarantine.refuse_rows(connection, contract, incoming, bad, why)
    load.reports += look_at_end(contract.object, file.name, incoming, load.endings)
    load.read.setdefault(contract.object, []).append(refused(contract, file, incoming))
    names = raw_columns(contract, incoming)
    ledger.write_columns_present(connection, contract, names)
    load.has_columns[number] = (file.name, names)
    entry = LedgerFile(
        file.sha256, contract.digest, file.name, contract.source, contract.object, incoming.format,
        file.compression, file.bytes, incoming.records, incoming.lines, load.load_id, "loaded",
        load.number, bad + len(incoming.malformed), file.dated_at, extracted_at,
        span.first_modstamp, span.last_modstamp, json.dumps(sorted(names)),
    )  # fmt: skip
    nameless = len(incoming.malformed) + (dumps.count_nameless(connection, contract) if bad else 0)
    return Taken(number, entry, told, file, nameless)


def note_entry(load: Load, contract: Contract, took: Taken, ended: Ended) -> None:
    """Ledger and balance of a file that was read; a refused row that a sound version answers at once is superseded."""
    entry = took.entry
    load.changed |= ended.loaded + ended.superseded + ended.refused > 0
    ledger.write_file(load.connection, entry)
    load.balances.append(FileBalance(
        load.load_id, contract.source, contract.object, entry.file, entry.lines, entry.records,
        ended.loaded, ended.identical, ended.superseded, ended.refused, 0,
    ))  # fmt: skip


def finish(load: Load, contracts: list[Contract]) -> LoadReport:
    """Judge what only whole tables tell, write balance, reports and rule results, and sum the load up."""
    connection = load.connection
    load.account.look_at("", "")
    if load.changed or changed_contracts(connection, contracts):  # a rule that was added judges rows that were there
        load.changed |= flag_references(connection, contracts, load.filled, load.read, load.load_id)
    if load.changed:
        load.reports += missing_archive(connection, contracts)
    remember_history(connection, contracts, load.load_id)
    balances = sorted(load.balances, key=lambda balance: (balance.source, balance.object, balance.file))
    lost = [balance.file for balance in balances if not balance.is_balanced]
    if lost:
        raise GrowthError(f"The rows of {', '.join(lost)} do not add up: some would be lost; nothing was loaded.")
    ledger.write_balances(connection, balances)
    filled = [contract for contract in contracts if contract.table in load.filled]
    ledger.write_rule_results(connection, load.load_id, contracts, filled)
    as_of = ledger.latest_moment(connection, filled, load.now)
    load.reports += measure(connection, contracts, load.load_id, read=load.read, as_of=as_of)
    load.reports += suspicions(ledger.loaded_files(connection), load.load_id) + without_line_end(load.endings)
    ledger.write_reports(connection, load.load_id, load.reports)
    refuse_broken_tables(connection, contracts, load.read, load.load_id)
    return LoadReport(
        load_id=load.load_id,
        files=tuple(balances),
        as_of=as_of,
        reports=tuple(load.reports),
        columns=ledger.columns_present(connection),
        changed=load.changed,
    )
