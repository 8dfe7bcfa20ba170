"""What the mailed report shows of published tables, and what it must never show."""

import re
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest

from pipelines.errors import GrowthError
from pipelines.publish.report import ReportContext
from tests.publish.report_companies import company_with_models, company_with_points
from tests.publish.report_tables import AS_OF, empty_company, insert, page_of


def text_of(page: str) -> str:
    """The words of a page without its tags and style, with single blanks."""
    body = re.sub(r"<(style|title|desc)>.*?</\1>", " ", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body)))


@pytest.mark.capability("X4")
def test_the_opening_says_how_many_whom_to_call_and_how_far_to_trust(tmp_path: Path) -> None:
    words = text_of(page_of(company_with_models(), tmp_path))
    assert "24 people wait in the hand-off queue, 3 of whom asked for a demo, a price or a call; 40 accounts" in words
    assert "Call first: Ada Lindqvist (Nordic Freight AB), Bruno Castellani (Castellani & Figli)," in words
    assert "71 times in 100 (67 to 75 with 95% confidence) for account fit" in words
    assert "As of Friday 20 November 2026, 23:15 (Europe/Berlin)" in words


def test_points_are_called_points_and_the_missing_model_is_explained(tmp_path: Path) -> None:
    words = text_of(page_of(company_with_points(), tmp_path))
    assert "Lead conversion: not enough data (0 converted, 60 not; 40 + 40 needed)." in words
    assert "agreed points, not a model, put both lists in order" in words
    assert "likely to convert" not in words
    assert "32 fit + 41.5 engagement points" in words


def test_won_lost_and_open_are_the_sums_of_the_published_cohorts(tmp_path: Path) -> None:
    connection = company_with_points()
    won, lost, still_open = connection.execute(
        "select sum(advanced), sum(lost), sum(open) from marts.funnel_by_cohort"
        " where unit = 'opportunity' and segment = 'all'"
    ).fetchall()[0]
    assert f"{won:,} won, {lost:,} lost, {still_open:,} open." in text_of(page_of(connection, tmp_path))


def test_other_segments_are_not_counted_twice(tmp_path: Path) -> None:
    connection = company_with_points()
    before = page_of(connection, tmp_path)
    connection.execute(
        "insert into warehouse.marts.funnel_by_cohort select * replace ('large' as segment) from marts.funnel_by_cohort"
    )
    assert page_of(connection, tmp_path) == before


def test_amounts_of_two_currencies_are_never_added(tmp_path: Path) -> None:
    connection = empty_company()
    for month, (currency, amount) in enumerate((("EUR", 1000.0), ("USD", 2500.0), ("EUR", 500.0)), 1):
        insert(
            connection,
            "marts.funnel_by_cohort",
            cohort_on=f"2026-0{month}-01",
            unit="opportunity",
            segment="all",
            step="opportunity",
            entered=1,
            advanced=1,
            lost=0,
            recycled=0,
            went_dark=0,
            open=0,
            n_matured=1,
            conversion_rate_matured=1.0,
            amount_won=amount,
            currency=currency,
            is_censored=False,
        )
    assert "Won: EUR 1,500 and USD 2,500." in text_of(page_of(connection, tmp_path))


def test_a_running_cohort_is_marked_and_has_no_rate(tmp_path: Path) -> None:
    words = text_of(page_of(company_with_points(), tmp_path))
    assert "Nov 2026 1,070 too early" in words
    assert "Jul 2026 1,190 50% of 1,190" in words


@pytest.mark.capability("E6")
def test_every_file_is_listed_with_its_balance(tmp_path: Path) -> None:
    words = text_of(page_of(company_with_models(), tmp_path))
    assert "All 3 files add up." in words
    assert "Contact.csv 14,211 14,091 0 120 0 0 adds up" in words
    assert "All files 32,085 31,951 0 120 14 0 adds up" in words
    assert "Case.csv has no contract" in words


def test_values_that_the_playbook_does_not_know_are_counted_and_not_shown(tmp_path: Path) -> None:
    connection = empty_company()
    for value, records in (("Ask Ada", 3), ("Parked", 9)):
        insert(
            connection,
            "meta.unmapped_values",
            playbook_list="lead_status_steps",
            found_value=value,
            counts_as="lead",
            records=records,
        )
    words = text_of(page_of(connection, tmp_path))
    assert "2 values in 12 records, not in the playbook's lead_status_steps, counted as lead." in words
    assert "Ask Ada" not in words


def test_a_file_that_does_not_add_up_is_said_to(tmp_path: Path) -> None:
    connection = company_with_models()
    insert(
        connection,
        "meta.balance",
        run_id="r1",
        source="salesforce",
        object="Task",
        file="Task.csv",
        rows_read=10,
        rows_loaded=9,
        rows_identical=0,
        rows_superseded=0,
        rows_quarantined=0,
        rows_rejected=0,
    )
    words = text_of(page_of(connection, tmp_path))
    assert "Not every file adds up" in words
    assert "Task.csv 10 9 0 0 0 0 does not add up" in words
    assert "every row read from the extracts is accounted for" not in words


