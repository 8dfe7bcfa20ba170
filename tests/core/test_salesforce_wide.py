"""Salesforce as a replication tool lands it: its own rows alone, and beside what the CRM's own export holds."""

from pathlib import Path

import pytest

from pipelines.intake import load_extracts
from pipelines.intake.forms.files import find_files
from pipelines.intake.forms.recognise import contract_of
from pipelines.warehouse import connect_scratch
from tests.core.crm import NOON, Crm, incoming_contracts

SYNCED = "2024-06-01 08:00"


def put(crm: Crm, table: str, row: str, **values: object) -> None:
    crm.add(f"sf_{table}", **{"Id": row, "created_date": "2024-02-01 08:00", "_fivetran_synced": SYNCED} | values)


@pytest.mark.capability("E3", "I1")
def test_replicated_records_are_the_records_of_the_crm(crm: Crm) -> None:
    put(crm, "account", "0011", name="Ada Works", _fivetran_active=True)
    put(crm, "account", "0012", name="Gone", _fivetran_active=False)
    put(crm, "account", "0013", name="Gone, too", is_deleted=True)
    put(crm, "contact", "0031", account_id="0011", email="ada@ada.example")
    put(crm, "lead", "00Q1", email="ada@ada.example", status="Converted", is_converted=True,
        converted_date="2024-03-01 00:00", converted_contact_id="0031", converted_account_id="0011")  # fmt: skip
    put(crm, "opportunity", "0061", account_id="0011", stage_name="Closed Won", is_closed=True, is_won=True,
        close_date="2024-05-01 00:00", amount=10)  # fmt: skip
    put(crm, "task", "00T1", who_id="0031", type="Call", is_closed=True, activity_date="2024-04-01 00:00")
    assert crm.rows("core.accounts", "account_id, account_name") == [("0011", "Ada Works")]
    assert crm.rows("core.people", "person_id, records") == [("0031", 2)]
    assert crm.rows("core.opportunities", "opportunity_id, account_id, outcome, amount") == [
        ("0061", "0011", "won", 10)
    ]
    assert crm.rows("core.touches", "source_id, person_id") == [("00T1", "0031")]


@pytest.mark.capability("E3", "I1")
def test_a_prospect_that_the_replica_has_is_one_person_with_it(crm: Crm) -> None:
    put(crm, "contact", "0031", email="cy@ada.example")
    put(crm, "account", "0011", name="Ada Works")
    times = {"created_at": "2024-02-01 08:00", "updated_at": "2024-06-01 08:00"}
    crm.add("pardot_prospect", Id="1", crm_contact_fid="0031", crm_account_fid="0011", prospect_account_id="a",
            email="c.y@ada.example", opted_out=True, **times)  # fmt: skip
    assert crm.rows("core.survivors", "record_id, survivor_id") == [("pardot-prospect-1", "0031")]
    assert crm.rows("core.suppressions", "person_id, reason") == [("0031", "opted_out")]
    assert crm.rows("core.accounts", "account_id") == [("0011",)]


@pytest.mark.capability("E3")
def test_a_record_without_its_day_was_there_when_it_was_first_seen(crm: Crm) -> None:
    put(crm, "account", "0011", name="Ada Works", created_date=None)
    crm.add("sf_account_history", Id="0011", _fivetran_start="2024-03-05 07:00", _fivetran_synced=SYNCED)
    crm.add("sf_account_history", Id="0011", _fivetran_start="2024-04-05 07:00", _fivetran_synced=SYNCED)
    assert crm.rows("core.accounts", "account_id, created_at::varchar") == [("0011", "2024-03-05 07:00:00")]


@pytest.mark.capability("E3", "M4")
def test_a_record_that_nobody_dates_is_there_now_whenever_it_was_last_changed(crm: Crm) -> None:
    for row, changed in (("0031", "2024-02-01 08:00"), ("0032", "2024-05-01 08:00")):
        put(crm, "contact", row, created_date=None, email=f"p{row}@ada.example", has_opted_out_of_email=True,
            last_modified_date=changed, system_modstamp=changed, _fivetran_synced=changed)  # fmt: skip
    now = NOON.isoformat(sep=" ")
    assert crm.rows("core.contacts", "contact_id, created_at::varchar") == [("0031", now), ("0032", now)]
    assert crm.rows("core.suppressions", "person_id, reason") == [("0031", "opted_out"), ("0032", "opted_out")]


@pytest.mark.capability("E3", "T5")
def test_what_the_own_export_holds_is_left_to_it_but_for_refusals(crm: Crm) -> None:
    crm.add("lead", Id="00Q1", Email="bo@ada.example", LastName="Own")
    crm.add("contact", Id="0031", Email="cy@ada.example", HasOptedOutOfEmail=False)
    put(crm, "lead", "00Q1", email="bo@ada.example", last_name="Replica")
    put(crm, "contact", "0031", email="cy@ada.example", has_opted_out_of_email=True)
    put(crm, "contact", "0032", email="di@ada.example", is_email_bounced=True)
    assert crm.rows("core.leads", "lead_id, full_name") == [("00Q1", "Own")]
    assert crm.rows("core.suppressions", "person_id, reason", where="true order by 1") == [
        ("0031", "opted_out"),
        ("0032", "bounced"),
    ]
    assert crm.rows("core.contacts", "contact_id") == [("0031",), ("0032",)]


