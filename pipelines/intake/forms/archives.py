"""Getting plain files out of gzip, zstd and zip, with an eye on what a hostile archive could do to this machine."""

import gzip
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import IO

from pipelines.errors import GrowthError
from pipelines.intake.forms.entries import is_plain_name
from pipelines.intake.forms.files import ExtractFile, compression_of

CHUNK = 1 << 20
MAX_MEMBERS = 10_000
MAX_UNPACKED_BYTES = 64 << 30
# Deflate cannot do better than 1032:1, real extracts stay below 100:1; small files may repeat themselves more.
MAX_RATIO = 500
RATIO_COUNTS_FROM_BYTES = 64 << 20
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""What exports are packed with. The others are refused: LZMA lets a header of some bytes ask for gigabytes."""
LOCAL_HEADER_BYTES = 30
SKIPPABLE = 0x184D2A50
"""Zstd frames that hold no content begin with one of the sixteen numbers from here on (RFC 8878, 3.1.2)."""
DAMAGED = (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError)


def zip_members(path: Path) -> list[tuple[str, int]]:
    """Names and unpacked sizes of the files in a zip archive, sorted; anything hostile refuses the archive."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise GrowthError(f"{path.name} is not a whole zip archive ({error}); export it again.") from error
    if len(members) > MAX_MEMBERS:
        raise GrowthError(f"{path.name} holds {len(members)} files, expected at most {MAX_MEMBERS}.")
    unpacked = sum(member.file_size for member in members)
    if unpacked > MAX_UNPACKED_BYTES:
        raise GrowthError(f"{path.name} would unpack to more than {MAX_UNPACKED_BYTES >> 30} GiB.")
    if unpacked > RATIO_COUNTS_FROM_BYTES and unpacked > MAX_RATIO * path.stat().st_size:
        raise GrowthError(f"{path.name} would unpack to {unpacked} bytes; it looks like a zip bomb.")
    for member in members:
        check_member(path.name, member)
    check_together(path.name, members)
    files = [member for member in members if not member.is_dir() and not hidden(member.filename)]
    return sorted((member.filename, member.file_size) for member in files)


def check_member(archive: str, member: zipfile.ZipInfo) -> None:
    """Refuse names that leave the archive, links, passwords and bombs."""
    name = member.filename
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if not is_plain_name(member.orig_filename):
        raise GrowthError(
            f"{archive} holds a file named {member.orig_filename!r}; a name has only characters that can be read, "
            "so it is not opened."
        )
    if PurePosixPath(name).is_absolute() or PureWindowsPath(name).drive or ".." in parts or "\\" in name:
        raise GrowthError(f"{archive} holds a file named {name!r}, which points outside the archive; it is not opened.")
    if stat.S_IFMT(member.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise GrowthError(f"{archive} holds a link or a device named {name!r}; it is not opened.")
    if member.flag_bits & 0x1:
        raise GrowthError(f"{archive} is protected by a password ({name!r}); unpack it into the folder yourself.")
    if member.compress_type not in METHODS:
        raise GrowthError(
            f"{archive}: {name!r} is packed by a method (number {member.compress_type}) that is not read here, "
            "expected deflate; pack it again or unpack it into the folder yourself."
        )
    if member.file_size > RATIO_COUNTS_FROM_BYTES and member.file_size > MAX_RATIO * max(member.compress_size, 1):
        raise GrowthError(f"{archive}: {name!r} would unpack to {member.file_size} bytes; it looks like a zip bomb.")


def check_together(archive: str, members: list[zipfile.ZipInfo]) -> None:
    """Refuse two files of one name (the format lets only one be read) and files that share bytes (a bomb's trick)."""
    names = set[str]()
    for member in members:
        if member.filename in names:
            raise GrowthError(f"{archive} holds the name {member.filename!r} twice; pack it again with each file once.")
        names.add(member.filename)
    end = 0
    for member in sorted(members, key=lambda member: member.header_offset):
        if member.header_offset < end:
            raise GrowthError(f"{archive}: {member.filename!r} overlaps another file; it looks like a zip bomb.")
        end = member.header_offset + LOCAL_HEADER_BYTES + member.compress_size


def hidden(name: str) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in PurePosixPath(name).parts)


