"""From what ODCS says of a column (required, unique, logicalTypeOptions, enum, relationships) to rules; no SQL here.

The checks under `quality` are read by `odcs_quality`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from typing import Any

from pipelines.contracts.comparison import Comparison
from pipelines.contracts.contract import MetricRule, RowRule, Severity, snake_case
from pipelines.contracts.formats import EPOCHS, NUMBERS, TEXT_PATTERNS, UNCHECKED, strptime_of
from pipelines.errors import GrowthError

RELATION_PROPERTIES = frozenset({"ruleId", "onViolation"})
BOUNDS = {"minimum": "minimum", "maximum": "maximum", "exclusiveMinimum": "above", "exclusiveMaximum": "below"}
NONE_MAY = Comparison("mustBe", (0,))


@dataclass(frozen=True)
class Head:
    """What every check says of itself; `on_violation` is empty where it leaves that to its severity."""

    rule_id: str
    severity: Severity
    description: str
    on_violation: str
    where: str


def custom_properties(element: Mapping[str, Any], allowed: frozenset[str], where: str) -> dict[str, Any]:
    """The customProperties of an element by name; a name nobody reads is refused."""
    found: dict[str, Any] = {}
    for entry in element.get("customProperties", []):
        name = entry["property"]
        if name not in allowed:
            expected = ", ".join(sorted(allowed)) or "none here"
            raise GrowthError(f"{where}.customProperties: found {name!r}, expected one of {expected}.")
        if name in found:
            raise GrowthError(f"{where}.customProperties: {name!r} is given twice.")
        found[name] = entry["value"]
    return found


def column_rules(prop: Mapping[str, Any], on_violation: str, where: str) -> Iterator[RowRule | MetricRule]:
    """What `required`, the type, its options, `enum` and `unique` promise.

    Breaking one keeps the row out, or what the column's own `onViolation` says. A cell that cannot be read is kept out
    however that is: its value would be lost.
    """
    name, snake = prop["name"], snake_case(prop["name"])
    severity: Severity = "warn" if on_violation == "warn" else "error"
    rejects = on_violation == "rejectFile"
    logical = prop["logicalType"]
    plain = RowRule(
        f"{snake}_type", "type", (name,), "error", f"{name} can be read as {logical}.", rejects_file=rejects
    )
    if logical != "string":  # every cell is a text
        yield plain
    plain = replace(plain, severity=severity)
    if (prop.get("required") or prop.get("primaryKey")) and logical != "boolean":  # a blank boolean is false
        yield replace(plain, rule_id=f"{snake}_required", kind="required", description=f"{name} is filled.")
    yield from option_rules(prop, plain, where)
    if "enum" in prop:
        allowed = values_of([entry["value"] for entry in prop["enum"]], prop, f"{where}.enum")
        told = f"{name} is one of the listed values."
        yield replace(plain, rule_id=f"{snake}_enum", kind="allowed", description=told, allowed=allowed)
    if prop.get("unique"):
        if on_violation == "quarantine":
            raise GrowthError(f"{where}.unique: onViolation: found 'quarantine', expected warn or rejectFile: {TWINS}.")
        told = f"No two rows have the same {name}."
        yield MetricRule(f"{snake}_unique", "duplicateValues", (name,), NONE_MAY, plain.severity, told)


TWINS = "which of two rows that share a value stays would depend on which came first"


def option_rules(prop: Mapping[str, Any], plain: RowRule, where: str) -> Iterator[RowRule]:
    """logicalTypeOptions; those of dates that say how to read text are read by `text_form`."""
    options, name, snake = prop.get("logicalTypeOptions", {}), prop["name"], snake_case(prop["name"])
    at = f"{where}.logicalTypeOptions"
    logical = prop["logicalType"]
    if "pattern" in options:
        check_pattern(options["pattern"], f"{at}.pattern")
        yield replace(
            plain, rule_id=f"{snake}_pattern", kind="pattern", description=f"{name} has its form.",
            pattern=options["pattern"],
        )  # fmt: skip
    if logical in ("string", "integer", "number") and "format" in options:
        yield from format_rule(prop, plain, f"{at}.format")
    bounds: dict[str, Any] = {ours: bound_of(options[theirs], prop, f"{at}.{theirs}") for theirs, ours in BOUNDS.items()
                  if theirs in options}  # fmt: skip
    if bounds:
        yield replace(plain, rule_id=f"{snake}_range", kind="range", description=f"{name} is in range.", **bounds)
    if "minLength" in options or "maxLength" in options:
        low, high = options.get("minLength"), options.get("maxLength")
        told = f"{name} has its length."
        yield replace(plain, rule_id=f"{snake}_length", kind="length", description=told, minimum=low, maximum=high)
    if "multipleOf" in options:
        told = f"{name} is a multiple of {options['multipleOf']}."
        yield replace(plain, rule_id=f"{snake}_multiple", kind="multiple", description=told, step=options["multipleOf"])
    if options.get("minItems") or "maxItems" in options or options.get("uniqueItems"):
        yield replace(
            plain, rule_id=f"{snake}_items", kind="items", description=f"{name} holds as many items as it may.",
            minimum=options.get("minItems"), maximum=options.get("maxItems"),
            distinct=options.get("uniqueItems", False),
        )  # fmt: skip


def format_rule(prop: Mapping[str, Any], plain: RowRule, where: str) -> Iterator[RowRule]:
    """The form of a text or the width of a number."""
    form, name, rule_id = prop["logicalTypeOptions"]["format"], prop["name"], f"{snake_case(prop['name'])}_format"
    told = f"{name} has the form {form}."
    if form in TEXT_PATTERNS:
        yield replace(plain, rule_id=rule_id, kind="pattern", description=told, pattern=TEXT_PATTERNS[form])
    elif form in NUMBERS:
        low, high = NUMBERS[form]
        yield replace(plain, rule_id=rule_id, kind="range", description=told, minimum=low, maximum=high)
    elif form not in UNCHECKED:
        expected = ", ".join([*TEXT_PATTERNS, *UNCHECKED])
        raise GrowthError(f"{where} ({name}): found {form!r}, expected one of {expected}.")


def text_form(prop: Mapping[str, Any], where: str) -> tuple[str, str]:
    """How dates and times stand in text: strptime form (empty: ISO 8601), and the zone of times without an offset."""
    options, at = prop.get("logicalTypeOptions", {}), f"{where}.logicalTypeOptions"
    if prop.get("logicalType") not in ("date", "timestamp"):
        return "", ""
    if options.get("format") in EPOCHS and prop["logicalType"] == "timestamp":
        return str(options["format"]), ""
    form = strptime_of(options.get("format", ""))
    if form is None:
        raise GrowthError(f"{at}.format: {options['format']!r} holds letters that no date is read by here.")
    zone = options.get("defaultTimezone", "")
    if zone and zone not in zones():
        raise GrowthError(f"{at}.defaultTimezone: found {zone!r}, expected a zone like Europe/Berlin.")
    if options.get("timezone") is True and zone:
        raise GrowthError(f"{at}.timezone: true with a defaultTimezone: a time that tells its zone needs no other.")
    return form, zone


def bound_of(value: Any, prop: Mapping[str, Any], where: str) -> float | str:
    """A bound as a value of the column's type: a number, or a date or time as text."""
    if prop["logicalType"] in ("date", "timestamp"):
        read = date.fromisoformat if prop["logicalType"] == "date" else datetime.fromisoformat
        try:
            read(str(value))
        except ValueError as error:
            raise GrowthError(f"{where}: found {value!r}, expected a {prop['logicalType']} like 2024-01-31.") from error
        return str(value)
    if (
        prop["logicalType"] not in ("integer", "number")
        or isinstance(value, bool)
        or not isinstance(value, int | float)
    ):
        raise GrowthError(f"{where}: found {value!r} for logicalType {prop['logicalType']}, expected a number's bound.")
    return value


