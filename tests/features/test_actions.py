"""What a person did, counted at a moment: only what had happened and was known to be this person's."""

from datetime import datetime, timedelta

import pytest

from tests.features.company import Company, Rows

THEN = datetime(2024, 5, 1)


def touch(company: Company, days_ago: float, known_days_ago: float | None = None, /, **values: object) -> None:
    company.numbers += 1
    occurred_at = THEN - timedelta(days=days_ago)
    known_at = occurred_at if known_days_ago is None else THEN - timedelta(days=known_days_ago)
    company.put("core.lead_touches", touch_id=f"t{company.numbers}", lead_id=values.pop("lead_id", "lead"),
                known_at=known_at)  # fmt: skip
    company.put("core.touches", **{
        "touch_id": f"t{company.numbers}", "person_id": "kim", "actor": "prospect", "source": "web_visit",
        "channel": "web", "kind": "page_view", "is_weak": False, "is_machine": False, "is_hand_raise": False,
        "occurred_at": occurred_at, "known_at": known_at} | values)  # fmt: skip


def counted(company: Company, columns: str) -> Rows:
    company.put("spine.lead_conversion", lead_id="lead", as_of=THEN)
    company.put("core.leads", lead_id="lead", person_id="kim")
    company.give("core.accounts")
    company.give("core.opportunities")
    return company.rows("features.lead_conversion", columns)


@pytest.mark.capability("M4")
def test_a_visit_counts_from_the_moment_that_the_house_knew_whose_it_was(company: Company) -> None:
    touch(company, 5)
    touch(company, 5, 0)
    touch(company, 5, -1)  # the cookie told its name a day after the landmark
    touch(company, -1)
    touch(company, 0)
    assert counted(company, "actions_7d, page_views_7d") == [(3, 3)]


@pytest.mark.parametrize(
    "values",
    [
        {"is_machine": True},
        {"actor": "sales", "kind": "call"},
        {"actor": "marketing", "kind": "campaign_sent"},
        {"lead_id": "another"},
        {"source": "email_event", "channel": "email", "kind": "email_unsubscribe"},
        {"source": "email_event", "channel": "email", "kind": "email_spam_report"},
    ],
)
def test_machines_sales_strangers_and_refusals_do_nothing_for_a_lead(
    company: Company, values: dict[str, object]
) -> None:
    touch(company, 3, **values)
    assert counted(company, "actions_90d, page_views_90d, days_since_last_action") == [(0, 0, None)]


def test_an_open_is_counted_as_an_open_and_never_as_an_action(company: Company) -> None:
    for age in (1, 2, 89, 91):
        touch(company, age, source="email_event", channel="email", kind="email_open", is_weak=True)
    columns = "email_opens_90d, actions_90d, active_days_90d, days_since_last_action"
    assert counted(company, columns) == [(3, 0, 0, None)]


def test_windows_hold_their_last_day_and_a_year_ends_all(company: Company) -> None:
    for age in (7, 7.5, 30, 31, 90, 91, 364.9, 365):
        touch(company, age)
    columns = "actions_7d, actions_30d, actions_90d, active_days_90d, days_since_last_action"
    assert counted(company, columns) == [(1, 3, 5, 5, 7)]


def test_an_answer_to_a_campaign_on_the_website_is_no_page_view(company: Company) -> None:
    touch(company, 1, source="campaign_response", kind="campaign_response")
    touch(company, 1, kind="pricing_page_view")
    touch(company, 1, source="form_fill", channel="form", kind="form_demo_request", is_hand_raise=True)
    columns = "page_views_7d, pricing_views_30d, campaign_responses_365d, forms_365d, hand_raises_30d, actions_7d"
    assert counted(company, columns) == [(1, 1, 1, 1, 1, 3)]


def overlay(company: Company, fetched_at: str, employees: int, source: str = "register") -> None:
    company.put("staging.overlay_firmographics", domain="acme.com", source=source, fetched_at=fetched_at,
                employees=employees, technologies="Snowflake")  # fmt: skip


