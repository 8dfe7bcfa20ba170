"""A large company is simulated in cells, and no one who reads its files can tell where one ends."""

import gzip
import re
from pathlib import Path

import polars as pl
import pytest

from pipelines.demo import firms, write, write_company
from pipelines.demo.draw import generator
from pipelines.demo.ids import PREFIXES, record_ids
from tests.demo.conftest import UNTIL, Export

SHARED = {"User", "Product2", "Campaign", "CampaignMemberStatus", "RecordType", "OpportunityStage"}
NUMBERED = {"web_visit": "visit_id", "form_fill": "form_fill_id", "email_event": "email_event_id"}


@pytest.fixture(scope="module")
def celled(tmp_path_factory: pytest.TempPathFactory) -> Export:
    """Three cells of 150 accounts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(write, "CELL_ACCOUNTS", 150)
        patch.setattr(firms, "CELL_ACCOUNTS", 150)
        folder = tmp_path_factory.mktemp("celled") / "out"
        return Export(write_company(folder, 450, 5, UNTIL, truth=folder.with_name("truth")))


def test_a_default_company_is_one_cell() -> None:
    assert firms.CELL_ACCOUNTS >= 5000


def test_no_two_rows_of_different_cells_share_an_id(celled: Export) -> None:
    for file in celled.report.files:
        name = file.name.split(".")[0]
        if name in PREFIXES:
            ids = celled.table(name).unique()["Id"]
            versions = celled.table(name).group_by("Id").len()["len"].max()
            assert isinstance(versions, int)
            assert versions <= 2, name
            assert ids.n_unique() > 0
    for name, key in NUMBERED.items():
        rows = celled.engagement(name)
        assert rows.unique()[key].n_unique() == rows.unique().height, name


def test_ids_of_a_cell_lie_in_a_range_of_its_own() -> None:
    first = record_ids("Lead", 1000, generator(1, "ids"), cell=0)
    second = record_ids("Lead", 1000, generator(1, "ids", 1), cell=1)
    assert set(first).isdisjoint(second)
    assert max(first) < min(second)


def test_addresses_domains_and_cookies_belong_to_one_cell(celled: Export) -> None:
    contacts, accounts = celled.table("Contact").unique("Id"), celled.table("Account").unique("Id")
    whole = contacts.filter(pl.col("Email").is_not_null())
    truth = pl.read_parquet(celled.report.folder.with_name("truth") / "visits.parquet")
    cell = truth.with_columns(cell=pl.col("person_key").str.extract(r"^person-(\d+)-")).drop_nulls("cell")
    assert cell.group_by("visitor_id").agg(pl.col("cell").n_unique())["cell"].max() == 1
    assert set(cell["cell"]) == {"0", "1", "2"}
    assert whole["Email"].n_unique() > 0.9 * whole.height
    assert accounts["Name"].n_unique() > 0.9 * accounts.height


def test_all_cells_share_users_products_and_campaigns(celled: Export) -> None:
    for name in SHARED:
        assert celled.table(name)["Id"].is_unique().all()
    members = celled.table("CampaignMember")
    assert set(members["CampaignId"]) <= set(celled.table("Campaign")["Id"])
    written = celled.table("Campaign").select("Id", pl.col("NumberOfLeads").cast(pl.Int64))
    counted = members.filter(pl.col("LeadId").is_not_null()).group_by("CampaignId").len()
    both = written.join(counted, left_on="Id", right_on="CampaignId", how="left").with_columns(
        pl.col("len").fill_null(0)
    )
    assert both["NumberOfLeads"].sum() >= both["len"].sum() > 0


def test_representatives_are_named_by_the_seed_and_not_by_the_first_people_of_a_cell(
    celled: Export, tmp_path: Path
) -> None:
    alone = Export(write_company(tmp_path / "alone", 150, 5, UNTIL))
    assert celled.table("User")["Name"].to_list() == alone.table("User")["Name"].to_list()


def test_a_file_of_many_cells_has_one_header_and_planted_rows_on_the_reported_lines(celled: Export) -> None:
    for row in celled.report.planted:
        content = (celled.report.folder / row.file).read_bytes()
        text = (gzip.decompress(content) if row.file.endswith(".gz") else content).decode("utf-8-sig")
        assert text.count("\nId,") == 0
        line = text.split("\n")[row.line - 1]
        assert line.startswith(row.record_id or ","), row
        assert (row.found or "") in line
    assert len(celled.report.planted) >= 10


def test_big_tables_come_in_parts_of_parquet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.demo.files.PART_ROWS", 2000)
    monkeypatch.setattr("pipelines.demo.background.BLOCK_VIEWS", 2000)
    report = write_company(tmp_path / "out", 150, 5, UNTIL, events=20_000)
    parts = [file for file in report.files if re.fullmatch(r"web_visit_\d{3}\.parquet", file.name)]
    assert len(parts) >= 2
    visits = pl.read_parquet(report.folder / "web_visit_*.parquet")
    assert visits.height == sum(file.rows for file in parts)


@pytest.mark.capability("R2")
def test_the_truth_says_whose_each_page_view_was(celled: Export) -> None:
    truth = pl.read_parquet(celled.report.folder.with_name("truth") / "visits.parquet")
    visits = celled.engagement("web_visit").unique("visit_id")
    both = visits.join(truth, on="visit_id", how="inner", suffix="_true")
    assert both.height == visits.height == truth.height
    assert (both["visitor_id"] == both["visitor_id_true"]).all()
    known = both.filter(pl.col("email").is_not_null())
    assert known["person_key"].null_count() == 0
    assert both.filter("is_robot")["person_key"].count() == 0
    assert both.filter(pl.col("user_agent").str.contains("bot|python"))["is_robot"].all()