def test_the_named_run_is_shown_and_the_newest_one_when_it_loaded_nothing(tmp_path: Path) -> None:
    connection = company_with_models()
    insert(
        connection,
        "meta.balance",
        run_id="r0",
        source="salesforce",
        object="Lead",
        file="Old.csv",
        rows_read=1,
        rows_loaded=1,
        rows_identical=0,
        rows_superseded=0,
        rows_quarantined=0,
        rows_rejected=0,
    )
    assert "Old.csv" in page_of(connection, tmp_path, ReportContext(run_id="r0"))
    assert "Old.csv" not in page_of(connection, tmp_path, ReportContext(run_id="unknown"))


def test_no_address_number_or_refused_value_leaves_the_house(tmp_path: Path) -> None:
    page = page_of(company_with_models(), tmp_path)
    for secret in ("hidden@example.com", "1234567", "private.person", "005secret"):
        assert secret not in page
    assert "Lead.csv line 14, Lead.csv line 980, Lead.csv line 3,300 and 1 more" in text_of(page)
    assert "Line 14, column Email: found …, expected an address." in text_of(page)


def test_hostile_names_are_shown_as_text_and_hostile_links_not_at_all(tmp_path: Path) -> None:
    connection = empty_company()
    attack = "<script>alert(1)</script>"
    insert(
        connection,
        "marts.lead_queue",
        queue_item_id="q",
        lead_id="q",
        rank=1,
        person_name=attack,
        account_name=attack,
        title='"><img src=x onerror=alert(1)>',
        crm_url="javascript:alert(1)",
        fast_lane=False,
        reasons=[attack],
        last_touches=["</td></table>" + attack],
        step=attack,
        owner_name=attack,
        score_source="points",
    )
    insert(
        connection,
        "marts.funnel_by_cohort",
        cohort_on="2026-01-01",
        unit="lead",
        segment="all",
        step=attack,
        entered=1,
        advanced=0,
        lost=0,
        recycled=0,
        went_dark=0,
        open=1,
        n_matured=0,
        is_censored=True,
    )
    page = page_of(connection, tmp_path, ReportContext(company=attack))
    assert "<script" not in page
    assert "<img" not in page
    assert "javascript:" not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") > 5


def test_empty_tables_give_sentences_and_no_frames(tmp_path: Path) -> None:
    page = page_of(empty_company(), tmp_path)
    words = text_of(page)
    assert "<table" not in page
    assert "<svg" not in page
    for said in (
        "Nobody waits in the hand-off queue, and no accounts are ranked as targets.",
        "No account is ranked",
        "The funnel has no cohorts yet",
        "No model has been judged yet",
        "No file has been loaded yet",
    ):
        assert said in words


def test_a_model_without_usable_signal_shows_its_test_and_does_not_rank(tmp_path: Path) -> None:
    connection = company_with_models()
    connection.execute(
        "update warehouse.scores.model_status set status = 'no_usable_signal',"
        " sentence = 'account fit: no better than chance in its test' where model = 'account_fit'"
    )
    words = text_of(page_of(connection, tmp_path))
    assert "No forecast from every model yet." in words
    assert "Account fit: no better than chance in its test." in words
    assert "for account fit" not in words


def test_only_the_version_behind_the_scores_is_judged(tmp_path: Path) -> None:
    connection = company_with_models()
    insert(
        connection,
        "marts.model_health",
        model="account_fit",
        model_version="2",
        slice="all",
        metric="auc",
        value=0.99,
        low=0.98,
        high=1.0,
        n=50,
        split="test",
        as_of=AS_OF - timedelta(days=30),
        verdict="ok",
    )
    assert "99 times in 100" not in text_of(page_of(connection, tmp_path))


@pytest.mark.capability("M1")
def test_what_hangs_on_the_assumption_about_those_that_nobody_came_to_stands_on_the_page(tmp_path: Path) -> None:
    connection = company_with_models()
    [(version,)] = connection.execute(
        "select distinct model_version from marts.model_health where model = 'account_fit' and slice = 'all'"
    ).fetchall()
    told = {"assumed_chance": 0.029, "order_kept": 0.934, "top_decile_kept": 0.84, "auc_worked": 0.731}
    rows = {"model": "account_fit", "model_version": version, "slice": "unlabelled:as set", "as_of": AS_OF}
    for metric, value in (told | {"mean_probability": 0.032}).items():
        insert(connection, "marts.model_health", metric=metric, value=value, n=2_000, split="unlabelled", **rows)
    words = text_of(page_of(connection, tmp_path))
    assert "Those that nobody came to neither succeeded nor failed" in words
    assert "As the playbook sets it 2.9% 0.93 84% 0.73 3.2%" in words


def test_the_same_tables_give_the_same_bytes(tmp_path: Path) -> None:
    assert page_of(company_with_models(), tmp_path) == page_of(company_with_models(), tmp_path)


def test_the_page_forbids_whatever_it_does_not_hold(tmp_path: Path) -> None:
    page = page_of(company_with_models(), tmp_path)
    assert "default-src 'none'; style-src 'unsafe-inline'; img-src data:" in page
    assert not re.search(r"(src|href)=\"(?!https://example\.my\.salesforce\.com/|#|data:,)", page)
    assert "url(" not in page
    assert "@import" not in page


def test_without_an_as_of_moment_the_report_says_what_is_missing(tmp_path: Path) -> None:
    connection = empty_company()
    connection.execute("delete from warehouse.config.as_of")
    with pytest.raises(GrowthError, match=r"config\.as_of is empty"):
        page_of(connection, tmp_path)
