"""Row rules as DuckDB predicates: SQL that is true where the rule is broken, and false (never null) elsewhere."""

from itertools import pairwise
from typing import Any

from pipelines.contracts.contract import RowRule
from pipelines.warehouse import quoted_name, quoted_text


def violation(rule: RowRule, prefix: str = "") -> str:
    """True where `rule` is broken, over columns of the rule's own names (each after `prefix`, such as `j.`).

    Type and reference rules are not predicates over a typed row: cells are typed by `pipelines.intake.cells`,
    references resolved by `pipelines.intake.references` once every file is in. A blank keeps every rule but `required`.
    """
    names = [prefix + quoted_name(name) for name in rule.columns]
    match rule.kind:
        case "required":
            return f"{names[0]} is null"
        case "allowed":
            values = ", ".join(literal(value) for value in rule.allowed)
            broken = f"{names[0]} not in ({values})"
        case "pattern":
            broken = f"not regexp_full_match({names[0]}, {quoted_text(rule.pattern)})"
        case "range":
            broken = outside(names[0], rule)
        case "length":
            broken = outside(f"length({names[0]})", rule)
        case "order":
            pairs = pairwise(names)
            # a date is compared with a time by its day, else every close on the day of creation would look too early
            broken = " or ".join(f"{earlier}::date > {later}::date" for earlier, later in pairs)
        case _:
            raise ValueError(f"{rule.kind} rules have no predicate over one row")
    return f"coalesce({broken}, false)"


def outside(expression: str, rule: RowRule) -> str:
    """The expression lies outside the rule's bounds, which themselves are inside."""
    bounds = []
    if rule.minimum is not None:
        bounds.append(f"{expression} < {literal(rule.minimum)}")
    if rule.maximum is not None:
        bounds.append(f"{expression} > {literal(rule.maximum)}")
    return " or ".join(bounds)


def literal(value: Any) -> str:
    """A contract's value as SQL."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    return quoted_text(str(value))
