"""Every SQL file as an asset: its grain as description, its text as code version, its key as a blocking check."""

import hashlib
from collections.abc import Iterator, Mapping

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
    results = frozenset({"meta.rule_results"}) if contract else frozenset()
    checks = [dg.AssetCheckSpec("key", asset=key, blocking=True, description=f"unique: {', '.join(table.key)}")]

    @dg.multi_asset(
        name=table.name.replace(".", "__"),
        specs=[asset_spec(table.name, f"{table.grain}.", table.dependencies | results, version)],
        check_specs=[*checks, *contract_check_specs(contract)],
    )
    def build(engine: dg.ResourceParam[Engine]) -> Iterator[dg.MaterializeResult[None]]:
        engine.say(f"{table.schema}: {table.name.split('.')[1]}")
        rows = build_table(engine.connection, table)
        engine.columns.pop(table.name, None)
        lineage = note_lineage(engine, table)
        broken = check_key_unique(engine.connection, table)
        key_check = dg.AssetCheckResult(check_name="key", passed=not broken, metadata={"broken_rows": broken})
        yield dg.MaterializeResult(
            asset_key=key,
            metadata=table_metadata(engine.connection, table.name, rows) | lineage_metadata(lineage),
            check_results=[key_check, *check_contract(engine, contract)],
        )

    return build
