"""Row rules as DuckDB predicates: SQL that is true where the rule is broken, and false (never null) elsewhere."""

from itertools import pairwise
from typing import Any

from pipelines.contracts.contract import RowRule
from pipelines.warehouse import quoted_name, quoted_text


def violation(rule: RowRule, prefix: str = "") -> str:
    """True where `rule` is broken, over columns of the rule's own names (each after `prefix`, such as `j.`).

    Type and reference rules are not predicates over a typed row: cells are typed by `pipelines.intake.rules.cells`,
    references resolved by `pipelines.intake.rules.references` once every file is in. A blank keeps every rule but
    `required` and `missing`.
    """
    names = [prefix + quoted_name(name) for name in rule.columns]
    match rule.kind:
        case "required":
            return f"{names[0]} is null"
        case "missing":
            return missing(names[0], rule.allowed)
        case "allowed":
            values = ", ".join(literal(value) for value in rule.allowed)
            broken = f"{names[0]} not in ({values})"
        case "pattern":
            broken = f"not regexp_full_match({names[0]}, {quoted_text(rule.pattern)})"
        case "range":
            broken = outside(names[0], rule)
        case "length":
            broken = outside(f"length({names[0]})", rule)
        case "multiple":
            broken = no_multiple(names[0], rule.step or 1)
        case "items":
            twins = f"len(list_distinct({names[0]})) < len(list_filter({names[0]}, lambda x: x is not null))"
            broken = " or ".join(filter(None, [outside(f"len({names[0]})", rule), twins if rule.distinct else ""]))
        case "order":
            pairs = pairwise(names)
            # a date is compared with a time by its day, else every close on the day of creation would look too early
            broken = " or ".join(f"{earlier}::date > {later}::date" for earlier, later in pairs)
        case _:
            raise ValueError(f"{rule.kind} rules have no predicate over one row")
    return f"coalesce({broken}, false)"


def missing(name: str, values: tuple[Any, ...]) -> str:
    """The cell holds one of the values that count as none."""
    told = [literal(str(value)) for value in values if value is not None]
    parts = [f"{name} is null"] if None in values else []
    parts += [f"coalesce({name}::varchar in ({', '.join(told)}), false)"] if told else []
    return f"({' or '.join(parts)})"


def no_multiple(name: str, step: float) -> str:
    """The value is no multiple of the step: exactly, where step and value have at most nine decimals."""
    if float(step) * 1e9 % 1 == 0:
        return f"try_cast({name} as decimal(38, 9)) % {step:.9f}::decimal(38, 9) <> 0"
    steps = f"{name}::double / {step!r}"
    return f"abs({steps} - round({steps})) > 1e-9 * greatest(1, abs({steps}))"


def outside(expression: str, rule: RowRule) -> str:
    """The expression lies outside the rule's bounds: `minimum` and `maximum` are inside, `above` and `below` not."""
    bounds = (("<", rule.minimum), (">", rule.maximum), ("<=", rule.above), (">=", rule.below))
    return " or ".join(f"{expression} {sign} {literal(bound)}" for sign, bound in bounds if bound is not None)


def literal(value: Any) -> str:
    """A contract's value as SQL."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    return quoted_text(str(value))
