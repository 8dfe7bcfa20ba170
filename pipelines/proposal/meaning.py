"""What a column's name means, and which canonical staging table a file's rows belong to: evidence, weighed."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from pipelines.proposal.profile import Seen
from pipelines.proposal.vocabulary import Table, Vocabulary, plain, vocabulary

TIME_WORDS = ("at", "date", "time", "timestamp", "on", "am", "datum", "created", "modified", "updated", "zeitpunkt")
ACCEPTED = {
    "bigint": ("integer", "number"),
    "decimal": ("integer", "number"),
    "double": ("integer", "number"),
    "date": ("date", "timestamp"),
    "timestamp": ("date", "timestamp"),
}
TOLD, NAMED, REFUSED = 3, 20, 4
"""Weight of a column that only one table has, of the file's name, and of a column that does not belong there."""
EPOCHS = {10: "epoch_s", 13: "epoch_ms"}


@dataclass(frozen=True)
class Meaning:
    """A table (none: not recognised), its columns as the file has them, and those whose cells do not fit their name."""

    table: Table | None
    columns: Mapping[str, Seen]
    unfit: Mapping[str, Seen]

    def of(self, column: Seen) -> str:
        """What a column means; empty where it is not recognised."""
        return next((name for name, one in self.columns.items() if one.name == column.name), "")


def named(column: Seen) -> Seen:
    """The column with what its name says of its type: digits that name something are text, numbers can be times."""
    words = plain(column.name).split("_")
    if column.logical_type != "integer":
        return column
    is_time = words[-1] in TIME_WORDS
    digits = {len(cell) for cell in column.some}
    if is_time and len(digits) == 1 and (form := EPOCHS.get(min(digits))):
        return replace(
            column, logical_type="timestamp", physical_type="timestamp", text_format=form, low=None, high=None
        )
    if is_time and digits == {8} and column.found_type == "VARCHAR" and all(map(is_day, column.some)):
        return retyped(column, "date", "yyyyMMdd")
    is_count = words[:2] == ["number", "of"]
    if set(words) & vocabulary().sets["names"] and not is_count and not column.number_form:
        return retyped(column, "string")
    return column


def retyped(column: Seen, kind: str, form: str = "") -> Seen:
    """A column of whole numbers as one of another type."""
    physical = "varchar" if kind == "string" else kind
    return replace(column, logical_type=kind, physical_type=physical, text_format=form, low=None, high=None)


def is_day(cell: str) -> bool:
    try:
        return 1900 <= datetime.strptime(cell, "%Y%m%d").year <= 2100  # noqa: DTZ007 - a day has no zone
    except ValueError:
        return False


def meaning_of(stem: str, columns: Sequence[Seen]) -> Meaning:
    """The table with the most evidence: its own columns, the file's name, and nothing that does not belong there."""
    words = vocabulary()
    if set(plain(stem).split("_")) & words.sets["others"]:
        return Meaning(None, {}, {})
    weighed = [(weight(one, stem, columns, words), -place) for place, one in enumerate(words.tables)]
    best, place = max(weighed)
    found = words.tables[-place]
    if best <= 0 and "email" in meanings(words.table("leads"), columns)[0] and not has_parts(stem):
        found = words.table("leads")
    elif best <= 0:
        return Meaning(None, {}, {})
    means, unfit = meanings(found, columns)
    return Meaning(found, means, unfit)


def weight(table: Table, stem: str, columns: Sequence[Seen], words: Vocabulary) -> int:
    """How much speaks for a table; 0 where it cannot be it."""
    means, _ = meanings(table, columns)
    is_named = name_says(table, stem)
    told = [one for one in table.tells if one in means]
    is_whole = all(any(one in means for one in group) for group in table.needs)
    has_first = any(one in means for one in table.needs[0]) or bool(told) or "created_at" in means
    is_called_so = is_named and not table.is_steady and has_first and len(means) > 1
    if not (is_whole and (told or is_named)) and not is_called_so:
        return 0
    strangers = [one for one in table.refuses if has_word(words, one, columns)]
    if strangers and not is_whole:
        return 0
    return TOLD * len(told) + len(means) + NAMED * is_named - REFUSED * len(strangers)


def has_parts(stem: str) -> bool:
    """Whether a file's name speaks of kinds, links or parts of records."""
    return bool(set(plain(stem).split("_")) & vocabulary().sets["parts"])


def name_says(table: Table, stem: str) -> bool:
    """Whether the file is called like rows of the table; `web_visits` is no `visits_form`, the longest name counts."""
    said = f"_{plain(stem)}_"
    if has_parts(stem):
        return False
    hits = [(len(word), one.name) for one in vocabulary().tables for word in one.files if f"_{word}_" in said]
    return bool(hits) and max(hits)[1] == table.name


def has_word(words: Vocabulary, canonical: str, columns: Sequence[Seen]) -> bool:
    """Whether a column is called like a canonical column of whatever table."""
    known = set(words.every.get(canonical, ()))
    for table in words.tables:
        if canonical in table.tells:
            known |= set(table.words[canonical]) - words.vague
    return any(plain(column.name) in known for column in columns)


def meanings(table: Table, columns: Sequence[Seen]) -> tuple[dict[str, Seen], dict[str, Seen]]:
    """Canonical column -> the file's column: the earliest synonym wins, no column is used twice; and those unfit."""
    by_name: dict[str, Seen] = {}
    for column in reversed(columns):
        for name in reversed(spellings(column.name, table)):
            by_name[name] = column
    for column in reversed(columns):  # its whole name counts before a part of another one's
        by_name[plain(column.name)] = column
    found: dict[str, Seen] = {}
    unfit: dict[str, Seen] = {}
    for canonical, words in table.words.items():
        named_so = [by_name[word] for word in words if word in by_name and by_name[word] not in found.values()]
        fitting = [one for one in named_so if fits(table, canonical, one)]
        if fitting:
            found[canonical] = fitting[0]
        elif named_so and named_so[0].filled:
            unfit[canonical] = named_so[0]
    addresses = [one for one in columns if "email" in one.forms and is_theirs(one) and one not in found.values()]
    if "email" in table.words and "email" not in found and len(addresses) == 1:
        found["email"] = addresses[0]
    return found, {name: one for name, one in unfit.items() if one not in found.values()}


def is_theirs(column: Seen) -> bool:
    """Whether an address is of the person a row is about, not of somebody of the house."""
    return not {"owner", "user", "rep", "sender", "from", "assigned", "manager"} & set(plain(column.name).split("_"))


def spellings(name: str, table: Table) -> list[str]:
    """A name without what only repeats the table's, or that a field is somebody's own."""
    said = plain(name)
    short = re.sub(rf"^(property|{table.unit})_(?=.)", "", said)
    return list(dict.fromkeys([said, short, re.sub(r"(?<=.)_c$", "", short)]))


def fits(table: Table, canonical: str, column: Seen) -> bool:
    """Whether the column's cells can become what the canonical column holds."""
    wanted = table.types.get(canonical, "varchar").lower().split("(")[0]
    if canonical == "email":
        return sum("@" in cell for cell in column.some) * 2 >= len(column.some) > 0
    if wanted == "boolean":
        is_bit = column.logical_type == "integer" and column.low in (0, 1) and column.high in (0, 1)
        return column.logical_type == "boolean" or is_bit
    if wanted == "varchar":
        return canonical.endswith("_id") or column.logical_type not in ("date", "timestamp")
    return column.logical_type in ACCEPTED[wanted]
