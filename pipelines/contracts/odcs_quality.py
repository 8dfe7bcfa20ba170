"""The checks under `quality` of ODCS, of a column or of a table, as rules.

A library check that no row may break (`mustBe: 0`) is a rule about rows; every other is one about the whole table.
What the standard allows and nothing here can keep is refused by file and key path.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import yaml

from pipelines.contracts.comparison import WORDS, Comparison
from pipelines.contracts.contract import Metric, MetricRule, RowRule, Severity, SqlRule, TableRule, snake_case
from pipelines.contracts.odcs_rules import TWINS, Head, bound_of, check_pattern, custom_properties, values_of
from pipelines.contracts.sql_rule import sql_rule
from pipelines.errors import GrowthError

RULE_PROPERTIES = frozenset({"onViolation", "failingRow"})
ON_VIOLATION = {"quarantine": "error", "rejectFile": "error", "warn": "warn"}
SEVERITIES: dict[str, Severity] = {"error": "error", "warning": "warn", "info": "info"}
LEVELS: dict[str, tuple[str, ...]] = {
    "rowCount": ("table",),
    "nullValues": ("column",),
    "missingValues": ("column",),
    "invalidValues": ("column",),
    "duplicateValues": ("column", "table"),
}
INVALID = {"allowed": {"validValues"}, "pattern": {"pattern"}, "length": {"minLength", "maxLength"},
           "range": {"minimum", "maximum"}}  # fmt: skip
Rule = RowRule | MetricRule | SqlRule | TableRule
Prop = Mapping[str, Any] | None


def quality_rules(element: Mapping[str, Any], prop: Prop, table: str, where: str) -> list[Rule]:
    """The checks of a column (`prop` is the element itself) or of a table, each as a rule; `text` is for readers."""
    rules: list[Rule] = []
    for i, check in enumerate(element.get("quality", [])):
        at = f"{where}.quality[{i}]" + (f" ({check['id']})" if "id" in check else "")
        if "schedule" in check or "scheduler" in check:
            raise GrowthError(f"{at}.schedule: rules are judged with every load; take schedule and scheduler out.")
        kind = check.get("type", "library")
        if kind == "text":
            if not check.get("description"):
                raise GrowthError(f"{at}.description: missing, expected what the text check says.")
            continue
        head = rule_head(check, prop, at)
        if kind == "library":
            rules.append(library_rule(check, prop, head))
        elif kind == "sql":
            refuse_single(head)
            comparison = comparison_of(check, at, numbers=False)
            rules.append(sql_rule(head, check["query"], table, prop["name"] if prop else "", comparison))
        else:
            rules.append(custom_rule(check, prop, head))
    return rules


def rule_head(check: Mapping[str, Any], prop: Prop, where: str) -> Head:
    """Id, severity, words and consequence of a check; a missing id is made of column and metric.

    `severity` (default: error) and `onViolation` must say the same: an error is quarantined or rejects its file.
    """
    said = custom_properties(check, RULE_PROPERTIES, where)
    on_violation = said.get("onViolation", "")
    if on_violation not in ("", *ON_VIOLATION):
        raise GrowthError(f"{where}: onViolation: found {on_violation!r}, expected one of {', '.join(ON_VIOLATION)}.")
    default = "warning" if on_violation == "warn" else "error"
    severity = SEVERITIES.get(check.get("severity", default))
    if severity is None:
        raise GrowthError(
            f"{where}.severity: found {check['severity']!r}, expected a severity of error, warning or info."
        )
    if on_violation and (severity == "error") != (ON_VIOLATION[on_violation] == "error"):
        expected = "quarantine or rejectFile" if severity == "error" else "warn"
        raise GrowthError(
            f"{where}: onViolation: found {on_violation!r}, expected {expected} for severity {check['severity']}."
        )
    made = "_".join(filter(None, [prop["name"] if prop else "", check.get("metric", check.get("type", ""))]))
    rule_id = check.get("id") or snake_case(check.get("name") or made)
    return Head(rule_id, severity, check.get("description", ""), on_violation, where)


def refuse_single(head: Head, reason: str = "no single row breaks it") -> None:
    """A rule about the whole table keeps no single row out: it warns, or rejects the file."""
    if head.on_violation == "quarantine":
        raise GrowthError(f"{head.where}: onViolation: found 'quarantine', expected warn or rejectFile: {reason}.")


def comparison_of(check: Mapping[str, Any], where: str, *, numbers: bool) -> Comparison:
    """The one operator of a check with its value, and the unit."""
    unit = check.get("unit", "rows")
    if unit not in ("rows", "percent"):
        raise GrowthError(f"{where}.unit: found {unit!r}, expected rows or percent.")
    [operator] = [name for name in WORDS if name in check]
    value = check[operator]
    values = tuple(value) if isinstance(value, list) else (value,)
    if numbers and any(isinstance(v, bool) or not isinstance(v, int | float) for v in values):
        raise GrowthError(f"{where}.{operator}: found {value!r}, expected a number.")
    if operator.endswith("Between") and values[0] > values[-1]:
        raise GrowthError(f"{where}.{operator}: found {value!r}, expected the smaller number first.")
    return Comparison(operator, values, unit)


def library_rule(check: Mapping[str, Any], prop: Prop, head: Head) -> RowRule | MetricRule:
    """A metric of the standard's library."""
    metric: Metric = check["metric"]
    level = "column" if prop else "table"
    if level not in LEVELS[metric]:
        raise GrowthError(f"{head.where}.metric: {metric} is a metric of a {' or '.join(LEVELS[metric])}.")
    if check.get("rule", metric) != metric:
        raise GrowthError(f"{head.where}.rule: found {check['rule']!r} beside metric {metric}; take rule out.")
    comparison = comparison_of(check, head.where, numbers=True)
    if metric == "rowCount" and comparison.unit == "percent":
        raise GrowthError(f"{head.where}.unit: found percent, expected rows: a row count is no share of anything.")
    arguments = check.get("arguments", {})
    columns = (prop["name"],) if prop else duplicate_columns(metric, arguments, head.where)
    counted = counted_rule(metric, prop, arguments, head) if prop else None
    if counted and comparison.allows_none:
        return counted
    refuse_single(head, TWINS if metric == "duplicateValues" else "it counts the rows of the whole table")
    return MetricRule(head.rule_id, metric, columns, comparison, head.severity, head.description, counted)


