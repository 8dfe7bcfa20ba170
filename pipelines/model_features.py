"""The features of a model as a frame, as small as they can be without losing anything: training reads millions of rows.

What does not belong here: which features there are (`sql/features`), how a model encodes them (`models/encode.py`).
"""

from datetime import datetime
from typing import TYPE_CHECKING

import duckdb
import polars as pl

from pipelines.custom_columns import features_table
from pipelines.warehouse import columns_of, quoted_name

if TYPE_CHECKING:
    import pyarrow as pa

NO_FEATURES = ("purpose", "group_id", "label", "weight", "outcome_at", "is_worked", "as_of")
"""What stands beside the unit and its features in `features.<model>`; `models.landmarks` knows them in a frame."""
ROWS_AT_ONCE = 200_000
WIDE = ("BIGINT", "INTEGER")
NARROW = {"tinyint": 2**7 - 1, "smallint": 2**15 - 1, "integer": 2**31 - 1, "bigint": 2**63 - 1}


def features_for(
    connection: duckdb.DuckDBPyConnection, model: str, purpose: str, after: datetime | None = None
) -> pl.DataFrame:
    """`features.<model>` for training or for scoring, with the company's own columns: sorted by unit and moment, money
    as plain numbers. `after`: only moments later than that."""
    described = [(row[0], row[1]) for row in connection.execute(f"describe features.{model}").fetchall()]
    unit_column = described[0][0]
    columns = narrow_columns(connection, model, purpose, [entry for entry in described if entry[0] != "purpose"])
    source, own = f"features.{model}", custom_features(connection, model)
    if own:
        columns += map(quoted_name, own)
        source += f" left join {features_table(model)} using ({unit_column}, as_of)"
    moments = "purpose = ? and as_of > coalesce(?, timestamp '0001-01-01')"
    query = f"select {', '.join(columns)} from {source} where {moments} order by {unit_column}, as_of"
    reader: pa.RecordBatchReader = connection.sql(query, params=[purpose, after]).to_arrow_reader(ROWS_AT_ONCE)
    parts = [compact(pl.DataFrame(batch), unit_column) for batch in reader]
    frame = pl.concat(parts, rechunk=True) if parts else compact(pl.DataFrame(reader.schema.empty_table()), unit_column)
    return frame.rename({"group_id": "group"})


def custom_features(connection: duckdb.DuckDBPyConnection, model: str) -> list[str]:
    """The company's own columns that the model is offered."""
    return list(columns_of(connection, features_table(model)))[2:]


def narrow_columns(
    connection: duckdb.DuckDBPyConnection, model: str, purpose: str, described: list[tuple[str, str]]
) -> list[str]:
    """The columns (name, type) as SQL, each whole number in the least type that holds all its values."""
    counts = [name for name, kind in described if kind in WIDE]
    ends = ", ".join(f"greatest(max({name}), -1 - min({name}))" for name in counts) or "null"
    rows = connection.execute(f"select {ends} from features.{model} where purpose = ?", [purpose]).fetchall()
    largest = dict(zip(counts, rows[0], strict=False))
    narrow = {name: next(kind for kind, end in NARROW.items() if (largest[name] or 0) <= end) for name in counts}
    return [f"cast({name} as {narrow[name]}) as {name}" if name in narrow else name for name, _ in described]


def compact(frame: pl.DataFrame, unit_column: str) -> pl.DataFrame:
    """The rows with money as plain numbers and words as categories; the unit and its group stay as they are."""
    kept = (unit_column, "group_id")
    words = [name for name, kind in frame.schema.items() if kind == pl.String and name not in kept]
    decimals = [name for name, kind in frame.schema.items() if isinstance(kind, pl.Decimal)]
    return frame.with_columns(pl.col(words).cast(pl.Categorical), pl.col(decimals).cast(pl.Float64))
