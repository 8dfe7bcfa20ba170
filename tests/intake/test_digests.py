"""Hashes of extract files are remembered, and never believed of a file that may have changed."""

import os
import time
from pathlib import Path

import pytest

from pipelines.intake.forms import digests
from pipelines.intake.forms.digests import YOUNG_NS, Digests
from pipelines.intake.forms.files import sha256_of


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that is old enough to be remembered."""
    path = tmp_path / "Account.csv"
    path.write_text("Id,Name\n1,Acme\n", encoding="utf-8")
    later(monkeypatch)
    return path


def later(monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time_ns()
    monkeypatch.setattr(time, "time_ns", lambda: now + 2 * YOUNG_NS)


def hashed(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that are read from now on."""
    read: list[Path] = []

    def reading(path: Path) -> str:
        read.append(path)
        return sha256_of(path)

    monkeypatch.setattr(digests, "sha256_of", reading)
    return read


def remember(store: Path, path: Path) -> str:
    known = Digests(store)
    digest = known.of(path)
    known.keep()
    return digest


@pytest.mark.capability("R1")
def test_an_unchanged_file_is_read_once(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = remember(tmp_path / "digests.json", file)
    read = hashed(monkeypatch)
    assert remember(tmp_path / "digests.json", file) == first == sha256_of(file)
    assert read == []


def test_a_changed_file_of_the_same_size_with_its_old_time_is_read_again(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, before = remember(tmp_path / "digests.json", file), file.stat()
    file.write_text("Id,Name\n1,Acne\n", encoding="utf-8")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert remember(tmp_path / "digests.json", file) == sha256_of(file) != first


def test_a_file_that_is_only_seconds_old_is_not_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "Account.csv"
    path.write_text("Id\n1\n", encoding="utf-8")
    remember(tmp_path / "digests.json", path)
    read = hashed(monkeypatch)
    remember(tmp_path / "digests.json", path)
    assert read == [path]


@pytest.mark.parametrize("content", ["", "{", "[]", '{"a": 1}', '{"a": [1]}'])
def test_a_store_that_cannot_be_read_is_begun_anew(file: Path, tmp_path: Path, content: str) -> None:
    store = tmp_path / "digests.json"
    store.write_text(content, encoding="utf-8")
    assert remember(store, file) == remember(store, file) == sha256_of(file)


def test_files_that_are_gone_are_forgotten(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store, other = tmp_path / "digests.json", tmp_path / "Lead.csv"
    other.write_text("Id\n1\n", encoding="utf-8")
    later(monkeypatch)
    remember(store, file)
    file.unlink()
    remember(store, other)
    assert list(Digests(store).entries) == [str(other)]
