"""A load under way: what it was asked and what it has found so far. What is done with it stands in `load`."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import duckdb

from pipelines.contracts.contract import Contract
from pipelines.intake.forms.files import ExtractFile
from pipelines.intake.merging.absent import Columns
from pipelines.intake.merging.dumps import Part, common_moments, note_sightings
from pipelines.intake.merging.fresh import date_fresh
from pipelines.intake.proof.account import Account
from pipelines.intake.proof.balance import Told
from pipelines.intake.proof.known import KnownFiles
from pipelines.intake.proof.ledger import FileBalance, LedgerFile, Report
from pipelines.intake.rules.rejected import Refused
from pipelines.intake.workshop.quarantine import RefusedFiles
from pipelines.warehouse import quoted_text


@dataclass(frozen=True)
class Taken:
    """A file that was read in this load: its number, its entry in the ledger, what its reader told of its lines, how
    many of its records nobody can name.
    """

    number: int
    entry: LedgerFile
    told: Told
    file: ExtractFile
    nameless: int

    @property
    def part(self) -> Part:
        return Part(self.number, self.file, self.entry.extracted_at, self.nameless)


@dataclass
class Load:
    """A load under way: what it was asked and what it has found so far.

    `filled`: the raw tables, by two-part name, that have rows or may get some; most contracts are of sources that one
    company does not have. `refused_files`: of each object, the files with rows in quarantine before this load.
    """

    connection: duckdb.DuckDBPyConnection
    load_id: str
    now: datetime | None
    scratch: Path
    number: int
    known: KnownFiles
    account: Account
    filled: set[str]
    refused_files: RefusedFiles
    balances: list[FileBalance] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    read: dict[str, list[Refused]] = field(default_factory=dict)
    endings: list[tuple[str, str, bool]] = field(default_factory=list)
    has_columns: Columns = field(default_factory=dict)
    files_seen: int = 0
    changed: bool = False

    def dated_at(self, file: ExtractFile) -> datetime | None:
        """The moment that the file's path tells, unless no clock in any time zone shows it yet."""
        is_ahead = file.dated_at and self.now and file.dated_at > self.now + timedelta(days=1)
        return None if is_ahead else file.dated_at

    def labels(self, file: ExtractFile) -> dict[str, str]:
        """SQL for what every row of the file bears."""
        dated_at = self.dated_at(file)
        at = f"timestamp {quoted_text(dated_at.isoformat(sep=' '))}" if dated_at else "null::timestamp"
        labels = {"_file": quoted_text(file.name), "_load_id": quoted_text(self.load_id)}
        return labels | dict.fromkeys(("_extracted_at", "_seen_at"), at)


def date_dumps(load: Load, contract: Contract, taken: list[Taken]) -> list[Taken]:
    """The parts of a full dump were extracted together: they bear the newest moment of any."""
    moments = common_moments(contract, [took.part for took in taken])
    date_fresh(load.connection, moments)
    dated = [
        replace(took, entry=replace(took.entry, extracted_at=moments[took.number])) if took.number in moments else took
        for took in taken
    ]
    note_sightings(load.connection, contract, [took.part for took in dated])
    return dated
