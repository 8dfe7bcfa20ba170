"""A genuine Salesforce export, as it came: what the core tables make of it."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from pipelines.home import PROJECT_ROOT
from pipelines.intake import load_extracts
from pipelines.named_fields import write_named_fields
from pipelines.playbook_tables import load_playbook, set_as_of
from pipelines.tables.build import build_table, check_key_unique
from pipelines.warehouse import connect_scratch
from tests.core.crm import incoming_contracts, tables_from_sql


@pytest.fixture(scope="module")
def built(shared_data: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with connect_scratch() as connection:
        folder = shared_data / "salesforce_export" / "data"
        report = load_extracts(connection, folder, [*incoming_contracts()], "first")
        load_playbook(connection, PROJECT_ROOT / "pipelines" / "playbook")
        set_as_of(connection, report.as_of or datetime(2024, 1, 24))
        write_named_fields(connection, incoming_contracts())
        for table in tables_from_sql():
            build_table(connection, table)
            assert check_key_unique(connection, table) == 0, table.name
        yield connection


@pytest.mark.capability("E1")
def test_opportunities_are_won_lost_and_open_and_none_has_a_duration(built: duckdb.DuckDBPyConnection) -> None:
    counts = "select outcome, count(*), count(days_open) from core.opportunities group by outcome order by outcome"
    assert built.execute(counts).fetchall() == [("lost", 3, 0), ("open", 35, 0), ("won", 12, 0)]


@pytest.mark.capability("E1")
def test_all_records_of_the_migration_are_marked(built: duckdb.DuckDBPyConnection) -> None:
    for table, moved, all_rows in [("leads", 60, 60), ("opportunities", 50, 50), ("contacts", 100, 102)]:
        counts = f"select count(*) filter (where is_backfilled), count(*) from core.{table}"
        assert built.execute(counts).fetchall() == [(moved, all_rows)]


@pytest.mark.capability("I2")
def test_a_company_that_holds_an_account_id_is_that_account(built: duckdb.DuckDBPyConnection) -> None:
    matches = "select distinct company_name, account_match from core.leads"
    assert built.execute(matches).fetchall() == [("Lead Account", "company_id")]


@pytest.mark.capability("I4")
def test_planned_tasks_are_no_touches_and_uploaded_members_no_responses(built: duckdb.DuckDBPyConnection) -> None:
    kinds = "select kind, count(*), count(person_id) from core.touches group by kind"
    assert built.execute(kinds).fetchall() == [("campaign_sent", 68, 68)]


@pytest.mark.capability("T5")
def test_consent_is_unknown_for_leads_whose_export_has_no_such_column(built: duckdb.DuckDBPyConnection) -> None:
    consent = "select email_allowed, count(*) from core.people group by all order by 2"
    assert built.execute(consent).fetchall() == [(None, 60), (True, 102)]


def test_owners_without_a_user_file_are_kept_without_a_name(built: duckdb.DuckDBPyConnection) -> None:
    assert built.execute("select count(*), count(user_name) from core.users").fetchall() == [(2, 0)]


@pytest.mark.capability("E9")
def test_stages_come_in_their_order_though_the_probabilities_mislead(built: duckdb.DuckDBPyConnection) -> None:
    ladder = "select stage from core.stage_ladder where stage_number is not null order by stage_number"
    stages = ["Discovery", "Qualification", "Proposal/Quote", "Negotiation", "Closed Won"]
    assert built.execute(ladder).fetchall() == [(stage,) for stage in stages]


@pytest.mark.capability("E9")
def test_what_the_export_lacks_is_unknown_and_what_it_leaves_blank_is_not(built: duckdb.DuckDBPyConnection) -> None:
    found = "select requirement, unmet, unknown from meta.stage_requirements where unmet + unknown > 0 order by all"
    assert built.execute(found).fetchall() == [
        ("close_date_planned", 3, 0),
        ("contact_named", 0, 38),
        ("loss_reason_said", 0, 3),
        ("next_step_named", 17, 0),
        ("products_named", 0, 29),
    ]
    owner = "select open_opportunities, overstated, closed_opportunities, closed_with_gaps from meta.stage_mismatch"
    assert built.execute(owner).fetchall() == [(35, 18, 15, 0)]
