"""The last look at every written list: nobody on it whom the house must not approach.

The lists were cleaned in SQL already; this reads the files that will be published, whatever made them. Whom a reason
keeps off is the playbook's word (`suppression_reasons.keeps_off`).
"""

from pathlib import Path

import duckdb

from pipelines.warehouse import quoted_text

RECORD_COLUMNS = ("lead_id", "contact_id")
FORBIDDEN = """
with
forbidden as (
    select record_id as id from core.suppressions
    union
    select records.record_id
    from core.person_records as records
    inner join core.suppressions as suppressions on records.person_id = suppressions.person_id
    inner join config.suppression_reasons as reasons on suppressions.reason = reasons.reason
    where reasons.keeps_off = 'person'
)
"""


def suppressed_rows(connection: duckdb.DuckDBPyConnection, folder: Path) -> dict[str, int]:
    """Rows per written table that name a suppressed record, or any record of a person who is kept off every list.

    Tables without a lead or contact column name nobody and are not in the answer.
    """
    found = {}
    for path in sorted(folder.glob("*.parquet")):
        source = f"read_parquet({quoted_text(str(path))})"
        present = {row[0] for row in connection.execute(f"describe select * from {source}").fetchall()}
        columns = [column for column in RECORD_COLUMNS if column in present]
        if columns:
            named = " or ".join(f"{column} in (select id from forbidden)" for column in columns)
            [(rows,)] = connection.execute(f"{FORBIDDEN} select count(*) from {source} where {named}").fetchall()
            found[path.stem] = int(rows)
    return found
