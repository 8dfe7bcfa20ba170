"""Opening the intake database for commands. What they do with it does not belong here."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from pipelines.errors import GrowthError
from pipelines.home import Home

if TYPE_CHECKING:
    import duckdb

    from pipelines.contracts import Contract

WAIT_SECONDS = 10.0


@contextmanager
def looking(home: Home) -> Iterator[tuple["duckdb.DuckDBPyConnection", list["Contract"], bool]]:
    """The intake database to read while no writer is at work, the contracts in, and whether anything was loaded."""
    import duckdb

    from pipelines.checkpoints import undo
    from pipelines.intake.workshop.refused import show_refused
    from pipelines.lock import writer_lock

    if not home.intake.exists():
        raise GrowthError(f"Nothing was loaded into {home.root} yet; run `growth run`, or name a folder with --home.")
    with writer_lock(home.writer_lock, "", WAIT_SECONDS, lambda line: click.echo(line, err=True)):
        for database in (home.intake, home.warehouse):
            undo(database)
        connection = duckdb.connect(str(home.intake), read_only=True)
        try:
            # A first run that failed before it loaded anything leaves a file without tables.
            contracts = contracts_in(home)
            yield connection, contracts, show_refused(connection, contracts)
        finally:
            connection.close()


@contextmanager
def writing(home: Home) -> Iterator[tuple["duckdb.DuckDBPyConnection", list["Contract"]]]:
    """Both databases to write to, under the writer's lock, and the contracts in."""
    import os

    from pipelines.lock import writer_lock
    from pipelines.run import own_scratch
    from pipelines.warehouse import connect

    if not home.intake.exists():
        raise GrowthError(f"Nothing was loaded into {home.root} yet; run `growth run`, or name a folder with --home.")
    os.umask(0o077)
    with writer_lock(home.writer_lock, "", WAIT_SECONDS, lambda line: click.echo(line, err=True)), own_scratch(home):
        connection = connect(home)
        try:
            yield connection, contracts_in(home)
        finally:
            connection.close()


def contracts_in(home: Home) -> list["Contract"]:
    from pipelines.contracts import load_contracts
    from pipelines.engine import CONTRACTS

    return [contract for contract in load_contracts(CONTRACTS, home.contracts) if contract.table.startswith("raw.")]
