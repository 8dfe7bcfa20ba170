"""The text of a plain file as UTF-8, read where it lies: a file may be larger than the memory of this machine.

What belongs here: encodings and line ends. What does not: where records begin (`structure`) and what they say.
"""

import codecs
import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipelines.errors import GrowthError

UTF8_MARK = b"\xef\xbb\xbf"
UTF16_MARKS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
UTF32_MARKS = (b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")
CHUNK = 4 << 20


@dataclass(frozen=True)
class PlainText:
    """UTF-8 text with LF or CRLF line ends: `data` holds the file `path`, the text begins at `start`."""

    path: Path
    data: mmap.mmap | bytes
    start: int

    @property
    def size(self) -> int:
        """Bytes of the file, the mark in front of the text among them."""
        return len(self.data)

    def forget(self, end: int) -> None:
        """Give back the memory of what lies before `end`: the file still has it."""
        pages = end - end % mmap.PAGESIZE
        if pages and isinstance(self.data, mmap.mmap):
            self.data.madvise(mmap.MADV_DONTNEED, 0, pages)


@contextmanager
def opened_text(name: str, path: Path, scratch: Path) -> Iterator[PlainText]:
    """The text of a file that is not empty; one in UTF-16 or with CR line ends is copied into `scratch` as UTF-8 first.

    Raises GrowthError for bytes that are not of the encoding which the file's first bytes tell.
    """
    with path.open("rb") as stream:
        beginning = stream.read(256)
    refuse_wide(name, beginning)
    mark = beginning[:3]
    if mark[:2] in UTF16_MARKS:
        path = copy_utf16(name, path, scratch / "from_utf16")
    with mapped(path) as data:
        is_old_mac = data.find(b"\n") < 0 <= data.find(b"\r")
        start = 0
        while data[start : start + 3] == UTF8_MARK:  # a file that was put together from others may have several
            start += 3
        if not is_old_mac:
            yield PlainText(path, data, start)
            return
    with mapped(copy_with_line_feeds(path, scratch / "with_line_feeds")) as data:
        yield PlainText(scratch / "with_line_feeds", data, start)


def refuse_wide(name: str, beginning: bytes) -> None:
    """Text of two or four bytes a character that does not say so: every other byte of plain letters is NUL."""
    is_utf32 = beginning[:4] in UTF32_MARKS
    halves = [part for part in (beginning[::2], beginning[1::2]) if part]
    is_utf16 = beginning[:2] not in UTF16_MARKS and any(2 * half.count(0) > len(half) for half in halves)
    if is_utf32 or is_utf16:
        raise GrowthError(
            f"{name} looks like UTF-{32 if is_utf32 else 16} (byte {beginning.find(0) + 1} is NUL), expected UTF-8, "
            "or UTF-16 with its mark in front; save as UTF-8 and load it again."
        )


@contextmanager
def mapped(path: Path) -> Iterator[mmap.mmap | bytes]:
    """The bytes of a file without reading it as a whole."""
    if path.stat().st_size == 0:  # an empty file cannot be mapped
        yield b""
        return
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
        yield data


def copy_utf16(name: str, path: Path, target: Path) -> Path:
    """A UTF-8 copy of a UTF-16 file, without its mark."""
    with path.open("rb") as source, target.open("wb") as sink:
        decoder = codecs.getincrementaldecoder(UTF16_MARKS[source.read(2)])()
        read = 2
        while True:
            chunk = source.read(CHUNK)
            before = read - len(decoder.getstate()[0])
            try:
                sink.write(decoder.decode(chunk, final=not chunk).encode())
            except UnicodeDecodeError as error:
                raise GrowthError(
                    f"{name}: byte {before + error.start + 1} is not UTF-16, as the file's first bytes say."
                ) from error
            if not chunk:
                return target
            read += len(chunk)


def copy_with_line_feeds(path: Path, target: Path) -> Path:
    """A copy in which every carriage return is a line feed."""
    with path.open("rb") as source, target.open("wb") as sink:
        while chunk := source.read(CHUNK):
            sink.write(chunk.replace(b"\r", b"\n"))
    return target
