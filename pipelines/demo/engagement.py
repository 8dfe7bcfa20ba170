"""The extracts of the web-site and mail systems: page views, forms, mail events, in the order of their logs."""

import io
from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.demo import words
from pipelines.demo.columns import times, unless
from pipelines.demo.company import Company
from pipelines.demo.crm_leads import lead_people
from pipelines.demo.draw import Bools, Ints
from pipelines.demo.draw import words as pick
from pipelines.demo.ids import refer
from pipelines.demo.marketing import CLICK, EVENTS, WEBINAR, nearest
from pipelines.demo.networks import Origins, disguised
from pipelines.demo.tracking import scattered, with_repeats
from pipelines.demo.web import FORM_TYPES, TOUCH, Visits, mixed

CELL_EVENTS = 10**9
"""Events of each kind are counted from the cell's number times this."""
COOKIES, CELL_COOKIES = 9 * 10**8, 10**5
STEP = 7919 * 104729  # has no factor in common with COOKIES: multiples of it, modulo that, are all different


@dataclass(frozen=True)
class Log:
    """Rows in the order in which they were written, and when each was."""

    rows: pl.DataFrame
    seen_at: Ints

    def between(self, since: int, now: int) -> pl.DataFrame:
        first, last = np.searchsorted(self.seen_at, (since, now))
        part = self.rows.slice(int(first), int(last - first))
        return part if len(part) > len(self.rows) // 2 else on_its_own(part)


def on_its_own(part: pl.DataFrame) -> pl.DataFrame:
    """A copy of a few rows that does not keep the table alive of which they are a slice."""
    copy = io.BytesIO()
    part.write_ipc(copy, compat_level=pl.CompatLevel.oldest())
    return pl.read_ipc(copy.getvalue())


def numbered(prefix: str, number: Ints) -> pl.Series:
    """`v00000001`: at least eight digits."""
    high, low = np.divmod(number, 10_000)
    first = int(high.min(initial=0))
    heads = pl.Series(np.arange(first, int(high.max(initial=0)) + 1)).cast(pl.String).str.zfill(4)
    tails = pl.Series(np.arange(10_000)).cast(pl.String).str.zfill(4)
    parts = pl.concat_str(pl.lit(prefix), pl.lit(heads.gather(high - first)), pl.lit(tails.gather(low)))
    return pl.select(parts).to_series()


def cookies(company: Company, visitor: Ints) -> pl.Series:
    """The cookie of each browser, two numbers in the form that web analytics uses: the first tells the browsers of a
    cell apart, the second the cells.
    """
    salt = int(company.generator("cookies").integers(2**31))
    draw = (scattered(visitor, salt) * CELL_COOKIES).astype(np.int64)
    parts = [
        pl.lit(pl.Series(10**8 + place * STEP % COOKIES).cast(pl.String))
        for place in (visitor + salt, company.cell * CELL_COOKIES + draw)
    ]
    return pl.select(pl.concat_str(parts[0], pl.lit("."), parts[1])).to_series()


def dotted(address: Ints) -> pl.Series:
    """Addresses as four numbers."""
    octet = np.arange(256)
    one = pl.Series(octet).cast(pl.String)
    pairs = one.gather(np.repeat(octet, 256)) + pl.Series(["."]) + one.gather(np.tile(octet, 256))
    parts = (pl.lit(pairs.gather(address >> 16)), pl.lit("."), pl.lit(pairs.gather(address & 0xFFFF)))
    return pl.select(pl.concat_str(*parts)).to_series()


def web_visits(company: Company, visits: Visits, places: Origins, first: int) -> Log:
    """The rows of a block of page views, the first of which is the cell's number `first`."""
    rng = company.generator(f"visit rows {first}")
    place = with_repeats(len(visits), company.world.web.tracking, rng)
    made = visits.kept(place)
    robot = made.robot
    salt = int(company.generator("browsers").integers(2**31))
    pages = [*words.PAGES, *words.LINKS[:3], *(words.FORM_PAGES[kind] for kind in FORM_TYPES), "/pricing"]
    page = np.where(made.page >= 0, made.page, len(pages) - 1)
    page = np.where(made.link >= 0, len(words.PAGES) + made.link % len(words.LINKS[:3]), page)
    page = np.where(made.form >= 0, len(words.PAGES) + 3 + made.form, page)
    program = scattered(made.visitor, salt)
    agent = (program * len(words.BROWSERS)).astype(np.int64)
    named = robot & ~disguised(company, made)
    agent = np.where(named, len(words.BROWSERS) + (program * len(words.ROBOTS)).astype(np.int64), agent)
    mailed = made.link >= 0
    read = (rng.exponential(company.world.web.view_seconds, len(visits)) + 1).astype(np.int64)[place]
    paths = mixed(list(company.world.web.referrers.values()), len(visits), rng)[place]
    frame = pl.DataFrame(
        {
            "visit_id": numbered("v", company.cell * CELL_EVENTS + first + place),
            "visitor_id": cookies(company, made.visitor),
            "email": unless(~made.identified, company.people.email.gather(np.maximum(made.person, 0))),
            "visited_at": times(made.at, company.span.end),
            "page": pick(pages, page),
            "referrer": referrers(company, mailed | robot, paths),
            **tags(company, made, adverts(company, visits, rng)[place]),
            "ip": dotted(places.address[place]),
            "user_agent": pick((*words.BROWSERS, *words.ROBOTS), agent),
            "duration_seconds": pl.Series(np.where(robot | made.machine, 0, read)),
        }
    )
    return Log(frame, made.seen_at)


