"""Campaigns, who was in them, and what became of each mail.

What belongs here: members by record (lead or contact row), mail events by address. Machines read too: some mailboxes
load every picture, some firms' filters click every link within seconds, and an uploaded list never answers.
"""

from dataclasses import dataclass

import numpy as np

from pipelines.demo.draw import DAY, HOUR, NEVER, Bools, Ints, Span, later, logistic
from pipelines.demo.experiments import OUT
from pipelines.demo.leads import Leads
from pipelines.demo.people import People
from pipelines.demo.tracking import written_at
from pipelines.demo.world import World

KINDS = ("Email", "Newsletter", "Webinar", "Trade Show", "List Upload", "Experiment", "Nurture")
EMAIL, NEWSLETTER, WEBINAR, TRADE_SHOW, LIST_UPLOAD, EXPERIMENT, NURTURE = range(len(KINDS))
LINKS = 4  # of a mail; the last one unsubscribes
EVENTS = ("sent", "delivered", "open", "click", "bounce", "unsubscribe", "spam_report")
SENT, DELIVERED, OPEN, CLICK, BOUNCE, UNSUBSCRIBE, SPAM = range(len(EVENTS))


@dataclass(frozen=True)
class Campaigns:
    """One place per campaign, in the order of its start; then the world's experiments, and last the nurture programme
    that follows up on new leads.
    """

    kind: Ints
    start_at: Ints

    def __len__(self) -> int:
        return len(self.kind)


@dataclass(frozen=True)
class Members:
    """One place per record in a campaign: person, lead (-1: the contact itself), status 0 (put on the list), 1, 2."""

    campaign: Ints
    lead: Ints
    person: Ints
    added_at: Ints
    status: Ints
    responded_at: Ints


@dataclass(frozen=True)
class Sends:
    """One place per message."""

    campaign: Ints
    lead: Ints
    person: Ints
    sent_at: Ints


@dataclass(frozen=True)
class MailEvents:
    """One place per event of a message, in the order in which they were written (`seen_at`, some long after `at`);
    `link` is -1 but for clicks; `by_person` tells human from machine (never exported).
    """

    send: Ints
    kind: Ints
    link: Ints
    at: Ints
    seen_at: Ints
    by_person: Bools


def plan_campaigns(world: World, span: Span) -> Campaigns:
    rates = world.marketing
    every = (
        rates.email_every_days,
        rates.newsletter_every_days,
        rates.webinar_every_days,
        rates.trade_show_every_days,
        rates.list_every_days,
    )
    starts = [
        np.arange(span.start + first * DAY + int(rates.start_hour * HOUR), span.end, days * DAY)
        for first, days in zip(rates.first_days, every, strict=True)
    ]
    kind = np.concatenate([np.full(len(moments), kind) for kind, moments in enumerate(starts)])
    start = np.concatenate(starts)
    order = np.argsort(start, kind="stable")
    tried = [span.start + made.from_day * DAY for made in world.experiments]
    return Campaigns(
        np.concatenate([kind[order], np.full(len(tried), EXPERIMENT), [NURTURE]]).astype(np.int64),
        np.concatenate([start[order], np.array(tried, dtype=np.int64), [span.start]]).astype(np.int64),
    )


def nearest(campaigns: Campaigns, kind: int, moment: Ints) -> Ints:
    """The last campaign of a kind that had begun at each moment, or the first one; -1 where there is none at all."""
    places = np.flatnonzero(campaigns.kind == kind)
    if not len(places):
        return np.full(len(moment), -1, dtype=np.int64)
    found = np.searchsorted(campaigns.start_at[places], moment, side="right") - 1
    return places[np.maximum(found, 0)]


