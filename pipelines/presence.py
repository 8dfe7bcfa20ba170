"""What a company has of the sources that the contracts know, before a run reads it.

What does not belong here: which files are read and whether the right ones are there (`pipelines/intake`).
"""

from pipelines.contracts import load_contracts
from pipelines.engine import CONTRACTS, Engine
from pipelines.errors import GrowthError
from pipelines.intake.forms.digests import Digests
from pipelines.intake.forms.files import find_files
from pipelines.intake.forms.recognise import contract_of
from pipelines.tables.absent import empty_tables


def raw_tables_without_rows(engine: Engine) -> frozenset[str]:
    """The raw tables that hold no row and for which no file has come; none where the files cannot be told."""
    contracts = [one for one in load_contracts(CONTRACTS, engine.home.contracts) if one.table.startswith("raw.")]
    empty = empty_tables(engine.connection, [contract.table for contract in contracts])
    try:
        files = find_files(engine.request.extracts, Digests(engine.home.digests).of)
        found = [contract_of(file, contracts) for file in files]
    except GrowthError:
        return frozenset()  # the load says in words what is wrong with the files
    return empty - {contract.table for contract in found if contract}