def plain_copy(file: ExtractFile, folder: Path, number: int) -> Path:
    """A plain file under a name of our own in `folder` (a link), else its content unpacked there.

    Readers get no name that somebody else gave: DuckDB takes `A[1].csv` for a pattern that A1.csv fits, and a folder
    named `Id=5` for a column. Raises GrowthError when the content is cut off, damaged, packed twice, or far larger
    than it should be.
    """
    target = folder / f"plain-{number}"
    if file.compression == "none":
        target.symlink_to(file.path.absolute())
        return target
    limit = max(MAX_RATIO * file.path.stat().st_size, RATIO_COUNTS_FROM_BYTES)
    limit = min(limit, MAX_UNPACKED_BYTES)
    try:
        with opened(file) as source, target.open("wb") as sink:
            copy_bounded(file.name, source, sink, limit)
    except DAMAGED as error:
        raise GrowthError(f"{file.name} is cut off or damaged ({error}); export or copy it again.") from error
    with target.open("rb") as stream:
        if compression_of(stream.read(4)) != "none":
            raise GrowthError(f"{file.name} is packed more than once; unpack it into the folder yourself.")
    return target


@contextmanager
def opened(file: ExtractFile) -> Iterator[IO[bytes]]:
    """The unpacked bytes of a packed file as a stream."""
    if file.compression == "gzip":
        with gzip.open(file.path) as stream:
            yield stream  # type: ignore[misc]  # GzipFile reads bytes like any binary stream
    elif file.compression == "zstd":
        with opened_zstd(file) as stream:
            yield stream
    else:
        with zipfile.ZipFile(file.path) as archive, archive.open(file.member or "") as stream:
            yield stream


@contextmanager
def opened_zstd(file: ExtractFile) -> Iterator[IO[bytes]]:
    import zstandard

    if not is_whole_zstd(file.path):
        raise GrowthError(f"{file.name} is cut off or damaged; export or copy it again.")
    try:
        with zstandard.open(file.path, "rb") as stream:
            yield stream
    except zstandard.ZstdError as error:
        raise GrowthError(f"{file.name} is cut off or damaged ({error}); export or copy it again.") from error


def is_whole_zstd(path: Path) -> bool:
    """Whether every frame ends with its last block (RFC 8878, 3.1.1): the library reads a cut file without a word."""
    import zstandard

    size = path.stat().st_size
    with path.open("rb") as stream:
        while stream.tell() < size:
            start = stream.tell()
            beginning = stream.read(18)  # the longest frame header there is
            if int.from_bytes(beginning[:4], "little") >> 4 == SKIPPABLE >> 4:
                stream.seek(start + 8 + int.from_bytes(beginning[4:8], "little"))
                if len(beginning) < 8 or stream.tell() > size:
                    return False
                continue
            try:
                parameters = zstandard.get_frame_parameters(beginning)
                stream.seek(start + zstandard.frame_header_size(beginning))
            except zstandard.ZstdError:
                return False
            is_last = False
            while not is_last:
                header = int.from_bytes(stream.read(3), "little")
                is_last, is_repeated, length = bool(header & 1), (header >> 1) & 3 == 1, header >> 3
                stream.seek(1 if is_repeated else length, 1)
                if stream.tell() > size or (header == 0 and stream.tell() >= size):
                    return False
            stream.seek(4 if parameters.has_checksum else 0, 1)
            if stream.tell() > size:
                return False
    return True


def copy_bounded(name: str, source: IO[bytes], sink: IO[bytes], limit: int) -> None:
    """Copy a stream, but no more than `limit` bytes of it."""
    copied = 0
    while chunk := source.read(CHUNK):
        copied += len(chunk)
        if copied > limit:
            raise GrowthError(f"{name} unpacks to more than {limit} bytes; it looks like an archive bomb.")
        sink.write(chunk)
