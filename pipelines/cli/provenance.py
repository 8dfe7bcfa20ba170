"""From a record or touch back to the lines of the extract files that told of it. Nothing is judged here."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pipelines.cli.intake import looking
from pipelines.cli.published import query
from pipelines.home import Home

if TYPE_CHECKING:
    import duckdb

    from pipelines.contracts import Contract

CAME_AS = {"campaign_response": "campaign_member"}
"""Touches that are rows of another object."""


def rows_behind(home: Home, records: Iterable[str], touches: Iterable[str], moment: datetime) -> list[dict[str, Any]]:
    """File and line of the version of each record that was known at a moment, and of each touch.

    `records`: ids as core has them; `touches`: `core.touches.touch_id`. Empty where nothing was loaded into the home.
    """
    if not home.intake.exists():
        return []
    told = defaultdict(set)
    for touch in touches:
        source, _, key = touch.partition(":")
        told[f"raw.{CAME_AS.get(source, source)}"].add(key)
    found = []
    with looking(home) as (connection, contracts, _):
        for contract in contracts:
            wanted = set(told[contract.table])
            if contract.fields_of or contract.object.lower().endswith("contact"):
                prefix = contract.id_prefix
                wanted |= {record.removeprefix(prefix) for record in records if record.startswith(prefix)}
            if wanted and len(contract.key) == 1:
                found += versions_of(connection, contract, sorted(wanted), moment)
    return found


def versions_of(
    connection: "duckdb.DuckDBPyConnection", contract: "Contract", keys: list[str], moment: datetime
) -> list[dict[str, Any]]:
    """The newest version of each key that existed at the moment and had been extracted by the end of its day."""
    from pipelines.warehouse import quoted_name

    name = contract.table.removeprefix("raw.")
    tables = query(
        connection,
        "select schema_name, table_name from duckdb_tables()"
        " where table_name = ? and schema_name in ('raw', 'versions')",
        [name],
    ).rows
    stamp = quoted_name(contract.modstamp_column) if contract.modstamp_column else "null::timestamp"
    key = quoted_name(contract.key[0])
    parts = [
        f"select {key}::varchar as id, _file as file, _line as line, _extracted_at as extracted_at,"
        f" {stamp} as changed_at from {schema}.{quoted_name(table)} where list_contains($keys, {key}::varchar)"
        for schema, table in tables
    ]
    if not parts:
        return []
    rows = query(
        connection,
        f"select $object as object, * from ({' union all '.join(parts)})"
        " where (changed_at is null or changed_at <= $moment)"
        " and (extracted_at is null or extracted_at <= $moment::date + interval 1 day)"
        " qualify row_number() over (partition by id"
        " order by changed_at desc nulls last, extracted_at desc, file, line) = 1 order by id",
        {"object": contract.object, "keys": keys, "moment": moment},
    )
    return [dict(zip(rows.columns, row, strict=True)) for row in rows.rows]
