"""Shares selected per level of the columns that tell who somebody is, on the lists as they stand: never a feature.

What belongs here: which columns those are (by contract, by name), whose values they hold, who counts as selected (the
tiers that are handed on, `judgement.yaml`). The shares and their mark: `models.disparity`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import duckdb
import polars as pl

from pipelines.contracts import Contract
from pipelines.custom_columns import allowed_columns, cell
from pipelines.home import Home
from pipelines.intake.merging.raw_tables import extras_of, filled_tables, table_columns, table_name
from pipelines.protected import is_protected
from pipelines.registry import log_measures
from pipelines.scoring.kept import CHAMPION, as_of_moment, read_status
from pipelines.warehouse import quoted_name, quoted_text

SELECTION_RATES = "meta.selection_rates"
GRAIN = (
    "One row per list, column that tells who somebody is, and level: how many of it are handed on, against the others"
)
DEFINITION = (
    "(list_name varchar, column_name varchar, level varchar, n bigint, selected bigint, rate double, low double, "
    "high double, ratio double, most_selected varchar, verdict varchar, allowed varchar, as_of timestamp)"
)
TOO_MANY = "not compared: nearly every value is another"


@dataclass(frozen=True)
class RankedList:
    """A list that people work from: its units and tiers, the records of a unit (unit_id, record_id), its model."""

    name: str
    model: str
    units: str
    records: str


LISTS = (
    RankedList(
        "lead_queue",
        "lead_conversion",
        "select person_id as unit_id, tier from scores.queue_ranking",
        "select person_id as unit_id, record_id from core.person_records",
    ),
    RankedList(
        "target_accounts",
        "account_fit",
        "select account_id as unit_id, tier from scores.target_ranking",
        "select account_id as unit_id, account_id as record_id from core.accounts",
    ),
)
READ = frozenset({"scores.queue_ranking", "scores.target_ranking", "core.person_records", "core.accounts"})


def write_selection_rates(connection: duckdb.DuckDBPyConnection, contracts: Sequence[Contract], home: Home) -> int:
    """Replace `meta.selection_rates`, and put the shares beside the models that were trained in this run; its rows."""
    connection.execute(f"create or replace table warehouse.{SELECTION_RATES} {DEFINITION}")
    connection.execute(f"comment on table warehouse.{SELECTION_RATES} is {quoted_text(GRAIN)}")
    filled = filled_tables(connection)
    there = [contract for contract in contracts if contract.table in filled]
    as_of, total = as_of_moment(connection), 0
    for one in LISTS:
        found = [rows for contract in there for rows in rates_of(connection, contract, one)]
        if not found:
            continue
        rates = pl.concat(found).with_columns(list_name=pl.lit(one.name), as_of=pl.lit(as_of, pl.Datetime("us")))
        connection.register("selection_rows", rates)
        connection.execute(f"insert into warehouse.{SELECTION_RATES} by name select * from selection_rows")
        connection.unregister("selection_rows")
        total += rates.height
        status = read_status(connection, one.model)
        if status is not None and status.status == CHAMPION and status.trained_as_of == as_of:
            log_measures(home, one.model, str(status.model_version), as_measures(rates))
    return total


def protected_columns(connection: duckdb.DuckDBPyConnection, contract: Contract) -> list[str]:
    """The columns of an object's records that tell who somebody is, by its contract or by their names."""
    there = table_columns(connection, contract)
    own = [column.name for column in contract.columns if column.protected and column.name in there]
    return [*own, *(name for name in extras_of(there, contract) if is_protected(name.removesuffix("__c")))]


def rates_of(connection: duckdb.DuckDBPyConnection, contract: Contract, one: RankedList) -> Iterator[pl.DataFrame]:
    """The shares of every such column of an object whose records are units of the list."""
    from models.disparity import RATES_SCHEMA, levels_of, selection_rates

    names = protected_columns(connection, contract) if len(contract.key) == 1 else []
    if not names:
        return
    key = f"{quoted_text(contract.id_prefix)} || r.{quoted_name(contract.key[0])}::varchar"
    values = ", ".join(f"min({cell(name, 'r')}) as {quoted_name(name)}" for name in names)
    frame = connection.sql(
        f"select units.unit_id, any_value(units.tier) as tier, {values} from ({one.units}) as units "
        f"inner join ({one.records}) as records on units.unit_id = records.unit_id "
        f"inner join {table_name(contract)} as r on records.record_id = {key} group by units.unit_id order by all"
    ).pl()
    handed_on = connection.execute(
        "select tier from config.tiers where up_to_share <= (select tiers.up_to_share from config.tiers as tiers "
        "inner join config.judgement as judgement on tiers.tier = judgement.flagged_to_tier)"
    ).fetchall()
    selected = frame["tier"].is_in([tier for (tier,) in handed_on]).fill_null(False).to_numpy()
    allowed = allowed_columns(connection, contract)
    for name in names:
        if not frame[name].count():
            continue
        level = levels_of(frame[name])
        if level is None:
            told = pl.DataFrame([{"n": frame.height, "verdict": TOO_MANY}], schema=RATES_SCHEMA)
        else:
            told = selection_rates(level, selected)
        yield told.with_columns(
            column_name=pl.lit(f"{contract.object}.{name}"), allowed=pl.lit(allowed.get(name.lower()), pl.String)
        )


def as_measures(rates: pl.DataFrame) -> pl.DataFrame:
    """The shares as the register takes measures: a slice per column and level."""
    place = pl.format("{}.{}", "column_name", "level").alias("slice")
    share = rates.select(place, pl.lit("selection_rate").alias("metric"), pl.col("rate").alias("value"), "low", "high")
    nothing = pl.lit(None, pl.Float64)
    ratio = rates.select(
        place, pl.lit("selection_ratio").alias("metric"), pl.col("ratio").alias("value"),
        nothing.alias("low"), nothing.alias("high"),
    )  # fmt: skip
    return pl.concat([share, ratio]).filter(pl.col("value").is_not_null())
