"""Contents that mean harm: each ends in quarantine or in one sentence that names its file."""

import gzip
import io
import json
import struct
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.errors import GrowthError
from pipelines.intake.forms import json_text, structure
from pipelines.intake.forms.record import LONGEST, MOST_FIELDS, read_record
from tests.intake.hostile import ACCOUNTS, OBJECT, ROW, outcome, sentence, write_parquet
from tests.intake.loading import ACCOUNT_HEADER, ALL_CONTRACTS, account, load, record_id, write_export

pytestmark = pytest.mark.capability("R6")


def workbook() -> bytes:
    """A workbook under the name of an extract."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return sink.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (gzip.compress(b"0" * (70 << 20), mtime=0), "it looks like an archive bomb"),
        (gzip.compress(ACCOUNTS, mtime=0) + b"and more", "is cut off or damaged (Not a gzipped file"),
        (ACCOUNTS.decode().encode("utf-16-le"), "looks like UTF-16 (byte 2 is NUL), expected UTF-8"),
        (ACCOUNTS.decode().encode("utf-16-be"), "looks like UTF-16 (byte 1 is NUL), expected UTF-8"),
        (ACCOUNTS.decode().encode("utf-32"), "looks like UTF-32"),
        (
            f"{ACCOUNT_HEADER},Straße\n".encode("latin-1"),
            "line 1: the header cannot be read: byte 40 of the text (0xDF) is not UTF-8; save the file as UTF-8",
        ),
        (
            "\n".join([ACCOUNT_HEADER, *(account(n, "Café") for n in range(9))]).encode("cp1252"),
            "is not UTF-8 at line 2 and in 9 of its 9 records (byte 58 of the text (0xE9) is not UTF-8)",
        ),
        (workbook(), "Account.csv is a workbook or a document, no text; save its sheet as CSV UTF-8"),
        (f"{ACCOUNT_HEADER},{'x' * 1001}\n{account()},1\n", "(1001 characters); expected 1 to 1000 characters"),
        ("x" * (6 << 20), "(6291456 characters); expected 1 to 1000 characters"),
        (f"{ACCOUNT_HEADER}{',c' * MOST_FIELDS}\n", "has more than 5000 columns"),
        (json.dumps(ROW | {f"c{n}": 1 for n in range(MOST_FIELDS)}), "has more than 5000 columns"),
        (json.dumps(ROW | {"": 1}), "has a column named '' (0 characters)"),
        (json.dumps(ROW | {"ID": "x"}), "names the column 'Id' twice"),
        ("[" * 100_000, "line 1: the JSON is nested too deeply to be read"),
        (f'[{OBJECT},\n{{"a": {"[" * 100_000}', "line 2: the JSON is nested too deeply to be read"),
        (f"[{OBJECT}]\n[{OBJECT}]", "goes on behind the end of its JSON array, with"),
        (f"[{OBJECT},\n{OBJECT[:20]}", "line 2: the JSON array breaks off"),
    ],
)
def test_a_file_that_cannot_be_an_extract(
    tmp_path: Path, connection: duckdb.DuckDBPyConnection, content: str | bytes, words: str
) -> None:
    assert words in sentence(connection, write_export(tmp_path / "x", Account=content))


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "Lead.csv is empty; export it again"), (workbook(), "Lead.csv is a workbook or a document, no text")],
)
def test_what_is_no_table_is_told_before_its_header_is_asked_which_contract_it_is_for(
    tmp_path: Path, connection: duckdb.DuckDBPyConnection, content: bytes, words: str
) -> None:
    with pytest.raises(GrowthError) as caught:
        load(connection, write_export(tmp_path / "x", Lead=content), contracts=ALL_CONTRACTS)
    assert str(caught.value).startswith(words)


SOUND = [account(n) for n in range(10, 14)]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (account(1, "A\0B"), "found a NUL byte"),
        ("1,2", "found 2 fields, expected 4 as in the header"),
        (f"{account(1)},5", "found 5 fields, expected 4 as in the header"),
        (account(1, '"A'), "found a quote that is never closed"),
        (f'1,a"b{"," * (MOST_FIELDS + 1)}', "found more than 5000 fields"),
        (account(1, stamp="99999-01-01T00:00:00Z"), "found '99999-01-01T00:00:00Z', expected a time like"),
        (account(1, stamp="19999-01-01"), "found '19999-01-01', expected a time like"),
        (account(1, stamp="infinity"), "found 'infinity', expected a time like"),
        (f"\ufeff{account(1)}", f"found '\ufeff{record_id('001', 1)}', expected the form"),
        (ACCOUNT_HEADER, "found 'Id', expected the form"),
    ],
)
def test_a_hostile_row_goes_to_quarantine_and_its_neighbours_stay(
    tmp_path: Path, connection: duckdb.DuckDBPyConnection, row: str, reason: str
) -> None:
    text = "\n".join([ACCOUNT_HEADER, *SOUND[:2], row, *SOUND[2:]])
    names, reasons = outcome(connection, write_export(tmp_path / "x", Account=text))
    assert names == ["Acme"] * 4
    assert len(reasons) == 1
    assert reasons[0].startswith(reason)


@pytest.mark.parametrize("form", ["lines", "array"])
@pytest.mark.parametrize(
    ("inside", "reason"),
    [
        (r'"Site": "\ud800"', "found text that is no JSON object"),
        (r'"Site": "a\u0000b"', "found a NUL byte"),
        ('"Name": "Evil"', "found the key 'Name' twice"),
        ('"NumberOfEmployees": NaN', "found 'NaN', expected a whole number"),
        ('"NumberOfEmployees": 1e400', "found '1e400', expected a whole number"),
        (f'"NumberOfEmployees": {"9" * 5000}', f"found '{'9' * 80}', expected a whole number"),
        (f'"NumberOfEmployees": {"[" * 200}{"]" * 200}', f"found '{'[' * 80}', expected a whole number"),
    ],
)
def test_a_hostile_object_goes_to_quarantine(
    tmp_path: Path, connection: duckdb.DuckDBPyConnection, form: str, inside: str, reason: str
) -> None:
    texts = [json.dumps(ROW | {"Id": record_id("001", n)}) for n in (7, 8)]
    texts.insert(1, OBJECT.replace("}", f", {inside}}}"))
    content = "\n".join(texts) if form == "lines" else f"[{', '.join(texts)}]"
    names, reasons = outcome(connection, write_export(tmp_path / "x", Account=content))
    assert names == ["Acme", "Acme"]
    assert len(reasons) == 1
    assert reasons[0].startswith(reason)


@pytest.mark.parametrize("form", ["lines", "array"])
def test_numbers_of_many_digits_are_not_rounded(
    tmp_path: Path, connection: duckdb.DuckDBPyConnection, form: str
) -> None:
    wanted = {"whole__c": "123456789012345678901234567890", "part__c": "-0.12345678901234567890",
              "near__c": "9007199254740993.0", "inside__c": '{"id":123456789012345678901}',
              "text__c": 'a "quoted": 12345678901234567, \\'}  # fmt: skip
    parts = [f'"{name}": {json.dumps(cell) if name == "text__c" else cell}' for name, cell in wanted.items()]
    content = OBJECT.replace("}", f", {', '.join(parts)}}}")
    write_export(tmp_path / "x", Account=content if form == "lines" else f"[{content}]")
    assert outcome(connection, tmp_path / "x")[1] == []
    [found] = connection.execute(f"select {', '.join(wanted)} from raw.account").fetchall()
    wanted["inside__c"] = '{"id":"123456789012345678901"}'  # in a nested value the quotes show
    assert list(found) == list(wanted.values())


@pytest.mark.parametrize("number", ["12345678901234567890x", "1.2.3.4.5.6.7.8.9.0", "01234567890123456789"])
def test_many_digits_that_are_no_number_stay_refused(
    tmp_path: Path, connection: duckdb.DuckDBPyConnection, number: str
) -> None:
    content = f"{OBJECT}\n" + OBJECT.replace("}", f', "Site": {number}}}')
    assert outcome(connection, write_export(tmp_path / "x", Account=content))[1] == [
        "found text that is no JSON object"
    ]


def test_numbers_of_an_array_stay_as_they_are_written(tmp_path: Path, connection: duckdb.DuckDBPyConnection) -> None:
    text = f'[{OBJECT[:-1]},\r\n "n__c": 12345678901234567890123, "t__c": "a\\nb \\\\u0000"}}]'
    load(connection, write_export(tmp_path / "x", Account=text))
    assert connection.execute("select n__c, t__c from raw.account").fetchall() == [
        ("12345678901234567890123", "a\nb \\u0000")
    ]


def test_a_record_too_long_to_be_held_is_refused_and_the_others_load(
    tmp_path: Path, connection: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.intake.forms.record.LONGEST", 1000)
    monkeypatch.setattr(structure, "LONGEST", 1000)
    monkeypatch.setattr("pipelines.intake.forms.delimited.find_blocks", partial(structure.find_blocks, block=300))
    quoted = '"' + "x\n" * 1000 + '"'
    text = "\n".join([ACCOUNT_HEADER, SOUND[0], account(1, quoted), SOUND[1], account(2, "y" * 5000), SOUND[2]])
    folder = write_export(tmp_path / "x", Account=text)
    names, reasons = outcome(connection, folder)
    assert names == ["Acme"] * 3
    assert reasons == [
        f"found a record of {len(account(1, one))} bytes, expected at most 1000" for one in (quoted, "y" * 5000)
    ]
    lines = connection.execute("select line, line_end, record from quarantine.rows order by line").fetchall()
    assert lines == [(3, 1003, account(1, quoted)), (1005, 1005, account(2, "y" * 5000))]
    assert connection.execute("select _line from raw.account order by 1").fetchall() == [(2,), (1004,), (1006,)]


def test_an_object_too_long_to_be_held_is_refused(
    tmp_path: Path, connection: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_text, "LONGEST", 1000)
    long = json.dumps(ROW | {"Id": record_id("001", 2), "Name": "x" * 2000})
    folder = write_export(tmp_path / "x", Account=f"{OBJECT}\n{long}\n")
    assert outcome(connection, folder) == (
        ["Acme"],
        [f"found a record of {len(long)} bytes, expected at most {LONGEST}"],
    )


@pytest.mark.parametrize("filling", [b"\n", b'"', b"x", b",", b'""x'])
def test_the_end_of_a_record_is_found_in_one_pass_however_long_it_is(filling: bytes) -> None:
    text = b'1,"' + filling * (1 << 20) + b'",2\n3'
    assert (read_record(text, 0, ord(",")).end, len(read_record(text, 0, ord(",")).fields)) == (len(text) - 2, 3)


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (lambda whole: whole[: len(whole) // 2], "is a Parquet file that is cut off"),
        (lambda whole: whole[:-8] + struct.pack("<I", 2**31 - 1) + b"PAR1", "is not a whole Parquet file"),
        (lambda whole: whole[:-200] + b"\xff" * 192 + whole[-8:], "is not a whole Parquet file"),
        (lambda whole: whole[:4] + b"\xff" * 300 + whole[304:], "is not a whole Parquet file"),
    ],
)
def test_a_damaged_parquet_file(
    tmp_path: Path, connection: duckdb.DuckDBPyConnection, harm: Callable[[bytes], bytes], words: str
) -> None:
    folder = write_export(tmp_path / "x")
    (folder / "Account_2.parquet").write_bytes(harm(write_parquet(tmp_path / "y")))
    assert words in sentence(connection, folder)


def test_a_parquet_file_wider_than_any_table(tmp_path: Path, connection: duckdb.DuckDBPyConnection) -> None:
    folder = write_export(tmp_path / "x")
    pq.write_table(pa.table({f"c{n}": [1] for n in range(MOST_FIELDS + 1)}), folder / "Account_2.parquet")
    assert "Account_2.parquet has more than 5000 columns" in sentence(connection, folder)


def test_moments_beyond_the_calendar_are_refused_in_parquet_too(
    tmp_path: Path, connection: duckdb.DuckDBPyConnection
) -> None:
    folder = write_export(tmp_path / "x")
    connection.execute(
        "copy (select '001' || lpad(n::varchar, 12, '0') || 'AAA' as Id, 'Acme' as Name, "
        "timestamp '2024-01-23' as CreatedDate, "
        "case n when 7 then 'infinity'::timestamp when 8 then make_timestamp(9223372036854775000) "
        "else timestamp '2024-01-23' end as SystemModstamp from range(1, 10) as rows(n)) "
        f"to '{folder / 'Account.parquet'}'"
    )
    (folder / "Account.csv").unlink()
    names, reasons = outcome(connection, folder)
    assert len(names) == 7
    assert [reason.partition(", expected")[0] for reason in reasons] == [
        "found 'infinity'",
        "found '294247-01-10 04:00:54.775'",
    ]


def test_nested_values_of_parquet_are_kept_as_text(tmp_path: Path, connection: duckdb.DuckDBPyConnection) -> None:
    folder = write_export(tmp_path / "x")
    write_parquet(folder / "Account.parquet", nested__c=[{"a": [1, 2]}] * 50, bytes__c=[b"\xff\0"] * 50)
    (folder / "Account.csv").unlink()
    load(connection, folder)
    shown = connection.execute("select distinct nested__c, bytes__c from raw.account").fetchall()
    assert shown == [("{'a': [1, 2]}", "\\xFF\\x00")]
