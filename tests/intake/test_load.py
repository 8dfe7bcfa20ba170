"""Extracts into raw: files in, rows, quarantine and balance out."""

import gzip
import zipfile
from pathlib import Path

import duckdb
import pytest

from pipelines.errors import GrowthError
from pipelines.intake import balance_problems
from pipelines.warehouse import connect_scratch
from tests.intake.loading import ACCOUNT_HEADER, STAMP, account, load, record_id, write_export


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    return connect_scratch()


def refused(con: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    return con.execute("select file, line, violated_rules, reasons from quarantine.rows order by file, line").fetchall()


def names(con: duckdb.DuckDBPyConnection) -> list[object]:
    return [name for (name,) in con.execute("select Name from raw.account order by Id").fetchall()]


@pytest.mark.capability("E6")
def test_a_row_that_breaks_the_contract_is_kept_out_with_line_and_reason(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    rows = f"{ACCOUNT_HEADER},NumberOfEmployees,Note__c\n{account(1)},25,kept\n{account(2)},5.5,x\n"
    report = load(con, write_export(tmp_path / "x", Account=rows))
    assert con.execute("select NumberOfEmployees, Note__c, _line from raw.account").fetchall() == [(25, "kept", 2)]
    assert refused(con) == [
        (
            "Account.csv",
            3,
            ["number_of_employees_type"],
            ["line 3, column NumberOfEmployees: found '5.5', expected a whole number like 250"],
        )
    ]
    balance = next(b for b in report.files if b.object == "Account")
    assert (balance.rows_read, balance.rows_loaded, balance.rows_quarantined) == (2, 1, 1)
    assert balance_problems(con, "load-1") == []


@pytest.mark.parametrize(
    ("column", "cell", "rule"),
    [
        ("LastActivityDate", "31.13.2024", "last_activity_date_type"),
        ("AnnualRevenue", "12,5 million", "annual_revenue_type"),
        ("AnnualRevenue", "nan", "annual_revenue_type"),
        ("LastViewedDate", "epoch", "last_viewed_date_type"),
        ("IsPersonAccount", "maybe", "is_person_account_type"),
        ("NumberOfEmployees", "1.5", "number_of_employees_type"),
    ],
)
def test_a_cell_of_the_wrong_type_is_never_bent(
    tmp_path: Path, con: duckdb.DuckDBPyConnection, column: str, cell: str, rule: str
) -> None:
    load(
        con, write_export(tmp_path / "x", Account=f'{ACCOUNT_HEADER},{column}\n{account(1)},\n{account(2)},"{cell}"\n')
    )
    assert [row[2] for row in refused(con)] == [[rule]]


@pytest.mark.capability("E1")
def test_an_offset_counts_and_a_blank_boolean_is_false_where_the_column_is_present(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    rows = f"{ACCOUNT_HEADER},IsDeleted\n{account(1, stamp='2024-01-23T03:00:00.000+0200')},\n"
    load(con, write_export(tmp_path / "x", Account=rows))
    found = con.execute("select SystemModstamp::varchar, IsDeleted, IsPersonAccount from raw.account").fetchall()
    assert found == [("2024-01-23 01:00:00", False, None)]


def test_missing_keys_and_foreign_ids_are_kept_out(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    rows = f"{ACCOUNT_HEADER}\n,Nobody,{STAMP},{STAMP}\nGrand total,x,{STAMP},{STAMP}\n{account()}\n{account(2)}\n"
    load(con, write_export(tmp_path / "x", Account=rows))
    assert [row[2] for row in refused(con)] == [["id_required"], ["id_is_salesforce_id"]]


def test_references_ranges_and_dates_out_of_order_warn_and_keep_the_row(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    deals = (
        "Id,Name,StageName,CloseDate,CreatedDate,SystemModstamp,AccountId,OwnerId,Probability\n"
        f"{record_id('006', 1)},Deal,Won,2023-03-01,{STAMP},{STAMP},{record_id('001', 9)},00G000000000001AAA,140\n"
    )
    report = load(con, write_export(tmp_path / "x", Opportunity=deals))
    [(warned,)] = con.execute("select list_sort(_warned_rules) from raw.opportunity").fetchall()
    assert warned == ["account_known", "close_after_created", "owner_known", "probability_in_range"]
    assert refused(con) == []
    assert all(balance.rows_quarantined == 0 for balance in report.files)


def test_a_reference_is_known_once_its_parent_has_come(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    people = f"Id,AccountId,CreatedDate,SystemModstamp\n{record_id('003', 1)},{record_id('001', 2)},{STAMP},{STAMP}\n"
    folder = write_export(tmp_path / "x", Contact=people)
    load(con, folder)
    assert con.execute("select _warned_rules from raw.contact").fetchall() == [(["account_known"],)]
    load(con, write_export(folder, Contact=people, Account=f"{ACCOUNT_HEADER}\n{account(2)}\n"), "load-2")
    assert con.execute("select _warned_rules from raw.contact").fetchall() == [([],)]


@pytest.mark.capability("E7")
def test_a_second_load_of_the_same_files_loads_nothing_even_renamed(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    folder = write_export(tmp_path / "x")
    first = load(con, folder)
    before = con.execute("select * from raw.account").fetchall()
    (folder / "Account.csv").rename(folder / "Account_7.csv")
    second = load(con, folder, "load-2")
    assert not second.changed
    assert second.as_of == first.as_of
    assert [b.rows_identical for b in second.files] == [1, 1, 1, 1]
    assert con.execute("select * from raw.account").fetchall() == before


@pytest.mark.capability("E7")
def test_the_newest_version_wins_whatever_the_order_of_arrival(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    old, new = account(1, "Old"), account(1, "New", "2024-02-01T00:00:00.000+0000")
    report = load(con, write_export(tmp_path / "x", Account=f"{ACCOUNT_HEADER}\n{new}\n{old}\n{new}\n"))
    balance = next(b for b in report.files if b.object == "Account")
    assert (balance.rows_loaded, balance.rows_identical, balance.rows_superseded) == (1, 1, 1)
    report = load(
        con, write_export(tmp_path / "x", Account=f"{ACCOUNT_HEADER}\n{old}\n{account(2, 'Two')}\n"), "load-2"
    )
    balance = next(b for b in report.files if b.object == "Account")
    assert (balance.rows_loaded, balance.rows_identical) == (1, 1)
    assert names(con) == ["New", "Two"]


def test_a_mended_file_takes_its_row_out_of_quarantine(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    header = f"{ACCOUNT_HEADER},NumberOfEmployees\n"
    folder = write_export(tmp_path / "x", Account=f"{header}{account(1)},many\n{account(2)},5\n")
    load(con, folder)
    assert len(refused(con)) == 1
    load(con, write_export(folder, Account=f"{header}{account(1)},9\n{account(2)},5\n"), "load-2")
    assert refused(con) == []
    assert con.execute("select count(*) from raw.account").fetchall() == [(2,)]


def test_malformed_records_go_to_quarantine_as_their_own_text(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    rows = "\n".join([ACCOUNT_HEADER, account(1), "short,row", account(2, '"two\nlines"'), account(3)])
    load(con, write_export(tmp_path / "x", Account=rows))
    found = con.execute("select line, line_end, violated_rules, record from quarantine.rows").fetchall()
    assert found == [(3, 3, ["record_structure"], "short,row")]
    assert con.execute("select _line from raw.account order by Id").fetchall() == [(2,), (4,), (6,)]


@pytest.mark.parametrize(
    "form", ["semicolon", "tab", "mark", "utf-16", "gzip", "zstd", "zip", "old-mac", "jsonl", "json", "parquet"]
)
@pytest.mark.capability("E2")
def test_form_and_compression_are_told_by_content(tmp_path: Path, con: duckdb.DuckDBPyConnection, form: str) -> None:
    import zstandard

    text = f"{ACCOUNT_HEADER}\n{account(1, 'Café')}\n{account(2)}\n"
    folder = write_export(tmp_path / "x")
    target = folder / "Account.csv"
    identity = [
        f'{{"Id": "{record_id("001", n)}", "Name": "Café", "CreatedDate": "{STAMP}", "SystemModstamp": "{STAMP}"}}'
        for n in (1, 2)
    ]
    match form:
        case "zip":
            target.unlink()
            with zipfile.ZipFile(folder / "weekly.zip", "w") as archive:
                archive.writestr("data/Account.csv", text)
        case "parquet":
            ids = f"'{record_id('001', 1)}', '{record_id('001', 2)}'"
            duckdb.sql(
                f"copy (select unnest([{ids}]) as Id, 'Café' as Name, timestamptz '{STAMP}' as CreatedDate, "
                f"'{STAMP}' as SystemModstamp) to '{target}' (format parquet)"
            )
        case _:
            forms = {
                "semicolon": text.replace(",", ";").encode(),
                "tab": text.replace(",", "\t").encode(),
                "mark": b"\xef\xbb\xbf" + text.encode(),
                "utf-16": text.encode("utf-16"),
                "gzip": gzip.compress(text.encode()),
                "zstd": zstandard.compress(text.encode()),
                "old-mac": text.replace("\n", "\r").encode(),
                "jsonl": "\n".join(identity).encode(),
                "json": f"[{identity[0]},\n {identity[1]}]".encode(),
            }
            target.write_bytes(forms[form])
    load(con, folder)
    found = con.execute("select Name, CreatedDate::varchar from raw.account order by Id limit 1").fetchall()
    assert found == [("Café", "2024-01-23 03:54:57")]
    assert con.execute("select count(*) from raw.account").fetchall() == [(2,)]


@pytest.mark.capability("E1")
def test_an_object_without_contract_loads_as_text_and_is_reported(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    report = load(con, write_export(tmp_path / "x", Case="Id,Status\n1,Open\n", notes="just words\n"))
    assert con.execute('select Id, Status from raw."case"').fetchall() == [("1", "Open")]
    assert [(r.kind, r.file) for r in report.reports if r.file] == [("unlisted", "Case.csv"), ("ignored", "notes.csv")]


def test_a_missing_optional_object_is_an_empty_table_with_the_contracts_columns(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    load(con, write_export(tmp_path / "x"))
    assert con.execute("select Id, WhoId, CompletedDateTime from raw.task").fetchall() == []


@pytest.mark.capability("E6")
def test_no_row_is_lost_beyond_one_row_group(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    folder = write_export(tmp_path / "x")
    duckdb.sql(
        "copy (select i::varchar as email_event_id, 'a@b.c' as email, 'open' as event_type, "
        f"timestamp '2024-01-01' as occurred_at from range(130000) as r(i)) to '{folder / 'email_event.parquet'}'"
    )
    load(con, folder)
    found = con.execute("select count(*), count(email), count(distinct _file) from raw.email_event").fetchall()
    assert found == [(130000, 130000, 1)]


@pytest.mark.capability("E7")
@pytest.mark.parametrize("content", [None, f"{ACCOUNT_HEADER}\n"])
def test_a_day_without_a_row_of_a_required_object_is_loaded_once_the_object_is_known(
    tmp_path: Path, con: duckdb.DuckDBPyConnection, content: str | None
) -> None:
    def quiet_day(folder: Path) -> Path:
        write_export(folder, Account=content or "")
        if content is None:
            (folder / "Account.csv").unlink()
        return folder

    with pytest.raises(GrowthError, match=r"No file for Account|a header and no rows; Account is required"):
        load(con, quiet_day(tmp_path / "2024-03-01"))
    load(con, write_export(tmp_path / "2024-03-02"), "load-2")
    load(con, quiet_day(tmp_path / "2024-03-03"), "load-3")
    assert names(con) == ["Acme"]
