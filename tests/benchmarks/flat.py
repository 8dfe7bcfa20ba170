"""`python -m tests.benchmarks.flat`: `growth fit` on a table of forty columns beside a bare LightGBM fit."""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import polars as pl

from tests.benchmarks.meter import cost_of

NUMBERS, CATEGORIES, DATES = 18, 14, 6
LEVELS = (3, 8, 20, 60, 200)
FIT = "import sys; from pipelines.cli.main import main; main()"


def wide(rows: int, seed: int = 3) -> pl.DataFrame:
    """An id, an outcome and 38 columns: numbers with holes, categories of few and many levels, dates."""
    random = np.random.default_rng(seed)
    margin = np.full(rows, -1.2)
    columns: dict[str, object] = {"id": np.arange(rows) + 100_000}
    for place in range(NUMBERS):
        values = random.normal(size=rows).round(3)
        margin += 0.35 * values * (place < NUMBERS // 3)
        columns[f"number {place}"] = np.where(random.random(rows) < 0.1 * (place % 4 == 0), np.nan, values)
    for place in range(CATEGORIES):
        levels = LEVELS[place % len(LEVELS)]
        codes = random.integers(0, levels, rows)
        margin += 0.4 * random.normal(size=levels)[codes] * (place < len(LEVELS))
        columns[f"category {place}"] = np.char.add("level ", codes.astype(str))
    for place in range(DATES):
        columns[f"date {place}"] = np.datetime64("2023-01-01") + random.integers(0, 900, rows).astype("timedelta64[D]")
    columns["outcome"] = (random.random(rows) < 1 / (1 + np.exp(-margin))).astype(int)
    return pl.DataFrame(columns).with_columns(pl.selectors.float().fill_nan(None))


def bare(frame: pl.DataFrame) -> None:
    """LightGBM as it comes, on the same columns as numbers."""
    import lightgbm

    codes = [frame[name].rank("dense").cast(pl.Float64).to_numpy() for name in frame.columns[1:-1]]
    data = lightgbm.Dataset(np.column_stack(codes), frame["outcome"].to_numpy())
    lightgbm.train({"objective": "binary", "num_threads": 1, "verbosity": -1}, data)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.flat", description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000)
    rows = parser.parse_args().rows
    frame = wide(rows)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "wide.csv"
        frame.write_csv(path)
        asked = ["fit", str(path), "--label", "outcome", "--id", "id", "--out", folder]
        cost = cost_of(lambda: subprocess.run([sys.executable, "-c", FIT, *asked], check=False, capture_output=True))
    floor = cost_of(lambda: bare(frame))
    print(f"growth fit on {rows:,} x 40: {cost.cpu:.1f} CPU-s, {cost.cpu / floor.cpu:.1f} x a bare LightGBM fit")


if __name__ == "__main__":
    main()
