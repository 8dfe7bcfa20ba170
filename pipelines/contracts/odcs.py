"""Reading ODCS 3 contracts: safe YAML, the standard's own JSON schema, then the checks that the standard leaves open.

The standard has no word for some of what we need; it goes into `customProperties`, whose names are checked here too,
since a typo in one would otherwise switch a promise off in silence.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from pipelines.contracts.contract import Column, Contract, MetricRule, RowRule, SqlRule, TableRule, snake_case
from pipelines.contracts.odcs_dumps import DUMP_PROPERTIES, read_dumps, share
from pipelines.contracts.odcs_forms import with_forms
from pipelines.contracts.odcs_history import check_histories, check_past, read_archive, read_history
from pipelines.contracts.odcs_quality import ON_VIOLATION, Rule, quality_rules
from pipelines.contracts.odcs_rules import column_rules, custom_properties, reference_rules, text_form
from pipelines.contracts.odcs_sla import read_expected_hours
from pipelines.contracts.sql_rule import try_queries
from pipelines.contracts.yaml_text import contract_text, read_yaml
from pipelines.errors import GrowthError

OBJECT_PROPERTIES = frozenset(
    {
        "filePattern", "required", "modstampColumn", "createdColumn", "eventTimeColumns", "maxRejectPct", "history",
        "archive", "ownerColumns", "personName", "fieldsOf", "idPrefix", "nullValues", "blankIsFalse", "supplements",
    }
) | DUMP_PROPERTIES  # fmt: skip
COLUMN_PROPERTIES = frozenset({"knownAt", "derived", "protected", "refusal", "lasting", "happenedAt", "onViolation",
                               "idForm", "numberForm"})  # fmt: skip
RECORDS = ("lead", "account", "opportunity")
KNOWN_AT = ("at_creation", "tracked", "outcome")
REFUSAL_TYPES = ("boolean", "date", "timestamp")
PHYSICAL_OF = {
    "string": r"varchar",
    "integer": r"bigint|integer|smallint",
    "number": r"double|decimal\(\d+,\s?\d+\)",
    "boolean": r"boolean",
    "date": r"date",
    "timestamp": r"timestamp",
    "array": r".+\[\]",
}


def load_contracts(folder: Path, own: Path | None = None) -> list[Contract]:
    """Every `*.odcs.yaml` below `folder`, then below `own` where that is a folder, sorted by path, each checked alone
    and then against the others.

    Raises GrowthError naming the file and the key path of the first thing wrong.
    """
    paths = sorted(folder.rglob("*.odcs.yaml"))
    if not paths:
        raise GrowthError(f"No contracts found: {folder} holds no file ending in .odcs.yaml.")
    paths += sorted(own.rglob("*.odcs.yaml")) if own else []
    contracts = [load_contract(path) for path in paths]
    check_together(contracts)
    return contracts


def load_contract(path: Path) -> Contract:
    """One contract file as a Contract."""
    return read_contract(path, contract_text(path))


@cache
def read_contract(path: Path, text: str) -> Contract:
    """The text of a contract file as a Contract, read once per process."""
    document = read_yaml(text, path)
    spell_anew(document)
    check_standard(document, path)
    schema = document["schema"]
    if len(schema) != 1:
        raise GrowthError(f"{path}: schema: found {len(schema)} tables, expected one per contract file.")
    columns = tuple(
        read_column(prop, f"{path}: schema[0].properties[{i}]") for i, prop in enumerate(columns_of(schema))
    )
    where = f"{path}: schema[0]"
    table = schema[0].get("physicalName", "")
    if not re.fullmatch(r"[a-z]+\.[a-z][a-z0-9_]*", table):
        raise GrowthError(f"{where}.physicalName: found {table!r}, expected schema.table in lower case.")
    if schema[0].get("relationships"):
        raise GrowthError(f"{where}.relationships: expected them at the column that points to another table.")
    settings = custom_properties(schema[0], OBJECT_PROPERTIES, where)
    rules = all_rules(schema[0], table, where)
    incoming = table.startswith("raw.")
    contract = Contract(
        source=document.get("domain", ""),
        object=schema[0]["name"],
        table=table,
        required=bool(settings.get("required", False)),
        file_pattern=str(settings.get("filePattern", "")),
        columns=with_forms(columns, settings, where),
        key=key_of(columns_of(schema)),
        rules=tuple(rule for rule in rules if isinstance(rule, RowRule)),
        version=document["version"],
        owner=document.get("team", {}).get("name", ""),
        description=" ".join(schema[0].get("description", "").split()),
        table_rules=tuple(rule for rule in rules if isinstance(rule, TableRule)),
        metric_rules=tuple(rule for rule in rules if isinstance(rule, MetricRule)),
        sql_rules=tuple(rule for rule in rules if isinstance(rule, SqlRule)),
        modstamp_column=settings.get("modstampColumn"),
        created_column=settings.get("createdColumn"),
        supplements=settings.get("supplements", False) is True,
        history=read_history(settings.get("history"), where),
        archive=read_archive(settings.get("archive"), where),
        dumps=read_dumps(settings, where),
        expected_hours=read_expected_hours(document, path),
        event_time_columns=tuple(settings.get("eventTimeColumns", ())),
        max_reject_pct=share(settings, "maxRejectPct", 100, where),
        owner_columns=tuple(settings.get("ownerColumns", ())),
        person_name=str(settings.get("personName", "")),
        fields_of=str(settings.get("fieldsOf", "")),
        id_prefix=str(settings.get("idPrefix", "")),
        digest=hashlib.sha256(text.encode()).hexdigest(),
        path=path,
    )
    check_own(contract, incoming=incoming)
    return contract


def spell_anew(document: dict[str, Any]) -> None:
    """`rule`, the old spelling of `metric`: the standard's text still has it, its JSON schema not any more."""
    for table in listed(document, "schema"):
        for element in (table, *listed(table, "properties")):
            for check in listed(element, "quality"):
                if check.get("type", "library") == "library" and "metric" not in check and "rule" in check:
                    check["metric"] = check.pop("rule")


