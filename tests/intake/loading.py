"""Small exports for the intake tests: one row per required object unless a test says otherwise."""

from pathlib import Path

import duckdb

from pipelines.contracts import Contract, load_contracts
from pipelines.home import PROJECT_ROOT
from pipelines.intake import LoadReport, load_extracts

ALL_CONTRACTS = [c for c in load_contracts(PROJECT_ROOT / "data_contracts") if c.table.startswith("raw.")]
FEW_CONTRACTS = [c for c in ALL_CONTRACTS if c.required or c.object in ("User", "Task", "email_event")]
STAMP = "2024-01-23T03:54:57.000+0000"


def record_id(prefix: str, number: int) -> str:
    return f"{prefix}{number:012d}AAA"


def account(number: int = 1, name: str = "Acme", stamp: str = STAMP) -> str:
    return f"{record_id('001', number)},{name},{STAMP},{stamp}"


ACCOUNT_HEADER = "Id,Name,CreatedDate,SystemModstamp"
SMALL = {
    "Account.csv": f"{ACCOUNT_HEADER}\n{account()}\n",
    "Contact.csv": f"Id,CreatedDate,SystemModstamp\n{record_id('003', 1)},{STAMP},{STAMP}\n",
    "Lead.csv": f"Id,Status,CreatedDate,SystemModstamp\n{record_id('00Q', 1)},Open,{STAMP},{STAMP}\n",
    "Opportunity.csv": "Id,Name,StageName,CloseDate,CreatedDate,SystemModstamp\n"
    f"{record_id('006', 1)},Deal,Won,2024-03-01,{STAMP},{STAMP}\n",
}


def write_export(folder: Path, **files: str | bytes) -> Path:
    """The small export, with `Account='...'` in place of Account.csv and so on."""
    folder.mkdir(exist_ok=True)
    contents: dict[str, str | bytes] = {**SMALL}
    contents |= {f"{name}.csv": content for name, content in files.items()}
    for name, content in contents.items():
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def load(
    con: duckdb.DuckDBPyConnection, folder: Path, load_id: str = "load-1", contracts: list[Contract] = FEW_CONTRACTS
) -> LoadReport:
    return load_extracts(con, folder, contracts, load_id)
