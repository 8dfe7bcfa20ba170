"""A written company, read again: its export and, where it is given, its truth.

What belongs here: which files and columns the facts need, as tables with one row per record. Everything is read as the
export shows it, since a real company's could be looked at in the same way.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from pipelines.errors import GrowthError
from pipelines.warehouse import open_memory, quoted_text

NEEDED = (
    "Account", "Contact", "Lead", "Opportunity", "OpportunityHistory", "Task", "Event", "email_event", "web_visit",
)  # fmt: skip
READERS = {"csv": "read_csv({}, all_varchar = true)", "jsonl": "read_json({}, format = 'newline_delimited')",
           "parquet": "read_parquet({})"}  # fmt: skip
AT = "try_cast(left({0}, 19) as timestamp)"
NEWEST = "and Id is not null qualify row_number() over (partition by Id order by SystemModstamp desc) = 1"
REFUSALS = (
    "HasOptedOutOfEmail = '1' as opted_out, DoNotCall = '1' as do_not_call, EmailBouncedReason is not null as bounced"
)

RIPE_DAYS = 180
"""So old must a lead be before its fate is counted."""
HORIZON_DAYS = 90
"""Within this time of its creation a lead's conversion counts as an answer to the first contact."""

TABLES = {
    "account": """
        select Id as id, Type as kind, Industry as industry from {Account}
        where IsDeleted is distinct from '1' {newest}""",
    "lead": f"""
        select Id as id, {AT.format("CreatedDate")} as created_at, IsConverted = '1' as is_converted,
            LeadSource as source, try_cast(ConvertedDate as date) as converted_on, ConvertedContactId as contact_id,
            ConvertedOpportunityId as opportunity_id
        from {{Lead}} where IsDeleted is distinct from '1' {{newest}}""",
    "person_record": f"""
        select Id as id, {REFUSALS} from {{Lead}} where true {{newest}}
        union all
        select Id, {REFUSALS} from {{Contact}} where true {{newest}}""",
    "opportunity": """
        select Id as id, Type as kind, IsClosed = '1' as is_closed, IsWon = '1' as is_won,
            try_cast(CloseDate as date) as closes_on
        from {Opportunity} where IsDeleted is distinct from '1' {newest}""",
    "stage_step": f"""
        select OpportunityId as opportunity_id, StageName as stage, {AT.format("CreatedDate")} as entered_at
        from {{OpportunityHistory}} where true {{newest}}""",
    "activity": f"""
        select WhoId as who_id, AccountId as account_id, {AT.format("CompletedDateTime")} as done_at
        from {{Task}} where IsDeleted is distinct from '1' and IsClosed = '1' {{newest}}
        union all
        select WhoId, AccountId, {AT.format("StartDateTime")}
        from {{Event}} where IsDeleted is distinct from '1' {{newest}}""",
    "page_view": "select page, user_agent from {web_visit} qualify row_number() over (partition by visit_id) = 1",
    "mail_event": """
        select message_id, event_type, try_cast(occurred_at as timestamp) as occurred_at from {email_event}
        qualify row_number() over (partition by email_event_id) = 1""",
    "mail": """
        select message_id,
            min(occurred_at) filter (event_type = 'delivered') as delivered_at,
            min(occurred_at) filter (event_type = 'open') as opened_at,
            max(occurred_at) filter (event_type = 'open') as last_opened_at,
            min(occurred_at) filter (event_type = 'click') as clicked_at
        from mail_event group by message_id having delivered_at is not null""",
    "seen": """
        select min(created_at)::date as first_on,
            greatest(max(created_at), (select max(occurred_at) from mail_event)) as until_at
        from lead""",
    "ripe_lead": f"""
        select lead.*, first_at, date_diff('minute', created_at, first_at) / 60 as delay_hours,
            is_converted and converted_on <= created_at::date + {HORIZON_DAYS} as is_converted_soon
        from lead
        left join (
            select lead.id, min(done_at) as first_at
            from lead join activity on who_id in (lead.id, lead.contact_id) and done_at >= created_at
            group by lead.id) as firsts on firsts.id = lead.id
        cross join seen
        where created_at::date > first_on and created_at < until_at - interval {RIPE_DAYS} day""",
    "stay": """
        select stage, date_diff('minute', entered_at, left_at) / 1440 as days from (
            select *, lead(entered_at) over (partition by opportunity_id order by entered_at) as left_at from (
                select *, lag(stage) over (partition by opportunity_id order by entered_at) as stage_before
                from stage_step where opportunity_id in (select id from opportunity where kind = 'New Business'))
            where stage is distinct from stage_before)
        where left_at > entered_at""",
}
"""Each in terms of the files and of the tables above it. `seen` is the time that the export covers. `ripe_lead` holds
the leads that are old enough, with sales' first activity; the export's first day is left out, since what is older than
the CRM was loaded then and its delays are not known. `stay` is the time that an opportunity of new business stood in a
stage before it left it."""


@dataclass(frozen=True)
class Written:
    """A company that was written: `rows` answers SQL over the tables of this module and those of the truth."""

    name: str
    connection: duckdb.DuckDBPyConnection
    export: Path
    has_truth: bool

    def rows(self, sql: str) -> pl.DataFrame:
        frame: pl.DataFrame = self.connection.sql(sql).pl()
        return frame

    def numbers(self, sql: str) -> tuple[int, ...]:
        """The one row of a query that counts; what no row carries counts 0."""
        return tuple(int(value or 0) for value in self.rows(sql).row(0))


def read_written(export: Path, truth: Path | None = None) -> Written:
    """Read the tables the facts need from the folder of an export, and the whole of the truth's folder.

    Raises GrowthError when a needed file is missing: with `--increments` the first day's folder is the one to name.
    """
    connection = open_memory(threads=2)
    sources = {name: source(export, name) for name in NEEDED}
    for table, sql in TABLES.items():
        connection.execute(f"create table {table} as {sql.format(newest=NEWEST, **sources)}")
    for file in sorted(truth.glob("*.parquet")) if truth else ():
        connection.execute(f"create table true_{file.stem} as from read_parquet({quoted_text(str(file))})")
    return Written(export.name, connection, export, truth is not None)


def source(export: Path, name: str) -> str:
    """The table function that reads a file of the export, whatever form it was written in."""
    kinds = "|".join(READERS)
    form = re.compile(rf"{name}(?:_\d+)?\.({kinds})(?:\.\w+)?")  # a large table is written in numbered parts
    found = [(file, match[1]) for file in sorted(export.glob(f"{name}*")) if (match := form.fullmatch(file.name))]
    if not found:
        raise GrowthError(
            f"{export} holds no file {name}.csv, .jsonl or .parquet: name the folder that `growth demo --out` wrote "
            "(of daily extracts, that of the first day)."
        )
    files = ", ".join(quoted_text(str(file)) for file, _ in found)
    return READERS[found[0][1]].format(f"[{files}]")