@pytest.mark.capability("M4")
def test_what_was_bought_about_a_company_counts_from_the_moment_it_was_fetched(company: Company) -> None:
    company.put("core.accounts", account_id="acme", created_at="2024-01-01", is_backfilled=False)
    company.put("core.account_versions", record_id="acme", domain="acme.com", from_at="1900-01-01",
                until_at="2024-04-01")  # fmt: skip
    company.put("core.account_versions", record_id="acme", domain="acme.com", employees=7, from_at="2024-04-01",
                until_at="9999-12-31")  # fmt: skip
    days = ["2024-01-31", "2024-02-01", "2024-02-15", "2024-03-01", "2024-04-01"]
    company.put("spine.account_fit", *({"account_id": "acme", "as_of": day} for day in days))
    overlay(company, "2024-02-01 00:00:00", 50)
    overlay(company, "2024-03-01 00:00:00", 60)
    overlay(company, "2024-03-01 00:00:00", 61, source="second best by name")
    overlay(company, "2024-03-01 00:00:01", 99)
    # What the CRM itself says of a company goes before what was bought.
    columns = "as_of::date::varchar, technologies, employees, record_age_days"
    assert company.rows("features.account_fit", columns) == [
        ("2024-01-31", None, None, 30),
        ("2024-02-01", "Snowflake", 50, 31),
        ("2024-02-15", "Snowflake", 50, 45),
        ("2024-03-01", "Snowflake", 60, 60),
        ("2024-04-01", "Snowflake", 7, 91),
    ]


def test_a_record_that_a_conversion_made_is_told_from_listed_ones_once_it_is_known(company: Company) -> None:
    for name, created in (("born", "2024-01-01 10:00:00"), ("listed", "2023-06-01"), ("plain", "2024-01-01")):
        company.put("core.accounts", account_id=name, created_at=created, is_backfilled=False)
    for lead, name in (("a", "born"), ("b", "listed")):
        company.put("core.lead_conversions", lead_id=lead, account_id=name, converted_at="2024-01-01 23:59:59")
    moments = ["2024-01-01 12:00:00", "2024-01-03"]
    for name in ("born", "listed", "plain"):
        company.put("spine.account_fit", *({"account_id": name, "as_of": moment} for moment in moments))
    columns = "account_id, as_of::date::varchar, made_by_conversion, days_since_conversion, record_age_days"
    assert company.rows("features.account_fit", columns) == [
        ("born", "2024-01-01", False, None, 0),
        ("born", "2024-01-03", True, 1, None),
        ("listed", "2024-01-01", False, None, 214),
        ("listed", "2024-01-03", False, None, 216),
        ("plain", "2024-01-01", False, None, 0),
        ("plain", "2024-01-03", False, None, 2),
    ]


def test_the_age_of_a_record_that_a_migration_brought_is_unknown(company: Company) -> None:
    company.put("core.accounts", account_id="acme", created_at="2024-01-01", is_backfilled=True)
    company.put("spine.account_fit", account_id="acme", as_of=THEN)
    assert company.rows("features.account_fit", "record_age_days") == [(None,)]
    company.put("spine.lead_conversion", lead_id="lead", as_of=THEN)
    company.put("core.leads", lead_id="lead", person_id="kim", created_at="2024-01-01", is_backfilled=True)
    company.give("core.touches")
    company.give("core.opportunities")
    assert company.rows("features.lead_conversion", "age_days") == [(None,)]


@pytest.mark.parametrize(
    ("title", "roles"),
    [
        ("VP, Sales & Marketing", [("executive", "marketing")]),
        ("Sr. Director of Engineering", [("director", "engineering")]),
        ("Leader", [("staff", "another function")]),  # no word of it is "lead"
        ("  ", [(None, None)]),
        (None, []),
    ],
)
def test_a_job_title_tells_seniority_and_function_by_whole_words(
    company: Company, title: str | None, roles: Rows
) -> None:
    company.put("core.lead_versions", record_id="lead", title=title)
    company.put("core.leads", lead_id="lead", title=title)
    assert company.rows("features.title_roles", "seniority, job_function") == roles
