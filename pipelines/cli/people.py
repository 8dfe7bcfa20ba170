"""`growth timeline` and `growth why`: one person or account, what happened and why it stands where it stands."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from pipelines.cli import audit
from pipelines.cli.options import MomentType, home_option, json_option, limit_option
from pipelines.cli.provenance import rows_behind
from pipelines.cli.published import has_table, opened, published, query
from pipelines.cli.show import Rows, plain, show_json, show_table
from pipelines.errors import GrowthError
from pipelines.home import Home

if TYPE_CHECKING:
    import duckdb

TOUCHES = """
select
    touches.occurred_at, touches.channel, touches.kind, touches.direction, touches.actor, touches.subject,
    campaigns.campaign_name, people.full_name as person_name, touches.person_id, touches.account_id,
    touches.is_weak, touches.is_machine, touches.source,
from core.touches as touches
left join core.campaigns as campaigns on touches.campaign_id = campaigns.campaign_id
left join core.people as people on touches.person_id = people.person_id
where {condition}
order by touches.occurred_at desc, touches.touch_id
limit {limit}
"""
TOUCH_IDS = "select touch_id from core.touches as touches where {condition} order by occurred_at desc limit 10"
ACCOUNT_ROW = "select * from marts.target_accounts where account_id = ?"
DEAL_ROW = """
select * from scores.deal_ranking
where opportunity_id = $id or (length($id) = 15 and left(opportunity_id, 15) = $id)
"""
PERSON_ROWS = """
select * from marts.lead_queue
where lead_id in (select record_id from core.person_records where person_id = $person)
    or contact_id in (select record_id from core.person_records where person_id = $person)
