"""Every SQL file as an asset: its grain as description, its text as code version, its key as a blocking check."""

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence

import dagster as dg

from pipelines.assets.checks import check_contract, contract_check_specs
from pipelines.assets.groups import asset_key, asset_spec
from pipelines.assets.lineage import lineage_metadata, note_lineage
from pipelines.assets.metadata import table_metadata
from pipelines.checkpoints import LOG_BYTES, checkpoint
from pipelines.contracts import Contract
from pipelines.engine import Engine
from pipelines.errors import GrowthError
from pipelines.tables.absent import empty_tables, rowless
from pipelines.tables.build import build_table, check_key_unique
from pipelines.tables.files import TableFile, build_order
from pipelines.tables.tree import joined

Materialized = dg.MaterializeResult[None]
STAGING = "staging"
"""All of this schema is one step: many small tables of sources most of which a company does not have."""


def table_assets(
    tables: Mapping[str, TableFile], made_elsewhere: frozenset[str], contracts_out: Mapping[str, Contract]
) -> list[dg.AssetsDefinition]:
    """The assets of all SQL files. Raises GrowthError naming the file that reads a table which nothing makes."""
    known = tables.keys() | made_elsewhere
    for table in tables.values():
        unknown = sorted(table.dependencies - known)
        if unknown:
            raise GrowthError(f"{table.path}: reads {unknown[0]}, which no file, contract or model makes.")
    order = build_order(tables)
    staged = [table for table in order if table.schema == STAGING]
    single = [table_step(table, contracts_out) for table in order if table.schema != STAGING]
    return [staging_step(staged), *single] if staged else single


def absent_tables(tables: Mapping[str, TableFile], empty: Collection[str]) -> frozenset[str]:
    """The staging tables that hold no row when these raw tables hold none; one that other files feed is none of them:
    it is what all else reads."""
    staged = [table for table in build_order(tables) if table.schema == STAGING]
    return rowless(staged, empty) - {table.name for table in staged if table.is_fed}


def table_step(table: TableFile, contracts_out: Mapping[str, Contract]) -> dg.AssetsDefinition:
    """One SQL file; a published table is held against its contract as well."""
    contract = contracts_out.get(table.name)

    @dg.multi_asset(
        name=table.name.replace(".", "__"),
        specs=[table_spec(table, contract)],
        check_specs=table_checks(table, contract),
    )
    def build(engine: dg.ResourceParam[Engine]) -> Iterator[Materialized]:
        yield built(engine, table, contract)

    return build


def staging_step(tables: Sequence[TableFile]) -> dg.AssetsDefinition:
    """All tables of staging in one step, in this order. Those of which nothing came are there without a row, and a run
    that does not name them says nothing of them."""

    @dg.multi_asset(
        name=STAGING,
        specs=[table_spec(table, None) for table in tables],
        check_specs=[check for table in tables for check in table_checks(table, None)],
        can_subset=True,
    )
    def build(context: dg.AssetExecutionContext, engine: dg.ResourceParam[Engine]) -> Iterator[Materialized]:
        by_name = {table.name: table for table in tables}
        read = frozenset().union(*(table.dependencies for table in tables)) - by_name.keys()
        likely = absent_tables(by_name, empty_tables(engine.connection, read))
        absent = set()
        for table in tables:
            if table.name in likely and not build_table(engine.connection, table):
                absent.add(table.name)
                result = without_rows(table)
            else:
                present = [feeder for feeder in table.feeders if feeder.name not in absent]
                result = built(engine, joined(table, present) if table.is_fed else table, None)
            if result.asset_key in context.selected_asset_keys:
                yield result

    return build


def without_rows(table: TableFile) -> Materialized:
    """What Dagster is told of a table of a source that the company does not have."""
    key = asset_key(table.name)
    check = dg.AssetCheckResult(asset_key=key, check_name="key", passed=True, metadata={"broken_rows": 0})
    return dg.MaterializeResult(asset_key=key, metadata={"dagster/row_count": 0}, check_results=[check])


def table_spec(table: TableFile, contract: Contract | None) -> dg.AssetSpec:
    """One SQL file as Dagster knows it."""
    version = hashlib.sha256(table.text.encode()).hexdigest()[:16]
    results = frozenset({"meta.rule_results"}) if contract else frozenset()
    return asset_spec(table.name, f"{table.grain}.", table.dependencies | results, version)


def table_checks(table: TableFile, contract: Contract | None) -> list[dg.AssetCheckSpec]:
    """Its key, and its contract where it has one."""
    unique = f"unique: {', '.join(table.key)}"
    key = dg.AssetCheckSpec("key", asset=asset_key(table.name), blocking=True, description=unique)
    return [key, *contract_check_specs(contract)]


def built(engine: Engine, table: TableFile, contract: Contract | None) -> Materialized:
    """Build one table, note its lineage, check it."""
    engine.say(f"{table.schema}: {table.name.split('.')[1]}")
    rows = build_table(engine.connection, table)
    checkpoint(engine.connection, longer_than=LOG_BYTES)
    engine.columns.pop(table.name, None)
    lineage = note_lineage(engine, table)
    broken = check_key_unique(engine.connection, table)
    key = asset_key(table.name)
    key_check = dg.AssetCheckResult(
        asset_key=key, check_name="key", passed=not broken, metadata={"broken_rows": broken}
    )
    return dg.MaterializeResult(
        asset_key=key,
        metadata=table_metadata(engine.connection, table.name, rows) | lineage_metadata(lineage),
        check_results=[key_check, *check_contract(engine, contract)],
    )
