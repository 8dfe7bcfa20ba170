"""The words by which columns and files are recognised: `words.yaml` as values, with what the staging tables declare."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import yaml

from pipelines.engine import SQL
from pipelines.tables.files import read_table
from pipelines.tables.tree import declared_types

WORDS = Path(__file__).with_name("words.yaml")
UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})


@dataclass(frozen=True)
class Table:
    """A canonical staging table: by what it is told, and its columns with their types and the words for them."""

    name: str
    unit: str
    files: tuple[str, ...]
    needs: tuple[tuple[str, ...], ...]
    tells: tuple[str, ...]
    refuses: tuple[str, ...]
    ids: tuple[str, ...]
    is_steady: bool
    fixed: Mapping[str, str]
    words: Mapping[str, tuple[str, ...]]
    types: Mapping[str, str]

    @property
    def own_id(self) -> str:
        return f"{self.unit}_id"


@dataclass(frozen=True)
class Vocabulary:
    """Everything that `words.yaml` says."""

    tables: tuple[Table, ...]
    every: Mapping[str, tuple[str, ...]]
    sets: Mapping[str, frozenset[str]]
    prefixes: Mapping[str, Mapping[str, str]]
    references: Mapping[str, tuple[str, ...]]

    @cached_property
    def vague(self) -> frozenset[str]:
        """Words that more than two canonical columns are called by."""
        said: dict[str, set[str]] = {}
        for table in self.tables:
            for canonical, words in table.words.items():
                for word in words:
                    said.setdefault(word, set()).add(canonical)
        return frozenset(word for word, canonicals in said.items() if len(canonicals) > 2)

    def table(self, name: str) -> Table:
        return next(table for table in self.tables if table.name == name)


@cache
def vocabulary() -> Vocabulary:
    said = yaml.safe_load(WORDS.read_text(encoding="utf-8"))
    every = {name: tuple(words.split()) for name, words in said["every"].items()}
    sets = ("consents", "protected", "outcomes", "counts", "shares", "names", "others", "parts")
    return Vocabulary(
        tuple(table_of(name, told, every) for name, told in said["tables"].items()),
        every,
        {name: frozenset(said[name].split()) for name in sets},
        said["prefixes"],
        {name: tuple(tables) for name, tables in said["references"].items()},
    )


def table_of(name: str, told: Mapping[str, Any], every: Mapping[str, tuple[str, ...]]) -> Table:
    """A table with its own words first, then those that hold everywhere, for columns that its file declares."""
    types = declared_types(read_table(SQL / "staging" / f"{name}.sql"))
    own = {column: tuple(words.split()) for column, words in told["columns"].items()}
    usual = {column: words for column, words in every.items() if column not in own}
    # An address links rows to people also where the table has no column for it.
    linked = {"email"} if {"email_normal", "who_id", "contact_id"} & types.keys() else set()
    words = own | {column: words for column, words in usual.items() if column in types.keys() | linked}
    return Table(
        name, told["unit"], tuple(told["files"].split()), tuple(tuple(group.split()) for group in told["needs"]),
        tuple(told["tells"].split()), tuple(told.get("not", "").split()), tuple(told["ids"].split()),
        bool(told.get("is_steady", False)), told["fixed"], words, types,
    )  # fmt: skip


def plain(name: str) -> str:
    """`E-Mail Address` as `e_mail_address`, `Größe` as `groesse`."""
    spelled = unicodedata.normalize("NFKD", unicodedata.normalize("NFC", name).translate(UMLAUTS))
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", spelled.encode("ascii", "ignore").decode())
    return re.sub(r"[^a-z0-9]+", "_", parted.lower()).strip("_")
