"""Contracts: what a table that crosses the border must look like, read from ODCS 3 YAML.

What belongs here: reading contracts, turning their rules into predicates and table checks. What does not: reading
extracts (`pipelines.intake`) and rules for tables in between.
"""

from pipelines.contracts.check_table import check_table
from pipelines.contracts.contract import Column, Contract, RowRule, RuleResult, TableRule
from pipelines.contracts.odcs import load_contracts
from pipelines.contracts.whole_table import judge_whole

__all__ = [
    "Column",
    "Contract",
    "RowRule",
    "RuleResult",
    "TableRule",
    "check_table",
    "judge_whole",
    "load_contracts",
]
