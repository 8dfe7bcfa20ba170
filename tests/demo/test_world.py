"""The simulated company behaves as companies do, and everything it does is said in its world file."""

import re
from pathlib import Path

import polars as pl
import pytest
from pydantic import BaseModel

from pipelines import demo
from pipelines.demo.world import SHIPPED, World, read_world
from pipelines.errors import GrowthError
from tests.demo.conftest import Export


def share(table: pl.DataFrame, condition: pl.Expr) -> float:
    return table.filter(condition).height / table.height


def test_leads_become_opportunities_at_the_rate_of_the_field(usual: Export) -> None:
    leads = usual.table("Lead").unique("Id")
    assert 0.08 <= share(leads, pl.col("ConvertedOpportunityId").is_not_null()) <= 0.18
    assert leads["IsConverted"].count() >= 700


def test_deals_are_won_at_the_rate_of_the_field_in_every_year(usual: Export) -> None:
    closed = usual.table("Opportunity").filter(pl.col("IsClosed") == "1", pl.col("Type") == "New Business")
    assert 0.15 <= share(closed, pl.col("IsWon") == "1") <= 0.35
    first = closed.filter(pl.col("IsWon") == "1").group_by("AccountId").agg(pl.col("CloseDate").min())
    years = first["CloseDate"].str.slice(0, 4).value_counts()
    assert first.height >= 350
    assert min(years["count"].to_list()) >= 40


def test_most_accounts_were_never_touched_and_some_leads_never_worked(usual: Export) -> None:
    accounts, leads, tasks = usual.table("Account").unique("Id"), usual.table("Lead").unique("Id"), usual.table("Task")
    done = tasks.filter(pl.col("IsClosed") == "1")
    assert 4700 <= accounts.height <= 5300
    assert 0.25 <= share(accounts, pl.col("Id").is_in(done["AccountId"].drop_nulls().implode())) <= 0.45
    unworked = pl.col("IsConverted").is_null() & ~pl.col("Id").is_in(done["WhoId"].implode())
    assert 0.2 <= share(leads, unworked) <= 0.4


def test_activities_of_a_converted_lead_are_with_its_contact_and_its_opportunity(usual: Export) -> None:
    converted = usual.table("Lead").filter(pl.col("IsConverted") == "1").unique("Id")
    for name in ("Task", "Event"):
        activities = usual.table(name)
        assert activities.join(converted, left_on="WhoId", right_on="Id").is_empty()
        moved = activities.join(converted, left_on="WhatId", right_on="ConvertedOpportunityId")
        assert moved.filter(pl.col("WhoId") != pl.col("ConvertedContactId")).is_empty()
        assert moved.height > 300


def test_a_member_row_of_a_converted_lead_keeps_the_lead_and_gains_the_contact(usual: Export) -> None:
    converted = usual.table("Lead").filter(pl.col("IsConverted") == "1").unique("Id")
    rows = usual.table("CampaignMember").join(converted, left_on="LeadId", right_on="Id")
    assert rows.height > 100
    assert rows.filter(pl.col("ContactId").ne_missing(pl.col("ConvertedContactId"))).is_empty()


def test_uploaded_lists_never_answer(usual: Export) -> None:
    lists = usual.table("Campaign").filter(pl.col("Type") == "List Upload")["Id"]
    rows = usual.table("CampaignMember").filter(pl.col("CampaignId").is_in(lists.implode()))
    assert rows.height > 50
    assert rows["HasResponded"].count() == rows["FirstRespondedDate"].count() == 0


def test_the_traps_of_real_exports_are_there(usual: Export) -> None:
    accounts, contacts, leads = (usual.table(name).unique("Id") for name in ("Account", "Contact", "Lead"))
    assert max(accounts["CreatedDate"].str.slice(0, 10).value_counts()["count"].to_list()) >= 200
    assert {"Customer", "Competitor", "Partner"} <= set(accounts["Type"].drop_nulls())
    person = accounts.filter(pl.col("IsPersonAccount") == "1")
    assert person.height == person["PersonContactId"].count() > 5
    bought = accounts.filter(pl.col("Last_Purchase_Date__c").is_not_null())
    assert set(bought["Type"]) <= {"Customer", "Former Customer"}
    both = leads.filter(pl.col("ConvertedContactId").is_not_null()).join(
        contacts, left_on="ConvertedContactId", right_on="Id", suffix="_contact"
    )
    one_sided = pl.col("HasOptedOutOfEmail").is_null() != pl.col("HasOptedOutOfEmail_contact").is_null()
    assert both.filter(one_sided).height > 3
    for table in (accounts, contacts, leads):
        assert table["IsDeleted"].count() > 5
    assert usual.table("Lead").height > leads.height
    assert leads.filter(pl.col("OwnerId").str.starts_with("00G")).height > 100


def test_mail_is_opened_by_machines_too(usual: Export) -> None:
    events = usual.engagement("email_event").with_columns(
        at=pl.col("occurred_at").str.to_datetime("%Y-%m-%dT%H:%M:%SZ")
    )
    clicks = (
        events.filter(pl.col("event_type") == "click")
        .group_by("message_id")
        .agg(links=pl.col("link").n_unique(), seconds=(pl.col("at").max() - pl.col("at").min()).dt.total_seconds())
    )
    assert clicks.filter((pl.col("links") == 4) & (pl.col("seconds") <= 5)).height > 100
    assert clicks.filter(pl.col("links") == 1).height > 500


def leaves(model: type[BaseModel]) -> list[str]:
    """The names of all fields, those of nested parts and levels included."""
    names: list[str] = []
    for name, field in model.model_fields.items():
        names.append(name)
        inner = [
            kind for kind in (field.annotation, *getattr(field.annotation, "__args__", ())) if isinstance(kind, type)
        ]
        for kind in inner:
            if issubclass(kind, BaseModel):
                names.extend(leaves(kind))
    return names


def test_every_key_of_the_world_file_is_read_somewhere() -> None:
    code = "\n".join(
        file.read_text() for file in sorted(Path(demo.__file__).parent.rglob("*.py")) if file.parent.name != "world"
    )
    assert [name for name in leaves(World) if not re.search(rf"\.{name}\b", code) and name != "name"] == []


def test_a_wrong_key_in_a_world_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / "odd.yaml"
    file.write_text((SHIPPED / "saas.yaml").read_text().replace("recycled: 0.25", "recycled: 25"))
    with pytest.raises(GrowthError, match=r"odd\.yaml:\d+: the world file is wrong at 'leads\.recycled'"):
        read_world(file)


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("extends: saas\nname: odd\nleads:\n  recycld: 0.2\n", 4, "no world has such a key"),
        ("name: odd\nhistroy:\n  days: 500\n", 2, "no world has such a key"),
        ("extends: saas\nleads:\n", 2, "nothing stands there"),
        ("extends: saas\nleads:\n\trecycled: 0.2\n", 3, "indents are spaces"),
        ("", 1, "found nothing"),
    ],
    ids=["unknown key", "mistyped key", "empty key", "tab", "empty file"],
)
def test_the_line_to_mend_is_named(tmp_path: Path, text: str, line: int, what: str) -> None:
    file = tmp_path / "odd.yaml"
    file.write_text(text)
    with pytest.raises(GrowthError, match=rf"odd\.yaml:{line}: .*{what}"):
        read_world(file)
