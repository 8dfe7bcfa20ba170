"""Numbers of JSON text that no double holds exactly: written as strings, they come through a JSON parser unrounded.

What does not belong here: what is a number in a cell (`pipelines/intake/rules/cells.py`).
"""

import re

MANY_DIGITS = re.compile(rb"[0-9][0-9.]{15}")
"""As many digits as a double may round; few texts hold that many, and the others are not looked at closer."""
STRING_OR_NUMBER = re.compile(
    rb'"(?:[^"\\]++|\\.)*+"?'
    rb"|(?<=[:,\[\s])(-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?)(?=[\s,\]}])",
    re.DOTALL,
)
"""What is no number as JSON has it (`1.2.3`, a key, a lone line) stays as it is, and is refused as it is."""


def exact_numbers(element: bytes) -> bytes:
    """The JSON text with numbers of 16 and more characters in quotes."""
    return STRING_OR_NUMBER.sub(quoted, element) if MANY_DIGITS.search(element) else element


def quoted(found: re.Match[bytes]) -> bytes:
    number = found[1]
    return b'"' + number + b'"' if number and MANY_DIGITS.search(number) else found[0]
