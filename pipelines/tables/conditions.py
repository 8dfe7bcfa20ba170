"""The constructs of the allow-list that are the same on every engine only when used in one way: each with that way.

A condition takes a node and gives what to write instead, None when the use is allowed. What does not belong here: what
is allowed however it is used, and what never is (`allowed.py`).
"""

from collections.abc import Callable

from sqlglot import exp

from pipelines.tables.shapes import (
    casts_safely,
    is_date,
    is_literal_number,
    is_moment,
    is_order_known,
    makes_fractions,
    names_decimal,
)

TYPES = frozenset(["BOOLEAN", "INT", "BIGINT", "DOUBLE", "DECIMAL", "TEXT", "DATE", "TIMESTAMPNTZ"])
PARTS = frozenset(["YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR"])
ONE_ROW = "which row comes first is not defined; write min(x), or max(struct_pack(...)).field"
WHOLE = "what it returns differs; write cast(floor(x) as bigint), cast(ceil(x) as bigint) or round_int(x)"
TRUNCATED = f"truncate to one of {', '.join(sorted(PARTS)).lower()}"


def unless(holds: Callable[[exp.Expr], bool], instead: str) -> Callable[[exp.Expr], str | None]:
    """A condition of the list: allowed when it holds."""
    return lambda node: None if holds(node) else instead


def on_join(node: exp.Expr) -> str | None:
    method = node.text("method").upper()
    if method == "ASOF":
        return "join by equality and qualify row_number() over (partition by ... order by ...) = 1"
    if method:
        return "write join ... on ..."
    stated = node.args.get("on") or node.args.get("using") or node.args.get("kind")
    return None if stated or node.args.get("side") else "write cross join"


def on_add(node: exp.Expr) -> str | None:
    left, right = node.this, node.expression
    if not isinstance(right, exp.Interval) and not isinstance(left, exp.Interval):
        return None
    moment = left if isinstance(right, exp.Interval) else right
    return None if is_moment(moment) else "a date and an interval differ; write x_on + n, or add_days(moment, n)"


def on_divide(node: exp.Expr) -> str | None:
    if names_decimal(node.this):
        return "decimals divide differently; write safe_div(a, b)"
    return None if is_never_zero(node.expression) else "write a / nullif(b, 0), or safe_div(a, b)"


def is_never_zero(divisor: exp.Expr) -> bool:
    divisor = divisor.unnest()
    by_nullif = isinstance(divisor, exp.Nullif) and is_literal_number(divisor.expression, zero=True)
    return by_nullif or is_literal_number(divisor)


def on_cast(node: exp.Expr) -> str | None:
    kinds = {part.this.name for part in node.args["to"].find_all(exp.DataType)}
    if not kinds <= TYPES:
        return "cast to boolean, integer, bigint, double, decimal, varchar, date or timestamp (without zone)"
    if isinstance(node, exp.TryCast):
        return None if kinds <= {"DOUBLE", "DATE", "TIMESTAMPNTZ"} else "try_cast to double, date or timestamp only"
    whole = kinds & {"INT", "BIGINT"}
    return "a cast from a fraction rounds differently; write round_int(x)" if whole and not casts_safely(node) else None


def on_sum(node: exp.Expr) -> str | None:
    return (
        "a sum of fractions depends on the row order; write sum(cast(x as decimal(18, 6)))"
        if makes_fractions(node.this)
        else None
    )


def on_list(node: exp.Expr) -> str | None:
    if node.find(exp.Order):
        return "write list_sort(list(struct_pack(order, x))): inside an aggregate the order differs"
    holder = node.parent.parent if isinstance(node.parent, exp.Filter) else node.parent
    return None if isinstance(holder, exp.ArraySort) else "rows come in any order; write list_sort(list(x))"


def on_window(node: exp.Expr) -> str | None:
    return None if is_order_known(node) else "which row is first is not defined; add order by"


def on_distinct(node: exp.Expr) -> str | None:
    select = node.parent
    loose = node.args.get("on") and isinstance(select, exp.Select) and not select.args.get("order")
    return "which row stays is not defined; add order by" if loose else None


def in_interval_parts(node: exp.Expr) -> bool:
    return node.text("unit").upper().removesuffix("S") in PARTS | {"MINUTE", "SECOND"}


def in_parts(node: exp.Expr) -> bool:
    return node.text("unit").upper() in PARTS


CONDITIONS: dict[str, Callable[[exp.Expr], str | None]] = {
    "Join": on_join,
    "Array": lambda node: (
        "write list_transform(l, lambda x: ...)" if node.find(exp.Comprehension) else "unnest a CTE of values (...)"
    ),
    "Star": unless(lambda node: not node.args.get("replace") and not node.args.get("rename"), "name the columns"),
    "Union": unless(lambda node: not node.args.get("by_name"), "write union all with the columns in order"),
    "If": unless(lambda node: isinstance(node.parent, exp.Case), "write case when ... then ... else ... end"),
    "Interval": unless(
        lambda node: is_literal_number(node.this) and in_interval_parts(node), "write add_days(moment, n)"
    ),
    "Add": on_add,
    "Sub": on_add,
    "Div": on_divide,
    "IntDiv": unless(lambda node: is_never_zero(node.expression), "a divisor of 0 is an error; write nullif(b, 0)"),
    "Mod": unless(lambda node: is_never_zero(node.expression), "a divisor of 0 is an error; write nullif(b, 0)"),
    "Cast": on_cast,
    "TryCast": on_cast,
    "Sum": on_sum,
    "Max": unless(lambda node: not node.args.get("count"), "write max(struct_pack(...)) or number the rows"),
    "Min": unless(lambda node: not node.args.get("count"), "write min(struct_pack(...)) or number the rows"),
    "ArrayAgg": on_list,
    "Window": on_window,
    "IgnoreNulls": unless(
        lambda node: isinstance(node.parent, exp.Window) and not isinstance(node.this, exp.AnyValue),
        ONE_ROW,
    ),
    "Distinct": on_distinct,
    "Floor": unless(lambda node: isinstance(node.parent, exp.Cast), WHOLE),
    "Ceil": unless(lambda node: isinstance(node.parent, exp.Cast), WHOLE),
    "TimestampTrunc": unless(in_parts, TRUNCATED),
    "DateTrunc": unless(in_parts, TRUNCATED),
    "Extract": unless(lambda node: node.name.upper() in PARTS - {"WEEK"}, "write iso_dow(x) or epoch_s(x)"),
    "DateDiff": unless(
        lambda node: node.text("unit").upper() == "DAY" and is_date(node.this) and is_date(node.expression),
        "write days_between(a, b), months_between_cal(a, b), or date_diff('day', a, b) of x_on or cast(x as date)",
    ),
    "GenerateSeries": unless(lambda node: isinstance(node.parent, exp.Unnest | exp.Explode), "unnest it"),
    "RegexpExtract": unless(
        lambda node: node.text("group") == "1", "write regexp_extract(x, '(pattern)', 1): without a group it differs"
    ),
    "RegexpReplace": unless(lambda node: node.text("modifiers") == "g", "write regexp_replace(x, p, r, 'g')"),
    "Substring": unless(lambda node: is_literal_number(node.args["start"]), "start at 1 or more"),
    "Left": unless(lambda node: is_literal_number(node.expression), "take a number of letters above 0"),
    "Right": unless(lambda node: is_literal_number(node.expression), "take a number of letters above 0"),
}
