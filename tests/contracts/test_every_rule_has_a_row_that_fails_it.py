"""Every rule of every contract is broken once, by rows made from the contract itself, and told by its own name alone.

A new rule that nothing can break, or that breaks together with another one, fails here without a line of its own.
"""

import csv
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from pipelines.contracts import Contract, check_table, judge_whole, load_contracts
from pipelines.contracts.contract import MetricRule, RowRule, WholeRule
from pipelines.errors import GrowthError
from pipelines.home import PROJECT_ROOT
from pipelines.intake import load_extracts
from pipelines.intake.rules.rejected import RejectedFile
from pipelines.warehouse import connect_scratch, quoted_name
from tests.contracts.rows_of_contracts import Row, breaking, failing_rows, valid_row

CONTRACTS = load_contracts(PROJECT_ROOT / "data_contracts")
# however many rows are refused here, their files are taken, and each is named after its object
INCOMING = [
    replace(contract, max_reject_pct=100, file_pattern=contract.object)
    for contract in CONTRACTS
    if contract.table.startswith("raw.")
]
PUBLISHED = [contract for contract in CONTRACTS if contract.table.startswith("marts.")]
KEYS = {
    (contract.object, contract.key[0]): valid_row(contract, 0, {})[contract.key[0]] for contract in INCOMING
}  # what a reference may point to: row 0 of every object
SPARE = 500  # from this row on an object's rows are there only for keys to point to


def targets_of_key(contract: Contract) -> set[str]:
    """The objects to which the whole key of the contract points; none where a column of the key is its own."""
    targets = {rule.columns[0]: rule.targets[0][0] for rule in contract.rules if rule.kind == "reference"}
    return {targets[name] for name in contract.key} if set(contract.key) <= targets.keys() else set()


POINTED = set().union(*(targets_of_key(contract) for contract in INCOMING))
SPARE_ROWS = {
    (contract.object, number): valid_row(contract, SPARE + number, KEYS)
    for contract in INCOMING
    if contract.object in POINTED
    for number in range(1, 1 + max(len(other.rules) for other in INCOMING if targets_of_key(other)))
}


def parents_of(contract: Contract, number: int) -> dict[tuple[str, str], str]:
    """What row `number` points to: where its whole key does, a row of its own, since a sound row of the same key would
    answer for it."""
    keys = {one.object: one.key[0] for one in INCOMING if one.object in targets_of_key(contract)}
    return KEYS | {(name, key): SPARE_ROWS[name, number][key] for name, key in keys.items()}


def failing(contract: Contract, rule: RowRule, number: int) -> Row:
    """Row `number` of the contract, with this rule broken."""
    given = failing_rows(contract).get(rule.rule_id)
    return valid_row(contract, number, parents_of(contract, number)) | (given or breaking(rule, contract, number))


def write(folder: Path, contract: Contract, rows: Iterable[Row]) -> None:
    folder.mkdir(exist_ok=True)
    with (folder / f"{contract.object}.csv").open("w", newline="", encoding="utf-8") as sink:
        writer = csv.DictWriter(sink, [column.name for column in contract.columns])
        writer.writeheader()
        writer.writerows(rows)


@pytest.mark.capability("E5")
def test_every_rule_about_rows_is_told_by_its_own_name_alone(tmp_path: Path) -> None:
    expected: dict[tuple[str, int], str] = {}
    for contract in INCOMING:
        soft = [rule for rule in contract.rules if not rule.rejects_file]
        rows = [failing(contract, rule, number) for number, rule in enumerate(soft, start=1)]
        spare = [row for (name, _), row in SPARE_ROWS.items() if name == contract.object]
        write(tmp_path, contract, [valid_row(contract, 0, KEYS), *rows, *spare])
        expected |= {(contract.object, number + 2): rule.rule_id for number, rule in enumerate(soft, start=1)}
    con = connect_scratch()
    load_extracts(con, tmp_path, INCOMING, "load-1")
    found = con.execute("select object, line, violated_rules from quarantine.rows").fetchall()
    for contract in INCOMING:
        flagged = f"select '{contract.object}', _line, _warned_rules from {contract.table} where _warned_rules <> []"
        found += con.execute(flagged.replace(".", '."').replace(" where", '" where')).fetchall()
    assert {(name, line): rules for name, line, rules in found} == {at: [rule] for at, rule in expected.items()}


@pytest.mark.parametrize("rule_id", [f"{c.object}.{r.rule_id}" for c in INCOMING for r in c.rules if r.rejects_file])
def test_every_rule_that_rejects_a_file_does_so_by_its_own_name(tmp_path: Path, rule_id: str) -> None:
    contract = next(contract for contract in INCOMING if contract.object == rule_id.split(".", maxsplit=1)[0])
    rule = next(rule for rule in contract.rules if rule.rule_id == rule_id.split(".")[1])
    write(tmp_path, contract, [valid_row(contract, 0, KEYS), failing(contract, rule, 1)])
    with pytest.raises(RejectedFile) as caught:
        load_extracts(connect_scratch(), tmp_path, [contract], "load-1")
    assert caught.value.rule_id == rule.rule_id


