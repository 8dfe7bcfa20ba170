"""Page views and forms of people: of leads before and after they are known, of contacts, and of filters that click.

What belongs here: a browser (`visitor`) per cookie, and the moments at which a view or a form ties it to an address.
What does not: strangers and robots (background.py), and where a view comes from (networks.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipelines.demo import words
from pipelines.demo.deals import Deals
from pipelines.demo.draw import DAY, Bools, Floats, Ints, Span, later, logistic, poisson, powered, repeat
from pipelines.demo.leads import Leads
from pipelines.demo.marketing import CLICK, MailEvents, Sends
from pipelines.demo.people import People
from pipelines.demo.tracking import chosen, written_at
from pipelines.demo.world import World

FORM_TYPES = ("demo_request", "pricing_request", "call_me", "content_download", "webinar_registration", "newsletter")
DEMO, CALL = FORM_TYPES.index("demo_request"), FORM_TYPES.index("call_me")
FORM_PAGE, PRICING_PAGE = -2, -1
BEFORE, AFTER, TOUCH, OTHER = range(4)
"""Where a page view or a form stands to its lead: what led to it, what followed, a visit that an advertisement caused
before it and that moved its chances, or nothing to it."""


@dataclass(frozen=True)
class Visits:
    """One place per page view, in the order in which they were written (`seen_at`, some long after `at`).

    `person` is -1 for strangers and machines; `page` is a place in words.PAGES, PRICING_PAGE or FORM_PAGE. Visitors
    are numbered: first and second browser of each person, then the filters of firms, then strangers, then robots.
    `lead` is the lead that caused the view (-1: none), `origin` how (neither is ever exported).
    """

    visitor: Ints
    person: Ints
    at: Ints
    seen_at: Ints
    page: Ints
    form: Ints
    link: Ints
    identified: Bools
    campaign: Ints
    robot: Bools
    machine: Bools
    lead: Ints
    origin: Ints

    def __len__(self) -> int:
        return len(self.visitor)

    def kept(self, rows: Bools | Ints | slice) -> "Visits":
        return Visits(*(getattr(self, name)[rows] for name in Visits.__dataclass_fields__))


@dataclass(frozen=True)
class Forms:
    """One place per form sent in; `lead` is the lead that caused it: created by it (origin BEFORE), or followed by it
    (AFTER).
    """

    person: Ints
    visitor: Ints
    lead: Ints
    origin: Ints
    kind: Ints
    at: Ints


def send_forms(
    world: World, leads: Leads, people: People, has_email: Bools, span: Span, *, rng: np.random.Generator
) -> Forms:
    """The form that brought an inbound lead in, seconds before the lead was created, and later ones of interested
    people.
    """
    kinds = np.array([FORM_TYPES.index(source.form) if source.form else -1 for source in world.leads.sources.values()])
    lead = np.flatnonzero((kinds[leads.source] >= 0) & has_email[leads.person])
    first = kinds[leads.source[lead]]
    first = np.where((first == DEMO) & (rng.random(len(lead)) < world.web.call_instead), CALL, first)
    at = leads.created_at[lead] - rng.uniform(*world.web.form_seconds, len(lead)).astype(np.int64)
    intent = people.intent[leads.person]
    extra = poisson(rng, world.web.extra_form * powered(world.web.intent_effect * intent), None, "web.extra_form")
    more = repeat(np.where(has_email[leads.person], extra, 0))
    more_at = later(leads.created_at[more], rng.exponential(world.web.after_days * DAY, len(more)))
    more_kind = mixed(world.web.form_mix, len(more), rng)
    person = np.concatenate([leads.person[lead], leads.person[more]])
    when = np.concatenate([at, more_at])
    kind = np.concatenate([first, more_kind]).astype(np.int64)
    by = np.concatenate([lead, more])
    origin = np.repeat([BEFORE, AFTER], [len(lead), len(more)])
    order = np.argsort(when, kind="stable")
    order = order[(when[order] < span.end) & (when[order] >= span.start)]
    return Forms(person[order], browser(world, person[order], rng), by[order], origin[order], kind[order], when[order])


def browser(world: World, person: Ints, rng: np.random.Generator) -> Ints:
    """The number of the browser a person uses this time: mostly the first."""
    return 2 * person + (rng.random(len(person)) < world.web.second_cookie)


def visit_pages(
    world: World,
    leads: Leads,
    people: People,
    deals: Deals,
    *,
    forms: Forms,
    sends: Sends,
    events: MailEvents,
    touched: Ints,
    span: Span,
    rng: np.random.Generator,
) -> Visits:
    """All page views of people whom the company knows, and of filters that follow the links of their mails."""
    rates = world.web
    intent = people.intent[leads.person]
    rate = powered(rates.lead_before + rates.intent_before * rates.intent_effect * intent)
    before = repeat(poisson(rng, rate, None, "web.lead_before"))
    rate = powered(rates.lead_after + rates.intent_effect * intent)
    rate = rate * rng.gamma(rates.after_shape, 1 / rates.after_shape, len(leads))
    after = repeat(poisson(rng, rate, None, "web.lead_after"))
    early = later(
        leads.created_at[before], -rng.exponential(rates.before_days * DAY, len(before)) - rates.before_seconds
    )
    late = later(leads.created_at[after], rng.exponential(rates.after_days * DAY, len(after)))
    touch = repeat(leads.touches)
    ahead = rng.random(len(touch)) * world.leads.touch_days * DAY + rates.before_seconds
    advertised = later(leads.created_at[touch], -ahead)
    left = np.maximum(span.end - np.maximum(touched, span.start), 0)
    known = repeat(poisson(rng, rates.customer_views * left / span.seconds, None, "web.customer_views"))
    calm = span.end - (rng.random(len(known)) * left[known]).astype(np.int64)
    buying = repeat(poisson(rng, rates.deal_views, len(deals), "web.deal_views"))
    around = later(deals.created_at[buying], rng.exponential(rates.deal_view_days * DAY, len(buying)))
    person = np.concatenate([leads.person[np.concatenate([before, after, touch])], known, deals.person[buying]])
    idle = np.full(len(known) + len(buying), -1, dtype=np.int64)
    own = replace(
        views(world, person, np.concatenate([early, late, advertised, calm, around]), people, rng),
        lead=np.concatenate([before, after, touch, idle]),
        origin=np.repeat([BEFORE, AFTER, TOUCH, OTHER], [len(before), len(after), len(touch), len(idle)]),
    )
    form = replace(
        views_of(forms.visitor, forms.person, forms.at - int(rates.form_page_seconds), FORM_PAGE),
        form=forms.kind,
        identified=np.ones(len(forms.at), dtype=np.bool_),
        lead=forms.lead,
        origin=forms.origin,
    )
    whole = joined([own, form, *landings(world, people, sends, events, rng)])
    return in_order(replace(whole, seen_at=written_at(whole.at, rates.tracking, rng)), span)


def landings(
    world: World, people: People, sends: Sends, events: MailEvents, rng: np.random.Generator
) -> tuple[Visits, Visits]:
    """The pages that clicks in mails open: people's, and those of filters that load what they click."""
    clicks = np.flatnonzero(events.kind == CLICK)
    loads = chosen(events.send[clicks] * 8 + events.link[clicks], int(rng.integers(2**31)), world.web.scanner_views)
    human = clicks[events.by_person[clicks]]
    machine = clicks[~events.by_person[clicks] & loads]
    person = sends.person[events.send[human]]
    filters = 2 * len(people) + people.firm[sends.person[events.send[machine]]]
    wait = int(world.web.landing_seconds)
    return (
        replace(
            views_of(browser(world, person, rng), person, events.at[human] + wait, FORM_PAGE),
            link=events.link[human],
            campaign=sends.campaign[events.send[human]],
            identified=np.ones(len(human), dtype=np.bool_),
        ),
        replace(
            views_of(filters, -1, events.at[machine], FORM_PAGE),
            link=events.link[machine],
            campaign=sends.campaign[events.send[machine]],
            machine=np.ones(len(machine), dtype=np.bool_),
        ),
    )


