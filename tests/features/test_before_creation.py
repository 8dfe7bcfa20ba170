"""What a person did before the lead existed: counted once the cookie has a name, at its own age, for each lead."""

from datetime import datetime, timedelta

import pytest

from tests.features.company import Company, Rows

CREATED = datetime(2024, 4, 1, 9)
DAY = timedelta(days=1)
NOT_FEATURES = "lead_id, purpose, group_id, label, weight, outcome_at, is_worked"


def visitor(company: Company, *days_before: float, identified_days_after: float = 2) -> None:
    """Visits of a cookie by days before the lead's creation; a form tells its name some days after it."""
    company.at(datetime(2024, 12, 1))
    company.change("config.labels", "landmark_every_days = 1, min_history_days = 0")
    company.add("account", SystemModstamp="2024-12-01")
    for day in ("2023-02-01", "2024-11-30"):
        company.add("lead_history", LeadId="00Qgone", Field="Status", NewValue="MQL", CreatedDate=day)
    company.add("lead", Id="00Qfirst", Email="pat@other.com", CreatedDate="2023-02-01")
    company.add("lead", Id="00Q1", Email="kim@acme.com", CreatedDate=CREATED)
    for number, days in enumerate(days_before):
        company.put("raw.web_visit", visit_id=f"v{number}", visitor_id="cookie", visited_at=CREATED - days * DAY,
                    page="/pricing")  # fmt: skip
    company.put("raw.form_fill", form_fill_id="f", visitor_id="cookie", email="Kim@Acme.com ", form_type="newsletter",
                submitted_at=CREATED + identified_days_after * DAY)  # fmt: skip


def seen(company: Company, day: str, columns: str, lead: str = "00Q1") -> Rows:
    return company.rows("features.lead_conversion", columns, f"lead_id = '{lead}' and as_of = '{day}'")


@pytest.mark.capability("M4")
def test_visits_before_the_lead_count_from_the_day_on_which_the_cookie_told_its_name(company: Company) -> None:
    visitor(company, 0.1, 80, 400)
    columns = "age_days, page_views_7d, page_views_90d, pricing_views_30d, pricing_views_365d, days_since_last_action"
    assert seen(company, "2024-04-03", columns) == [(1, 0, 0, 0, 0, None)]
    assert seen(company, "2024-04-04", columns) == [(2, 1, 2, 1, 2, 0)]
    # every view leaves a window by its own age, whenever it was tied
    assert seen(company, "2024-04-12", columns) == [(10, 0, 1, 1, 2, 8)]
    assert seen(company, "2024-05-02", columns) == [(30, 0, 1, 0, 2, 28)]


def test_a_cookie_that_was_known_before_the_lead_counts_from_its_first_landmark(company: Company) -> None:
    visitor(company, 30, 31, identified_days_after=-29)
    assert seen(company, "2024-04-02", "page_views_90d, forms_365d") == [(2, 1)]


@pytest.mark.capability("M4")
def test_what_becomes_of_one_lead_of_a_person_changes_nothing_at_the_landmarks_of_another(company: Company) -> None:
    visitor(company, 0.1, 20)
    company.add("lead", Id="00Q2", Email="KIM@acme.com", CreatedDate="2024-04-20 09:00")
    company.add("task", WhoId="00Q1", TaskSubtype="Call", CallType="Inbound", IsClosed=True,
                CompletedDateTime="2024-04-22 10:00", CreatedDate="2024-04-22 10:00")  # fmt: skip

    def features() -> Rows:
        return company.rows("features.lead_conversion", f"* exclude ({NOT_FEATURES})",
                            "lead_id = '00Q2' and as_of < '2024-08-01'")  # fmt: skip

    before = features()
    assert len(before) == 102
    assert seen(company, "2024-04-21", "page_views_90d, forms_365d, actions_90d", "00Q2") == [(2, 1, 3)]
    company.add("account", Id="001new", Website="acme.com", CreatedDate="2024-08-05 10:00")
    company.add("contact", Id="003new", AccountId="001new", Email="kim@acme.com", CreatedDate="2024-08-05 10:00")
    company.change(
        "raw.lead", "IsConverted = true, ConvertedDate = date '2024-08-05', ConvertedContactId = '003new', "
        "ConvertedAccountId = '001new', SystemModstamp = '2024-08-05 10:00' where Id = '00Q1'",
    )  # fmt: skip
    company.change("raw.task", "WhoId = '003new', SystemModstamp = '2024-08-05 10:00' where WhoId = '00Q1'")
    assert features() == before
    # the other lead is open all the same, and of one group with the first
    assert company.rows("spine.lead_conversion", "distinct group_id", "lead_id in ('00Q1', '00Q2')") == [("003new",)]
    assert company.rows("spine.lead_conversion", "count(*)", "lead_id = '00Q2' and label") == [(0,)]
