"""What the simulated company costs, beside DuckDB writing Parquet files of the same rows from `range()`.

`python -m tests.benchmarks.demo --accounts 1000000 --events 100000000`: CPU-seconds, their ratio, and the most memory
the simulation took. The floor's files have as many rows and columns as the company's, of the same types, about as wide
and with about as many distinct values (as a small company's has them), one thread, DuckDB's own defaults.
"""

import argparse
import re
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import polars as pl
from rich.console import Console
from rich.table import Table

from pipelines.demo import DemoReport, write_company

SAMPLE_ACCOUNTS = 400
PART = re.compile(r"(_[0-9]+)?\.(csv|jsonl|parquet)(\.gz)?$")


def cpu_of(work: Callable[[], object]) -> float:
    """CPU-seconds of this process, all threads."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


def table_of(file: str) -> str:
    return PART.sub("", file)


def rows_by_table(report: DemoReport) -> dict[str, int]:
    rows: dict[str, int] = {}
    for file in report.files:
        rows[table_of(file.name)] = rows.get(table_of(file.name), 0) + file.rows
    return rows


def sample(file: Path) -> pl.DataFrame:
    if file.suffix == ".parquet":
        return pl.read_parquet(file)
    if ".csv" in file.name:
        return pl.read_csv(file, infer_schema=False)
    return pl.read_ndjson(file)


def column_of(values: pl.Series) -> str:
    """An expression over `i` that makes a column like this one: its type, mean width, and number of distinct values."""
    distinct = values.n_unique()
    number = "i" if distinct > len(values) // 4 else f"i % {max(distinct, 1)}"
    if isinstance(values.dtype, pl.Datetime):
        return f"make_timestamp(1700000000000000 + ({number}) * 1000000)"
    if values.dtype == pl.Date:
        return f"date '2024-01-01' + ({number} % 2000)::integer"
    if values.dtype != pl.String:
        return f"({number})::{'double' if values.dtype.is_float() else 'bigint'}"
    if values.null_count() == len(values):
        return "null::varchar"
    width = round(values.fill_null("").str.len_bytes().mean() or 0)  # type: ignore[arg-type]
    digits = len(str(min(distinct, 10**8)))
    return f"({number})::varchar || '{'x' * max(width - digits, 0)}'"


def bare_write(small: DemoReport, rows: dict[str, int], folder: Path) -> None:
    """The floor: every table with that many rows, written by DuckDB from `range()`."""
    with duckdb.connect(config={"threads": 1}) as connection:
        for file in small.files:
            frame = sample(small.folder / file.name)
            columns = ", ".join(f'{column_of(frame[name])} as "{name}"' for name in frame.columns)
            target = folder / f"{table_of(file.name)}.parquet"
            connection.execute(
                f"copy (select {columns} from range({rows[table_of(file.name)]}) as numbers(i)) "
                f"to '{target}' (format parquet)"
            )
            target.unlink()


def main() -> None:
    """Print the table; everything is written to a folder that is removed at the end."""
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--accounts", type=int, default=2000)
    reader.add_argument("--events", type=int, default=None)
    asked = reader.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder, reports = Path(place), list[DemoReport]()
        small = write_company(folder / "small", accounts=SAMPLE_ACCOUNTS)
        spent = cpu_of(
            lambda: reports.append(write_company(folder / "company", accounts=asked.accounts, events=asked.events))
        )
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        rows = rows_by_table(reports[0])
        size = sum(path.stat().st_size for path in (folder / "company").iterdir()) / 2**30
        floor = cpu_of(lambda: bare_write(small, rows, folder))
    events = sum(rows[name] for name in ("web_visit", "form_fill", "email_event"))
    table = Table(title=f"{asked.accounts:,} accounts, {events:,} events, {sum(rows.values()):,} rows in all")
    for title in ("CPU-seconds", "floor", "ratio", "peak GiB", "files GiB"):
        table.add_column(title, justify="right")
    table.add_row(f"{spent:.1f}", f"{floor:.1f}", f"{spent / floor:.2f}", f"{most:.2f}", f"{size:.2f}")
    Console(file=sys.stdout).print(table)


if __name__ == "__main__":
    main()
