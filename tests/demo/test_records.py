"""What real exports hold of accounts, contacts and leads, and that the truth tells each of it."""

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

from pipelines.demo import crm_contacts, crm_histories, crm_leads, crm_people, currency
from pipelines.demo.columns import stamp_of
from pipelines.demo.company import Company, simulate
from pipelines.demo.crm_histories import kept_since
from pipelines.demo.custom import FORMULAS
from pipelines.demo.draw import DAY, NEVER, earliest, history_span
from pipelines.demo.refusals import refuse
from pipelines.demo.spellings import without_form
from pipelines.demo.truth.duplicates import duplicates
from pipelines.demo.truth.leaks import leaks
from pipelines.demo.truth.optouts import optouts
from pipelines.demo.world import read_world
from tests.demo.conftest import UNTIL

EARLIER = (1, 90, 400)


@pytest.fixture(scope="module")
def company() -> Company:
    world = read_world("saas")
    return simulate(world, 1500, 3, history_span(world.history, UNTIL), lambda _: None)


def accounts(company: Company) -> pl.DataFrame:
    return crm_people.accounts(company, crm_people.last_touches(company))


def contacts(company: Company) -> pl.DataFrame:
    return crm_contacts.contacts(company, crm_people.last_touches(company))


def leads(company: Company) -> pl.DataFrame:
    return crm_leads.leads(company, crm_people.last_touches(company))


ROWS: dict[str, Callable[[Company], pl.DataFrame]] = {"Account": accounts, "Contact": contacts, "Lead": leads}
HISTORIES: dict[str, Callable[[Company], pl.DataFrame]] = {
    "Account": crm_histories.account_history,
    "Contact": crm_histories.contact_history,
    "Lead": crm_histories.lead_history,
}


@pytest.mark.parametrize("days", EARLIER)
@pytest.mark.parametrize("name", ROWS)
def test_an_earlier_export_lacks_only_what_came_later_and_has_only_what_was_erased_since(
    company: Company, name: str, days: int
) -> None:
    now = company.span.end - days * DAY
    before, after = ROWS[name](company.seen(now)), ROWS[name](company)
    assert str(before["SystemModstamp"].max()) < stamp_of(now)
    assert after.filter(pl.col("CreatedDate") < stamp_of(now)).join(before, on="Id", how="anti").is_empty()
    erased = before.join(after, on="Id", how="anti")
    assert erased.height <= 0.02 * before.height
    same = before.join(after, on=["Id", "SystemModstamp"], suffix="_after")
    formulas = {column.name for column in company.world.custom_columns if column.kind in FORMULAS}
    for column in set(before.columns) - {"Id", "SystemModstamp", "LastActivityDate"} - formulas:
        assert same.filter(pl.col(column).ne_missing(pl.col(f"{column}_after"))).is_empty(), column


@pytest.mark.parametrize("name", ROWS)
def test_merges_lead_over_chains_to_a_survivor(company: Company, name: str) -> None:
    rows = ROWS[name](company)
    merged = rows.filter(pl.col("MasterRecordId").is_not_null())
    assert merged.height > 5
    assert set(merged["IsDeleted"]) == {"1"}
    assert set(merged["MasterRecordId"]) <= set(rows["Id"])
    chains = merged.join(merged, left_on="MasterRecordId", right_on="Id")
    assert chains.height > 0
    assert chains.filter(pl.col("MasterRecordId_right") == pl.col("Id")).is_empty()


def test_a_survivor_is_deleted_only_after_it_took_the_other_row_up(company: Company) -> None:
    for rows in (company.kept.accounts, company.kept.contacts, company.kept.leads):
        merged = np.flatnonzero(rows.master >= 0)
        survivor = rows.master[merged]
        assert (rows.deleted_at[survivor] >= rows.deleted_at[merged]).all()
    soft = (company.kept.contacts.deleted_at < NEVER) & (company.kept.contacts.master < 0)
    assert np.isin(np.flatnonzero(soft), company.kept.contacts.master).any()


def test_people_of_an_account_entered_twice_hang_on_either_row(company: Company) -> None:
    rows, frame = accounts(company), contacts(company)
    twice = duplicates(company).filter(pl.col("kind") == "two_representatives")
    assert twice.height > 0
    split = frame.filter(pl.col("AccountId").is_in(twice["record_id"].implode()))
    assert split.height > 0
    assert set(split["AccountId"]) <= set(rows["Id"])


