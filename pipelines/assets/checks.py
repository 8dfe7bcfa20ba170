"""Rules of contracts as Dagster checks: one check per table and kind, each rule's result in its metadata.

What does not belong here: deciding whether a row keeps a rule (`pipelines/contracts`). Only a broken rule of severity
error blocks what comes after; a broken warning is shown and blocks nothing.
"""

from collections.abc import Iterable, Sequence

import dagster as dg

from pipelines.assets.groups import asset_key
from pipelines.contracts import Contract, RuleResult, check_table, judge_whole
from pipelines.engine import Engine

KINDS = {
    "shape": "The columns and types that the contract declares.",
    "row": "Every rule that a single row keeps or breaks.",
    "table": "Every rule about the table as a whole.",
}
CHECK_NAMES = {"shape": "shape", "row": "row_rules", "table": "table_rules"}


def contract_check_specs(contract: Contract | None) -> list[dg.AssetCheckSpec]:
    """The checks of a table under contract, those of which there are rules.

    The load itself refuses extracts of a wrong shape and types the tables by contract: `raw` needs no such check.
    """
    if contract is None:
        return []
    incoming = contract.table.startswith("raw.")
    present = {"shape": not incoming, "row": True, "table": bool(contract.whole_rules)}
    kinds = [kind for kind in KINDS if present[kind]]
    key = asset_key(contract.table)
    return [dg.AssetCheckSpec(CHECK_NAMES[kind], asset=key, blocking=True, description=KINDS[kind]) for kind in kinds]


def check_contract(engine: Engine, contract: Contract | None) -> list[dg.AssetCheckResult]:
    """Hold a published table against its contract and keep every rule's result."""
    if contract is None:
        return []
    results = check_table(engine.connection, contract)
    if results[0].passed:  # columns of a table of the wrong shape may not be there
        results += judge_whole(engine.connection, [contract])
    keep_results(engine, contract, results)
    return check_results(contract, results)


def check_results(contract: Contract, results: Iterable[RuleResult]) -> list[dg.AssetCheckResult]:
    """The verdict per kind: passed, failed with a warning, or failed with an error, which blocks."""
    found = list(results)
    answers = []
    for spec in contract_check_specs(contract):
        kind = next(kind for kind, name in CHECK_NAMES.items() if name == spec.name)
        broken = [result for result in found if result.kind == kind and not result.passed]
        is_error = any(result.severity == "error" for result in broken)
        answers.append(
            dg.AssetCheckResult(
                asset_key=spec.asset_key,
                check_name=spec.name,
                passed=not broken,
                severity=dg.AssetCheckSeverity.ERROR if is_error else dg.AssetCheckSeverity.WARN,
                description=first_detail(broken),
                metadata={result.rule_id: result.detail or str(result.rows_failed) for result in broken},
            )
        )
    return answers


def first_detail(broken: Sequence[RuleResult]) -> str:
    """A sentence for the page: the first broken rule, errors first."""
    ordered = sorted(broken, key=lambda result: (result.severity != "error", result.rule_id))
    return "; ".join(f"{result.rule_id}: {result.detail}" for result in ordered[:3])


def keep_results(engine: Engine, contract: Contract, results: Sequence[RuleResult]) -> None:
    """Put this run's results of a contract out beside those of the contracts in."""
    engine.connection.execute(
        "delete from warehouse.meta.rule_results where run_id = ? and object = ?", [engine.run_id, contract.object]
    )
    engine.connection.executemany(
        "insert into warehouse.meta.rule_results by name select ? as run_id, ? as object, ? as rule_id, ? as kind,"
        " ? as severity, ? as rows_failed, ? as sample",
        [[engine.run_id, contract.object, r.rule_id, r.kind, r.severity, r.rows_failed, r.detail] for r in results],
    )
