"""Writing the company to files, each in the form in which its source system exports it.

What does not belong here: what the rows say. The same company gives the same bytes: no clock, no file name inside a
gzip.
"""

import gzip
import io
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from pipelines.demo import (
    crm_activities,
    crm_campaigns,
    crm_contracts,
    crm_deals,
    crm_leads,
    crm_lines,
    crm_mail,
    crm_people,
    crm_setup,
    engagement,
    service,
)
from pipelines.demo.billing import invoices
from pipelines.demo.company import Company, first_known, simulate
from pipelines.demo.deal_steps import stage_steps
from pipelines.demo.draw import history_span
from pipelines.demo.flaws import Planted, with_flaws
from pipelines.demo.news_feed import news_feed
from pipelines.demo.overlay import fetched_firmographics
from pipelines.demo.world import read_world
from pipelines.errors import GrowthError

CRLF = ("Task", "Event", "CampaignMember")  # these came from the weekly export service, the others from a loader
GZIPPED = ("OpportunityFieldHistory",)
SPEED = 4  # of gzip: half the time of the default for a tenth more bytes


@dataclass(frozen=True)
class WrittenFile:
    name: str
    rows: int


@dataclass(frozen=True)
class DemoReport:
    """What was written: files with their data rows, and the rows that break the contract on purpose."""

    folder: Path
    files: tuple[WrittenFile, ...]
    planted: tuple[Planted, ...]

    @property
    def rows(self) -> int:
        return sum(file.rows for file in self.files)


def write_company(
    out: Path,
    accounts: int = 5000,
    seed: int = 7,
    until: date = date(2026, 6, 30),
    progress: Callable[[str], None] | None = None,
) -> DemoReport:
    """Write the export of a simulated company of about `accounts` accounts, with history up to the end of `until`
    (UTC).

    `progress` is told in words what is being done. Raises GrowthError when `out` holds anything already, or cannot be
    written.
    """
    say = progress or (lambda _: None)
    if accounts < 20:
        raise GrowthError(f"A simulated company needs at least 20 accounts, found {accounts}.")
    make_folder(out)
    world = read_world("saas")
    company = simulate(world, accounts, seed, history_span(world.history, until), say)
    files: list[WrittenFile] = []
    planted: list[Planted] = []
    # Written beside and renamed at the end: who is interrupted finds no half a company where a run would read it.
    partial = out.resolve().with_name(f".{out.resolve().name}.partial")
    try:
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir()
        for name, frame in salesforce(company):
            say(f"writing {name}")
            written, rows = write_csv(company, partial, name, frame)
            files.append(written)
            planted.extend(rows)
        say("writing page views, forms and mail events")
        files.extend(write_engagement(company, partial))
        partial.replace(out)
    except OSError as error:
        shutil.rmtree(partial, ignore_errors=True)
        raise GrowthError(f"The simulated company cannot be written to {out}: {error.strerror}.") from error
    return DemoReport(out, tuple(files), tuple(planted))


def make_folder(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
        holds = sorted(path.name for path in out.iterdir())
    except OSError as error:
        raise GrowthError(f"The folder {out} cannot be used for the simulated company: {error.strerror}.") from error
    if holds:
        raise GrowthError(
            f"The folder {out} already holds {holds[0]!r}: name a new or an empty folder for the simulated company."
        )


def salesforce(company: Company) -> list[tuple[str, pl.DataFrame]]:
    """The CRM's objects by name."""
    touch, steps = crm_people.last_touches(company), stage_steps(company)
    return [
        ("Account", crm_people.accounts(company, touch)),
        ("Contact", crm_people.contacts(company, touch)),
        ("Lead", crm_leads.leads(company, touch)),
        ("LeadHistory", crm_leads.lead_history(company)),
        ("Opportunity", crm_deals.opportunities(company, touch, steps)),
        ("OpportunityHistory", crm_deals.opportunity_history(company, steps)),
        ("OpportunityFieldHistory", crm_deals.opportunity_field_history(company, steps)),
        ("OpportunityLineItem", crm_lines.line_items(company)),
        ("OpportunityContactRole", crm_lines.contact_roles(company)),
        ("Contract", crm_contracts.contracts(company)),
        ("Asset", crm_contracts.assets(company)),
        ("Case", service.cases(company)),
        ("Product2", crm_setup.products(company)),
        ("Campaign", crm_campaigns.campaigns(company)),
        ("CampaignMember", crm_campaigns.campaign_members(company)),
        ("CampaignMemberStatus", crm_campaigns.member_status(company)),
        ("Task", crm_activities.tasks(company)),
        ("Event", crm_activities.events(company)),
        ("EmailMessage", crm_mail.email_messages(company)),
        ("User", crm_setup.users(company)),
        ("RecordType", crm_setup.record_types(company)),
        ("OpportunityStage", crm_setup.opportunity_stages(company)),
    ]


def write_csv(company: Company, out: Path, name: str, frame: pl.DataFrame) -> tuple[WrittenFile, list[Planted]]:
    whole, flaws = with_flaws(company, name, frame)
    ending = "\r\n" if name in CRLF else "\n"
    content = io.BytesIO()
    whole.write_csv(content, include_bom=True, line_terminator=ending)
    file = f"{name}.csv.gz" if name in GZIPPED else f"{name}.csv"
    (out / file).write_bytes(packed(content.getvalue()) if name in GZIPPED else content.getvalue())
    lines = first_lines(whole)
    planted = [Planted(file, lines[row], record_id, flaw.column, flaw.value) for row, flaw, record_id in flaws]
    return WrittenFile(file, len(whole)), planted


def first_lines(frame: pl.DataFrame) -> list[int]:
    """The first physical line of each row: line 1 is the header, and a text over several lines takes as many."""
    text = [
        pl.col(name).str.count_matches("\n", literal=True).fill_null(0)
        for name, kind in frame.schema.items()
        if kind == pl.String
    ]
    breaks = frame.select(pl.sum_horizontal(text).cast(pl.Int64)).to_series()
    return [int(line) for line in (2 + (breaks + 1).cum_sum() - (breaks + 1)).to_list()]


def write_engagement(company: Company, out: Path) -> list[WrittenFile]:
    overlay = fetched_firmographics(
        company.world, company.firms, first_known(company), company.span, company.generator("overlay")
    )
    tables = {
        "web_visit.parquet": engagement.web_visits(company),
        "form_fill.jsonl.gz": engagement.form_fills(company),
        "email_event.jsonl.gz": engagement.email_events(company),
        "firmographic.parquet": overlay,
        "invoice.csv": invoices(company),
        "usage.parquet": service.usage(company),
        "news.jsonl": news_feed(company),
    }
    for file, frame in tables.items():
        if file.endswith(".parquet"):
            frame.write_parquet(out / file, compression="zstd")
        elif file.endswith(".csv"):
            frame.write_csv(out / file)
        else:
            content = io.BytesIO()
            frame.write_ndjson(content)
            (out / file).write_bytes(packed(content.getvalue()) if file.endswith(".gz") else content.getvalue())
    return [WrittenFile(file, len(frame)) for file, frame in tables.items()]


def packed(content: bytes) -> bytes:
    return gzip.compress(content, compresslevel=SPEED, mtime=0)
