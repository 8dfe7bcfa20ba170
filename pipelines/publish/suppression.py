"""The last look at every written list: nobody on it whom the house must not approach.

The lists were cleaned in SQL already; this reads the files that will be published, whatever made them.
"""

from pathlib import Path

import duckdb

from pipelines.warehouse import quoted_text

RECORD_COLUMNS = ("lead_id", "contact_id")


def suppressed_rows(connection: duckdb.DuckDBPyConnection, folder: Path) -> dict[str, int]:
    """Rows per written table that name a suppressed record, or any record of a suppressed person.

    A conversion suppresses the lead record alone: its person lives on as a contact. Tables without a lead or contact
    column name nobody and are not in the answer.
    """
    found = {}
    for path in sorted(folder.glob("*.parquet")):
        source = f"read_parquet({quoted_text(str(path))})"
        present = {row[0] for row in connection.execute(f"describe select * from {source}").fetchall()}
        columns = [column for column in RECORD_COLUMNS if column in present]
        if columns:
            conditions = " or ".join(f"{column} in (select record_id from suppressed)" for column in columns)
            [(rows,)] = connection.execute(f"{SUPPRESSED} select count(*) from {source} where {conditions}").fetchall()
            found[path.stem] = int(rows)
    return found


SUPPRESSED = """
with
suppressed as (
    select record_id from core.suppressions
    union
    select core.person_records.record_id
    from core.person_records
    inner join core.suppressions on core.person_records.person_id = core.suppressions.person_id
    where core.suppressions.reason <> 'converted'
)
"""
