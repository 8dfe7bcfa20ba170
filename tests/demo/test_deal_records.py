"""What the CRM shows of deals, customers, service and texts, whenever it is exported."""

import re
from collections.abc import Callable, Iterator

import numpy as np
import polars as pl
import pytest

from pipelines.demo import crm_activities, crm_contracts, crm_deals, crm_lines, crm_mail, crm_people, service
from pipelines.demo.billing import invoices
from pipelines.demo.company import Company, simulate
from pipelines.demo.correspondence import BAD, GOOD, fates
from pipelines.demo.deal_steps import stage_steps
from pipelines.demo.deals import NEW
from pipelines.demo.draw import DAY, history_span
from pipelines.demo.news_feed import news_feed
from pipelines.demo.texts import CLASSES, CLOSINGS, OPENINGS, SAID
from pipelines.demo.truth.drivers import drivers
from pipelines.demo.truth.meanings import texts
from pipelines.demo.truth.states import states
from pipelines.demo.world import read_world
from tests.demo.conftest import UNTIL, Export

EARLIER = 150 * DAY
MOVES_ALONE = {"LastActivityDate"}  # a roll-up of activities


@pytest.fixture(scope="module")
def company() -> Company:
    world = read_world("saas")
    return simulate(world, 2000, 5, history_span(world.history, UNTIL), lambda _: None)


def opportunities(company: Company) -> pl.DataFrame:
    return crm_deals.opportunities(company, crm_people.last_touches(company), stage_steps(company))


def stage_history(company: Company) -> pl.DataFrame:
    return crm_deals.opportunity_history(company, stage_steps(company))


def field_history(company: Company) -> pl.DataFrame:
    return crm_deals.opportunity_field_history(company, stage_steps(company))


WRITERS: dict[str, tuple[Callable[[Company], pl.DataFrame], list[str], str]] = {
    "Opportunity": (opportunities, ["Id"], "SystemModstamp"),
    "OpportunityHistory": (stage_history, ["Id"], "SystemModstamp"),
    "OpportunityFieldHistory": (field_history, ["Id"], "CreatedDate"),
    "OpportunityLineItem": (crm_lines.line_items, ["Id"], "SystemModstamp"),
    "OpportunityContactRole": (crm_lines.contact_roles, ["Id"], "SystemModstamp"),
    "Contract": (crm_contracts.contracts, ["Id"], "SystemModstamp"),
    "Asset": (crm_contracts.assets, ["Id"], "SystemModstamp"),
    "Case": (service.cases, ["Id"], "SystemModstamp"),
    "Task": (crm_activities.tasks, ["Id"], "SystemModstamp"),
    "EmailMessage": (crm_mail.email_messages, ["Id"], "SystemModstamp"),
    "invoice": (invoices, ["invoice_id"], "fetched_at"),
    "usage": (service.usage, ["account_id", "month"], "fetched_at"),
    "news": (news_feed, ["news_id"], "fetched_at"),
}


@pytest.mark.parametrize("name", WRITERS)
def test_an_earlier_export_differs_only_by_what_changed_since(company: Company, name: str) -> None:
    write, key, changed = WRITERS[name]
    now = company.span.end - EARLIER
    before, after = write(company.seen(now)), write(company)
    assert 0 < before.height < after.height
    kept = before.filter(pl.col(changed) >= after[changed].min())  # field history is thrown away after some time
    assert kept.join(after, on=key, how="anti").is_empty()
    same = [*key, changed]
    both = before.join(after, on=same, suffix="_after")
    for column in set(before.columns) - set(same) - MOVES_ALONE:
        differs = both.filter(pl.col(column).ne_missing(pl.col(f"{column}_after")))
        assert differs.is_empty(), (column, differs.select(*key, column, f"{column}_after").head(3))


def test_a_pushed_close_date_stands_in_both_histories(usual: Export) -> None:
    deals = usual.table("Opportunity").unique("Id")
    pushed = deals.filter(pl.col("PushCount").cast(pl.Int64) > 0)
    moves = usual.table("OpportunityFieldHistory").filter(pl.col("Field") == "CloseDate")
    assert pushed.height > 200
    rows = usual.table("OpportunityHistory").group_by("OpportunityId").agg(pl.col("CloseDate").n_unique())
    since = pushed.join(moves, left_on="Id", right_on="OpportunityId")
    both = since.join(rows, left_on="Id", right_on="OpportunityId", suffix="_seen")
    assert both.filter(pl.col("CloseDate_seen") < 2).height <= 0.02 * both.height


def test_days_in_a_stage_have_a_long_tail(company: Company) -> None:
    stage = company.deals.stage_at
    days = (stage[:, 1] - stage[:, 0])[(stage[:, 1] < company.span.end) & (company.deals.kind == 0)] / DAY
    assert days.mean() > 1.15 * np.median(days)