def send_mail(
    world: World,
    campaigns: Campaigns,
    leads: Leads,
    people: People,
    *,
    touched: Ints,
    has_email: Bools,
    span: Span,
    rng: np.random.Generator,
) -> Sends:
    """Mail campaigns and newsletters to a part of those reachable at the time, and the follow-ups to every new lead
    with an address.
    """
    rates = world.marketing
    nothing = np.zeros(0, dtype=np.int64)
    parts: list[tuple[Ints, Ints, Ints, Ints]] = [(nothing, nothing, nothing, nothing)]
    for place in np.flatnonzero(campaigns.kind <= NEWSLETTER).tolist():
        start = int(campaigns.start_at[place])
        lead, person = audience(world, rates.audience, leads, touched, start=start, rng=rng)
        lead, person = lead[has_email[leads.person[lead]]], person[has_email[person]]
        both = len(lead) + len(person)
        sent = start + (rng.random(both) * rates.send_hours * HOUR).astype(np.int64)
        parts.append(
            (
                np.full(both, place),
                np.concatenate([lead, np.full(len(person), -1)]),
                np.concatenate([leads.person[lead], person]),
                sent,
            )
        )
    inbound = np.flatnonzero(has_email[leads.person] & (leads.created_at < span.end))
    for day in rates.follow_up_days:
        wait = day * DAY + rng.random(len(inbound)) * rates.follow_up_hours * HOUR
        sent = later(leads.created_at[inbound], wait)
        goes = (sent < span.end) & (sent < leads.converted_at[inbound])
        parts.append(
            (np.full(int(goes.sum()), len(campaigns) - 1), inbound[goes], leads.person[inbound[goes]], sent[goes])
        )
    campaign, lead, person, sent = (np.concatenate(column).astype(np.int64) for column in zip(*parts, strict=True))
    order = np.argsort(sent, kind="stable")
    return Sends(campaign[order], lead[order], person[order], sent[order])


def audience(
    world: World, share: float, leads: Leads, touched: Ints, *, start: int, rng: np.random.Generator
) -> tuple[Ints, Ints]:
    """Open leads and contacts (persons) of accounts in touch, as known at `start`; `touched` says since when."""
    oldest = start - int(world.marketing.audience_days * DAY)
    first, last = np.searchsorted(leads.created_at, (oldest, start))
    lead = first + np.flatnonzero(leads.converted_at[first:last] > start)
    person = np.flatnonzero(touched < start)
    return lead[rng.random(len(lead)) < share], person[rng.random(len(person)) < share]


def follow_mail(
    world: World, sends: Sends, people: People, filtered: Bools, span: Span, *, rng: np.random.Generator
) -> MailEvents:
    """What became of each message; `filtered` marks the firms whose filter clicks all links."""
    rates, count = world.marketing, len(sends.sent_at)
    person = sends.person
    bounced = people.bad_email[person]
    arrived = sends.sent_at + rng.uniform(*rates.delivery_seconds, count).astype(np.int64)
    opens = ~bounced & (rng.random(count) < logistic(rates.open_rate + rates.open_intent * people.intent[person]))
    opened_at = np.where(
        opens, later(arrived, rng.exponential(rates.open_hours * HOUR, count) + rates.open_seconds), NEVER
    )
    clicks = opens & (rng.random(count) < logistic(rates.click_rate + rates.click_intent * people.intent[person]))
    clicked_at = np.where(clicks, later(opened_at, rng.exponential(rates.click_seconds, count) + 1), NEVER)
    prefetched = ~bounced & people.prefetches[person]
    machine = ~bounced & filtered[people.firm[person]]
    leaves = opens & (rng.random(count) < rates.unsubscribe)
    complains = opens & (rng.random(count) < rates.spam_report)
    everyone = np.ones(count, dtype=np.bool_)
    loaded = arrived + rng.uniform(*rates.prefetch_seconds, count).astype(np.int64)
    left = later(opened_at, np.full(count, rates.leave_seconds))
    scanned = arrived + int(rates.scanner_seconds)
    moments = [
        (SENT, everyone, sends.sent_at, -1, False),
        (DELIVERED, ~bounced, arrived, -1, False),
        (BOUNCE, bounced, arrived, -1, False),
        (OPEN, opens, opened_at, -1, True),
        (OPEN, prefetched, loaded, -1, False),
        (CLICK, clicks, clicked_at, -2, True),
        *((CLICK, machine, scanned + link, link, False) for link in range(LINKS)),
        (UNSUBSCRIBE, leaves, left, -1, True),
        (SPAM, complains, left + 1, -1, True),
    ]
    parts = [
        event(kind, np.flatnonzero(happens), at, link, human, rng=rng) for kind, happens, at, link, human in moments
    ]
    send, kind, link, at, human = (np.concatenate(column) for column in zip(*parts, strict=True))
    seen_at = written_at(at, world.web.tracking, rng)
    order = np.argsort(seen_at * len(EVENTS) + kind, kind="stable")
    order = order[seen_at[order] < span.end]
    return MailEvents(send[order], kind[order], link[order], at[order], seen_at[order], human[order])


