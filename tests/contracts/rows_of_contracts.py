"""Rows made from a contract alone: one that keeps every rule, and for each rule one that breaks just that."""

import math
import re
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from pipelines.contracts.contract import Column, Contract, RowRule

Row = dict[str, str]
DAY = date(2024, 1, 10)
UNREADABLE = {
    "integer": "many", "number": "much", "boolean": "perhaps", "date": "2024-13-45",
    "timestamp": "2024-13-45T00:00:00Z", "array": "neither",
}  # fmt: skip


@cache
def table_of(path: Path) -> dict[str, Any]:
    """The table as the contract's file has it."""
    document: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    table: dict[str, Any] = document["schema"][0]
    return table


def failing_rows(contract: Contract) -> dict[str, Row]:
    """`failingRow` of the checks that have one, by rule: what no test could derive."""
    table = table_of(contract.path)
    checks = [check for element in (table, *table["properties"]) for check in element.get("quality", [])]
    return {
        check["id"]: {name: str(cell) for name, cell in entry["value"].items()}
        for check in checks
        for entry in check.get("customProperties", [])
        if entry["property"] == "failingRow"
    }


def valid_row(contract: Contract, number: int, parents: dict[tuple[str, str], str]) -> Row:
    """Row `number` keeps every rule; its key is its own. `parents`: a value that each referenced column holds."""
    row = {column.name: valid_cell(contract, column, number) for column in contract.columns}
    for rule in contract.rules:
        if rule.kind == "reference":
            row[rule.columns[0]] = parents.get(rule.targets[0], "")
    return row


def valid_cell(contract: Contract, column: Column, number: int) -> str:
    """The first candidate that keeps every rule of its column; a contract helps with `examples` where none does."""
    rules = [rule for rule in contract.rules if rule.columns == (column.name,)]
    mine = number if column.name in contract.key else 0
    for candidate in candidates(contract, column, mine):
        if all(keeps(rule, candidate) for rule in rules):
            return candidate
    raise AssertionError(f"{contract.path.name}: no value keeps the rules of {column.name}; give it examples")


def candidates(contract: Contract, column: Column, number: int) -> list[str]:
    allowed = [str(v) for rule in contract.rules if rule.columns == (column.name,) for v in rule.allowed
               if rule.kind == "allowed"]  # fmt: skip
    day = DAY + timedelta(days=number)
    match column.logical_type:
        case "boolean":
            made = ["false", "true"]
        case "date":
            made = [day.isoformat()]
        case "timestamp":
            made = [f"{day.isoformat()}T09:30:00.000+0000"]
        case "integer" | "number":
            made = [str(number + 1), "0", "0.5", "10", "100"]
        case "array":
            made = ["[a]", "[]"]
        case _:
            texts = [
                f"{number:015d}",
                f"{number:018d}",
                "EUR",
                f"name{number}@example.com",
                f"text {number}",
                "a",
                "USD",
            ]
            made = texts
    [prop] = [prop for prop in table_of(contract.path)["properties"] if prop["name"] == column.name]
    examples = prop.get("examples", [])
    return [*(str(value) for value in examples), *allowed, *made]


def keeps(rule: RowRule, cell: str) -> bool:  # noqa: PLR0911 - one answer per kind of rule
    """Whether a cell keeps a rule of its column: the tests' own reading of it."""
    match rule.kind:
        case "required":
            return cell != ""
        case "missing":
            return cell not in [("" if value is None else str(value)) for value in rule.allowed]
        case "allowed":
            return cell in [str(value) for value in rule.allowed]
        case "pattern":
            return re.fullmatch(rule.pattern, cell) is not None
        case "length" | "range":
            measure = len(cell) if rule.kind == "length" else float(cell)
            low = -math.inf if rule.minimum is None else float(rule.minimum)
            high = math.inf if rule.maximum is None else float(rule.maximum)
            above = -math.inf if rule.above is None else float(rule.above)
            below = math.inf if rule.below is None else float(rule.below)
            return low <= measure <= high and above < measure < below
        case "multiple":
            return float(cell) % float(rule.step or 1) == 0
        case _:
            return True


def breaking(rule: RowRule, contract: Contract, number: int) -> Row:
    """What a valid row must hold instead to break just this rule."""
    name = rule.columns[0]
    column = contract.column(name)
    assert column is not None
    others = [r for r in contract.rules if r.columns == rule.columns and r is not rule and r.kind != "type"]
    match rule.kind:
        case "type":
            return {name: UNREADABLE[column.logical_type]}
        case "order":
            last = contract.column(rule.columns[-1])
            assert last is not None
            return {last.name: "2023-01-01" + ("" if last.logical_type == "date" else "T00:00:00Z")}
        case "reference":
            return {name: f"{number + 900_000:018d}"}
        case "items":
            wanted = ["[]", "[a, a]", "[" + ", ".join(str(i) for i in range(int(rule.maximum or 0) + 1)) + "]"]
            return {name: wanted[0] if rule.minimum else wanted[1] if rule.distinct else wanted[2]}
        case "range":
            bounds = [float(bound) for bound in (rule.minimum, rule.above) if bound is not None]
            tops = [float(bound) for bound in (rule.maximum, rule.below) if bound is not None]
            wanted = [str(math.floor(b) - 1) for b in bounds] + [str(math.ceil(b) + 1) for b in tops]
        case "length":
            wanted = ["x" * (int(rule.minimum or 1) - 1), "x" * (int(rule.maximum or 0) + 1)]
        case "missing":
            wanted = ["" if value is None else str(value) for value in rule.allowed]
        case "required":
            wanted = [""]
        case _:
            wanted = ["?", "not listed", "7", "999999", "0.3", "!" * 20]
    for cell in wanted:
        if not keeps(rule, cell) and all(cell == "" or keeps(other, cell) for other in others):
            return {name: cell}
    raise AssertionError(f"{contract.path.name}: nothing found that breaks {rule.rule_id} alone; give it a failingRow")
