"""Points by the rules of the playbook: what actions are worth today, and how a record suits us on paper."""

from datetime import datetime, timedelta

import pytest

from tests.features.company import NOON, Company


def action(company: Company, kind: str, days_ago: float, **values: object) -> None:
    company.numbers += 1
    company.put("core.touches", **{
        "touch_id": f"t{company.numbers}", "person_id": "kim", "actor": "prospect", "kind": kind, "is_weak": False,
        "is_machine": False, "is_hand_raise": False, "occurred_at": NOON - timedelta(days=days_ago),
    } | values)  # fmt: skip


def points(company: Company) -> float:
    [(total,)] = company.rows("features.engagement_points", "engagement_points")
    assert isinstance(total, float)
    return total


def rules(company: Company, *rows: dict[str, object]) -> None:
    company.connection.execute("delete from warehouse.config.engagement_points")
    company.put("config.engagement_points", *rows)


DEMO = {"kind": "form_demo_request", "points": 40.0, "half_life_days": 30.0, "cap": 100.0}


@pytest.mark.parametrize(("days_ago", "worth"), [(0, 40), (15, 28.284271), (30, 20), (60, 10), (300, 0.039063)])
def test_an_action_is_worth_half_after_its_half_life(company: Company, days_ago: float, worth: float) -> None:
    rules(company, DEMO)
    action(company, "form_demo_request", days_ago)
    assert points(company) == pytest.approx(worth, abs=1e-6)


@pytest.mark.parametrize(
    ("days_ago", "worth"),
    [
        ([0, 0], 80),
        ([0, 0, 0], 100),  # 40 + 40 + the 20 that are left under the cap
        ([0, 0, 0, 0], 100),
        ([30, 30, 30, 30], 50),  # capped before fading
        ([0, 0, 300, 300], 80 + 0.5 * 40 / 1024),
    ],
)
def test_actions_of_one_kind_are_worth_no_more_than_the_cap(
    company: Company, days_ago: list[float], worth: float
) -> None:
    rules(company, DEMO)
    for age in days_ago:
        action(company, "form_demo_request", age)
    assert points(company) == pytest.approx(worth, abs=1e-5)


def test_a_long_past_of_visits_does_not_make_todays_visit_worth_less(company: Company) -> None:
    action(company, "page_view", 0)
    alone = points(company)
    for age in range(200, 300):
        action(company, "page_view", age)
    assert alone == 1 <= points(company) < 1.01


def test_a_change_of_the_table_counts_for_what_was_done_before_it(company: Company) -> None:
    action(company, "form_demo_request", 30)
    action(company, "wave", 3)
    assert points(company) == 20
    rules(company, DEMO | {"points": 100.0, "half_life_days": 60.0}, DEMO | {"kind": "wave", "half_life_days": 3.0})
    assert points(company) == pytest.approx(100 * 0.5**0.5 + 20, abs=1e-5)


def test_machines_calls_by_sales_refusals_and_what_lies_ahead_give_no_points(company: Company) -> None:
    action(company, "page_view", 1, is_machine=True)
    action(company, "call", 1, actor="sales")
    action(company, "email_sent", 1, actor="marketing")
    action(company, "page_view", -0.1)
    action(company, "page_view", 1, person_id=None)
    action(company, "email_unsubscribe", 1)
    assert company.rows("features.engagement_points") == []


def test_a_meeting_is_an_engagement_of_the_prospect_too_though_sales_wrote_it_down(company: Company) -> None:
    action(company, "meeting", 0, actor="sales")
    assert company.rows("features.engagement_points", "engagement_points, last_action_at") == [(25, NOON)]


def test_an_open_gives_few_points_and_is_no_engagement_to_call_about(company: Company) -> None:
    action(company, "email_open", 0, is_weak=True)
    assert company.rows("features.engagement_points", "engagement_points, last_action_at") == [(0.5, None)]
    action(company, "page_view", 2)
    assert company.rows("features.engagement_points", "last_action_at") == [(datetime(2024, 6, 28, 12),)]


def test_the_reasons_are_the_three_kinds_that_are_worth_most(company: Company) -> None:
    for _ in range(3):
        action(company, "page_view", 0)
    for kind in ("form_demo_request", "email_click", "pricing_page_view", "no points for this"):
        action(company, kind, 1)
    assert company.rows("features.engagement_points", "reasons") == [
        (["form demo request 1x, last on 2024-06-29", "pricing page view 1x, last on 2024-06-29",
          "email click 1x, last on 2024-06-29"],)
    ]  # fmt: skip


