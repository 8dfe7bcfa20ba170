"""Harm done to extracts, one small accident at a time, and which of their records it touched."""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace

from tests.torture.extracts import COLUMNS, Extract, laid_out, line

WORDS = [b'"', b'""', b"\n", b"\r", b"\r\n", b"\x00", b"\xff", b"\xe9", b",", b";", b"\t", b"|", b"{", b"}", b"[", b"]",
         b"\\", b"'", b"=", b"\xef\xbb\xbf", b"\x1f", b"1", b"NaN", b"null", b"--"]  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """An extract after its accident. `untouched` are the rows whose bytes no edit met; `header_whole`: nor the header.

    `mends_quotes`: a quote came or went, after which the rules of CSV may make what follows part of another cell.
    """

    extract: Extract
    kind: str
    untouched: tuple[dict[str, str], ...]
    header_whole: bool = True
    moves_quotes: bool = False


def edited(extract: Extract, kind: str, start: int, end: int, put: bytes) -> Mutant:
    """The bytes [start, end) replaced. A record whose line end is touched is touched, and so is the one behind it."""
    content = extract.content[:start] + put + extract.content[end:]
    is_whole = not put and any(a == start < end for a, _ in extract.spans)  # whole records went: the next one begins
    met = [(a, b) for a, b in extract.spans if not (b < start or a > end or (a == end and is_whole))]
    if start == end and put.endswith(b"\n") and kind == "line twice":
        met = []
    untouched = tuple(row for row, span in zip(extract.rows, extract.spans, strict=False) if span not in met)
    moves = b'"' in put + extract.content[start:end]
    return Mutant(replace(extract, content=content), kind, untouched, start >= extract.header, moves)


def flip(extract: Extract, rng: random.Random) -> Mutant:
    at = rng.randrange(len(extract.content))
    return edited(extract, "byte", at, at + 1, bytes([rng.randrange(256)]))


def put_word(extract: Extract, rng: random.Random) -> Mutant:
    at = rng.randrange(len(extract.content) + 1)
    return edited(extract, "word put in", at, at, rng.choice(WORDS))


def take_bytes(extract: Extract, rng: random.Random) -> Mutant:
    at = rng.randrange(len(extract.content))
    return edited(extract, "bytes cut", at, min(at + rng.choice([1, 1, 2, 10, 100]), len(extract.content)), b"")


def truncate(extract: Extract, rng: random.Random) -> Mutant:
    at = rng.randrange(len(extract.content))
    return edited(extract, "cut off", at, len(extract.content), b"")


def take_quote(extract: Extract, rng: random.Random) -> Mutant:
    places = [at for at, byte in enumerate(extract.content) if byte == 0x22]
    if not places:
        return put_word(extract, rng)
    at = rng.choice(places)
    return edited(extract, "quote lost", at, at + 1, b"")


def take_line(extract: Extract, rng: random.Random) -> Mutant:
    at = extract.content.rfind(b"\n", 0, rng.randrange(1, len(extract.content))) + 1
    end = extract.content.find(b"\n", at) + 1 or len(extract.content)
    return edited(extract, "line lost", at, end, b"")


def repeat_record(extract: Extract, rng: random.Random) -> Mutant:
    start, end = rng.choice(extract.spans)
    if extract.form == "array" and end == len(extract.content):
        return flip(extract, rng)
    return edited(extract, "line twice", end, end, extract.content[start:end])


def swap_columns(extract: Extract, rng: random.Random) -> Mutant:
    """Columns in another order: nothing is harmed, for cells are told by name."""
    if extract.form != "csv":
        return flip(extract, rng)
    order = rng.sample(COLUMNS, len(COLUMNS))
    texts = [line([row[name] for name in order], extract.delimiter, "\n", always=False) for row in extract.rows]
    header = line(order, extract.delimiter, "\n", always=False)
    return Mutant(laid_out("csv", header, texts, extract.rows, extract.delimiter), "columns swapped", extract.rows)


def recode(extract: Extract, rng: random.Random) -> Mutant:
    """Another encoding: with its mark in front nothing is harmed; else rows of plain letters are the same bytes."""
    encoding = rng.choice(["utf-16", "utf-16-le", "latin-1", "cp1252", "utf-8-sig"])
    text = extract.content.decode("utf-8-sig")
    content = text.encode(encoding, errors="replace")
    harmless = encoding in ("utf-16", "utf-8-sig")
    kept = extract.rows if harmless else tuple(row for row in extract.rows if "".join(row.values()).isascii())
    spans = extract.spans if content == extract.content else ()
    return Mutant(replace(extract, content=content, spans=spans), f"as {encoding}", kept)


MUTATIONS: tuple[Callable[[Extract, random.Random], Mutant], ...] = (
    flip, flip, put_word, put_word, take_bytes, truncate, take_quote, take_line, repeat_record, swap_columns, recode,
)  # fmt: skip


def mutate(extract: Extract, rng: random.Random) -> Mutant:
    """One accident; a Parquet file has only those of bytes."""
    if extract.form == "parquet":
        return rng.choice([flip, put_word, take_bytes, truncate])(extract, rng)
    return rng.choice(MUTATIONS)(extract, rng)
