"""The files look as a Salesforce export and marketing systems write them, and point at each other rightly."""

import gzip
from pathlib import Path

import polars as pl
import pytest

from pipelines.demo import write_company
from pipelines.demo.ids import PREFIXES
from pipelines.errors import GrowthError
from tests.demo.conftest import UNTIL, Export

OBJECTS = [name for name in PREFIXES if name != "Queue"]
PLANS = {
    "ActivityDate",
    "ActivityDateTime",
    "CloseDate",
    "EndDate",
    "EndDateTime",
    "NextStartDate",
    "StartDate",
    "StartDateTime",
    "UsageEndDate",
}
OF_LEADS = {("LeadHistory", "LeadId"), ("CampaignMember", "LeadId")}
REFERENCES = {
    ("Account", "ParentId"): ("Account",),
    ("Account", "PersonContactId"): ("Contact",),
    ("Account", "RecordTypeId"): ("RecordType",),
    ("Contact", "AccountId"): ("Account",),
    ("Lead", "ConvertedAccountId"): ("Account",),
    ("Lead", "ConvertedContactId"): ("Contact",),
    ("Lead", "ConvertedOpportunityId"): ("Opportunity",),
    ("Lead", "MasterRecordId"): ("Lead",),
    ("LeadHistory", "LeadId"): ("Lead",),
    ("Opportunity", "AccountId"): ("Account",),
    ("Opportunity", "CampaignId"): ("Campaign",),
    ("Opportunity", "RecordTypeId"): ("RecordType",),
    ("OpportunityHistory", "OpportunityId"): ("Opportunity",),
    ("OpportunityFieldHistory", "OpportunityId"): ("Opportunity",),
    ("OpportunityLineItem", "OpportunityId"): ("Opportunity",),
    ("OpportunityLineItem", "Product2Id"): ("Product2",),
    ("OpportunityContactRole", "OpportunityId"): ("Opportunity",),
    ("OpportunityContactRole", "ContactId"): ("Contact",),
    ("Opportunity", "ContractId"): ("Contract",),
    ("Contract", "AccountId"): ("Account",),
    ("Contract", "CustomerSignedId"): ("Contact",),
    ("Asset", "AccountId"): ("Account",),
    ("Asset", "Product2Id"): ("Product2",),
    ("Case", "AccountId"): ("Account",),
    ("Case", "ContactId"): ("Contact",),
    ("EmailMessage", "ActivityId"): ("Task",),
    ("EmailMessage", "RelatedToId"): ("Account", "Opportunity"),
    ("EmailMessage", "ReplyToEmailMessageId"): ("EmailMessage",),
    ("CampaignMember", "CampaignId"): ("Campaign",),
    ("CampaignMember", "LeadId"): ("Lead",),
    ("CampaignMember", "ContactId"): ("Contact",),
    ("CampaignMemberStatus", "CampaignId"): ("Campaign",),
    ("Task", "WhoId"): ("Lead", "Contact"),
    ("Task", "WhatId"): ("Account", "Opportunity"),
    ("Task", "AccountId"): ("Account",),
    ("Event", "WhoId"): ("Lead", "Contact"),
    ("Event", "WhatId"): ("Account", "Opportunity"),
}


def checked(record_id: str) -> str:
    """The 18-character form of a 15-character id, spelled out letter by letter."""
    suffix = ""
    for five in (record_id[0:5], record_id[5:10], record_id[10:15]):
        suffix += "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"[
            sum(1 << place for place, letter in enumerate(five) if "A" <= letter <= "Z")
        ]
    return record_id[:15] + suffix


def test_the_check_characters_are_those_of_a_known_salesforce_id() -> None:
    assert checked("001Ec00000FzlUd") == "001Ec00000FzlUdIAJ"


@pytest.mark.parametrize("name", OBJECTS)
def test_ids_have_the_prefix_of_their_object_and_valid_check_characters(small: Export, name: str) -> None:
    ids = small.table(name)["Id"].to_list()
    assert ids
    assert all(one.startswith(PREFIXES[name]) and checked(one) == one for one in ids)


