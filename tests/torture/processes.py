"""Processes to be killed: forked from one that has only imported the engine, each in a session of its own."""

import ctypes
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

DIE_WITH_PARENT = 1
"""PR_SET_PDEATHSIG of prctl(2)."""


def child(work: Callable[[], Any], result: Path) -> int:
    """Start `work` in a process of its own; what it returns is written to `result` as JSON, its error too."""
    result.unlink(missing_ok=True)
    pid = os.fork()
    if pid == 0:
        live(work, result)
    return pid


def live(work: Callable[[], Any], result: Path) -> NoReturn:
    """The life of a child."""
    os.setsid()
    ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGKILL)
    code, found = 0, None
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())
        os.dup2(nowhere.fileno(), sys.stderr.fileno())
    try:
        found = work()
    except BaseException:  # noqa: BLE001 - whatever ends a run is what the parent wants to know
        code, found = 1, {"error": traceback.format_exc()[-1500:]}
    result.write_text(json.dumps(found), encoding="utf-8")
    os._exit(code)


def ended(pid: int, result: Path) -> Any:
    """What a child returned, once it has ended."""
    os.waitpid(pid, 0)
    return json.loads(result.read_text(encoding="utf-8"))


def outcome(work: Callable[[], Any], folder: Path) -> Any:
    """What `work` returns in a process of its own."""
    result = folder / "result.json"
    return ended(child(work, result), result)
