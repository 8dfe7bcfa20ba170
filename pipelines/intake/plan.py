"""Which file is for which contract, and whether every required object has one; nothing is read here."""

from dataclasses import dataclass
from pathlib import Path

from pipelines.contracts.contract import Contract, snake_case
from pipelines.errors import GrowthError
from pipelines.intake.files import ENDINGS, ExtractFile, match_contract, object_name
from pipelines.intake.ledger import Report


@dataclass(frozen=True)
class Plan:
    """Files by contract in the order of the contracts, then of unlisted objects; and reports about the rest."""

    files: list[tuple[Contract, list[ExtractFile]]]
    reports: list[Report]


def plan_files(folder: Path, files: list[ExtractFile], contracts: list[Contract]) -> Plan:
    """Sort the files; raises GrowthError when a required object has none."""
    by_table: dict[str, list[ExtractFile]] = {contract.table: [] for contract in contracts}
    unlisted: dict[str, tuple[Contract, list[ExtractFile]]] = {}
    reports: list[Report] = []
    for file in files:
        contract = match_contract(file, contracts)
        if contract:
            by_table[contract.table].append(file)
            continue
        stranger = unlisted_contract(file)
        if not ENDINGS.search(file.name) or stranger.table in by_table:
            message = f"{file.name} is no extract that any contract describes; it was left alone."
            reports.append(Report("ignored", "", file.name, message))
        else:
            unlisted.setdefault(stranger.table, (stranger, []))[1].append(file)
    for contract in contracts:
        if contract.required and not by_table[contract.table]:
            name = contract.object
            raise GrowthError(
                f"No file for {name}: looked for {name}.csv, {name}_1.csv, {name}.csv.gz, {name}.parquet or "
                f"{name}.jsonl (also zipped) in {folder}; export the {name} object too."
            )
        if not by_table[contract.table]:
            message = f"No file for {contract.object}: its table is empty or as it was before."
            reports.append(Report("missing_optional", contract.object, "", message))
    planned = [(contract, by_table[contract.table]) for contract in contracts]
    return Plan(planned + [unlisted[table] for table in sorted(unlisted)], reports)


def unlisted_contract(file: ExtractFile) -> Contract:
    """A contract without promises for an object that nobody described: every column text, no key."""
    name = object_name(file.stem)
    return Contract(
        source="unlisted",
        object=name,
        table=f"raw.{snake_case(name)}",
        required=False,
        file_pattern="",
        columns=(),
        key=(),
        rules=(),
        version="",
        owner="",
        description="",
    )
