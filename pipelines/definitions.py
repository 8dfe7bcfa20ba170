"""All that Dagster knows of the engine: assets found in `sql/` and the contracts, jobs, schedules, the engine resource.

What does not belong here: any asset's body. `GROWTH_HOME` names the home when Dagster starts a run by itself.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg

from pipelines.assets.custom_columns import custom_column_assets
from pipelines.assets.disparity import disparity_asset
from pipelines.assets.extracts import INTAKE_TABLES, extract_assets, history_tables, past_of, playbook_assets
from pipelines.assets.models import KEPT_TABLES, kept_assets, model_assets, model_names
from pipelines.assets.named_fields import named_field_assets
from pipelines.assets.published import published_assets
from pipelines.assets.tables import absent_tables, table_assets
from pipelines.contracts import Contract, load_contracts
from pipelines.custom_columns import CUSTOM_COLUMNS
from pipelines.disparity import READ, SELECTION_RATES
from pipelines.engine import CONTRACTS, PLAYBOOK, SQL, Engine, Request, open_engine, silent
from pipelines.fingerprint import fingerprint, is_of_today
from pipelines.history import RUNS, last_fingerprint, last_published
from pipelines.home import Home
from pipelines.instance import fail_abandoned
from pipelines.intake import folder_hashes
from pipelines.jobs import engine_jobs, engine_schedules
from pipelines.lock import writer_lock
from pipelines.named_fields import NAMED_FIELDS
from pipelines.other_company import company_of, settle
from pipelines.publish.reader import open_reader
from pipelines.quiet import silence
from pipelines.tables.tree import read_tables
from pipelines.warehouse import connect

HOME_VARIABLE = "GROWTH_HOME"


@dg.resource(description="The home with its databases, open for writing, for the length of a run.")
def engine(context: dg.InitResourceContext) -> Iterator[Engine]:
    """Used when Dagster starts the run; `growth run` hands in an engine of its own."""
    home, run = company_home(), context.run
    run_id = run.run_id if run else "unknown"
    home.create()
    with writer_lock(home.writer_lock, run_id) as lock, ExitStack() as stack:
        if context.instance:
            fail_abandoned(context.instance, lock.abandoned)
        settle(home)
        request, mark = repeated(home)
        if run is not None and is_loading(run):
            hashes = folder_hashes(request.extracts, home.digests) if is_whole(run) else None
            mark = fingerprint(request, hashes) if hashes is not None else ""
            stack.enter_context(company_of(request, run_id, context.log.warning if context.log else silent))
        yield stack.enter_context(open_engine(request, run_id, utc_now, fingerprint=mark))


def company_home() -> Home:
    """The home that Dagster's runs work in."""
    return Home(Path(os.environ.get(HOME_VARIABLE, "growth_home")).absolute())


def repeated(home: Home) -> tuple[Request, str]:
    """The request of the last run that went well, for a later moment, and the fingerprint of the tables as they are.

    The fingerprint is empty when not all of them come from the same inputs and today's project: then nobody may take
    what is published from them for unchanged.
    """
    last, mark = None, ""
    if home.warehouse.exists():
        with closing(connect(home)) as connection:
            connection.execute(RUNS)
            last, mark = last_published(connection), last_fingerprint(connection)
    request = Request(home, last.extracts, last.playbook) if last else Request(home, home.extracts)
    return request, mark if is_of_today(mark, request) else ""


def is_whole(run: dg.DagsterRun) -> bool:
    """Whether a run goes all the way from the extracts."""
    return run.job_name == "daily" and not run.asset_selection


def is_loading(run: dg.DagsterRun) -> bool:
    """Whether a run loads extracts: the daily job, or assets of the way in that somebody chose by hand."""
    chosen = run.asset_selection or ()
    return is_whole(run) or any(key.path[0] in ("raw", "raw_history", "quarantine", "ledger") for key in chosen)


def utc_now() -> datetime:
    """The clock (naive UTC)."""
    return datetime.now(UTC).replace(tzinfo=None)


def build_definitions(
    sql: Path | Sequence[Path],
    contracts: Sequence[Contract],
    models: tuple[str, ...],
    nothing_of: frozenset[str] = frozenset(),
) -> dg.Definitions:
    """The definitions over a tree of SQL files, the contracts in and out, and the models' names.

    The daily job names no raw table in `nothing_of`, and nothing that is empty without it: of a company's run Dagster
    need not hear what it has not got.
    """
    tables = read_tables(sql)
    incoming = [contract for contract in contracts if contract.table.startswith("raw.")]
    outgoing = {contract.table: contract for contract in contracts if not contract.table.startswith("raw.")}
    read = frozenset().union(*(table.dependencies for table in tables.values()))
    config = frozenset(name for name in read if name.startswith("config."))
    made = frozenset(contract.table for contract in incoming) | INTAKE_TABLES.keys() | config | {"config.as_of"}
    made |= history_tables(incoming).keys()
    made |= {f"scores.{name}" for name in models} | KEPT_TABLES.keys() | {NAMED_FIELDS}
    made |= {CUSTOM_COLUMNS} if models else set()
    published = {name: table for name, table in tables.items() if name in outgoing or table.schema == "marts"}
    last = frozenset(tables) | KEPT_TABLES.keys()
    assets = [extract_assets(incoming), playbook_assets(config, incoming), named_field_assets(incoming)]
    assets += table_assets(tables, made, outgoing)
    if models:  # without one nobody is offered anything
        assets.append(custom_column_assets(incoming, models))
    if tables.keys() >= READ:
        assets.append(disparity_asset(incoming))
        last |= {SELECTION_RATES}
    for name in models:
        assets += model_assets(name, tables)
    assets.append(kept_assets(models))
    assets += published_assets(published, outgoing, last)
    without = nothing_of | (history_tables(incoming).keys() & {past_of(name) for name in nothing_of})
    jobs = engine_jobs(models, without | absent_tables(tables, without))
    return dg.Definitions(
        assets=assets,
        jobs=jobs,
        schedules=engine_schedules(jobs),
        resources={"engine": engine},
        executor=dg.in_process_executor,
    )


def project_definitions(
    playbook: Path = PLAYBOOK, home: Home | None = None, nothing_of: frozenset[str] = frozenset()
) -> dg.Definitions:
    """The SQL files and contracts of the engine and of the home, and the models that a playbook labels."""
    sql = [SQL, home.sql] if home else [SQL]
    contracts = load_contracts(CONTRACTS, home.contracts if home else None)
    return build_definitions(sql, contracts, model_names(playbook), nothing_of)


def published_playbook(home: Home) -> Path:
    """The playbook of what is published, the engine's own before; a reader's copy tells it, which nobody locks."""
    reader = home.latest / "reader.duckdb"
    if reader.exists():
        with closing(open_reader(reader)) as connection:
            last = last_published(connection)
        if last and last.playbook.is_dir():
            return last.playbook
    return PLAYBOOK


@dg.definitions
def growth() -> dg.Definitions:
    """What `dagster` loads."""
    silence()
    return project_definitions(published_playbook(company_home()), company_home())
