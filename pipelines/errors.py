"""Errors meant for people: the one exception that the command line turns into a sentence and exit code 1."""


class GrowthError(Exception):
    """A problem in the data or the set-up that a person can mend.

    The message is one clear sentence: which file, line and column, what was found, what was expected, what to do.
    """
