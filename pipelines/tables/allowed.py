"""The allow-list of the SQL tables: what means the same on every engine, node by node of the parsed text.

Whatever is not named here is refused, with what to write instead where we know it. What does not belong here: headers,
lengths and spelling (`lint.py`). The list was found by running probes on two engines; a transpiler warns of little.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlglot import exp

from pipelines.tables.conditions import CONDITIONS, ONE_ROW

# Clauses, operators and functions that are the same on every engine however they are used.
PLAIN = frozenset(
    [
        # clauses and literals
        "Select", "From", "Where", "Group", "Rollup", "Having", "Qualify", "Order", "Ordered", "With", "CTE",
        "Table", "TableAlias", "Column", "Identifier", "Literal", "Boolean", "Null", "Alias", "Subquery", "Intersect",
        "Except", "Tuple", "Values", "Lambda", "Dot", "DataType", "DataTypeParam", "Var", "WindowSpec", "Filter",
        "Unnest", "Explode",
        # conditions and arithmetic
        "And", "Or", "Not", "Paren", "EQ", "NEQ", "GT", "GTE", "LT", "LTE", "Between", "In", "Is", "Like",
        "NullSafeEQ", "NullSafeNEQ", "Exists", "Case", "Coalesce", "Nullif", "Greatest", "Least", "Mul", "Neg",
        "Abs", "Ln", "Exp", "Sqrt", "Pow", "BitwiseRightShift",
        # text
        "DPipe", "Concat", "ConcatWs", "Lower", "Upper", "Trim", "Length", "Replace", "StartsWith", "Contains",
        "StrPosition", "SplitPart", "Split", "Pad", "MD5",
        # aggregates and windows
        "Count", "Median", "StddevSamp", "LogicalAnd", "LogicalOr", "RowNumber", "Rank", "DenseRank", "PercentRank",
        "CumeDist", "Ntile", "Lead", "Lag", "FirstValue", "LastValue",
        # structs and lists
        "Struct", "PropertyEQ", "ArraySort", "Transform", "ArrayFilter", "ArrayContains", "ArraySize",
        "ArrayToString",
    ]
)  # fmt: skip

INSTEAD = {
    "AnyValue": ONE_ROW,
    "First": ONE_ROW,
    "ArgMax": "ties and nulls differ; write max(struct_pack(at := ..., field := ...)).field",
    "ArgMin": "ties and nulls differ; write min(struct_pack(at := ..., field := ...)).field",
    "Avg": "a mean of fractions depends on the row order; write safe_div(sum(x), count(x))",
    "GroupConcat": "write array_to_string(list_sort(list(x)), ', ')",
    "WithinGroup": "write median(x)",
    "PercentileCont": "write median(x)",
    "PercentileDisc": "write median(x)",
    "Quantile": "write median(x)",
    "ApproxDistinct": "write count(distinct x)",
    "ApproxQuantile": "write median(x)",
    "Mode": "ties differ; count in a CTE and take the first by row_number()",
    "CountIf": "write count(*) filter (where ...)",
    "ArrayDistinct": "its order is not defined; write list_sort(list(distinct x))",
    "ArrayConcat": "a null list counts differently; write lists_joined(a, b)",
    "Bracket": "positions and slices differ; number the rows with row_number() and filter",
    "Slice": "number the rows with row_number() and filter",
    "ToMap": "write struct_pack(...)",
    "Map": "write struct_pack(...)",
    "JSONExtract": "read JSON at the border, in the contract's loader",
    "JSONExtractScalar": "read JSON at the border, in the contract's loader",
    "TimeToUnix": "write epoch_s(moment)",
    "DayOfWeek": "write iso_dow(moment)",
    "DayOfWeekIso": "write iso_dow(moment)",
    "Year": "write extract(year from x)",
    "Month": "write extract(month from x)",
    "Day": "write extract(day from x)",
    "Quarter": "write extract(quarter from x)",
    "DateAdd": "write add_days(moment, n), or x_on + n",
    "DateSub": "write add_days(moment, -n), or x_on - n",
    "StrToTime": "write try_cast(x as timestamp); other forms are read at the border, by contract",
    "TimeToStr": "write cast(x as varchar), or leave the form to the page that shows it",
    "AtTimeZone": "write local_date(moment, zone) or day_end_at(day, zone)",
    "RegexpLike": "write regexp_extract(x, '(pattern)', 1) <> '', or like",
    "ILike": "write lower(x) like '...'",
    "SimilarTo": "write like, or regexp_extract(x, '(pattern)', 1) <> ''",
    "Any": "write in (...), or list_contains(l, x)",
    "Log": "its base differs; write ln(x)",
    "Round": "write round_int(x); for a decimal place round_int(x * 10) / 10",
    "Limit": "write qualify row_number() over (order by ...) <= n",
    "Offset": "write qualify row_number() over (order by ...) > n",
    "TableSample": "write where stable_hash64(key) % n = 0",
    "Pivot": "write one max(x) filter (where ...) per column",
    "Lateral": "write a CTE and a join",
    "Columns": "name the columns",
    "PositionalColumn": "name the column",
    "Lock": "leave it out: the engine has one writer",
    "date_part": "write extract(year from x)",
    "epoch_us": "write epoch_s(moment)",
    "hash": "write stable_hash64(x)",
    "list_aggregate": "unnest the list and aggregate the rows",
    "list_extract": "number the rows with row_number() and filter",
    "DateBin": "write date_trunc('week', x)",
    "row": "write struct_pack(name := x)",
}

# Refused even where a file is for one engine alone: the same input must give the same output, from tables alone.
CLOCK = "the clock is data: (select as_of from config.as_of)"
NEVER = {
    "CurrentDate": CLOCK,
    "CurrentTimestamp": CLOCK,
    "CurrentTime": CLOCK,
    "CurrentDatetime": CLOCK,
    "now": CLOCK,
    "today": CLOCK,
    "get_current_timestamp": CLOCK,
    "transaction_timestamp": CLOCK,
    "Rand": "chance is data: stable_hash64(key)",
    "Uuid": "write stable_hash64(key)",
    "gen_random_uuid": "write stable_hash64(key)",
    "setseed": "write stable_hash64(key)",
    "Placeholder": "a setting is a config table, joined like any other",
    "Parameter": "a setting is a config table, joined like any other",
    "getvariable": "a setting is a config table, joined like any other",
    "getenv": "a setting is a config table, joined like any other",
    "ReadCSV": "files enter by a contract; read raw.<object>",
    "ReadParquet": "files enter by a contract; read raw.<object>",
    "read_csv_auto": "files enter by a contract; read raw.<object>",
    "read_json": "files enter by a contract; read raw.<object>",
    "read_json_auto": "files enter by a contract; read raw.<object>",
    "read_text": "files enter by a contract; read raw.<object>",
    "glob": "files enter by a contract; read raw.<object>",
}


@dataclass(frozen=True)
class Refusal:
    """A piece of a file that is not allowed, on which line, and what to write instead."""

    line: int
    found: str
    instead: str


def refusals(tree: exp.Expr, macros: frozenset[str], portable: bool = True) -> Iterator[Refusal]:
    """Everything in a tree that is not on the list; of a refused piece the parts are not judged again.

    macros: the prelude's functions. portable: False for a file that says `-- engine: duckdb`, where only what makes the
    output depend on the clock, on chance or on files is refused.
    """
    instead = judged(tree, macros) if portable else NEVER.get(kind(tree))
    if instead is not None:
        yield Refusal(line_of(tree), spelled(tree), instead)
        return
    for part in tree.iter_expressions():
        yield from refusals(part, macros, portable)


def judged(node: exp.Expr, macros: frozenset[str]) -> str | None:
    """What to write instead of a node, judged without its parts; None when it is allowed."""
    name = kind(node)
    if name in CONDITIONS:
        return CONDITIONS[name](node)
    if name in PLAIN or name in macros:
        return None
    return NEVER.get(name) or INSTEAD.get(name) or "it is not on the allow-list (pipelines/tables/allowed.py)"


def kind(node: exp.Expr) -> str:
    """What a node is called in the lists: its class, or the name of a function that the parser does not know."""
    return node.name.lower() if isinstance(node, exp.Anonymous) else type(node).__name__


def spelled(node: exp.Expr) -> str:
    """A piece of SQL, short enough for a message."""
    text = " ".join(node.sql(dialect="duckdb", normalize_functions="lower").split())
    return text if len(text) <= 60 else text[:57] + "..."


def line_of(node: exp.Expr) -> int:
    """The line of the first word inside a node that knows its place, else of the nearest piece around it."""
    around: exp.Expr | None = node
    while around is not None:
        for part in around.walk(bfs=False):
            if "line" in part.meta:
                return int(part.meta["line"])
        around = around.parent
    return 1
