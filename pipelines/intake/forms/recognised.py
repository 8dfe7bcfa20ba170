"""Whether a file is what its name says: a header that its contract knows, or at least a table.

What does not belong here: judging rows (`rows`).
"""

from pathlib import Path

import duckdb

from pipelines.contracts.contract import Contract
from pipelines.errors import GrowthError, listed
from pipelines.intake.forms.files import ExtractFile
from pipelines.intake.forms.incoming import Incoming
from pipelines.intake.forms.reading import read_extract
from pipelines.intake.proof.ledger import Report
from pipelines.intake.workshop.mended import read_mended


def read_recognised(
    connection: duckdb.DuckDBPyConnection, contract: Contract, file: ExtractFile, scratch: Path, number: int
) -> tuple[Incoming | None, list[Report]]:
    """The file as read. One that no contract describes may be no table at all: then it is reported, not an error."""
    if file.is_mended:
        return read_mended(connection, file, scratch, number), []
    if contract.source != "unlisted":
        return read_extract(connection, file, scratch, number), []
    try:
        incoming = read_extract(connection, file, scratch, number)
    except GrowthError as error:
        message = f"No contract describes {file.name}: {error}"
        return None, [Report("ignored", contract.object, file.name, message)]
    if len(incoming.columns) < 2 or len(incoming.malformed) * 2 > incoming.records:
        message = (
            f"{file.name} is no extract that any contract describes and does not look like a table; it was left alone."
        )
        return None, [Report("ignored", contract.object, file.name, message)]
    message = (
        f"No contract describes {file.name}: its {incoming.records} rows were loaded as text into {contract.table}."
    )
    return incoming, [Report("unlisted", contract.object, file.name, message)]


def check_header(contract: Contract, file: ExtractFile, incoming: Incoming) -> None:
    """Every required column must be there: a file that only bears the name of an object is refused."""
    found = {name.lower() for name in incoming.columns}
    missing = [c.name for c in contract.columns if c.required and c.name.lower() not in found]
    if missing and (incoming.columns or incoming.records == 0):
        names = list(incoming.columns)
        shown = listed([" ".join(name.split())[:40] for name in names], 8)
        raise GrowthError(
            f"{file.name} is not an extract of {contract.object}: found the column{'s' * (len(names) != 1)} {shown}; "
            f"expected also {', '.join(missing)}."
        )
