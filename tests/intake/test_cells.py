"""Values and ids as they arrive: nothing is bent in silence, one record is one row, odd names are only names."""

import dataclasses
import json
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from pipelines.contracts.contract import Column
from pipelines.errors import GrowthError
from pipelines.intake.history.as_of import rewind
from pipelines.intake.rules.cells import typed, unreadable
from pipelines.intake.rules.record_ids import long_id
from pipelines.warehouse import connect_scratch
from tests.intake.loading import ACCOUNT_HEADER, FEW_CONTRACTS, STAMP, account, load, record_id, write_export


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    return connect_scratch()


def refused(con: duckdb.DuckDBPyConnection) -> list[object]:
    return [reason for (reason,) in con.execute("select reasons[1] from quarantine.rows order by line").fetchall()]


@pytest.mark.parametrize(
    ("column", "cell", "expected"),
    [
        ("AnnualRevenue", "1234.567", "a number like 1250.50 with at most 2 decimals"),
        ("AnnualRevenue", "1234.5700000000000001", "a number like 1250.50 with at most 2 decimals"),
        ("NumberOfEmployees", "5.00000000001", "a whole number like 250"),
    ],
)
def test_a_text_that_would_be_rounded_is_refused(
    tmp_path: Path, con: duckdb.DuckDBPyConnection, column: str, cell: str, expected: str
) -> None:
    load(
        con,
        write_export(tmp_path / "x", Account=f"{ACCOUNT_HEADER},{column}\n{account(1)},7.00\n{account(2)},{cell}\n"),
    )
    assert refused(con) == [f"line 3, column {column}: found '{cell}', expected {expected}"]


@pytest.mark.parametrize(
    ("form", "cell", "value"),
    [
        ("1.234,56", "1.234,50", 1234.5),
        ("1.234,56", "-1234,5", -1234.5),
        ("1.234,56", "1.5", None),
        ("1.234,56", "1.2345,00", None),
        ("1,234.56", "1,234.50", 1234.5),
        ("1,234.56", "1,5", None),
    ],
)
def test_numbers_are_read_in_the_form_that_the_contract_shows_and_in_no_other(
    con: duckdb.DuckDBPyConnection, form: str, cell: str, value: float | None
) -> None:
    column = Column("x", "number", "decimal(18,2)", False, None, False, False, ".", number_form=form)
    read = f"select ({typed('c', 'VARCHAR', column)})::double, {unreadable('c', 'VARCHAR', column)}"
    assert con.execute(f"{read} from (select ? as c)", [cell]).fetchall() == [(value, value is None)]


@pytest.mark.parametrize(
    ("column", "kept", "cell"),
    [
        ("NumberOfEmployees", "5.0::double", "5.5::double"),
        ("NumberOfEmployees", "5::ubigint", "18446744073709551615::ubigint"),
        ("AnnualRevenue", "(0.1::double + 0.2::double)", "1234.567::double"),
        ("AnnualRevenue", "1234.57::float", "1234.567::decimal(18,3)"),
        ("LastActivityDate", "timestamp '2024-01-31 00:00'", "timestamp '2024-01-31 10:00'"),
    ],
)
def test_a_parquet_value_that_would_be_bent_is_refused(
    tmp_path: Path, con: duckdb.DuckDBPyConnection, column: str, kept: str, cell: str
) -> None:
    folder = write_export(tmp_path / "x")
    rows = " union all ".join(
        f"select '{record_id('001', number)}' as Id, 'A' as Name, timestamp '2024-01-01' as CreatedDate, "
        f"timestamp '2024-01-01' as SystemModstamp, {value} as {column}"
        for number, value in ((1, kept), (2, cell))
    )
    types = cell if "::" in cell else kept
    cast = types.split("::")[-1] if "::" in types else "timestamp"
    duckdb.sql(
        f"copy (select * replace ({column}::{cast} as {column}) from ({rows})) "
        f"to '{folder / 'Account.csv'}' (format parquet)"
    )
    load(con, folder)
    assert con.execute("select Id from raw.account").fetchall() == [(record_id("001", 1),)]
    assert len(refused(con)) == 1


