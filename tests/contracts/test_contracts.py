"""Contract files: what is accepted, and what is refused by name and key path."""

import dataclasses
from pathlib import Path

import duckdb
import pytest

from pipelines.contracts import TableRule, check_table, judge_whole, load_contracts
from pipelines.errors import GrowthError
from pipelines.home import PROJECT_ROOT

CONTRACTS = PROJECT_ROOT / "data_contracts"
REFUSALS = ("HasOptedOutOfEmail", "DoNotCall", "IsEmailBounced", "EmailBouncedDate")
FILLED_DURING_SALES = [
    ("Lead", "Phone"), ("Lead", "MobilePhone"), ("Lead", "Website"), ("Account", "Phone"), ("Account", "Website"),
    ("Contact", "Phone"), ("Contact", "MobilePhone"),
]  # fmt: skip
SALESFORCE_REQUIRED = {"Account", "Contact", "Lead", "Opportunity"}
AGE = "status: active\nslaProperties: [{{property: {}, value: {}, unit: {}}}]"
SMALL = """
apiVersion: v3.1.0
kind: DataContract
id: small
version: 1.0.0
status: active
domain: published
schema:
  - name: small
    physicalName: marts.small
    description: A small table.
    properties:
      - name: id
        description: Its key.
        logicalType: string
        physicalType: varchar
        primaryKey: true
        required: true
      - name: score
        description: How good.
        logicalType: number
        physicalType: double
        logicalTypeOptions: {minimum: 0, maximum: 100}
      - name: tier
        description: Which class.
        logicalType: string
        physicalType: varchar
        quality:
          - id: tier_allowed
            metric: invalidValues
            arguments: {validValues: [A, B]}
            mustBe: 0
            severity: error
"""


def write(folder: Path, text: str) -> Path:
    (folder / "small.odcs.yaml").write_text(text)
    return folder


def refusal(folder: Path, text: str) -> str:
    with pytest.raises(GrowthError) as caught:
        load_contracts(write(folder, text))
    return str(caught.value)


@pytest.mark.capability("E5")
def test_every_column_of_every_contract_in_says_when_it_becomes_known() -> None:
    contracts = [c for c in load_contracts(CONTRACTS) if c.table.startswith("raw.")]
    required = {c.object for c in contracts if c.required}
    assert {c.object for c in contracts if c.required and c.source == "salesforce"} == SALESFORCE_REQUIRED
    assert required - SALESFORCE_REQUIRED == {"HubspotCompany", "HubspotContact", "MarketoLead", "PardotProspect"}
    assert all(column.known_at for contract in contracts for column in contract.columns)
    by_name = {(c.object, column.name): column for c in contracts for column in c.columns}
    assert by_name["Account", "Type"].known_at == "tracked"
    assert by_name["Account", "Industry"].known_at == "at_creation"
    assert by_name["Lead", "ConvertedDate"].known_at == "outcome"
    assert by_name["Opportunity", "IsWon"].known_at == "outcome"
    assert by_name["Contact", "Birthdate"].protected
    assert by_name["Account", "LastActivityDate"].derived
    assert {by_name[place].known_at for place in FILLED_DURING_SALES} == {"tracked"}
    assert all(by_name["Lead", name].refusal and by_name["Contact", name].refusal for name in REFUSALS)


@pytest.mark.capability("E10")
def test_an_object_may_be_as_old_as_its_frequency_and_its_latency_together(tmp_path: Path) -> None:
    ages = "{property: frequency, value: 2, unit: d}, {property: latency, value: 12, unit: h}"
    other = "{property: retention, value: 3, unit: y}"  # of the standard, and nothing that a load could measure
    text = SMALL.replace("status: active", f"status: active\nslaProperties: [{ages}, {other}]")
    assert [contract.expected_hours for contract in load_contracts(write(tmp_path, text))] == [60]
    assert [contract.expected_hours for contract in load_contracts(write(tmp_path, SMALL))] == [None]
    shipped = {contract.object for contract in load_contracts(CONTRACTS) if contract.expected_hours}
    assert shipped >= {"Lead", "Contact", "Account", "Opportunity", "Task", "Event"}
    assert shipped >= {"web_visit", "email_event", "form_fill"}


def test_planned_dates_never_count_as_event_times() -> None:
    planned = {"CloseDate", "ActivityDate", "StartDateTime", "EndDateTime", "ActivityDateTime"}
    assert not any(planned & set(contract.event_time_columns) for contract in load_contracts(CONTRACTS))


