"""The named functions of sql/prelude.sql: what goes in, what comes out."""

import re
from datetime import date, datetime

import duckdb
import pytest

from pipelines.home import PROJECT_ROOT

ROWS = [
    # one day is the time of one day; order matters; any part of a day counts
    ("days_between(timestamp '2024-01-01 00:00', timestamp '2024-01-02 12:00')", 1.5),
    ("days_between(timestamp '2024-01-02', timestamp '2024-01-01')", -1.0),
    ("days_between(date '2024-02-28', date '2024-03-01')", 2.0),
    ("days_between(null, timestamp '2024-01-01')", None),
    # months are counted by their firsts, not by thirty days
    # before 1970 a second is rounded down too
    ("epoch_s(timestamp '1970-01-01 00:00:01.999')", 1),
    ("epoch_s(timestamp '1969-12-31 23:59:59.500')", -1),
    ("epoch_s(timestamp '2024-03-10 07:30:00')", 1710055800),
    ("epoch_s(null)", None),
    # halves go away from zero, also where the engine's own cast would go to the even neighbour
    ("round_int(2.5::double)", 3),
    ("round_int(-2.5::double)", -3),
    ("round_int(0.49999999999999994::double)", 0),
    ("round_int(cast(7.5 as decimal(4, 1)))", 8),
    ("round_int(null)", None),
    ("safe_div(1, 4)", 0.25),
    ("safe_div(cast(1 as decimal(18, 2)), cast(3 as decimal(18, 2)))", 1 / 3),
    ("safe_div(-1, 0)", None),
    ("safe_div(null, 2)", None),
    ("half_life(0, 30)", 1.0),
    ("half_life(60, 30)", 0.25),
    ("half_life(null, 30)", None),
    ("half_life(10, 0)", None),
    # the first 60 bits of md5('a'), which any engine computes
    ("stable_hash64('a')", 0x0CC175B9C0F1B6A),
    ("stable_hash64(12) = stable_hash64('12')", True),
    ("stable_hash64(null)", None),
    ("email_normal('  Ann@Example.COM ')", "ann@example.com"),
    ("email_normal('Ann+News@Example.com')", "ann@example.com"),
    ("email_normal('ann+a+b@example.com')", "ann@example.com"),
    ("email_normal('+tag@example.com')", "+tag@example.com"),
    ("email_normal('ann @example.com' || chr(160))", "ann@example.com"),
    ("email_normal('Ann Lee <Ann@Example.com>')", "ann@example.com"),
    ("email_normal(' mailto:ann@example.com')", "ann@example.com"),
    ("email_normal('no address')", None),
    ("email_normal(null)", None),
    ("phone_normal('+49 (0)30 1234567')", "301234567"),
    ("phone_normal('030 123 45 67')", "301234567"),
    ("phone_normal('001 (415) 555-0100 ext. 12')", "155550100"),
    ("phone_normal('Tel. 123')", None),
    ("phone_normal(null)", None),
    ("email_domain(' Ann@Example.COM ')", "example.com"),
    ("email_domain('ann@example.com, bob@example.com')", None),
    ("email_domain('Ann Lee <ann+x@Example.com>')", "example.com"),
    ("email_domain('ann')", None),
    ("email_domain('@example.com')", None),
    ("email_domain(null)", None),
    # the day on which the clocks go forward has 23 hours, the one on which they go back 25
    ("day_end_at(date '2024-01-15', 'America/New_York')", datetime(2024, 1, 16, 4, 59, 59)),
    ("day_end_at(date '2024-03-10', 'America/New_York')", datetime(2024, 3, 11, 3, 59, 59)),
    ("day_end_at(date '2024-11-03', 'America/New_York')", datetime(2024, 11, 4, 4, 59, 59)),
    # in Santiago the clocks change at midnight: 23:59:59 comes twice and the later one ends the day
    ("day_end_at(date '2024-04-06', 'America/Santiago')", datetime(2024, 4, 7, 3, 59, 59)),
    ("day_end_at(date '2024-09-07', 'America/Santiago')", datetime(2024, 9, 8, 3, 59, 59)),
    ("day_end_at(null, 'UTC')", None),
    ("local_date(timestamp '2024-01-15 04:59:59', 'America/New_York')", date(2024, 1, 14)),
    ("local_date(timestamp '2024-07-15 04:00:00', 'America/New_York')", date(2024, 7, 15)),
    ("local_date(timestamp '2024-01-15 12:00:00', 'Pacific/Auckland')", date(2024, 1, 16)),
    ("local_date(null, 'UTC')", None),
    ("add_days(timestamp '2024-02-28 10:00', 2)", datetime(2024, 3, 1, 10)),
    ("add_days(timestamp '2024-03-10 10:00', -1)", datetime(2024, 3, 9, 10)),
    ("add_days(null, 1)", None),
    ("add_days(timestamp '2024-03-10', null)", None),
    ("website_domain('https://ann@www.Example.co.uk:8080/path?x=1#y')", "example.co.uk"),
    ("website_domain(' example.com. ')", "example.com"),
    ("website_domain('n/a')", None),
    ("website_domain(null)", None),
    ("minute_start(timestamp '2024-03-10 10:59:59.999')", datetime(2024, 3, 10, 10, 59)),
    ("minute_start(null)", None),
    ("lists_joined(['a'], ['b', 'c'])", ["a", "b", "c"]),
    ("lists_joined(cast(null as varchar[]), ['b'])", ["b"]),
    ("lists_joined(cast(null as varchar[]), cast(null as varchar[]))", []),
]


@pytest.mark.parametrize(("call", "expected"), ROWS)
def test_a_named_function_gives(connection: duckdb.DuckDBPyConnection, call: str, expected: object) -> None:
    [(found,)] = connection.execute(f"select {call}").fetchall()
    assert found == expected
    assert type(found) is type(expected)


def test_every_named_function_has_rows() -> None:
    macros = re.findall(r"temp macro (\w+)\(", (PROJECT_ROOT / "sql" / "prelude.sql").read_text(encoding="utf-8"))
    assert set(macros) == {call.split("(", 1)[0] for call, _ in ROWS}
