"""The staging file: a select that brings a file's rows into a canonical table."""

from collections.abc import Mapping

from pipelines.contracts.contract import snake_case
from pipelines.proposal.findings import Findings
from pipelines.proposal.profile import Seen
from pipelines.proposal.references import Reference
from pipelines.proposal.vocabulary import Table, plain
from pipelines.warehouse import quoted_name, quoted_text

PEOPLE = """with

people as (
    select email_normal, min(contact_id) as contact_id, min(lead_id) as lead_id
    from (
        select email_normal, contact_id, cast(null as varchar) as lead_id
        from staging.contacts
        where not is_deleted
        union all
        select email_normal, cast(null as varchar) as contact_id, lead_id
        from staging.leads
        where not is_deleted
    ) as records
    where email_normal is not null
    group by email_normal
)

"""
WON, LOST = ("won", "gewonnen"), ("lost", "closed", "verloren", "abgeschlossen")
DONE = "'completed', 'complete', 'done', 'closed', 'held', 'erledigt', 'abgeschlossen'"
FIRST_TIMES = (
    "created_at",
    "occurred_at",
    "completed_at",
    "start_at",
    "activity_on",
    "first_responded_on",
    "modified_at",
)
SPACED = " || ' ' || "
CALLED = {"call": "Call", "calls": "Call", "anrufe": "Call", "email": "Email", "emails": "Email", "mails": "Email"}
TIED = ("lead_id", "contact_id", "who_id")


def staging_text(found: Findings, table: Table) -> str:
    """The text of the file."""
    _, name, _ = found.names
    lines = columns_of(found, table)
    is_linked = links_by_address(found, table)
    body = "".join(f"    {expression} as {column},\n" for column, expression in lines.items())
    own_key = "domain, source, fetched_at" if table.name == "firmographics" else table.own_id
    text = (
        f"-- One row per {table.unit.replace('_', ' ')} of {snake_case(name)}\n-- key: {own_key}\n"
        f"-- feeds: staging.{table.name}\n{PEOPLE if is_linked else ''}select\n{body}"
        f"from raw.{snake_case(name)} as own\n"
    )
    if is_linked:
        text += f"left join people on email_normal({cell(found.means.columns['email'])}) = people.email_normal\n"
    if table.name == "firmographics":
        apart = ", ".join(lines[column] for column in own_key.split(", "))
        order = ", ".join(cell_name(column) for column in found.key)
        text += f"qualify row_number() over (partition by {apart} order by {order}) = 1\n"
    return text


def links_by_address(found: Findings, table: Table) -> bool:
    """Whether the people of the rows are found by their addresses: no id says who they are."""
    has_people = bool({"who_id", "contact_id"} & table.types.keys()) and "email" not in table.types
    return has_people and "email" in found.means.columns and not any(found.known.get(one) for one in TIED)


def columns_of(found: Findings, table: Table) -> dict[str, str]:
    """Canonical column -> SQL, in the order in which the table declares them."""
    means, name = found.means.columns, found.names[1]
    lines = {column: str(value) for column, value in table.fixed.items()}
    for canonical, column in means.items():
        if canonical in found.known:
            if reference := found.known[canonical]:
                lines[canonical] = named_record(reference)
        elif canonical in table.types and canonical != table.own_id:
            lines[canonical] = value_of(column, table.types[canonical], canonical)
    if "email" in means and "email_normal" in table.types:
        lines["email_normal"] = f"email_normal({cell(means['email'])})"
        if "email_domain" in table.types:
            lines["email_domain"] = f"email_domain({cell(means['email'])})"
    if links_by_address(found, table):
        lines |= {"who_id": "coalesce(people.contact_id, people.lead_id)"} if "who_id" in table.types else {
            "contact_id": "people.contact_id",
            "lead_id": "case when people.contact_id is null then people.lead_id end",
        }  # fmt: skip
    if found.consent and "has_opted_out_of_email" in table.types:
        lines["has_opted_out_of_email"] = f"not {value_of(found.consent, 'boolean', '')}"
    if "domain" not in table.types:
        parts = [f"cast({cell_name(column)} as varchar)" for column in found.key]
        lines[table.own_id] = f"{quoted_text(name + ':')} || " + " || '|' || ".join(parts)
    lines |= usual(found, table, lines)
    return {column: lines[column] for column in table.types if column in lines}


