"""Cells that a spreadsheet would take for a formula leave the house as text, and come back as they were.

What belongs here: which text that is, and the leading apostrophe that marks it (OWASP, "CSV Injection"). A text that
would read as so marked gets one more, so that taking one away always gives the text itself.
"""

import re

from pipelines.warehouse import quoted_text

FORMULA = re.compile(r"'*(?:[\t\r\n]|\s*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20])")
FORMULA_START = quoted_text(r"^'*(?:[\t\r\n]|[\s\x{00A0}\x{3000}]*[=+\-@\x{FF1D}\x{FF0B}\x{FF0D}\x{FF20}])")
"""At the start a tab or a line's end, or, after blanks, one of = + - @, in full width too: some programs read both."""


def guarded(text: str) -> str:
    """SQL for a text as a spreadsheet may see it."""
    return f"case when regexp_matches({text}, {FORMULA_START}) then '''' || {text} else {text} end"


def unguarded(text: str) -> str:
    """SQL for the text that `guarded` was given, also where a person has written the bare text over it."""
    is_marked = f"starts_with({text}, '''') and regexp_matches({text}, {FORMULA_START})"
    return f"case when {is_marked} then substr({text}, 2) else {text} end"


def guarded_text(text: str) -> str:
    """The same for a text at hand."""
    return f"'{text}" if FORMULA.match(text) else text
