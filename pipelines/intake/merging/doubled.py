"""Records that stand in one file more than once and differ, where nothing tells which of them is the newer one.

One of them must count; that is settled by what they say (`versions`), and told here, for they may be two things under
one key.
"""

import duckdb

from pipelines.contracts.contract import Contract
from pipelines.errors import listed
from pipelines.intake.forms.incoming import ROW
from pipelines.intake.merging.fresh import equal_keys, has_rows
from pipelines.intake.merging.upsert import content_columns
from pipelines.intake.merging.versions import CONTESTED_TABLE, OBSERVED_TABLE, PLACE, SETTLED_TABLE
from pipelines.intake.proof.ledger import Report
from pipelines.intake.proof.volumes import KIND
from pipelines.warehouse import quoted_name

MOST = 3
"""Keys per file whose lines are named."""


def report_doubled(connection: duckdb.DuckDBPyConnection, contract: Contract) -> list[Report]:
    """A report per file of this load that has such records, after they were settled; none without a key."""
    if not contract.key or not has_rows(connection, CONTESTED_TABLE):
        return []
    key = ", ".join(quoted_name(name) for name in contract.key)
    stamp = f", {quoted_name(contract.modstamp_column)}" if contract.modstamp_column else ""
    said = ", ".join(quoted_name(name) for name in content_columns(connection, contract))
    doubled = (
        f"select _file, {key}, min(_line) as first, list_sort(list(distinct _line)) as places from "
        f"{OBSERVED_TABLE} where {ROW} is not null group by _file, {key}{stamp} having count(distinct row({said})) > 1"
    )
    found = connection.execute(
        f"select d._file, d.places, r._line, count(*) over (partition by d._file) from ({doubled}) as d "
        f"left join {SETTLED_TABLE} as r on {equal_keys(contract, 'd', 'r')} and r._file = d._file and r.{PLACE} = 1 "
        f"qualify row_number() over (partition by d._file order by d.first) <= {MOST} order by d._file, d.first"
    ).fetchall()
    reports = []
    for file in dict.fromkeys(row[0] for row in found):
        rows = [row[1:] for row in found if row[0] == file]
        places = listed([one_key(lines, kept) for lines, kept, _ in rows], MOST)
        more = rows[0][2] - len(rows)
        message = (
            f"{file}: the same {' and '.join(contract.key)} with other values, and nothing tells which is newer: "
            f"{places}{f', and {more:,} more' if more else ''}. If they are different records, the contract needs "
            "another key."
        )
        reports.append(Report(KIND, contract.object, file, message))
    return reports


def one_key(lines: list[int], kept: int | None) -> str:
    """Where a key stands, and which row counts."""
    counts = f" (line {kept} counts)" if kept in lines else ""
    return f"lines {listed([str(line) for line in lines], 5)}{counts}"
