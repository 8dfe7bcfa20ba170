"""Extracts that look cut short are named, with what was found and what to do; ordinary ones are not."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from pipelines.intake.merging.raw_tables import versions_name
from pipelines.intake.proof.ledger import LedgerFile
from pipelines.intake.proof.suspicion import suspicions, without_line_end
from pipelines.warehouse import connect_scratch
from tests.intake.loading import ACCOUNT_HEADER, ALL_CONTRACTS, account, load, record_id, write_export

MONDAY = datetime(2026, 6, 1)


def entry(name: str, records: int, load_number: int = 1, dated: datetime | None = None) -> LedgerFile:
    object_name = name.rsplit("/", maxsplit=1)[-1].split(".", maxsplit=1)[0].split("_", maxsplit=1)[0]
    return LedgerFile(
        f"{name}-{load_number}-{records}", "", name, "crm", object_name, "csv", "none", 1, records, records + 1,
        f"load-{load_number}", "loaded", load_number, 0, dated, dated, dated, dated, "[]",
    )  # fmt: skip


def told(entries: Sequence[LedgerFile]) -> list[str]:
    newest = max(entry.load_number for entry in entries)
    return [report.message for report in suspicions(entries, f"load-{newest}")]


@pytest.mark.parametrize("count", [2_000, 10_000, 50_000, 100_000, 250_000, 1_000_000])
def test_a_count_at_a_round_limit_is_suspicious(count: int) -> None:
    [message] = told([entry("Account.csv", count)])
    assert message.startswith(f"Account.csv holds exactly {count:,} rows")
    assert told([entry("Account.csv", count + 1)]) == []


def test_full_parts_are_only_suspicious_where_the_last_one_is_full_too() -> None:
    parts = [entry("Account_1.csv", 10_000), entry("Account_2.csv", 10_000)]
    assert told([*parts, entry("Account_3.csv", 177)]) == []
    assert told(parts) == [
        "Account_2.csv holds exactly 10,000 rows, where exports are often cut off without a word; compare with the "
        "number of records that the source shows for Account, and export it again if that is larger."
    ]


def test_a_gap_in_numbered_parts_is_named_and_dates_are_no_parts() -> None:
    assert told([entry("Account_1.csv", 5), entry("Account_3.csv", 5)]) == [
        "Account_3.csv came, but part 2 of Account did not: parts 1, 3 are here; copy the missing one too."
    ]
    assert told([entry("Account_2.csv", 5)]) == [
        "Account_2.csv came, but part 1 of Account did not: part 2 is here; copy the missing one too."
    ]
    assert told([entry("Account_3.csv", 5), entry("Account_4.csv", 5)]) == [
        "Account_4.csv came, but parts 1, 2 of Account did not: parts 3, 4 are here; copy the missing ones too."
    ]
    whole = [entry("Account.csv", 5), entry("Account_2.csv", 5)]
    dates = [entry("Lead_20260601.csv", 5), entry("Lead_20260603.csv", 5), entry("Task_2024.csv", 5)]
    assert told([*whole, *dates, entry("Case_2026_1.csv", 5), entry("Case_2026_3.csv", 5)]) == []


def test_a_file_of_which_many_records_were_refused_is_named() -> None:
    wrong = replace(entry("Account.csv", 400), rows_quarantined=20)
    assert told([wrong]) == [
        "20 of the 400 records of Account.csv broke the contract of Account; growth quarantine says why, and whether "
        "the export is to be mended or the contract."
    ]
    assert told([replace(wrong, rows_quarantined=19)]) == []
    assert told([replace(entry("Account.csv", 9), rows_quarantined=9)]) == []


def loads(counts: Sequence[int]) -> list[LedgerFile]:
    return [entry("Account.csv", count, number) for number, count in enumerate(counts, start=1)]


def test_a_full_dump_far_off_its_usual_volume_is_suspicious_after_four_earlier_ones() -> None:
    usual = [12_000, 12_050, 12_100, 12_150]
    assert told(loads([*usual, 12_230])) == []
    assert told(loads([*usual[:3], 8_000])) == []
    [message] = told(loads([*usual, 9_700]))
    assert message.startswith(
        "Account.csv holds 9,700 rows of Account, usual are 12,075 (the last 4 ranged from 12,000"
    )
    assert told(loads([*usual, 40]))
    assert told(loads([*usual, 30_000]))


def days(name: str, counts: Sequence[int]) -> list[LedgerFile]:
    dates = [MONDAY + timedelta(days=i) for i in range(len(counts))]
    return [
        entry(f"{day:%Y-%m-%d}/{name}.csv", count, i, day)
        for i, (day, count) in enumerate(zip(dates, counts, strict=True), 1)
    ]


def test_a_quiet_weekend_is_like_any_other_and_a_day_without_changes_is_not() -> None:
    week = [9_000, 410, 380, 520, 450, 12, 7, 390]
    assert told(days("Lead", week)) == []
    [message] = told(days("Lead", [*week, 4]))
    assert message.startswith("2026-06-09/Lead.csv holds 4 rows of Lead, usual are 410")


def test_page_views_of_a_day_are_no_full_dump_and_a_quiet_day_cuts_nothing_short() -> None:
    """Every day brings the views of that day alone, about a thousand, and those of a holiday a third of it."""
    assert told(days("visit", [1000, 1010, 990, 1005, 995, 300, 310, 1000, 330])) == []
    [message] = told(days("visit", [1000, 1010, 990, 1005, 995, 300, 310, 1000, 12]))
    assert message.startswith("2026-06-09/visit.csv holds 12 rows of visit, usual are 1,000")


def test_a_holiday_on_which_nobody_worked_is_no_failure_of_every_export() -> None:
    week = [9_000, 410, 380, 520, 450, 12, 7, 390]
    holiday = [file for name in ("Lead", "Task", "Event") for file in days(name, [*week, 4])]
    assert told(holiday) == []
    busy = days("Lead", [*week, 400]) + days("Task", [*week, 410])
    [message] = told([*busy, *days("Event", [*week, 4])])
    assert message.startswith("2026-06-09/Event.csv holds 4 rows")


def test_an_object_that_came_every_day_and_not_today_is_named() -> None:
    came = days("Lead", [9, 9, 9, 9, 9]) + days("Task", [9, 9, 9, 9, 9]) + days("Event", [9, 9, 9, 9, 9])
    assert told(came) == []
    [message] = told([file for file in came if file.file != "2026-06-05/Task.csv"])
    assert message == (
        "Task came with each of the last 4 extracts of crm, but not with that of 2026-06-05; see whether its export "
        "failed and copy its file too."
    )


def test_a_seldom_changed_object_may_be_missing_unless_the_exporter_writes_empty_files() -> None:
    """An exporter that writes no file when nothing changed: one deal less on a Friday is no failure."""
    lively = days("Lead", [9] * 5) + days("Event", [9] * 5)
    seldom = days("Opportunity", [2, 1, 3, 1])
    assert told(lively + seldom) == []
    empty = days("Event", [9, 0, 9, 9, 9])
    [message] = told(days("Lead", [9] * 5) + empty + seldom)
    assert message.startswith("Opportunity came with each of the last 4 extracts")


def test_an_object_of_random_changes_is_not_called_stuck_for_a_pause_that_chance_brings() -> None:
    """Products change now and then: three lags of up to two days say little about one of nine, twelve of them much."""

    def at_days(changed: Sequence[int], last: int) -> list[LedgerFile]:
        newest = [max(day for day in changed if day <= today) for today in range(last)]
        files = days("Product2", [1] * last)
        moved = [replace(f, last_modstamp=MONDAY + timedelta(n)) for f, n in zip(files, newest, strict=True)]
        return [*days("Lead", [9] * last), *days("Task", [9] * last), *moved]

    assert told(at_days([0, 2, 5, 7], 17)) == []
    [message] = told(at_days([0, 2, 5, *range(7, 30)], 40))
    assert message.startswith("The newest change of Product2 is of 2026-06-30")


def test_an_object_whose_changes_stay_behind_the_others_is_named_unless_it_always_did() -> None:
    old = [replace(file, last_modstamp=datetime(2026, 1, 1)) for file in days("RecordType", [3] * 10)]
    stuck = [
        replace(file, last_modstamp=min(file.dated_at or MONDAY, datetime(2026, 6, 4)))
        for file in days("Task", [9] * 10)
    ]
    lively = days("Lead", [9] * 10)
    assert told([*lively, *old]) == []
    [message] = told([*lively, *old, *stuck])
    assert message.startswith(
        "The newest change of Task is of 2026-06-04 00:00, 6 days behind the other objects of crm"
    )


def test_a_file_that_breaks_off_is_named(tmp_path: Path) -> None:
    con: duckdb.DuckDBPyConnection = connect_scratch()
    text = f"{ACCOUNT_HEADER}\n" + "".join(f"{account(n)}\n" for n in range(1, 9))
    report = load(con, write_export(tmp_path / "x", Account=text[:-30]))
    assert [one.message for one in report.reports if one.kind == "suspicious"] == [
        "Account.csv ends in the middle of a record (line 9, without a line end): the copy or the export broke off; "
        "export or copy it again."
    ]


def test_two_records_of_one_file_under_one_key_are_told_when_nothing_says_which_is_newer(tmp_path: Path) -> None:
    con, later = connect_scratch(), "2024-02-01T03:54:57.000+0000"
    twice = [account(1, "Acme"), account(1, "Other"), *[account(2)] * 2, account(3, "Old"), account(3, "New", later)]
    report = load(con, write_export(tmp_path / "x", Account="\n".join([ACCOUNT_HEADER, *twice]) + "\n"))
    [kept] = con.execute(f"select _line from raw.account where Id = '{record_id('001', 1)}'").fetchall()
    assert [one.message for one in report.reports if one.kind == "suspicious"] == [
        "Account.csv: the same Id with other values, and nothing tells which is newer: lines 2, 3 "
        f"(line {kept[0]} counts). If they are different records, the contract needs another key."
    ]
    account_contract = next(one for one in ALL_CONTRACTS if one.table == "raw.account")
    versions = con.execute(
        f"select Name from {versions_name(account_contract)} where Id = '{record_id('001', 1)}'"
    ).fetchall()
    names = con.execute("select Name from raw.account order by Id").fetchall()
    assert {*versions, names[0]} == {("Acme",), ("Other",)}
    assert names[1:] == [("Acme",), ("New",)]


def test_a_file_without_a_line_end_among_others_that_have_one_is_named() -> None:
    files = [("Lead", f"Lead_{n}.csv", True) for n in range(4)]
    [report] = without_line_end([*files, ("Task", "Task.csv", False)])
    assert report.message.startswith("Task.csv ends without a line end, as 4 other files of this load do not")
    assert without_line_end(files) == without_line_end([(name, file, False) for name, file, _ in files]) == []