def usual(found: Findings, table: Table, lines: Mapping[str, str]) -> dict[str, str]:
    """What a table needs that the file does not say outright."""
    more: dict[str, str] = {}
    means = found.means.columns
    parts = [f"coalesce({lines[one]}, '')" for one in ("first_name", "last_name") if one in lines]
    if "full_name" in table.types and "full_name" not in lines and parts:
        more["full_name"] = f"nullif(trim({SPACED.join(parts)}), '')"
    times = [means[one] for one in FIRST_TIMES if one in means]
    if "created_at" in table.types and "created_at" not in lines:  # else the date that the file's name bears
        more["created_at"] = value_of(times[0], "timestamp", "") if times else "own._extracted_at"
    created = lines.get("created_at", more.get("created_at"))
    if "modified_at" in table.types and "modified_at" not in lines and created:
        more["modified_at"] = created
    if table.name == "tasks":
        more |= tasks(found.names[2], lines)
    if table.name == "events" and "event_type" not in lines:
        more["event_type"] = "'Meeting'"
    if table.name == "opportunities" and "stage" in lines:
        more |= {one: sql for one, sql in ends(lines["stage"]).items() if one not in lines}
    if table.name == "firmographics" and "source" not in lines:
        more["source"] = quoted_text(found.names[1])
    if "is_converted" in means and "is_converted" in lines:
        more["is_converted"] = f"coalesce({lines['is_converted']}, false)"
    return more


def ends(stage: str) -> dict[str, str]:
    """Won and closed, by the words of the stage."""
    won, lost = (" or ".join(f"contains(lower({stage}), '{word}')" for word in words) for words in (WON, LOST))
    return {"is_won": won, "is_closed": f"{won} or {lost}"}


def tasks(stem: str, found: Mapping[str, str]) -> dict[str, str]:
    """A call or mail that is logged took place, unless a status says something else."""
    more: dict[str, str] = {}
    if "is_closed" not in found:
        more["is_closed"] = f"lower({found['status']}) in ({DONE})" if "status" in found else "true"
    kinds = [CALLED[word] for word in plain(stem).split("_") if word in CALLED]
    if "task_type" not in found and kinds:
        more["task_type"] = quoted_text(kinds[0])
    return more


def cell_name(name: str) -> str:
    return f"own.{quoted_name(name)}"


def cell(column: Seen) -> str:
    return cell_name(column.name)


def named_record(reference: Reference) -> str:
    """The id of a record as staging knows it."""
    value = f"nullif(trim(cast({cell(reference.column)} as varchar)), '')"
    return f"{quoted_text(reference.prefix)} || {value}" if reference.prefix else value


def value_of(column: Seen, kind: str, canonical: str) -> str:
    """SQL for a column's value as the canonical column's type."""
    wanted, name = kind.lower(), cell(column)
    if wanted == "varchar":
        text = f"nullif(trim(cast({name} as varchar)), '')"
        if canonical == "domain":
            return f"coalesce(website_domain({name}), lower(trim({name})))"
        return f"lower({text})" if canonical in ("website", "event_type", "form_type", "user_agent") else text
    if wanted == "boolean" and column.logical_type == "integer":
        return f"{name} = 1"
    if wanted == "bigint" and column.logical_type == "number":
        return f"round_int({name})"
    if column.physical_type == wanted.replace(" ", ""):
        return name
    return f"cast({name} as {wanted.replace(',', ', ')})"
