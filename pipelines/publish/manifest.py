"""The manifest: what a published version holds, from what it was made, and whether it is whole."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

NAME = "manifest.json"
Manifest = dict[str, Any]


def file_entry(path: Path) -> dict[str, object]:
    """Name, size and hash of a written file."""
    return {"file": path.name, "bytes": path.stat().st_size, "sha256": sha256_of(path)}


def sha256_of(path: Path) -> str:
    """The hash of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write it, keys sorted, so that equal versions have equal manifests."""
    (folder / NAME).write_text(json.dumps(manifest, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest of a version, or None when there is none that can be read."""
    try:
        manifest = json.loads((folder / NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return manifest if isinstance(manifest, dict) else None


def note_verdict(folder: Path, check: str, is_passed: bool) -> None:
    """Add to the manifest how a check over the written files went; without it nobody switches to them."""
    manifest = read_manifest(folder) or {}
    write_manifest(folder, manifest | {"checks": {**manifest.get("checks", {}), check: is_passed}})


def listed_files(manifest: Manifest) -> Iterator[dict[str, Any]]:
    """Every file the manifest names."""
    yield from manifest["files"]
    for table in manifest["tables"].values():
        yield from table["files"]


def missing_files(folder: Path, manifest: Manifest, read_all: bool = False) -> list[str]:
    """Files that are gone or of another size; with `read_all`, of other content too."""
    broken = []
    for entry in listed_files(manifest):
        path = folder / entry["file"]
        is_whole = path.is_file() and path.stat().st_size == entry["bytes"]
        if not is_whole or (read_all and sha256_of(path) != entry["sha256"]):
            broken.append(entry["file"])
    return broken
