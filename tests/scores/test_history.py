"""What the lists said is kept as changes; without a new event only time moves a score."""

import re
from datetime import datetime, timedelta

import pytest

from pipelines.cli.audit import as_it_was, trend
from pipelines.cli.people import find_subject
from pipelines.scoring.history import remember
from tests.features.company import NOON, Company, Rows

DAY = timedelta(days=1)
AGEING = re.compile(r"_\d+d$|days")
"""Features that tell an age, or count within a window that ends today."""


@pytest.fixture
def small(company: Company) -> Company:
    """Six accounts with a contact, six leads; some acted in June."""
    for number in range(6):
        company.add(
            "account", Id=f"001{number}", Name=f"A{number}", NumberOfEmployees=60 * number, Website=f"a{number}.com"
        )
        company.add("contact", Id=f"003{number}", AccountId=f"001{number}", Email=f"c@a{number}.com")
        company.add("lead", Id=f"00Q{number}", Email=f"l@b{number}.com", CreatedDate="2024-06-01", Status="Open")
    form(company, "l@b3.com", "2024-06-29", "demo_request")
    form(company, "l@b2.com", "2024-06-29")
    form(company, "l@b1.com", "2024-05-31 11:00")
    form(company, "c@a1.com", "2024-06-20")
    return company


def form(company: Company, email: str, submitted_at: str, kind: str = "content_download") -> None:
    company.numbers += 1
    company.put("raw.form_fill", form_fill_id=f"f{company.numbers}", email=email, form_type=kind,
                submitted_at=submitted_at)  # fmt: skip


def publish(company: Company, at: datetime) -> Rows:
    """The lists of a moment, kept; both of them with where each unit stands and why that changed."""
    company.at(at)
    company.stale |= {"scores.previous_lists", "scores.news", "scores.joined_units", "scores.list_changes",
                      "marts.lead_queue", "marts.target_accounts", "scores.queue_ranking",
                      "scores.target_ranking"}  # fmt: skip
    for table in ("features.lead_conversion", "features.account_fit", "scores.cuts"):
        company.rows(table, "1")
    columns = "tier, previous_rank, previous_tier, change_reason"
    lists = [
        row
        for table, unit in (("lead_queue", "lead_id"), ("target_accounts", "account_id"))
        for row in company.rows(f"marts.{table}", f"rank, {unit}, {columns}", "true order by rank")
    ]
    remember(company.connection, at)
    company.given |= {"scores.history", "scores.published_moments", "scores.published_values"}
    return lists


def features(company: Company) -> dict[object, dict[str, object]]:
    found = company.connection.execute("select * from features.lead_conversion where purpose = 'score'")
    names = [column[0] for column in found.description or ()]
    rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    return {row["lead_id"]: row for row in rows}


@pytest.mark.capability("M11")
def test_from_one_day_to_the_next_without_news_only_time_moves_a_score_and_the_list_says_so(small: Company) -> None:
    publish(small, NOON)
    before = features(small)
    after_a_day = publish(small, NOON + DAY)
    moved = {
        name
        for lead, values in features(small).items()
        for name, value in values.items()
        if name != "as_of" and value != before[lead][name]
    }
    assert moved
    assert {name for name in moved if not AGEING.search(name)} == set()
    # Nobody passed a border, nobody overtook anybody: points fade alike.
    assert [(row[0], row[2], row[5]) for row in after_a_day] == [(row[3], row[4], None) for row in after_a_day]
    changed = small.connection.execute("select distinct record_id from scores.history where as_of = ?", [NOON + DAY])
    assert sorted(changed.fetchall()) == [("0011",), ("00Q1",), ("00Q2",), ("00Q3",)]  # those whose points fade


def test_a_move_that_time_alone_made_is_told_as_that(small: Company) -> None:
    form(small, "l@b4.com", "2024-06-30 09:00", "newsletter")
    publish(small, NOON)
    later = {row[1]: row[5] for row in publish(small, NOON + 29 * DAY)}
    assert later["00Q3"] == "out of the fast lane: the request is old or answered"
    form(small, "l@b5.com", "2024-07-29 20:00")
    assert {row[1]: row[5] for row in publish(small, NOON + 30 * DAY)}["00Q5"] == (
        "tier D to B: 1 form content download since 2024-07-29"
    )


@pytest.mark.capability("M11")
def test_what_a_day_published_is_read_from_what_was_kept_of_it(small: Company) -> None:
    publish(small, NOON)
    form(small, "l@b5.com", "2024-06-30 20:00", "call_me")
    small.change("raw.lead", "HasOptedOutOfEmail = true where Id = '00Q3'")
    publish(small, NOON + DAY)
    publish(small, NOON + 2 * DAY)
    kim, out = (find_subject(small.connection, one) for one in ("00Q5", "00Q3"))
    first, second = (as_it_was(small.connection, kim, NOON + days * DAY)["standing"] for days in (0, 2))
    assert (first["rank"], first["lane"], second["rank"], second["lane"]) == (6, "open lead", 1, "raised hand")
    assert second["queue_reason"] == "asked for a call on 2024-06-30"
    assert as_it_was(small.connection, kim, NOON)["features"]["age_days"].startswith("29")
    gone = as_it_was(small.connection, out, NOON + DAY)
    assert gone["not_listed_because"].startswith("suppressed: opted out of e-mail")
    assert [row["tier"] for row in trend(small.connection, kim)][-1] == first["tier"]


def test_a_moment_is_kept_once_and_one_before_others_leaves_them_as_they_were(small: Company) -> None:
    publish(small, NOON)
    publish(small, NOON + 2 * DAY)
    kept = small.connection.execute("select * from scores.history order by all").fetchall()
    publish(small, NOON + 2 * DAY)
    assert small.connection.execute("select * from scores.history order by all").fetchall() == kept
    form(small, "l@b0.com", "2024-06-30 20:00")
    publish(small, NOON + DAY)
    states = small.connection.execute(
        "select unit_id, engagement_points from scores.history where as_of <= ?"
        " qualify row_number() over (partition by unit_id order by as_of desc) = 1 order by all", [NOON + 2 * DAY],
    )  # fmt: skip
    assert dict(states.fetchall())["00Q0"] == 0


def test_what_was_said_otherwise_long_ago_is_forgotten(small: Company) -> None:
    small.change("config.targets", "history_days = 3")
    for days in range(6):
        publish(small, NOON + days * DAY)
    counts = small.connection.execute("select as_of, count(*) from scores.history group by all order by all").fetchall()
    assert [(moment, rows) for moment, rows in counts if moment <= NOON] == [(NOON, 8)]
