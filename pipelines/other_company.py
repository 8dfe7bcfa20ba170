"""One home is one company: extracts that share no record with what was loaded begin the home anew.

What does not belong here: reading extracts (`pipelines/intake`) and running (`pipelines/run.py`).
"""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from pipelines.contracts import load_contracts
from pipelines.engine import CONTRACTS, Request
from pipelines.errors import GrowthError
from pipelines.history import last_extracts
from pipelines.home import Home
from pipelines.intake.files import find_files, match_contract
from pipelines.intake.reading import read_extract
from pipelines.warehouse import connect, open_memory

OBJECTS = ("raw.account", "raw.contact", "raw.lead", "raw.opportunity")


def set_other_company_aside(request: Request, run_id: str, say: Callable[[str], None]) -> None:
    """Move the databases and models to `set_aside/<run id>` when the extracts are another company's.

    Another folder alone says nothing: one id of an account, contact, lead or opportunity in common makes it a further
    extract of the same company. Extracts without any id are left to the loader, which says what is wrong with them.
    """
    home = request.home
    if not (home.intake.exists() and home.warehouse.exists()) or is_same_company(request):
        return
    aside = home.root / "set_aside" / run_id
    aside.mkdir(mode=0o700, parents=True)
    for path in kept_files(home):
        path.rename(aside / path.name)
    home.create()
    say(f"attention: {request.extracts} holds another company; what this home knew before is now in {aside}")


def is_same_company(request: Request) -> bool:
    """Whether the extracts come from the folder loaded last, share a record with it, or tell no record at all."""
    connection = connect(request.home)
    try:
        previous = last_extracts(connection)
        if previous is None or previous.resolve() == request.extracts.resolve():
            return True
        ids = record_ids(request.extracts)
        return not ids or any(has_any(connection, table, found) for table, found in ids.items())
    finally:
        connection.close()


def record_ids(folder: Path) -> dict[str, set[str]]:
    """Ids by object, as far as the files can be read; what cannot is left to the loader, which says why."""
    contracts = [contract for contract in load_contracts(CONTRACTS) if contract.table in OBJECTS]
    ids: dict[str, set[str]] = {}
    with closing(open_memory(threads=2)) as connection, TemporaryDirectory() as scratch:
        try:
            for number, file in enumerate(find_files(folder)):
                contract = match_contract(file, contracts)
                if contract:
                    read_extract(connection, file, Path(scratch), number)
                    rows = connection.execute("select Id from incoming_text where Id is not null").fetchall()
                    ids.setdefault(contract.table, set()).update(row[0] for row in rows)
        except (GrowthError, duckdb.Error):
            return {}
    return ids


def has_any(connection: duckdb.DuckDBPyConnection, table: str, ids: set[str]) -> bool:
    """Whether the loaded table of an object holds one of the ids (15 or 18 characters)."""
    statement = f"select count(*) from {table} where list_contains(?, left(Id, 15))"
    [(rows,)] = connection.execute(statement, [[record_id[:15] for record_id in ids]]).fetchall()
    return bool(rows)


def kept_files(home: Home) -> list[Path]:
    """What belongs to the company: databases with their logs, and the models fitted on it."""
    names = [home.intake, home.warehouse, home.mlflow]
    return [path for path in (*names, *home.root.glob("*.duckdb.wal")) if path.exists()]
