"""Who stands where on the two lists, and on what the place stands."""

from datetime import datetime, timedelta

import pytest

from tests.features.company import NOON, Company, Rows


def account(company: Company, name: str, fit: float = 0, engagement: float = 0, **values: object) -> None:
    company.put("core.accounts", **{"account_id": name, "ultimate_parent_id": name, "is_person_account": False,
                                    "relationship": "prospect", "owner_id": "ada"} | values)  # fmt: skip
    company.put("features.fit_points", unit="account", unit_id=name, fit_points=fit, reasons=[f"fit {fit}"])
    company.put("features.account_engagement", account_id=name, engagement_score=engagement, reachable_contacts=0)


def fit_score(company: Company, name: str, probability: float) -> None:
    company.put("scores.account_fit", account_id=name, as_of=NOON, probability=probability, lift=2.0,
                reasons=["the model says so"], model_version="account_fit-1")  # fmt: skip


def targets(company: Company, columns: str = "account_id") -> Rows:
    return company.rows(
        "scores.target_ranking", f"{columns} exclude (rank)" if columns == "*" else columns, "true order by rank"
    )


@pytest.mark.capability("M8")
def test_without_scores_the_points_of_fit_and_engagement_rank_and_no_probability_is_invented(company: Company) -> None:
    account(company, "low", 10)
    account(company, "high", 20, 5)
    account(company, "middle", 0, 15)
    columns = "account_id, rank, score_source, fit_points, fit_score, fit_probability, fit_lift, reasons, model_version"
    assert targets(company, columns) == [
        ("high", 1, "points", 20, 100, None, None, ["fit 20"], None),
        ("middle", 2, "points", 0, 66.67, None, None, ["fit 0"], None),
        ("low", 3, "points", 10, 33.33, None, None, ["fit 10"], None),
    ]


@pytest.mark.capability("T3")
def test_where_the_model_speaks_its_probability_ranks_and_points_stand_below(company: Company) -> None:
    account(company, "likely", 0)
    account(company, "unlikely", 50)
    account(company, "unscored", 99)
    fit_score(company, "likely", 0.3)
    fit_score(company, "unlikely", 0.1)
    assert targets(company, "account_id, score_source, fit_probability, fit_lift, reasons, model_version") == [
        ("likely", "model", 0.3, 2, ["the model says so"], "account_fit-1"),
        ("unlikely", "model", 0.1, 2, ["the model says so"], "account_fit-1"),
        ("unscored", "points", None, None, ["fit 99"], None),
    ]


@pytest.mark.capability("T3")
def test_customers_and_competitors_stand_below_all_that_can_be_won_and_in_no_tier(company: Company) -> None:
    for name in ("competitor", "customer", "former", "unknown", "prospect"):
        account(company, name, {"competitor": 99, "customer": 50}.get(name, 1), relationship=name)
    fit_score(company, "competitor", 0.9)
    assert targets(company, "account_id, tier is null") == [
        ("former", False), ("prospect", False), ("unknown", False), ("customer", True), ("competitor", True),
    ]  # fmt: skip


def test_tiers_are_shares_of_those_that_can_be_won_and_owners_have_a_rank_of_their_own(company: Company) -> None:
    for number in range(10):
        account(company, f"a{number}", 10 - number, owner_id="ada" if number % 2 else "bo")
    for number in range(10):
        account(company, f"c{number}", 99, relationship="customer")
    rows = targets(company, "account_id, tier, rank_in_owner")
    assert [tier for _, tier, _ in rows[:10]] == ["A", *"BB", *"CCC", *"DDDD"]
    assert [place for _, _, place in rows[:10]] == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]


@pytest.mark.capability("E1")
def test_persons_are_no_companies_and_families_stand_once_when_the_playbook_says_so(company: Company) -> None:
    account(company, "parent", 5)
    account(company, "child", 9, ultimate_parent_id="parent")
    account(company, "person", 99, is_person_account=True)
    assert targets(company) == [("child",), ("parent",)]
    company.change("config.targets", "level = 'ultimate_parent'")
    assert targets(company) == [("parent",)]


