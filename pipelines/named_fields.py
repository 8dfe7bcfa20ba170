"""Columns of the extracts that the playbook names, in long form, so that SQL reads a field whose name is a setting.

What belongs here: finding a named column in the records of a contract with `fieldsOf`, and writing its values. What a
value must be is the playbook's word, and what follows from it is SQL.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb

from pipelines.contracts import Contract
from pipelines.intake.proof.ledger import columns_present
from pipelines.warehouse import quoted_name, quoted_text

NAMED_FIELDS = "staging.named_fields"
GRAIN = "One row per record and column that the playbook names and its extract has; the value is null where it is blank"
DEFINITION = "(record_of varchar, record_id varchar, field varchar, value varchar)"


@dataclass(frozen=True)
class NamingTable:
    """A list of the playbook that names columns, and whose columns they are."""

    table: str
    column: str
    record_of: str


NAMING_TABLES = (
    NamingTable("config.stage_requirements", "field", "opportunity"),
    NamingTable("config.milestones", "field", "opportunity"),
)


def write_named_fields(connection: duckdb.DuckDBPyConnection, contracts: Sequence[Contract]) -> int:
    """Replace `staging.named_fields` by what the loaded records hold now; returns its rows.

    Reads the `config.*` tables of the playbook and the raw tables of contracts with `fieldsOf`. A name that no extract
    has gives no row: its value is unknown, and no error.
    """
    connection.execute(f"create or replace table intake.{NAMED_FIELDS} {DEFINITION}")
    connection.execute(f"comment on table intake.{NAMED_FIELDS} is {quoted_text(GRAIN)}")
    present = columns_present(connection)
    for contract in contracts:
        lists = [one for one in NAMING_TABLES if one.record_of == contract.fields_of]
        names = {name for one in lists for name in names_in(connection, one)}
        found = matched(sorted(names), present.get(contract.object, ()))
        if contract.fields_of and found:
            connection.execute(insertion(contract, found))
    [(rows,)] = connection.execute(f"select count(*) from intake.{NAMED_FIELDS}").fetchall()
    return int(rows)


def names_in(connection: duckdb.DuckDBPyConnection, one: NamingTable) -> list[str]:
    """The names that one list of the playbook holds."""
    column = quoted_name(one.column)
    rows = connection.execute(f"select distinct {column} from {one.table} where {column} is not null").fetchall()
    return [name for (name,) in rows]


def matched(names: Sequence[str], columns: Sequence[str]) -> dict[str, str]:
    """The column that each name means: the same letters and figures, `NextStep` is `next_step`; the same case first.

    A name may be several with commas between, what sources call the same thing: the first one counts that is there.
    """
    found = {}
    for name in names:
        alike = [
            (place, column != word, column)
            for place, word in enumerate(part.strip() for part in name.split(","))
            for column in columns
            if letters(column) == letters(word)
        ]
        if alike:
            found[name] = min(alike)[2]
    return found


def letters(name: str) -> str:
    """A name without case, blanks and underscores."""
    return re.sub(r"[\W_]", "", name).lower()


def insertion(contract: Contract, found: Mapping[str, str]) -> str:
    """One scan of the records, one row per record and named column."""
    key = f"{quoted_text(contract.id_prefix)} || cast({quoted_name(contract.key[0])} as varchar)"
    fields = ", ".join(quoted_text(name) for name in found)
    values = ", ".join(f"nullif(trim(cast({quoted_name(column)} as varchar)), '')" for column in found.values())
    return (
        f"insert into intake.{NAMED_FIELDS} select {quoted_text(contract.fields_of)}, {key}, "
        f"unnest([{fields}]), unnest([{values}]) from {contract.table}"
    )
