"""The last look at every written list: nobody on it whom the house must not approach.

The lists were cleaned in SQL already; this reads the files that will be published, whatever made them. What a reason
forbids is the playbook's word (`suppression_reasons.blocks`).
"""

from pathlib import Path

import duckdb

from pipelines.warehouse import quoted_text

RECORD_COLUMNS = ("lead_id", "contact_id")
FORBIDDEN = """
with
forbidden as (
    select suppressions.record_id as id, reasons.blocks
    from core.suppressions as suppressions
    inner join config.suppression_reasons as reasons on suppressions.reason = reasons.reason
    union
    select records.record_id as id, reasons.blocks
    from core.person_records as records
    inner join core.suppressions as suppressions on records.person_id = suppressions.person_id
    inner join config.suppression_reasons as reasons on suppressions.reason = reasons.reason
    where reasons.blocks <> 'lead_record'
)
"""
MARKS = {"email": ("email_allowed", "false"), "phone": ("do_not_call", "true")}
"""The column and value by which a row says itself that a channel is closed."""


def suppressed_rows(connection: duckdb.DuckDBPyConnection, folder: Path) -> dict[str, int]:
    """Rows per written table that name a suppressed record, or any record of a suppressed person.

    A reason that blocks `all` keeps the person off every list, `lead_record` that one record; one that blocks `email`
    or `phone` keeps the person off unless the row says so itself. Tables without a lead or contact column name nobody
    and are not in the answer.
    """
    found = {}
    for path in sorted(folder.glob("*.parquet")):
        source = f"read_parquet({quoted_text(str(path))})"
        present = {row[0] for row in connection.execute(f"describe select * from {source}").fetchall()}
        columns = [column for column in RECORD_COLUMNS if column in present]
        if columns:
            conditions = [f"({named(columns, 'all')} or {named(columns, 'lead_record')})"]
            for blocks, (mark, value) in MARKS.items():
                is_unmarked = f"{mark} is distinct from {value}" if mark in present else "true"
                conditions.append(f"({named(columns, blocks)} and {is_unmarked})")
            statement = f"{FORBIDDEN} select count(*) from {source} where {' or '.join(conditions)}"
            [(rows,)] = connection.execute(statement).fetchall()
            found[path.stem] = int(rows)
    return found


def named(columns: list[str], blocks: str) -> str:
    """The condition of a row one of whose records is forbidden in this way."""
    ids = f"select id from forbidden where blocks = '{blocks}'"
    return "(" + " or ".join(f"{column} in ({ids})" for column in columns) + ")"
