"""Versions of what is published: built beside the others, switched to in one step, the last three kept."""

import re
import shutil
from datetime import datetime
from pathlib import Path

from pipelines.errors import GrowthError
from pipelines.publish.manifest import Manifest, read_manifest

KEPT = 3
VERDICT = "nobody_suppressed"
"""The check without which no version is published."""
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


def find_partial(published: Path, run_id: str) -> Path:
    """The folder that this run has written and found to be in order; what another run left behind is not taken."""
    for partial in sorted(published.glob(".*.partial")):
        manifest = read_manifest(partial) or {}
        if manifest.get("run_id") == run_id and is_checked(manifest):
            return partial
    raise GrowthError(
        "Nothing that this run wrote and checked waits to be published; use the job `publish`, which does all."
    )


def is_checked(manifest: Manifest) -> bool:
    """Whether the last check over the written files was made and passed."""
    return manifest.get("checks", {}).get(VERDICT) is True


def drop_partial(partial: Path) -> None:
    """Remove what must not be published."""
    shutil.rmtree(partial)


def switch(partial: Path) -> str:
    """Give the folder its name, point `latest` at it in one step, drop versions beyond the last three.

    Raises GrowthError for a folder whose manifest does not say that nobody suppressed is in it.
    """
    if not is_checked(read_manifest(partial) or {}):
        raise GrowthError(f"{partial} was not checked for people who must not be approached; run `growth run`.")
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
