"""What a spreadsheet does to a cell that nobody touched: numbers, dates and truth values in another writing.

What belongs here: telling such a rewriting from a change that somebody made. What becomes of either is for `mending`.
"""

import re
from datetime import datetime

CELL_CHARACTERS = 32_767
"""A spreadsheet cuts longer cells off (Microsoft, "Excel specifications and limits")."""
SCIENTIFIC = re.compile(r"[+-]?\d(?:[.,]\d+)?[eE][+-]?\d+")
NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?")
WRITTEN_DATE = re.compile(r"\d{1,4}([-./ ])\d{1,2}\1\d{1,4}(?:[ T]\d{1,2}:\d{2}.*)?")
MONTH_DATE = re.compile(r"(?:\d{1,2}[-. ]{1,2}[^\W\d]{3,9}\.?|[^\W\d]{3,9}\.?[- ]\d{2,4})(?:[- ]\d{2,4})?")
LIKE_DATE = re.compile(r"\d{1,2}[-/.]\d{1,4}(?:[-/.]\d{2,4})?|[A-Za-z]{3,9}[- .]?\d{1,4}|\d{1,2}[- .]?[A-Za-z]{3,9}")
DATE_FORMS = (
    "%Y-%m-%d",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d.%m.%Y",
    "%d-%m-%Y",
    "%Y/%m/%d",
    "%d/%m/%y",
    "%m/%d/%y",
    "%d.%m.%y",
)
TIME_FORMS = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")


def is_rewritten(before: str, after: str) -> bool:
    """Whether a cell says the same as before in a writing that a spreadsheet chose, or all that it kept of it."""
    if not before or not after:
        return False
    if before.strip().casefold() == after.strip().casefold() or lines(before) == lines(after):
        return True
    if len(before) > CELL_CHARACTERS and len(after) >= CELL_CHARACTERS - 1 and before.startswith(after):
        return True
    return same_number(before.strip(), after.strip()) or same_date(before.strip(), after.strip())


def lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def same_number(before: str, after: str) -> bool:
    """`007` as 7, `1.50` as 1.5 or 1,5, a long number with its 15 digits or in scientific writing."""
    if not (NUMBER.fullmatch(before) or SCIENTIFIC.fullmatch(before)):
        return False
    is_short = SCIENTIFIC.fullmatch(after) is not None
    if not (is_short or NUMBER.fullmatch(after)):
        return False
    old, new = (float(text.replace(",", ".")) for text in (before, after))
    return abs(old - new) <= abs(old) * (1e-4 if is_short else 1e-14)


def same_date(before: str, after: str) -> bool:
    """The same day (and minute, where both tell one) in another form; `1-2`, `MAR1` as a date of any form."""
    if LIKE_DATE.fullmatch(before) and not is_iso(before):
        return bool(WRITTEN_DATE.fullmatch(after) or MONTH_DATE.fullmatch(after))
    if not is_iso(before):
        return False
    moment = datetime.fromisoformat(before).replace(tzinfo=None)
    for form in (date + time for date in DATE_FORMS for time in TIME_FORMS):
        try:
            found = datetime.strptime(after, form)  # noqa: DTZ007 a sheet knows no zones
        except ValueError:
            continue
        if found.date() == moment.date() and (found.hour, found.minute) in ((0, 0), (moment.hour, moment.minute)):
            return True
    return False


def is_iso(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return len(text) >= len("2024-01-31") and "-" in text
