"""Every rule of the standard through the real loader: rows in, and which rule is told for which of them."""

from pathlib import Path

import duckdb
import pytest

from pipelines.contracts import load_contracts
from pipelines.errors import GrowthError
from pipelines.intake import load_extracts
from pipelines.intake.rules.rejected import RejectedFile
from pipelines.warehouse import connect_scratch

HEAD = """
apiVersion: v3.1.0
kind: DataContract
id: thing
version: 1.0.0
status: active
domain: lab
schema:
  - name: thing
    physicalName: raw.thing
    description: A thing.
    customProperties: [{property: filePattern, value: thing}]
    quality: [TABLE]
    properties:
      - name: id
        description: Key.
        logicalType: string
        physicalType: varchar
        primaryKey: true
        customProperties: [{property: knownAt, value: at_creation}]
      - name: c
        description: Cell.
        logicalType: TYPE
        physicalType: 'PHYSICAL'
        customProperties: [{property: knownAt, value: at_creation} SETTING]
        MORE
"""
PHYSICAL = {"string": "varchar", "integer": "bigint", "number": "double", "date": "date", "timestamp": "timestamp",
            "array": "varchar[]"}  # fmt: skip


def contract_of(folder: Path, kind: str = "string", more: str = "", table: str = "", setting: str = "") -> Path:
    text = HEAD.replace("TABLE", table).replace("PHYSICAL", PHYSICAL[kind]).replace("TYPE", kind)
    text = text.replace("MORE", more).replace("SETTING", f", {setting}" if setting else "")
    (folder / "contracts").mkdir(exist_ok=True)
    (folder / "contracts" / "thing.odcs.yaml").write_text(text)
    return folder / "contracts"


def loaded(con: duckdb.DuckDBPyConnection, folder: Path, contracts: Path, cells: list[str]) -> dict[str, list[str]]:
    """The rules told for each cell that broke one; a rule about the whole table stands under `table`."""
    (folder / "x").mkdir(exist_ok=True)
    lines = [f'{number},"{cell}"' if cell else f"{number}," for number, cell in enumerate(cells)]
    (folder / "x" / "thing.csv").write_text("\n".join(["id,c", *lines, ""]))
    load_extracts(con, folder / "x", load_contracts(contracts), "load-1")
    told = con.execute("select line, violated_rules from quarantine.rows").fetchall()
    told += con.execute("select _line, _warned_rules from raw.thing where len(_warned_rules) > 0").fetchall()
    whole = con.execute("select rule_id from ledger.rule_results where kind = 'table' and rows_failed <> 0").fetchall()
    return {cells[line - 2]: rules for line, rules in told} | ({"table": [r for (r,) in whole]} if whole else {})


@pytest.mark.capability("E5")
@pytest.mark.parametrize(
    ("kind", "more", "good", "bad", "rule"),
    [
        ("string", "logicalTypeOptions: {minLength: 2, maxLength: 3}", ["ab", "abc", ""], ["a", "abcd"], "c_length"),
        ("string", "logicalTypeOptions: {pattern: '[A-Z]+'}", ["AB"], ["Ab"], "c_pattern"),
        ("string", "logicalTypeOptions: {format: email}", ["a@b.de"], ["a@b", "x"], "c_format"),
        ("string", "logicalTypeOptions: {format: ipv4}", ["1.2.3.4"], ["1.2.3.400"], "c_format"),
        ("string", "enum: [{value: A}, {value: B}]", ["A", "B"], ["C"], "c_enum"),
        ("integer", "logicalTypeOptions: {exclusiveMinimum: 0, exclusiveMaximum: 5}", ["1"], ["0", "5"], "c_range"),
        ("integer", "logicalTypeOptions: {multipleOf: 5}", ["10", "-5", "0"], ["7"], "c_multiple"),
        ("integer", "logicalTypeOptions: {format: u8}", ["0", "255"], ["256", "-1"], "c_format"),
        ("number", "logicalTypeOptions: {multipleOf: 0.05}", ["1.15", "0.3"], ["1.16"], "c_multiple"),
        ("date", "logicalTypeOptions: {minimum: '2024-01-01'}", ["2024-01-01"], ["2023-12-31"], "c_range"),
        ("timestamp", "logicalTypeOptions: {exclusiveMaximum: '2024-01-01T00:00:00'}", ["2023-12-31T23:59:59"],
         ["2024-01-01T00:00:00"], "c_range"),
        ("array", "logicalTypeOptions: {minItems: 1, maxItems: 2, uniqueItems: true}", ["[a]", "[a, b]"],
         ["[]", "[a, a]", "[a, b, c]"], "c_items"),
        ("string", "required: true", ["a"], [""], "c_required"),
        ("string", "quality: [{metric: nullValues, mustBe: 0}]", ["a"], [""], "c_null_values"),
        ("string", "quality: [{rule: nullValues, mustBeLessThan: 1}]", ["a"], [""], "c_null_values"),
        ("string", "quality: [{id: told, metric: missingValues, mustBe: 0, arguments: {missingValues: [null, n/a]}}]",
         ["a"], ["", "n/a"], "told"),
        ("integer", "quality: [{metric: invalidValues, mustBe: 0, arguments: {validValues: [1, 2]}}]", ["1", "2", ""],
         ["3"], "c_invalid_values"),
    ],
)  # fmt: skip
def test_a_row_that_breaks_a_rule_is_kept_out(
    tmp_path: Path, connection: duckdb.DuckDBPyConnection, *, kind: str, more: str, good: list[str], bad: list[str],
    rule: str,
) -> None:  # fmt: skip
    told = loaded(connection, tmp_path, contract_of(tmp_path, kind, more), [*good, *bad])
    assert told == {cell: [rule] for cell in bad}


