"""One writer per home: an advisory lock that the kernel frees when its holder dies.

What does not belong here: what a writer does with it. The file names its holder, so that a second process can say for
whom it waits, and so that a run whose process was killed is known by the note it left behind.
"""

import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from pipelines.errors import GrowthError

POLL_SECONDS = 0.2


@dataclass(frozen=True)
class Holder:
    """Who holds the lock, as its file says; `abandoned`: runs that died before and that nobody has closed yet."""

    pid: int
    run_id: str
    abandoned: tuple[str, ...] = ()


@dataclass
class WriterLock:
    """The lock, held. `abandoned`: the runs whose processes died while they held it; the file remembers them until
    whoever closes them takes them off the list, however many holders come, leave or die before."""

    abandoned: list[str]


HELD: dict[Path, WriterLock] = {}


@contextmanager
def writer_lock(
    path: Path,
    run_id: str,
    wait: float | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Iterator[WriterLock]:
    """Hold the lock for the block; entering again in the same process is free.

    Another process is waited for, for ever or for `wait` seconds, and named through `say` once.
    Raises GrowthError when the time is over or the file cannot be made.
    """
    resolved = path.absolute()
    if resolved in HELD:
        yield HELD[resolved]
        return
    descriptor = opened(resolved)
    try:
        acquire(descriptor, resolved, wait, say)
        previous = read_holder(resolved)
        died = [*previous.abandoned, previous.run_id] if previous else []
        HELD[resolved] = WriterLock(abandoned=list(dict.fromkeys(one for one in died if one)))
        write_note(descriptor, Holder(os.getpid(), run_id, tuple(HELD[resolved].abandoned)))
        yield HELD[resolved]
    finally:
        lock = HELD.pop(resolved, None)
        if lock:
            write_note(descriptor, Holder(0, "", tuple(lock.abandoned)) if lock.abandoned else None)
        os.close(descriptor)


def opened(path: Path) -> int:
    """The lock file's descriptor; closing it frees the lock. A child process does not inherit it."""
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise GrowthError(f"The lock {path} cannot be made ({error.strerror}); check the home folder.") from error


def acquire(descriptor: int, path: Path, wait: float | None, say: Callable[[str], None]) -> None:
    """Take the kernel's lock, waiting for its holder as long as allowed."""
    deadline = None if wait is None else time.monotonic() + wait
    has_said = False
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = read_holder(path)
            name = f"process {holder.pid}" if holder else "another process"
            if deadline is not None and time.monotonic() >= deadline:
                raise GrowthError(
                    f"{path.parent} is being written by {name}; wait until it ends, or give --wait more seconds."
                ) from None
            if not has_said:
                say(f"waiting for {name}, which is writing {path.parent}")
                has_said = True
            time.sleep(POLL_SECONDS)
        else:
            return


def read_holder(path: Path) -> Holder | None:
    """What the file says of its holder; None when it is empty or half written."""
    try:
        note = json.loads(path.read_text(encoding="utf-8").split("\n")[0])
        return Holder(int(note["pid"]), str(note["run_id"]), tuple(map(str, note.get("abandoned", ()))))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def current_writer(path: Path) -> Holder | None:
    """The process that holds the lock now, or None; takes nothing and waits for nobody (pid 0: it left no name)."""
    if not path.exists():
        return None
    descriptor = opened(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return read_holder(path) or Holder(pid=0, run_id="")
    else:
        return None
    finally:
        os.close(descriptor)


def write_note(descriptor: int, note: Holder | None) -> None:
    """Replace what the file says: a line written at once, then what is left of a longer one cut off, so that a kill in
    between loses no name."""
    line = f"{json.dumps(asdict(note))}\n".encode() if note else b""
    os.pwrite(descriptor, line, 0)
    os.ftruncate(descriptor, len(line))
