"""How many events there are is asked for; what leads do stays as it is."""

from pathlib import Path

import polars as pl
import pytest

from pipelines.demo import DemoReport, background, write_company
from pipelines.errors import GrowthError
from tests.demo.conftest import UNTIL, Export

KINDS = ("web_visit", "form_fill", "email_event")


def written(folder: Path, events: int | None, accounts: int = 150) -> DemoReport:
    return write_company(folder, accounts, 5, UNTIL, events=events, truth=folder.with_name(folder.name + "_truth"))


def events_of(report: DemoReport) -> int:
    return sum(file.rows for file in report.files if file.name.startswith(KINDS))


@pytest.fixture(scope="module")
def usual_number(tmp_path_factory: pytest.TempPathFactory) -> Export:
    return Export(written(tmp_path_factory.mktemp("events") / "usual", None))


@pytest.mark.parametrize("factor", [0.97, 1.5, 20.0])
def test_about_as_many_events_are_written_as_were_asked_for(
    usual_number: Export, tmp_path: Path, factor: float
) -> None:
    asked = round(factor * events_of(usual_number.report))
    assert abs(events_of(written(tmp_path / "out", asked)) - asked) <= 0.03 * asked


def test_more_events_change_nothing_but_strangers_and_robots(usual_number: Export, tmp_path: Path) -> None:
    more = Export(written(tmp_path / "more", 30_000))
    for file in usual_number.report.files:
        if not file.name.startswith("web_visit"):
            content = (usual_number.report.folder / file.name).read_bytes()
            assert content == (more.report.folder / file.name).read_bytes(), file.name
    named = [export.engagement("web_visit").unique("visit_id")["email"].count() for export in (usual_number, more)]
    assert named[0] == named[1] > 0


def test_some_robots_say_so_and_some_pass_for_browsers(tmp_path: Path) -> None:
    visits = Export(written(tmp_path / "out", 60_000)).engagement("web_visit").unique("visit_id")
    robots = visits.join(pl.read_parquet(tmp_path / "out_truth" / "visits.parquet").filter("is_robot"), on="visit_id")
    honest = robots.filter(pl.col("user_agent").str.contains("bot|python"))["visitor_id"].n_unique()
    assert 0.55 < honest / robots["visitor_id"].n_unique() < 0.92


def test_strangers_come_in_blocks_of_bounded_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "BLOCK_VIEWS", 5000)
    report = written(tmp_path / "out", 40_000)
    rows = Export(report).engagement("web_visit")
    assert abs(events_of(report) - 40_000) <= 1200
    assert rows["visit_id"].n_unique() == rows.unique().height


def test_too_few_events_end_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(GrowthError, match=r"150 accounts alone bring \d+ mails, forms and page views .* 100 events"):
        written(tmp_path / "out", 100)


def test_events_come_late_and_twice(usual_number: Export) -> None:
    visits = usual_number.engagement("web_visit").with_row_index()
    twice = visits.height - visits["visit_id"].n_unique()
    assert 0 < twice < 0.02 * visits.height
    behind = visits.filter(pl.col("visited_at") < pl.col("visited_at").cum_max() - pl.duration(hours=1))
    assert 0.002 < behind.height / visits.height < 0.03


def test_a_firm_with_addresses_of_its_own_is_found_by_them(usual_number: Export) -> None:
    truth = pl.read_parquet(usual_number.report.folder.with_name("usual_truth") / "visits.parquet")
    visits = usual_number.engagement("web_visit").unique("visit_id").join(truth, on="visit_id")
    own = visits.filter(~pl.col("is_shared_ip"), pl.col("account_id").is_not_null())
    block = own.with_columns(block=pl.col("ip").str.replace(r"\.\d+$", ""), last=pl.col("ip").str.extract(r"(\d+)$"))
    ranges = block.with_columns(pl.col("last").cast(pl.Int64) // 8).group_by("block", "last")
    assert own.height > 50
    assert ranges.agg(pl.col("account_id").n_unique())["account_id"].max() == 1
    shared = visits.filter("is_shared_ip").group_by("ip").agg(pl.col("visitor_id").n_unique())
    assert shared.filter(pl.col("visitor_id") > 1).height > 20
