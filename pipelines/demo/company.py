"""The whole company: its stages one after the other, and the record ids.

What does not belong here: how a record looks in an export file.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from pipelines.demo.activities import Activities, make_meetings, make_tasks
from pipelines.demo.correspondence import Correspondence, correspond, opted_out
from pipelines.demo.customers import grow_customers
from pipelines.demo.deals import Deals, Outreach, make_deals, reach_out, skills
from pipelines.demo.demand import arrive
from pipelines.demo.draw import Bools, Floats, Ints, Span, earliest, generator
from pipelines.demo.firms import Firms, found_firms
from pipelines.demo.ids import record_ids
from pipelines.demo.leads import Leads, work_leads
from pipelines.demo.losses import loss_reasons
from pipelines.demo.marketing import (
    BOUNCE,
    UNSUBSCRIBE,
    Campaigns,
    MailEvents,
    Members,
    Sends,
    follow_mail,
    join_campaigns,
    plan_campaigns,
    send_mail,
)
from pipelines.demo.merges import Kept, Rows, keep_rows
from pipelines.demo.news import News, happen
from pipelines.demo.people import People, contact_firms, meet_people
from pipelines.demo.records import Records, keep_records
from pipelines.demo.subscriptions import Subscriptions
from pipelines.demo.web import Forms, Visits, send_forms, visit_pages
from pipelines.demo.world import World

QUEUES = 2


@dataclass(frozen=True)
class Ids:
    """Record ids by row, copies of accounts, contacts and leads behind the first ones; `owner` holds the
    representatives, then marketing, integration, and the queues.
    """

    account: pl.Series
    contact: pl.Series
    lead: pl.Series
    opportunity: pl.Series
    campaign: pl.Series
    task: pl.Series
    event: pl.Series
    product: pl.Series
    record_type: pl.Series
    owner: pl.Series


@dataclass(frozen=True)
class Company:
    """Everything that happened in one cell, in places; the export turns places into rows and ids as of `now`.

    Cells are parts of a company that live side by side: each has accounts, people and deals of its own, and all share
    the set-up (users, products, campaigns), which is drawn from the seed alone.
    """

    world: World
    cell: int
    accounts: int
    seed: int
    span: Span
    now: int
    firms: Firms
    news: News
    people: People
    leads: Leads
    records: Records
    outreach: Outreach
    skill: Floats
    deals: Deals
    subscriptions: Subscriptions
    tasks: Activities
    meetings: Activities
    said: Correspondence
    campaigns: Campaigns
    sends: Sends
    mail: MailEvents
    filtered: Bools
    members: Members
    forms: Forms
    visits: Visits
    unsubscribed_at: Ints
    bounced_at: Ints
    first_won_at: Ints
    kept: Kept
    ids: Ids

    def generator(self, stage: str) -> np.random.Generator:
        return generator(self.seed, stage, self.cell)

    def setup_generator(self, stage: str) -> np.random.Generator:
        """For what all cells share."""
        return generator(self.seed, stage)

    @property
    def browsers(self) -> int:
        """Browsers of people and of firms' filters; strangers and robots are numbered from here on."""
        return 2 * len(self.people) + len(self.firms)

    def marketing_user(self, count: int) -> pl.Series:
        """The id of the user who runs the campaigns, so many times."""
        return pl.Series([self.ids.owner[self.world.sales.representatives]] * count, dtype=pl.String)

    def integration_user(self, count: int) -> pl.Series:
        """The id of the user who set the CRM up, so many times."""
        return pl.Series([self.ids.owner[self.world.sales.representatives + 1]] * count, dtype=pl.String)

    def seen(self, now: int) -> "Company":
        """The same company, to be written as it was known before the moment `now`."""
        return replace(self, now=now)


