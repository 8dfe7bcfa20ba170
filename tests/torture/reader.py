"""A reader of what is published, as people's programs are: whatever it finds at any instant has to be whole and one."""

import os
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from pipelines.publish.manifest import listed_files, missing_files, read_manifest, sha256_of
from pipelines.publish.reader import open_reader

POLL_SECONDS = 0.05
Signs = tuple[tuple[str, int, int, int], ...]
"""Of each file its name, inode, size and time of change: another one means another content."""


def look(latest: Path, known: set[Signs]) -> str | None:
    """One look: what is wrong with the version that `latest` names, None when it is whole and one.

    What was read to the last byte before, and has not been touched since, is `known`.
    """
    try:
        version = latest.resolve(strict=True)
        seen = signs(version)
        if seen in known:
            return None
        problem = read_all(version)
        if problem is None and signs(version) == seen:
            known.add(seen)
        return problem
    except Exception as error:  # noqa: BLE001 - a reader may meet no error at all
        return f"{type(error).__name__}: {error}"


def signs(version: Path) -> Signs:
    """Those of every file of a version."""
    with os.scandir(version) as entries:
        found = [(entry.name, entry.stat()) for entry in entries]
    return tuple(sorted((name, stat.st_ino, stat.st_size, stat.st_mtime_ns) for name, stat in found))


def read_all(version: Path) -> str | None:
    """Whether every file is what the manifest says, and the database is of the same version."""
    manifest = read_manifest(version)
    if manifest is None or manifest.get("version") != version.name:
        return f"{version.name}: the manifest says {manifest and manifest.get('version')}"
    if missing := missing_files(version, manifest):
        return f"{version.name}: missing {missing}"
    for entry in listed_files(manifest):
        if sha256_of(version / entry["file"]) != entry["sha256"]:
            return f"{version.name}: {entry['file']} is not what the manifest says"
    with closing(open_reader(version / "reader.duckdb")) as reader:
        said = reader.execute("select version from meta.runs where run_id = ?", [manifest["run_id"]]).fetchall()
    return None if said == [(version.name,)] else f"{version.name}: its database says {said}"


def watch(latest: Path, stop: Path) -> dict[str, Any]:
    """Look again and again until `stop` is there."""
    looks, problems, known = 0, set[str](), set[Signs]()
    while not stop.exists():
        problem = look(latest, known)
        looks += 1
        problems |= {problem} if problem else set()
        time.sleep(POLL_SECONDS)
    return {"looks": looks, "versions": len(known), "problems": sorted(problems)}
