"""Events, content, calls and advertisements: whose they are, since when the house knows, and what a refusal does."""

from datetime import datetime

import pytest

from tests.core.crm import Crm

KIM = "kim@acme.example"


def add_kim(crm: Crm) -> None:
    crm.add("account", Id="acme", Website="acme.example")
    crm.add("lead", Id="kim", Email=KIM, CreatedDate="2024-02-01 08:00")


@pytest.mark.capability("E2", "I4")
def test_who_registered_and_who_came_are_two_touches(crm: Crm) -> None:
    add_kim(crm)
    row = {"event_name": "Kilns", "registered_at": "2024-03-01 10:00", "updated_at": "2024-03-09 10:00"}
    crm.add("event_attendance", attendance_id="1", email=" Kim@ACME.example", attended_at="2024-03-08 10:00",
            minutes=42.5, **row)  # fmt: skip
    crm.add("event_attendance", attendance_id="2", email="no@show.example", **row)
    assert crm.rows("core.touches", "touch_id, person_id, channel, kind, direction, actor, subject, occurred_at") == [
        ("event_attendance:1", "kim", "event", "event_attended", "inbound", "prospect", "Kilns",
         datetime(2024, 3, 8, 10)),
        ("event_registration:1", "kim", "event", "event_registered", "inbound", "prospect", "Kilns",
         datetime(2024, 3, 1, 10)),
        ("event_registration:2", None, "event", "event_registered", "inbound", "prospect", "Kilns",
         datetime(2024, 3, 1, 10)),
    ]  # fmt: skip
    assert crm.rows("core.interaction_touches", "minutes", where="kind = 'event_attended'") == [(42.5,)]
    assert crm.rows("core.touches", "kind", as_of=datetime(2024, 3, 2), where="person_id = 'kim'") == [
        ("event_registered",)
    ]
    assert crm.rows("core.lead_touches", "touch_id, known_at") == [
        ("event_attendance:1", datetime(2024, 3, 8, 10)),
        ("event_registration:1", datetime(2024, 3, 1, 10)),
    ]


@pytest.mark.capability("E2", "I3")
def test_a_download_is_of_the_owner_of_the_cookie_from_the_moment_the_cookie_had_a_name(crm: Crm) -> None:
    add_kim(crm)
    crm.add("content_download", download_id="1", visitor_id="c", content_name="Guide", downloaded_at="2024-03-01 10:00")
    crm.add("content_download", download_id="2", visitor_id="c", email=KIM, content_name="Plan",
            downloaded_at="2024-03-05 10:00")  # fmt: skip
    crm.add("content_download", download_id="3", content_name="Guide", user_agent="GoogleBot/2",
            downloaded_at="2024-03-06 10:00")  # fmt: skip
    crm.add("web_visit", visit_id="v", visitor_id="c", page="/", visited_at="2024-03-02 10:00")
    assert crm.rows("core.touches", "source_id, person_id, is_machine, known_at", where="kind <> 'page_view'") == [
        ("1", "kim", False, datetime(2024, 3, 5, 10)),
        ("2", "kim", False, datetime(2024, 3, 5, 10)),
        ("3", None, True, datetime(2024, 3, 6, 10)),
    ]
    assert crm.rows("core.touches", "person_id, known_at", where="source_id = 'v'") == [
        ("kim", datetime(2024, 3, 5, 10))
    ]


@pytest.mark.capability("E2", "I4")
def test_a_call_is_a_conversation_or_an_attempt_and_counts_once_beside_the_task_about_it(crm: Crm) -> None:
    add_kim(crm)
    crm.add("task", Id="told", WhoId="kim", TaskSubtype="Call", IsClosed=True, CompletedDateTime="2024-03-01 10:00",
            SystemModstamp="2024-03-01 10:00")  # fmt: skip
    calls: dict[str, dict[str, object]] = {
        "1": {"record_id": "kim", "direction": "outbound", "outcome": "connected", "duration_seconds": 90},
        "2": {"email": KIM, "direction": "Outbound", "outcome": "no_answer"},
        "3": {"record_id": "kim", "direction": "inbound", "outcome": "connected"},
        "4": {"record_id": "kim", "direction": "outbound", "outcome": "connected", "task_id": "told"},
        "5": {"record_id": "kim", "direction": "outbound", "outcome": "busy", "task_id": "never done"},
    }
    for name, more in calls.items():
        crm.add("call", call_id=name, started_at=f"2024-03-0{name} 10:00", **more)
    assert crm.rows("core.touches", "touch_id, person_id, kind, direction, actor") == [
        ("call:1", "kim", "call", "outbound", "sales"),
        ("call:2", "kim", "call_attempt", "outbound", "sales"),
        ("call:3", "kim", "call", "inbound", "prospect"),
        ("call:5", "kim", "call_attempt", "outbound", "sales"),
        ("task:told", "kim", "call", "outbound", "sales"),
    ]


