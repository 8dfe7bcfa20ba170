"""A file proposed for, loaded by what was proposed, and brought into staging: all of it in process, in memory."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.contracts import Contract
from pipelines.contracts.odcs import load_contract
from pipelines.engine import SQL
from pipelines.home import Home
from pipelines.intake import load_extracts
from pipelines.intake.proof.ledger import FileBalance
from pipelines.proposal.names import names_of
from pipelines.proposal.write import Proposal, propose
from pipelines.tables.build import build_table, check_key_unique, full_name, types_of
from pipelines.tables.files import read_table
from pipelines.warehouse import connect_scratch


@dataclass(frozen=True)
class Proposed:
    """The proposal, its contract, how the file went in under it, and its rows in staging."""

    proposal: Proposal
    contract: Contract
    balance: FileBalance
    rows: list[dict[str, Any]]

    @property
    def said(self) -> str:
        return "\n".join(self.proposal.lines)


def proposed(home: Path, name: str, content: str | bytes, contracts: list[Contract]) -> Proposed:
    """What becomes of a file of one's own. Rows of leads and contacts that it could name are none."""
    extracts = home / "extracts"
    extracts.mkdir(parents=True, exist_ok=True)
    path = extracts / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    source, called = names_of(path, None, None, contracts)
    proposal = propose(path, source, called, Home(home), contracts)
    (home / "sql" / "staging").mkdir(parents=True)
    (home / "own.odcs.yaml").write_text(proposal.contract, encoding="utf-8")
    own = load_contract(home / "own.odcs.yaml")
    with connect_scratch() as connection:
        report = load_extracts(connection, extracts, [own], "load-1")
        rows: list[dict[str, Any]] = []
        if proposal.staging:
            (home / "sql" / "staging" / f"own_{called}.sql").write_text(proposal.staging, encoding="utf-8")
            feeder = read_table(home / "sql" / "staging" / f"own_{called}.sql")
            for needed in feeder.dependencies & {"staging.contacts", "staging.leads"}:
                connection.execute(f"create table intake.{needed} as {declaration(needed)}")
            build_table(connection, feeder)
            assert check_key_unique(connection, feeder) == 0
            declared = types_of(connection, f"({declaration(feeder.feeds or '')}\n)")
            brought = types_of(connection, full_name(feeder))
            assert brought == {column: declared[column] for column in brought}
            read = connection.execute(f"select * from {feeder.name} order by all")
            names = [column[0] for column in read.description]
            rows = [dict(zip(names, row, strict=True)) for row in read.fetchall()]
    [balance] = report.files
    return Proposed(proposal, own, balance, rows)


def declaration(table: str) -> str:
    """What a fed table declares: its columns, and no row."""
    return (SQL / f"{table.replace('.', '/')}.sql").read_text("utf-8")
