"""What can be told of a piece of SQL from its words alone: is it a date, a moment, a fraction, a whole number.

Types are not known before the database binds a text, so the house's suffixes speak: `_on` a date, `_at` a moment,
`amount` a decimal. What does not belong here: what is allowed (`allowed.py`).
"""

from sqlglot import exp

# These pass the type of their parts on.
CARRIERS = (
    exp.Max, exp.Min, exp.Coalesce, exp.Greatest, exp.Least, exp.Nullif, exp.Paren, exp.Window, exp.Filter, exp.Lag,
    exp.Lead, exp.FirstValue, exp.LastValue, exp.IgnoreNulls,
)  # fmt: skip
FRACTIONS = (exp.Div, exp.Pow, exp.Sqrt, exp.Exp, exp.Ln, exp.Median, exp.StddevSamp, exp.PercentRank, exp.CumeDist)
FRACTION_MACROS = frozenset({"days_between", "safe_div", "half_life"})
UNORDERED = (
    exp.Filter,
    exp.Sum,
    exp.Count,
    exp.Min,
    exp.Max,
    exp.Median,
    exp.StddevSamp,
    exp.LogicalAnd,
    exp.LogicalOr,
)


def is_literal_number(node: exp.Expr | None, zero: bool = False) -> bool:
    """A number in the text: 0 when zero is asked for, otherwise above 0."""
    if not isinstance(node, exp.Literal):
        return False
    try:
        number = float(node.name)
    except ValueError:
        return False
    return number == 0 if zero else number > 0


def cast_to(node: exp.Expr, *kinds: str) -> bool:
    """A cast (a date or timestamp literal is one) to one of the kinds."""
    return isinstance(node, exp.Cast) and node.to.this.name in kinds


def is_date(node: exp.Expr) -> bool:
    """A date by its suffix `_on`, its cast, or the function that made it."""
    if isinstance(node, CARRIERS):
        return is_date(node.this)
    if isinstance(node, exp.Add | exp.Sub):
        return is_date(node.this) and not isinstance(node.expression, exp.Interval)
    if isinstance(node, exp.Anonymous):
        return node.name.lower() == "local_date"
    return cast_to(node, "DATE") or (isinstance(node, exp.Column | exp.Dot) and node.name.lower().endswith("_on"))


def is_moment(node: exp.Expr) -> bool:
    """A timestamp by its suffix `_at`, by the name `as_of`, its cast, or the function that made it."""
    if isinstance(node, CARRIERS):
        return is_moment(node.this)
    if isinstance(node, exp.Anonymous):
        return node.name.lower() in {"add_days", "day_end_at"}
    named = isinstance(node, exp.Column | exp.Dot) and node.name.lower().endswith(("_at", "as_of"))
    return named or cast_to(node, "TIMESTAMPNTZ") or isinstance(node, exp.TimestampTrunc)


def names_decimal(node: exp.Expr) -> bool:
    """A decimal stands in it: a cast to one, or a column with `amount` in its name."""
    if any(cast_to(part, "DECIMAL") for part in node.find_all(exp.Cast)):
        return not cast_to(node, "DOUBLE")
    return any("amount" in column.name.lower() for column in node.find_all(exp.Column)) and not cast_to(node, "DOUBLE")


def makes_fractions(node: exp.Expr) -> bool:
    """Its value is a double for sure: a division, a root, a named function that gives fractions."""
    if isinstance(node, exp.Cast):
        return cast_to(node, "DOUBLE")
    if isinstance(node, exp.Anonymous):
        return node.name.lower() in FRACTION_MACROS
    if isinstance(node, FRACTIONS):
        return True
    if isinstance(node, exp.Condition | exp.Case | exp.If) and not isinstance(node, exp.Predicate | exp.Subquery):
        return any(makes_fractions(part) for part in values_of(node))
    return False


def values_of(node: exp.Expr) -> list[exp.Expr]:
    """The parts of a node that its value is made of: of a case the results, not the conditions."""
    if isinstance(node, exp.Case):
        return [branch.args["true"] for branch in node.args["ifs"]] + [
            part for part in [node.args.get("default")] if part
        ]
    if isinstance(node, exp.Window | exp.Filter):
        return [node.this]
    return list(node.iter_expressions())


def casts_safely(node: exp.Expr) -> bool:
    """A cast to a whole number of what is whole already; floor and ceil say how they get there."""
    return isinstance(node.this, exp.Floor | exp.Ceil) or not makes_fractions(node.this)


def is_order_known(node: exp.Expr) -> bool:
    """A window states its order, or uses a named window that does, or its function needs none."""
    defines_name = node.arg_key == "windows"
    if defines_name or node.args.get("order") or isinstance(node.this.unnest(), UNORDERED):
        return True
    select = node.find_ancestor(exp.Select)
    named = (select.args.get("windows") or []) if select else []
    return any(window.name == node.alias and window.args.get("order") for window in named)
