"""The columns that the playbook names as an asset, made once the extracts and the playbook are in."""

from collections.abc import Iterator, Sequence

import dagster as dg

from pipelines.assets.groups import asset_key, asset_spec
from pipelines.contracts import Contract
from pipelines.engine import Engine
from pipelines.named_fields import GRAIN, NAMED_FIELDS, NAMING_TABLES, write_named_fields


def named_field_assets(contracts: Sequence[Contract]) -> dg.AssetsDefinition:
    """`staging.named_fields`, from the playbook's lists and the records whose columns they name."""
    read = {one.table for one in NAMING_TABLES} | {one.table for one in contracts if one.fields_of}

    @dg.multi_asset(
        name="staging__named_fields",
        specs=[asset_spec(NAMED_FIELDS, f"{GRAIN}.", frozenset(read), kinds={"duckdb"})],
    )
    def build(engine: dg.ResourceParam[Engine]) -> Iterator[dg.MaterializeResult[None]]:
        engine.say("staging: named_fields")
        rows = write_named_fields(engine.connection, contracts)
        yield dg.MaterializeResult(asset_key=asset_key(NAMED_FIELDS), metadata={"dagster/row_count": rows})

    return build
