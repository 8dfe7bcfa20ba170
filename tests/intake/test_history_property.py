"""Random pasts, seen through random extracts and a log that began late: the stretches say what brute force says."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.intake.history.attribute_history import TOUCHED, remember
from pipelines.intake.history.history_coverage import prepare_history
from pipelines.intake.merging.raw_tables import align_table, table_name, versions_name
from pipelines.warehouse import connect_scratch
from tests.intake.loading import ALL_CONTRACTS, record_id

WHOLE, LOG = (next(one for one in ALL_CONTRACTS if one.object == name) for name in ("Lead", "LeadHistory"))
COLUMNS = ("Id", "Status", "Phone", "Name", "CreatedDate", "SystemModstamp")
LEAD = replace(WHOLE, columns=tuple(column for column in WHOLE.columns if column.name in COLUMNS), rules=())
assert LOG.history
WITHOUT_OLD = replace(LOG, history=replace(LOG.history, old_column=None))
DAYS = 12
BEGINNING = datetime(2024, 1, 1)
Values = list[tuple[int, str]]
"""Day -> value from then on; the first one is day 0, the creation."""


@dataclass(frozen=True)
class Life:
    """One lead: how three of its columns went, on which days it was extracted, since when its status was logged."""

    status: Values
    phone: Values
    name: Values
    extracts: list[int]
    logged_since: int

    def value(self, values: Values, day: int) -> str:
        return [value for since, value in values if since <= day][-1]

    def stamp(self, day: int) -> int:
        """The last day up to which status or phone had changed; a name is derived and moves no stamp."""
        return max(since for since, _ in [*self.status, *self.phone] if since <= day)

    def versions(self) -> list[tuple[int, int, str, str, str]]:
        """Stamp, day of the extract, status, phone, name; an extract that brings nothing new is no version."""
        seen: dict[tuple[int, str], tuple[int, int, str, str, str]] = {}
        previous = None
        for day in self.extracts:
            stamp = self.stamp(day)
            row = (stamp, day, self.value(self.status, day), self.value(self.phone, day), self.value(self.name, day))
            if previous != (row[0], *row[2:]):
                seen[day, ""] = row
            previous = (row[0], *row[2:])
        return list(seen.values())

    def log(self) -> list[tuple[int, str | None, str]]:
        pairs = zip(self.status, self.status[1:], strict=False)
        return [(day, old, new) for (_, old), (day, new) in pairs if day >= self.logged_since and old != new]

    def log_without_old(self) -> list[tuple[int, str | None, str]]:
        """What a record begins with is logged as well, and that a value was set again to what it was."""
        return [(day, None, new) for day, new in self.status if day >= self.logged_since]


def values_over_time() -> st.SearchStrategy[Values]:
    change = st.tuples(st.integers(1, DAYS), st.sampled_from("ABC"))
    changes = st.lists(change, max_size=5, unique_by=lambda one: one[0]).map(sorted)
    return st.builds(lambda first, rest: [(0, first), *rest], st.sampled_from("ABC"), changes)


def lives() -> st.SearchStrategy[Life]:
    extracts = st.lists(st.integers(0, DAYS), min_size=1, max_size=5, unique=True).map(sorted)
    values = values_over_time()
    return st.builds(Life, values, values, values, extracts, st.integers(0, DAYS + 1))


def brute_force(assertions: Values, log: list[tuple[int, str | None, str]], day: int) -> str | None:
    """The newest that was said by then; before anything was said what the first word says of the time before: nothing,
    if that is a log without old values."""
    said = sorted([(at, 1, value) for at, value in assertions] + [(at, 0, new) for at, _, new in log])
    before = [value for at, _, value in said if at <= day]
    if before:
        return before[-1]
    first_log = min(log, default=None)
    return first_log[1] if first_log and first_log[0] <= said[0][0] else said[0][2]


def moment(day: int) -> datetime:
    return BEGINNING + timedelta(days=day)


@pytest.fixture(scope="module")
def con() -> duckdb.DuckDBPyConnection:
    connection = connect_scratch()
    connection.execute("create schema if not exists intake.versions")
    for contract in (LEAD, LOG):
        align_table(connection, contract, [])
    connection.execute(f"create table if not exists {versions_name(LEAD)} as from {table_name(LEAD)} limit 0")
    return connection


def write(con: duckdb.DuckDBPyConnection, many: list[Life], *, has_old: bool) -> None:
    """The tables as they are once all of it has come."""
    for table in (table_name(LEAD), versions_name(LEAD), table_name(LOG)):
        con.execute(f"delete from {table}")
    entries = 0
    for number, life in enumerate(many):
        lead = record_id("00Q", number)
        versions = life.versions()
        for place, (stamp, day, status, phone, name) in enumerate(versions):
            table = table_name(LEAD) if place == len(versions) - 1 else versions_name(LEAD)
            con.execute(
                f"insert into {table} by name select ? as Id, ? as Status, ? as Phone, ? as Name, ? as CreatedDate, "
                "? as SystemModstamp, ? as _extracted_at",
                [lead, status, phone, name, moment(0), moment(stamp), moment(day)],
            )
        for at, old, new in life.log() if has_old else life.log_without_old():
            entries += 1
            con.execute(
                f"insert into {table_name(LOG)} by name select ? as Id, ? as LeadId, 'Status' as Field, ? as OldValue, "
                "? as NewValue, ? as CreatedDate",
                [record_id("017", entries), lead, old, new, moment(at)],
            )


Stretch = tuple[datetime | None, datetime | None, str]


def stretches(con: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], list[Stretch]]:
    """Record and column -> from, until, value."""
    found: dict[tuple[str, str], list[Stretch]] = {}
    for record, column, *stretch in con.execute(
        "select record_id, column_name, from_at, until_at, value from raw_history.lead"
    ).fetchall():
        found.setdefault((record, column), []).append((stretch[0], stretch[1], stretch[2]))
    return found


def told(found: list[Stretch], today: str, day: int) -> str | None:
    """What the stretches say of a day, none of them: unknown; the record itself where there are none."""
    at = moment(day)
    values = [value for since, until, value in found if (not since or since <= at) and (not until or until > at)]
    assert len(values) <= bool(found)
    return values[0] if values else None if found else today


@pytest.mark.capability("E8")
@settings(max_examples=20, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(lives(), min_size=1, max_size=6), st.booleans(), st.randoms(use_true_random=False))
def test_stretches_say_what_brute_force_says_in_whatever_order_records_are_remembered(
    con: duckdb.DuckDBPyConnection, many: list[Life], has_old: bool, random: object
) -> None:
    contracts = [LEAD, LOG if has_old else WITHOUT_OLD]
    write(con, many, has_old=has_old)
    con.execute("drop table if exists intake.raw_history.lead")
    numbers = list(range(len(many)))
    random.shuffle(numbers)  # type: ignore[attr-defined]
    half = len(numbers) // 2
    for some in (numbers[:half], numbers[half:], numbers[:1]):
        prepare_history(con, contracts)
        for number in some:
            con.execute(f"insert into {TOUCHED} values ('Lead', ?)", [record_id("00Q", number)])
        remember(con, contracts, "load-0")
    found = stretches(con)
    for number, life in enumerate(many):
        versions, log = life.versions(), life.log() if has_old else life.log_without_old()
        columns: list[tuple[str, Values, list[tuple[int, str | None, str]]]] = [
            ("Status", [(row[0], row[2]) for row in versions], log),
            ("Phone", [(row[0], row[3]) for row in versions], []),
            ("Name", [(row[1] + 1, row[4]) for row in versions], []),  # a day's extract was taken by its end
        ]
        for column, assertions, changes in columns:
            for day in range(DAYS + 2):
                expected = brute_force(assertions, changes, day)
                its = found.get((record_id("00Q", number), column), [])
                assert told(its, assertions[-1][1], day) == expected, (column, day, life)