def person(company: Company, name: str, points: float = 0, probability: float | None = None, **values: object) -> None:
    """A person with one open lead."""
    lead = f"lead of {name}"
    company.put("core.people", **{"person_id": name, "lead_id": lead} | values)
    company.put("core.leads", lead_id=lead, person_id=name, owner_id="ada", created_at=datetime(2024, 6, 1))
    company.put("core.lead_steps", lead_id=lead, step_number=1, pass_number=1, step="lead")
    company.put("spine.lead_conversion", lead_id=lead, as_of=NOON, purpose="score")
    company.put("features.fit_points", unit="lead", unit_id=lead, fit_points=points, reasons=[f"fit {points}"])
    if probability is not None:
        company.put("scores.lead_conversion", lead_id=lead, as_of=NOON, probability=probability, lift=1.0,
                    reasons=["the model says so"], model_version="lead_conversion-1")  # fmt: skip


def raise_hand(company: Company, name: str, days_ago: float = 1, **values: object) -> None:
    company.numbers += 1
    company.put("core.touches", **{
        "touch_id": f"t{company.numbers}", "person_id": name, "kind": "form_demo_request", "actor": "prospect",
        "is_hand_raise": True, "is_machine": False, "is_weak": False, "occurred_at": NOON - timedelta(days=days_ago),
    } | values)  # fmt: skip


@pytest.fixture
def queue(company: Company) -> Company:
    """A queue without anybody."""
    for table in ("core.people", "core.leads", "core.lead_steps", "core.contacts", "core.suppressions", "core.touches",
                  "core.accounts", "core.opportunities", "core.users", "spine.lead_conversion",
                  "features.fit_points"):  # fmt: skip
        company.give(table)
    return company


def ranked(company: Company, columns: str = "person_id") -> Rows:
    return company.rows("scores.queue_ranking", columns, "true order by rank")


@pytest.mark.capability("M8")
def test_without_scores_the_points_rank_the_queue(queue: Company) -> None:
    person(queue, "low", 1)
    person(queue, "high", 2)
    assert ranked(queue, "person_id, score_source, probability, fit_points, reasons") == [
        ("high", "points", None, 2, ["fit 2"]),
        ("low", "points", None, 1, ["fit 1"]),
    ]


@pytest.mark.capability("M2")
def test_the_model_ranks_the_queue_where_it_speaks(queue: Company) -> None:
    person(queue, "likely", 0, 0.4)
    person(queue, "unlikely", 9, 0.1)
    person(queue, "unscored", 99)
    assert ranked(queue, "person_id, score_source, probability, reasons, model_version") == [
        ("likely", "model", 0.4, ["the model says so"], "lead_conversion-1"),
        ("unlikely", "model", 0.1, ["the model says so"], "lead_conversion-1"),
        ("unscored", "points", None, ["fit 99"], None),
    ]


def test_who_asked_for_us_stands_on_top_with_the_lowest_probability_of_all(queue: Company) -> None:
    person(queue, "likely", 0, 0.9)
    person(queue, "asked", 0, 0.001)
    raise_hand(queue, "asked", 29.9)
    assert ranked(queue, "person_id, fast_lane, raised_kind") == [
        ("asked", True, "form_demo_request"),
        ("likely", False, None),
    ]


@pytest.mark.parametrize(
    ("days_ago", "values"), [(30, {}), (-0.1, {}), (1, {"is_machine": True}), (1, {"is_hand_raise": False})]
)
def test_no_fast_lane_for_old_requests_robots_and_other_deeds(
    queue: Company, days_ago: float, values: dict[str, object]
) -> None:
    person(queue, "kim")
    raise_hand(queue, "kim", days_ago, **values)
    assert ranked(queue, "person_id, fast_lane") == [("kim", False)]