def fit_rules(company: Company, *rows: tuple[str, str, str, str, float, str]) -> None:
    columns = ("unit", "field", "operator", "value", "points", "words")
    company.connection.execute("delete from warehouse.config.fit_points")
    company.put("config.fit_points", *(dict(zip(columns, row, strict=True)) for row in rows))


@pytest.mark.parametrize(
    ("operator", "field", "value", "holds"),
    [
        ("equals", "industry", "RETAIL", True),
        ("equals", "industry", "Retai", False),
        ("contains", "industry", "tai", True),
        ("contains", "country", "ch", False),
        ("at_least", "employees", "200", True),
        ("at_least", "employees", "201", False),
        ("at_least", "annual_revenue", "1", False),  # not known
        ("at_least", "industry", "1", False),  # no number
        ("at_most", "employees", "200", True),
        ("at_most", "employees", "199", False),
        ("is_filled", "industry", "", True),
        ("is_filled", "country", "", False),  # known to be blank
        ("is_filled", "domain", "", False),
    ],
)
def test_a_fit_rule_holds_by_its_operator(company: Company, operator: str, field: str, value: str, holds: bool) -> None:
    fit_rules(company, ("account", field, operator, value, 7, "suits us"))
    company.put("core.accounts", account_id="acme", industry="Retail", employees=200, country="")
    company.give("core.leads")
    assert company.rows("features.fit_points", "unit_id, fit_points, reasons") == [
        ("acme", 7 if holds else 0, ["suits us"] if holds and operator != "is_filled" else None)
    ]


def test_the_rules_that_hold_add_up_and_the_strongest_is_told_first(company: Company) -> None:
    fit_rules(
        company,
        ("lead", "is_free_mail", "equals", "true", -5, "private mail address"),
        ("lead", "phone", "is_filled", "", 3, "phone known"),
        ("lead", "seniority", "equals", "executive", 20, "executive"),
        ("account", "phone", "is_filled", "", 99, "another unit's rule"),
    )
    company.put("core.leads", lead_id="lead", title="CEO", phone="1", is_free_mail=True)
    company.put("core.accounts", account_id="acme", phone="1")
    assert company.rows("features.fit_points", "unit, fit_points, reasons") == [
        ("account", 0, None),
        ("lead", 18, ["executive", "private mail address"]),  # that a phone number is known is no reason to call
    ]


def test_of_several_rules_about_one_field_the_farthest_reaching_is_told(company: Company) -> None:
    fit_rules(
        company,
        ("account", "employees", "at_least", "50", 10, "at least 50 employees"),
        ("account", "employees", "at_least", "200", 10, "at least 200 employees"),
    )
    company.put("core.accounts", account_id="acme", employees=300)
    company.give("core.leads")
    assert company.rows("features.fit_points", "fit_points, reasons") == [(20, ["at least 200 employees"])]


def test_a_company_is_as_engaged_as_its_people_and_reachable_by_those_who_may_be_addressed(company: Company) -> None:
    company.put("core.accounts", *({"account_id": name} for name in ("acme", "empty")))
    addresses = {"kim": "k@a", "lee": "l@a", "out": "o@a", "mute": None}
    company.put("core.people", *({"person_id": name, "account_id": "acme", "email": email}
                                 for name, email in addresses.items()))  # fmt: skip
    company.put("core.suppressions", person_id="out", reason="opted_out", record_id="r")
    company.put("core.suppressions", person_id="kim", reason="converted", record_id="lead of kim")
    action(company, "form_demo_request", 0)
    action(company, "form_demo_request", 30, person_id="lee")
    action(company, "call", 4, actor="sales", account_id="acme")
    columns = "account_id, engagement_score, last_engagement_at, last_sales_touch_at, reachable_contacts"
    assert company.rows("features.account_engagement", columns) == [
        ("acme", 60, NOON, NOON - timedelta(days=4), 2),
        ("empty", 0, None, None, 0),
    ]


def test_attempts_are_calls_and_mails_by_sales_of_the_last_days(company: Company) -> None:
    for kind in ("call", "task_email", "task", "meeting"):
        action(company, kind, 2, actor="sales", direction="outbound")
    action(company, "call", 1, direction="inbound")
    action(company, "email_sent", 1, actor="marketing", direction="outbound")
    action(company, "call", 1000, actor="sales", direction="outbound")
    columns = "person_id, attempts, last_attempt_at"
    assert company.rows("features.recent_touches", columns) == [("kim", 2, NOON - timedelta(days=2))]