def test_unit_prices_keep_all_their_decimals(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    from tests.intake.loading import ALL_CONTRACTS

    line = f"{record_id('00k', 1)},{record_id('006', 1)},0.12345678,{STAMP},{STAMP}"
    rows = f"Id,OpportunityId,UnitPrice,CreatedDate,SystemModstamp\n{line}\n"
    load(con, write_export(tmp_path / "x", OpportunityLineItem=rows), contracts=ALL_CONTRACTS)
    assert con.execute("select UnitPrice::varchar from raw.opportunity_line_item").fetchall() == [("0.1234567800",)]


@pytest.mark.capability("E1")
def test_short_ids_are_the_long_ones(con: duckdb.DuckDBPyConnection) -> None:
    ids = ["001A0000006Vm9r", "0018000000O1rYp", "001000000000001", "001A0000006Vm9rIAC", "Grand total", "", None]
    rows = con.execute(f"select {long_id('id')} from (select unnest(?::varchar[]) as id)", [ids]).fetchall()
    assert [found for (found,) in rows] == [
        "001A0000006Vm9rIAC", "0018000000O1rYpAAC"[:15] + check("0018000000O1rYp"), "001000000000001AAA",
        "001A0000006Vm9rIAC", "Grand total", "", None,
    ]  # fmt: skip


def check(short: str) -> str:
    """The algorithm as published, one character per group of five."""
    groups = [short[start : start + 5] for start in (0, 5, 10)]
    numbers = [sum(1 << place for place, letter in enumerate(group) if letter.isupper()) for group in groups]
    return "".join("ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"[number] for number in numbers)


@pytest.mark.capability("E1")
def test_a_record_and_its_references_are_the_same_under_short_and_long_ids(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    short, newer = "001A0000006Vm9r", "2024-02-01T00:00:00.000+0000"
    folder = write_export(tmp_path / "x", Account=f"{ACCOUNT_HEADER}\n{short},Short,{STAMP},{STAMP}\n")
    load(con, folder)
    people = f"Id,AccountId,CreatedDate,SystemModstamp\n{record_id('003', 1)},{short},{STAMP},{STAMP}\n"
    accounts = f"{ACCOUNT_HEADER}\n{short}IAC,Long,{STAMP},{newer}\n"
    load(con, write_export(folder, Account=accounts, Contact=people), "load-2")
    assert con.execute("select Id, Name from raw.account").fetchall() == [(f"{short}IAC", "Long")]
    assert con.execute("select AccountId, _warned_rules from raw.contact").fetchall() == [(f"{short}IAC", [])]


def test_columns_named_like_our_own_are_kept_beside_them(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    header = f"{ACCOUNT_HEADER},_n,_is_bad,_is_unread,_line,_LINE_,_intake_is_bad,place,n,x,NumberOfEmployees"
    odd = "a,b,c,d,e,f,g,h,i"
    rows = f"{header}\n{account(1)},{odd},5\n{account(1)},{odd},6\n{account(2)},{odd},no\n"
    load(con, write_export(tmp_path / "x", Account=rows))
    columns = "_n, _is_bad, _is_unread, _line, _line_, _line__, x_intake_is_bad, place, n, x, NumberOfEmployees"
    assert con.execute(f"select {columns} from raw.account").fetchall() == [
        ("a", "b", "c", 3, "e", "d", "f", "g", "h", "i", 6)
    ]


def test_a_column_may_be_called_like_anything_in_our_own_sql(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    called = [*"abcdfjklmnopqrstuvw", "moment", "extracted_at", "is_raw", "place", "rowid", "record", "line", "value"]
    called += [
        "record_id",
        "column_name",
        "before",
        "same",
        "newer",
        "fresh rows",
        "_intake_n",
        "_intake_row_as_it_came",
    ]
    header = f"{ACCOUNT_HEADER},NumberOfEmployees,{','.join(called)}"
    newer = ["2024-02-01T00:00:00.000+0000", "2024-02-05T00:00:00.000+0000"]
    folder = tmp_path / "x"
    for day, stamp in enumerate([STAMP, *newer]):
        cells = ",".join(f"{name} {day}" for name in called)
        rows = f"{header}\n{account(1, stamp=stamp)},5,{cells}\n{account(2, stamp=stamp)},many,{cells}\n"
        load(con, write_export(folder, Account=rows), f"load-{day}")
    kept = [{"rowid": "rowid_"}.get(name, "x" * name.startswith("_intake_") + name) for name in called]
    listed = ", ".join(f'"{name}"' for name in kept)
    assert con.execute(f"select {listed} from raw.account").fetchall() == [tuple(f"{name} 2" for name in called)]
    [(record,)] = con.execute("select record from quarantine.rows").fetchall()
    assert [json.loads(record)[name] for name in called] == [f"{name} 2" for name in called]
    past = con.execute("select column_name, list(value order by stretch_number) from raw_history.account group by all")
    assert dict(past.fetchall()) == {
        name: [f"{mine} {day}" for day in range(3)] for name, mine in zip(kept, called, strict=True)
    }
    rewind(con, FEW_CONTRACTS, datetime(2024, 2, 2))
    assert con.execute(f"select {listed} from raw.account").fetchall() == [tuple(f"{name} 1" for name in called)]


def test_a_custom_column_vanishes_and_comes_back_as_another_type_without_losing_a_value(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    stamps = [STAMP, "2024-02-01T00:00:00.000+0000", "2024-02-05T00:00:00.000+0000"]
    days = [(f"{ACCOUNT_HEADER},Seg__c", ",5"), (ACCOUNT_HEADER, ""), (f"{ACCOUNT_HEADER},seg__C", ",many")]
    seen = []
    for day, ((header, cell), stamp) in enumerate(zip(days, stamps, strict=True)):
        rows = f"{header}\n{account(1, stamp=stamp)}{cell}\n"
        folder = write_export(tmp_path / f"2024-02-0{day + 1}", Account=rows)
        assert all(one.rows_loaded == 1 for one in load(con, folder, f"load-{day}").files if one.object == "Account")
        seen += con.execute("select Seg__c from raw.account").fetchall()
    assert seen == [("5",), ("5",), ("many",)]
    past = "select list(value order by stretch_number) from raw_history.account where column_name = 'Seg__c'"
    assert con.execute(past).fetchall() == [(["5", "many"],)]


def test_a_file_in_another_encoding_is_told_by_line_and_byte(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    rows = "\n".join([ACCOUNT_HEADER, account(1), *(account(n, "Café") for n in range(2, 9))])
    folder = write_export(tmp_path / "x", Account=rows.encode("cp1252"))
    with pytest.raises(GrowthError) as caught:
        load(con, folder)
    assert str(caught.value).startswith("Account.csv is not UTF-8 at line 3 and in 7 of its 8 records (byte ")
    assert "(0xE9)" in str(caught.value)
    assert str(caught.value).endswith("; save as UTF-8 and load it again.")
    write_export(folder, Account="\n".join([ACCOUNT_HEADER, account(1), account(2, "Café")]).encode("cp1252"))
    load(con, folder)
    [reason] = refused(con)
    assert str(reason).startswith("line 3: byte ")


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r\n\r\n", "\n\r\n"])
@pytest.mark.parametrize("mark", ["\ufeff", ""])
def test_blank_lines_at_the_end_of_whatever_kind_are_no_rows(
    tmp_path: Path, con: duckdb.DuckDBPyConnection, mark: str, end: str
) -> None:
    load(con, write_export(tmp_path / "x", Account=f"{mark}{ACCOUNT_HEADER}\n{account(1)}\n{account(2)}\n{end}"))
    assert con.execute("select count(*) from raw.account").fetchall() == [(2,)]


def test_a_text_column_that_the_contract_learns_as_a_time_keeps_its_offset(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    header = f"{ACCOUNT_HEADER},Seen__c,Vip__c"
    folder = write_export(
        tmp_path / "x", Account=f"{header}\n{account(1)},2024-01-01T10:00:00+0300,1\n{account(2)},soon,maybe\n"
    )
    load(con, folder)
    [contract] = [one for one in FEW_CONTRACTS if one.object == "Account"]
    seen = Column("Seen__c", "timestamp", "timestamp", False, "tracked", False, False, "When seen.")
    vip = Column("Vip__c", "boolean", "boolean", False, "tracked", False, False, "Whether very important.")
    wider = dataclasses.replace(contract, columns=(*contract.columns, seen, vip), digest="wider")
    write_export(folder, Account=f"{ACCOUNT_HEADER}\n{account(3)}\n")
    load(con, folder, "load-2", [wider if one.object == "Account" else one for one in FEW_CONTRACTS])
    found = con.execute("select Seen__c::varchar, Vip__c from raw.account order by Id").fetchall()
    assert found == [("2024-01-01 07:00:00", True), (None, None), (None, None)]


@pytest.mark.parametrize(
    ("kind", "form", "zone", "cell", "expected"),
    [
        ("date", "%d.%m.%Y", "", "31.12.2024", "2024-12-31"),
        ("date", "%d.%m.%Y", "", "2024-12-31", None),
        ("date", "%d.%m.%Y", "", "31.12.24", None),  # no year 24
        ("timestamp", "%m/%d/%Y %H:%M", "", "12/31/24 10:30", None),
        ("timestamp", "%d/%m/%Y %H:%M:%S %z", "", "01/07/24 12:00:00 +0200", None),
        ("date", "%d-%b-%Y", "", "31-Dec-24", None),
        ("date", "%d.%m.%y", "", "31.12.24", "2024-12-31"),
        ("date", "%d.%m.%y", "", "31.12.2024", None),
        ("date", "%d.%m.%Y %H:%M", "", "31.12.2024 10:30", None),  # a time would be cut off
        ("timestamp", "%d.%m.%Y %H:%M", "Europe/Berlin", "01.07.2024 12:00", "2024-07-01 10:00:00"),
        ("timestamp", "%d/%m/%Y %H:%M:%S %z", "", "01/07/2024 12:00:00 +0200", "2024-07-01 10:00:00"),
        ("timestamp", "", "Europe/Berlin", "2024-01-01T12:00:00", "2024-01-01 11:00:00"),
        ("timestamp", "", "Europe/Berlin", "2024-01-01", "2023-12-31 23:00:00"),
        ("timestamp", "", "Europe/Berlin", "2024-01-01T12:00:00.5+0000", "2024-01-01 12:00:00.5"),
        ("timestamp", "", "", "2024-01-23", "2024-01-23 00:00:00"),
        ("timestamp", "", "", "2024/01/23 09:30", "2024-01-23 09:30:00"),
        ("timestamp", "", "", "2024-01-2", None),  # the rest of 2024-01-23 was cut off
        ("timestamp", "", "", "2024-01-2T09:30:00.000+0000", None),
        ("timestamp", "", "", "2024-1-23T09:30:00.000+0000", None),
    ],
)
def test_dates_and_times_are_read_in_the_form_and_zone_that_the_contract_names(
    con: duckdb.DuckDBPyConnection, *, kind: str, form: str, zone: str, cell: str, expected: str | None
) -> None:
    column = Column("at", kind, kind, False, None, False, False, "", text_format=form, zone=zone)
    value, unread = typed("c", "VARCHAR", column), unreadable("c", "VARCHAR", column)
    rows = con.execute(f"select ({value})::varchar, {unread} from (select ? as c)", [cell]).fetchall()
    assert rows == [(expected, expected is None)]
