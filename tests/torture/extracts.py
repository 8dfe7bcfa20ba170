"""Small extracts of one object in every form, and where each of their records lies in the text."""

import gzip
import io
import json
import random
import zipfile
from dataclasses import dataclass
from typing import Literal

import polars as pl
import zstandard

Form = Literal["csv", "lines", "array", "parquet"]
Packing = Literal["none", "gzip", "zstd", "zip"]
Rows = tuple[dict[str, str], ...]
FORMS: tuple[Form, ...] = ("csv", "lines", "array", "parquet")
PACKINGS: tuple[Packing, ...] = ("none", "gzip", "zstd", "zip")
COLUMNS = ("id", "name", "note", "size", "amount", "is_new", "day", "changed_at")
NOTES = (
    "",
    "plain",
    "two\nlines",
    'says "yes"',
    "a,b;c\td|e",
    "Zürich 東京",
    "=1+1",
    " blank around ",
    "back\\slash",
    "'",
)


@dataclass(frozen=True)
class Extract:
    """An extract as bytes: the rows it holds as text, and the bytes [start, end) of each with its line end.

    `header` is where the header ends (0: none); Parquet has no spans.
    """

    form: Form
    content: bytes
    rows: tuple[dict[str, str], ...]
    spans: tuple[tuple[int, int], ...]
    header: int = 0
    delimiter: str = ","


def draw_rows(rng: random.Random, count: int) -> tuple[dict[str, str], ...]:
    """Rows with a value of every type; ids are long enough that no mutation makes one another's."""
    return tuple(
        {
            "id": f"{rng.getrandbits(64):016x}{number:04d}",
            "name": rng.choice(["Acme", "Café", "x" * 60, "O'Hara; drop table raw.thing"]) + f" {number}",
            "note": rng.choice(NOTES),
            "size": rng.choice(["", str(rng.randrange(-5, 10**6))]),
            "amount": f"{rng.randrange(10**8) / 100:.2f}",
            "is_new": rng.choice(["true", "false"]),
            "day": f"20{rng.randrange(10, 30)}-0{rng.randrange(1, 10)}-1{rng.randrange(10)}",
            "changed_at": f"2024-01-{rng.randrange(10, 29)}T03:54:{rng.randrange(10, 60)}.000+0000",
        }
        for number in range(count)
    )


def draw_extract(rng: random.Random) -> Extract:
    """An extract of a form drawn at random."""
    rows = draw_rows(rng, rng.randrange(3, 25))
    form = rng.choices(FORMS, [12, 4, 2, 2])[0]
    if form == "parquet":
        sink = io.BytesIO()
        pl.DataFrame(list(rows)).write_parquet(sink, compression="uncompressed", use_pyarrow=False)
        return Extract(form, sink.getvalue(), rows, ())
    if form == "csv":
        end = rng.choice(["\n", "\n", "\r\n"])
        delimiter = rng.choice([",", ",", ",", ";", "\t", "|"])
        always = rng.random() < 0.5
        mark = b"\xef\xbb\xbf" * (rng.random() < 0.2)
        header = mark + line(COLUMNS, delimiter, end, always)
        texts = [line([row[name] for name in COLUMNS], delimiter, end, always) for row in rows]
        return laid_out(form, header, texts, rows, delimiter)
    objects = [json.dumps(row, ensure_ascii=rng.random() < 0.5).encode() for row in rows]
    if form == "lines":
        return laid_out(form, b"", [one + b"\n" for one in objects], rows, ",")
    texts = [one + b",\n" for one in objects[:-1]] + [objects[-1] + b"\n]\n"]
    return laid_out(form, b"[\n", texts, rows, ",")


def line(cells: tuple[str, ...] | list[str], delimiter: str, end: str, always: bool) -> bytes:
    """One record of a delimited text; a cell is quoted where it must be, or always."""
    quoted = [
        '"' + cell.replace('"', '""') + '"' if always or set(cell) & {'"', "\n", "\r", *",;\t|"} else cell
        for cell in cells
    ]
    return (delimiter.join(quoted) + end).encode()


def laid_out(
    form: Form, header: bytes, texts: list[bytes], rows: tuple[dict[str, str], ...], delimiter: str
) -> Extract:
    """Header and records one after the other."""
    spans, position = [], len(header)
    for text in texts:
        spans.append((position, position + len(text)))
        position += len(text)
    return Extract(form, header + b"".join(texts), rows, tuple(spans), len(header), delimiter)


def packed(content: bytes, packing: Packing) -> bytes:
    """The content as it may be sent."""
    if packing == "gzip":
        return gzip.compress(content, mtime=0)
    if packing == "zstd":
        return zstandard.compress(content)
    if packing == "zip":
        sink = io.BytesIO()
        with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(zipfile.ZipInfo("thing.csv"), content)
        return sink.getvalue()
    return content
