"""Which columns tell the rows of a file apart: one, or two or three together; whole files are counted, not samples."""

from collections.abc import Mapping, Sequence
from itertools import combinations

import duckdb

from pipelines.proposal.meaning import Meaning
from pipelines.proposal.profile import Seen
from pipelines.proposal.vocabulary import plain, vocabulary
from pipelines.warehouse import quoted_name

ID_WORDS = ("id", "key", "uuid", "guid", "number", "no", "nr", "nummer", "email", "mail", "code", "sku", "domain")
PARTS = 10
"""Columns that are tried together: three of ten make 165 counts."""
ENOUGH = 20
"""Rows from which on two columns that happen to differ everywhere are more than chance."""


def key_of(
    connection: duckdb.DuckDBPyConnection, columns: Sequence[Seen], means: Meaning
) -> tuple[tuple[str, ...], tuple[str, int] | None]:
    """The columns of the key, empty where none is found; and of single columns that nearly are one the nearest, with
    how many rows share its value. Rows that are alike in every column are one row.
    """
    connection.execute(
        "create or replace temp view rows_apart as select distinct * exclude (_intake_row) from incoming_text"
    )
    [(rows,)] = connection.execute("select count(*) from rows_apart").fetchall()
    if means.table and means.table.name == "firmographics":
        return tuple(
            means.columns[one].name for one in ("domain", "source", "fetched_at") if one in means.columns
        ), None
    filled = [one for one in columns if one.filled and not one.null_words]
    ranked = sorted(filled, key=lambda one: rank(one, means))
    ranks = {one.name: rank(one, means) for one in ranked}
    counts = distinct_counts(connection, [(one.name,) for one in ranked])
    single = [one.name for one, count in zip(ranked, counts, strict=True) if count == rows]
    if single and ranks[single[0]] <= FORM:
        return (single[0],), None
    if single and ranks[single[0]] in (OTHER, MOMENT):
        return with_partner(single[0], ranks, filled, rows, means), None
    for last in (MOMENT, TEXT):
        parts = [name for name, place in ranks.items() if place <= last and name not in single][:PARTS]
        if together := combined(connection, parts, rows):
            return together, None
        if single and ranks[single[0]] <= last:
            return (single[0],), None
    best = [(rows - count, one.name) for one, count in zip(ranked, counts, strict=True) if ranks[one.name] < MEASURE]
    return (), ((min(best)[1], min(best)[0]) if best else None)


def with_partner(
    name: str, ranks: Mapping[str, int], columns: Sequence[Seen], rows: int, means: Meaning
) -> tuple[str, ...]:
    """A column that names another record, or a moment, with what makes its row one of its kind: that such a column
    differs everywhere today is chance.
    """
    whole = [one.name for one in columns if one.filled >= rows and one.name != name]
    kinds = (MOMENT, OTHER) if means.table is None or means.table.is_steady else (OTHER, MOMENT)
    if ranks[name] == MOMENT:
        kinds = (OTHER, MOMENT)
    partners = [one for kind in kinds for one in whole if ranks[one] == kind]
    pair = {name, *partners[:1]}
    return tuple(one.name for one in columns if one.name in pair)


def combined(connection: duckdb.DuckDBPyConnection, parts: Sequence[str], rows: int) -> tuple[str, ...]:
    """Two or three columns that tell the rows apart together; in few rows any do, by chance."""
    for size in (2, 3):
        tries = list(combinations(parts, size))
        for names, count in zip(tries, distinct_counts(connection, tries), strict=True):
            if count == rows and rows >= ENOUGH:
                return names
    return ()


def distinct_counts(connection: duckdb.DuckDBPyConnection, tries: Sequence[Sequence[str]]) -> list[int]:
    """For each combination of columns how many different ones there are, rows with a blank in it left out."""
    found: list[int] = []
    for start in range(0, len(tries), 50):
        parts = []
        for names in tries[start : start + 50]:
            cells = [f"nullif(trim({quoted_name(name)}::varchar), '')" for name in names]
            filled = " and ".join(f"{cell} is not null" for cell in cells)
            counted = cells[0] if len(cells) == 1 else f"({', '.join(cells)})"
            parts.append(f"count(distinct {counted}) filter (where {filled})")
        found += connection.execute(f"select {', '.join(parts)} from rows_apart").fetchall()[0]
    return found


OWN, CALLED, FORM, OTHER, MOMENT, TEXT, MEASURE = range(7)


def rank(one: Seen, means: Meaning) -> int:
    """How much a column looks like one that names its row: the record's own id first, amounts and yes or no last.

    One that names another record differs everywhere only by chance, and is more of a key together with a moment.
    """
    name = plain(one.name)
    ids = means.table.ids if means.table else ("id",)
    if name in ids:
        return OWN
    if one.logical_type in ("number", "boolean") or one.values:
        return MEASURE
    meaning = means.of(one)
    is_person = means.table is None or "email" in means.table.types
    if meaning.endswith("_id") or name.removesuffix("_id") in units() or (meaning == "email" and not is_person):
        return OTHER
    last = name.split("_")[-1]
    if means.of(one) == "email" or last in ID_WORDS or set(name.split("_")) & vocabulary().sets["names"]:
        return CALLED
    if {"uuid", "hex", "record id", "email"} & set(one.forms):
        return FORM
    return MOMENT if one.logical_type in ("date", "timestamp") else TEXT


def units() -> set[str]:
    return {table.unit for table in vocabulary().tables} | {"company", "deal", "person", "visitor", "user", "owner"}
