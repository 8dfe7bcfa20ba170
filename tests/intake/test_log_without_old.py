"""A log that holds the new value alone, under names of its own: what it asserts, and what it leaves unknown."""

import itertools
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from pipelines.intake import load_extracts
from pipelines.warehouse import connect_scratch
from tests.core.crm import incoming_contracts

NAMES = ("HubspotContact", "HubspotContactPropertyHistory", "HubspotDeal", "HubspotDealPropertyHistory")
CONTRACTS = [
    replace(one, required=False, supplements=False)
    for one in incoming_contracts()
    if one.object in (*NAMES, "HubspotDealStage", "HubspotDealPipelineStage")
]
MADE = "2024-02-01 08:00:00"


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    return connect_scratch()


def written(folder: Path, **files: str) -> Path:
    folder.mkdir()
    for name, text in files.items():
        (folder / f"hubspot_{name}.csv").write_text(text)
    return folder


def contact(title: str, synced: str) -> str:
    header = "id,property_createdate,_fivetran_synced,property_email,property_jobtitle\n"
    return f"{header}1,{MADE},{synced},a@b.example,{title}\n"


def log(key: str, *entries: tuple[str, str, str]) -> str:
    """Field, when, value of record 1."""
    rows = (f"1,{name},2024-{moment},2024-03-31 08:00:00,{value}\n" for name, moment, value in entries)
    return f"{key},name,timestamp,_fivetran_synced,value\n" + "".join(rows)


def past(con: duckdb.DuckDBPyConnection, column: str, table: str = "hubspot_contact") -> list[tuple[object, ...]]:
    """value, from, until (month and day), known by; of one column."""
    return con.execute(
        "select case when is_known then value else '?' end, strftime(from_at, '%m-%d'), strftime(until_at, '%m-%d'), "
        f"known_by from raw_history.{table} where column_name = ? order by observed_at, until_at",
        [column],
    ).fetchall()


@pytest.mark.capability("E3", "E8")
@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_a_change_that_log_and_extracts_tell_is_one_and_nothing_is_known_before_the_first_entry(
    tmp_path: Path, con: duckdb.DuckDBPyConnection, order: tuple[int, ...]
) -> None:
    entries = log("contact_id", ("jobtitle", "02-10 08:00:00", "CIO"), ("JobTitle", "03-10 08:00:00", "CEO"))
    files = [
        {"contact": contact("CIO", "2024-03-01 08:00:00")},
        {"contact": contact("CEO", "2024-03-20 08:00:00")},
        {"contact_property_history": entries},
    ]
    for number in order:
        load_extracts(con, written(tmp_path / f"x{number}", **files[number]), CONTRACTS, f"load-{number}")
    assert past(con, "property_jobtitle") == [("CIO", "02-10", "03-10", "history"), ("CEO", "03-10", None, "history")]
    coverage = (
        "select strftime(told_from_at, '%m-%d') from ledger.history_coverage where column_name = 'property_jobtitle'"
    )
    assert con.execute(coverage).fetchall() == [("02-10",)]


@pytest.mark.capability("E3", "E8")
def test_what_a_record_was_made_with_is_known_from_its_first_moment_and_a_value_taken_away_is_none(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    made = ("jobtitle", "02-01 08:00:00", "CIO")
    entries = log("contact_id", made, ("jobtitle", "02-20 08:00:00", ""), ("jobtitle", "03-10 08:00:00", "CEO"))
    files = {"contact": contact("CEO", "2024-03-20 08:00:00"), "contact_property_history": entries}
    load_extracts(con, written(tmp_path / "x", **files), CONTRACTS, "1")
    assert [row[:3] for row in past(con, "property_jobtitle")] == [
        ("CIO", None, "02-20"),
        (None, "02-20", "03-10"),
        ("CEO", "03-10", None),
    ]


@pytest.mark.capability("E3", "E8")
def test_a_log_may_call_columns_otherwise_and_write_moments_as_numbers(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    header = "deal_id,property_createdate,_fivetran_synced,deal_pipeline_stage_id,owner_id,property_closedate,"
    header += "property_amount\n"
    deal = f"{header}1,{MADE},2024-03-31 08:00:00,won,7,2024-03-15 00:00:00,20.00\n"
    entries = log(
        "deal_id",
        ("dealstage", "02-01 08:00:00", "open"),
        ("dealstage", "03-05 08:00:00", "won"),
        ("hubspot_owner_id", "02-02 08:00:00", "6"),
        ("hubspot_owner_id", "02-03 08:00:00", "7"),
        ("closedate", "02-01 08:00:00", "1711843200000"),
        ("closedate", "03-05 08:00:00", "2024-03-15T00:00:00Z"),
        ("amount", "02-01 08:00:00", "10"),
        ("amount", "02-07 08:00:00", "20"),
        ("amount", "03-07 08:00:00", "20.0"),
    )
    stages = "deal_id,date_entered,_fivetran_synced,value\n1,2024-03-05 08:00:00,2024-03-31 08:00:00,won\n"
    files = {"deal": deal, "deal_property_history": entries, "deal_stage": stages}
    load_extracts(con, written(tmp_path / "x", **files), CONTRACTS, "1")
    found = {
        column: [row[:3] for row in past(con, column, "hubspot_deal")]
        for column in ("deal_pipeline_stage_id", "owner_id", "property_closedate", "property_amount")
    }
    assert found == {
        "deal_pipeline_stage_id": [("open", None, "03-05"), ("won", "03-05", None)],
        "owner_id": [("6", "02-02", "02-03"), ("7", "02-03", None)],
        "property_closedate": [("2024-03-31 00:00:00", None, "03-05"), ("2024-03-15 00:00:00", "03-05", None)],
        "property_amount": [("10.00", None, "02-07"), ("20.00", "02-07", None)],
    }