WHOLE = [(contract, rule) for contract in INCOMING for rule in contract.whole_rules]


@pytest.mark.parametrize(("contract", "rule"), WHOLE, ids=[f"{c.object}.{r.rule_id}" for c, r in WHOLE])
def test_every_rule_about_a_whole_table_is_told_by_its_own_name(
    tmp_path: Path, contract: Contract, rule: WholeRule
) -> None:
    contracts = [c for c in INCOMING if c.required or c is contract]
    for other in contracts:
        write(tmp_path, other, [valid_row(other, 0, KEYS)])
    write(tmp_path, contract, failing_table(contract, rule))
    con = connect_scratch()
    if rule.severity == "error":
        with pytest.raises(RejectedFile) as caught:
            load_extracts(con, tmp_path, contracts, "load-1")
        assert caught.value.rule_id == rule.rule_id
    else:
        load_extracts(con, tmp_path, contracts, "load-1")
        rows = con.execute("select rule_id from ledger.rule_results where kind = 'table' and rows_failed <> 0")
        assert rows.fetchall() == [(rule.rule_id,)]


def failing_table(contract: Contract, rule: WholeRule) -> list[Row]:
    """Rows of which the table is made that breaks the rule: with a row as given, or as many as the metric forbids."""
    if given := failing_rows(contract).get(rule.rule_id):
        return [valid_row(contract, 0, KEYS) | given]
    assert isinstance(rule, MetricRule), f"{contract.path.name}: {rule.rule_id} needs a failingRow"
    refused = next(r for r in contract.rules if r.severity == "error" and not r.rejects_file)
    for counted in range(200):
        if rule.metric == "rowCount" and not rule.comparison.holds(counted):
            kept = [valid_row(contract, number, KEYS) for number in range(counted)]
            return [*kept, failing(contract, refused, counted)]  # a file of no rows at all is refused before
        rows = [valid_row(contract, number, KEYS) for number in range(200)]
        if rule.metric != "rowCount" and not rule.comparison.holds(
            counted / (2 if rule.comparison.unit == "percent" else 1)
        ):
            twin = breaking(rule.counted, contract, 0) if rule.counted else dict.fromkeys(rule.columns, "1")
            return [row | twin for row in rows[: counted + 1]] + rows[counted + 1 :]
    raise AssertionError(f"{contract.path.name}: {rule.rule_id} forbids no number of rows up to 200")


@pytest.mark.parametrize("contract", PUBLISHED, ids=[contract.object for contract in PUBLISHED])
def test_every_rule_of_a_contract_out_is_told_by_its_own_name_alone(
    contract: Contract, connection: duckdb.DuckDBPyConnection
) -> None:
    rules = [rule for rule in contract.rules if rule.kind not in ("type", "reference")]
    columns = ", ".join(f"{quoted_name(column.name)} {column.physical_type}" for column in contract.columns)
    connection.execute(f"create table warehouse.{contract.table} ({columns})")
    rows = [valid_row(contract, 0, {})] + [failing(contract, rule, n) for n, rule in enumerate(rules, start=1)]
    for row in rows:
        marks = ", ".join("nullif(?, '')" for _ in contract.columns)
        values = [row[column.name] for column in contract.columns]
        connection.execute(f"insert into warehouse.{contract.table} select {marks}", values)
    found = {result.rule_id: result.rows_failed for result in check_table(connection, contract)}
    empty_keys = sum(rule.kind == "required" and rule.columns[0] in contract.key for rule in rules)
    assert found == {"shape": 0, "key_unique": empty_keys if len(contract.key) == 1 else 0} | dict.fromkeys(
        (rule.rule_id for rule in rules), 1
    )
    connection.execute(f"insert into warehouse.{contract.table} select * from {contract.table} limit 1")
    assert {r.rule_id for r in check_table(connection, contract) if not r.passed} - {"key_unique"} <= set(found)


def test_a_rule_that_nothing_can_break_would_be_noticed(tmp_path: Path) -> None:
    rule = RowRule("anything_goes", "pattern", ("Name",), "error", "Anything.", pattern=".*")
    account = next(contract for contract in INCOMING if contract.object == "Account")
    with pytest.raises(AssertionError, match="nothing found that breaks anything_goes"):
        failing(account, rule, 1)
    assert judge_whole(connect_scratch(), []) == []
    assert issubclass(RejectedFile, GrowthError)
