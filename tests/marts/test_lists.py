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
                fast_lane=False, pass_number=1, owner_id="ada", probability=0.2, score_source="model",
                fit_points=0)  # fmt: skip
    company.put("core.users", user_id="ada", user_name="Ada")
    for table in ("core.opportunities", "core.touches"):
        company.give(table)
    return company


def before(company: Company, days: int, item: str, rank: int, tier: str | None, **values: object) -> None:
    """Where a unit stood in the lists published some days ago; a rank is a place, so it is given as points."""
    name = "lead_queue" if ":" in item else "target_accounts"
    moment = NOON - timedelta(days=days)
    company.put("scores.history", **{
        "list_name": name, "as_of": moment, "unit_id": item.partition(":")[0], "item_id": item, "tier": tier,
        "record_id": "00Q1" if ":" in item else item, "lane": "open lead" if ":" in item else "prospect",
        "lane_order": 1, "fit_points": 100 - rank, "engagement_points": 0, "reasons": 0, "score_source": "points",
    } | values)  # fmt: skip
    company.put("scores.published_moments", as_of=moment, models=[])


CHANGES = "account_id, previous_rank, previous_tier, change_reason"


def changes(company: Company) -> Rows:
    return company.rows("marts.target_accounts", CHANGES)


def reason(company: Company, account: str = "acme") -> object:
    [(told,)] = company.rows("marts.target_accounts", "change_reason", f"account_id = '{account}'")
    return told


@pytest.mark.capability("T3")
def test_the_first_list_has_no_list_before_it(listed: Company) -> None:
    assert changes(listed) == [(name, None, None, None) for name in ("acme", "beta", "core")]
    assert listed.rows("marts.lead_queue", "previous_rank, previous_tier, change_reason") == [(None, None, None)]


@pytest.mark.capability("T3")
def test_a_change_is_told_against_the_newest_list_of_an_earlier_moment(listed: Company) -> None:
    before(listed, 2, "acme", 9, "C")
    before(listed, 1, "acme", 2, "A", fit_points=30)
    before(listed, 1, "beta", 1, "D", fit_points=90)
    before(listed, 0, "core", 9, "D")  # this very moment, run before
    before(listed, -1, "acme", 9, "D")  # a later moment
    listed.change("scores.target_ranking", "fit_points = 90, engagement_score = 0")
    assert changes(listed) == [
        ("acme", 2, "A", "fit points from 30 to 90 since 2024-06-29"),
        ("beta", 1, "D", "tier D to B: others overtook: nothing of its own changed"),
        ("core", None, None, "new on the list"),
    ]


def test_what_did_not_change_since_is_as_it_was_then_and_a_rank_is_the_place_among_all_of_them(listed: Company) -> None:
    before(listed, 9, "acme", 7, "A")
    before(listed, 9, "core", 5, "A")
    before(listed, 1, "beta", 6, "B")
    assert [row[:3] for row in changes(listed)] == [("acme", 3, "A"), ("beta", 2, "B"), ("core", 1, "A")]


@pytest.mark.parametrize(
    ("was", "told"),
    [
        ({"model_version": "account_fit-1"}, "tier B to A: a new model"),
        ({"score_source": "model"}, "tier B to A: points rank it now, no model"),
        ({"lane": "former"}, "tier B to A: relationship changed: former to prospect"),
        ({"fit_points": 12}, "tier B to A: fit points from 12 to 25 since 2024-06-29"),
        ({"reasons": 2}, "tier B to A: lost 2 reasons since 2024-06-29"),
        ({"engagement_points": 9}, "tier B to A: time passed: no dated news since 2024-06-29"),
        ({}, "tier B to A: the border of the tier moved: nothing of its own changed"),
        ({"cut": "merged into x"}, "new on the list"),
    ],
)
def test_the_reason_of_a_change_is_what_changed(listed: Company, was: dict[str, object], told: str | None) -> None:
    listed.change("scores.target_ranking", "fit_points = 25, engagement_score = 4")
    before(listed, 1, "acme", 1, "B", **({"fit_points": 25, "engagement_points": 4} | was))
    assert reason(listed) == told


def test_time_alone_that_moves_nobody_is_no_change(listed: Company) -> None:
    before(listed, 1, "acme", 1, "A", fit_points=0, engagement_points=9)
    listed.change("scores.target_ranking", "fit_points = 0, engagement_score = 4")
    assert reason(listed) is None


def test_who_was_out_for_a_while_came_back_and_why_it_was_out_is_told(listed: Company) -> None:
    before(listed, 9, "acme", 1, "B")
    before(listed, 3, "acme", 1, None, cut="converted on 2024-06-20", item_id=None)
    assert reason(listed) == "came back: out since 2024-06-27, converted on 2024-06-20"


def test_new_actions_are_named_and_counted_those_before_the_list_are_not(listed: Company) -> None:
    before(listed, 1, "acme", 1, "A", fit_points=3)
    for number, (kind, hours) in enumerate(
        [("pricing_page_view", 3), ("pricing_page_view", 2), ("email_open", 1), ("page_view", 30), ("page_view", -1)]
    ):
        listed.put("core.touches", touch_id=f"t{number}", account_id="acme", kind=kind, actor="prospect",
                   is_machine=False, occurred_at=NOON - timedelta(hours=hours))  # fmt: skip
    assert reason(listed) == "2 pricing page views, 1 email open since 2024-06-29"


def test_facts_that_changed_are_named_but_not_what_sales_did_with_the_record(listed: Company) -> None:
    before(listed, 1, "acme", 1, "A", fit_points=3)
    for attribute in ("industry", "owner_id"):
        for days in (50, 0.5):
            listed.put("core.attribute_history", record_of="account", record_id="acme", attribute=attribute,
                       from_at=NOON - timedelta(days=days))  # fmt: skip
    assert reason(listed) == "industry changed since 2024-06-29"


def test_the_queue_tells_its_changes_too(listed: Company) -> None:
    before(listed, 1, "lee:1", 1, "A")
    columns = "previous_rank, previous_tier, change_reason"
    assert listed.rows("marts.lead_queue", columns) == [(None, None, "new in the queue")]
    before(listed, 1, "kim:1", 7, "B", score_source="model")
    assert listed.rows("marts.lead_queue", columns) == [
        (2, "B", "tier B to A: fit points from 93 to 0 since 2024-06-29")
    ]
    listed.change("scores.queue_ranking", "fast_lane = true")
    assert listed.rows("marts.lead_queue", "change_reason") == [("tier B to A: raised a hand",)]


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
