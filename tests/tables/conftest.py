"""A folder of SQL files made for one test."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.tables.files import TableFile, read_table

WriteTable = Callable[..., TableFile]


@pytest.fixture
def write_table(tmp_path: Path) -> WriteTable:
    """Writes `<schema>/<table>.sql` with a header of grain and key, and reads it back."""

    def write(name: str, select: str, key: str = "id") -> TableFile:
        path = tmp_path.joinpath(*name.split(".")).with_suffix(".sql")
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"-- One row per account\n-- key: {key}\n{select}\n", encoding="utf-8")
        return read_table(path)

    return write
