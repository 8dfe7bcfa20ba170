"""Every SQL file as an asset: its grain as description, its text as code version, its key as a blocking check."""

import hashlib
from collections.abc import Mapping

import dagster as dg

from pipelines.assets.checks import contract_check_specs, contract_check_results
from pipelines.assets.groups import asset_key, asset_spec
from pipelines.assets.metadata import lineage_metadata, table_metadata
from pipelines.contracts import Contract
from pipelines.engine import Engine
from pipelines.errors import GrowthError
from pipelines.tables.build import build_table, check_key_unique
from pipelines.tables.files import TableFile, build_order


def table_assets(
    tables: Mapping[str, TableFile], made_elsewhere: frozenset[str], contracts_out: Mapping[str, Contract]
) -> list[dg.AssetsDefinition]:
    """The assets of all SQL files. Raises GrowthError naming the file that reads a table which nothing makes."""
    known = tables.keys() | made_elsewhere
    for table in tables.values():
        unknown = sorted(table.dependencies - known)
        if unknown:
            raise GrowthError(f"{table.path}: reads {unknown[0]}, which no file, contract or model makes.")
    return [table_asset(table, contracts_out.get(table.name)) for table in build_order(tables)]


def table_asset(table: TableFile, contract: Contract | None) -> dg.AssetsDefinition:
    """One SQL file; a published table is held against its contract as well."""
    key = asset_key(table.name)
    version = hashlib.sha256(table.text.encode()).hexdigest()[:16]
    checks = [dg.AssetCheckSpec("key", asset=key, blocking=True, description=f"unique: {', '.join(table.key)}")]

    @dg.multi_asset(
        name=table.name.replace(".", "__"),
        specs=[asset_spec(table.name, f"{table.grain}.", table.dependencies, version)],
        check_specs=[*checks, *contract_check_specs(key, contract)],
    )
    def build(engine: dg.ResourceParam[Engine]) -> dg.MaterializeResult[None]:
        engine.say(f"{table.schema}: {table.name.split('.')[1]}")
        rows = build_table(engine.connection, table)
        broken = check_key_unique(engine.connection, table)
        key_check = dg.AssetCheckResult(check_name="key", passed=not broken, metadata={"broken_rows": broken})
        return dg.MaterializeResult(
            asset_key=key,
            metadata=table_metadata(engine.connection, table.name, rows) | lineage_metadata({}),
            check_results=[key_check, *contract_check_results(engine, contract)],
        )

    return build
