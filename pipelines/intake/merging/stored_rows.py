"""The stored rows that a load is about, looked up once: what an increment costs must not grow with the table.

What belongs here: finding the rows of given keys in a big table. The first look reads the keys alone, the second only
the rows found, by their place; afterwards they are read and deleted without looking through the table again.
"""

import duckdb

from pipelines.contracts.contract import Contract
from pipelines.intake.merging.fresh import create_temp
from pipelines.warehouse import columns_of, quoted_name

AT = "_intake_rowid"
BIG_TABLE = 100_000
"""A smaller table is read whole: that costs less than to look twice."""
FEW = 0.1
"""A larger share of the table's rows is read with the table."""


def look_up(
    connection: duckdb.DuckDBPyConnection, contract: Contract, table: str, keys: str, same: str, *, name: str
) -> str:
    """SQL to select from: rows of `table` with their place in it, `_intake_rowid`, among them all whose key is wanted.

    `keys`: a table of the keys, or a query in brackets; `same`: SQL that is true where the row `r` has the key `k`.
    Of a big table and few keys these rows alone, as the temp table `name`. The places hold until the table is changed.
    """
    whole = f"(select *, rowid as {AT} from {table})"
    [(rows, wanted)] = connection.execute(
        f"select (select count(*) from {table}), (select count(*) from {keys})"
    ).fetchall()
    if rows < BIG_TABLE or wanted > FEW * rows:
        return whole
    kinds = columns_of(connection, table) | {AT: "BIGINT"}
    places, known = f"places_of_{name}", [*contract.key, AT]
    listed = ", ".join(quoted_name(column) for column in known)
    create_temp(connection, places, {column: kinds[column] for column in known})
    connection.execute(f"insert into {places} select {listed} from {whole} as r semi join {keys} as k on {same}")
    create_temp(connection, name, kinds)
    connection.execute(
        f"insert into {name} by name select r.* exclude ({listed}), p.* from {whole} as r "
        f"join {places} as p on r.{AT} = p.{AT}"
    )
    connection.execute(f"drop table {places}")
    return name
