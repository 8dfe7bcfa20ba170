"""A person's no outlives the row that said it: refusals of quarantined rows are kept and carried over to `raw`.

The columns are those that a contract marks `refusal` (opt-outs, bounces). A refusal is carried to every version of its
record that is not newer than the refused one, in this load and in later ones; a newer sound version has its own say. A
refusal is only ever set, never taken back here. A record whose text could not be cut into fields at all says nothing.
"""

import duckdb

from pipelines.contracts.contract import Column, Contract
from pipelines.errors import listed
from pipelines.intake.forms.incoming import ROW, Incoming
from pipelines.intake.merging.fresh import FRESH_TABLE, ROWS_PER_FILE
from pipelines.intake.proof.ledger import Report
from pipelines.intake.rules.rows import BAD_ROWS, BAD_TABLE, Cell, cells_of
from pipelines.warehouse import quoted_name, quoted_text

# Wider than what a contract's boolean accepts: an opt-out cell with one of these may be why its row was refused.
YES = ("true", "1", "yes", "y", "t", "x", "on")


def refusal_columns(contract: Contract) -> list[Column]:
    return [column for column in contract.columns if column.refusal]


def note_refusals(connection: duckdb.DuckDBPyConnection, contract: Contract, incoming: Incoming, seq: int) -> None:
    """Keep what the bad rows of file `seq` refuse, by record and version.

    A version whose time cannot be read counts as old as the newest row of the file.
    """
    cells = [cell for cell in cells_of(contract, incoming) if cell.column.refusal and cell.source]
    if not cells or not contract.modstamp_column:
        return
    stamp = quoted_name(contract.modstamp_column)
    said = ", ".join(
        f"case when {says_so(cell)} then {{'name': {quoted_text(cell.column.name)}, 'since': {since(cell)}}} end"
        for cell in cells
    )
    has_key = " and ".join(f"j.{quoted_name(name)} is not null" for name in contract.key)
    of_file = (
        f"select {stamp} from {FRESH_TABLE} where {ROW} >= {seq * ROWS_PER_FILE} "
        f"union all select {stamp} from {BAD_TABLE}"
    )
    connection.execute(
        "insert into intake.quarantine.refusals by name select distinct object, record_key, modified_at, "
        "said.name as column_name, said.since as since from ("
        f"select {quoted_text(contract.object)} as object, {key_list('j', contract)} as record_key, "
        f"coalesce(j.{stamp}, (select max({stamp}) from ({of_file}))) as modified_at, unnest([{said}]) as said "
        f"from {BAD_ROWS} where {has_key}) "
        "where said is not null and (object, record_key, modified_at, said.name) not in "
        "(select (object, record_key, modified_at, column_name) from intake.quarantine.refusals)"
    )


def says_so(cell: Cell) -> str:
    """SQL that is true where the cell of a refused row says no to being contacted."""
    if cell.column.logical_type != "boolean":
        return f"j.{quoted_name(cell.column.name)} is not null"
    words = ", ".join(quoted_text(word) for word in YES)
    return f"lower(trim({cell.sql}::varchar)) in ({words})"


def since(cell: Cell) -> str:
    if cell.column.logical_type == "boolean":
        return "null::timestamp"
    return f"j.{quoted_name(cell.column.name)}::timestamp"


def key_list(alias: str, contract: Contract) -> str:
    return "[" + ", ".join(f"{alias}.{quoted_name(name)}::varchar" for name in contract.key) + "]"


def report_carried(contract: Contract, records: set[str]) -> list[Report]:
    """A report about loaded records that a refused row reached; none where it reached none."""
    if not records:
        return []
    message = (
        f"{len(records)} refused row{'s' * (len(records) != 1)} of {contract.object} newer than what is loaded "
        f"opted out or bounced; that was carried over to the loaded version of {listed(sorted(records), 5)}."
    )
    return [Report("refusal_carried", contract.object, "", message)]


def are_noted(connection: duckdb.DuckDBPyConnection, contract: Contract) -> bool:
    """Whether a refused row of the object ever said no."""
    said = "select 1 from intake.quarantine.refusals where object = ? limit 1"
    return bool(connection.execute(said, [contract.object]).fetchall())


def carry(connection: duckdb.DuckDBPyConnection, contract: Contract, table: str) -> set[str]:
    """Set the refusals in a table of fresh and stored rows; the keys of the stored ones that changed."""
    changed: set[str] = set()
    if not are_noted(connection, contract):
        return changed
    for column in refusal_columns(contract) if contract.modstamp_column else []:
        name, stamp = quoted_name(column.name), quoted_name(contract.modstamp_column or "")
        is_boolean = column.logical_type == "boolean"
        # of two times the later one, whichever was told first
        since = f"q.since::{column.physical_type}"
        silent = f"r.{name} is distinct from true" if is_boolean else f"coalesce(r.{name} < {since}, true)"
        rows = connection.execute(
            f"update {table} as r set {name} = {'true' if is_boolean else since} "
            "from (select record_key, max(modified_at) as modified_at, max(since) as since "
            "from intake.quarantine.refusals where object = ? and column_name = ? group by all) as q "
            f"where {key_list('r', contract)} = q.record_key and {silent} "
            f"and coalesce(r.{stamp} <= q.modified_at, true) returning {quoted_name(contract.key[0])}::varchar, {ROW}",
            [contract.object, column.name],
        ).fetchall()
        changed |= {key for key, row in rows if row is None}
    return changed