def duplicate_columns(metric: Metric, arguments: Mapping[str, Any], where: str) -> tuple[str, ...]:
    """The columns that a table's duplicates are told by; a row count has none."""
    expected = {"properties"} if metric == "duplicateValues" else set()
    names = arguments.get("properties", [])
    if set(arguments) != expected or not isinstance(names, list) or (expected and not names):
        raise GrowthError(
            f"{where}.arguments: {metric} of a table expects {'properties: [A, B]' if expected else 'no arguments'}, "
            f"found {', '.join(sorted(arguments)) or 'none'}."
        )
    return tuple(names)


def counted_rule(metric: Metric, prop: Mapping[str, Any], arguments: Mapping[str, Any], head: Head) -> RowRule | None:
    """The rule that a counted row breaks; duplicates are no matter of one row."""
    rejects = head.on_violation == "rejectFile"
    at = f"{head.where}.arguments"
    plain = RowRule(head.rule_id, "required", (prop["name"],), head.severity, head.description, rejects_file=rejects)
    if metric == "invalidValues":
        return invalid_rule(plain, prop, arguments, at)
    known = {"missingValues"} if metric == "missingValues" else set()
    if unknown := set(arguments) - known:
        raise GrowthError(f"{at}: {metric} of a column has no argument {', '.join(sorted(unknown))}.")
    if metric == "missingValues":
        values = arguments.get("missingValues", [None, ""])
        if not isinstance(values, list) or not values:
            raise GrowthError(f"{at}.missingValues: found {values!r}, expected a list of values that count as none.")
        return replace(plain, kind="missing", allowed=tuple(values))
    return plain if metric == "nullValues" else None


def invalid_rule(plain: RowRule, prop: Mapping[str, Any], arguments: Mapping[str, Any], where: str) -> RowRule:
    """A value outside a list, of another form, too short, too long or out of range."""
    kinds = [kind for kind, names in INVALID.items() if arguments and set(arguments) <= names]
    if len(kinds) != 1:
        expected = "; ".join(", ".join(sorted(names)) for names in INVALID.values())
        raise GrowthError(
            f"{where}: metric invalidValues expects the arguments of one kind ({expected}), "
            f"found {', '.join(sorted(arguments)) or 'none'}."
        )
    if kinds[0] in ("pattern", "length") and prop["logicalType"] != "string":
        raise GrowthError(f"{where}: {', '.join(arguments)} for logicalType {prop['logicalType']}, expected string.")
    match kinds[0]:
        case "allowed":
            allowed = values_of(arguments["validValues"], prop, f"{where}.validValues")
            return replace(plain, kind="allowed", allowed=allowed)
        case "pattern":
            check_pattern(arguments["pattern"], f"{where}.pattern")
            return replace(plain, kind="pattern", pattern=arguments["pattern"])
        case "length":
            return replace(plain, kind="length", minimum=arguments.get("minLength"), maximum=arguments.get("maxLength"))
        case _:
            bounds: dict[str, Any] = {
                name: bound_of(bound, prop, f"{where}.{name}") for name, bound in arguments.items()
            }
            return replace(plain, kind="range", **bounds)


def custom_rule(check: Mapping[str, Any], prop: Prop, head: Head) -> RowRule | TableRule:
    """Checks of an engine: our own `order`, or a Great Expectations expectation about the whole table."""
    engine, implementation = check["engine"], check["implementation"]
    if isinstance(implementation, str):
        try:
            implementation = yaml.safe_load(implementation)
        except yaml.YAMLError as error:
            raise GrowthError(f"{head.where}.implementation: cannot be read as YAML.") from error
    said = set(implementation) if isinstance(implementation, dict) else set()
    if engine == "growth" and not prop:
        if said != {"rule", "columns"} or implementation["rule"] != "order" or len(implementation["columns"]) < 2:
            raise GrowthError(f"{head.where}.implementation: engine growth expects {{rule: order, columns: [A, B]}}.")
        columns, rejects = tuple(implementation["columns"]), head.on_violation == "rejectFile"
        return RowRule(head.rule_id, "order", columns, head.severity, head.description, rejects_file=rejects)
    if engine != "greatExpectations":
        raise GrowthError(
            f"{head.where}.engine: found {engine!r}, expected greatExpectations (of a table: growth too)."
        )
    if "type" not in said or said - {"type", "kwargs"}:
        raise GrowthError(f"{head.where}.implementation: expected type and kwargs of an expectation.")
    refuse_single(head)
    kwargs = ({"column": prop["name"]} if prop else {}) | (implementation.get("kwargs") or {})
    return TableRule(head.rule_id, implementation["type"], kwargs, head.severity, head.description)
