"""The simulated company, from `growth demo` to what people read: models that speak, lists without the suppressed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from pipelines.home import PROJECT_ROOT
from pipelines.publish.manifest import missing_files, read_manifest
from tests.whole.command import digests, growth, one, rows

ACCOUNTS = 3000


@pytest.fixture(scope="module")
def extracts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo") / "extracts"
    done = growth("demo", "--accounts", str(ACCOUNTS), "--seed", "11", "--out", folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def home(extracts: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo_home") / "home"
    done = growth("run", "--extracts", extracts, "--home", folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.capability("M2", "M6", "M9")
def test_the_model_of_lead_conversion_ranks_the_queue_and_says_why(home: Path) -> None:
    [(low, verdict)] = rows(
        home,
        "select low, verdict from marts.model_health"
        " where model = 'lead_conversion' and slice = 'all' and metric = 'auc'",
    )
    assert isinstance(low, float)
    assert low > 0.6, verdict
    assert one(home, "select count(*) from marts.lead_queue where score_source = 'model' and len(reasons) = 0") == 0
    disorder = (
        "select count(*) from marts.lead_queue as one inner join marts.lead_queue as other"
        " on one.rank < other.rank and one.fast_lane = other.fast_lane"
        " and one.conversion_probability < other.conversion_probability"
    )
    assert one(home, disorder) == 0
    fast_first = (
        "select max(rank) filter (where fast_lane) < min(rank) filter (where not fast_lane) from marts.lead_queue"
    )
    assert one(home, fast_first)


@pytest.mark.capability("E6", "E2")
def test_every_row_is_accounted_for(home: Path) -> None:
    parts = "rows_loaded + rows_identical + rows_superseded + rows_quarantined + rows_rejected"
    assert rows(home, f"select file from meta.balance where rows_read <> {parts}") == []
    assert one(home, "select sum(rows_quarantined) > 0 from meta.balance"), "the demo plants rows that must be refused"


def test_nobody_who_refused_is_in_the_queue(home: Path, extracts: Path) -> None:
    refused: set[str] = set()
    for name in ("Lead.csv", "Contact.csv"):
        people = pl.read_csv(extracts / name, infer_schema=False)
        out = people.filter((pl.col("HasOptedOutOfEmail") == "1") | (pl.col("DoNotCall") == "1"))
        refused |= {mail.strip().lower() for mail in out["Email"].drop_nulls()}
    listed = {str(mail).lower() for (mail,) in rows(home, "select email from marts.lead_queue where email is not null")}
    assert refused
    assert listed
    assert refused & listed == set()


@pytest.mark.capability("E9")
def test_open_deals_without_a_next_step_are_told_and_told_losses_are_not(home: Path, extracts: Path) -> None:
    deals = pl.read_csv(extracts / "Opportunity.csv", infer_schema=False)
    kept = deals.filter(pl.col("IsDeleted").fill_null("").is_in(["true", "1"]).not_())
    late = kept.filter(pl.col("StageName").is_in(["Proposal", "Negotiation"]))
    assert rows(
        home, "select opportunities, unmet from meta.stage_requirements where requirement = 'next_step_named'"
    ) == [(len(late), late["NextStep"].is_null().sum())]
    assert rows(home, "select met > 0, unmet from meta.stage_requirements where requirement = 'loss_reason_said'") == [
        (True, 0)
    ]
    totals = "sum(open_opportunities), sum(overstated) > 0 and sum(overstated) < sum(open_opportunities)"
    open_deals = len(kept.filter(pl.col("StageName").str.starts_with("Closed").not_()))
    assert rows(home, f"select {totals} from meta.stage_mismatch") == [(open_deals, True)]
    page = (home / "published" / "latest" / "report.html").read_text(encoding="utf-8")
    assert "Stages that the fields do not support" in page


@pytest.mark.capability("X4")
def test_the_published_folder_is_whole_and_private(home: Path) -> None:
    latest = home / "published" / "latest"
    manifest = read_manifest(latest)
    assert manifest is not None
    assert missing_files(latest, manifest, read_all=True) == []
    assert (home.stat().st_mode & 0o077, (latest / "reader.duckdb").stat().st_mode & 0o077) == (0, 0)


WATCH = """
import os, sys

def watch(event, words):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname"):
        os.write(2, f"CALLS OUT {event} {words[-1]!r}\\n".encode())

sys.addaudithook(watch)
"""


@pytest.fixture(scope="module")
def second(extracts: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The same extracts in another fresh home, every attempt to reach a network told on stderr."""
    folder = tmp_path_factory.mktemp("second")
    (folder / "sitecustomize.py").write_text(WATCH, encoding="utf-8")
    done = growth("run", "--extracts", extracts, "--home", folder / "home", PYTHONPATH=str(folder))
    assert done.returncode == 0, done.stderr
    return folder / "home", done.stderr


@pytest.mark.capability("M4")
def test_the_same_input_gives_the_same_tables_to_the_last_byte(home: Path, second: tuple[Path, str]) -> None:
    assert digests(second[0]) == digests(home)


def test_nothing_calls_out(second: tuple[Path, str]) -> None:
    assert "CALLS OUT" not in second[1]


@pytest.mark.capability("X5")
def test_the_commands_read_what_was_published(home: Path) -> None:
    queue = json.loads(growth("queue", "--home", home, "--json", "--limit", "3").stdout)
    assert len(queue) == 3
    for words in (["timeline", queue[0]["lead_id"]], ["why", queue[0]["lead_id"]], ["targets"], ["funnel"], ["doctor"]):
        done = growth(*words, "--home", home)
        assert (done.returncode, done.stderr) == (0, ""), words


@pytest.mark.capability("X3")
@pytest.mark.parametrize("notebook", ["published", "model_bench"])
def test_the_notebooks_run_over_what_was_published(home: Path, notebook: str) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", f"notebooks/{notebook}.py"],
        cwd=PROJECT_ROOT,
        env=os.environ | {"GROWTH_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
