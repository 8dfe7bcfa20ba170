"""Who is new on a list and who has left it: units that were joined are neither."""

from datetime import timedelta

import pytest

from tests.features.company import NOON, Company
from tests.scores.test_rankings import person


@pytest.fixture
def queue(company: Company) -> Company:
    """A queue without anybody."""
    for table in ("core.people", "core.leads", "core.lead_steps", "core.contacts", "core.suppressions", "core.touches",
                  "core.accounts", "core.opportunities", "core.users", "spine.lead_conversion",
                  "features.fit_points"):  # fmt: skip
        company.give(table)
    return company


@pytest.mark.capability("M11")
def test_joining_two_records_makes_nobody_new_and_takes_nobody_away(queue: Company) -> None:
    for name in ("kim", "lee", "max"):
        person(queue, name, 5)
    for record, name in (("lead of kim", "kim"), ("lead of lee", "lee"), ("lead of max", "max"), ("lead of jo", "jo")):
        queue.put("core.person_records", record_id=record, person_id=name)
    queue.put("core.survivors", record_id="lead of the other kim", survivor_id="lead of kim")
    for name in ("the other kim", "lee", "jo"):
        queue.put("scores.history", list_name="lead_queue", unit_id=name, as_of=NOON - timedelta(1), tier="A",
                  record_id=f"lead of {name}", item_id=f"{name}:1", lane_order=1, lane="open lead",
                  fit_points=5, engagement_points=0, score_source="points", reasons=1)  # fmt: skip
    queue.put("scores.published_moments", as_of=NOON - timedelta(1), models=[])
    changes = queue.rows("scores.list_changes", "unit_id, previous_rank, split_part(change_reason, ': ', 1)",
                         "list_name = 'lead_queue' order by all")  # fmt: skip
    assert [(unit, rank, "new" in str(reason)) for unit, rank, reason in changes] == [
        ("kim", 3, False), ("lee", 2, False), ("max", None, True),
    ]  # fmt: skip
    assert "same person" in str(changes[0][2])
    left = queue.rows("scores.list_leavers", "unit_id, previous_rank, why", "list_name = 'lead_queue'")
    assert left == [("jo", 1, "no open lead and no raised hand")]
