"""Scores of some time ago against what has happened since: as the list of that time would have stood. No fitting.

Where no scores of that time were kept, the newest landmarks whose outcome is known stand in for them, scored by a model
that was fitted before their time alone.
"""

from datetime import timedelta

import polars as pl

from models.judge import MEASURES_SCHEMA, slice_rows
from models.landmarks import AS_OF
from models.slices import worked
from models.standards import DEFAULT, Standards

WITHIN_DAYS = 28
"""The days whose scores are looked back at together, the newest with a known outcome."""
METRICS = (
    "auc", "average_precision", "log_loss", "brier", "ece", "ece_expected", "lift_at_10pct", "flagged_caught",
    "top_over_bottom", "mean_probability", "base_rate",
)  # fmt: skip


def backtest(scored: pl.DataFrame, unit_column: str, seed: int, standards: Standards = DEFAULT) -> pl.DataFrame:
    """Measures of the newest scores whose outcome is known, each unit once: all, and worked and unworked apart.

    `scored`: unit, as_of, label, group, probability; optionally is_worked.
    """
    if scored.is_empty():
        return pl.DataFrame(schema=MEASURES_SCHEMA)
    newest = scored.filter(pl.col(AS_OF) > pl.col(AS_OF).max() - timedelta(days=WITHIN_DAYS))
    units = newest.sort(AS_OF, unit_column).unique(unit_column, keep="last", maintain_order=True)
    rows = [
        row
        for name, part in [("all", units), *worked(units)]
        if part.height
        for row in slice_rows(f"backtest:{name}", part, seed, standards)
        if row["metric"] in METRICS
    ]
    return pl.DataFrame(rows, schema=MEASURES_SCHEMA)
