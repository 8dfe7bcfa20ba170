"""The section that says whether the data are whole: warnings first, then rows, ages, and fields by owner."""

import re
from pathlib import Path

import pytest

from pipelines.publish.report import ReportContext
from pipelines.publish.report.charts import age_bar, sparkline
from pipelines.publish.report.words import span
from tests.publish.measured_loads import add_measures
from tests.publish.report_companies import add_loads
from tests.publish.report_tables import empty_company, insert, page_of
from tests.publish.test_report import text_of


def section(page: str) -> str:
    return page.split('<section id="whole">')[1].split("</section>", maxsplit=1)[0]


@pytest.mark.capability("E10")
def test_a_late_object_is_named_in_the_first_sentence_with_its_age_and_promise(tmp_path: Path) -> None:
    connection = empty_company()
    add_loads(connection)
    add_measures(connection)
    words = text_of(section(page_of(connection, tmp_path)))
    assert "Every row read is accounted for, but Account is older than promised." in words
    assert "Account Salesforce late newest 9 days old, late after 8 days" in words
    assert "Lead Salesforce fresh newest under an hour old, late after 8 days" in words
    assert "Form fill Engagement nothing came no moment known" in words
    assert "Hubspot" not in words  # no file of that source ever came
    assert "Product2" not in words  # nothing is promised of it


def test_a_whole_load_is_called_whole(tmp_path: Path) -> None:
    connection = empty_company()
    add_loads(connection)
    add_measures(connection)
    connection.execute("update warehouse.meta.freshness set verdict = 'fresh' where object = 'Account'")
    page = section(page_of(connection, tmp_path))
    assert (
        "Yes: every row read is accounted for, nothing about the extracts looks odd, and nothing is late."
        in text_of(page)
    )
    assert 'class="answer ok"' in page
    assert "caution" not in page


def test_suspicions_stand_on_top_and_only_there_even_after_a_load_that_brought_nothing(tmp_path: Path) -> None:
    connection = empty_company()
    add_loads(connection)
    add_measures(connection)
    told = "Lead.csv holds exactly 2,000 rows, where exports are often cut off without a word"
    insert(connection, "meta.reports", run_id="r1", kind="suspicious", object="Lead", file="Lead.csv", message=told)
    insert(
        connection, "meta.reports", run_id="z1", kind="suspicious", object="Lead", file="Lead.csv", message="Long ago"
    )
    page = page_of(connection, tmp_path)
    assert "but 1 thing about the extracts looks odd and Account is older than promised." in text_of(section(page))
    assert page.count(told) == 1
    assert "Long ago" not in page
    insert(connection, "meta.freshness", run_id="a9", source="salesforce", object="Lead", load_number=9, records=40)
    assert told in page_of(connection, tmp_path, ReportContext(run_id="a9"))


def test_new_rows_that_point_nowhere_are_told_and_when_they_count_as_broken(tmp_path: Path) -> None:
    connection = empty_company()
    add_loads(connection)
    insert(connection, "meta.rule_results", load_id="r1", object="Deal", rule_id="owner_known", kind="reference",
           severity="warning", rows_failed=0, rows_waiting=11, sample="")  # fmt: skip
    page = text_of(page_of(connection, tmp_path))
    assert "New rows that point to a record which no file holds" in page
    assert "Deal: 11 rows (owner_known); what the next run does not bring counts as broken." in page


def test_rows_that_do_not_add_up_are_the_answer(tmp_path: Path) -> None:
    connection = empty_company()
    add_loads(connection)
    add_measures(connection)
    connection.execute("update warehouse.meta.balance set rows_loaded = rows_loaded - 1 where file = 'Lead.csv'")
    assert "No: rows of Salesforce are not accounted for." in text_of(section(page_of(connection, tmp_path)))


def test_the_newest_load_is_shown_whatever_its_id(tmp_path: Path) -> None:
    connection = empty_company()
    add_loads(connection)
    add_measures(connection)
    words = text_of(section(page_of(connection, tmp_path)))
    assert "Salesforce 3 32,085 31,951 0 120 14 0 adds up" in words
    assert "100, 200, 300, 400, 31,951" in page_of(connection, tmp_path)


@pytest.mark.capability("E10")
def test_owners_with_the_emptiest_records_come_first_and_nobody_is_blamed_for_what_nobody_fills(tmp_path: Path) -> None:
    connection = empty_company()
    add_loads(connection)
    add_measures(connection)
    page = section(page_of(connection, tmp_path))
    words = text_of(page)
    assert "Lead NextStep 0% Phone 63% Email 95%" in words
    # Ruth: 24 of 24 addresses and 12 of 24 phones; two records are too few to judge an owner by.
    assert words.index("Ruth Sørensen 100% 75% Phone 50%") < words.index("Max Albrecht 100% 100%")
    assert "Tiny Share" not in words
    assert "NextStep" not in page.split("The same by owner")[1]


def test_at_most_twelve_owners_are_shown_and_the_others_counted(tmp_path: Path) -> None:
    connection = empty_company()
    for owner in range(15):
        insert(
            connection,
            "meta.completeness",
            object="Lead",
            field="Email",
            owner=f"005{owner:02d}",
            load_number=1,
            records=20,
            filled=owner,
        )
    insert(
        connection, "meta.completeness", object="Lead", field="Email", owner="", load_number=1, records=300, filled=105
    )
    page = section(page_of(connection, tmp_path))
    assert re.findall(r'<th scope="row">(005\d\d)</th>', page) == [f"005{owner:02d}" for owner in range(12)]
    assert "3 more in meta.completeness" in page


def test_nothing_loaded_is_said_and_draws_nothing(tmp_path: Path) -> None:
    page = section(page_of(empty_company(), tmp_path))
    assert "No file has been loaded yet." in page
    assert "<table" not in page
    assert "<svg" not in page


@pytest.mark.parametrize(("age", "width"), [(96.0, "25.00%"), (192.0, "50.00%"), (9999.0, "100.00%"), (-5.0, "1.00%")])
def test_an_age_is_drawn_against_twice_what_is_promised(age: float, width: str) -> None:
    assert f'width="{width}"' in age_bar("Lead", "fresh", age, 192, "told")
    assert 'class="unknown"' not in age_bar("Lead", "unknown", None, 192, "told")


def test_a_sparkline_of_nothing_but_zeros_is_a_flat_line() -> None:
    assert "M4.0 20.0L92.0 20.0" in sparkline([0, 0], "Rows & more", ["0", "0"])
    assert "Rows &amp; more" in sparkline([0, 0], "Rows & more", ["0", "0"])


@pytest.mark.parametrize(
    ("hours", "words"), [(0.4, "under an hour"), (1, "1 hour"), (47, "47 hours"), (48, "2 days"), (192, "8 days")]
)
def test_spans_of_time_read_as_people_say_them(hours: float, words: str) -> None:
    assert span(hours) == words
