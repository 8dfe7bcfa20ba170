"""Several sources in one folder: which contract a file is for, what each must bring, how each writes its cells."""

from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
import yaml

from pipelines.contracts import Contract
from pipelines.contracts.contract import Column
from pipelines.contracts.formats import form_of, strptime_of
from pipelines.contracts.odcs import load_contract
from pipelines.errors import GrowthError
from pipelines.intake.forms.files import find_files
from pipelines.intake.forms.recognise import contract_of
from pipelines.intake.rules.cells import expected_type, typed, unreadable
from pipelines.warehouse import connect_scratch
from tests.intake.loading import FEW_CONTRACTS, SMALL, load, write_export


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    return connect_scratch()


def column(name: str, logical: str = "string", physical: str = "varchar", **more: object) -> Column:
    return replace(Column(name, logical, physical, False, "at_creation", False, False, "."), **more)  # type: ignore[arg-type]


def contract(
    name: str, required: tuple[str, ...], optional: tuple[str, ...] = (), pattern: str = "contact", **more: object
) -> Contract:
    columns = tuple(replace(column(one), required=True) for one in required) + tuple(column(one) for one in optional)
    made = Contract(
        f"crm_{name}", name, f"raw.{name}", False, pattern, columns, required[:1], (), "1.0.0", "", "", digest=name,
        path=Path(f"{name}.odcs.yaml"),
    )  # fmt: skip
    return replace(made, **more)  # type: ignore[arg-type]


UPPER = contract("upper", ("Id", "SystemModstamp"), ("Email",))
LOWER = contract("lower", ("id", "synced"), ("email", "name"))


def recognised(folder: Path, *contracts: Contract) -> str | None:
    [file] = find_files(folder)
    found = contract_of(file, contracts)
    return found.object if found else None


@pytest.mark.capability("E3")
@pytest.mark.parametrize(
    ("header", "source"),
    [("Id,SystemModstamp\n", "upper"), ("id;synced;name\n1;2;3\n", "lower"), ('\ufeff"ID","Synced"\r\n', "lower")],
)
def test_of_two_sources_with_one_file_name_the_header_decides(tmp_path: Path, header: str, source: str) -> None:
    (tmp_path / "contact.csv").write_text(header, encoding="utf-8")
    assert recognised(tmp_path, UPPER, LOWER) == source


def test_json_lines_tell_their_columns_together(tmp_path: Path) -> None:
    (tmp_path / "contact.jsonl").write_text('{"id": 1, "name": "A {"}\n{"id": 2, "synced": 3}\n')
    assert recognised(tmp_path, UPPER, LOWER) == "lower"


@pytest.mark.parametrize("packing", ["parquet", "gz"])
def test_parquet_and_packed_files_tell_theirs(tmp_path: Path, packing: str, con: duckdb.DuckDBPyConnection) -> None:
    target = tmp_path / ("contact.parquet" if packing == "parquet" else "contact.csv.gz")
    con.execute(f"copy (select 1 as id, 2 as synced) to '{target}'")
    assert recognised(tmp_path, UPPER, LOWER) == "lower"


def test_a_header_with_all_that_two_require_is_for_the_one_that_knows_more_of_it(tmp_path: Path) -> None:
    (tmp_path / "contact.csv").write_text("id,SystemModstamp,synced,email,name\n")
    assert recognised(tmp_path, UPPER, LOWER) == "lower"


def test_a_header_that_fits_none_says_what_each_lacks(tmp_path: Path) -> None:
    (tmp_path / "contact.csv").write_text("id,email\n")
    with pytest.raises(GrowthError, match=r"upper \(crm_upper\) lacks SystemModstamp; lower \(crm_lower\) lacks syn"):
        recognised(tmp_path, UPPER, LOWER)


