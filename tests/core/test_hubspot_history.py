"""What attributes of HubSpot's records were, by its log of properties and by extracts alike, as core tells it."""

from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from pipelines.home import PROJECT_ROOT
from pipelines.intake import load_extracts
from pipelines.playbook_tables import load_playbook
from pipelines.warehouse import connect_scratch
from tests.core.crm import incoming_contracts
from tests.core.test_attribute_history import build
from tests.intake.test_log_without_old import log, written

MADE = "2024-02-01 08:00:00"
STATUS = "property_lifecyclestage,property_hs_lead_status,property_hubspot_owner_id"
CONTACT = f"id,property_createdate,_fivetran_synced,{STATUS}\n1,{MADE},2024-03-31 08:00:00,opportunity,,7\n"
DEAL = f"""deal_id,property_createdate,_fivetran_synced,deal_pipeline_stage_id,owner_id,property_closedate
1,{MADE},2024-03-31 08:00:00,s2,7,2024-03-31 09:00:00
"""
STAGES = "stage_id,pipeline_id,label,_fivetran_synced\ns1,p,Offer,2024-02-01\ns2,p,Signed,2024-02-01\n"
CONTACT_LOG = log(
    "contact_id",
    ("lifecyclestage", "02-01 08:00:00", "lead"),
    ("hs_lead_status", "02-10 08:00:00", "UNQUALIFIED"),
    ("hs_lead_status", "02-20 08:00:00", ""),
    ("lifecyclestage", "03-01 08:00:00", "opportunity"),
    ("hubspot_owner_id", "02-01 08:00:00", "6"),
    ("hubspot_owner_id", "03-05 08:00:00", "7"),
)
DEAL_LOG = log(
    "deal_id",
    ("dealstage", "02-01 08:00:00", "s1"),
    ("dealstage", "03-20 08:00:00", "s2"),
    ("closedate", "02-01 08:00:00", "1711868400000"),
    ("closedate", "03-20 08:00:00", "2024-03-31T09:00:00Z"),
)


@pytest.fixture
def con(tmp_path: Path) -> duckdb.DuckDBPyConnection:
    connection = connect_scratch()
    files = {"contact": CONTACT, "contact_property_history": CONTACT_LOG, "deal": DEAL, "deal_pipeline_stage": STAGES}
    company = f"id,property_createdate,_fivetran_synced\n1,{MADE},{MADE}\n"
    extracts = written(tmp_path / "x", **files, company=company, deal_property_history=DEAL_LOG)
    load_extracts(connection, extracts, [*incoming_contracts()], "1")
    load_playbook(connection, PROJECT_ROOT / "pipelines" / "playbook")
    build(connection, datetime(2024, 4, 10))
    return connection


@pytest.mark.capability("E3", "E8")
def test_status_owner_and_stage_are_told_as_core_calls_them(con: duckdb.DuckDBPyConnection) -> None:
    told = con.execute(
        "select record_id, attribute, value, strftime(from_at, '%m-%d'), strftime(until_at, '%m-%d') "
        "from core.attribute_history where attribute in ('status', 'owner_id', 'stage', 'close_on', 'lifecycle_stage') "
        "order by record_id, attribute, from_at"
    ).fetchall()
    lead, contact, deal = "hubspot-lead-1", "hubspot-contact-1", "hubspot-deal-1"
    assert told == [
        (contact, "lifecycle_stage", "opportunity", "03-01", None),
        (contact, "owner_id", "hubspot-owner-6", "03-01", "03-05"),
        (contact, "owner_id", "hubspot-owner-7", "03-05", None),
        (deal, "close_on", "2024-03-31", "02-01", None),
        (deal, "owner_id", "hubspot-owner-7", "03-31", None),
        (deal, "stage", "Offer", "02-01", "03-20"),
        (deal, "stage", "Signed", "03-20", None),
        (lead, "owner_id", "hubspot-owner-6", "02-01", "03-05"),
        (lead, "owner_id", "hubspot-owner-7", "03-05", None),
        (lead, "status", "lead", "02-01", "02-10"),
        (lead, "status", "UNQUALIFIED", "02-10", "02-20"),
        (lead, "status", "lead", "02-20", "03-01"),
        (lead, "status", "opportunity", "03-01", None),
    ]
