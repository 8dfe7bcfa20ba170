"""What one run holds while it works: the home, the open databases, what was asked for. Assets receive it as a resource.

What does not belong here: what a step does (`pipelines/assets`) and when a run is needed (`pipelines/run.py`).
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import duckdb

from pipelines.checkpoints import checkpoint
from pipelines.history import Inputs, close_abandoned, close_run, open_run
from pipelines.home import PROJECT_ROOT, Home
from pipelines.lock import writer_lock
from pipelines.warehouse import connect

PLAYBOOK = PROJECT_ROOT / "pipelines" / "playbook"
CONTRACTS = PROJECT_ROOT / "data_contracts"
SQL = PROJECT_ROOT / "sql"


@dataclass(frozen=True)
class Request:
    """What a run is asked to do. `as_of` is naive UTC; without it the data says it. `wait` is in seconds; `train` fits
    the models anew, due or not."""

    home: Home
    extracts: Path
    playbook: Path = PLAYBOOK
    as_of: datetime | None = None
    wait: float | None = None
    train: bool = False


def silent(_: str) -> None:
    """Progress that nobody watches."""


@dataclass
class Engine:
    """One run at work. `say` takes a line of progress; `clock` gives the moment (naive UTC)."""

    request: Request
    connection: duckdb.DuckDBPyConnection
    run_id: str
    clock: Callable[[], datetime]
    say: Callable[[str], None] = silent
    fingerprint: str = ""
    columns: dict[str, list[str]] = field(default_factory=dict)
    """Columns of the tables that this run has written, by two-part name: the lineage of later ones asks for them."""

    @property
    def home(self) -> Home:
        return self.request.home


@contextmanager
def open_engine(
    request: Request,
    run_id: str,
    clock: Callable[[], datetime],
    say: Callable[[str], None] = silent,
    fingerprint: str = "",
) -> Iterator[Engine]:
    """Lock the home, open its databases, note the run in `meta.runs`; at the end say there how it went.

    Raises GrowthError when another writer does not end in time or a database cannot be opened.
    """
    os.umask(0o077)  # whatever a run writes holds personal data
    request.home.create()
    with writer_lock(request.home.writer_lock, run_id, request.wait, say):
        connection = connect(request.home)
        try:
            close_abandoned(connection, run_id, clock())
            open_run(connection, run_id, clock(), Inputs(request.extracts, request.playbook, fingerprint))
            yield Engine(request, connection, run_id, clock, say, fingerprint)
            close_run(connection, run_id, "finished", "", ended=clock())
            checkpoint(connection)
        except BaseException as error:
            close_run(connection, run_id, "failed", str(error), ended=clock())
            raise
        finally:
            connection.close()
