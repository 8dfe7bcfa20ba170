"""Which files there are of every contract, and whether every required object has one; no record is read here."""

from dataclasses import dataclass
from pathlib import Path

from pipelines.contracts.contract import Contract, snake_case
from pipelines.errors import GrowthError, listed
from pipelines.intake.forms.files import ENDINGS, ExtractFile, object_name
from pipelines.intake.forms.recognise import contract_of
from pipelines.intake.proof.known import KnownFiles
from pipelines.intake.proof.ledger import Report

SHOWN = 3


@dataclass(frozen=True)
class Plan:
    """Files by contract in the order of the contracts, then of unlisted objects; and reports about the rest."""

    files: list[tuple[Contract, list[ExtractFile]]]
    reports: list[Report]


def plan_files(folder: Path, files: list[ExtractFile], contracts: list[Contract], known: KnownFiles) -> Plan:
    """Sort the files.

    Raises GrowthError when no file is of an object that stands by itself, and when a required object of a source that
    is there, or was there before, has none and never had a row: it need not come on a day on which nothing changed.
    """
    by_table: dict[str, list[ExtractFile]] = {contract.table: [] for contract in contracts}
    unlisted: dict[str, tuple[Contract, list[ExtractFile]]] = {}
    reports: list[Report] = []
    decided = {(entry.content_sha256, entry.contract_digest): entry.object for entry in known.entries}
    for file in files:
        contract = contract_of(file, contracts, decided)
        if contract:
            by_table[contract.table].append(file)
            continue
        stranger = unlisted_contract(file)
        if not ENDINGS.search(file.name) or stranger.table in by_table:
            message = f"{file.name} is no extract that any contract describes; it was left alone."
            reports.append(Report("ignored", "", file.name, message))
        else:
            unlisted.setdefault(stranger.table, (stranger, []))[1].append(file)
    present = {contract.source for contract in contracts if by_table[contract.table]}
    present |= {entry.source for entry in known.entries}
    known_objects = {entry.object for entry in known.entries if entry.records}
    lacking = [one for one in contracts if not by_table[one.table] and one.object not in known_objects]
    strangers = [report.file for report in reports]
    strangers += [file.name for _, its in unlisted.values() for file in its]
    check_present(folder, contracts, lacking, present, sorted(strangers))
    for contract in contracts:
        if not by_table[contract.table] and contract.source in present:
            message = f"No file for {contract.object}: its table is empty or as it was before."
            reports.append(Report("missing_optional", contract.object, "", message))
    planned = [(contract, by_table[contract.table]) for contract in contracts]
    return Plan(planned + [unlisted[table] for table in sorted(unlisted)], reports)


def check_present(
    folder: Path, contracts: list[Contract], lacking: list[Contract], present: set[str], strangers: list[str]
) -> None:
    """Enough is there to begin with: something that stands by itself, and what its source cannot do without.

    `lacking`: contracts of whose objects nothing has come, now or before; `strangers`: files that no contract knows.
    """
    found = f" No contract describes {listed(strangers, SHOWN)}." if strangers else ""
    for contract in lacking:
        if contract.required and contract.source in present:
            name = contract.object
            raise GrowthError(
                f"No file for {name}: looked for {name}.csv, {name}_1.csv, {name}.csv.gz, {name}.parquet or "
                f"{name}.jsonl (also zipped) in {folder}; export the {name} object too.{found}"
            )
    alone = [contract for contract in contracts if not contract.supplements]
    if all(contract in lacking for contract in alone):
        sources: dict[str, list[str]] = {}
        for contract in alone:
            if contract.required:
                sources.setdefault(contract.source, []).append(contract.object)
        wanted = "; or ".join(f"of {source} {', '.join(objects)}" for source, objects in sources.items())
        raise GrowthError(
            f"No file in {folder} holds what can be scored. Put there, each as .csv, .jsonl or .parquet (also zipped): "
            f"{wanted}.{found} For a file of your own, `growth contract FILE` proposes a contract."
        )


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