def test_a_contact_who_asked_is_an_item_without_any_lead(queue: Company) -> None:
    queue.put("core.people", person_id="contact", contact_id="contact")
    queue.put("core.people", person_id="silent", contact_id="silent")
    queue.put("core.contacts", contact_id="contact", owner_id="bo")
    raise_hand(queue, "contact")
    assert ranked(queue, "queue_item_id, lead_id, contact_id, step, owner_id, fast_lane") == [
        ("contact:1", None, "contact", None, "bo", True)
    ]


def close(company: Company, name: str, days_ago: float, reopened: bool = False) -> None:
    """Sales disqualified the lead of a person; `reopened`: and took it up again an hour later."""
    company.change("core.lead_steps", "exit_kind = 'lost', exited_at = ? where lead_id = ?",
                   NOON - timedelta(days=days_ago), f"lead of {name}")  # fmt: skip
    if reopened:
        company.put("core.lead_steps", lead_id=f"lead of {name}", step_number=2, pass_number=2, step="lead",
                    entered_at=NOON - timedelta(days=days_ago, hours=-1))  # fmt: skip
    else:
        company.change("spine.lead_conversion", "purpose = 'closed' where lead_id = ?", f"lead of {name}")


def test_a_hand_that_was_raised_before_sales_closed_the_lead_was_answered_by_that(queue: Company) -> None:
    for name in ("before", "after", "reopened", "silent"):
        person(queue, name)
        close(queue, name, 5, reopened=name == "reopened")
    for name, days_ago in {"before": 6, "after": 4, "reopened": 6}.items():
        raise_hand(queue, name, days_ago)
    assert ranked(queue, "queue_item_id, fast_lane, step, entered_step_at") == [
        ("after:2", True, "lead", NOON - timedelta(days=4)),
        ("reopened:2", False, "lead", NOON - timedelta(days=5, hours=-1)),
    ]


def test_the_closing_of_a_copy_answers_nothing_while_another_lead_of_the_person_is_open(queue: Company) -> None:
    person(queue, "kim")
    close(queue, "kim", 5)
    queue.put("core.leads", lead_id="copy", person_id="kim", created_at=datetime(2024, 6, 20))
    queue.put("spine.lead_conversion", lead_id="copy", as_of=NOON, purpose="score")
    raise_hand(queue, "kim", 6)
    assert ranked(queue, "lead_id, fast_lane, pass_number") == [("copy", True, 1)]


def test_who_is_not_in_the_queue_is_told_why(queue: Company) -> None:
    for name in ("closed", "converted", "old", "refused", "listed"):
        person(queue, name)
        if name != "listed":
            queue.change("spine.lead_conversion", "purpose = 'none' where lead_id = ?", f"lead of {name}")
    queue.change("core.leads", "is_converted = person_id = 'converted', converted_at = ?", NOON)
    queue.change("core.leads", "created_at = ? where person_id = 'old'", datetime(2023, 6, 1))
    close(queue, "closed", 5)
    queue.put("core.suppressions", person_id="refused", reason="opted_out", record_id="r", since_at=NOON)
    assert queue.rows("scores.cuts", "person_id, cut", "true order by all") == [
        ("closed", "closed by sales on 2024-06-25"),
        ("converted", "converted on 2024-06-30"),
        ("old", "too old: older than 180 days"),
        ("refused", "suppressed: opted out of e-mail (since 2024-06-30)"),
    ]


def stood(company: Company, tiers: str, days_ago: int = 1) -> None:
    """The tiers that accounts a00, a01, ... had in the list before."""
    for number, tier in enumerate(tiers):
        company.put("scores.history", list_name="target_accounts", unit_id=f"a{number:02}",
                    as_of=NOON - timedelta(days_ago), tier=tier, lane_order=1, item_id=f"a{number:02}")  # fmt: skip
    company.put("scores.published_moments", as_of=NOON - timedelta(days_ago), models=[])