def values_of(values: Any, prop: Mapping[str, Any], where: str) -> tuple[Any, ...]:
    """Values of the column's own type; null says nothing here, since a blank keeps every such rule."""
    kinds: dict[str, Any] = {
        "string": str,
        "integer": int,
        "number": (int, float),
        "boolean": bool,
        "date": (str, date),
    }
    kind = kinds.get(prop["logicalType"])
    found = [value for value in values if value is not None]
    if kind is None or not found:
        raise GrowthError(f"{where}: expected a list of values for logicalType {prop['logicalType']}.")
    for value in found:
        if not isinstance(value, kind) or (isinstance(value, bool) and prop["logicalType"] != "boolean"):
            raise GrowthError(f"{where}: found {value!r} for logicalType {prop['logicalType']}; quote a text.")
    return tuple(found)


def check_pattern(pattern: Any, where: str) -> None:
    """Refuse what DuckDB's expressions (RE2: no look-ahead, no back reference) cannot match."""
    if not isinstance(pattern, str) or (problem := pattern_problem(pattern)):
        reason = problem if isinstance(pattern, str) else "it is no text"
        raise GrowthError(f"{where}: {pattern!r} cannot be matched: {reason}.")


@cache
def pattern_problem(pattern: str) -> str:
    """What the engine has against a pattern; empty when it can be matched."""
    import duckdb

    with scratch() as connection:
        try:
            connection.execute("select regexp_full_match('', ?)", [pattern]).fetchall()
        except duckdb.Error as error:
            return str(error).splitlines()[0]
    return ""


@cache
def zones() -> frozenset[str]:
    """Names of time zones that the engine knows."""
    with scratch() as connection:
        rows = connection.execute("select name from pg_timezone_names()").fetchall()
    return frozenset(name for (name,) in rows)


def scratch() -> Any:
    """A database of our own to try patterns and queries in; it holds nothing and reaches nothing."""
    import duckdb

    return duckdb.connect(config={"enable_external_access": "false", "threads": "1"})


def reference_rules(prop: Mapping[str, Any], where: str) -> list[RowRule]:
    """A column's relationships: one rule; a value found in any of the targets keeps it. References only warn."""
    relations = prop.get("relationships", [])
    if not relations:
        return []
    rule_id, targets = "", []
    for i, relation in enumerate(relations):
        at = f"{where}.relationships[{i}]"
        said = custom_properties(relation, RELATION_PROPERTIES, at)
        rule_id = said.get("ruleId", rule_id)
        if said.get("onViolation", "warn") != "warn":
            raise GrowthError(
                f"{at}: onViolation: found {said['onViolation']!r}, expected 'warn': a parent may come later."
            )
        if relation.get("type", "foreignKey") != "foreignKey":
            raise GrowthError(f"{at}.type: found {relation['type']!r}, expected foreignKey.")
        to = relation.get("to")
        if not isinstance(to, str) or to.count(".") != 1 or "/" in to:
            raise GrowthError(f"{at}.to: found {to!r}, expected Object.Column.")
        target, column = to.split(".")
        targets.append((target, column))
    name = prop["name"]
    rule_id = rule_id or f"{snake_case(name)}_known"
    words = f"{name} names a row of {' or '.join(target for target, _ in targets)}."
    return [RowRule(rule_id, "reference", (name,), "warn", words, targets=tuple(targets))]
