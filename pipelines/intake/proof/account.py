"""What a load that was refused had read: noted in a small transaction of its own, since its tables are as before.

What belongs here: the account of a load while it is under way. What does not: the account of one that went well, which
is written with its rows (`load.finish`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import duckdb

from pipelines.errors import GrowthError
from pipelines.intake.proof import ledger
from pipelines.intake.proof.ledger import FileBalance, Report

REFUSED = "refused"
"""The kind of the report that says why nothing of a load was taken."""


@dataclass
class Account:
    """The files that a load has met so far: those known from before, those read, and the one it looks at now.

    `warnings` are worth telling of a refused load, too; other reports speak of what was loaded.
    """

    load_id: str
    known: list[FileBalance] = field(default_factory=list)
    read: list[FileBalance] = field(default_factory=list)
    warnings: list[Report] = field(default_factory=list)
    object: str = ""
    file: str = ""

    def look_at(self, object_name: str, file: str) -> None:
        """The next file: an error from now on is about it."""
        self.object, self.file = object_name, file

    def note_read(self, source: str, lines: int, records: int) -> None:
        """The file under hand was read: should the load be refused, so are all of its records."""
        self.read.append(FileBalance(self.load_id, source, self.object, self.file, lines, records, 0, 0, 0, 0, records))


@contextmanager
def told_if_refused(connection: duckdb.DuckDBPyConnection, account: Account) -> Iterator[None]:
    """Around a load: the balance and the reason of one that is refused stay in the ledger, whatever ended it."""
    try:
        yield
    except GrowthError as error:
        note_refused(connection, account, str(error))
        raise
    except Exception as error:  # a fault of the program or of the machine: what was read is known all the same
        note_refused(connection, account, f"{type(error).__name__}: {error}")
        raise


def note_refused(connection: duckdb.DuckDBPyConnection, account: Account, reason: str) -> None:
    """Every record read is rejected; files known from before count as they did; one report with the reason."""
    read = {(balance.object, balance.file) for balance in account.read}
    known = [balance for balance in account.known if (balance.object, balance.file) not in read]
    connection.execute("begin transaction")
    ledger.create_ledger(connection)
    ledger.write_balances(connection, known + account.read)
    reports = [Report(REFUSED, account.object, account.file, reason), *account.warnings]
    ledger.write_reports(connection, account.load_id, reports)
    connection.execute("commit")
