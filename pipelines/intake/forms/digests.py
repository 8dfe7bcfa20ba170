"""Content hashes of extract files, remembered from run to run: an unchanged file is not read again to know that.

What does not belong here: what a hash means (`known.py`). A file is taken for unchanged while its place on the disk,
size and times are the ones it had; the kernel's own time of change cannot be set back. A file that changed in the very
seconds before it was hashed is not remembered, since it could change again within one tick of the clock.
"""

import json
import os
import time
from pathlib import Path

from pipelines.intake.forms.files import regular_files, sha256_of

YOUNG_NS = 5_000_000_000
"""Younger files are hashed anew: clocks of file systems tick up to every 2 seconds."""


def folder_hashes(folder: Path, store: Path) -> dict[str, str]:
    """sha256 of every file in the folder by its name relative to it, with what `store` remembers and is to remember."""
    digests = Digests(store)
    hashes = {name: digests.of(path) for name, path in regular_files(folder)}
    digests.keep()
    return hashes


class Digests:
    """Hashes by path, kept in one JSON file; a file that cannot be read as such is begun anew."""

    def __init__(self, store: Path) -> None:
        self.store = store
        self.entries: dict[str, list[int | str]] = read_entries(store)
        self.is_changed = False

    def of(self, path: Path) -> str:
        """sha256 of the file's content. Raises GrowthError when it cannot be read."""
        name = str(path.absolute())
        mark = mark_of(path.stat())
        known = self.entries.get(name)
        if known and known[:-1] == mark:
            return str(known[-1])
        digest = sha256_of(path)
        after = path.stat()
        if mark_of(after) == mark and time.time_ns() - max(after.st_mtime_ns, after.st_ctime_ns) > YOUNG_NS:
            self.entries[name] = [*mark, digest]
            self.is_changed = True
        return digest

    def keep(self) -> None:
        """Write what is new, in one step; files that are gone are forgotten."""
        if self.is_changed:
            kept = {name: entry for name, entry in self.entries.items() if Path(name).exists()}
            new = self.store.with_name(f"{self.store.name}.new")
            new.write_text(json.dumps(kept), encoding="utf-8")
            new.replace(self.store)
            self.is_changed = False


def read_entries(store: Path) -> dict[str, list[int | str]]:
    try:
        entries = json.loads(store.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    is_ours = isinstance(entries, dict) and all(
        isinstance(entry, list) and len(entry) == 6 for entry in entries.values()
    )
    return entries if is_ours else {}


def mark_of(status: os.stat_result) -> list[int | str]:
    """What cannot stay the same when a file's content changes."""
    return [status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns]