@pytest.mark.parametrize("place", REFERENCES, ids=".".join)
def test_every_reference_resolves(usual: Export, place: tuple[str, str]) -> None:
    name, column = place
    used = usual.table(name)[column].drop_nulls()
    known = pl.concat([usual.table(target)["Id"] for target in REFERENCES[place]])
    assert len(used) > 0
    astray = set(used) - set(known)
    if place in OF_LEADS:  # what was told of leads that somebody erased for good is still there
        assert len(astray) < 0.01 * len(set(used))
    else:
        assert astray == set()


def test_owners_are_users_or_queues_but_for_one_who_is_missing_from_the_users(usual: Export) -> None:
    owners = set(pl.concat([usual.table(name)["OwnerId"] for name in ("Account", "Lead", "Opportunity", "Task")]))
    strangers = owners - set(usual.table("User")["Id"])
    assert sorted(one[:3] for one in strangers) == ["005", "00G", "00G"]


def test_nothing_has_a_time_after_the_last_day_but_plans(usual: Export) -> None:
    for name in OBJECTS:
        table = usual.table(name)
        columns = [
            column for column in table.columns if ("Date" in column or "Modstamp" in column) and column not in PLANS
        ]
        latest = [table[column].max() for column in columns if table[column].count()]
        assert all(isinstance(moment, str) and "2023-01-01" <= moment < "2026-07-01" for moment in latest), name
    for name, column in (
        ("web_visit", "visited_at"),
        ("form_fill", "submitted_at"),
        ("email_event", "occurred_at"),
        ("firmographic", "fetched_at"),
    ):
        assert str(usual.engagement(name)[column].max()) < "2026-07-01"


def test_the_same_seed_gives_the_same_bytes_and_another_seed_another_company(small: Export, tmp_path: Path) -> None:
    again = write_company(tmp_path / "again", accounts=200, seed=1, until=UNTIL)
    other = write_company(tmp_path / "other", accounts=200, seed=2, until=UNTIL)
    for file in small.report.files:
        content = (small.report.folder / file.name).read_bytes()
        assert content == (again.folder / file.name).read_bytes(), file.name
        if file.name.split(".")[0] not in ("OpportunityStage",):
            assert content != (other.folder / file.name).read_bytes(), file.name
    assert [(row.file, row.line, row.record_id) for row in again.planted] == [
        (row.file, row.line, row.record_id) for row in small.report.planted
    ]


def test_text_files_open_with_a_mark_and_end_their_lines_as_their_service_does(small: Export) -> None:
    lead, task = ((small.report.folder / f"{name}.csv").read_bytes() for name in ("Lead", "Task"))
    assert lead.startswith(b"\xef\xbb\xbfId,")
    assert b"\r\n" not in lead.split(b"\n")[0] + b"\n"
    assert task.split(b"\n")[0].endswith(b"\r")


def test_planted_rows_stand_on_the_reported_lines(usual: Export) -> None:
    assert len(usual.report.planted) >= 10
    for row in usual.report.planted:
        content = (usual.report.folder / row.file).read_bytes()
        content = gzip.decompress(content) if row.file.endswith(".gz") else content
        line = content.decode("utf-8-sig").split("\n")[row.line - 1]
        assert line.startswith(row.record_id or ","), row
        assert (row.found or "") in line


def test_the_report_counts_the_rows_of_each_file(small: Export) -> None:
    for file in small.report.files:
        name = file.name.split(".")[0]
        written = small.raw(name) if name in OBJECTS else small.engagement(name)
        assert len(written) == file.rows


def test_a_folder_that_holds_something_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("precious")
    with pytest.raises(GrowthError, match=r"mine\.txt"):
        write_company(tmp_path, accounts=200)


def test_a_company_without_accounts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GrowthError, match="at least 20"):
        write_company(tmp_path / "none", accounts=3)