@pytest.mark.capability("I1")
def test_the_truth_names_every_record_of_an_entity_that_has_several(company: Company) -> None:
    truth = duplicates(company)
    assert truth["record_id"].is_unique().all()
    assert truth.group_by("entity_id").len()["len"].min() == 2
    for name, write in ROWS.items():
        told = truth.filter(pl.col("object") == name)
        assert set(told["record_id"]) <= set(write(company)["Id"])
    assert {"typo", "legal_form", "free_mail", "converted", "lead", "first", "letter_case"} <= set(truth["kind"])
    whole = leads(company).filter(pl.col("ConvertedContactId").is_not_null())
    entity = dict(zip(truth["record_id"], truth["entity_id"], strict=True))
    assert all(entity[one] == entity[other] for one, other in whole.select("Id", "ConvertedContactId").iter_rows())


def test_a_copy_is_near_its_first_row_and_not_the_same(company: Company) -> None:
    truth = duplicates(company).filter(pl.col("object") == "Account")
    named = truth.join(accounts(company).select("Id", "Name"), left_on="record_id", right_on="Id")
    first = named.filter(pl.col("kind") == "first").select("entity_id", first="Name")
    both = named.filter(pl.col("kind").is_in(["typo", "legal_form"])).join(first, on="entity_id")
    assert both.height > 10
    same = both.filter(pl.col("kind") == "legal_form")
    assert (without_form(same["Name"]) == without_form(same["first"])).all()
    assert both.filter(pl.col("Name") == pl.col("first")).height < 0.3 * both.height


@pytest.mark.capability("T5")
def test_every_refusal_that_a_row_shows_is_in_the_truth_with_all_records_of_the_person(company: Company) -> None:
    truth = optouts(company)
    rows = pl.concat([write(company).select("Id", "HasOptedOutOfEmail", "DoNotCall") for write in ROWS_OF_PEOPLE])
    for column, reason in (("HasOptedOutOfEmail", "opted_out"), ("DoNotCall", "do_not_call")):
        held = set(truth.filter(pl.col("reason") == reason)["record_id"])
        shown = set(rows.filter(pl.col(column) == "1")["Id"])
        assert shown < held
    assert truth.filter(pl.col("email").str.contains(r"[A-Z]|\+")).height > 0
    assert set(truth["channel"]) == {"email", "phone"}


ROWS_OF_PEOPLE = (contacts, leads)


@pytest.mark.capability("T5")
def test_some_refusals_stand_on_rows_that_were_merged_or_deleted_later(company: Company) -> None:
    made, kept = refuse(company), company.kept
    ended = np.concatenate([kept.contacts.deleted_at, kept.leads.deleted_at])
    marked = np.minimum(made.marks.opted_out_at, made.marks.do_not_call_at)
    assert ((marked < ended) & (ended < company.now)).any()


def test_a_leak_tells_the_outcome_and_the_truth_names_it(company: Company) -> None:
    told = leaks(company).filter(pl.col("object") == "Lead")
    frame = leads(company).filter(pl.col("MasterRecordId").is_null())
    won = pl.col("IsConverted") == "1"
    for column, kind in told.filter(pl.col("column").is_in(frame.columns)).select("column", "kind").iter_rows():
        filled = frame.group_by(won.fill_null(False).alias("won")).agg(
            share=pl.col(column).is_not_null().mean(), mean=pl.col(column).cast(pl.Float64, strict=False).mean()
        )
        yes, no = filled.filter("won").row(0, named=True), filled.filter(~pl.col("won")).row(0, named=True)
        if kind == "subtle":
            assert yes["mean"] > no["mean"] + 5
        elif kind == "sales_work":
            assert abs(yes["share"] - no["share"]) > 0.1
        elif column != "Disqualification_Reason__c":
            assert yes["share"] > no["share"] + 0.5


def test_a_record_does_not_foretell_that_somebody_will_write_in(company: Company) -> None:
    person, since = company.records.contacts, company.records.contact_at[company.records.contacts]
    wrote = earliest(company.leads.person, company.leads.created_at, len(company.people))[person]
    source = crm_contacts.came_from(company, person)
    assert set(source.filter(pl.Series((wrote >= since) & (wrote < NEVER)))) == {"Data Provider"}
    bare = np.setdiff1d(company.records.accounts, company.people.firm[company.people.listed_at < NEVER])
    bare = bare[bare < company.firms.listed]
    rows = accounts(company).filter(pl.col("Id").is_in(company.ids.account.gather(company.records.account_row[bare])))
    assert rows.height > 50
    assert rows["Phone"].null_count() == rows.height