@pytest.mark.parametrize(
    ("more", "table", "good", "bad"),
    [
        ("quality: [{metric: nullValues, mustBeLessThan: 50, unit: percent, ON}]", "", ["a", "", "b"], ["a", ""]),
        ("quality: [{metric: nullValues, mustBeGreaterThan: 1, ON}]", "", ["", ""], ["", "a"]),
        ("quality: [{metric: duplicateValues, mustBeLessOrEqualTo: 1, ON}]", "", ["a", "a", ""], ["a", "a", "a"]),
        ("quality: [{metric: invalidValues, mustBeBetween: [1, 2], arguments: {validValues: [a]}, ON}]", "",
         ["a", "b"], ["a"]),
        ("quality: [{metric: missingValues, mustNotBe: 1, ON}]", "", ["a"], [""]),
        ("quality: [{type: sql, query: 'select max(length({property})) from {object}', mustBeLessThan: 3, ON}]", "",
         ["ab"], ["abc"]),
        ("quality: [{type: sql, query: 'select count(*) > 1 from ${table}', mustBe: true, ON}]", "", ["", ""], [""]),
        ("unique: true", "", ["a", "b", "", ""], ["a", "a"]),
        ("", "{metric: rowCount, mustNotBeBetween: [2, 3], ON}", ["a"], ["a", "b"]),
        ("", "{metric: rowCount, mustBeGreaterOrEqualTo: 2, ON}", ["a", "b"], ["a"]),
        ("", "{metric: duplicateValues, mustBe: 0, arguments: {properties: [c]}, ON}", ["a", ""], ["a", "a"]),
    ],
)  # fmt: skip
def test_a_broken_rule_about_the_whole_table_warns_or_leaves_nothing_of_the_load(
    tmp_path: Path, connection: duckdb.DuckDBPyConnection, *, more: str, table: str, good: list[str], bad: list[str]
) -> None:
    for action in ("warn", "rejectFile") if "ON" in more + table else ("rejectFile",):
        severity = "warning" if action == "warn" else "error"
        on = f"id: told, severity: {severity}, customProperties: [{{property: onViolation, value: {action}}}]"
        contracts = contract_of(tmp_path, "string", more.replace("ON", on), table.replace("ON", on))
        assert loaded(connect_scratch(), tmp_path, contracts, good) == {}
        if action == "warn":
            assert loaded(connect_scratch(), tmp_path, contracts, bad) == {"table": ["told"]}
    with pytest.raises(RejectedFile, match="Nothing was loaded") as caught:
        loaded(connection, tmp_path, contracts, bad)
    assert caught.value.rule_id in ("told", "c_unique")
    assert [(file.file, file.records) for file in caught.value.files] == [("thing.csv", len(bad))]
    assert connection.execute("select * from duckdb_tables() where schema_name = 'raw'").fetchall() == []


