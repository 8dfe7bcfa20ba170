"""`python -m pipelines.tables.lint`: whether every SQL file keeps the house style, each complaint with file and line.

What does not belong here: which constructs are allowed (`allowed.py`), and what makes a file unreadable (`files.py`).
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import sqlglot
from sqlglot import exp
from sqlglot.tokenizer_core import TokenType

from pipelines.errors import GrowthError
from pipelines.home import PROJECT_ROOT
from pipelines.tables.allowed import line_of, refusals, spelled
from pipelines.tables.files import header_lines, parse_select, read_table
from pipelines.warehouse import DATABASE_OF

LONGEST = 120
MACRO = re.compile(r"create or replace temp macro (\w+)\(")
WORDS_IN_CAPITALS = re.compile(r"[A-Z][A-Z_]+")


def lint(sql_root: Path) -> list[str]:
    """Every complaint about the files below the root, as `file:line: what was found; what to write instead`."""
    prelude = sql_root / "prelude.sql"
    prelude_text = prelude.read_text(encoding="utf-8") if prelude.exists() else ""
    macros = frozenset(MACRO.findall(prelude_text))
    files = sorted(sql_root.glob("*/*.sql"))
    complaints = [complaint for path in files for complaint in lint_file(path, macros)]
    texts = [path.read_text(encoding="utf-8") for path in files]
    for number, line in enumerate(prelude_text.splitlines(), start=1):
        macro = MACRO.match(line)
        if macro and not is_called(macro[1], texts, prelude_text):
            complaints.append(f"{prelude}:{number}: no table calls {macro[1]}; remove it, and its rows in the test")
    return complaints


def is_called(macro: str, texts: list[str], prelude_text: str) -> bool:
    """Some table calls it, or another function of the prelude does."""
    call = re.compile(rf"\b{macro}\(")
    return any(call.search(text) for text in texts) or len(call.findall(prelude_text)) > 1


def lint_file(path: Path, macros: frozenset[str]) -> Iterator[str]:
    """The complaints about one file; about one that cannot be read only why."""
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    if len(lines) > LONGEST:
        yield f"{path}:{LONGEST + 1}: {len(lines)} lines; at most {LONGEST}, so split the file into two tables"
    for number, line in enumerate(lines, start=1):
        if re.search(r"\{\{|\{%", line):
            yield f"{path}:{number}: a template; a file is plain SQL, and what varies is a config table"
            return
    try:
        table = read_table(path)
    except GrowthError as error:
        yield str(error)
        return
    for number, line in enumerate(header_lines(text), start=1):
        if line.startswith("-- engine:") and not table.engine_reason:
            yield f"{path}:{number}: `{line}`; write `-- engine: duckdb, because ...` on line 3"
    tree = parse_select(path, text)
    for refusal in refusals(tree, macros, portable=table.engine_reason is None):
        yield f"{path}:{refusal.line}: `{refusal.found}`: {refusal.instead}"
    for line_number, complaint in [*unqualified_names(tree), *words_in_capitals(text)]:
        yield f"{path}:{line_number}: {complaint}"


def unqualified_names(tree: exp.Query) -> Iterator[tuple[int, str]]:
    """Names of tables that are neither `schema.table` nor a common table expression of the file."""
    known = {cte.alias for cte in tree.find_all(exp.CTE)}
    for table in tree.find_all(exp.Table):
        if table.catalog:
            yield (
                line_of(table),
                f"`{spelled(table)}`: write schema.table; which file holds it is not the query's concern",
            )
        elif isinstance(table.this, exp.Identifier) and not table.db and table.name not in known:
            schemas = ", ".join(sorted(DATABASE_OF))
            yield line_of(table), f"`{table.name}`: no CTE of this file; write schema.table (schemas: {schemas})"


def words_in_capitals(text: str) -> Iterator[tuple[int, str]]:
    """Keywords and functions that are not in lower case; names of columns are the export's own business."""
    tokens = sqlglot.tokenize(text, dialect="duckdb")
    for token, following in zip(tokens, [*tokens[1:], None], strict=True):
        is_call = following is not None and following.token_type == TokenType.L_PAREN
        is_keyword = token.token_type not in {TokenType.VAR, TokenType.STRING, TokenType.IDENTIFIER}
        if (is_keyword or is_call) and WORDS_IN_CAPITALS.fullmatch(token.text):
            yield token.line, f"`{token.text}`: keywords and functions in lower case"


def main() -> int:
    """Print the complaints; 1 when there is one."""
    complaints = lint(PROJECT_ROOT / "sql")
    for complaint in complaints:
        sys.stdout.write(complaint.replace(f"{PROJECT_ROOT}/", "") + "\n")
    return 1 if complaints else 0


if __name__ == "__main__":
    raise SystemExit(main())
