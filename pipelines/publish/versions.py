"""Versions of what is published: built beside the others, switched to in one step, the last three kept."""

import re
import shutil
from datetime import datetime
from pathlib import Path

from pipelines.errors import GrowthError

KEPT = 3
VERSION = re.compile(r"(\d{8}T\d{6}Z)-(\d{4,})")


def begin_version(published: Path, as_of: datetime) -> Path:
    """An empty folder `.<version>.partial` (0700) for a version of this as-of moment; leftovers of dead runs go."""
    for leftover in published.glob(".*.partial"):
        shutil.rmtree(leftover)
    number = 1 + max((sequence(folder) for folder in versions(published)), default=0)
    partial = published / f".{as_of:%Y%m%dT%H%M%SZ}-{number:04d}.partial"
    partial.mkdir(mode=0o700, parents=True)
    return partial


def version_of(partial: Path) -> str:
    """The version a partial folder will be."""
    return partial.name.removeprefix(".").removesuffix(".partial")


def find_partial(published: Path) -> Path:
    """The folder that was written and waits for its switch."""
    partials = sorted(published.glob(".*.partial"))
    if not partials or not (partials[-1] / "manifest.json").exists():
        raise GrowthError("Nothing waits to be published; run the step that writes the files first.")
    return partials[-1]


def switch(partial: Path) -> str:
    """Give the folder its name, point `latest` at it in one step, drop versions beyond the last three."""
    published, version = partial.parent, version_of(partial)
    for path in partial.iterdir():
        path.chmod(0o600)
    partial.rename(published / version)
    link = published / ".latest.new"
    link.unlink(missing_ok=True)
    link.symlink_to(version, target_is_directory=True)
    link.replace(published / "latest")
    for old in versions(published)[:-KEPT]:
        shutil.rmtree(old)
    return version


def versions(published: Path) -> list[Path]:
    """The finished versions, in the order in which they were published."""
    folders = [folder for folder in published.glob("*Z-*") if VERSION.fullmatch(folder.name)]
    return sorted(folders, key=sequence)


def sequence(folder: Path) -> int:
    """The running number of a version: an earlier as-of moment may be published later."""
    found = VERSION.fullmatch(folder.name)
    return int(found[2]) if found else 0
