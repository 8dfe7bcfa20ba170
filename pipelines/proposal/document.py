"""The contract's text: an ODCS document of what the cells of a file have in common. Rules of which one file cannot be
sure warn; only what a table needs to work (its key, readable cells) keeps a row out."""

import re
from collections.abc import Mapping
from typing import Any

from pipelines.contracts.contract import snake_case
from pipelines.intake.forms.files import object_name
from pipelines.proposal.findings import REFUSALS, Findings
from pipelines.proposal.profile import Seen
from pipelines.proposal.vocabulary import plain, vocabulary

MANY = 50
"""Rows from which on what holds for all of them is proposed as a rule."""
PATTERNS = {
    "email": r"[^\s@]+@[^\s@.]+(\.[^\s@.]+)+",
    "uuid": "[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}",
    "record id": "[A-Za-z0-9]{15}([A-Za-z0-9]{3})?",
    "hex": "[0-9a-f]{24}([0-9a-f]{8})?",
}


def contract_document(found: Findings) -> dict[str, Any]:
    """The ODCS document as plain values."""
    source, name, stem = found.names
    means, rows = found.means.columns, found.seen.rows
    settings: list[tuple[str, Any]] = [
        ("filePattern", f"{re.escape(object_name(stem))}([_-][0-9]+)*"),
        ("required", False),
    ]
    settings += [("modstampColumn", means["modified_at"].name)] if "modified_at" in means else []
    settings += [("createdColumn", means["created_at"].name)] if "created_at" in means else []
    settings += [("eventTimeColumns", found.times)] if found.times else []
    nothing = sorted({word for one in found.seen.columns for word in one.null_words})
    settings += [("nullValues", nothing)] if nothing else []
    settings += [("maxRejectPct", 50)]
    words = f"Rows of {object_name(stem)}; proposed from {rows} rows, not yet confirmed by anybody."
    document: dict[str, Any] = {
        "apiVersion": "v3.1.0", "kind": "DataContract", "id": f"{source}-{name}".replace("_", "-"), "name": name,
        "version": "0.1.0", "status": "draft", "domain": source, "description": {"purpose": words},
    }  # fmt: skip
    if found.gap_days and found.times:
        promises = (("frequency", found.gap_days), ("latency", 1))
        document["slaProperties"] = [{"property": one, "value": value, "unit": "d"} for one, value in promises]
    document["schema"] = [{
        "name": name, "physicalName": f"raw.{snake_case(name)}", "logicalType": "object", "physicalType": "table",
        "description": words, "dataGranularityDescription": f"one row per {' and '.join(found.key)}",
        "customProperties": [{"property": one, "value": value} for one, value in settings],
        "properties": [column_document(one, found) for one in found.seen.columns],
    }]  # fmt: skip
    return document


def column_document(one: Seen, found: Findings) -> dict[str, Any]:
    """One column: type and form, rules that every row of the file keeps, when its value became known."""
    is_key, meaning = one.name in found.key, found.means.of(one)
    known = known_at(one, found)
    unsure = " When it became known cannot be seen in one file: it counts as changing." if known == "tracked" else ""
    told = meaning.replace("_", " ").capitalize() or "Not recognised by its name"
    document: dict[str, Any] = {
        "name": one.name,
        "description": f"{told}.{unsure}",
        "logicalType": one.logical_type,
        "physicalType": one.physical_type,
    }
    if is_key:
        document |= {"primaryKey": True, "primaryKeyPosition": found.key.index(one.name) + 1}
    if is_key or (meaning == "modified_at" and one.filled == found.seen.rows):
        document["required"] = True
    if one.text_format:
        document["logicalTypeOptions"] = {"format": one.text_format}
    document["customProperties"] = [{"property": name, "value": value} for name, value in marks(one, found, known)]
    rules = quality(one, found, is_key=is_key)
    if rules:
        document["quality"] = rules
    reference = next((known for known in found.known.values() if known and known.column.name == one.name), None)
    if reference and reference.targets:
        document["relationships"] = [{"type": "foreignKey", "to": target} for target in reference.targets]
    return document


