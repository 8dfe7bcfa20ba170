"""A file of which nothing is taken: by which of its rows, and the error that ends its load.

What does not belong here: rules about whole tables (`whole_tables`).
"""

from dataclasses import dataclass

import duckdb

from pipelines.contracts.contract import Contract
from pipelines.errors import GrowthError
from pipelines.intake.forms.files import ExtractFile
from pipelines.intake.forms.incoming import Incoming
from pipelines.intake.rules.rows import bad_rows_query
from pipelines.intake.workshop.quarantine import first_reason


@dataclass(frozen=True)
class Refused:
    """One file that its contract refuses whole: its records by the reader's own count, its physical lines."""

    source: str
    object: str
    file: str
    records: int
    lines: int


class RejectedFile(GrowthError):  # noqa: N818 - named after what is rejected, not after what it is
    """A load ends because a contract takes nothing of some of its files; nothing is changed.

    `files`: those that broke the rule; every other file of the load is not taken either.
    """

    def __init__(self, message: str, files: tuple[Refused, ...], rule_id: str) -> None:
        super().__init__(message)
        self.files = files
        self.rule_id = rule_id


def refused(contract: Contract, file: ExtractFile, incoming: Incoming) -> Refused:
    """A file's own counts."""
    return Refused(contract.source, contract.object, file.name, incoming.records, incoming.lines)


def check_rows(
    connection: duckdb.DuckDBPyConnection, contract: Contract, file: ExtractFile, incoming: Incoming, bad: int
) -> None:
    """RejectedFile where a row breaks a rule that rejects its file, or where more rows are refused than may be.

    Beyond the contract's share of refused rows the file itself is suspect: nothing of it is taken. `bad` is the number
    of rows kept in `incoming_bad`.
    """
    if bad and (found := first_strict(connection, contract, incoming)):
        rule_id, reason = found
        message = (
            f"{file.name}, {reason} (rule {rule_id} of {contract.object}, which takes nothing of a file with such a "
            "row); mend the row, or take the file out of the folder. Nothing was loaded."
        )
        raise RejectedFile(message, (refused(contract, file, incoming),), rule_id)
    count = bad + len(incoming.malformed)
    if count and 100 * count > contract.max_reject_pct * incoming.records:
        message = (
            f"{file.name}: {count} of {incoming.records} rows break the contract of {contract.object} "
            f"(at most {contract.max_reject_pct:g} % may), the first: "
            f"{first_reason(connection, contract, incoming)}; nothing was loaded."
        )
        raise RejectedFile(message, (refused(contract, file, incoming),), "max_reject_pct")


def first_strict(
    connection: duckdb.DuckDBPyConnection, contract: Contract, incoming: Incoming
) -> tuple[str, str] | None:
    """The first broken rule, with its reason, that rejects the file of its row."""
    strict = [rule.rule_id for rule in contract.rules if rule.rejects_file]
    if not strict:
        return None
    rows = connection.execute(
        "select rule_id, reason from (select line, unnest(violated_rules) as rule_id, unnest(reasons) as reason "
        f"from ({bad_rows_query(contract, incoming)})) where list_contains(?, rule_id) order by line, rule_id limit 1",
        [strict],
    ).fetchall()
    return rows[0] if rows else None
