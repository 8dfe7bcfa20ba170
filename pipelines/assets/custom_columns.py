"""A company's own columns as assets: what they are, and what each model may read of them."""

from collections.abc import Iterator, Sequence

import dagster as dg

from pipelines.assets.groups import asset_key, asset_spec
from pipelines.assets.metadata import count_rows
from pipelines.contracts import Contract
from pipelines.custom_columns import CUSTOM_COLUMNS, GRAIN, features_table, write_custom_columns
from pipelines.engine import Engine
from pipelines.scoring.asked import model_spec
from pipelines.scoring.kept import as_of_moment


def custom_column_assets(contracts: Sequence[Contract], models: Sequence[str]) -> dg.AssetsDefinition:
    """`meta.custom_columns` and `features.<model>_custom`, from the records of contracts with `fieldsOf`."""
    read = frozenset(one.table for one in contracts if one.fields_of)
    own = [
        asset_spec(
            features_table(model),
            "One row per unit and moment: its custom columns as they were known then.",
            read | {f"features.{model}"},
            kinds={"duckdb"},
        )
        for model in models
    ]
    features = frozenset(f"features.{model}" for model in models)
    listing = asset_spec(CUSTOM_COLUMNS, f"{GRAIN}.", read | features, kinds={"duckdb"})

    @dg.multi_asset(name="features__custom_columns", specs=[listing, *own])
    def build(engine: dg.ResourceParam[Engine]) -> Iterator[dg.MaterializeResult[None]]:
        engine.say("features: custom columns")
        units = {model: model_spec(engine.connection, model).unit for model in models}
        write_custom_columns(engine.connection, contracts, units, as_of_moment(engine.connection))
        for name in (CUSTOM_COLUMNS, *map(features_table, models)):
            rows = count_rows(engine.connection, name)
            yield dg.MaterializeResult(asset_key=asset_key(name), metadata={"dagster/row_count": rows})

    return build