def known_at(one: Seen, found: Findings) -> str:
    """Only a row's key and its creation are sure, and all of a row that tells an event; outcomes go by their name."""
    said = plain(one.name)
    if found.means.of(one) in vocabulary().sets["outcomes"] or said in vocabulary().sets["outcomes"]:
        return "outcome"
    is_steady = found.means.table is not None and found.means.table.is_steady
    return "at_creation" if one.name in found.key or found.means.of(one) == "created_at" or is_steady else "tracked"


def marks(one: Seen, found: Findings, known: str) -> list[tuple[str, Any]]:
    """The settings of a column that the standard has no words for."""
    settings: list[tuple[str, Any]] = [("knownAt", known)]
    if found.means.of(one) in REFUSALS and one.logical_type == "boolean":
        settings.append(("refusal", True))
    if is_protected(one):
        settings.append(("protected", True))
    if one.prefixes and set(one.prefixes) <= vocabulary().prefixes.keys():
        settings.append(("idForm", "case_safe"))
    if one.number_form:
        settings.append(("numberForm", one.number_form))
    return settings


def is_protected(one: Seen) -> bool:
    """Whether a column says what a person is: by its name, with or without what stands before it."""
    words = plain(one.name).split("_")
    names = {"_".join(words[i:j]) for i in range(len(words)) for j in range(i + 1, len(words) + 1)}
    return bool(names & vocabulary().sets["protected"])


def quality(one: Seen, found: Findings, *, is_key: bool) -> list[dict[str, Any]]:
    """Rules that warn: values that were not there before, another form, out of range, blank where none was."""
    rows, snake = found.seen.rows, plain(one.name) or "column"
    words = set(plain(one.name).split("_"))
    number = f"{found.seen.columns.index(one) + 1}_{snake}"  # two columns may be called alike but for their marks
    rules: list[dict[str, Any]] = []
    if one.values:
        rules.append(
            invalid(f"c{number}_allowed", "Only values that were there before.", {"validValues": list(one.values)})
        )
    forms = [form for form in one.forms if form != "record id" or set(one.prefixes) <= vocabulary().prefixes.keys()]
    form = next((form for form in PATTERNS if form in forms), "")
    if form and one.logical_type == "string":
        rules.append(
            invalid(f"c{number}_form", f"Has the form that every value had: {form}.", {"pattern": PATTERNS[form]})
        )
    said = {plain(one.name), found.means.of(one)} | words
    if one.low is not None and one.high is not None:
        if said & vocabulary().sets["shares"] and one.low >= 0 and one.high <= 100:
            rules.append(invalid(f"c{number}_range", "A share between 0 and 100.", {"minimum": 0, "maximum": 100}))
        elif said & vocabulary().sets["counts"] and one.low >= 0:
            rules.append(invalid(f"c{number}_range", "Never below zero.", {"minimum": 0}))
    if rows >= MANY and one.filled == rows and not is_key and one.logical_type != "boolean":
        rules.append({"id": f"c{number}_filled", "description": "Filled in every row that was looked at.",
                      "metric": "nullValues", "mustBe": 0, "dimension": "completeness"} | warns())  # fmt: skip
    named = bool(words & vocabulary().sets["names"])
    if rows >= MANY and one.distinct == rows and not is_key and (named or one.forms):
        rules.append({"id": f"c{number}_unique", "description": "Different in every row that was looked at.",
                      "metric": "duplicateValues", "mustBe": 0, "dimension": "uniqueness"} | warns())  # fmt: skip
    return rules


def warns() -> dict[str, Any]:
    """A finding beside the row, which stays (a new value each time: a value that YAML sees twice becomes an alias)."""
    return {"severity": "warning", "customProperties": [{"property": "onViolation", "value": "warn"}]}


def invalid(rule_id: str, description: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": rule_id, "description": description, "metric": "invalidValues", "arguments": dict(arguments), "mustBe": 0,
        "dimension": "conformity",
    } | warns()  # fmt: skip
