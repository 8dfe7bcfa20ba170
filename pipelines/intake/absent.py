"""Columns that an extract lacks though the object had them before: its records keep the values they had.

A blank cell is a value (somebody emptied it); a column that was not exported says nothing.
"""

from collections.abc import Sequence

import duckdb

from pipelines.contracts.contract import Contract
from pipelines.intake.incoming import ROW
from pipelines.intake.ledger import Report
from pipelines.intake.raw_tables import table_name
from pipelines.intake.upsert import FRESH_TABLE, ROWS_PER_FILE, equal_keys
from pipelines.warehouse import quoted_name

# Per file of the load (its number): its name, and the columns of the raw table that it fills.
Columns = dict[int, tuple[str, list[str]]]


def keep_values(
    connection: duckdb.DuckDBPyConnection, contract: Contract, has: Columns, had: Sequence[str]
) -> list[Report]:
    """Fill what the files lack of the columns `had` by any extract; a report per file that lacks some.

    The value is that of the newest version of the record that came with the column, in the table or in another file of
    this load. A record that has none stays blank.
    """
    absent: dict[int, list[str]] = {}
    reports = []
    for number, (file, columns) in has.items():
        present = {name.lower() for name in columns}
        if missing := [name for name in had if name.lower() not in present]:
            absent[number] = missing
            message = (
                f"{file} lacks {', '.join(missing)}, which other extracts of {contract.object} have; "
                "the records keep the values they had."
            )
            reports.append(Report("absent_column", contract.object, file, message))
    lacking: dict[tuple[int, ...], list[str]] = {}
    for name in had:
        if numbers := tuple(number for number, missing in absent.items() if name in missing):
            lacking.setdefault(numbers, []).append(name)
    for numbers, names in lacking.items():
        fill(connection, contract, numbers, names)
    return reports


def fill(connection: duckdb.DuckDBPyConnection, contract: Contract, numbers: tuple[int, ...], names: list[str]) -> None:
    """Fill these columns in the rows of these files, which all lack them."""
    key = ", ".join(quoted_name(name) for name in contract.key)
    columns = ", ".join(quoted_name(name) for name in names)
    stamp = quoted_name(contract.modstamp_column) if contract.modstamp_column else "null"
    lacks = f"{ROW} // {ROWS_PER_FILE} in ({', '.join(str(number) for number in numbers)})"
    wanted = f"semi join (select {key} from {FRESH_TABLE} where {lacks}) using ({key})"
    connection.execute(
        f"update {FRESH_TABLE} as f set {', '.join(f'{quoted_name(n)} = w.{quoted_name(n)}' for n in names)} from ("
        f"select {key}, {columns} from ("
        f"select {key}, {columns}, {stamp} as _intake_stamp, _extracted_at, {ROW} from {FRESH_TABLE} {wanted} "
        f"where not {lacks} union all "
        f"select {key}, {columns}, {stamp}, _extracted_at, -1 from {table_name(contract)} {wanted}) "
        f"qualify row_number() over (partition by {key} order by _intake_stamp desc nulls last, "
        f"_extracted_at desc nulls last, {ROW} desc) = 1) as w "
        f"where f.{lacks} and {equal_keys(contract, 'f', 'w')}"
    )
