"""The playbook as tables: what people wrote is what SQL reads, and what cannot be meant is refused in a sentence."""

import shutil
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from pipelines.errors import GrowthError
from pipelines.home import PROJECT_ROOT
from pipelines.playbook_tables import load_playbook, set_as_of

PLAYBOOK = PROJECT_ROOT / "pipelines" / "playbook"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the engine's playbook to change."""
    return Path(shutil.copytree(PLAYBOOK, tmp_path / "playbook"))


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.capability("P1")
def test_settings_and_lists_become_typed_tables(connection: duckdb.DuckDBPyConnection) -> None:
    load_playbook(connection, PLAYBOOK)
    set_as_of(connection, datetime(2024, 6, 30))
    assert connection.execute("select zone, fiscal_year_starts, currency from config.calendar").fetchall() == [
        ("UTC", 1, None)
    ]
    assert connection.execute("select step, step_order from config.process_steps order by 2").fetchall() == [
        ("lead", 1),
        ("qualified_lead", 2),
        ("accepted_lead", 3),
        ("opportunity", 4),
    ]
    types = "select typeof(burst_links), typeof(half_life_days), typeof(is_hand_raise)"
    tables = "config.channels, config.engagement_points, config.form_types"
    assert connection.execute(f"{types} from {tables} limit 1").fetchall() == [("BIGINT", "DOUBLE", "BOOLEAN")]
    assert connection.execute("select as_of from config.as_of").fetchall() == [(datetime(2024, 6, 30),)]


@pytest.mark.capability("P1")
def test_another_playbook_replaces_the_first_one(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    load_playbook(connection, PLAYBOOK)
    change(folder / "process.yaml", "went_dark_days: 60", "went_dark_days: 90")
    load_playbook(connection, folder)
    assert connection.execute("select went_dark_days from config.process").fetchall() == [(90,)]


@pytest.mark.parametrize(
    ("file", "edit", "message"),
    [
        ("calendar.yaml", ("zone: UTC", "zone: Mars/Olympus"), "settings.zone: found 'Mars/Olympus', expected"),
        ("calendar.yaml", ("zone: UTC", "time_zone: UTC"), "settings.time_zone: found 'UTC', expected no such key"),
        (
            "calendar.yaml",
            ("fiscal_year_starts: 1", ""),
            "settings.fiscal_year_starts: found nothing, expected this key",
        ),
        ("process.yaml", ("went_dark_days: 60", "went_dark_days: sixty"), "settings.went_dark_days: found 'sixty'"),
        ("process.yaml", ("step_order: 1,", "step_order: one,"), "process_steps[1].step_order: found 'one', expected"),
        ("process.yaml", ("process_steps:", "steps:"), "found the key 'steps', expected settings, process_steps"),
        ("channels.yaml", ("  - {word: pricing, kind: pricing_page_view}", "  word: pricing"), "page_words holds"),
        ("crm.yaml", ("settings:", "settings: ["), "crm.yaml:"),
        ("stages.yaml", ("process: any, milestone: won,", "process: any,"), "expected Value error, either a stage or"),
        ("stages.yaml", ("min_percent: 20", "min_percent: 20, outcome: won"), "one of min_percent, outcome, or field"),
        (
            "stages.yaml",
            ("value: Commit", "from_on: soon"),
            "milestones[4].from_on: found 'soon', expected no",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused_naming_file_and_key(
    connection: duckdb.DuckDBPyConnection, folder: Path, file: str, edit: tuple[str, str], message: str
) -> None:
    load_playbook(connection, PLAYBOOK)
    change(folder / file, *edit)
    with pytest.raises(GrowthError) as refused:
        load_playbook(connection, folder)
    assert file in str(refused.value)
    assert message in str(refused.value)
    assert connection.execute("select went_dark_days from config.process").fetchall() == [(60,)]


def test_a_missing_file_folder_or_an_unknown_file_is_one_sentence(
    connection: duckdb.DuckDBPyConnection, folder: Path
) -> None:
    with pytest.raises(GrowthError, match=r"does not exist; name the folder"):
        load_playbook(connection, folder / "nowhere")
    (folder / "calendar.yaml").rename(folder / "kalender.yaml")
    with pytest.raises(GrowthError, match=r"kalender\.yaml: no such playbook file"):
        load_playbook(connection, folder)
    (folder / "kalender.yaml").unlink()
    with pytest.raises(GrowthError, match=r"calendar\.yaml is missing"):
        load_playbook(connection, folder)
