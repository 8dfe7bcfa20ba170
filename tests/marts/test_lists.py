"""The two lists as people read them: words, links, and what changed since the list before."""

from datetime import datetime, timedelta

import pytest

from tests.features.company import NOON, Company, Rows


@pytest.fixture
def listed(company: Company) -> Company:
    """Three ranked companies, and a queue with one person."""
    for number, name in enumerate(("acme", "beta", "core"), start=1):
        company.put("core.accounts", account_id=name, ultimate_parent_id=name, account_name=name.title(),
                    relationship="prospect", has_open_opportunity=False, employees=number * 40,
                    is_person_account=False, domain="x.com", phone="1", country="Chile")  # fmt: skip
        company.put("scores.target_ranking", account_id=name, rank=number, tier="ABC"[number - 1],
                    score_source="points", model_version=None)  # fmt: skip
        company.put("features.account_engagement", account_id=name, engagement_score=0, reachable_contacts=1)
    company.put("core.people", person_id="kim", account_id="acme", full_name="Kim Lee", email="k@x.com",
                do_not_call=False)  # fmt: skip
    company.put("core.leads", lead_id="00Q1", person_id="kim", company_name="As typed", lead_source="Web")
    company.put("scores.queue_ranking", queue_item_id="kim:1", person_id="kim", lead_id="00Q1", rank=1, tier="A",
                fast_lane=False, pass_number=1, owner_id="ada", probability=0.2, score_source="model")  # fmt: skip
    company.put("core.users", user_id="ada", user_name="Ada")
    for table in ("core.opportunities", "core.touches"):
        company.give(table)
    return company


def before(company: Company, days: int, item: str, rank: int, tier: str) -> None:
    name = "lead_queue" if ":" in item else "target_accounts"
    company.put("scores.list_history", list_name=name, as_of=NOON - timedelta(days=days), item_id=item, rank=rank,
                tier=tier)  # fmt: skip


CHANGES = "account_id, previous_rank, previous_tier, change_reason"


def changes(company: Company) -> Rows:
    return company.rows("marts.target_accounts", CHANGES)


@pytest.mark.capability("T3")
def test_the_first_list_has_no_list_before_it(listed: Company) -> None:
    assert changes(listed) == [(name, None, None, None) for name in ("acme", "beta", "core")]
    assert listed.rows("marts.lead_queue", "previous_rank, change_reason") == [(None, None)]


@pytest.mark.capability("T3")
def test_a_change_is_told_against_the_newest_list_of_an_earlier_moment(listed: Company) -> None:
    before(listed, 2, "core", 1, "A")
    before(listed, 1, "acme", 5, "A")
    before(listed, 1, "beta", 3, "D")
    before(listed, 0, "core", 9, "D")  # this very moment, run before
    before(listed, -1, "acme", 9, "D")  # a later moment
    assert changes(listed) == [
        ("acme", 5, "A", None),
        ("beta", 3, "D", "tier D to B: new facts"),
        ("core", None, None, "new on the list"),
    ]


def test_a_new_model_is_named_as_the_reason_of_a_new_tier(listed: Company) -> None:
    before(listed, 1, "acme", 5, "B")
    listed.change("scores.list_history", "model_version = 'account_fit-1'")
    assert changes(listed)[0] == ("acme", 5, "B", "tier B to A: scored by another model")


def test_the_queue_tells_its_changes_too(listed: Company) -> None:
    before(listed, 1, "lee:1", 1, "A")
    columns = "previous_rank, change_reason"
    assert listed.rows("marts.lead_queue", columns) == [(None, "new in the queue")]
    before(listed, 1, "kim:1", 7, "B")
    assert listed.rows("marts.lead_queue", columns) == [(7, "tier B to A")]
    listed.change("scores.list_history", "tier = null where item_id = 'kim:1'")
    assert listed.rows("marts.lead_queue", columns) == [(7, "tier none to A")]


def test_records_are_linked_when_the_playbook_says_where_the_crm_lives(listed: Company) -> None:
    assert listed.rows("marts.target_accounts", "distinct crm_url") == [(None,)]
    listed.change("config.crm", "record_base_url = 'https://crm/'")
    assert listed.rows("marts.target_accounts", "crm_url")[0] == ("https://crm/acme",)
    assert listed.rows("marts.lead_queue", "crm_url") == [("https://crm/00Q1",)]


def test_a_queue_item_says_who_it_is_why_it_is_there_and_who_cares_for_it(listed: Company) -> None:
    columns = (
        "account_name, person_name, queue_reason, conversion_probability, source_latest, owner_name, email_allowed"
    )
    assert listed.rows("marts.lead_queue", columns) == [("Acme", "Kim Lee", "open lead", 0.2, "Web", "Ada", None)]
    listed.change("scores.queue_ranking", "fast_lane = true, raised_kind = 'form_pricing_request', raised_at = ?", NOON)
    listed.change("core.people", "account_id = null, email_allowed = false")
    assert listed.rows("marts.lead_queue", columns) == [
        ("As typed", "Kim Lee", "asked for a price on 2024-06-30", 0.2, "Web", "Ada", False)
    ]


def test_the_newest_five_touches_are_told_and_the_attempts_of_sales_counted(listed: Company) -> None:
    for number, (kind, actor, age) in enumerate(
        [("call", "sales", 91), ("call", "sales", 89), ("task_email", "sales", 3), ("email_open", "prospect", 2),
         ("page_view", "prospect", 1), ("call", "sales", 0), ("page_view", "prospect", -1)]
    ):  # fmt: skip
        listed.put("core.touches", touch_id=f"t{number}", person_id="kim", kind=kind, actor=actor, subject=None,
                   direction="outbound" if actor == "sales" else "inbound",
                   occurred_at=NOON - timedelta(days=age))  # fmt: skip
    assert listed.rows("marts.lead_queue", "last_touches, attempts, last_attempt_at") == [
        (["2024-06-30 call", "2024-06-29 page view", "2024-06-28 email open", "2024-06-27 task email",
          "2024-04-02 call"], 3, NOON)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "engagement", "action"),
    [
        ({}, {}, "start a sequence"),
        ({}, {"last_engagement_at": NOON - timedelta(days=29)}, "call now while they are looking"),
        ({}, {"last_engagement_at": NOON - timedelta(days=30)}, "start a sequence"),
        ({}, {"reachable_contacts": 0}, "find a person to talk to"),
        ({"has_open_opportunity": True}, {"reachable_contacts": 0}, "support the open opportunity"),
        ({"relationship": "former"}, {}, "win back"),
        ({"relationship": "customer", "has_open_opportunity": True}, {}, "leave to the account manager"),
        ({"relationship": "competitor"}, {}, "none (competitor)"),
    ],
)
@pytest.mark.capability("T3")
def test_the_next_action_is_the_first_line_of_the_playbook_that_fits(
    listed: Company, facts: dict[str, object], engagement: dict[str, object], action: str
) -> None:
    for table, values in (("core.accounts", facts), ("features.account_engagement", engagement)):
        for name, value in values.items():
            listed.change(table, f"{name} = ? where account_id = 'acme'", value)
    columns = "next_action, scored_at, segment, data_completeness"
    assert listed.rows("marts.target_accounts", columns, "account_id = 'acme'") == [
        (action, datetime(2024, 6, 30, 12), "small", pytest.approx(4 / 6))
    ]
