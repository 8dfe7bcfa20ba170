"""The extracts of the web-site and mail systems: page views, forms, mail events."""

import numpy as np
import polars as pl

from pipelines.demo import words
from pipelines.demo.columns import times, unless
from pipelines.demo.company import Company
from pipelines.demo.draw import Ints
from pipelines.demo.draw import words as pick
from pipelines.demo.ids import refer
from pipelines.demo.marketing import CLICK, EVENTS, WEBINAR, nearest
from pipelines.demo.web import FORM_TYPES


def numbered(prefix: str, count: int) -> pl.Series:
    return pl.Series([prefix]) + pl.Series(np.arange(1, count + 1)).cast(pl.String).str.zfill(8)


def cookies(company: Company, visitor: Ints) -> pl.Series:
    """The cookie of each browser, two random numbers in the form that web analytics uses."""
    rng = company.generator("cookies")
    size = int(max(company.visits.visitor.max(initial=0), company.forms.visitor.max(initial=0))) + 1
    parts = [pl.Series(rng.integers(10**8, 10**9, size)[visitor]).cast(pl.String) for _ in range(2)]
    return parts[0] + pl.Series(["."]) + parts[1]


def places_of(company: Company, visitor: Ints) -> tuple[pl.Series, Ints]:
    """The address and the browser program of each visitor."""
    rng = company.generator("addresses")
    size = int(company.visits.visitor.max(initial=0)) + 1
    network = (
        rng.integers(11, 190, size)[visitor],
        rng.integers(0, 256, size)[visitor],
        rng.integers(0, 256, size)[visitor],
    )
    host = rng.integers(1, 255, size)[visitor]
    text = [pl.Series(number).cast(pl.String) for number in (*network, host)]
    dot = pl.Series(["."])
    return text[0] + dot + text[1] + dot + text[2] + dot + text[3], rng.integers(0, len(words.BROWSERS), size)[visitor]


def web_visits(company: Company) -> pl.DataFrame:
    made, span = company.visits, company.span
    rng, count = company.generator("visit rows"), len(company.visits)
    pages = [*words.PAGES, *words.LINKS[:3], *(words.FORM_PAGES[kind] for kind in FORM_TYPES), "/pricing"]
    page = np.select(
        [made.form >= 0, made.link >= 0, made.page >= 0],
        [len(words.PAGES) + 3 + made.form, len(words.PAGES) + made.link, made.page],
        len(pages) - 1,
    )
    ip, browser = places_of(company, made.visitor)
    agent = np.where(
        made.robot, len(words.BROWSERS) + made.visitor % (len(words.ROBOTS) + 1) % len(words.ROBOTS), browser
    )
    agent = np.where(made.robot & (made.visitor % 5 == 4), 0, agent)  # some robots pass for a browser
    mailed = made.link >= 0
    source = np.where(mailed, 0, rng.choice(4, count, p=[0.0, 0.15, 0.1, 0.75]))
    campaign_name = pl.Series(["c"]) + pl.Series(np.maximum(made.campaign, 0)).cast(pl.String)
    return pl.DataFrame(
        {
            "visit_id": numbered("v", count),
            "visitor_id": cookies(company, made.visitor),
            "email": unless(~made.identified, company.people.email.gather(np.maximum(made.person, 0))),
            "visited_at": times(made.at, span),
            "page": pick(pages, page),
            "referrer": unless(
                mailed | made.robot, pick(words.REFERRERS, rng.choice(4, count, p=[0.5, 0.35, 0.05, 0.1]))
            ).replace({"": None}),
            "utm_source": pick(("newsletter", "google", "linkedin", ""), source).replace({"": None}),
            "utm_medium": pick(("email", "cpc", "social", ""), source).replace({"": None}),
            "utm_campaign": unless(made.campaign < 0, campaign_name),
            "ip": ip,
            "user_agent": pick((*words.BROWSERS, *words.ROBOTS), agent),
            "duration_seconds": pl.Series(np.where(made.robot, 0, rng.exponential(55, count).astype(np.int64) + 1)),
        }
    )


def form_fills(company: Company) -> pl.DataFrame:
    made, span, people = company.forms, company.span, company.people
    webinar = np.where(
        made.kind == FORM_TYPES.index("webinar_registration"), nearest(company.campaigns, WEBINAR, made.at), -1
    )
    types = pick(FORM_TYPES, made.kind)
    return pl.DataFrame(
        {
            "form_fill_id": numbered("f", len(made.at)),
            "visitor_id": cookies(company, made.visitor),
            "email": people.email.gather(made.person),
            "form_name": types.str.replace_all("_", " ").str.to_titlecase(),
            "form_type": types,
            "page": pick([words.FORM_PAGES[kind] for kind in FORM_TYPES], made.kind),
            "submitted_at": iso(times(made.at, span)),
            "campaign_id": refer(company.ids.campaign, webinar),
        }
    )


def email_events(company: Company) -> pl.DataFrame:
    made, sends, span = company.mail, company.sends, company.span
    return pl.DataFrame(
        {
            "email_event_id": numbered("e", len(made.at)),
            "email": company.people.email.gather(sends.person[made.send]),
            "event_type": pick(EVENTS, made.kind),
            "message_id": numbered("m", len(sends.sent_at)).gather(made.send),
            "campaign_id": company.ids.campaign.gather(sends.campaign[made.send]),
            "link": unless(made.kind != CLICK, pick(words.LINKS, np.maximum(made.link, 0))),
            "occurred_at": iso(times(made.at, span)),
        }
    )


def iso(moment: pl.Series) -> pl.Series:
    return moment.dt.strftime("%Y-%m-%dT%H:%M:%SZ")
