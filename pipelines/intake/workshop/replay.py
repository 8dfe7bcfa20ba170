"""Refused rows judged anew under a changed contract, from the text that quarantine kept: their extract may be gone.

What belongs here: rows of files that this load does not read. A file that is still there is read again as a whole
(`known`), which also finds what a tightened rule no longer lets in.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb

from pipelines.contracts.contract import Contract
from pipelines.errors import GrowthError
from pipelines.intake.forms.incoming import LINES_TABLE, ROW, Incoming, show_text
from pipelines.intake.merging import refusals
from pipelines.intake.merging.fresh import FRESH_TABLE, ROWS_PER_FILE, add_fresh, widen_fresh
from pipelines.intake.merging.raw_tables import align_table
from pipelines.intake.merging.upsert import Fates
from pipelines.intake.proof.ledger import FileBalance
from pipelines.intake.rules.rows import bad_rows_query, extra_columns, raw_columns
from pipelines.intake.workshop.quarantine import STRUCTURE, RefusedFiles, count_bad, still_refused
from pipelines.warehouse import quoted_text

if TYPE_CHECKING:
    from pipelines.intake.under_way import Load

KEPT_TABLE = "kept_texts"


@dataclass(frozen=True)
class Replayed:
    """A file some of whose rows lay in quarantine: how many were judged anew, and how many of them are sound now."""

    number: int
    file: str
    rows: int
    accepted: int


def waiting_files(refused: RefusedFiles, contract: Contract, read: Collection[str]) -> list[str]:
    """The files that have rows in quarantine which another version of the contract refused; but those in `read`."""
    its = refused.get(contract.object, ())
    return list(dict.fromkeys(file for file, digest in its if digest != contract.digest and file not in read))


def judge_waiting(load: "Load", contract: Contract, files: list[str], number: int) -> list[Replayed]:
    """Judge what these files left in quarantine: sound rows to the fresh ones, the others keep their place and bear
    today's reasons. The files are numbered from `number`.
    """
    return [judge_file(load, contract, file, number + i) for i, file in enumerate(files)]


def judge_file(load: "Load", contract: Contract, file: str, number: int) -> Replayed:
    connection = load.connection
    its = "from intake.quarantine.rows where object = ? and file = ? and contract_digest is distinct from ?"
    its_values = [contract.object, file, contract.digest]
    [(rows,)] = connection.execute(f"select count(*) {its}", its_values).fetchall()
    incoming = show_kept(connection, f"{its} and violated_rules <> ['{STRUCTURE}']", its_values)
    accepted = judge_rows(load, contract, file, incoming, number) if incoming.records else 0
    # A record whose text could not be cut into fields is what it was.
    connection.execute(
        "update intake.quarantine.rows set contract_digest = ? where object = ? and file = ? "
        "and contract_digest is distinct from ?",
        [contract.digest, *its_values],
    )
    return Replayed(number, file, rows, accepted)


def show_kept(connection: duckdb.DuckDBPyConnection, its: str, values: list[str]) -> Incoming:
    """The texts of refused rows in the incoming view, each with the lines that it had in its file."""
    connection.execute(
        f"create or replace temp table {KEPT_TABLE} as select row_number() over (order by line, row_id) - 1 as n, "
        f"row_id, line, line_end, extracted_at, record {its}",
        values,
    )
    connection.execute(f"create or replace temp table {LINES_TABLE} as select n, line, line_end from {KEPT_TABLE}")
    [(records,)] = connection.execute(f"select count(*) from {KEPT_TABLE}").fetchall()
    if not records:
        return Incoming("json", {}, 0, 0)
    [(keys,)] = connection.execute(f"select json_keys(record) from {KEPT_TABLE} limit 1").fetchall()
    shape = json.dumps(dict.fromkeys(keys, "VARCHAR"))
    show_text(
        connection, f"select unnest(from_json(record, {quoted_text(shape)})), n as {ROW} from {KEPT_TABLE} order by n"
    )
    return Incoming("json", dict.fromkeys(keys, "VARCHAR"), records, records, first_line=None)


def judge_rows(load: "Load", contract: Contract, file: str, incoming: Incoming, number: int) -> int:
    """Judge the rows of the incoming view; how many are sound. Those leave quarantine."""
    connection = load.connection
    extras = list(extra_columns(contract, incoming))
    if align_table(connection, contract, extras):
        widen_fresh(connection, contract, extras)
    labels = {
        "_file": quoted_text(file),
        "_load_id": quoted_text(load.load_id),
        **dict.fromkeys(("_extracted_at", "_seen_at"), f"(select max(extracted_at) from {KEPT_TABLE})"),
    }
    accepted = add_fresh(connection, contract, incoming, labels, number)
    bad = count_bad(connection) if accepted < incoming.records else 0
    if accepted + bad != incoming.records:
        raise GrowthError(
            f"{file}: {incoming.records} refused rows were counted, but {accepted + bad} were judged; "
            "nothing was loaded."
        )
    if bad:
        refusals.note_refusals(connection, contract, incoming, number)
        renew(connection, contract, file, incoming)
    left = f"{ROW} >= {number * ROWS_PER_FILE}"
    connection.execute(
        "delete from intake.quarantine.rows as q using "
        f"(select k.row_id from {KEPT_TABLE} as k join {FRESH_TABLE} as f "
        f"on f.{ROW} = k.n + {number * ROWS_PER_FILE} where f.{left}) as sound "
        "where q.object = ? and q.file = ? and q.row_id = sound.row_id",
        [contract.object, file],
    )
    load.has_columns[number] = (file, raw_columns(contract, incoming))
    load.changed = True
    return accepted


def renew(connection: duckdb.DuckDBPyConnection, contract: Contract, file: str, incoming: Incoming) -> None:
    """Today's reasons for the rows that stay."""
    names = ("violated_rules", "reasons", "record_key", "modified_at", "owner_id")
    told = ", ".join(f"{name} = n.{name}" for name in names)
    connection.execute(
        f"update intake.quarantine.rows as q set {told} from (select b.*, k.row_id from "
        f"({bad_rows_query(contract, incoming, f't.{ROW} as n')}) as b join {KEPT_TABLE} as k on b.n = k.n) as n "
        "where q.object = ? and q.file = ? and q.row_id = n.row_id",
        [contract.object, file],
    )


def note_replayed(load: "Load", contract: Contract, replayed: list[Replayed], fates: Fates) -> None:
    """The balance of the rows that were judged anew; nothing else of their files was read."""
    for one in replayed:
        told = fates.get(one.number, {})
        identical, superseded = told.get("identical", 0), told.get("superseded", 0)
        refused = still_refused(load.connection, contract.object, one.file)
        answered = one.rows - one.accepted - refused
        load.balances.append(FileBalance(
            load.load_id, contract.source, contract.object, one.file, one.rows, one.rows,
            one.accepted - identical - superseded, identical, superseded + answered, refused, 0,
        ))  # fmt: skip
