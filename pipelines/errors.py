"""Errors meant for people: the one exception that the command line turns into a sentence and exit code 1."""

from collections.abc import Sequence


class GrowthError(Exception):
    """A problem in the data or the set-up that a person can mend.

    The message is one clear sentence: which file, line and column, what was found, what was expected, what to do.
    """


def listed(names: Sequence[str], most: int) -> str:
    """The first of the names for a sentence, and how many more there are."""
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
