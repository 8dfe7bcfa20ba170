"""The very lines of an extract on which a record lies, read again from the file. Nothing is parsed here."""

import hashlib
import tempfile
from pathlib import Path

from pipelines.errors import GrowthError
from pipelines.intake.forms import parquet
from pipelines.intake.forms.archives import plain_copy
from pipelines.intake.forms.digests import Digests
from pipelines.intake.forms.files import ExtractFile, compression_of
from pipelines.intake.forms.plain_text import opened_text

LINES, CHARACTERS = 40, 4_000
"""More lines of a record, or of a line, are not shown."""
BLOCK = 16 << 20


def source_lines(folder: Path, name: str, sha256: str, span: tuple[int, int], store: Path) -> tuple[list[str], str]:
    """The lines from the first to the last of the extract `name`; none, and why not, where they cannot be read.

    `sha256`: of the content that was loaded; `store`: where hashes of files are remembered.
    """
    file = located(folder, name, store)
    if file is None:
        return [], f"{name} is no longer in {folder}"
    if file.sha256 != sha256:
        return [], f"{name} in {folder} has changed since it was loaded"
    with tempfile.TemporaryDirectory() as scratch:
        try:
            plain = plain_copy(file, Path(scratch), 0)
            with plain.open("rb") as stream:
                if stream.read(4) == parquet.MAGIC:
                    return [], f"{name} is a Parquet file, which has no lines"
            return read_lines(name, plain, Path(scratch), *span), ""
        except (GrowthError, OSError) as error:
            return [], f"{name} cannot be read again ({error})"


def located(folder: Path, name: str, store: Path) -> ExtractFile | None:
    """The extract that the ledger calls so: a file of the folder, or a member of an archive in it."""
    root = folder.resolve()
    parts = Path(name).parts
    for count in range(len(parts), 0, -1):
        path = root.joinpath(*parts[:count])
        if not path.is_file() or not path.resolve().is_relative_to(root):
            continue
        digest = Digests(store).of(path)
        with path.open("rb") as stream:
            packed = compression_of(stream.read(4))
        member = name.removeprefix("/".join(parts[:count])).removeprefix("/")
        if not member:
            return ExtractFile(name, path, digest, path.stat().st_size, packed)
        own = hashlib.sha256(f"{digest}/{member}".encode()).hexdigest()
        return ExtractFile(name, path, own, path.stat().st_size, "zip", member)
    return None


def read_lines(name: str, plain: Path, scratch: Path, line: int, line_end: int) -> list[str]:
    """The physical lines, counted from 1 as the readers count them."""
    with opened_text(name, plain, scratch) as text:
        start, before = text.start, 1
        while before < line and start < text.size:
            block = text.data[start : start + BLOCK]
            found = block.count(b"\n")
            if before + found < line:
                before, start = before + found, start + len(block)
                continue
            for _ in range(line - before):
                start = text.data.find(b"\n", start) + 1
            before = line
        lines: list[str] = []
        while len(lines) < min(line_end - line + 1, LINES) and start < text.size:
            end = text.data.find(b"\n", start)
            end = text.size if end < 0 else end
            shown = text.data[start : min(end, start + CHARACTERS)].decode("utf-8", errors="backslashreplace")
            lines.append(shown.removesuffix("\r") + (" ..." if end - start > CHARACTERS else ""))
            start = end + 1
        return lines