def event(
    kind: int, send: Ints, at: Ints, link: int, human: bool, *, rng: np.random.Generator
) -> tuple[Ints, Ints, Ints, Ints, Bools]:
    chosen = rng.integers(0, LINKS - 1, len(send)) if link == -2 else np.full(len(send), link)
    return send, np.full(len(send), kind), chosen.astype(np.int64), at[send], np.full(len(send), human)


def join_campaigns(
    world: World,
    campaigns: Campaigns,
    leads: Leads,
    sends: Sends,
    *,
    events: MailEvents,
    touched: Ints,
    span: Span,
    rng: np.random.Generator,
) -> Members:
    """Members of mail campaigns (answered: clicked themselves), webinars, fairs, and of lists that were uploaded."""
    answered = np.full(len(sends.sent_at), NEVER, dtype=np.int64)
    own = (events.kind == CLICK) & events.by_person
    np.minimum.at(answered, events.send[own], events.at[own])
    mailed = campaigns.kind[sends.campaign] == EMAIL
    parts = [
        (
            sends.campaign[mailed],
            sends.lead[mailed],
            sends.person[mailed],
            sends.sent_at[mailed],
            1 + (answered[mailed] < span.end),
            answered[mailed],
        )
    ]
    names = list(world.leads.sources)
    rates = world.marketing
    shows = ((WEBINAR, "Webinar", rates.webinar_attended), (TRADE_SHOW, "Trade Show", rates.trade_show_attended))
    for kind, source, show in shows:
        came = (
            np.flatnonzero((leads.source == names.index(source)) & (leads.created_at < span.end))
            if source in names
            else np.zeros(0, int)
        )
        at = leads.created_at[came]
        attended = rng.random(len(came)) < show
        joined = at + int(rates.join_seconds)
        parts.append((nearest(campaigns, kind, at), came, leads.person[came], joined, 1 + attended, joined))
    for place in np.flatnonzero(campaigns.kind == LIST_UPLOAD).tolist():
        start = int(campaigns.start_at[place])
        lead, person = audience(world, rates.list_audience, leads, touched, start=start, rng=rng)
        both = len(lead) + len(person)
        nothing = np.zeros(both, dtype=np.int64)
        parts.append(
            (
                nothing + place,
                np.concatenate([lead, np.full(len(person), -1)]),
                np.concatenate([leads.person[lead], person]),
                start + np.sort((rng.random(both) * rates.upload_seconds).astype(np.int64)),
                nothing,
                nothing + NEVER,
            )
        )
    parts.extend(treatments(world, campaigns, leads))
    campaign, lead, person, added, status, responded = (
        np.concatenate(column).astype(np.int64) for column in zip(*parts, strict=True)
    )
    order = np.argsort(added, kind="stable")
    order = order[(added[order] < span.end) & (campaign[order] >= 0)]
    return Members(campaign[order], lead[order], person[order], added[order], status[order], responded[order])


def treatments(world: World, campaigns: Campaigns, leads: Leads) -> list[tuple[Ints, Ints, Ints, Ints, Ints, Ints]]:
    """The leads of each experiment: control (status 0) and treatment (1), or those chosen for it, who came (2)."""
    parts = []
    for number, made in enumerate(world.experiments):
        lead = np.flatnonzero(leads.arm[:, number] != OUT)
        place = np.full(len(lead), len(campaigns) - 1 - len(world.experiments) + number)
        at = leads.created_at[lead] + int(world.marketing.join_seconds)
        chosen = made.kind == "chosen"
        status = np.full(len(lead), 2) if chosen else leads.arm[lead, number]
        parts.append((place, lead, leads.person[lead], at, status, at if chosen else np.full(len(lead), NEVER)))
    return parts
