"""The files of the truth: one Parquet file per table, to which each cell appends its rows."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.parquet as pq


@dataclass
class Sink:
    """Open files by table; a table has the columns and types of its first rows."""

    folder: Path
    writers: dict[str, Any] = field(default_factory=dict)

    def add(self, name: str, rows: pl.DataFrame) -> None:
        """Append rows to `<name>.parquet`."""
        table = rows.to_arrow()
        if name not in self.writers:
            self.writers[name] = pq.ParquetWriter(self.folder / f"{name}.parquet", table.schema, compression="zstd")
        self.writers[name].write_table(table.cast(self.writers[name].schema))

    def close(self) -> None:
        """Finish all files."""
        for writer in self.writers.values():
            writer.close()
