"""Every SQL file as an asset: its grain as description, its text as code version, its key as a blocking check."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence

import dagster as dg

from pipelines.assets.checks import check_contract, contract_check_specs
from pipelines.assets.groups import asset_key, asset_spec
from pipelines.assets.lineage import lineage_metadata, note_lineage
from pipelines.assets.metadata import table_metadata
from pipelines.contracts import Contract
from pipelines.engine import Engine
from pipelines.errors import GrowthError
from pipelines.tables.build import build_table, check_key_unique
from pipelines.tables.files import TableFile, build_order

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
    single = [table_step([table], contracts_out) for table in order if table.schema != STAGING]
    return [table_step(staged, contracts_out, STAGING), *single] if staged else single


def table_step(
    tables: Sequence[TableFile], contracts_out: Mapping[str, Contract], name: str = ""
) -> dg.AssetsDefinition:
    """SQL files that are built in one step, in this order; a published table is held against its contract as well."""

    @dg.multi_asset(
        name=name or tables[0].name.replace(".", "__"),
        specs=[table_spec(table, contracts_out.get(table.name)) for table in tables],
        check_specs=[check for table in tables for check in table_checks(table, contracts_out.get(table.name))],
    )
    def build(engine: dg.ResourceParam[Engine]) -> Iterator[dg.MaterializeResult[None]]:
        for table in tables:
            yield built(engine, table, contracts_out.get(table.name))

    return build


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


def built(engine: Engine, table: TableFile, contract: Contract | None) -> dg.MaterializeResult[None]:
    """Build one table, note its lineage, check it."""
    engine.say(f"{table.schema}: {table.name.split('.')[1]}")
    rows = build_table(engine.connection, table)
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