def simulate(
    world: World, accounts: int, seed: int, span: Span, say: Callable[[str], None], *, cell: int = 0
) -> Company:
    """A cell with about `accounts` rows in its Account object."""
    say("companies and people")
    firms = found_firms(world, accounts, span, generator(seed, "firms", cell), cell=cell)
    news = happen(world, firms, span, generator(seed, "news", cell))
    contact_firm = contact_firms(world, firms, generator(seed, "contacts", cell))
    come = arrive(world, firms, news, contact_firm, span, rng=generator(seed, "arrivals", cell))
    everyone = np.concatenate([contact_firm, come.new_person_firm])
    rng = generator(seed, "people", cell)
    people = meet_people(world, firms, everyone, len(contact_firm), span, rng=rng, cell=cell)
    say("leads and deals")
    leads = work_leads(world, firms, people, come, span, rng=generator(seed, "leads", cell))
    records = keep_records(firms, people, leads, span)
    outreach = reach_out(world, firms, people, records, span, rng=generator(seed, "outreach", cell))
    skill = skills(world, generator(seed, "skills"))
    deals = make_deals(
        world, firms, people, leads, outreach, skill=skill, span=span, rng=generator(seed, "deals", cell)
    )
    deals, subscriptions = grow_customers(world, firms, deals, news, span, rng=generator(seed, "customers", cell))
    tasks = make_tasks(world, leads, deals, outreach, span, rng=generator(seed, "tasks", cell))
    meetings = make_meetings(world, leads, deals, span, generator(seed, "meetings", cell))
    reason = loss_reasons(world, deals, generator(seed, "loss reasons", cell))
    said = correspond(world, people, leads, deals, tasks, reason=reason, rng=generator(seed, "correspondence", cell))
    say("mails, forms and page views")
    has_email = people.email.is_not_null().to_numpy()
    touched = in_touch_since(firms, people, leads, outreach, records)
    campaigns = plan_campaigns(world, span)
    rng = generator(seed, "mail", cell)
    sends = send_mail(world, campaigns, leads, people, touched=touched, has_email=has_email, span=span, rng=rng)
    filtered: Bools = rng.random(len(firms)) < world.marketing.machine_click_firms
    mail = follow_mail(world, sends, people, filtered, span, rng=rng)
    members = join_campaigns(world, campaigns, leads, sends, events=mail, touched=touched, span=span, rng=rng)
    forms = send_forms(world, leads, people, has_email, span, rng=generator(seed, "forms", cell))
    visits = visit_pages(
        world,
        leads,
        people,
        deals,
        forms=forms,
        sends=sends,
        events=mail,
        touched=touched,
        span=span,
        rng=generator(seed, "visits", cell),
    )
    won = deals.won & (deals.closed_at < span.end)
    kept = keep_rows(
        world,
        firms,
        people,
        leads,
        records,
        deals=deals,
        outreach=outreach,
        reached=np.concatenate([sends.person, members.person]),
        span=span,
        rng=generator(seed, "rows", cell),
    )
    ids = name_records(world, kept, deals, campaigns, tasks=tasks, meetings=meetings, seed=seed, cell=cell)
    return Company(
        world,
        cell,
        accounts,
        seed,
        span,
        span.end,
        firms,
        news,
        people,
        leads,
        records,
        outreach,
        skill,
        deals,
        subscriptions,
        tasks,
        meetings,
        said,
        campaigns,
        sends,
        mail,
        filtered,
        members,
        forms,
        visits,
        unsubscribed_at=np.minimum(
            first_mail_event(mail, sends, UNSUBSCRIBE, len(people)), opted_out(said, leads, tasks, len(people))
        ),
        bounced_at=first_mail_event(mail, sends, BOUNCE, len(people)),
        first_won_at=earliest(deals.firm[won], deals.closed_at[won], len(firms)),
        kept=kept,
        ids=ids,
    )


def in_touch_since(firms: Firms, people: People, leads: Leads, outreach: Outreach, records: Records) -> Ints:
    """From when on each person is a contact of an account that somebody wrote in from, or that sales went to: NEVER
    for the others, who are not mailed.
    """
    met = np.minimum(
        earliest(leads.firm, leads.created_at, len(firms)), earliest(outreach.firm, outreach.begun_at, len(firms))
    )
    return np.maximum(met[people.firm], records.contact_at)


def first_known(company: Company) -> Ints:
    """When each firm first showed up, as an account or by its first lead."""
    leads = company.leads
    return np.minimum(company.records.account_at, earliest(leads.firm, leads.created_at, len(company.firms)))


def first_mail_event(mail: MailEvents, sends: Sends, kind: int, people: int) -> Ints:
    chosen = mail.kind == kind
    return earliest(sends.person[mail.send[chosen]], mail.at[chosen], people)


def name_records(
    world: World,
    kept: Kept,
    deals: Deals,
    campaigns: Campaigns,
    *,
    tasks: Activities,
    meetings: Activities,
    seed: int,
    cell: int,
) -> Ids:
    """Ids of the cell's records, and of the set-up's, which are the same in all cells."""
    rng, shared = generator(seed, "ids", cell), generator(seed, "ids of the set-up")
    return Ids(
        account=row_ids("Account", kept.accounts, rng, cell),
        contact=row_ids("Contact", kept.contacts, rng, cell),
        lead=row_ids("Lead", kept.leads, rng, cell),
        opportunity=record_ids("Opportunity", len(deals), rng, cell=cell),
        task=record_ids("Task", len(tasks), rng, cell=cell),
        event=record_ids("Event", len(meetings), rng, cell=cell),
        campaign=record_ids("Campaign", len(campaigns), shared),
        product=record_ids("Product2", len(world.customers.products), shared),
        record_type=record_ids("RecordType", 4, shared),
        owner=record_ids("User", world.sales.representatives + 2, shared)
        .rename("owner")
        .append(record_ids("Queue", QUEUES, shared)),
    )


def row_ids(kind: str, rows: Rows, rng: np.random.Generator, cell: int) -> pl.Series:
    """Ids that ascend in the order of creation, by row."""
    place = np.empty(len(rows), dtype=np.int64)
    place[rows.order] = np.arange(len(rows))
    return record_ids(kind, len(rows), rng, cell=cell).gather(place)
