"""What others say of accounts: the newest word of each source known by then, beside who said it and since when."""

from datetime import datetime

import pytest

from tests.core.crm import Crm

MAY, JUNE = datetime(2024, 5, 1, 8), datetime(2024, 6, 1, 8)


@pytest.mark.capability("E4")
def test_technologies_and_intent_are_those_of_the_accounts_domain_with_their_source(crm: Crm) -> None:
    crm.add("account", Id="acme", Website="https://www.acme.example/home")
    crm.add("account", Id="kim", Website="acme.example", IsPersonAccount=True)
    for fetched_at, category in ((MAY, "crm"), (JUNE, "sales"), (datetime(2024, 7, 1), "later")):
        crm.add("technographic", domain="ACME.example", technology="Kilnforce", source="spy", category=category,
                fetched_at=fetched_at)  # fmt: skip
    crm.add("technographic", domain="acme.example", technology="Kilnforce", source="eye", fetched_at=MAY)
    crm.add("technographic", domain="nobody.example", technology="Kilnforce", source="eye", fetched_at=MAY)
    week = {"domain": "acme.example", "topic": "kilns", "source": "spy"}
    crm.add("intent", week="2024-05-27", score=40, fetched_at=MAY, **week)
    crm.add("intent", week="2024-05-27", score=70, fetched_at=JUNE, **week)
    columns = "account_id, technology, category, source, fetched_at"
    assert crm.rows("core.account_technologies", columns) == [
        ("acme", "Kilnforce", None, "eye", MAY),
        ("acme", "Kilnforce", "sales", "spy", JUNE),
    ]
    assert crm.rows("core.account_technologies", columns, as_of=datetime(2024, 5, 2), where="source = 'spy'") == [
        ("acme", "Kilnforce", "crm", "spy", MAY)
    ]
    assert crm.rows("core.account_intent", "account_id, topic, week_on::varchar, score, source, fetched_at") == [
        ("acme", "kilns", "2024-05-27", 70, "spy", JUNE)
    ]


@pytest.mark.capability("E4")
def test_incidents_of_a_merged_account_are_the_survivors(crm: Crm) -> None:
    crm.add("account", Id="acme")
    crm.add("account", Id="old", IsDeleted=True, MasterRecordId="acme")
    row = {"period_on": "2024-05-01", "source": "desk"}
    crm.add("service_health", account_id="acme", incidents=1, fetched_at=MAY, **row)
    crm.add("service_health", account_id="acme", incidents=2, minutes_down=7.5, fetched_at=JUNE, **row)
    crm.add("service_health", account_id="old", incidents=3, severe_incidents=1, fetched_at=MAY, **row)
    columns = "account_id, period_on::varchar, incidents, severe_incidents, minutes_down, source, fetched_at"
    assert crm.rows("core.account_service", columns) == [("acme", "2024-05-01", 5, 1, 7.5, "desk", JUNE)]


@pytest.mark.capability("E4")
def test_firmographics_stand_beside_what_the_crm_says_one_row_a_source(crm: Crm) -> None:
    crm.add("account", Id="acme", Website="acme.example", NumberOfEmployees=10)
    for source, fetched_at, employees in (("spy", MAY, 11), ("spy", JUNE, 12), ("eye", MAY, 13)):
        crm.add("firmographic", domain="acme.example", source=source, fetched_at=fetched_at, employees=employees)
    assert crm.rows("core.account_firmographics", "account_id, employees, source, fetched_at") == [
        ("acme", 13, "eye", MAY),
        ("acme", 12, "spy", JUNE),
    ]
    assert crm.rows("core.accounts", "employees") == [(10,)]
