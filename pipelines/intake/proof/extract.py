"""Files of one object that came together, as one extract. What does not belong here: judging it (`suspicion`)."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from pipelines.intake.forms.files import PART_NUMBER, stem_of
from pipelines.intake.proof.ledger import LedgerFile

MOST_PARTS = 999
"""A larger number behind a name is a date or a year, no part."""


@dataclass(frozen=True)
class Extract:
    """The files of one object that came together: in one folder, parts under one name."""

    object: str
    source: str
    files: tuple[LedgerFile, ...]

    @property
    def records(self) -> int:
        return sum(file.records for file in self.files)

    @property
    def name(self) -> str:
        first = self.files[0].file
        return first if len(self.files) == 1 else f"{first} and {len(self.files) - 1} more"

    @property
    def moment(self) -> tuple[str, int]:
        """Its place in time: the date in its path, else the load it came in."""
        dated = self.files[0].dated_at
        return (dated.isoformat() if dated else "", self.files[0].load_number)

    @property
    def first(self) -> datetime | None:
        """The oldest change in it."""
        return min((file.first_modstamp for file in self.files if file.first_modstamp), default=None)

    @property
    def last(self) -> datetime | None:
        return max((file.last_modstamp for file in self.files if file.last_modstamp), default=None)

    @property
    def is_weekend(self) -> bool:
        dated = self.files[0].dated_at
        return dated is not None and dated.weekday() >= 5


def extracts_of(entries: Iterable[LedgerFile]) -> list[Extract]:
    """Files by object, folder, name without part number, and load where nothing dates them."""
    groups: dict[tuple[object, ...], dict[str, LedgerFile]] = defaultdict(dict)
    for entry in entries:
        folder = entry.file.rpartition("/")[0]
        stem, _ = part_of(entry.file)
        when = entry.dated_at or entry.load_number
        groups[entry.object, folder, stem, when][entry.file] = entry
    return [
        Extract(files[0].object, files[0].source, tuple(files))
        for group in groups.values()
        if (files := sorted(group.values(), key=lambda entry: (part_of(entry.file)[1] or 0, entry.file)))
    ]


def part_of(name: str) -> tuple[str, int | None]:
    """`full/Account_3.csv.gz` -> Account, 3; a date or a year is part of the name."""
    stem = stem_of(name)
    found = PART_NUMBER.search(stem)
    digits = re.split(r"[_-]", found[0])[1:] if found else []
    if len(digits) == 1 and int(digits[0]) <= MOST_PARTS and found:
        return stem[: found.start()], int(digits[0])
    return stem, None
