"""Rows that a source archives and leaves out of an export: told, since nobody would miss them.

What belongs here: the suspicion and its sentence. After how long rows are archived, and how to get them nevertheless,
says the object's contract (`archive`).
"""

from datetime import timedelta

import duckdb

from pipelines.contracts.contract import Archive, Contract
from pipelines.intake.history.history_coverage import MOMENTS
from pipelines.intake.merging.raw_tables import table_name
from pipelines.intake.proof.ledger import Report
from pipelines.warehouse import quoted_name

ABOUT = timedelta(days=31)
FEW_ROWS, SMALL_SHARE = 10, 0.02
"""Open activities are not archived: so few of the rows may be older."""


def missing_archive(connection: duckdb.DuckDBPyConnection, contracts: list[Contract]) -> list[Report]:
    """A report for each object whose rows end where the archive begins, while other objects go further back."""
    reports = []
    for contract in contracts:
        if contract.archive and contract.created_column:
            oldest = oldest_of_others(connection, contract, contracts)
            reports += suspect(connection, contract, contract.archive, oldest) if oldest else []
    return reports


def oldest_of_others(
    connection: duckdb.DuckDBPyConnection, contract: Contract, contracts: list[Contract]
) -> str | None:
    """When the oldest record of the source's other objects was made, those apart that are archived as well."""
    others = [one.object for one in contracts if one.source == contract.source and not (one.archive or one.history)]
    [(oldest,)] = connection.execute(
        f"select min(moment)::varchar from intake.{MOMENTS} where kind = 'creation' and list_contains(?, object)",
        [others],
    ).fetchall()
    return str(oldest) if oldest else None


def suspect(connection: duckdb.DuckDBPyConnection, contract: Contract, archive: Archive, oldest: str) -> list[Report]:
    """A report where rows reach back to the archive's edge and hardly any beyond it."""
    created = quoted_name(contract.created_column or "")
    moment = f"coalesce({quoted_name(archive.column)}::timestamp, {created})"
    edge = timedelta(days=archive.after_days)
    [(newest, recent, at_edge, beyond)] = connection.execute(
        f"with newest as (select max({created}) as newest from {table_name(contract)}) "
        "select newest::date::varchar, count(*) filter (where moment > newest - ?), "
        "count(*) filter (where moment between newest - ? and newest - ?), count(*) filter (where moment < newest - ?) "
        f"from (select {moment} as moment from {table_name(contract)}), newest "
        "where newest - ? > ?::timestamp group by all",
        [edge, edge, edge - ABOUT, edge + ABOUT, edge + 3 * ABOUT, oldest],
    ).fetchall() or [(None, 0, 0, 0)]
    if recent < FEW_ROWS or not at_edge or beyond > SMALL_SHARE * recent:
        return []
    message = (
        f"{contract.object} ends about {archive.after_days} days before its newest row ({newest}), while other objects "
        f"go back to {oldest[:10]}: older rows are archived and not in the export; {archive.advice}."
    )
    return [Report("archived", contract.object, "", message)]