@pytest.mark.parametrize(
    ("margin", "tiers"),
    [(0.0, "AABBBBCCCCCCDDDDDDDD"), (0.02, "AAABBBBCCCCCCDDDDDDD"), (0.06, "AAABBBBBCCCCCCDDDDDD")],
)
def test_a_tier_is_kept_until_its_border_is_passed_by_the_margin_of_the_playbook(
    company: Company, margin: float, tiers: str
) -> None:
    for number in range(20):
        account(company, f"a{number:02}", 20 - number)
    stood(company, "AAABBBBBCCCCCCDDDDDD")
    company.change("config.targets", "tier_margin = ?", margin)
    assert "".join(str(tier) for (tier,) in targets(company, "tier")) == tiers


def test_equal_evidence_has_one_tier_whatever_it_was_before(company: Company) -> None:
    for number in range(10):
        account(company, f"a{number:02}", 5)
    stood(company, "BBBBBBBDDD")
    company.change("config.targets", "tier_margin = 0.2")
    assert {tier for (tier,) in targets(company, "tier")} == {"B"}


@pytest.mark.parametrize("reason", ["opted_out", "do_not_call", "bounced", "deleted"])
def test_whom_we_must_not_address_stands_in_no_queue_not_even_on_request(queue: Company, reason: str) -> None:
    person(queue, "kim", 99, 0.9)
    person(queue, "lee")
    raise_hand(queue, "kim")
    queue.put("core.suppressions", person_id="kim", reason=reason, record_id="another record")
    assert ranked(queue) == [("lee",)]


def test_one_person_is_one_item_by_its_newest_open_lead_on_its_present_pass(queue: Company) -> None:
    person(queue, "kim")
    queue.put("core.leads", lead_id="newer", person_id="kim", created_at=datetime(2024, 6, 20))
    queue.put("spine.lead_conversion", lead_id="newer", as_of=NOON, purpose="score")
    queue.put("core.lead_steps", lead_id="newer", step_number=1, pass_number=1, step="lead")
    queue.put("core.lead_steps", lead_id="newer", step_number=2, pass_number=2, step="qualified_lead",
              entered_at=datetime(2024, 6, 25))  # fmt: skip
    assert ranked(queue, "queue_item_id, lead_id, step, entered_step_at") == [
        ("kim:2", "newer", "qualified_lead", datetime(2024, 6, 25))
    ]


@pytest.mark.parametrize("raises_hand", [False, True])
def test_a_converted_lead_is_never_shown_as_a_lead_and_an_opt_out_in_any_record_counts(
    company: Company, raises_hand: bool
) -> None:
    """From the CRM's records on."""
    company.add("account", Id="001a")
    company.add("contact", Id="003conv", Email="kim@acme.com", AccountId="001a", CreatedDate="2024-06-10")
    company.add("lead", Id="00Qconv", Email="kim@acme.com", IsConverted=True, ConvertedDate="2024-06-10",
                ConvertedContactId="003conv", ConvertedAccountId="001a", CreatedDate="2024-06-01",
                SystemModstamp="2024-06-10 12:00")  # fmt: skip
    company.add("lead", Id="00Qopen", Email="lee@acme.com", CreatedDate="2024-06-01")
    company.add("lead", Id="00Qout", Email="pat@acme.com", CreatedDate="2024-06-01")
    company.add("contact", Id="003out", Email="Pat@acme.com ", HasOptedOutOfEmail=True)
    company.add("lead", Id="00Qgone", Email="gone@acme.com", CreatedDate="2024-06-01")
    company.put("raw.email_event", email_event_id="e", email="gone@acme.com", event_type="unsubscribe",
                occurred_at="2024-06-20")  # fmt: skip
    if raises_hand:
        for name in ("kim", "pat", "gone"):
            company.put("raw.form_fill", form_fill_id=name, email=f"{name}@acme.com", form_type="call_me",
                        submitted_at="2024-06-29")  # fmt: skip
    items = ranked(company, "lead_id, contact_id, fast_lane")
    assert items == ([(None, "003conv", True)] if raises_hand else []) + [("00Qopen", None, False)]
