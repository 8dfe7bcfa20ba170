"""A company's own columns: typed by what they hold, and never known before the extract that brought them."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from pipelines.custom_columns import write_custom_columns
from pipelines.model_features import custom_features, features_for
from pipelines.warehouse import connect_scratch
from tests.intake.loading import FEW_CONTRACTS, STAMP, load, record_id, write_export

HEADER = (
    "Id,Status,CreatedDate,SystemModstamp,Segment__c,Seats__c,Is_Vip__c,Renewed_On__c,Ticket__c,Empty__c,Age_Group__c,"
    "Salutation"
)

PROTECTED = "protected: it tells who somebody is; allow_protected in labels.yaml lets it in by name"


def lead(number: int, *values: str) -> str:
    return ",".join([record_id("00Q", number), "Open", STAMP, STAMP, *values])


def day(folder: Path, date: str, segment: str) -> None:
    """An extract of 4 leads on a day; the first one's segment is given."""
    rows = [
        lead(number, segment if number == 1 else "Mid", str(number * 10), "yes" if number == 2 else "no", "2024-01-01",
             f"T-{number}", "", "60+" if number == 3 else "30-39", "Ms." if number > 2 else "Mr.")
        for number in range(1, 5)
    ]  # fmt: skip
    (folder / date).mkdir(parents=True)
    write_export(folder / date, Lead="\n".join([HEADER, *rows]) + "\n")


@pytest.fixture
def con(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Extracts of 1 and 5 February, in which a segment changed under the same modstamp, and landmarks around them."""
    connection = connect_scratch()
    day(tmp_path / "extracts", "2024-02-01", "Small")
    day(tmp_path / "extracts", "2024-02-05", "Large")
    load(connection, tmp_path / "extracts")
    connection.execute(
        "create table warehouse.config.allow_protected (column_name varchar, allowed_by varchar, why varchar)"
    )
    connection.execute(
        "create table warehouse.features.lead_conversion as select lead_id, as_of, purpose, lead_id as group_id from "
        f"(select unnest(['{record_id('00Q', 1)}', '{record_id('00Q', 2)}']) as lead_id) cross join (values "
        "(timestamp '2024-01-15', 'train'), (timestamp '2024-02-03', 'train'), (timestamp '2024-02-20', 'score')) "
        "as t(as_of, purpose)"
    )
    yield connection
    connection.close()


def offer(con: duckdb.DuckDBPyConnection) -> int:
    return write_custom_columns(con, FEW_CONTRACTS, {"lead_conversion": "lead"}, datetime(2024, 2, 20))


@pytest.mark.capability("E2")
def test_custom_columns_are_typed_by_what_they_hold(con: duckdb.DuckDBPyConnection) -> None:
    assert offer(con) == 3
    rows = con.execute("select column_name, kind, is_offered, reason from meta.custom_columns order by all").fetchall()
    assert rows == [
        ("Age_Group__c", "text", False, PROTECTED),
        ("Empty__c", "text", False, "it is empty"),
        ("Is_Vip__c", "boolean", True, ""),
        ("Renewed_On__c", "moment", False, "all records hold the same"),
        ("Seats__c", "number", True, ""),
        ("Segment__c", "text", True, ""),
        ("Ticket__c", "text", False, "nearly every value is another: it names something"),
    ]


@pytest.mark.capability("M4")
def test_a_value_counts_from_the_extract_that_brought_it(con: duckdb.DuckDBPyConnection) -> None:
    offer(con)
    found = con.execute(
        'select as_of, "Lead.Segment__c", "Lead.Seats__c", "Lead.Is_Vip__c" from features.lead_conversion_custom '
        f"where lead_id = '{record_id('00Q', 1)}' order by as_of"
    ).fetchall()
    assert found == [
        (datetime(2024, 1, 15), None, None, None),
        (datetime(2024, 2, 3), "Small", 10.0, False),
        (datetime(2024, 2, 20), "Large", 10.0, False),
    ]


def test_the_models_are_offered_them(con: duckdb.DuckDBPyConnection) -> None:
    offer(con)
    assert custom_features(con, "lead_conversion") == ["Lead.Segment__c", "Lead.Seats__c", "Lead.Is_Vip__c"]
    frame = features_for(con, "lead_conversion", "score")
    assert frame["Lead.Segment__c"].to_list() == ["Large", "Mid"]


def test_a_column_that_no_landmark_could_have_known_is_listed_with_the_reason(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("delete from warehouse.features.lead_conversion where as_of > '2024-01-15' and purpose = 'train'")
    assert offer(con) == 0
    assert custom_features(con, "lead_conversion") == []
    [(reason,)] = con.execute("select reason from meta.custom_columns where column_name = 'Seats__c'").fetchall()
    assert reason.startswith("no extract with it is as old as a moment that can be learned from")


@pytest.mark.capability("M5")
def test_a_protected_column_is_offered_only_when_a_person_allowed_it_by_name_and_that_is_recorded(
    con: duckdb.DuckDBPyConnection,
) -> None:
    con.execute(
        "insert into warehouse.config.allow_protected values ('age_group__c', 'Kim', 'a product for people over 60'), "
        "('Lead.Salutation', 'Lee', 'a letter begins with it'), ('Account.Seats__c', 'Kim', 'another object')"
    )
    assert offer(con) == 5
    assert custom_features(con, "lead_conversion")[:1] == ["Lead.Salutation"]
    told = con.execute(
        "select column_name, is_offered, reason from meta.custom_columns where reason like 'allowed%' order by all"
    ).fetchall()
    assert told == [
        ("Age_Group__c", True, "allowed by Kim: a product for people over 60"),
        ("Salutation", True, "allowed by Lee: a letter begins with it"),
    ]
