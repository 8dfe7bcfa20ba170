"""How fresh and how full the loaded tables are, per object, field and owner, load by load.

What belongs here: counting what a contract names, in one scan of each object that this load read; the others keep
what was counted of them. What does not: judging single rows (`rows`) and extracts (`suspicion`).
"""

from collections.abc import Collection, Sequence
from datetime import datetime

import duckdb

from pipelines.contracts.contract import Contract
from pipelines.intake.merging.fresh import has_rows
from pipelines.intake.merging.raw_tables import table_name
from pipelines.intake.proof.ledger import Report, insert_rows
from pipelines.warehouse import quoted_name

TABLES = (
    "ledger.freshness (load_id varchar, load_number bigint, source varchar, object varchar, is_present boolean, "
    "records bigint, first_at timestamp, newest_at timestamp, age_hours double, "
    "expected_hours double)",
    "ledger.completeness (load_id varchar, load_number bigint, source varchar, object varchar, field varchar, "
    "owner varchar, records bigint, filled bigint)",
)


def measure(
    connection: duckdb.DuckDBPyConnection,
    contracts: Sequence[Contract],
    load_id: str,
    *,
    read: Collection[str],
    as_of: datetime | None,
) -> list[Report]:
    """Note freshness and completeness of every object after a load; `read`: the objects of which files were read.

    `age_hours` is the time from an object's newest moment to `as_of`. Returns what was emptied since.
    """
    for definition in TABLES:
        connection.execute(f"create table if not exists intake.{definition}")
    connection.execute("alter table intake.ledger.freshness add column if not exists expected_hours double")
    [(before,)] = connection.execute("select coalesce(max(load_number), 0) from intake.ledger.freshness").fetchall()
    known = {
        name: row
        for name, *row in connection.execute(
            "select object, is_present, records, first_at, newest_at from intake.ledger.freshness "
            "where load_number = ?",
            [before],
        ).fetchall()
    }
    rows = []
    for contract in contracts:
        if contract.object in read or contract.object not in known:
            is_present = contract.object in read
            records, first, newest = moments(connection, contract)
            if records:
                fill(connection, contract, load_id, before + 1)
        else:
            is_present, records, first, newest = known[contract.object]
        age = (as_of - newest).total_seconds() / 3600 if as_of and newest else None
        rows.append((
            load_id, before + 1, contract.source, contract.object, is_present, records, first, newest, age,
            contract.expected_hours,
        ))  # fmt: skip
    insert_rows(connection, "ledger.freshness", rows)
    return emptied(connection, load_id)


def moments(connection: duckdb.DuckDBPyConnection, contract: Contract) -> tuple[int, datetime | None, datetime | None]:
    """Records of an object, its first and its newest moment: a change or an event, planned ones left out."""
    if not has_rows(connection, table_name(contract)):
        return 0, None, None
    names = contract.event_time_columns or (contract.modstamp_column or "",)
    is_known_first = [c.name for c in contract.columns if c.logical_type == "timestamp" and c.known_at == "at_creation"]
    created = contract.created_column or next(iter(is_known_first), "")
    first = f"min({quoted_name(created)})" if created else "null::timestamp"
    newest = ", ".join(f"max({quoted_name(name)})" for name in names if name) or "null::timestamp"
    [(records, first_at, newest_at)] = connection.execute(
        f"select count(*), {first}, greatest({newest}) from {table_name(contract)}"
    ).fetchall()
    return int(records), first_at, newest_at


def fill(connection: duckdb.DuckDBPyConnection, contract: Contract, load_id: str, number: int) -> None:
    """Count the filled cells of every field; the owner is empty for all records together.

    Owners are told apart where the contract says which column names them, and for needed fields alone.
    """
    counts = ", ".join(f"count({quoted_name(column.name)})" for column in contract.columns)
    owner = next((name for name in contract.owner_columns if contract.column(name)), "")
    by = f"coalesce({quoted_name(owner)}::varchar, '')" if owner else "''"
    found = connection.execute(f"select {by}, count(*), {counts} from {table_name(contract)} group by all").fetchall()
    head = (load_id, number, contract.source, contract.object)
    total = sum(row[1] for row in found)
    rows = [
        (*head, column.name, "", total, sum(row[place] for row in found))
        for place, column in enumerate(contract.columns, start=2)
    ]
    rows += [
        (*head, column.name, row[0], row[1], row[place])
        for row in found
        for place, column in enumerate(contract.columns, start=2)
        if row[0] and column.needed
    ]
    insert_rows(connection, "ledger.completeness", rows)


def emptied(connection: duckdb.DuckDBPyConnection, load_id: str) -> list[Report]:
    """Columns that were mostly filled when they were last counted and are mostly empty now, by values that went away:
    new records alone, which bring little, empty nothing."""
    rows = connection.execute(
        "with now as (from intake.ledger.completeness where load_id = ? and owner = ''), "
        "last as (select c.object, max(c.load_number) as number from intake.ledger.completeness as c "
        "semi join now using (object) where c.owner = '' and c.load_id <> ? group by all), "
        "before as (select c.* from intake.ledger.completeness as c join last as l on c.object = l.object "
        "and c.load_number = l.number where c.owner = '') "
        "select n.object, n.field, b.filled / b.records as share_before, n.filled / n.records as share "
        "from now as n join before as b using (object, field) where share_before >= 0.5 "
        "and share < 0.5 * share_before and n.filled < b.filled and n.records >= 20 order by n.object, n.field",
        [load_id, load_id],
    ).fetchall()
    return [
        Report(
            "suspicious", name, "",
            f"{name}.{field} was filled in {before:.0%} of the records and is in {now:.0%} now: an export may have "
            "overwritten good values with nothing; look at its column list before anybody works with the lists.",
        )
        for name, field, before, now in rows
    ]  # fmt: skip