@pytest.mark.capability("E3")
def test_states_are_changes_of_stage_only_where_the_stage_changed(crm: Crm) -> None:
    put(crm, "opportunity", "0061", stage_name="Proposal", created_date="2024-02-01 08:00")
    for number, (moment, stage) in enumerate(
        [("02-01 08:01", "New"), ("02-10 08:00", "New"), ("03-01 08:00", "Proposal")]
    ):
        crm.add("sf_opportunity_history", Id="0061", _fivetran_start=f"2024-{moment}", stage_name=stage,
                owner_id=f"005{number}", _fivetran_synced=SYNCED)  # fmt: skip
    put(crm, "opportunity", "0062", stage_name="New", created_date="2020-02-01 08:00")
    crm.add(
        "sf_opportunity_history", Id="0062", _fivetran_start="2024-03-05", stage_name="New", _fivetran_synced=SYNCED
    )
    changes = crm.rows("staging.opportunity_history", "opportunity_id, stage, changed_at::varchar")
    assert sorted(changes) == [
        ("0061", "New", "2024-02-01 08:01:00"),
        ("0061", "Proposal", "2024-03-01 08:00:00"),
    ]
    put(crm, "opportunity_stage_change", "0081", opportunity_id="0061", stage_name="New")
    assert crm.rows("staging.opportunity_history", "opportunity_history_id") == [("0081",)]


@pytest.mark.capability("E3")
@pytest.mark.parametrize(
    ("name", "header", "expected"),
    [
        ("account.csv", "id,name,_fivetran_synced", "SfAccount"),
        ("SF_ACCOUNT_DATA.csv", "ID,NAME,_FIVETRAN_SYNCED", "SfAccount"),
        ("account.csv", "Id,Name,CreatedDate,SystemModstamp", "Account"),
        ("contact.csv", "id,_fivetran_synced,account_id,email", "SfContact"),
        ("contact.csv", "id,_fivetran_synced,property_email,property_createdate", "HubspotContact"),
        ("account_history_2.csv", "id,_fivetran_start,_fivetran_synced,name", "SfAccountHistory"),
        ("account_history.csv", "id,account_id,field,created_date,_fivetran_synced", "SfAccountChange"),
        ("opportunity_history.csv", "id,opportunity_id,created_date,stage_name,_fivetran_synced",
         "SfOpportunityStageChange"),
        ("product_2.csv", "id,name,_fivetran_synced", "SfProduct2"),
    ],
)  # fmt: skip
def test_the_header_tells_the_replica_from_every_other_source(
    tmp_path: Path, name: str, header: str, expected: str
) -> None:
    (tmp_path / name).write_text(f"{header}\n")
    [file] = find_files(tmp_path)
    found = contract_of(file, incoming_contracts())
    assert found is not None
    assert found.object == expected


@pytest.mark.capability("E3", "R2")
def test_files_of_the_replica_load_with_their_past_and_what_no_contract_names(tmp_path: Path) -> None:
    account = "0011G00000abcdeQAA"
    files = {
        "sf_account_data.csv": "id,_fivetran_synced,name,industry,tier_c\n"
        f"{account[:15]},2024-05-01 08:00:00,Ada Works,Mining,gold\n,2024-05-01 08:00:00,No id,,\n",
        "sf_account_history_data.csv": "id,_fivetran_start,_fivetran_end,_fivetran_active,_fivetran_synced,industry\n"
        f"{account},2024-01-01 08:00:00,2024-03-01 07:59:59,false,2024-05-01 08:00:00,Rail\n"
        f"{account},2024-03-01 08:00:00,9999-12-31 23:59:59,true,2024-05-01 08:00:00,Mining\n",
        "sf_user_role_data.csv": "id,_fivetran_synced\n1,2024-05-01 08:00:00\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    with connect_scratch() as connection:
        report = load_extracts(connection, tmp_path, [*incoming_contracts()], "first")
        assert all(file.is_balanced for file in report.files)
        rows = "select id, tier_c from raw.sf_account"
        assert connection.execute(rows).fetchall() == [(account, "gold")]
        past = (
            "select value, from_at::varchar, until_at::varchar from raw_history.sf_account "
            f"where record_id = '{account}' and column_name = 'industry' order by stretch_number"
        )
        assert connection.execute(past).fetchall() == [
            ("Rail", "2024-01-01 08:00:00", "2024-03-01 08:00:00"),
            ("Mining", "2024-03-01 08:00:00", None),
        ]
        refused = "select object, rows_read - rows_loaded from ledger.balance where rows_read > rows_loaded"
        assert connection.execute(refused).fetchall() == [("SfAccount", 1)]
        unlisted = "select object from ledger.reports where kind = 'unlisted'"
        assert connection.execute(unlisted).fetchall() == [("sf_user_role_data",)]
