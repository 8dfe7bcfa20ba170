"""A company and a project small enough to be run hundreds of times: five objects of a CRM, two lists.

The engine is the real one, and so are the contracts in, what the staging files make of them, the account of the loads,
the checks and the publishing; what a whole project adds are more tables of the same kinds, and models.
"""

import random
import shutil
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path

import dagster as dg

from pipelines.assets.extracts import INTAKE_TABLES
from pipelines.contracts import Contract, load_contracts
from pipelines.definitions import build_definitions
from pipelines.engine import CONTRACTS, SQL
from pipelines.tables.tree import read_tables

OBJECTS = ("raw.account", "raw.contact", "raw.lead", "raw.opportunity", "raw.user")
SCORED = {"tier": "'A'", "score_source": "'points'", "scored_at": "moment.as_of"}
LISTS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "target_accounts": ("staging.salesforce_accounts", {"account_id": "account_id", "name": "name"}),
    "lead_queue": ("staging.salesforce_leads", {"queue_item_id": "lead_id", "lead_id": "lead_id", "email": "email"}),
}
SUPPRESSIONS = (
    "-- One row per record nobody may approach\n-- key: record_id\n"
    "select lead_id as record_id, lead_id as person_id, 'deleted' as reason\n"
    "from staging.salesforce_leads where is_deleted\n"
)
PERSON_RECORDS = (
    "-- One row per record of a person\n-- key: record_id\n"
    "select lead_id as record_id, lead_id as person_id from staging.salesforce_leads\n"
)
USERS = (
    "-- One row per user or queue\n-- key: user_id\n"
    "select user_id, user_name, false as is_queue from staging.salesforce_users\n"
)
FIRST_DAY = datetime(2026, 6, 1)
RECORDS = 40


def small_definitions(sql: Path) -> Callable[..., dg.Definitions]:
    """Write the small project's SQL files; its definitions, to stand in the place of `project_definitions`.

    They are the project's own files that need no more than these objects, and lists with every column of their
    contracts.
    """
    contracts = load_contracts(CONTRACTS)
    write_project(sql, {contract.table: contract for contract in contracts})
    needed = [contract for contract in contracts if contract.table in OBJECTS]
    return lambda *_: build_definitions(sql, needed, ())


def write_project(sql: Path, contracts: Mapping[str, Contract]) -> None:
    tables, made = read_tables(SQL), {*OBJECTS, *INTAKE_TABLES}
    before = 0
    while before < len(made):
        before = len(made)
        made |= {
            name
            for name, table in tables.items()
            if not table.is_fed and table.dependencies and table.dependencies <= made
        }
    chosen = made & tables.keys()
    for name in chosen | {feeds for feeds in (tables[name].feeds for name in chosen) if feeds}:
        place = sql / tables[name].path.relative_to(SQL)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(tables[name].path, place)
    (sql / "marts").mkdir()
    for name, (source, values) in LISTS.items():
        text = list_text(contracts[f"marts.{name}"], source, values)
        (sql / "marts" / f"{name}.sql").write_text(text, encoding="utf-8")
    (sql / "core").mkdir(exist_ok=True)
    for name, text in (("suppressions", SUPPRESSIONS), ("person_records", PERSON_RECORDS), ("users", USERS)):
        (sql / "core" / f"{name}.sql").write_text(text, encoding="utf-8")


def list_text(contract: Contract, source: str, values: Mapping[str, str]) -> str:
    """A list of every record that is there; columns that it cannot fill are empty."""
    key = next(iter(values))
    known = {**SCORED, "rank": f"row_number() over (order by {values[key]})", **values}
    columns = [
        f"{known.get(column.name, f'cast(null as {column.physical_type})')} as {column.name}"
        for column in contract.columns
    ]
    return (
        f"-- One row per {key}\n-- key: {key}\n"
        f"select {', '.join(columns)} from {source} cross join config.as_of as moment where not is_deleted\n"
    )


def write_days(folder: Path, days: int) -> None:
    """A full extract, then a folder a day with two of the objects: changed, new and deleted records, one sent twice,
    refused ones."""
    rng = random.Random(3)
    for day in range(days):
        now = FIRST_DAY + timedelta(days=day)
        place = folder / f"{now:%Y-%m-%d}"
        place.mkdir(parents=True)
        for prefix, name in FILES if not day else FILES[day % 2 :: 2]:
            known = RECORDS + 5 * day
            chosen = range(known) if not day else sorted({*rng.sample(range(known - 5), 8), *range(known - 5, known)})
            rows = [record(prefix, number, now, rng) for number in chosen]
            if day:
                refused = [record(prefix, number, now, rng) for number in (500 + day, 500)]
                rows += [rows[0], *(row.replace(f",{now:%Y-%m-%d}T", ",someday ", 1) for row in refused)]
            header = ",".join(HEADERS[prefix])
            (place / f"{name}.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")


FILES = (("001", "Account"), ("003", "Contact"), ("00Q", "Lead"), ("006", "Opportunity"))
COMMON = ("Id", "CreatedDate", "SystemModstamp", "IsDeleted")
HEADERS = {
    "001": (*COMMON, "Name"),
    "003": (*COMMON, "LastName", "AccountId"),
    "00Q": (*COMMON, "Status", "LastName", "Email"),
    "006": (*COMMON, "Name", "StageName", "CloseDate", "AccountId"),
}


def record(prefix: str, number: int, now: datetime, rng: random.Random) -> str:
    """One line of an extract."""
    word = rng.choice(["Open", "Working", "Qualified"])
    parent = f"001{rng.randrange(RECORDS):012d}AAA"
    own = {
        "001": [f"Company {number} {word}"],
        "003": [f"Person {number} {word}", parent],
        "00Q": [word, f"Person {number}", f"person{number}@example.com"],
        "006": [f"Deal {number}", word, f"{now + timedelta(days=30):%Y-%m-%d}", parent],
    }[prefix]
    made = FIRST_DAY - timedelta(days=100 - number)
    is_deleted = "true" if number % 20 == 19 and now > FIRST_DAY else "false"
    stamps = [f"{made:%Y-%m-%dT03:00:00.000Z}", f"{now:%Y-%m-%dT04:}{number % 60:02d}:00.000Z"]
    return ",".join([f"{prefix}{number:012d}AAA", *stamps, is_deleted, *own])