@pytest.mark.capability("E2", "T5")
def test_who_asks_for_no_more_calls_is_called_no_more_under_any_record_of_the_address(crm: Crm) -> None:
    add_kim(crm)
    crm.add("contact", Id="twin", Email=KIM.upper(), DoNotCall=False)
    row = {"direction": "inbound", "outcome": "connected", "do_not_call": True}
    crm.add("call", call_id="1", record_id="kim", started_at="2024-03-01 10:00", **row)
    crm.add("call", call_id="2", email="some@body.example", started_at="2024-03-02 10:00", **row)
    crm.add("call", call_id="3", email=KIM, started_at="2024-12-01 10:00", **row)
    assert crm.rows("core.suppressions", "person_id, reason, record_id, since_at") == [
        ("some@body.example", "do_not_call", "2", datetime(2024, 3, 2, 10)),
        ("twin", "do_not_call", "1", datetime(2024, 3, 1, 10)),
    ]
    assert crm.rows("core.people", "person_id, do_not_call") == [("twin", True)]
    assert crm.rows("core.touches", "kind", where="source = 'call'") == [("call_refused",), ("call_refused",)]


@pytest.mark.capability("E2", "I3")
def test_advertisements_are_weak_when_shown_and_a_companys_where_no_person_is_told(crm: Crm) -> None:
    add_kim(crm)
    moment = {"occurred_at": "2024-03-01 10:00"}
    crm.add("ad_event", ad_event_id="1", event_type="impression", domain="https://www.acme.example/x", **moment)
    crm.add("ad_event", ad_event_id="2", event_type="click", email=KIM, ad_name="Kilns", **moment)
    crm.add("ad_event", ad_event_id="3", event_type="click", is_invalid=True, **moment)
    columns = "source_id, person_id, account_id, kind, direction, is_weak, is_machine"
    assert crm.rows("core.touches", columns) == [
        ("1", None, "acme", "ad_impression", "outbound", True, False),
        ("2", "kim", "acme", "ad_click", "inbound", False, False),
        ("3", None, None, "ad_click", "inbound", False, True),
    ]


@pytest.mark.capability("E2", "T5")
def test_a_refusal_by_the_number_alone_is_of_everybody_who_has_the_number(crm: Crm) -> None:
    add_kim(crm)
    crm.add("lead", Id="bo", Email="bo@acme.example", Phone="1", MobilePhone="(030) 123 45 67")
    crm.add("contact", Id="cy", Email="cy@acme.example", Phone="0049 30 1234567")
    crm.add("contact", Id="di", Email="di@acme.example", Phone="+49 30 1234568")
    row = {"direction": "OUT", "outcome": "hung_up", "do_not_call": True}
    crm.add("call", call_id="1", phone="+49 30 1234567", started_at="2024-03-01 10:00", **row)
    crm.add("call", call_id="2", phone="+49 30 9999999", started_at="2024-03-02 10:00", **row)
    crm.add("call", call_id="3", phone="+49 30 1234568", record_id="kim", started_at="2024-03-03 10:00", **row)
    assert crm.rows("core.suppressions", "person_id, reason, record_id, since_at") == [
        ("309999999", "do_not_call", "2", datetime(2024, 3, 2, 10)),
        ("bo", "do_not_call", "1", datetime(2024, 3, 1, 10)),
        ("cy", "do_not_call", "1", datetime(2024, 3, 1, 10)),
        ("kim", "do_not_call", "3", datetime(2024, 3, 3, 10)),
    ]
    assert crm.rows("core.touches", "kind, direction", where="source = 'call'") == [("call_refused", "outbound")] * 3