order by rank
"""
SHOWN = ("rank", "tier", "score_source", "fit_score", "fit_lift", "fit_probability", "conversion_probability",
         "fit_points", "engagement_points", "engagement_score", "model_version", "queue_reason", "next_action",
         "win_probability", "win_lift", "crm_probability", "stage", "amount", "currency", "expected_amount", "close_on",
         "owner_name", "reasons", "change_reason", "scored_at")  # fmt: skip
NO_TOUCH = "nothing has passed between the house and this record"


@dataclass(frozen=True)
class Subject:
    """What an id names: a lead, a contact, an account or an open opportunity, with its person if it is one.

    `asked` tells what was asked for where another record answers: an opportunity's account, a merge's survivor.
    `account_id` is that of an open opportunity.
    """

    kind: str
    record_id: str
    person_id: str | None
    name: str
    asked: str = ""
    account_id: str | None = None

    @property
    def title(self) -> str:
        """The subject in words."""
        return f"{self.name} ({self.kind} {self.record_id}{self.asked})"

    @property
    def touches(self) -> tuple[str, str]:
        """The condition on `core.touches` and its value."""
        if self.person_id is not None:
            return "touches.person_id = ?", self.person_id
        if self.kind == "opportunity" and self.account_id is None:
            return "touches.opportunity_id = ?", self.record_id
        return "touches.account_id = ?", self.account_id or self.record_id


@click.command(epilog="Example: growth timeline 00QJ000000AbCdEMAV --limit 50")
@click.argument("record_id", metavar="ID")
@home_option
@limit_option
@json_option
def timeline(record_id: str, home: Home, limit: int, as_json: bool) -> None:
    """Everything between the house and a lead, contact or account, the newest first."""
    with published(home) as connection:
        subject = find_subject(connection, record_id)
        condition, value = subject.touches
        found = query(connection, TOUCHES.format(condition=condition, limit=limit), [value])
    if as_json:
        show_json(found.records())
    elif not found.rows:
        click.echo(f"{subject.title}: {NO_TOUCH}.")
    else:
        show_table(in_words(found), subject.title)


@click.command(epilog="Example: growth why 001J000000XyZabIAF --on 2026-06-30")
@click.argument("record_id", metavar="ID")
@home_option
@click.option("--on", type=MomentType(), help="As it was published on this day, and the file lines behind it.")
@json_option
def why(record_id: str, home: Home, on: datetime | None, as_json: bool) -> None:
    """Why a lead, contact, account or open opportunity stands where it stands: score, reasons, features, touches.

    With --on: what was published on that day, from what was kept of it, and the lines of the extracts behind it.
    """
    with published(home) as connection:
        subject = find_subject(connection, record_id)
        moment = audit.moment_on(connection, home, on) if on else None
        answer = explain(connection, subject) if moment is None else audited(connection, home, subject, moment)
        answer["history"] = audit.trend(connection, subject, moment)
        condition, value = subject.touches
        until = f"{condition} and touches.occurred_at <= '{moment}'" if moment else condition
        recent = query(connection, TOUCHES.format(condition=until, limit=10), [value])
        touched = query(connection, TOUCH_IDS.format(condition=until), [value]).rows if moment else []
    if moment is not None:
        records = {subject.record_id, answer["standing"].get("record_id") or subject.record_id}
        answer["records"] = rows_behind(home, sorted(records), [row[0] for row in touched], moment)
    if as_json:
        show_json(plain(answer | {"touches": recent.records()}))
        return
    click.echo(subject.title)
    show_answer(answer, recent)


def show_answer(answer: dict[str, Any], recent: Rows) -> None:
    """The answer on a terminal: where it stands, on what, how that changed, what happened, which lines told it."""
    if "published_as_of" in answer:
        click.echo(f"As published as of {answer['published_as_of']:%Y-%m-%d %H:%M} UTC.")
    if "through" in answer:
        click.echo(f"This person stands at rank {answer['standing']['rank']} through {answer['through']}.")
    if "not_listed_because" in answer:
        click.echo(f"Not on the list: {answer['not_listed_because']}.")
    for sentence_told in (*(answer.get("models") or []), answer.get("not_kept", "")):
        if sentence_told:
            click.echo(f"{sentence_told[0].upper()}{sentence_told[1:]}.")
    for heading in ("standing", "features"):
        pairs = [(name.replace("_", " "), value) for name, value in answer[heading].items() if value is not None]
        if pairs:
            show_table(Rows((heading, ""), pairs))
    for heading, title in (("history", "What the lists said of it, as it changed"), ("records", "The lines behind it")):
        if answer.get(heading):
            rows = answer[heading]
            show_table(Rows(tuple(rows[0]), [list(row.values()) for row in rows]), title)
    if recent.rows:
        show_table(in_words(recent), "The newest touches behind it")
    else:
        click.echo(f"{NO_TOUCH[0].upper()}{NO_TOUCH[1:]}.")


def audited(connection: "duckdb.DuckDBPyConnection", home: Home, subject: Subject, moment: datetime) -> dict[str, Any]:
    """What was published of the subject as of a moment: from that version where it is still there, else from what was
    kept of it."""
    folder = audit.folder_of(home, moment)
    if folder is None:
        answer = audit.as_it_was(connection, subject, moment)
    else:
        with opened(folder) as then:
            try:
                answer = explain(then, find_subject(then, subject.record_id)) | {"models": audit.models_of(then)}
            except GrowthError:
                answer = audit.as_it_was(connection, subject, moment)
    return answer | {"published_as_of": moment, "list_cut": answer.get("not_listed_because", "in the list")}


def find_subject(connection: "duckdb.DuckDBPyConnection", record_id: str) -> Subject:
    """The record of an id of 15 or 18 characters; one that was merged into another is that other one."""
    record_id, merged = survivor(connection, record_id)
    person = query(
        connection,
        "select records.record_kind, records.record_id, records.person_id, people.full_name"
        " from core.person_records as records left join core.people as people using (person_id)"
        " where records.record_id = $id or (length($id) = 15 and left(records.record_id, 15) = $id)",
        {"id": record_id},
    ).rows
    if person:
        kind, found, person_id, name = person[0]
        return Subject(str(kind), found, person_id, name or found, merged)
    account = query(
        connection,
        "select account_id, account_name from core.accounts"
        " where account_id = $id or (length($id) = 15 and left(account_id, 15) = $id)",
        {"id": record_id},
    ).rows
    if account:
        return Subject("account", account[0][0], None, account[0][1] or account[0][0], merged)
    if has_table(connection, "scores.deal_ranking"):
        for row in query(connection, DEAL_ROW, {"id": record_id}).records():
            of = f" of {row['account_name'] or row['account_id']}" if row["account_id"] else ""
            name = row["opportunity_name"] or row["opportunity_id"]
            return Subject("opportunity", row["opportunity_id"], None, name, of, row["account_id"])
    deal = query(
        connection,
        "select opportunity_id, account_id, account_name"
        " from core.opportunities inner join core.accounts using (account_id)"
        " where opportunity_id = $id or (length($id) = 15 and left(opportunity_id, 15) = $id)",
        {"id": record_id},
    ).rows
    if deal:
        return Subject("account", deal[0][1], None, deal[0][2] or deal[0][1], f" of opportunity {deal[0][0]}")
    raise GrowthError(
        f"{record_id} is no lead, contact, account or opportunity of the published version; check the id."
    )


def survivor(connection: "duckdb.DuckDBPyConnection", record_id: str) -> tuple[str, str]:
    """The record that a merged one lives on in, and that it does in words; the id itself when it was not merged."""
    found = query(
        connection,
        "select survivor_id, record_id from core.survivors"
        " where record_id = $id or (length($id) = 15 and left(record_id, 15) = $id)",
        {"id": record_id},
    ).rows
    return (found[0][0], f", into which {found[0][1]} was merged") if found else (record_id, "")


def explain(connection: "duckdb.DuckDBPyConnection", subject: Subject) -> dict[str, Any]:
    """The subject's standing on its list, or why it is on none, and the features of its newest score."""
    if subject.kind == "opportunity":
        found, model = query(connection, DEAL_ROW, {"id": subject.record_id}).records(), "opportunity_win"
    elif subject.person_id is None:
        found, model = query(connection, ACCOUNT_ROW, [subject.record_id]).records(), "account_fit"
    else:
        found, model = query(connection, PERSON_ROWS, {"person": subject.person_id}).records(), "lead_conversion"
    answer: dict[str, Any] = {
        "id": subject.record_id,
        "name": subject.name,
        "kind": subject.kind,
        "standing": {name: found[0][name] for name in SHOWN if name in found[0]} if found else {},
        "features": features(connection, model, subject, found[0].get("lead_id") if found else None),
    }
    if not found:
        answer["not_listed_because"] = absence(connection, subject)
    elif subject.person_id is not None and subject.record_id not in (found[0]["lead_id"], found[0]["contact_id"]):
        kind = "lead" if found[0]["lead_id"] else "contact"
        answer["through"] = f"{kind} {found[0][f'{kind}_id']}"
    return answer


