"""The files of one extract: rows are appended cell by cell, so that no more than a cell is ever held.

What belongs here: forms (CSV, gzip, JSON lines, Parquet), counts, and on which line a row stands. What does not: what
the rows say. The same rows give the same bytes: no clock, no file name inside a gzip.
"""

import gzip
import io
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from pipelines.errors import GrowthError

CRLF = ("Task", "Event", "CampaignMember")  # these came from the weekly export service, the others from a loader
PLAIN = ("invoice",)  # the ledger writes no mark at the start of a file
GZIPPED = ("OpportunityFieldHistory", "form_fill", "email_event")
SPEED = 4  # of gzip: half the time of the default for a tenth more bytes
ZSTD_LEVEL = 1
PART_ROWS = 1_000_000  # of a Parquet table


@dataclass(frozen=True)
class WrittenFile:
    """A file by its name relative to the folder of the extracts, and its data rows."""

    name: str
    rows: int


@dataclass
class Extract:
    """A folder that is being written; `prefix` is its place in the folder of all extracts (empty or `2026-06-30/`)."""

    folder: Path
    prefix: str = ""
    rows: dict[str, int] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    parts: dict[str, int] = field(default_factory=dict)
    waiting: dict[str, list[pl.DataFrame]] = field(default_factory=dict)

    def csv(self, name: str, frame: pl.DataFrame, *, stem: str | None = None, marked: int = 0) -> tuple[str, list[int]]:
        """Append the rows of an object; says in which file, and on which lines its last `marked` rows begin.

        Line 1 is the header, and a text over several lines takes as many.
        """
        file = f"{stem or name}.csv" + (".gz" if name in GZIPPED else "")
        first = file not in self.rows
        if first:
            self.rows[file], self.lines[file] = 0, 0
        begins: list[int] = []
        bulk = len(frame) - marked
        for start, length in [(0, bulk), *((bulk + number, 1) for number in range(marked))]:
            piece = io.BytesIO()
            header = first and start == 0
            frame.slice(start, length).write_csv(
                piece,
                include_header=header,
                include_bom=header and name not in PLAIN,
                line_terminator="\r\n" if name in CRLF else "\n",
            )
            if start >= bulk and marked:
                begins.append(self.lines[file] + 1)
            self.append(file, piece)
            self.lines[file] += piece.getvalue().count(b"\n")
        self.rows[file] += len(frame)
        return file, begins

    def append(self, file: str, piece: io.BytesIO) -> None:
        content = piece.getbuffer()
        with (self.folder / file).open("ab") as sink:
            if file.endswith(".gz"):
                sink.write(gzip.compress(content, compresslevel=SPEED, mtime=0))
            else:
                sink.write(content)

    def json_lines(self, name: str, frame: pl.DataFrame) -> None:
        """Append one object per row, times as ISO 8601 in UTC. Without any row there is no file: an empty one would
        look cut off.
        """
        if frame.is_empty():
            return
        file = f"{name}.jsonl" + (".gz" if name in GZIPPED else "")
        piece = io.BytesIO()
        moments = [column for column, kind in frame.schema.items() if kind == pl.Datetime]
        frame.with_columns(pl.col(moments).dt.strftime("%Y-%m-%dT%H:%M:%SZ")).write_ndjson(piece)
        self.append(file, piece)
        self.rows[file] = self.rows.get(file, 0) + len(frame)

    def parquet(self, name: str, frame: pl.DataFrame) -> None:
        """Keep rows until there are enough for a part; `close` writes the rest."""
        self.waiting.setdefault(name, []).append(frame)
        if sum(map(len, self.waiting[name])) >= PART_ROWS:
            self.write_part(name, f"{name}_{self.parts.get(name, 0) + 1:03d}.parquet")

    def write_part(self, name: str, file: str) -> None:
        rows = pl.concat(self.waiting.pop(name))
        rows.write_parquet(self.folder / file, compression="zstd", compression_level=ZSTD_LEVEL)
        self.rows[file], self.parts[name] = len(rows), self.parts.get(name, 0) + 1

    def close(self) -> None:
        """Write the last part of each Parquet table: the only one has no number."""
        for name, frames in list(self.waiting.items()):
            part = self.parts.get(name, 0)
            if part == 0 or any(map(len, frames)):
                self.write_part(name, f"{name}_{part + 1:03d}.parquet" if part else f"{name}.parquet")

    @property
    def written(self) -> list[WrittenFile]:
        return [WrittenFile(self.prefix + file, rows) for file, rows in self.rows.items()]


def make_folder(out: Path, what: str = "the simulated company") -> None:
    """A new or an empty folder; GrowthError when it holds anything or cannot be made."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        holds = sorted(path.name for path in out.iterdir())
    except OSError as error:
        raise GrowthError(f"The folder {out} cannot be used for {what}: {error.strerror}.") from error
    if holds:
        raise GrowthError(f"The folder {out} already holds {holds[0]!r}: name a new or an empty folder for {what}.")