@pytest.mark.parametrize(
    ("more", "table", "words"),
    [
        ("quality: [{metric: nullValues, mustBe: 0, unit: permille}]", "", "quality[0].unit: found 'permille'"),
        ("quality: [{metric: rowCount, mustBe: 1}]", "", "rowCount is a metric of a table"),
        ("quality: [{metric: nullValues, mustBe: 0, schedule: '0 4 * * *'}]", "", "quality[0].schedule"),
        ("quality: [{metric: invalidValues, mustBe: 0, arguments: {pattern: '(?=a)'}}]", "", "cannot be matched"),
        ("quality: [{metric: invalidValues, mustBe: 0, arguments: {validValues: [1]}}]", "", "quote a text"),
        ("quality: [{type: custom, engine: soda, implementation: x}]", "", "engine: found 'soda'"),
        ("logicalTypeOptions: {format: credit-card}", "", "found 'credit-card', expected one of email"),
        ("", "{metric: rowCount, mustBe: 1, unit: percent}", "a row count is no share"),
        (
            "",
            "{metric: rowCount, mustBe: 1, customProperties: [{property: onViolation, value: quarantine}]}",
            "rejectFile",
        ),
        ("", "{metric: rowCount, mustBeBetween: [5, 2]}", "the smaller number first"),
        ("", "{type: sql, query: 'delete from {object}', mustBe: 0}", "expected one select"),
        ("", "{type: sql, query: 'select 1; select 2', mustBe: 0}", "expected one select"),
        (
            "",
            "{type: sql, query: \"select count(*) from read_csv('/etc/passwd')\", mustBe: 0}",
            "tables under contract",
        ),
        ("", "{type: sql, query: \"select count(*) from '/etc/passwd'\", mustBe: 0}", "tables under contract"),
        ("", "{type: sql, query: 'select count(*) from raw.other', mustBe: 0}", "reads raw.other"),
        ("", "{type: sql, query: \"select getenv('HOME')\", mustBe: 0}", "calls getenv"),
        ("", "{type: sql, query: 'select now() > max(c) from {object}', mustBe: true}", "depends on more than its"),
        ("", "{type: sql, query: 'select max(nothing) from {object}', mustBe: 0}", "cannot be run"),
        ("", "{type: sql, query: 'select {property} from {object}', mustBe: 0}", "stands for a column"),
    ],
)
def test_what_cannot_be_kept_is_refused_by_file_and_key(tmp_path: Path, more: str, table: str, words: str) -> None:
    with pytest.raises(GrowthError) as caught:
        load_contracts(contract_of(tmp_path, "string", more, table.replace('\\"', '"')))
    assert words in str(caught.value)
    assert "thing.odcs.yaml: schema[0]" in str(caught.value)


def test_a_row_that_rejects_its_file_ends_the_load_in_one_sentence(
    tmp_path: Path, connection: duckdb.DuckDBPyConnection
) -> None:
    contracts = contract_of(tmp_path, "integer", setting="{property: onViolation, value: rejectFile}")
    loaded(connection, tmp_path, contracts, ["1"])
    with pytest.raises(RejectedFile) as caught:
        loaded(connection, tmp_path, contracts, ["1", "2", "three"])
    assert str(caught.value).startswith("thing.csv, line 4, column c: found 'three', expected a whole number like 250")
    assert caught.value.rule_id == "c_type"
    assert connection.execute("select c from raw.thing").fetchall() == [(1,)]


def test_a_query_that_fails_is_told_as_such(tmp_path: Path, connection: duckdb.DuckDBPyConnection) -> None:
    warns = "customProperties: [{property: onViolation, value: warn}]"
    query = f"{{id: told, type: sql, query: 'select max(c::int) from {{object}}', mustBe: 1, {warns}}}"
    loaded(connection, tmp_path, contract_of(tmp_path, table=query), ["x"])
    [(failed, sample)] = connection.execute(
        "select rows_failed, sample from ledger.rule_results where rule_id = 'told'"
    ).fetchall()
    assert failed == -1
    assert "the rule could not be run" in sample


@pytest.mark.capability("R6")
@pytest.mark.parametrize(
    ("text", "words"),
    [
        (HEAD + "  # " + "x" * (5 << 20), "expected a contract of at most 4 MB"),
        ("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", "line 2: found the alias *a, expected it written out"),
        ("a: " + "[" * 100_000, "nested deeper than 40 levels"),
        ("a: !!python/object/apply:os.system ['true']\n", "could not determine a constructor"),
        ("a: !!python/name:os.system\n", "could not determine a constructor"),
        ("a: 1\na: 2\n", "key 'a' is given twice"),
        ("? [a, b]\n: 1\n", "a key must be a word"),
        ("a: 2024-13-45\n", "not a contract that can be read"),
        ("- a\n", "found list, expected a mapping"),
        ("a: [\n", "not a contract that can be read"),
    ],
)
def test_a_hostile_contract_ends_in_one_sentence(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "thing.odcs.yaml").write_text(text)
    with pytest.raises(GrowthError) as caught:
        load_contracts(tmp_path)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 600