def referrers(company: Company, none: Bools, path: Ints) -> pl.Series:
    texts = pl.Series([name or None for name in company.world.web.referrers], dtype=pl.String)
    return unless(none, texts.gather(path))


def adverts(company: Company, visits: Visits, rng: np.random.Generator) -> Ints:
    """The advertisement behind each page view, -1 for none: such bring some strangers, and a lead before it came."""
    shares = company.world.web.advertisements
    weights = [share if name else 0.0 for name, share in shares.items()]
    if not sum(weights):
        return np.full(len(visits), -1, dtype=np.int64)
    came = (visits.person < 0) & ~visits.robot & ~visits.machine & (rng.random(len(visits)) < sum(weights))
    return np.where(came | (visits.origin == TOUCH), mixed(weights, len(visits), rng), -1)


def tags(company: Company, made: Visits, advert: Ints) -> dict[str, pl.Series]:
    """Campaign tags of mails and advertisements."""
    names = ["newsletter/email", *company.world.web.advertisements]
    place = pl.Series(np.where(made.link >= 0, 0, np.where(advert < 0, -1, advert + 1)))
    place = place.set(place < 0, None)
    campaign = pl.Series([f"c{number}" for number in range(len(company.campaigns))], dtype=pl.String)
    return {
        "utm_source": pl.Series([name.partition("/")[0] for name in names]).gather(place),
        "utm_medium": pl.Series([name.partition("/")[2] for name in names]).gather(place),
        "utm_campaign": refer(campaign, made.campaign),
    }


def form_fills(company: Company) -> Log:
    made = company.forms
    webinar = np.where(
        made.kind == FORM_TYPES.index("webinar_registration"), nearest(company.campaigns, WEBINAR, made.at), -1
    )
    types = pick(FORM_TYPES, made.kind)
    frame = pl.DataFrame(
        {
            "form_fill_id": numbered("f", company.cell * CELL_EVENTS + 1 + np.arange(len(made.at))),
            "visitor_id": cookies(company, made.visitor),
            "email": typed_address(company, made.person, made.lead),
            "form_name": types.str.replace_all("_", " ").str.to_titlecase(),
            "form_type": types,
            "page": pick([words.FORM_PAGES[kind] for kind in FORM_TYPES], made.kind),
            "submitted_at": times(made.at, company.span.end),
            "campaign_id": refer(company.ids.campaign, webinar),
        }
    )
    return Log(frame, made.at)


def typed_address(company: Company, person: Ints, lead: Ints) -> pl.Series:
    """What a person types into a form: the address that the lead it made or followed has."""
    by_lead = refer(lead_people(company)[2], lead)
    return by_lead.fill_null(unless(lead >= 0, company.people.email.gather(person)))


def email_events(company: Company) -> Log:
    made, sends, rng = company.mail, company.sends, company.generator("mail rows")
    place = with_repeats(len(made.at), company.world.web.tracking, rng)
    send, kind = made.send[place], made.kind[place]
    messages = numbered("m", company.cell * CELL_EVENTS + 1 + np.arange(len(sends.sent_at)))
    frame = pl.DataFrame(
        {
            "email_event_id": numbered("e", company.cell * CELL_EVENTS + 1 + place),
            "email": company.people.email.gather(sends.person[send]),
            "event_type": pick(EVENTS, kind),
            "message_id": messages.gather(send),
            "campaign_id": company.ids.campaign.gather(sends.campaign[send]),
            "link": unless(kind != CLICK, pick(words.LINKS, np.maximum(made.link[place], 0))),
            "occurred_at": times(made.at[place], company.span.end),
        }
    )
    return Log(frame, made.seen_at[place])
