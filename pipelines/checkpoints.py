"""Checkpoints that may be killed: what one overwrites in place is kept beside the file until it is done.

DuckDB folds its write-ahead log into the file by writing new blocks and then a new header that points to them; until
then the old header, its blocks and the log hold everything. One kind of block breaks this rule: a block of metadata has
64 parts and one checksum, and free parts are filled in place, between parts that the old header needs. The kernel ends
a write after any page when its process is killed; then the checksum is wrong and DuckDB 2.0.0 never opens it again
(`MetadataManager::Flush`). So we never let DuckDB checkpoint by itself, copy the blocks of metadata to `<file>.undo`
first, and put them back when the header is still the old one: a rollback journal, as SQLite's.
"""

import json
import os
import shutil
from pathlib import Path
from weakref import WeakKeyDictionary, finalize

import duckdb

from pipelines.errors import GrowthError

HEADERS = 3 * 4096
"""Bytes at the start of a file: one header that stays and two that take turns, of which the newer one is valid."""
LOG_BYTES = 16 * 2**20
"""A write-ahead log longer than this is folded in between two steps, as DuckDB would."""
OPENED: WeakKeyDictionary[duckdb.DuckDBPyConnection, dict[str, tuple[Path, int]]] = WeakKeyDictionary()
"""The files of each connection by the database's name, with a descriptor open to read. They stay so: closing any
descriptor of a file takes from this process the lock that DuckDB has on it (POSIX), and readers would come in while we
write."""


def watch_over(connection: duckdb.DuckDBPyConnection, path: Path, name: str) -> None:
    """Make a file whole before it is attached under a name, and let nobody but `checkpoint` do its checkpoints."""
    undo(path)
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    finalize(connection, os.close, descriptor)
    OPENED.setdefault(connection, {})[name] = (path, descriptor)
    connection.execute("set wal_autocheckpoint = '1TB'; pragma disable_checkpoint_on_shutdown")


def checkpoint(connection: duckdb.DuckDBPyConnection, longer_than: int = 0) -> None:
    """Fold the logs of the attached files into them, those longer than so many bytes; no transaction may be open."""
    for name, (path, _) in OPENED.get(connection, {}).items():
        log = path.with_name(f"{path.name}.wal")
        # Where a checkpoint failed, its journal stays until the file is opened anew.
        if log.exists() and log.stat().st_size > longer_than and not journal_of(path).exists():
            journal = keep(connection, name)
            connection.execute(f"checkpoint {name}")
            journal.unlink()


def keep(connection: duckdb.DuckDBPyConnection, name: str) -> Path:
    """Copy what a checkpoint overwrites in place: one line that tells the places, then the bytes, headers first."""
    path, descriptor = OPENED[connection][name]
    [(size,)] = connection.execute(
        "select block_size from pragma_database_size() where database_name = ?", [name]
    ).fetchall()
    blocks = connection.execute(f"select block_id from pragma_metadata_info('{name}') order by block_id").fetchall()
    end = path.stat().st_size
    places = [(HEADERS + block * size, size) for (block,) in blocks]
    places = [(0, HEADERS), *((start, length) for start, length in places if start + length <= end)]
    journal, fresh = journal_of(path), path.with_name(f".{path.name}.undo")
    with fresh.open("wb") as file:
        file.write(json.dumps(places).encode() + b"\n")
        for start, length in places:
            file.write(os.pread(descriptor, length, start))
        file.flush()
        os.fsync(file.fileno())
    fresh.rename(journal)
    synchronise(path.parent)
    return journal


def undo(path: Path) -> None:
    """Put back what a checkpoint that was killed had overwritten; one that had written its header is done.

    Raises GrowthError when the file cannot be written to.
    """
    path.with_name(f".{path.name}.undo").unlink(missing_ok=True)
    journal = journal_of(path)
    if not (journal.exists() and path.exists()):
        return
    try:
        with journal.open("rb") as kept, path.open("r+b") as file:
            (_, length), *places = json.loads(kept.readline())
            if kept.read(length) == file.read(length):
                for start, length in places:
                    file.seek(start)
                    file.write(kept.read(length))
                file.flush()
                os.fsync(file.fileno())
        journal.unlink()
    except OSError as error:
        raise GrowthError(f"The database {path} cannot be made whole from {journal}: {error.strerror}.") from error


def copy_file(connection: duckdb.DuckDBPyConnection, name: str, path: Path) -> bool:
    """Copy an attached file as it is after a checkpoint; False when the database is in memory."""
    checkpoint(connection)
    if name not in OPENED.get(connection, {}):
        return False
    _, source = OPENED[connection][name]
    os.lseek(source, 0, os.SEEK_SET)
    with open(source, "rb", closefd=False) as original, path.open("wb") as copy:
        shutil.copyfileobj(original, copy, 2**20)
    return True


def journal_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.undo")


def synchronise(folder: Path) -> None:
    """Let a new name in a folder outlive a loss of power."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
