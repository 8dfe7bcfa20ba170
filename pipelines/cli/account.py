"""What the newest load read, whether all of it is accounted for, and which load was refused last, in words.

What belongs here: `meta.balance` and `meta.reports` as sentences for `growth run` and `growth doctor`.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.cli.published import has_table, query

if TYPE_CHECKING:
    import duckdb

NEWEST_LOAD = (
    "(select run_id from meta.runs where run_id in (select run_id from meta.balance) order by started_at desc limit 1)"
)
"""SQL for the newest run of whose load there is a balance."""
BALANCE = f"""
select
    count(*), coalesce(sum(rows_read), 0),
    coalesce(sum(rows_read - rows_loaded - rows_identical - rows_superseded - rows_quarantined - rows_rejected), 0)
from meta.balance
where run_id = {NEWEST_LOAD}
"""
REFUSED = """
select runs.started_at, reports.message,
    runs.started_at >= (
        select max(started_at) from meta.runs where run_id in (select run_id from meta.balance)
    ) as is_newest
from meta.reports as reports
inner join meta.runs as runs on reports.run_id = runs.run_id
where reports.kind = 'refused'
order by runs.started_at desc, reports.message
limit 1
"""


@dataclass(frozen=True)
class Account:
    """Files and rows of the newest load, how many rows went astray, the last refused load in words (empty: none).

    `is_refused_now`: the newest load is the one that was refused.
    """

    files: int
    rows_read: int
    rows_lost: int
    refused: str = ""
    is_refused_now: bool = False

    def balance(self) -> str:
        """`3 files, 1,200 rows read, all accounted for`."""
        lost = f"{self.rows_lost:,} NOT accounted for" if self.rows_lost else "all accounted for"
        files = "1 file" if self.files == 1 else f"{self.files:,} files"
        return f"{files}, {self.rows_read:,} rows read, {lost}"


def read_account(connection: "duckdb.DuckDBPyConnection") -> Account | None:
    """The account of the newest load; None where none left any."""
    if not (has_table(connection, "meta.balance") and has_table(connection, "meta.runs")):
        return None
    [(files, read, lost)] = query(connection, BALANCE).rows
    found = query(connection, REFUSED).rows if has_table(connection, "meta.reports") else []
    refused = [f"{started:%Y-%m-%d %H:%M} UTC: {message}" for started, message, _ in found]
    return Account(files, int(read), int(lost), "".join(refused), any(is_newest for *_, is_newest in found))
