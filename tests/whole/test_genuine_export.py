"""A genuine Salesforce export, from its files to what people read: nothing lost, nothing invented."""

import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.whole.command import GROWTH, digests, growth, one, rows

FILES = {
    "Account": 22,
    "Branch__c": 5,
    "Campaign": 8,
    "CampaignMember": 68,
    "Case": 40,
    "Contact": 102,
    "Lead": 60,
    "Opportunity": 50,
    "Task": 75,
}


@pytest.fixture(scope="module")
def export(shared_data: Path) -> Path:
    return shared_data / "salesforce_export" / "data"


@pytest.fixture(scope="module")
def home(export: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("genuine") / "home"
    done = growth("run", "--extracts", export, "--home", folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.capability("E1", "E6", "X5")
def test_every_row_of_every_file_is_loaded(home: Path) -> None:
    found = rows(home, "select object, rows_read, rows_loaded, rows_quarantined from meta.balance order by object")
    assert found == [(name, count, count, 0) for name, count in FILES.items()]


@pytest.mark.capability("E1")
def test_unlisted_objects_are_reported(home: Path) -> None:
    told = rows(home, "select object from meta.reports where kind = 'unlisted' order by object")
    assert told == [("Branch__c",)]


@pytest.mark.capability("E5")
def test_every_reference_resolves_but_those_to_users(home: Path) -> None:
    broken = rows(
        home,
        "select rule_id, sum(rows_failed + rows_waiting) from meta.rule_results"
        " where rule_id like '%known%' and rows_failed + rows_waiting > 0 group by all",
    )
    assert broken, "the export lacks User: its owners must be warned about"
    assert all("owner" in str(rule) or "user" in str(rule) or "by" in str(rule) for rule, _ in broken), broken
    assert one(home, "select count(*) from marts.lead_queue where owner_id is not null and owner_name is null") == 60


@pytest.mark.capability("K1")
def test_the_funnel_counts_what_the_crm_counts(home: Path) -> None:
    deals = "from marts.funnel_by_cohort where unit = 'opportunity' and segment = 'all'"
    assert rows(home, f"select sum(entered), sum(advanced), sum(lost), sum(open) {deals}") == [(50, 12, 3, 35)]
    leads = "from marts.funnel_by_cohort where unit = 'lead' and segment = 'all' and step = 'lead'"
    assert one(home, f"select sum(entered) {leads}") == 60


def test_records_of_a_migration_day_have_no_durations(home: Path) -> None:
    assert one(home, "select count(*) from core.leads where is_backfilled") == 60
    assert one(home, "select count(*) from core.opportunities where days_open is not null and is_backfilled") == 0
    assert one(home, "select count(p50_days) from marts.funnel_by_cohort where unit = 'opportunity'") == 0


@pytest.mark.capability("M8")
def test_too_little_data_is_said_and_points_rank(home: Path) -> None:
    sentences = {str(sentence) for (sentence,) in rows(home, "select verdict from marts.model_health")}
    assert "lead conversion: not enough data (0 converted, 60 not; 40 + 40 needed)" in sentences
    assert any(sentence.startswith("account fit: not enough data (") for sentence in sentences)
    for table, probability in (("lead_queue", "conversion_probability"), ("target_accounts", "fit_probability")):
        assert rows(home, f"select distinct score_source, {probability} from marts.{table}") == [("points", None)]
    assert one(home, "select count(*) from marts.lead_queue") == 60


@pytest.mark.capability("R4")
def test_a_second_run_over_unchanged_extracts_loads_and_changes_nothing(home: Path, export: Path) -> None:
    before, version = digests(home), (home / "published" / "latest").resolve()
    done = growth("run", "--extracts", export, "--home", home)
    assert done.returncode == 0
    assert "Nothing changed" in done.stderr
    assert (digests(home), (home / "published" / "latest").resolve()) == (before, version)


def without(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def with_text(name: str, text: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        (folder / name).write_text(text, encoding="utf-8")

    return change


def emptied(folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink()


@pytest.mark.capability("X5", "E5")
@pytest.mark.parametrize(
    ("change", "named"),
    [
        (shutil.rmtree, "does not exist"),
        (emptied, "is empty"),
        (with_text("Account.csv", "Dear colleagues,\nplease find the export attached.\n"), "Account.csv"),
        (with_text("Account.csv", ""), "Account.csv"),
    ],
    ids=["missing folder", "empty folder", "text file", "empty file"],
)
def test_bad_extracts_end_in_one_sentence_and_leave_the_lists(
    home: Path, export: Path, tmp_path: Path, change: Callable[[Path], None], named: str
) -> None:
    before = digests(home)
    folder = tmp_path / "extracts"
    shutil.copytree(export, folder)
    change(folder)
    done = growth("run", "--extracts", folder, "--home", home)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert named.lower() in done.stderr.strip().splitlines()[-1].lower(), done.stderr
    assert digests(home) == before


@pytest.mark.capability("X5", "E5")
@pytest.mark.parametrize(
    ("change", "named"),
    [
        (with_text("Account.csv", "Id,Name,SystemModstamp,CreatedDate\n"), "Account.csv"),
        (without("Lead.csv"), "Lead"),
    ],
    ids=["header only", "missing object"],
)
def test_a_first_export_without_a_required_object_ends_in_one_sentence(
    export: Path, tmp_path: Path, change: Callable[[Path], None], named: str
) -> None:
    folder = tmp_path / "extracts"
    shutil.copytree(export, folder)
    change(folder)
    done = growth("run", "--extracts", folder, "--home", tmp_path / "home")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert named.lower() in done.stderr.strip().splitlines()[-1].lower(), done.stderr
    assert not (tmp_path / "home" / "published" / "latest").exists()


@pytest.mark.capability("R4")
def test_a_killed_run_leaves_no_trace_in_the_next(home: Path, export: Path, tmp_path: Path) -> None:
    other = tmp_path / "home"
    running = subprocess.Popen(
        [*GROWTH, "run", "--extracts", str(export), "--home", str(other)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    deadline = time.monotonic() + 120
    while not (other / "warehouse.duckdb.wal").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(1)
    running.send_signal(signal.SIGKILL)
    running.communicate()
    done = growth("run", "--extracts", export, "--home", other)
    assert done.returncode == 0, done.stderr
    assert digests(other) == digests(home)
    assert one(other, "select count(*) from meta.runs where status = 'failed'") == 1
