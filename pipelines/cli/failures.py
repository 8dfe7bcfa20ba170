"""What a failed command says when the machine, not the engine, is at fault: a full disk, Ctrl-C.

What does not belong here: problems in the data or the set-up, which raise `GrowthError` where they are found.
"""

import errno
import sqlite3
import sys
from collections.abc import Iterator

from pipelines.home import Home

STAY = "the published lists stay as they were"
FULL_SQLITE = ("disk I/O error", "database or disk is full")
DAGSTER_INTERRUPTED = "DagsterExecutionInterruptedError"  # by name: nothing light may load Dagster
FULL_DUCKDB = ("No space left on device", "File too large", "Disk quota exceeded")


def failure(error: BaseException, home: Home | None) -> tuple[str, int] | None:
    """The sentence and the exit code for an error or one that it hides; None when it is of another kind."""
    for one in chain(error):
        if is_full_disk(one):
            place = f"the disk that holds {home.root}" if home else "the disk"
            return f"No space left on {place}; free some and run the command again, {STAY}.", 1
        if isinstance(one, KeyboardInterrupt) or type(one).__name__ == DAGSTER_INTERRUPTED:
            return f"Interrupted; {STAY}.", 130
    return None


def chain(error: BaseException) -> Iterator[BaseException]:
    """An error and all that it came from."""
    waiting, seen = [error], set[int]()
    while waiting:
        one = waiting.pop()
        if id(one) not in seen:
            seen.add(id(one))
            yield one
            waiting += [parent for parent in (one.__context__, one.__cause__) if parent]


def is_full_disk(error: BaseException) -> bool:
    """Whether an error says that nothing more can be written, in the words of the system, DuckDB or sqlite."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return True
    if isinstance(error, sqlite3.OperationalError):
        return any(words in str(error) for words in FULL_SQLITE)
    duckdb = sys.modules.get("duckdb")  # an error of a library that nobody loaded cannot be here
    return duckdb is not None and isinstance(error, duckdb.Error) and any(words in str(error) for words in FULL_DUCKDB)
