"""A company's extracts, cell by cell: which objects there are, and which of their rows go into which extract.

What does not belong here: what the rows say (crm_*.py, engagement.py, overlay.py) and how files look (files.py).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from pipelines.demo import (
    crm_activities,
    crm_campaigns,
    crm_contacts,
    crm_contracts,
    crm_deals,
    crm_histories,
    crm_leads,
    crm_lines,
    crm_mail,
    crm_people,
    crm_setup,
    currency,
    engagement,
    service,
)
from pipelines.demo.background import block_of_visits, plan_background
from pipelines.demo.billing import invoices
from pipelines.demo.company import Company, first_known
from pipelines.demo.crm_campaigns import Totals
from pipelines.demo.deal_steps import stage_steps
from pipelines.demo.draw import Ints
from pipelines.demo.engagement import Log
from pipelines.demo.files import Extract, WrittenFile
from pipelines.demo.flaws import Flaw, Planted, with_flaws
from pipelines.demo.moments import Moment, places_of
from pipelines.demo.networks import origins
from pipelines.demo.news_feed import news_feed
from pipelines.demo.overlay import fetched_firmographics
from pipelines.demo.truth.sink import Sink
from pipelines.demo.truth.visits import visits as true_visits


def records(company: Company) -> list[tuple[str, pl.DataFrame]]:
    """The CRM's objects that each cell has rows of, by name."""
    touch, steps = crm_people.last_touches(company), stage_steps(company)
    return [
        ("Account", crm_people.accounts(company, touch)),
        ("Contact", crm_contacts.contacts(company, touch)),
        ("Lead", crm_leads.leads(company, touch)),
        ("AccountHistory", crm_histories.account_history(company)),
        ("ContactHistory", crm_histories.contact_history(company)),
        ("LeadHistory", crm_histories.lead_history(company)),
        ("Opportunity", crm_deals.opportunities(company, touch, steps)),
        ("OpportunityHistory", crm_deals.opportunity_history(company, steps)),
        ("OpportunityFieldHistory", crm_deals.opportunity_field_history(company, steps)),
        ("OpportunityLineItem", crm_lines.line_items(company)),
        ("OpportunityContactRole", crm_lines.contact_roles(company)),
        ("Contract", crm_contracts.contracts(company)),
        ("Asset", crm_contracts.assets(company)),
        ("Case", service.cases(company)),
        ("CampaignMember", crm_campaigns.campaign_members(company)),
        ("Task", crm_activities.tasks(company)),
        ("Event", crm_activities.events(company)),
        ("EmailMessage", crm_mail.email_messages(company)),
    ]


def setup_records(company: Company, counts: Totals) -> list[tuple[str, pl.DataFrame]]:
    """The objects that all cells share; `counts` are those over all cells."""
    return [
        ("Product2", crm_setup.products(company)),
        ("Campaign", crm_campaigns.campaigns(company, counts)),
        ("CampaignMemberStatus", crm_campaigns.member_status(company)),
        ("User", crm_setup.users(company)),
        ("RecordType", crm_setup.record_types(company)),
        ("OpportunityStage", crm_setup.opportunity_stages(company)),
        *currency.currencies(company),
    ]


@dataclass
class Export:
    """The extracts of one company while they are written, and what has been planted in them so far."""

    moments: list[Moment]
    extracts: list[Extract]
    cells: int
    say: Callable[[str], None]
    truth: Sink | None
    counts: dict[int, Totals] = field(default_factory=dict)
    planted: list[Planted] = field(default_factory=list)

    def add(self, company: Company, events: int | None) -> None:
        """Append a cell, with `events` events in all (None: as many as its world brings)."""
        for number, moment in enumerate(self.moments):
            seen = company.seen(moment.now)
            self.say(f"writing records {moment.name}".rstrip())
            for name, frame in records(seen):
                self.write(number, name, moment.changed(frame), seen)
            counts = crm_campaigns.totals(seen)
            self.counts[number] = self.counts[number].plus(counts) if number in self.counts else counts
        self.say("writing page views, forms and mail events")
        self.add_visits(company, events)
        forms, mails = engagement.form_fills(company), engagement.email_events(company)
        fetched = overlay(company)
        for number, moment in enumerate(self.moments):
            extract, since = self.extracts[number], moment.since or 0
            extract.json_lines("form_fill", forms.between(since, moment.now))
            # Few mails come as the mail system's own file, many as the warehouse's.
            write = extract.json_lines if self.cells == 1 else extract.parquet
            write("email_event", mails.between(since, moment.now))
            extract.parquet("firmographic", fetched.between(since, moment.now))
            seen = company.seen(moment.now)
            extract.csv("invoice", moment.changed(invoices(seen)))
            extract.parquet("usage", moment.changed(service.usage(seen)))
            extract.json_lines("news", moment.changed(news_feed(seen)))

    def add_visits(self, company: Company, events: int | None) -> None:
        background, first = plan_background(company, events), 1
        for block in range(background.blocks):
            made = block_of_visits(company, background, block)
            places = origins(company, made)
            log = engagement.web_visits(company, made, places, first)
            for extract, moment in zip(self.extracts, self.moments, strict=True):
                extract.parquet("web_visit", log.between(moment.since or 0, moment.now))
            if self.truth:
                self.truth.add("visits", true_visits(company, made, places, first))
            first += len(made)

    def write(self, number: int, name: str, frame: pl.DataFrame, company: Company) -> None:
        """The rows of an object; the first cell's part of the first extract has rows that are wrong on purpose."""
        flaws: list[tuple[int, Flaw, str | None]] = []
        if number == 0 and company.cell == 0:
            frame, flaws = with_flaws(company, name, frame)
        for place, stem in places_of(self.moments, number, name):
            extract = self.extracts[place]
            file, lines = extract.csv(name, frame, stem=stem, marked=len(flaws))
            self.planted += [
                Planted(extract.prefix + file, line, record_id, flaw.column, flaw.value)
                for line, (_, flaw, record_id) in zip(lines, flaws, strict=True)
            ]

    def finish(self, company: Company) -> list[WrittenFile]:
        """Write what all cells share, known from any of them; close the files."""
        for number, moment in enumerate(self.moments):
            for name, frame in setup_records(company.seen(moment.now), self.counts[number]):
                self.write(number, name, moment.changed(frame), company)
        for extract in self.extracts:
            extract.close()
        return [file for extract in self.extracts for file in extract.written]


def overlay(company: Company) -> Log:
    rows = fetched_firmographics(
        company.world, company.firms, first_known(company), company.span, company.generator("overlay")
    )
    fetched: Ints = rows["fetched_at"].dt.epoch("s").to_numpy()
    return Log(rows, fetched)


def open_extracts(folder: Path, moments: list[Moment]) -> list[Extract]:
    """An empty folder for each moment: `folder` itself for the only one."""
    for moment in moments:
        (folder / moment.name).mkdir(exist_ok=True)
    return [Extract(folder / moment.name, f"{moment.name}/" if moment.name else "") for moment in moments]
