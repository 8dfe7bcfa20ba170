"""Which files a folder holds and what each of them is, judged by content; nothing is parsed here.

A name only says which object a file is for. Compression and format are read from the first bytes, since extracts
arrive renamed, re-zipped and with the wrong ending.
"""

import hashlib
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Literal

from pipelines.errors import GrowthError
from pipelines.intake.forms.entries import check_entry
from pipelines.intake.forms.extract_time import path_moment, without_moment

Compression = Literal["none", "gzip", "zstd", "zip"]
MAGIC: tuple[tuple[bytes, Compression], ...] = (
    (b"\x1f\x8b", "gzip"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
)
WORKBOOK = "[Content_Types].xml"
"""The archive that is a workbook or a document holds this file."""
ENDINGS = re.compile(r"\.(csv|tsv|txt|json|jsonl|ndjson|parquet|gz|gzip|zst|zstd|zip)$", re.IGNORECASE)
PART_NUMBER = re.compile(r"([_-][0-9]+)+$")
COPY = re.compile(r" ?\([0-9]+\)$")
"""What a browser adds to the name of a file that it has downloaded before."""


@dataclass(frozen=True)
class ExtractFile:
    """One file of the folder, or one member of a zip in it.

    `name` is relative to the folder (one that bears a date is named too, see `dated_name`), `sha256` names the content
    (a member's is made of the archive's and its own name, so that an archive loaded before need not be opened to know
    it), `member` the name inside a zip. A file that `is_mended` lies in the home and holds rows mended by hand
    (`mended`).
    """

    name: str
    path: Path
    sha256: str
    bytes: int
    compression: Compression
    member: str | None = None
    is_mended: bool = False

    @property
    def stem(self) -> str:
        """Base name without the endings of format and compression, the mark of a copy and the moment at its end.

        What contract patterns are matched with.
        """
        return without_moment(COPY.sub("", stem_of(self.name)))

    @cached_property
    def dated_at(self) -> datetime | None:
        """The moment that the path tells. (The names of mended files are made of hashes.)"""
        return None if self.is_mended else path_moment(self.name)


def stem_of(name: str) -> str:
    stem = name.rsplit("/", maxsplit=1)[-1]
    while ENDINGS.search(stem):
        stem = ENDINGS.sub("", stem)
    return stem


def object_name(stem: str) -> str:
    """The object that an unlisted file is named after: its stem without part number."""
    return PART_NUMBER.sub("", stem) or stem


def regular_files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Files below the folder in the order of their names; hidden ones are left alone."""
    check_folder(folder)
    problems: list[OSError] = []
    found: list[tuple[str, Path]] = []
    for parent, folders, names in os.walk(folder, onerror=problems.append):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        linked = [name for name in folders if (Path(parent) / name).is_symlink()]
        for name in [*names, *linked]:
            path = Path(parent) / name
            if not name.startswith("."):
                check_entry(folder, path)
                found.append((path.relative_to(folder).as_posix(), path))
    if problems:
        raise GrowthError(f"The folder {problems[0].filename} cannot be read ({problems[0].strerror}).")
    yield from sorted(found)


def check_folder(folder: Path) -> None:
    """A folder of extracts must be there, be a folder, and let itself be read."""
    if not folder.exists():
        raise GrowthError(f"The folder of extracts {folder} does not exist; name the folder with the export's files.")
    if not folder.is_dir():
        raise GrowthError(f"{folder} is a file, expected the folder that holds the export's files.")
    if not os.access(folder, os.R_OK | os.X_OK):
        raise GrowthError(f"The folder of extracts {folder} cannot be read (permission denied).")


def sha256_of(path: Path) -> str:
    """Content hash of a file."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise GrowthError(f"The file {path} cannot be read ({error.strerror}).") from error


def compression_of(first_bytes: bytes) -> Compression:
    """Compression told by the first bytes."""
    return next((name for magic, name in MAGIC if first_bytes.startswith(magic)), "none")


def dated_name(folder: Path, name: str) -> str:
    """The file's name, after its folder's where only that tells a date: a day may come alone or among others."""
    outer = folder.resolve().name
    return f"{outer}/{name}" if path_moment(outer) and not path_moment(name) else name


def find_files(folder: Path, digest: Callable[[Path], str] = sha256_of) -> list[ExtractFile]:
    """Every file of the folder, zip archives as their members, in the order of their names."""
    from pipelines.intake.forms.archives import zip_members

    files: list[ExtractFile] = []
    for relative, path in regular_files(folder):
        name = dated_name(folder, relative)
        sha256 = digest(path)
        with path.open("rb") as stream:
            compression = compression_of(stream.read(4))
        members = dict(zip_members(path)) if compression == "zip" else {}
        if WORKBOOK in members:
            compression = "none"  # one file, whatever its name; whoever reads it says so
        if compression == "zip":
            for member, size in members.items():
                own = hashlib.sha256(f"{sha256}/{member}".encode()).hexdigest()
                files.append(ExtractFile(f"{name}/{member}", path, own, size, "zip", member))
        else:
            files.append(ExtractFile(name, path, sha256, path.stat().st_size, compression))
    if not files:
        raise GrowthError(f"The folder of extracts {folder} is empty; put the export's files there.")
    return files
