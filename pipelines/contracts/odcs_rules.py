"""From the words of ODCS (required, logicalTypeOptions, quality, relationships) to rules; no SQL here."""

from collections.abc import Iterator, Mapping
from typing import Any

from pipelines.contracts.contract import RowRule, Severity, TableRule, snake_case
from pipelines.errors import GrowthError

RULE_PROPERTIES = frozenset({"onViolation"})
RELATION_PROPERTIES = frozenset({"ruleId"})
ARGUMENTS = frozenset({"validValues", "pattern", "minimum", "maximum", "minLength", "maxLength"})
SEVERITIES: dict[str, Severity] = {"error": "error", "warning": "warn"}


def custom_properties(element: Mapping[str, Any], allowed: frozenset[str], where: str) -> dict[str, Any]:
    """The customProperties of an element by name; a name nobody reads is refused."""
    found: dict[str, Any] = {}
    for entry in element.get("customProperties", []):
        name = entry["property"]
        if name not in allowed:
            expected = ", ".join(sorted(allowed))
            raise GrowthError(f"{where}.customProperties: found {name!r}, expected one of {expected}.")
        if name in found:
            raise GrowthError(f"{where}.customProperties: {name!r} is given twice.")
        found[name] = entry["value"]
    return found


def row_rules(schema: Mapping[str, Any], where: str) -> tuple[RowRule, ...]:
    """All row rules of a table, columns first and in their order, then the table's own."""
    rules: list[RowRule] = []
    for i, prop in enumerate(schema.get("properties", [])):
        at = f"{where}.properties[{i}] ({prop['name']})"
        rules += column_rules(prop)
        rules += [value_rule(prop["name"], check, at) for check in prop.get("quality", [])]
        rules += reference_rules(prop, at)
    rules += [order_rule(check, where) for check in schema.get("quality", []) if check.get("engine") == "growth"]
    for check in schema.get("quality", []):
        if check.get("engine") not in ("growth", "greatExpectations"):
            raise GrowthError(f"{where}.quality: engine {check.get('engine')!r}, expected growth or greatExpectations.")
    return tuple(rules)


def column_rules(prop: Mapping[str, Any]) -> Iterator[RowRule]:
    """What `required`, the type and logicalTypeOptions promise: breaking one keeps the row out."""
    name, snake = prop["name"], snake_case(prop["name"])
    yield RowRule(f"{snake}_type", "type", (name,), "error", f"{name} can be read as {prop['logicalType']}.")
    if prop.get("required"):
        yield RowRule(f"{snake}_required", "required", (name,), "error", f"{name} is filled.")
    options = prop.get("logicalTypeOptions", {})
    if "pattern" in options:
        yield RowRule(
            f"{snake}_pattern", "pattern", (name,), "error", f"{name} has its form.", pattern=options["pattern"]
        )
    if "minimum" in options or "maximum" in options:
        low, high = options.get("minimum"), options.get("maximum")
        yield RowRule(f"{snake}_range", "range", (name,), "error", f"{name} is in range.", minimum=low, maximum=high)
    if "minLength" in options or "maxLength" in options:
        low, high = options.get("minLength"), options.get("maxLength")
        yield RowRule(
            f"{snake}_length", "length", (name,), "error", f"{name} has its length.", minimum=low, maximum=high
        )


def value_rule(name: str, check: Mapping[str, Any], where: str) -> RowRule:
    """A column's `invalidValues` check."""
    arguments = check.get("arguments", {})
    unknown = set(arguments) - ARGUMENTS
    if check.get("metric") != "invalidValues" or check.get("mustBe") != 0 or unknown or not arguments:
        raise GrowthError(
            f"{where}.quality: expected metric invalidValues, mustBe 0, arguments of {', '.join(sorted(ARGUMENTS))}; "
            f"found metric {check.get('metric')!r} with {', '.join(sorted(arguments)) or 'none'}."
        )
    rule_id, severity, description = rule_head(check, where)
    if "validValues" in arguments:
        allowed = tuple(arguments["validValues"])
        return RowRule(rule_id, "allowed", (name,), severity, description, allowed=allowed)
    if "pattern" in arguments:
        return RowRule(rule_id, "pattern", (name,), severity, description, pattern=arguments["pattern"])
    if "minLength" in arguments or "maxLength" in arguments:
        low, high = arguments.get("minLength"), arguments.get("maxLength")
        return RowRule(rule_id, "length", (name,), severity, description, minimum=low, maximum=high)
    low, high = arguments.get("minimum"), arguments.get("maximum")
    return RowRule(rule_id, "range", (name,), severity, description, minimum=low, maximum=high)


def rule_head(check: Mapping[str, Any], where: str) -> tuple[str, Severity, str]:
    """Id, severity and words of a check; `onViolation`, where given, must say the same as `severity`."""
    if not check.get("id") or check.get("severity") not in SEVERITIES:
        raise GrowthError(f"{where}.quality: every check needs an id and a severity of error or warning.")
    severity = SEVERITIES[check["severity"]]
    on_violation = custom_properties(check, RULE_PROPERTIES, f"{where}.quality ({check['id']})").get("onViolation")
    expected = "quarantine" if severity == "error" else "warn"
    if on_violation not in (None, expected):
        raise GrowthError(
            f"{where}.quality ({check['id']}): onViolation: found {on_violation!r}, expected {expected!r} "
            f"for severity {check['severity']}."
        )
    return check["id"], severity, check.get("description", "")


def reference_rules(prop: Mapping[str, Any], where: str) -> list[RowRule]:
    """A column's relationships: one rule; a value found in any of the targets keeps it. References only warn."""
    relations = prop.get("relationships", [])
    if not relations:
        return []
    rule_id, targets = "", []
    for relation in relations:
        rule_id = custom_properties(relation, RELATION_PROPERTIES, f"{where}.relationships").get("ruleId", rule_id)
        target, column = relation["to"].split(".")
        targets.append((target, column))
    name = prop["name"]
    rule_id = rule_id or f"{snake_case(name)}_known"
    words = f"{name} names a row of {' or '.join(target for target, _ in targets)}."
    return [RowRule(rule_id, "reference", (name,), "warn", words, targets=tuple(targets))]


def order_rule(check: Mapping[str, Any], where: str) -> RowRule:
    """A table's check that the values of some columns do not descend."""
    implementation = check.get("implementation")
    if (
        not isinstance(implementation, dict)
        or implementation.get("rule") != "order"
        or set(implementation) > {"rule", "columns"}
    ):
        raise GrowthError(f"{where}.quality: engine growth expects implementation {{rule: order, columns: [A, B]}}.")
    rule_id, severity, description = rule_head(check, where)
    return RowRule(rule_id, "order", tuple(implementation["columns"]), severity, description)


def table_rules(schema: Mapping[str, Any], where: str) -> tuple[TableRule, ...]:
    """A table's checks for Great Expectations."""
    rules = []
    for check in schema.get("quality", []):
        if check.get("engine") != "greatExpectations":
            continue
        rule_id, severity, description = rule_head(check, where)
        implementation = check.get("implementation")
        if (
            not isinstance(implementation, dict)
            or set(implementation) - {"type", "kwargs"}
            or "type" not in implementation
        ):
            raise GrowthError(
                f"{where}.quality ({rule_id}): implementation: expected type and kwargs of an expectation."
            )
        rules.append(
            TableRule(rule_id, implementation["type"], implementation.get("kwargs", {}), severity, description)
        )
    return tuple(rules)