def listed(element: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """The mappings of a list that nobody has checked yet."""
    found = element.get(name)
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []


def all_rules(table: Mapping[str, Any], name: str, where: str) -> list[Rule]:
    """Every rule of a table: those of its columns in their order, then its own."""
    rules: list[Rule] = []
    for i, prop in enumerate(table.get("properties", [])):
        at = f"{where}.properties[{i}] ({prop['name']})"
        settings = custom_properties(prop, COLUMN_PROPERTIES, at)
        on_violation = settings.get("onViolation", "")
        if on_violation not in ("", *ON_VIOLATION):
            raise GrowthError(f"{at}: onViolation: found {on_violation!r}, expected one of {', '.join(ON_VIOLATION)}.")
        rules += column_rules(prop, on_violation, at)
        rules += quality_rules(prop, prop, name, at)
        rules += reference_rules(prop, at)
    return rules + quality_rules(table, None, name, where)


@cache
def standard_validator() -> Any:
    """The validator of the JSON schema that the standard's own package ships."""
    import jsonschema_rs

    schema = json.loads(resources.files("open_data_contract_standard").joinpath("schema.json").read_text("utf-8"))
    return jsonschema_rs.validator_for(schema)


def check_standard(document: dict[str, Any], path: Path) -> None:
    """Refuse what ODCS itself refuses, the deepest complaint first since it names the cause."""
    errors = list(standard_validator().iter_errors(json.loads(json.dumps(document, default=str))))
    if errors:
        error = max(errors, key=lambda e: len(e.instance_path))
        raise GrowthError(f"{path}: {key_path(error.instance_path)}: {error.message[:300]}")
    if document["apiVersion"] != "v3.1.0" or document["kind"] != "DataContract":
        raise GrowthError(f"{path}: apiVersion: found {document['apiVersion']}, expected v3.1.0 of kind DataContract.")
    if not document.get("schema"):
        raise GrowthError(f"{path}: schema: missing, expected the table that the contract describes.")


def key_path(parts: list[str | int]) -> str:
    """A place in a document as people write it: `schema[0].properties[2].name`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts).removeprefix(".")


def columns_of(schema: list[dict[str, Any]]) -> list[dict[str, Any]]:
    columns: list[dict[str, Any]] = schema[0].get("properties", [])
    return columns


def read_column(prop: Mapping[str, Any], where: str) -> Column:
    """One ODCS property as a Column."""
    settings = custom_properties(prop, COLUMN_PROPERTIES, f"{where} ({prop['name']})")
    known_at = settings.get("knownAt")
    if known_at is not None and known_at not in KNOWN_AT:
        raise GrowthError(
            f"{where} ({prop['name']}): knownAt: found {known_at!r}, expected one of {', '.join(KNOWN_AT)}."
        )
    logical, physical = prop.get("logicalType", ""), prop.get("physicalType", "").lower()
    if not re.fullmatch(PHYSICAL_OF.get(logical, "(?!)"), physical):
        raise GrowthError(f"{where} ({prop['name']}): physicalType {physical!r} does not fit logicalType {logical!r}.")
    if not prop.get("description"):
        raise GrowthError(f"{where} ({prop['name']}): description: missing, expected what the column means.")
    refusal = settings.get("refusal", False)
    if refusal not in (True, False) or (refusal and logical not in REFUSAL_TYPES):
        raise GrowthError(
            f"{where} ({prop['name']}): refusal: found {refusal!r} for logicalType {logical!r}, "
            f"expected true or false for one of {', '.join(REFUSAL_TYPES)}."
        )
    form, zone = text_form(prop, where)
    return Column(
        name=prop["name"],
        logical_type=logical,
        physical_type=physical.replace(" ", ""),
        required=bool(prop.get("required", False)),
        known_at=known_at,
        derived=bool(settings.get("derived", False)),
        protected=bool(settings.get("protected", False)),
        description=" ".join(prop["description"].split()),
        refusal=refusal,
        needed=bool(prop.get("criticalDataElement", False)),
        lasting=bool(settings.get("lasting", False)),
        id_form=settings.get("idForm"),
        number_form=settings.get("numberForm", ""),
        happened_at=settings.get("happenedAt"),
        text_format=form,
        zone=zone,
    )


def key_of(properties: list[dict[str, Any]]) -> tuple[str, ...]:
    """Names of the primary key columns in the order of primaryKeyPosition."""
    keyed = [prop for prop in properties if prop.get("primaryKey")]
    return tuple(prop["name"] for prop in sorted(keyed, key=lambda prop: int(prop.get("primaryKeyPosition", 1))))


def check_own(contract: Contract, *, incoming: bool) -> None:
    """What the standard cannot know: names that must exist, and what every contract in must say."""
    names = {column.name for column in contract.columns}
    where = f"{contract.path}: schema[0]"
    if len({name.lower() for name in names}) < len(contract.columns):
        raise GrowthError(f"{where}.properties: a column name is given twice (names are compared without case).")
    if not contract.key:
        raise GrowthError(f"{where}.properties: no column has primaryKey: true, so rows cannot be told apart.")
    times = (*((contract.modstamp_column,) if contract.modstamp_column else ()), *contract.event_time_columns)
    people = (*contract.owner_columns, *((contract.person_name,) if contract.person_name else ()))
    deleted = (contract.dumps.deleted_column,) if contract.dumps and contract.dumps.deleted_column else ()
    ruled = [rule.columns for rule in contract.rules] + [rule.columns for rule in contract.metric_rules]
    for name in (*times, *people, *deleted, *(name for columns in ruled for name in columns)):
        if name not in names:
            raise GrowthError(
                f"{where}: a rule or setting names the column {name!r}, which the contract does not have."
            )
    for name in times:
        column = contract.column(name)
        if column is None or column.logical_type != "timestamp":
            raise GrowthError(f"{where}.customProperties: {name} must be a timestamp to say when a row changed.")
    check_past(contract, where)
    ids = [rule.rule_id for rule in contract.rules] + [rule.rule_id for rule in contract.whole_rules]
    for rule_id in ids:
        if ids.count(rule_id) > 1:
            raise GrowthError(f"{where}.quality: the rule id {rule_id!r} is given twice.")
    if incoming:
        check_incoming(contract, where)


def check_incoming(contract: Contract, where: str) -> None:
    """A contract for extracts must say which files it is for and when each column becomes known."""
    try:
        re.compile(contract.file_pattern)
    except re.error as error:
        raise GrowthError(f"{where}.customProperties: filePattern is not a regular expression: {error}.") from error
    if not contract.file_pattern:
        raise GrowthError(f"{where}.customProperties: filePattern: missing, expected which files hold this object.")
    if contract.table != f"raw.{snake_case(contract.object)}":
        raise GrowthError(f"{where}.physicalName: found {contract.table}, expected raw.{snake_case(contract.object)}.")
    if contract.fields_of and (contract.fields_of not in RECORDS or len(contract.key) != 1):
        raise GrowthError(
            f"{where}.customProperties: fieldsOf: found {contract.fields_of!r} with the key {', '.join(contract.key)}; "
            f"expected one of {', '.join(RECORDS)} and a key of one column."
        )
    if contract.id_prefix and not contract.fields_of:
        raise GrowthError(f"{where}.customProperties: idPrefix: found without fieldsOf; write both or none.")
    for column in contract.columns:
        if column.known_at is None:
            raise GrowthError(
                f"{where}.properties ({column.name}): knownAt: missing, expected one of {', '.join(KNOWN_AT)}."
            )


def check_together(contracts: list[Contract]) -> None:
    """Tables are described once, references and histories point to tables and columns that have a contract."""
    check_histories(contracts)
    by_object = {contract.object: contract for contract in contracts}
    tables = [contract.table for contract in contracts]
    for contract in contracts:
        if tables.count(contract.table) > 1:
            raise GrowthError(f"{contract.path}: {contract.table} has more than one contract.")
        for rule in contract.rules:
            for target, column in rule.targets:
                if target not in by_object or by_object[target].column(column) is None:
                    raise GrowthError(
                        f"{contract.path}: relationships of {rule.columns[0]}: no contract describes {target}.{column}."
                    )
    try_queries(contracts)