def deals(setting: str) -> str:
    """The name of a table that comes in, with a setting of the object."""
    return f"physicalName: raw.small\n    customProperties: [{{property: filePattern, value: small}}, {setting}]"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("primaryKey: true", "primaryKeyy: true", "schema[0].properties[0]"),
        ("logicalType: number", "logicalType: numeric", "schema[0].properties[1].logicalType"),
        ("physicalType: double", "physicalType: varchar", "does not fit logicalType 'number'"),
        ("primaryKey: true", "customProperties: [{property: knowAt, value: x}]", "found 'knowAt', expected one of"),
        ("primaryKey: true", "customProperties: [{property: knownAt, value: later}]", "found 'later', expected one of"),
        ("primaryKey: true", "customProperties: [{property: refusal, value: true}]", "expected true or false for one"),
        ("primaryKey: true", "partitioned: false", "no column has primaryKey"),
        ("validValues: [A, B]", "validValue: [A, B]", "metric invalidValues expects the arguments"),
        ("severity: error", "severity: fatal", "expected a severity of error, warning or info"),
        ("name: tier", "name: ID", "a column name is given twice"),
        ("status: active", "status: active\nstatus: draft", "key 'status' is given twice"),
        ("status: active", "status: !!python/object/apply:os.system ['true']", "could not determine a constructor"),
        (
            "status: active",
            AGE.format("latncy", 1, "d"),
            "slaProperties[0].property: found 'latncy', expected one of freq",
        ),
        ("status: active", AGE.format("latency", 1, "m"), "slaProperties[0].unit: found 'm', expected one of d, day"),
        ("status: active", AGE.format("frequency", 0, "d"), "slaProperties[0].value: found 0, expected a number above"),
        ("status: active", AGE.format("frequency", "daily", "d"), "slaProperties[0].value: found 'daily', expected"),
        ("status: active", "status: active\nslaProperties: [{property: latency, value: 4}]", "[0].unit: found None"),
        ("apiVersion: v3.1.0", "apiVersion: v2.2.0", "found v2.2.0, expected v3.1.0"),
        ("physicalName: marts.small", "physicalName: raw.small", "filePattern: missing"),
        (
            "physicalName: marts.small",
            deals("{property: fieldsOf, value: deal}"),
            "fieldsOf: found 'deal' with the key",
        ),
        ("physicalName: marts.small", deals("{property: idPrefix, value: 'x-'}"), "idPrefix: found without fieldsOf"),
    ],
)
def test_a_contract_with_a_mistake_is_refused_by_name(tmp_path: Path, old: str, new: str, words: str) -> None:
    found = refusal(tmp_path, SMALL.replace(old, new, 1))
    assert words in found
    assert "small.odcs.yaml" in found


def test_a_table_that_keeps_its_contract_passes(tmp_path: Path, connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("create table warehouse.marts.small as select 'a' as id, 1.5::double as score, 'A' as tier")
    [contract] = load_contracts(write(tmp_path, SMALL))
    results = check_table(connection, contract)
    assert [(r.rule_id, r.passed) for r in results] == [
        ("shape", True), ("key_unique", True), ("id_required", True), ("score_range", True), ("tier_allowed", True),
    ]  # fmt: skip


def test_rows_that_break_a_contract_out_are_counted(tmp_path: Path, connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        "create table warehouse.marts.small as select * from (values ('a', 1.0::double, 'A'), ('a', 101, 'B'), "
        "(null, -1, 'C')) as v(id, score, tier)"
    )
    [contract] = load_contracts(write(tmp_path, SMALL))
    failed = {r.rule_id: r.rows_failed for r in check_table(connection, contract)}
    assert failed == {"shape": 0, "key_unique": 2, "id_required": 1, "score_range": 2, "tier_allowed": 1}


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ("'a' as id, 1 as score, 'A' as tier", "score is INTEGER, expected DOUBLE"),
        ("'a' as id, 'A' as tier, 1::double as score", "columns are ordered id, tier, score"),
        ("'a' as id, 1::double as score", "missing tier VARCHAR"),
        ("'a' as id, 1::double as score, 'A' as tier, 2 as secret", "unexpected secret INTEGER"),
    ],
)
def test_a_table_of_another_shape_fails(
    tmp_path: Path, connection: duckdb.DuckDBPyConnection, columns: str, words: str
) -> None:
    connection.execute(f"create table warehouse.marts.small as select {columns}")
    [contract] = load_contracts(write(tmp_path, SMALL))
    [shape] = check_table(connection, contract)
    assert not shape.passed
    assert words in shape.detail


def test_table_rules_tell_failing_from_raising(tmp_path: Path, connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("create table warehouse.marts.small as select 'a' as id, 1.5::double as score, 'A' as tier")
    [contract] = load_contracts(write(tmp_path, SMALL))
    query, count = "UnexpectedRowsExpectation", "expect_table_row_count_to_be_between"
    rules = (
        TableRule("has_rows", count, {"min_value": 1}, "error", "A row."),
        TableRule("many", count, {"min_value": 10}, "warn", "Ten rows."),
        TableRule("no_a", query, {"unexpected_rows_query": "select * from {batch} where tier = 'A'"}, "error", "No A."),
        TableRule("broken", query, {"unexpected_rows_query": "select nothing from {batch}"}, "warn", "Never runs."),
    )
    results = judge_whole(connection, [dataclasses.replace(contract, table_rules=rules)])
    assert [(r.rule_id, r.passed, r.severity, r.rows_failed) for r in results] == [
        ("has_rows", True, "error", 0), ("many", False, "warn", 1),
        ("no_a", False, "error", 1), ("broken", False, "error", -1),
    ]  # fmt: skip
    assert "could not be run" in results[3].detail
    assert connection.execute("select count(*) from marts.small").fetchall() == [(1,)]