def test_a_missing_amount_does_not_tell_how_a_deal_ends(company: Company) -> None:
    deals, frame = company.deals, opportunities(company)
    gap, rest = deals.won[~deals.has_amount], deals.won[(deals.kind == NEW) & deals.has_amount]
    noise = (rest.mean() * (1 - rest.mean()) / len(gap)) ** 0.5
    assert abs(gap.mean() - rest.mean()) < 4 * noise
    assert frame.filter(pl.col("IsWon") == "1", pl.col("Amount").is_null()).is_empty()
    assert frame.filter(pl.col("IsClosed").is_null(), pl.col("Amount").is_null()).height > 0


def test_a_reason_is_given_only_for_what_was_lost(usual: Export) -> None:
    deals = usual.table("Opportunity").unique("Id")
    lost = (pl.col("IsClosed") == "1") & pl.col("IsWon").is_null()
    assert deals.filter(pl.col("Loss_Reason__c").is_not_null() != lost.fill_null(False)).is_empty()
    told = deals.filter(lost & (pl.col("Loss_Reason__c") == "Competitor"))
    other = deals.filter(lost & (pl.col("Loss_Reason__c") != "Competitor"))
    named = pl.col("Main_Competitor__c").is_not_null().mean()
    assert told.select(named).item() > 3 * other.select(named).item() > 0


def test_no_class_of_text_is_told_by_one_wording(company: Company) -> None:
    assert all(len(SAID["en"][name]) * len(OPENINGS["en"]) * len(CLOSINGS["en"]) >= 12 for name in CLASSES)
    assert {tuple(said) for said in SAID.values()} == {CLASSES}
    mails = crm_mail.email_messages(company)
    answers = mails.filter(pl.col("Incoming") == "1")
    assert answers["TextBody"].n_unique() > 0.9 * answers.height
    assert (
        answers.filter(pl.col("TextBody").str.contains("Vielen Dank|Viele Grüße|Cordialement|Bien à vous")).height > 5
    )


@pytest.mark.capability("G4")
def test_what_is_said_follows_from_the_fate(company: Company) -> None:
    said, fate = company.said, fates(company.leads, company.deals, company.tasks)
    interested, refuses = CLASSES.index("interested"), CLASSES.index("not_interested")
    good, bad = said.meaning[fate == GOOD], said.meaning[fate == BAD]
    assert (good == interested).mean() > (bad == interested).mean() + 0.1
    assert (bad == refuses).mean() > (good == refuses).mean() + 0.05


def test_the_truth_of_texts_names_every_note_and_every_answer(company: Company) -> None:
    truth = texts(company)
    notes = crm_activities.tasks(company).filter(pl.col("Description").is_not_null())
    answers = crm_mail.email_messages(company).filter(pl.col("Incoming") == "1")
    assert set(truth["record_id"]) == set(notes["Id"]) | set(answers["Id"])
    assert set(truth["class"]) <= set(CLASSES)


def test_who_asks_to_be_left_alone_is_opted_out_from_then_on(company: Company) -> None:
    said = company.said
    asks = said.answer_meaning == CLASSES.index("unsubscribe_request")
    person = np.where(company.tasks.lead >= 0, company.leads.person[company.tasks.lead], company.tasks.person)[
        said.answer_task[asks]
    ]
    assert len(person) > 3
    assert (company.unsubscribed_at[person] <= said.answer_at[asks]).all()


@pytest.mark.capability("P6")
def test_an_account_is_in_one_true_state_at_a_time_without_gaps(company: Company) -> None:
    table = states(company).filter(pl.col("unit") == "account").sort("id", "from_at")
    following = table.with_columns(
        next=pl.col("from_at").shift(-1).over("id"), after=pl.col("state").shift(-1).over("id")
    )
    assert following.filter(pl.col("next").is_not_null() & pl.col("next").ne_missing(pl.col("to_at"))).is_empty()
    assert following.filter(pl.col("after") == pl.col("state")).is_empty()
    assert table["id"].n_unique() == len(company.records.accounts)
    assert {"prospect", "marketed", "in work", "open opportunity", "customer", "former"} <= set(table["state"])


def columns(usual: Export) -> Iterator[tuple[str, str]]:
    for file in usual.report.files:
        name = file.name.split(".")[0]
        table = usual.raw(name) if name[0].isupper() or name == "invoice" else usual.engagement(name)
        yield from ((name, column) for column in table.columns)


def test_every_visible_driver_stands_in_a_column_of_the_export(usual: Export, company: Company) -> None:
    table = drivers(company)
    shown = set(table.filter("visible").select("object", "column").rows())
    assert shown <= set(columns(usual))
    assert not [name for name in table.filter(~pl.col("visible"))["driver"] if not re.match("hidden", name)]