def test_no_contact_is_mailed_before_the_account_wrote_in_or_sales_went_to_it(company: Company) -> None:
    people, leads, outreach, firms = company.people, company.leads, company.outreach, len(company.firms)
    met = np.minimum(earliest(leads.firm, leads.created_at, firms), earliest(outreach.firm, outreach.begun_at, firms))
    mailed = company.sends.lead < 0
    assert mailed.sum() > 100
    assert (company.sends.sent_at > met[people.firm[company.sends.person]])[mailed].all()
    listed = company.members.lead < 0
    assert (company.members.added_at > met[people.firm[company.members.person]])[listed].all()


def test_gaps_follow_what_the_row_is_about(company: Company) -> None:
    people = company.people.phone.gather(company.leads.person).is_not_null().to_numpy()
    names, sizes = list(company.world.leads.sources), company.firms.employees
    frame = leads(company).join(
        pl.DataFrame(
            {
                "Id": company.ids.lead.head(len(people)),
                "source": pl.Series(names).gather(company.leads.source),
                "reachable": people,
                "large": np.log(sizes[company.leads.firm]) >= company.world.firms.size_log_median,
            }
        ),
        on="Id",
    )
    gap = frame.filter("reachable").group_by("source").agg(pl.col("Phone").is_null().mean())
    told = dict(gap.iter_rows())
    assert told["Content Download"] > told["Website"] + 0.3
    bare = dict(frame.group_by("large").agg(pl.col("AnnualRevenue").is_null().mean()).iter_rows())
    assert bare[False] > bare[True]


def test_history_starts_late_and_is_kept_for_a_while(company: Company) -> None:
    for days in (0, 300):
        seen = company.seen(company.span.end - days * DAY)
        for name, write in HISTORIES.items():
            rows = write(seen)
            assert stamp_of(kept_since(seen)) <= str(rows["CreatedDate"].min())
            assert str(rows["CreatedDate"].max()) < stamp_of(seen.now), name
    since = company.span.start + company.world.exports.field_history.starts_day * DAY
    assert kept_since(company.seen(since + 100 * DAY)) == since


def test_an_owner_change_is_logged_by_id_and_by_name(company: Company) -> None:
    for name, write in HISTORIES.items():
        moves = write(company).filter(pl.col("Field") == "Owner")
        pairs = moves.group_by(f"{name}Id", "CreatedDate").agg(pl.col("DataType").sort())
        assert pairs.height > 20
        assert set(pairs["DataType"].list.join("+")) == {"EntityId+Text"}


def test_what_a_history_says_last_is_what_the_record_says(company: Company) -> None:
    changes = crm_histories.account_history(company).filter(pl.col("Field") == "NumberOfEmployees")
    both = changes.join(accounts(company), left_on="AccountId", right_on="Id")
    filled = both.filter(pl.col("NumberOfEmployees").is_not_null())
    assert filled.height > 10
    assert filled.filter(pl.col("NumberOfEmployees").cast(pl.String) != pl.col("NewValue")).is_empty()


def test_amounts_are_in_the_currency_of_the_country_at_the_rate_of_the_day(company: Company) -> None:
    assert set(accounts(company)["CurrencyIsoCode"]) == {"USD", "EUR", "GBP", "CAD"}
    table, period = currency.rates(company), company.world.exports.currencies.renewal_days * DAY
    firm = np.arange(100)
    at = np.full(100, company.span.start + 3 * period + 5)
    made = currency.in_currency(company, firm, np.full(100, 100.0), at)
    assert made == pytest.approx(100 * table[currency.place_of(company, firm), 3])
    files = dict(currency.currencies(company))
    rates = files["DatedConversionRate"]
    assert rates.filter(pl.col("NextStartDate") == currency.LAST_DAY).height == len(currency.codes(company))
    assert rates.filter(pl.col("IsoCode") == "USD")["ConversionRate"].unique().to_list() == [1.0]
    assert files["CurrencyType"].filter(pl.col("IsCorporate") == "1")["IsoCode"].to_list() == ["USD"]


def test_formulas_move_without_a_modstamp(company: Company) -> None:
    before, after = leads(company.seen(company.now - DAY)), leads(company)
    same = before.join(after, on=["Id", "SystemModstamp"], suffix="_after")
    assert same.height > 100
    assert (same["Days_Since_Created__c_after"] - same["Days_Since_Created__c"]).unique().to_list() == [1]
