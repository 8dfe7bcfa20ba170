"""All that Dagster knows of the engine: assets found in `sql/` and the contracts, jobs, schedules, the engine resource.

What does not belong here: any asset's body. `GROWTH_HOME` names the home when Dagster starts a run by itself.
"""

import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg

from pipelines.assets.extracts import INTAKE_TABLES, extract_assets, playbook_assets
from pipelines.assets.models import KEPT_TABLES, kept_assets, model_assets, model_names
from pipelines.assets.published import published_assets
from pipelines.assets.tables import table_assets
from pipelines.contracts import Contract, load_contracts
from pipelines.engine import CONTRACTS, PLAYBOOK, SQL, Engine, Request, open_engine
from pipelines.fingerprint import fingerprint
from pipelines.home import Home
from pipelines.intake import folder_fingerprint
from pipelines.jobs import engine_jobs, engine_schedules
from pipelines.quiet import silence
from pipelines.tables.files import read_tables

HOME_VARIABLE = "GROWTH_HOME"


@dg.resource(description="The home with its databases, open for writing, for the length of a run.")
def engine(context: dg.InitResourceContext) -> Iterator[Engine]:
    """Used when Dagster starts the run; `growth run` hands in an engine of its own."""
    home = Home(Path(os.environ.get(HOME_VARIABLE, "growth_home")).absolute())
    request = Request(home, home.extracts)
    # Only a run from the extracts on knows from which inputs its tables are made.
    is_daily = context.dagster_run is not None and context.dagster_run.job_name == "daily"
    mark = fingerprint(request, folder_fingerprint(request.extracts)) if is_daily else ""
    with open_engine(request, context.run_id or "unknown", utc_now, fingerprint=mark) as opened:
        yield opened


def utc_now() -> datetime:
    """The clock (naive UTC)."""
    return datetime.now(UTC).replace(tzinfo=None)


def build_definitions(sql: Path, contracts: Sequence[Contract], models: tuple[str, ...]) -> dg.Definitions:
    """The definitions over a tree of SQL files, the contracts in and out, and the models' names."""
    tables = read_tables(sql)
    incoming = [contract for contract in contracts if contract.table.startswith("raw.")]
    outgoing = {contract.table: contract for contract in contracts if not contract.table.startswith("raw.")}
    read = frozenset().union(*(table.dependencies for table in tables.values()))
    config = frozenset(name for name in read if name.startswith("config."))
    made = frozenset(contract.table for contract in incoming) | INTAKE_TABLES.keys() | config | {"config.as_of"}
    made |= {f"scores.{name}" for name in models} | KEPT_TABLES.keys()
    published = {name: table for name, table in tables.items() if name in outgoing or table.schema == "marts"}
    last = frozenset(tables) | KEPT_TABLES.keys()
    assets = [extract_assets(incoming), playbook_assets(config, incoming), *table_assets(tables, made, outgoing)]
    for name in models:
        assets += model_assets(name, tables)
    assets.append(kept_assets(models))
    assets += published_assets(published, outgoing, last)
    jobs = engine_jobs(models)
    return dg.Definitions(
        assets=assets,
        jobs=jobs,
        schedules=engine_schedules(jobs),
        resources={"engine": engine},
        executor=dg.in_process_executor,
    )


def project_definitions(playbook: Path = PLAYBOOK) -> dg.Definitions:
    """The engine's own SQL files and contracts, and the models that a playbook labels."""
    return build_definitions(SQL, load_contracts(CONTRACTS), model_names(playbook))


@dg.definitions
def growth() -> dg.Definitions:
    """What `dagster` loads."""
    silence()
    return project_definitions()