def features(
    connection: "duckdb.DuckDBPyConnection", model: str, subject: Subject, lead_id: str | None
) -> dict[str, Any]:
    """What the model knew about the unit at its newest moment; nothing for a unit it does not score."""
    is_own = subject.kind in ("account", "opportunity")
    unit, record = (f"{subject.kind}_id", subject.record_id) if is_own else ("lead_id", lead_id)
    if subject.kind == "lead" and record is None:
        record = subject.record_id
    if record is None or not has_table(connection, f"features.{model}"):
        return {}
    from pipelines.model_features import NO_FEATURES

    statement = f"select * from features.{model} where {unit} = ? order by as_of desc limit 1"
    rows = query(connection, statement, [record]).records()
    return {name: value for name, value in rows[0].items() if name not in (*NO_FEATURES, unit)} if rows else {}


def absence(connection: "duckdb.DuckDBPyConnection", subject: Subject) -> str:
    """Why the subject is on no list, as far as the suppressions tell."""
    if subject.person_id is None:
        return "the list ranks accounts at another level, or the playbook leaves this one out"
    rows = query(
        connection,
        "select distinct reason from core.suppressions where person_id = ? and (reason <> 'converted' or record_id = ?)"
        " order by reason",
        [subject.person_id, subject.record_id],
    ).rows
    if rows:
        return ", ".join(str(row[0]).replace("_", " ") for row in rows)
    return "no open lead and no raised hand belong to this person"


def in_words(touches: Rows) -> Rows:
    """Touches as sentences: when, where, what."""
    return Rows(("at", "channel", "what"), [[t["occurred_at"], t["channel"], sentence(t)] for t in named(touches)])


def named(rows: Rows) -> list[dict[str, Any]]:
    """Each row by the names of its columns."""
    return [dict(zip(rows.columns, row, strict=True)) for row in rows.rows]


def sentence(touch: dict[str, Any]) -> str:
    """One touch in words."""
    parts = [str(touch["kind"]).replace("_", " ")]
    if touch["subject"]:
        parts.append(f"“{touch['subject']}”")
    if touch["campaign_name"]:
        parts.append(f"campaign {touch['campaign_name']}")
    if touch["person_name"]:
        parts.append(("by " if touch["direction"] == "inbound" else "to ") + touch["person_name"])
    notes = [note for note, holds in (("weak", touch["is_weak"]), ("machine", touch["is_machine"])) if holds]
    return ", ".join(parts) + (f" ({', '.join(notes)})" if notes else "")
