"""When a file was extracted: said by its path, else by the newest moment in it. Never by the clock of the run.

The order in which files arrive says nothing: what is decided by extract time is the same whenever they are loaded.
"""

import re
from datetime import date, datetime, time

YEAR, MONTH, DAY = r"(?P<year>(?:19|20)\d\d)", r"(?P<month>0[1-9]|1[0-2])", r"(?P<day>0[1-9]|[12]\d|3[01])"
DATE = rf"{YEAR}(?P<mark>[-_./]?){MONTH}(?P=mark){DAY}"
HOUR, MINUTE, SECOND = r"(?P<hour>[01]\d|2[0-3])", r"(?P<minute>[0-5]\d)", r"(?P<second>[0-5]\d)"
END = r"Z?(?![0-9A-Za-z])"
# A date that letters or digits follow is part of a hash. Behind a blank or a line only a whole time counts: `_12` and
# `_0001` are the numbers of parts.
FORMS = (
    rf"{DATE}[Tt]{HOUR}(?:[:_.-]?{MINUTE}(?:[:_.-]?{SECOND})?)?{END}",
    rf"{DATE}[ _-]{HOUR}(?P<colon>[:_.-]?){MINUTE}(?P=colon){SECOND}{END}",
    rf"{YEAR}{MONTH}{DAY}{HOUR}{MINUTE}(?:{SECOND})?{END}",
    rf"year={YEAR}/month=0?(?P<month>\d\d?)/day=0?(?P<day>\d\d?)(?:/hour=0?(?P<hour>\d\d?))?{END}",
    rf"{DATE}{END}",
)
MOMENTS = tuple(re.compile(rf"(?<!\d){form}") for form in FORMS)


AT_END = tuple(re.compile(rf"[ _.-]?(?<!\d){form}$") for form in FORMS)


def without_moment(stem: str) -> str:
    """A file's base name without the date and time at its end: `Account_20261121T0300` is of `Account`."""
    for form in AT_END:
        if (shorter := form.sub("", stem)) != stem:
            return shorter or stem
    return stem


def path_moment(path: str) -> datetime | None:
    """The last date in a path, with the time that follows it where one does (naive UTC, else 00:00); None without one.

    Read are `2026-11-21/Account.csv`, `Account_20261121T0300.csv`, `2026-11-21_03-00-00/Account.csv` and
    `year=2026/month=11/day=21/Account.csv`.
    """
    found = [(match.start(), -rank, match) for rank, form in enumerate(MOMENTS) for match in form.finditer(path)]
    for _, _, match in sorted(found, key=lambda one: one[:2], reverse=True):
        parts = match.groupdict()
        try:
            day = date(int(parts["year"]), int(parts["month"]), int(parts["day"]))
            hour, minute, second = (int(parts.get(name) or 0) for name in ("hour", "minute", "second"))
            return datetime.combine(day, time(hour, minute, second))
        except ValueError:  # the 31st of April is a number like any other
            continue
    return None
