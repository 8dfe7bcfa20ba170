"""Files as people have them: each is read by what is proposed for it, whole, and lands where it belongs."""

import gzip
import json
from pathlib import Path

import duckdb
import pytest

from pipelines.contracts import Contract, load_contracts
from pipelines.engine import CONTRACTS
from tests.proposal.proposing import Proposed, proposed

N = 30


@pytest.fixture(scope="module")
def contracts() -> list[Contract]:
    return load_contracts(CONTRACTS)


def whole(found: Proposed, table: str, key: str) -> Proposed:
    """Every record of the file is loaded, under the expected key, and feeds the expected table."""
    assert (found.balance.rows_loaded, found.balance.rows_quarantined) == (N, 0), found.said
    assert (found.proposal.table, ", ".join(found.contract.key)) == (table, key), found.said
    assert len(found.rows) == (N if table else 0)
    return found


def lines(header: str, row: str) -> str:
    """A file: in each row `{n}` is its number, `{d}` a day of the month in two digits."""
    return "\n".join([header, *(row.format(n=n, d=f"{1 + n % 28:02d}") for n in range(N))])


def test_german_contacts_of_a_spreadsheet_become_leads_that_keep_their_company(
    tmp_path: Path, contracts: list[Contract]
) -> None:
    header = "Kunden-Nr;Vorname;Nachname;E-Mail-Adresse;Firma;PLZ;Umsatz;Erstellt am;Newsletter abgemeldet;Geschlecht"
    text = lines(header, "{n:05d};Jörg;Müller {n};j{n}@firma.example;Firma {n};0{n}999;1.{n:03d},50;{d}.12.2025;ja;m")
    found = whole(proposed(tmp_path, "Messe Kontakte.csv", text.encode("utf-16"), contracts), "leads", "Kunden-Nr")
    columns = {one.name: one for one in found.contract.columns}
    assert (columns["PLZ"].logical_type, columns["Umsatz"].number_form) == ("string", "1.234,56")
    assert columns["Geschlecht"].protected
    assert columns["Newsletter abgemeldet"].refusal
    first = found.rows[0]
    assert (first["company"], first["annual_revenue"], first["has_opted_out_of_email"]) == ("Firma 0", 1000.5, True)
    assert str(first["created_at"]) == "2025-12-01 00:00:00"
    assert "Leads, not contacts" in found.said


def test_deals_know_their_stage_and_end(tmp_path: Path, contracts: list[Contract]) -> None:
    header = "Deal ID;Deal Name;Stage;Amount;Close Date;Probability;Age"
    text = lines(header, "D-{n};Deal {n};Closed Won;1,{n:03d}.50;12/{d}/2025;{n};4{n:02d}")
    found = whole(proposed(tmp_path, "deals_2026.csv", text, contracts), "opportunities", "Deal ID")
    first = found.rows[0]
    assert (first["amount"], str(first["close_on"]), first["is_won"], first["is_closed"]) == (
        1000.5,
        "2025-12-01",
        True,
        True,
    )
    assert [rule.maximum for rule in found.contract.rules if rule.kind == "range" and rule.maximum] == [100]


def test_accounts_from_json_lines(tmp_path: Path, contracts: list[Contract]) -> None:
    rows = [
        {"id": f"C{n}", "companyName": f"Comp {n}", "website": "comp.example", "NumberOfEmployees": n, "tags": ["a"]}
        for n in range(N)
    ]
    text = "\n".join(map(json.dumps, rows))
    found = whole(proposed(tmp_path, "companies_own.jsonl", text, contracts), "accounts", "id")
    assert [found.rows[0][name] for name in ("account_name", "website", "employees")] == ["Comp 0", "comp.example", 0]


def test_meetings_from_parquet_are_events_of_nobody_as_long_as_no_address_is_known(
    tmp_path: Path, contracts: list[Contract]
) -> None:
    path = tmp_path / "m.parquet"
    times = "timestamp '2026-01-01 09:00:00' + to_hours(i::int)"
    duckdb.sql(
        f"copy (select 'm' || i as meeting_id, 'Intro' as subject, {times} as start_time, i * 0.1::double as score, "
        f"'j' || i || '@firma.example' as attendee_email from range({N}) as t(i)) to '{path}' (format parquet)"
    )
    found = whole(proposed(tmp_path, "meetings.parquet", path.read_bytes(), contracts), "events", "meeting_id")
    assert (found.rows[0]["who_id"], found.rows[0]["event_type"]) == (None, "Meeting")
    assert "found by their address in attendee_email" in found.said