def views(world: World, person: Ints, at: Ints, people: People, rng: np.random.Generator) -> Visits:
    pricing = rng.random(len(person)) < logistic(
        world.web.pricing_rate + world.web.pricing_intent * people.intent[person]
    )
    pages = np.where(pricing, PRICING_PAGE, zipf_pages(world, len(person), rng))
    return views_of(browser(world, person, rng), person, at, pages)


def zipf_pages(world: World, count: int, rng: np.random.Generator) -> Ints:
    """Places in words.PAGES, the n-th drawn n to the minus `page_zipf` as often as the first."""
    weights = [(place + 1.0) ** -world.web.page_zipf for place in range(len(words.PAGES))]
    return mixed(weights, count, rng)


def mixed(weights: Sequence[float], count: int, rng: np.random.Generator) -> Ints:
    """Places drawn by weight."""
    border: Floats = np.cumsum(np.asarray(weights, dtype=np.float64))
    place: Ints = np.searchsorted(border[:-1], rng.random(count) * border[-1], side="right").astype(np.int64)
    return place


def views_of(visitor: Ints, person: Ints | int, at: Ints, page: Ints | int) -> Visits:
    """Page views written at once that nothing but their visitor is known of."""
    count = len(visitor)
    nothing, no = np.full(count, -1, dtype=np.int64), np.zeros(count, dtype=np.bool_)
    return Visits(
        visitor=visitor,
        person=np.broadcast_to(np.asarray(person, dtype=np.int64), count),
        at=at,
        seen_at=at,
        page=np.broadcast_to(np.asarray(page, dtype=np.int64), count),
        form=nothing,
        link=nothing,
        identified=no,
        campaign=nothing,
        robot=no,
        machine=no,
        lead=nothing,
        origin=np.full(count, OTHER),
    )


def joined(parts: list[Visits]) -> Visits:
    return Visits(*(np.concatenate([getattr(part, name) for part in parts]) for name in Visits.__dataclass_fields__))


def in_order(visits: Visits, span: Span) -> Visits:
    """The views of the history, those written first coming first."""
    order = np.argsort(visits.seen_at, kind="stable")
    first = np.searchsorted(visits.seen_at[order], (span.start, span.end))
    order = order[first[0] : first[1]]
    return visits.kept(order[visits.at[order] >= span.start])
