"""Page views and forms: of leads before and after they are known, of contacts, of strangers, of robots.

What belongs here: a cookie (`visitor`) per browser, and the moments at which a view or a form ties it to an address.
"""

from dataclasses import dataclass, replace

import numpy as np

from pipelines.demo.deals import Deals
from pipelines.demo.draw import DAY, Bools, Ints, Span, later, logistic, repeat
from pipelines.demo.leads import Leads
from pipelines.demo.marketing import CLICK, MailEvents, Sends
from pipelines.demo.people import People
from pipelines.demo.world import World

FORM_TYPES = ("demo_request", "pricing_request", "call_me", "content_download", "webinar_registration", "newsletter")
FORM_PAGE, PRICING_PAGE = -2, -1
BEFORE, AFTER, TOUCH, OTHER = range(4)
"""Where a page view or a form stands to its lead: what led to it, what followed, a visit that an advertisement caused
before it and that moved its chances, or nothing to it."""


@dataclass(frozen=True)
class Visits:
    """One place per page view. `person` is -1 for strangers; `page` is a place in words.PAGES, PRICING_PAGE or
    FORM_PAGE. Visitors are numbered: first and second browser of each person, then strangers, then robots. `lead` is
    the lead that caused the view (-1: none), `origin` how (neither is ever exported).
    """

    visitor: Ints
    person: Ints
    at: Ints
    page: Ints
    form: Ints
    link: Ints
    identified: Bools
    campaign: Ints
    robot: Bools
    lead: Ints
    origin: Ints

    def __len__(self) -> int:
        return len(self.visitor)


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
    first = np.where((kinds[leads.source[lead]] == 0) & (rng.random(len(lead)) < 0.2), 2, kinds[leads.source[lead]])
    at = leads.created_at[lead] - rng.integers(5, 90, len(lead))
    intent = people.intent[leads.person]
    more = repeat(
        np.where(
            has_email[leads.person], rng.poisson(world.web.extra_form * np.exp(world.web.intent_effect * intent)), 0
        )
    )
    more_at = later(leads.created_at[more], rng.exponential(world.web.after_days * DAY, len(more)))
    more_kind = rng.choice(len(FORM_TYPES), len(more), p=world.web.form_mix)
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
    accounts: int,
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
    """All page views of the history, in the order of time."""
    rates = world.web
    intent = people.intent[leads.person]
    before = repeat(rng.poisson(np.exp(rates.lead_before + 0.5 * rates.intent_effect * intent)))
    after = repeat(
        rng.poisson(
            np.exp(rates.lead_after + rates.intent_effect * intent)
            * rng.gamma(rates.after_shape, 1 / rates.after_shape, len(leads))
        )
    )
    early = later(leads.created_at[before], -rng.exponential(rates.before_days * DAY, len(before)) - 120)
    late = later(leads.created_at[after], rng.exponential(rates.after_days * DAY, len(after)))
    touch = repeat(leads.touches)
    advertised = later(leads.created_at[touch], -rng.random(len(touch)) * world.leads.touch_days * DAY - 120)
    known = np.repeat(touched, rng.poisson(rates.customer_views, len(touched)))
    calm = span.start + (rng.random(len(known)) * span.seconds).astype(np.int64)
    buying = repeat(rng.poisson(world.web.deal_views, len(deals)))
    around = later(deals.created_at[buying], rng.exponential(world.web.deal_view_days * DAY, len(buying)))
    person = np.concatenate([leads.person[np.concatenate([before, after, touch])], known, deals.person[buying]])
    idle = np.full(len(known) + len(buying), -1, dtype=np.int64)
    own = replace(
        views(world, person, np.concatenate([early, late, advertised, calm, around]), people, rng),
        lead=np.concatenate([before, after, touch, idle]),
        origin=np.repeat([BEFORE, AFTER, TOUCH, OTHER], [len(before), len(after), len(touch), len(idle)]),
    )
    form = replace(
        part(
            forms.visitor,
            forms.person,
            forms.at - 20,
            np.full(len(forms.at), FORM_PAGE),
            form=forms.kind,
            identified=True,
        ),
        lead=forms.lead,
        origin=forms.origin,
    )
    click = np.flatnonzero((events.kind == CLICK) & events.by_person)
    clicker = sends.person[events.send[click]]
    landed = part(
        browser(world, clicker, rng),
        clicker,
        events.at[click] + 2,
        np.full(len(click), FORM_PAGE),
        link=events.link[click],
        campaign=sends.campaign[events.send[click]],
        identified=True,
    )
    parts = [own, form, landed, *strangers(world, accounts, len(people), span, rng)]
    whole = Visits(*(np.concatenate([getattr(piece, name) for piece in parts]) for name in Visits.__dataclass_fields__))
    order = np.argsort(whole.at, kind="stable")
    order = order[(whole.at[order] < span.end) & (whole.at[order] >= span.start)]
    return Visits(*(getattr(whole, name)[order] for name in Visits.__dataclass_fields__))


def views(world: World, person: Ints, at: Ints, people: People, rng: np.random.Generator) -> Visits:
    pricing = rng.random(len(person)) < logistic(
        world.web.pricing_rate + world.web.pricing_intent * people.intent[person]
    )
    return part(browser(world, person, rng), person, at, np.where(pricing, PRICING_PAGE, zipf_pages(len(person), rng)))


def zipf_pages(count: int, rng: np.random.Generator) -> Ints:
    """Places in words.PAGES, the first far more common than the last."""
    weight = 1 / np.arange(1, 14)
    return np.searchsorted(np.cumsum(weight / weight.sum())[:-1], rng.random(count), side="right").astype(np.int64)


def strangers(world: World, accounts: int, people: int, span: Span, rng: np.random.Generator) -> tuple[Visits, Visits]:
    """Browsers nobody ever identifies, and robots that read page after page within seconds."""
    cookies, robots = round(accounts * world.web.anonymous_cookies), max(round(accounts * world.web.robots), 1)
    who = repeat(rng.geometric(1 / world.web.anonymous_views, cookies))
    first = span.start + (rng.random(cookies) * span.seconds).astype(np.int64)
    at = later(
        first[who], rng.exponential(5 * DAY, len(who)) * (rng.random(len(who)) < 0.5) + rng.exponential(200, len(who))
    )
    nobody = np.full(len(who), -1, dtype=np.int64)
    pages = np.where(rng.random(len(who)) < world.web.stranger_pricing, PRICING_PAGE, zipf_pages(len(who), rng))
    machine = repeat(rng.poisson(world.web.robot_views, robots))
    start = span.start + (rng.random(robots) * span.seconds).astype(np.int64)
    machine_at = start[machine] + rng.integers(0, 90, len(machine))
    return (
        part(2 * people + who, nobody, at, pages),
        part(
            2 * people + cookies + machine,
            np.full(len(machine), -1, dtype=np.int64),
            machine_at,
            zipf_pages(len(machine), rng),
            robot=True,
        ),
    )


def part(
    visitor: Ints,
    person: Ints,
    at: Ints,
    page: Ints,
    form: Ints | None = None,
    *,
    link: Ints | None = None,
    campaign: Ints | None = None,
    identified: bool = False,
    robot: bool = False,
) -> Visits:
    nothing = np.full(len(visitor), -1, dtype=np.int64)
    return Visits(
        visitor,
        person,
        at,
        page,
        nothing if form is None else form,
        nothing if link is None else link,
        np.full(len(visitor), identified),
        nothing if campaign is None else campaign,
        np.full(len(visitor), robot),
        nothing,
        np.full(len(visitor), OTHER),
    )
