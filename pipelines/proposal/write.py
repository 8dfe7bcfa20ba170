"""The proposal as files: a contract in YAML, a staging file in SQL, and the lines that say what to check."""

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from pipelines.contracts.contract import snake_case
from pipelines.errors import GrowthError
from pipelines.intake.forms.files import object_name, stem_of
from pipelines.proposal.meaning import REFUSALS, TYPES, feeds, meanings, plain
from pipelines.proposal.profile import Profile, Seen
from pipelines.warehouse import quoted_name, quoted_text

IDS = ("id", "key", "uuid", "guid", "number", "no", "email", "e_mail", "mail")


@dataclass(frozen=True)
class Proposal:
    """What will be written, and what a person should look at."""

    contract: str
    staging: str
    table: str
    lines: tuple[str, ...]


def propose(path: Path, seen: Profile, source: str, name: str) -> Proposal:
    """The proposal for a file that was looked at. Raises GrowthError where no column tells its rows apart."""
    stem = object_name(stem_of(path.name))
    key = key_of(seen, path)
    target = feeds(seen.columns)
    means = meanings(target, seen.columns) if target else {}
    times = [means[one].name for one in ("created_at", "modified_at") if one in means]
    columns = [
        replace(one, logical_type="timestamp", physical_type="timestamp") if one.name in times else one
        for one in seen.columns
    ]
    document = contract_document(columns, seen, (source, name, stem), key, means)
    text = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=110)
    staging = staging_text(name, key, target, means) if target else ""
    return Proposal(text, staging, target, tuple(remarks(seen, key, target, means)))


def key_of(seen: Profile, path: Path) -> Seen:
    """The column that is filled and different in every row, one that is called like a key first."""
    fitting = [one for one in seen.columns if one.filled == one.distinct == seen.rows]
    if not fitting:
        raise GrowthError(
            f"{path}: no column is filled and different in every row, so its rows cannot be told apart; "
            "add a column with a number or an id."
        )
    return min(fitting, key=lambda one: not any(plain(one.name).split("_")[-1] == word for word in IDS))


def contract_document(
    columns: list[Seen], seen: Profile, names: tuple[str, str, str], key: Seen, means: dict[str, Seen]
) -> dict[str, Any]:
    """The ODCS document as plain values; `names` are those of the source, the object, and the files' stem."""
    source, name, stem = names
    times = [means[one].name for one in ("modified_at", "created_at") if one in means]
    settings = [("filePattern", f"{re.escape(stem)}([_-][0-9]+)*"), ("required", False)]
    settings += [("modstampColumn", means["modified_at"].name)] if "modified_at" in means else []
    settings += [("eventTimeColumns", times)] if times else []
    settings += [("maxRejectPct", 50)]
    words = f"Rows of {stem}; proposed from {seen.rows} rows, not yet confirmed by anybody."
    properties = [column_document(one, seen, one.name == key.name, means) for one in columns]
    return {
        "apiVersion": "v3.1.0", "kind": "DataContract", "id": f"{source}-{name}".replace("_", "-"), "name": name,
        "version": "0.1.0", "status": "draft", "domain": source, "description": {"purpose": words},
        "schema": [{
            "name": name, "physicalName": f"raw.{snake_case(name)}", "logicalType": "object", "physicalType": "table",
            "description": words, "dataGranularityDescription": f"one row per {key.name}",
            "customProperties": [{"property": one, "value": value} for one, value in settings],
            "properties": properties,
        }],
    }  # fmt: skip


def column_document(one: Seen, seen: Profile, is_key: bool, means: dict[str, Seen]) -> dict[str, Any]:
    """One column. When its value became known cannot be seen in one file: only its key and its creation are sure."""
    meaning = next((canonical for canonical, column in means.items() if column.name == one.name), "")
    known = "at_creation" if is_key or meaning == "created_at" else "tracked"
    unsure = (
        "" if known == "at_creation" else " When it became known cannot be seen in one file: it counts as changing."
    )
    document: dict[str, Any] = {
        "name": one.name,
        "description": f"{meaning.replace('_', ' ').capitalize() or 'Not recognised by its name'}.{unsure}",
        "logicalType": one.logical_type,
        "physicalType": one.physical_type,
    }
    if is_key:
        document |= {"primaryKey": True, "primaryKeyPosition": 1}
    if is_key or meaning == "modified_at":
        document["required"] = True
    if one.text_format:
        document["logicalTypeOptions"] = {"format": one.text_format}
    document["customProperties"] = [{"property": "knownAt", "value": known}]
    if meaning in REFUSALS:
        document["customProperties"].append({"property": "refusal", "value": True})
    if one.values:
        document["quality"] = [{
            "id": f"{snake_case(one.name)}_allowed", "description": "Only values that were there before.",
            "metric": "invalidValues", "arguments": {"validValues": list(one.values)}, "mustBe": 0,
            "dimension": "conformity", "severity": "warning",
            "customProperties": [{"property": "onViolation", "value": "warn"}],
        }]  # fmt: skip
    return document


def staging_text(name: str, key: Seen, target: str, means: dict[str, Seen]) -> str:
    """The select that brings the file's rows into the canonical table; ids begin with the object's name."""
    own = target.removesuffix("s") + "_id"
    lines = [f"{quoted_text(name + ':')} || cast({quoted_name(key.name)} as varchar) as {own}"]
    for canonical, column in means.items():
        cell = quoted_name(column.name)
        wanted = TYPES.get(canonical, "")
        cast = f"cast({cell} as {wanted})" if wanted else f"nullif(trim(cast({cell} as varchar)), '')"
        lines.append(f"{cast} as {canonical}")
        if canonical == "email":
            lines += [f"email_normal({cell}) as email_normal", f"email_domain({cell}) as email_domain"]
    if target == "leads" and "full_name" not in means and {"first_name", "last_name"} & means.keys():
        parts = [f"coalesce({quoted_name(means[one].name)}, '')" for one in ("first_name", "last_name") if one in means]
        lines.append(f"nullif(trim({' || chr(32) || '.join(parts)}), '') as full_name".replace("chr(32)", "' '"))
    lines += ["false as is_converted"] if target == "leads" else ["false as is_person_account"]
    lines.append("false as is_deleted")
    body = "".join(f"    {line},\n" for line in lines)
    return (
        f"-- One row per {target.removesuffix('s')} of {snake_case(name)}\n-- key: {own}\n-- feeds: staging.{target}\n"
        f"select\n{body}from raw.{snake_case(name)}\n"
    )


def remarks(seen: Profile, key: Seen, target: str, means: dict[str, Seen]) -> list[str]:
    """What a person should check, most important first."""
    lines = [f"Key: {key.name} (filled and different in all {seen.rows:,} rows that were read)."]
    found = ", ".join(f"{column.name} -> {canonical}" for canonical, column in means.items())
    lines.append(f"Feeds staging.{target}: {found}." if target else "Feeds no table: loaded and checked, read by none.")
    if target and not any(one in means for one in ("created_at", "modified_at")):
        lines.append("No column says when a row came about: its rows have no age, and no as-of moment comes from them.")
    if target == "leads" and REFUSALS[0] not in means:
        lines.append("No opt-out column was recognised: whether e-mail is allowed stays unknown.")
    lines += [
        f"{one.name}: read as {one.text_format}; day and month could be the other way round."
        for one in seen.columns
        if one.is_ambiguous
    ]
    if seen.left_out:
        lines.append(f"{len(seen.left_out):,} columns are not described; they are loaded as text.")
    return [*lines, "knownAt is `tracked` for what may change later; say `at_creation` where it never does."]
