"""The home folder is closed to others, and a folder that is none of ours is left as it was."""

import stat
from pathlib import Path

import pytest

from pipelines.home import Home


@pytest.mark.parametrize(
    ("inside", "mode"),
    [
        ([], 0o700),
        (["extracts"], 0o700),
        (["warehouse.duckdb", "notes.txt"], 0o700),
        (["notes.txt"], 0o755),
    ],
)
def test_an_existing_folder_is_closed_when_it_is_a_home(tmp_path: Path, inside: list[str], mode: int) -> None:
    root = tmp_path / "home"
    for name in inside:
        (root / name).mkdir(parents=True)
    root.mkdir(exist_ok=True)
    root.chmod(0o755)
    home = Home(root)
    home.create()
    assert stat.S_IMODE(root.stat().st_mode) == mode
    assert stat.S_IMODE(home.published.stat().st_mode) == 0o700
