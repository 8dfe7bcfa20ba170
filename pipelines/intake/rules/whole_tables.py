"""Rules about whole tables, judged with the load that changed them: errors before its commit, warnings after.

A broken error rejects the files that brought it: nothing of the load stays. What does not belong here: measuring
(`pipelines.contracts`) and rules that one row breaks (`rows`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import duckdb

from pipelines.contracts import Contract, RuleResult, judge_whole
from pipelines.errors import GrowthError
from pipelines.intake.proof import ledger
from pipelines.intake.rules.rejected import Refused, RejectedFile

Read = Mapping[str, Sequence[Refused]]
"""The files that were read in this load, by object."""


def refuse_broken_tables(
    connection: duckdb.DuckDBPyConnection, contracts: Sequence[Contract], read: Read, load_id: str
) -> None:
    """Judge the error rules of every table whose files were read; RejectedFile where one is broken.

    The results of tables that nothing was read for are those of the load before.
    """
    results = judge_whole(connection, narrowed(connection, contracts, read, is_error=True))
    for result in results:
        if not result.passed:
            refuse(result, contracts, read)
    keep(connection, contracts, results, load_id, is_error=True)


def note_broken_tables(
    connection: duckdb.DuckDBPyConnection, contracts: Sequence[Contract], read: Read, load_id: str
) -> None:
    """Judge and note the rules that only warn. (After the commit: a query that fails would abort the transaction.)"""
    results = judge_whole(connection, narrowed(connection, contracts, read, is_error=False))
    keep(connection, contracts, results, load_id, is_error=False)


def narrowed(
    connection: duckdb.DuckDBPyConnection, contracts: Sequence[Contract], read: Read, *, is_error: bool
) -> list[Contract]:
    """The contracts with those rules alone that this load must judge: some file was read for a table they look at."""
    touched = {contract.table for contract in contracts if contract.object in read}
    has_come = {*ledger.columns_present(connection), *read}

    def due(contract: Contract, rules: Sequence[Any]) -> tuple[Any, ...]:
        """Of an object that never came nothing is expected."""
        tables = (getattr(rule, "tables", {contract.table}) for rule in rules)
        return tuple(
            rule
            for rule, looked_at in zip(rules, tables, strict=True)
            if (rule.severity == "error") == is_error and looked_at & touched and contract.object in has_come
        )

    return [
        replace(
            contract,
            metric_rules=due(contract, contract.metric_rules),
            sql_rules=due(contract, contract.sql_rules),
            table_rules=due(contract, contract.table_rules),
        )
        for contract in contracts
        if contract.whole_rules
    ]


def refuse(result: RuleResult, contracts: Sequence[Contract], read: Read) -> None:
    """End the load, naming the files whose rows made the table break its rule."""
    contract = next(contract for contract in contracts if contract.object == result.object)
    files = tuple(read.get(result.object, ())) or tuple(file for files in read.values() for file in files)
    names = ", ".join(file.file for file in files)
    if result.rows_failed < 0:
        raise GrowthError(
            f"{contract.path.name}: rule {result.rule_id}: {result.detail}; mend the rule. Nothing was loaded."
        )
    message = (
        f"{names}: with {'it' if len(files) == 1 else 'them'} the table of {result.object} breaks the rule "
        f"{result.rule_id}: {result.detail}; export {result.object} again or take the file out of the folder. "
        "Nothing was loaded."
    )
    raise RejectedFile(message, files, result.rule_id)


def keep(
    connection: duckdb.DuckDBPyConnection,
    contracts: Sequence[Contract],
    results: Sequence[RuleResult],
    load_id: str,
    *,
    is_error: bool,
) -> None:
    """Write every rule's result of this load: what was judged, else what was found last; none that was never judged."""
    found = {(result.object, result.rule_id): (result.rows_failed, result.detail) for result in results}
    known = last_results(connection) | found
    rules = [(contract.object, rule) for contract in contracts for rule in contract.whole_rules]
    rows = [
        (load_id, name, rule.rule_id, "table", rule.severity, *known[name, rule.rule_id], 0)
        for name, rule in rules
        if (rule.severity == "error") == is_error and (name, rule.rule_id) in known
    ]
    ledger.insert_rows(connection, "ledger.rule_results", rows)


def last_results(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], tuple[int, str]]:
    """What the newest load that judged it found about each rule of a whole table."""
    rows = connection.execute(
        "select object, rule_id, rows_failed, sample from intake.ledger.rule_results where kind = 'table' "
        "qualify row_number() over (partition by object, rule_id order by rowid desc) = 1"
    ).fetchall()
    return {(name, rule_id): (failed, sample) for name, rule_id, failed, sample in rows}
