"""What a file of one's own is called as an object, and whether a contract describes it already."""

import re
from collections.abc import Sequence
from pathlib import Path

from pipelines.contracts.contract import Contract
from pipelines.errors import GrowthError
from pipelines.intake.forms.files import ExtractFile, compression_of, object_name, stem_of
from pipelines.intake.forms.recognise import header_of, lacking
from pipelines.proposal.vocabulary import plain

TABLE = re.compile(r"[a-z][a-z0-9_]*")


def described_by(path: Path, contracts: Sequence[Contract]) -> Path | None:
    """The contract that takes the file as it is: by its name, with every column that it requires."""
    fitting = [one for one in contracts if one.matches(stem_of(path.name))]
    if not fitting or not path.is_file():
        return None
    with path.open("rb") as stream:
        compression = compression_of(stream.read(4))
    if compression == "zip":
        return None
    header = {name.lower() for name in header_of(ExtractFile(path.name, path, "", path.stat().st_size, compression))}
    return next((one.path for one in fitting if not lacking(one, header)), None)


def names_of(path: Path, source: str | None, name: str | None, contracts: Sequence[Contract]) -> tuple[str, str]:
    """The source and the object: what was said, else made of the file's name so that no other table is called so.

    Raises GrowthError for a name that was said and is none for a table.
    """
    of = plain(source or "own")
    called = plain(name or object_name(stem_of(path.name)))
    if not TABLE.fullmatch(of) or (name and not TABLE.fullmatch(called)):
        raise GrowthError(f"{called!r} of {of!r} is no name for a table; give one with --object and --source.")
    is_taken = any(one.table == f"raw.{called}" for one in contracts)
    if not name and (is_taken or not TABLE.fullmatch(called)):
        called = f"{of}_{called}".rstrip("_")
    return of, called