def test_calls_gzipped_with_tabs_and_line_ends_in_notes(tmp_path: Path, contracts: list[Contract]) -> None:
    text = lines(
        "Call ID\tContact Email\tCalled At\tDirection\tNotes",
        '{n}\tj{n}@x.example\t2025-12-{d} 10:00:00\tInbound\t"a\nb"',
    )
    found = whole(proposed(tmp_path, "call_log.csv.gz", gzip.compress(text.encode()), contracts), "tasks", "Call ID")
    assert [found.rows[0][name] for name in ("task_type", "call_type", "is_closed")] == ["Call", "Inbound", True]


@pytest.mark.parametrize(
    ("name", "header", "row", "table", "key"),
    [
        ("pageviews.csv", "visitor_id,timestamp,url,referrer,ip", "v{n},17672256{d},/p,,10.0.0.1", "web_visits",
         "visitor_id, timestamp"),
        ("newsletter_events.csv", "event,recipient,timestamp", "open,a{n}@x.example,2026-01-{d}T08:00:{d}Z",
         "email_events", "recipient, timestamp"),
        ("form_submissions.csv", "submission_id,form_name,email,submitted_at", "{n},Demo,a@x.example,2026-01-{d} 12:00",
         "form_fills", "submission_id"),
        ("campaign_members.csv", "Campaign,Email,Status,Attended", "c,a{n}@x.example,Sent,yes", "campaign_members",
         "Campaign, Email"),
        ("firmographics_vendor.csv", "Domain;Employees;Tech Stack;As Of", "c{n}.example;{n};aws;{d}.01.2026",
         "firmographics", "Domain, As Of"),
        ("deal_history.csv", "deal_id,changed_at,stage,amount", "7,2026-01-01 10:{n:02d}:00,New,5", "",
         "deal_id, changed_at"),
        ("weird.csv", "ref,price,checked on,ok", "R{n},€ 1.000,N/A,-", "", "ref"),
        ("exported.csv", "id,big,share", "{n},123456789012345678901234{d},{n}%", "", "id"),
    ],
)  # fmt: skip
def test_what_a_file_holds_is_told_by_its_columns_and_its_name(
    *, tmp_path: Path, contracts: list[Contract], name: str, header: str, row: str, table: str, key: str
) -> None:
    found = whole(proposed(tmp_path, name, lines(header, row), contracts), table, key)
    assert table or "Feeds no table" in found.said


def test_rows_without_a_moment_are_of_the_day_that_the_name_of_their_file_bears(
    tmp_path: Path, contracts: list[Contract]
) -> None:
    name = "fair_2026-03-12.csv"
    found = whole(proposed(tmp_path, name, lines("Badge;E-Mail", "{n};a{n}@x.example"), contracts), "leads", "E-Mail")
    assert {str(row["created_at"]) for row in found.rows} == {"2026-03-12 00:00:00"}
    assert "a date in the file's name does" in found.said


def test_record_ids_say_what_they_name_and_rules_of_one_file_only_warn(
    tmp_path: Path, contracts: list[Contract]
) -> None:
    text = lines(
        "call_id,contact_id,account_id,call_date,subject", "{n},003000000000{d}1,001000000000{d}1,{d}.03.2026,Call"
    )
    found = whole(proposed(tmp_path, "partner_calls.csv", text, contracts), "tasks", "call_id")
    references = {rule.columns[0]: rule.targets for rule in found.contract.rules if rule.kind == "reference"}
    assert references == {"contact_id": (("Contact", "Id"),), "account_id": (("Account", "Id"),)}
    assert found.rows[0]["who_id"][:5] == "00300"
    assert {rule.kind for rule in found.contract.rules if rule.severity == "error"} == {"required", "type"}


@pytest.mark.parametrize(
    ("shown", "form"),
    [
        ("{d}.12.25", "%d.%m.%y"),
        ("12/{d}/25", "%m/%d/%y"),
        ("{d}-12-25", "%d-%m-%y"),
        ("{d}-Dec-25", "%d-%b-%y"),
        ("{d}.12.25 10:30", "%d.%m.%y %H:%M"),
        ("{d}.12.2025", "%d.%m.%Y"),
    ],
)
def test_years_of_two_digits_are_of_this_century(
    tmp_path: Path, contracts: list[Contract], shown: str, form: str
) -> None:
    text = lines("Deal ID;Deal Name;Stage;Amount;Close Date", "D-{n};Deal {n};Won;{n};" + shown)
    found = whole(proposed(tmp_path, "deals_2026.csv", text, contracts), "opportunities", "Deal ID")
    assert {one.name: one.text_format for one in found.contract.columns}["Close Date"] == form
    assert str(found.rows[0]["close_on"]) == "2025-12-01"
