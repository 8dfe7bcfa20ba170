"""The genuine Salesforce export, where it is at hand: every row of it accounted for."""

import pytest

from pipelines.home import PROJECT_ROOT
from pipelines.intake import balance_problems
from pipelines.warehouse import connect_scratch
from tests.intake.loading import ALL_CONTRACTS, load

EXPORT = PROJECT_ROOT.parent / "shared" / "data" / "salesforce_export" / "data"


@pytest.mark.capability("E1")
@pytest.mark.skipif(not EXPORT.exists(), reason="the genuine export is not part of the repository")
def test_every_row_of_the_genuine_export_is_loaded_and_only_owners_are_unknown() -> None:
    con = connect_scratch()
    report = load(con, EXPORT, contracts=ALL_CONTRACTS)
    assert {balance.object: balance.rows_loaded for balance in report.files} == {
        "Account": 22, "Branch__c": 5, "Campaign": 8, "CampaignMember": 68, "Case": 40,
        "Contact": 102, "Lead": 60, "Opportunity": 50, "Task": 75,
    }  # fmt: skip
    assert con.execute("select count(*) from quarantine.rows").fetchall() == [(0,)]
    assert balance_problems(con, "load-1") == []
    assert str(report.as_of) == "2024-01-23 17:50:51"
    warned = con.execute(
        "select distinct rule_id from ledger.rule_results where rows_failed + rows_waiting > 0 and kind = 'reference'"
    ).fetchall()
    assert warned == [("owner_known",)]
    owners = "select sum(rows_failed + rows_waiting) from ledger.rule_results where rule_id = 'owner_known'"
    assert con.execute(owners).fetchall() == [(22 + 8 + 40 + 102 + 60 + 50 + 75,)]
    unlisted = [(item.kind, item.file) for item in report.reports if item.kind == "unlisted"]
    assert unlisted == [("unlisted", "Branch__c.csv")]
    again = load(con, EXPORT, "load-2", ALL_CONTRACTS)
    assert not again.changed
    assert sum(balance.rows_identical for balance in again.files) == sum(balance.rows_read for balance in again.files)
