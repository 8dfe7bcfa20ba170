"""A world file may invent its categories, leave things out or overdo them; where it cannot, one sentence says so."""

from pathlib import Path

import polars as pl
import pytest

from pipelines.demo import write_company
from pipelines.demo.world import read_world
from pipelines.errors import GrowthError

PLAIN = """
extends: saas
name: plain
firms:
  industries: {Oil & Gas: {share: 0.5, effect: 0.3, size: 0.2}, Énergie: {share: 0.5, effect: 0.0, size: 0.0}}
  countries: {Atlantis: {share: 0.6, effect: 0.1}, Germany: {share: 0.4, effect: 0.0}}
  drift: {industries: {}, conversion: 0.0}
people:
  seniorities: {Foreman: {share: 1.0, effect: 0.0}}
  functions: {Purchasing: {share: 0.7, effect: 0.0}, Quality: {share: 0.3, effect: 0.1}}
custom_columns: []
exports:
  missing: []
  leaks: []
  notes: {}
  repeated: {}
  older: {}
  broken: []
  currencies: {corporate: EUR, others: {}}
  duplicates: {account_kinds: {}, person_kinds: {}}
  removals:
    accounts: {deleted: 0.0, vanished: 0.0}
    contacts: {deleted: 0.0, vanished: 0.0}
    leads: {deleted: 0.0, vanished: 0.0}
"""
OVERDONE = """
extends: saas
name: overdone
people: {do_not_call: 1.0, missing_email: 0.0}
exports:
  duplicates:
    accounts: {share: 1.0, merged: 1.0, chained: 1.0, survivor_deleted: 1.0}
    contacts: {share: 1.0, merged: 1.0, chained: 1.0, survivor_deleted: 1.0}
    leads: {share: 1.0, merged: 0.5, chained: 1.0}
    split_children: 1.0
    respelled: 1.0
  removals: {leads: {deleted: 0.0, vanished: 1.0}, contacts: {deleted: 1.0, vanished: 0.0}}
  refusals: {opted_out: 1.0, bounce_noted: 1.0}
  field_history: {starts_day: 5000, keep_days: 1}
"""


def written(folder: Path, text: str) -> Path:
    (folder / "own.yaml").write_text(text, encoding="utf-8")
    write_company(folder / "out", accounts=120, seed=2, world=folder / "own.yaml", truth=folder / "truth")
    return folder


def table(folder: Path, name: str) -> pl.DataFrame:
    return pl.read_csv(folder / "out" / f"{name}.csv", infer_schema=False)


def test_a_world_without_flaws_has_none(tmp_path: Path) -> None:
    folder = written(tmp_path, PLAIN)
    accounts, contacts = table(folder, "Account"), table(folder, "Contact")
    assert accounts["IsDeleted"].count() == accounts["MasterRecordId"].count() == 0
    assert accounts["Id"].is_unique().all()
    assert "CurrencyIsoCode" not in accounts.columns
    assert not (folder / "out" / "CurrencyType.csv").exists()
    own = {name for name in accounts.columns if name.endswith("__c")}
    assert own == {"Last_Purchase_Date__c"}
    assert set(accounts["BillingCountry"]) == {"Atlantis", "Germany"}
    assert set(contacts["Title"].drop_nulls()) == {"Purchasing Foreman", "Quality Foreman"}
    assert contacts.filter(pl.col("Email").str.contains(r"[^a-z0-9.@-]")).is_empty()


def test_a_world_with_nothing_but_flaws_is_written_too(tmp_path: Path) -> None:
    folder = written(tmp_path, OVERDONE)
    leads, truth = table(folder, "Lead"), pl.read_parquet(folder / "truth" / "duplicates.parquet")
    assert table(folder, "Contact")["MasterRecordId"].count() > 100
    assert table(folder, "LeadHistory").filter(pl.col("Id").is_not_null()).height <= 2
    assert truth.filter(pl.col("object") == "Account")["entity_id"].n_unique() > 90
    planted = pl.read_parquet(folder / "truth" / "planted.parquet")
    assert set(planted["file"]) >= {"Account.csv", "Lead.csv"}
    assert planted.filter(pl.col("found") == "about 200")["column"].to_list() == ["NumberOfEmployees"]
    assert leads.filter(pl.col("MasterRecordId").is_not_null()).height > 20


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("exports: {missing: [{object: Lead, column: Nope, share: 0.1}]}", "Lead.Nope"),
        (
            "custom_columns: [{object: Lead, name: X__c, kind: url, effect: 0.3, missing: 0.0, known: at_creation}]",
            "an effect needs a number, choice or flag",
        ),
        ("exports: {broken: [{object: Lead, column: Nope, value: x}]}", "Lead.Nope"),
        ("exports: {older: {Task: 3}}", "older rows are of Account and Lead"),
        ("exports: {duplicates: {account_kinds: {misprint: 0.5}}}", "account_kinds"),
    ],
)
def test_what_a_world_cannot_have_is_said_in_one_sentence(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(GrowthError) as caught:
        written(tmp_path, f"extends: saas\nname: own\n{text}\n")
    assert words in str(caught.value)


def test_the_usual_world_has_a_dozen_columns_that_mean_nothing_and_some_that_do() -> None:
    columns = read_world("saas").custom_columns
    assert len([one for one in columns if not one.effect]) >= 12
    assert {one.object for one in columns if one.effect} == {"Account", "Lead"}
    assert {"text_id", "code", "constant", "note", "date", "url", "percent", "flag", "age_days"} <= {
        one.kind for one in columns
    }
