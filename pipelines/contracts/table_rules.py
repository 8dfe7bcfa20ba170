"""Rules about whole tables as Great Expectations suites over the engine's own DuckDB connection.

What belongs here: handing tables and expectations to Great Expectations and its answers back. Row rules are not run
here: over rows it is many times slower than a predicate in the reading scan.
"""

import logging
import os
import warnings
from collections.abc import Sequence
from typing import Any, cast

import duckdb

from pipelines.contracts.contract import Contract, RuleResult, TableRule
from pipelines.errors import GrowthError


def run_table_rules(connection: duckdb.DuckDBPyConnection, contracts: Sequence[Contract]) -> list[RuleResult]:
    """Run the table rules of all contracts in one Great Expectations context.

    Results come in the order of the contracts and their rules, joined by rule id. A rule that raised is told apart
    from one that failed: its `rows_failed` is -1 and its detail says that it could not be run.
    """
    with_rules = [contract for contract in contracts if contract.table_rules]
    if not with_rules:
        return []
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    from great_expectations.data_context.data_context.context_factory import project_manager

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library's own deprecations are not the reader's concern
        source = data_source(connection)
        try:
            return [result for contract in with_rules for result in check_contract(source, contract)]
        finally:
            project_manager.set_project(None)  # the library would hold the connection until the process ends


class Borrowed:
    """A connection that is used and given back: the library closes what it was given, an open transaction with it."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.lent = connection

    def __getattr__(self, name: str) -> Any:
        return getattr(self.lent, name)

    def close(self) -> None:
        """Leave it open."""


def data_source(connection: duckdb.DuckDBPyConnection) -> Any:
    """A data source over the open connection: one pooled connection that is never rolled back or closed."""
    import great_expectations as gx
    from duckdb_sqlalchemy import ConnectionWrapper
    from great_expectations.data_context.types.base import ProgressBarsConfig
    from sqlalchemy.pool import StaticPool

    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
    sources: Any = context.data_sources  # its signature hides the keyword `kwargs` that its model has
    return sources.add_sql(
        "engine",
        connection_string="duckdb:///:memory:",
        create_temp_table=False,
        kwargs={
            "creator": lambda: ConnectionWrapper(cast(duckdb.DuckDBPyConnection, Borrowed(connection))),
            "poolclass": StaticPool,
            "isolation_level": "AUTOCOMMIT",
            "skip_autocommit_rollback": True,
            "pool_reset_on_return": None,
        },
    )


def check_contract(source: Any, contract: Contract) -> list[RuleResult]:
    """Validate one table against its suite."""
    from great_expectations import ExpectationSuite

    asset = source.add_query_asset(name=contract.table, query=f"select * from {contract.table}")
    batch = asset.add_batch_definition_whole_table("whole table").get_batch()
    suite = ExpectationSuite(
        contract.table, expectations=[expectation(contract, rule) for rule in contract.table_rules]
    )
    answers = {answer.expectation_config.meta["rule_id"]: answer for answer in batch.validate(suite).results}
    return [rule_result(contract, rule, answers[rule.rule_id]) for rule in contract.table_rules]


def expectation(contract: Contract, rule: TableRule) -> Any:
    """The rule as the library's own class; `expect_table_row_count_to_be_between` and class names are both known."""
    from great_expectations import expectations

    name = "".join(word.title() for word in rule.type.split("_")) if "_" in rule.type else rule.type
    kind = getattr(expectations, name, None)
    if kind is None:
        raise GrowthError(f"{contract.path}: quality ({rule.rule_id}): no expectation is called {rule.type!r}.")
    try:
        return kind(**rule.kwargs, meta={"rule_id": rule.rule_id})
    except (TypeError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise GrowthError(
            f"{contract.path}: quality ({rule.rule_id}): kwargs do not fit {rule.type}: {reason}"
        ) from error


def rule_result(contract: Contract, rule: TableRule, answer: Any) -> RuleResult:
    """One answer of the library in our words."""
    raised = exception_of(answer.exception_info)
    if raised:
        detail = f"{contract.table}: the rule could not be run: {raised}"
        return RuleResult(rule.rule_id, contract.object, "table", "error", -1, detail, passed=False)
    passed = bool(answer.success)
    found = answer.result.get("observed_value", answer.result.get("unexpected_count", ""))
    rows = found if rule.type == "UnexpectedRowsExpectation" else answer.result.get("unexpected_count")
    failed = 0 if passed else max(int(rows or 1), 1)
    detail = "" if passed else f"{contract.table}: {rule.description} Found: {found}"
    return RuleResult(rule.rule_id, contract.object, "table", rule.severity, failed, detail, passed=passed)


def exception_of(info: Any) -> str:
    """The message of an exception in `exception_info`, which is one record or a mapping of records by metric."""
    records = [info] if "raised_exception" in (info or {}) else list((info or {}).values())
    messages = [str(record.get("exception_message")) for record in records if record.get("raised_exception")]
    return messages[0].splitlines()[0] if messages else ""
