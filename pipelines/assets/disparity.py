"""How alike the lists take people of every kind, as an asset."""

from collections.abc import Iterator, Sequence

import dagster as dg

from pipelines.assets.groups import asset_spec
from pipelines.contracts import Contract
from pipelines.disparity import GRAIN, READ, SELECTION_RATES, write_selection_rates
from pipelines.engine import Engine


def disparity_asset(contracts: Sequence[Contract]) -> dg.AssetsDefinition:
    """`meta.selection_rates`, from the lists and the records behind them."""
    read = READ | frozenset(one.table for one in contracts if one.fields_of)
    spec = asset_spec(SELECTION_RATES, f"{GRAIN}.", read, kinds={"duckdb"})

    @dg.multi_asset(name="meta__selection_rates", specs=[spec])
    def build(engine: dg.ResourceParam[Engine]) -> Iterator[dg.MaterializeResult[None]]:
        engine.say("meta: selection rates")
        rows = write_selection_rates(engine.connection, contracts, engine.home)
        yield dg.MaterializeResult(metadata={"dagster/row_count": rows})

    return build