def test_two_that_fit_equally_are_a_mistake_in_the_contracts(tmp_path: Path) -> None:
    (tmp_path / "contact.csv").write_text("id,synced\n")
    with pytest.raises(GrowthError, match=r"fits lower \(lower\.odcs\.yaml\) and twin \(twin\.odcs\.yaml\) equally"):
        recognised(tmp_path, LOWER, contract("twin", ("id", "synced")))


def test_a_file_that_was_taken_before_is_not_opened(tmp_path: Path) -> None:
    (tmp_path / "contact.csv").write_text("whatever\n")
    [file] = find_files(tmp_path)
    assert contract_of(file, [UPPER, LOWER], {(file.sha256, "lower"): "lower"}) is LOWER


def test_what_a_source_cannot_do_without_must_come_with_its_first_file(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    deals = replace(contract("deal", ("deal_id", "name"), pattern="deal", source="other"), required=True)
    notes = contract("note", ("note_id",), pattern="note", source="other")
    sources = [*FEW_CONTRACTS, deals, notes]
    folder = write_export(tmp_path / "x")
    report = load(con, folder, "load-1", sources)
    assert "deal" not in [one.object for one in report.reports]
    (folder / "note.csv").write_text("note_id\n1\n")
    with pytest.raises(GrowthError, match=r"^No file for deal: looked for deal\.csv"):
        load(con, folder, "load-2", sources)
    (folder / "deal.csv").write_text("deal_id,name\n1,Big\n")
    load(con, folder, "load-3", sources)
    for name in ("note.csv", "deal.csv"):
        (folder / name).unlink()
    load(con, folder, "load-4", sources)  # a quiet day of an object that is known
    assert con.execute("select deal_id, name from raw.deal").fetchall() == [("1", "Big")]


def test_one_source_of_ones_own_is_enough(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> None:
    (tmp_path / "fair.csv").write_text("mail,name\na@b.c,Ann\n")
    load(con, tmp_path, "load-1", [*FEW_CONTRACTS, contract("fair", ("mail",), ("name",), pattern="fair")])
    assert con.execute("select mail, name from raw.fair").fetchall() == [("a@b.c", "Ann")]


def test_engagement_alone_and_a_wrong_folder_are_told_what_to_put_there(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    (tmp_path / "email_event.csv").write_text("email_event_id,email,event_type,occurred_at\n1,a@b.c,open,2024-01-31\n")
    (tmp_path / "accounts.csv").write_text("Id\n")
    with pytest.raises(
        GrowthError, match=r"holds what can be scored.* of salesforce Account, Contact, Lead, Opport"
    ) as e:
        load(con, tmp_path)
    assert "Opportunity. No contract describes accounts.csv. For a file of your own" in str(e.value)
    assert set(SMALL) == {"Account.csv", "Contact.csv", "Lead.csv", "Opportunity.csv"}


@pytest.mark.parametrize(
    ("cell", "one", "value"),
    [
        ("31.01.2024", column("a", "date", "date", text_format="%d.%m.%Y"), "2024-01-31"),
        ("31.01.2024 23:59", column("a", "date", "date", text_format="%d.%m.%Y %H:%M"), None),
        (
            "1/31/2024 5:06 PM",
            column("a", "timestamp", "timestamp", text_format="%m/%d/%Y %I:%M %p"),
            "2024-01-31 17:06:00",
        ),
        ("2024-01-31", column("a", "date", "date", text_format="%d.%m.%Y"), None),
        ("1706664600123", column("a", "timestamp", "timestamp", text_format="epoch_ms"), "2024-01-31 01:30:00.123"),
        ("1706664600", column("a", "timestamp", "timestamp", text_format="epoch_s"), "2024-01-31 01:30:00"),
        ("99999999999999999999", column("a", "timestamp", "timestamp", text_format="epoch_ms"), None),
        ("2024-01-23 03:54:57 UTC", column("a", "timestamp", "timestamp"), "2024-01-23 03:54:57"),
        (
            "31.01.2024 01:00",
            column("a", "timestamp", "timestamp", text_format="%d.%m.%Y %H:%M", zone="Europe/Berlin"),
            "2024-01-31 00:00:00",
        ),
        ("2024-01-31 01:00", column("a", "timestamp", "timestamp", zone="Europe/Berlin"), "2024-01-31 00:00:00"),
        ("2024-01-31 01:00:00+02", column("a", "timestamp", "timestamp", zone="Asia/Tokyo"), "2024-01-30 23:00:00"),
        (" Select ", column("a", null_values=("Select",)), None),
        ("Select one", column("a", null_values=("Select",)), "Select one"),
        ("n/a", column("a", "integer", "bigint", null_values=("n/a",)), None),
        ("No", column("a", "boolean", "boolean"), "false"),
        ("t", column("a", "boolean", "boolean"), "true"),
        ("", column("a", "boolean", "boolean"), None),
        ("", column("a", "boolean", "boolean", blank_is_false=True), "false"),
    ],
)
def test_a_cell_is_read_as_its_source_writes_it(
    con: duckdb.DuckDBPyConnection, cell: str, one: Column, value: str | None
) -> None:
    select = f"select ({typed('cell', 'VARCHAR', one)})::varchar, {unreadable('cell', 'VARCHAR', one) or 'false'}"
    [(found, is_unreadable)] = con.execute(f"{select} from (values (?)) as t (cell)", [cell]).fetchall()
    assert found == value
    assert is_unreadable == (value is None and cell.strip() not in ("", *one.null_values))


def test_an_epoch_that_comes_as_a_number_is_read_too(con: duckdb.DuckDBPyConnection) -> None:
    moment = column("a", "timestamp", "timestamp", text_format="epoch_ms")
    [(found,)] = con.execute(f"select {typed('cell', 'BIGINT', moment)} from (select 1706664600123 as cell)").fetchall()
    assert str(found) == "2024-01-31 01:30:00.123000"


CONTRACT = """\
apiVersion: v3.1.0
kind: DataContract
id: fair
version: 1.0.0
status: active
domain: fair
schema:
  - name: fair
    physicalName: raw.fair
    customProperties: [{property: filePattern, value: fair}]
    properties:
      - name: id
        description: Key.
        logicalType: string
        physicalType: varchar
        primaryKey: true
        customProperties: [{property: knownAt, value: at_creation}]
      - name: met
        description: Day.
        logicalType: date
        physicalType: date
        logicalTypeOptions: {format: dd.MM.yyyy}
        customProperties: [{property: knownAt, value: at_creation}]
"""


@pytest.mark.parametrize(
    ("place", "words", "sentence"),
    [
        ("value: fair}", "value: fair}, {property: nullValues, value: Select}", "nullValues: found 'Select', exp"),
        ("value: fair}", "value: fair}, {property: supplements, value: 2}", "supplements: found 2, expected true"),
        ("dd.MM.yyyy", "epoch_ms", "epoch_ms. holds letter"),
        ("at_creation}", "at_creation}, {property: idForm, value: long}", "idForm: found 'long' for logicalType 's"),
    ],
)
def test_a_form_that_is_not_understood_names_its_place(tmp_path: Path, place: str, words: str, sentence: str) -> None:
    path = tmp_path / "fair.odcs.yaml"
    path.write_text(CONTRACT)
    assert [one.text_format for one in load_contract(path).columns] == ["", "%d.%m.%Y"]
    assert expected_type(load_contract(path).columns[1]) == "a date in the form dd.MM.yyyy"
    path.write_text(CONTRACT.replace(place, words, 1))
    assert yaml.safe_load(path.read_text())
    with pytest.raises(GrowthError, match=sentence):
        load_contract(path)


@pytest.mark.parametrize(
    "form", ["dd.MM.yyyy HH:mm", "yyyy-MM-dd'T'HH:mm:ss.SSSXXX", "d MMM yy 'o''clock' h a", "M/d/yy %"]
)
def test_a_form_is_told_in_the_words_in_which_it_was_written(form: str) -> None:
    assert form_of(strptime_of(form) or "") == form
