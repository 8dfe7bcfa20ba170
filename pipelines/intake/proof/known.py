"""Which contents the ledger knows, and so which files of a folder need not be read again."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from pipelines.contracts.contract import Contract
from pipelines.intake.forms.files import ExtractFile
from pipelines.intake.proof.ledger import LedgerFile


@dataclass(frozen=True)
class KnownFiles:
    """Contents loaded before, the earliest first."""

    entries: list[LedgerFile]

    @cached_property
    def by_content(self) -> dict[tuple[str, str, datetime | None], LedgerFile]:
        """The last entry of every content, contract and date in the path.

        A changed contract reads its files again; a content that comes with another date was seen then, too.
        """
        return {(entry.content_sha256, entry.contract_digest, entry.dated_at): entry for entry in self.entries}

    @cached_property
    def of_content(self) -> dict[str, list[LedgerFile]]:
        """All entries of every content, whatever contract judged it."""
        found: dict[str, list[LedgerFile]] = {}
        for entry in self.entries:
            found.setdefault(entry.content_sha256, []).append(entry)
        return found

    @cached_property
    def newest(self) -> dict[tuple[str, str], str]:
        """The content that came last under each object and file name."""
        return {(entry.object, entry.file): entry.content_sha256 for entry in self.entries}

    def next_number(self) -> int:
        return max((entry.load_number for entry in self.entries), default=0) + 1

    def entry(self, contract: Contract, file: ExtractFile) -> LedgerFile | None:
        """The last load of this content under this contract."""
        return self.by_content.get((file.sha256, contract.digest, file.dated_at))

    def is_identical(self, contract: Contract, file: ExtractFile) -> bool:
        """Whether the content was loaded before and is still the newest under the name it then had.

        A newer content of that name took its quarantined rows away, and without a key all its rows. (Without a key the
        name must be the same, too, since rows are told apart by it.)
        """
        entry = self.entry(contract, file)
        if entry is None or self.newest[entry.object, entry.file] != file.sha256:
            return False
        return bool(contract.key) or entry.file == file.name

    def columns_of(self, contract: Contract) -> dict[tuple[str, str], list[str] | None]:
        """The columns that every earlier file of the object came with, by load and name."""
        return {entry.place: entry.column_names for entry in self.entries if entry.object == contract.object}

    def replaced(self, contract: Contract, file: ExtractFile) -> list[tuple[str, str]]:
        """Load and name under which the content came when another version of the contract judged it."""
        if not self.is_judged_anew(contract, file):
            return []
        return [entry.place for entry in self.of_content[file.sha256]]

    def is_judged_anew(self, contract: Contract, file: ExtractFile) -> bool:
        """Whether the content was loaded under another version of its contract, but not yet under this one."""
        digests = {entry.contract_digest for entry in self.of_content.get(file.sha256, ())}
        return bool(digests) and contract.digest not in digests

    def unread(self, contract: Contract, files: list[ExtractFile]) -> list[ExtractFile]:
        """The files to read. One known by another name is read too when that name brings something new."""
        unread = [file for file in files if not self.is_identical(contract, file)]
        while True:
            names = {file.name for file in unread}
            rest = [(file, self.entry(contract, file)) for file in files if file not in unread]
            also = [file for file, entry in rest if entry and entry.file in names]
            if not also:
                return [file for file in files if file in unread]
            unread += also
