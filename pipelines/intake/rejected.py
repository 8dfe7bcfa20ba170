"""A file of which nothing is taken: the error that ends its load, with what the balance of that load needs.

What does not belong here: why a file is rejected (`load`, `whole_tables`).
"""

from dataclasses import dataclass

from pipelines.errors import GrowthError


@dataclass(frozen=True)
class Refused:
    """One file that its contract refuses whole: its records by the reader's own count, its physical lines."""

    source: str
    object: str
    file: str
    records: int
    lines: int


class RejectedFile(GrowthError):
    """A load ends because a contract takes nothing of some of its files; nothing is changed.

    `files`: those that broke the rule; every other file of the load is not taken either.
    """

    def __init__(self, message: str, files: tuple[Refused, ...], rule_id: str) -> None:
        super().__init__(message)
        self.files = files
        self.rule_id = rule_id
