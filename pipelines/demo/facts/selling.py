"""Facts of sales: who is contacted and when, what becomes of leads, and how deals and renewals end.

What does not belong here: mails and page views (reach.py).
"""

import polars as pl

from pipelines.demo.facts.fact import Fact, ratio_interval, share_interval, with_shares
from pipelines.demo.facts.reading import RIPE_DAYS, Written


def never_contacted(written: Written) -> Fact:
    """Most accounts were never contacted by sales."""
    accounts, contacted = written.numbers("""
        select count(*), count(*) filter (id in (
            select account_id from activity, seen where done_at <= until_at and account_id is not null))
        from account where kind is distinct from 'Competitor' and kind is distinct from 'Partner'""")
    return Fact(
        "accounts never contacted",
        "{value} of the accounts have neither a done call, mail or task nor a meeting",
        "share",
        *share_interval(accounts - contacted, accounts),
        accounts,
        (0.5, 0.95),
        "Most accounts of a CRM are a list to choose from: about 5 in a hundred companies are in the market at a time"
        " (J. Dawes, Ehrenberg-Bass Institute, the 95-5 rule, 2021).",
    )


def contacts_per_account(written: Written) -> pl.DataFrame:
    """Columns contacts (a class, in order), accounts: done activities of sales per account."""
    return written.rows("""
        with counts as (
            select id, count(done_at) as n from account
            left join (select account_id, done_at from activity, seen where done_at <= until_at) on account_id = id
            where kind is distinct from 'Competitor' and kind is distinct from 'Partner' group by id)
        select case when n = 0 then 'never' when n = 1 then 'once' when n <= 3 then '2 or 3 times'
            when n <= 10 then '4 to 10 times' else 'more often' end as contacts, count(*) as accounts
        from counts group by contacts order by min(n)""")


def unworked(written: Written) -> Fact:
    """Some leads are worked and others are not."""
    leads, idle = written.numbers("select count(*), count(*) filter (first_at is null) from ripe_lead")
    return Fact(
        "leads that nobody worked",
        f"{{value}} of the leads that came at least {RIPE_DAYS} days ago have no done activity of sales",
        "share",
        *share_interval(idle, leads),
        leads,
        (0.2, 0.4),
        "Of 2,241 companies 23 % never answered a test lead (J. Oldroyd, K. McElheran and D. Elkington, The Short Life"
        " of Online Sales Leads, Harvard Business Review, 2011).",
    )


def by_source(written: Written) -> pl.DataFrame:
    """Columns source, fact (nobody worked, became an opportunity), rows (ripe leads), hits, share, low, high."""
    return with_shares(
        written.rows("""
        select source, fact, count(*) as rows, count(*) filter (hit) as hits
        from (
            select source, 'nobody worked' as fact, first_at is null as hit from ripe_lead
            union all
            select source, 'became an opportunity', opportunity_id is not null from ripe_lead)
        where source is not null group by all order by all""")
    )


def lead_to_opportunity(written: Written) -> Fact:
    """A small part of the leads becomes an opportunity."""
    leads, opened = written.numbers("select count(*), count(opportunity_id) from ripe_lead")
    return Fact(
        "lead to opportunity",
        f"{{value}} of the leads that came at least {RIPE_DAYS} days ago became an opportunity",
        "share",
        *share_interval(opened, leads),
        leads,
        (0.05, 0.20),
        "13 % on average over the pipelines of hundreds of companies (Implisit, B2B sales benchmark, 2014).",
    )


DELAYS = ("within an hour", "1 to 4 hours", "4 to 24 hours", "1 to 3 days", "later")


def by_delay(written: Written) -> pl.DataFrame:
    """Columns delay (in order), rows (worked leads, by the time from their creation to sales' first activity), hits
    (converted within HORIZON_DAYS of the creation), share, low, high.
    """
    counts = written.rows("""
        select case when delay_hours < 1 then 0 when delay_hours < 4 then 1 when delay_hours < 24 then 2
                when delay_hours < 72 then 3 else 4 end as place,
            count(*) as rows, count(*) filter (is_converted_soon) as hits
        from ripe_lead where first_at is not null group by place order by place""")
    return with_shares(
        counts.select(delay=pl.col("place").replace_strict(dict(enumerate(DELAYS))), rows="rows", hits="hits")
    )


def haste_pays(written: Written) -> Fact:
    """Conversion falls with the delay of the first contact."""
    soon, soon_hits, late, late_hits = written.numbers("""
        select count(*) filter (delay_hours < 1), count(*) filter (delay_hours < 1 and is_converted_soon),
            count(*) filter (delay_hours >= 24), count(*) filter (delay_hours >= 24 and is_converted_soon)
        from ripe_lead where first_at is not null""")
    return Fact(
        "an hour against a day",
        "Leads that were contacted within an hour converted {value} times as often as those contacted after a day",
        "times",
        *ratio_interval(soon_hits, soon, late_hits, late),
        soon + late,
        (1.2, 60.0),
        "60 times as likely to be qualified within an hour as after a day, in 1.25 million leads of 42 companies"
        " (Harvard Business Review, 2011, as above); part of it is that the best leads are called first.",
    )


def closed_and_won(written: Written, kind: str) -> tuple[int, ...]:
    """How many opportunities of a kind were closed, and how many of these were won."""
    return written.numbers(
        f"select count(*), count(*) filter (is_won) from opportunity where is_closed and kind = '{kind}'"
    )


def won_by_quarter(written: Written, kind: str) -> pl.DataFrame:
    """Columns quarter (its first day), rows (closed opportunities of a kind), hits (won), share, low, high."""
    return with_shares(
        written.rows(f"""
        select date_trunc('quarter', closes_on)::date as quarter, count(*) as rows, count(*) filter (is_won) as hits
        from opportunity where is_closed and kind = '{kind}' and closes_on is not null
        group by quarter order by quarter""")
    )


def win_rate(written: Written) -> Fact:
    """About a quarter of the opportunities of new business are won."""
    closed, won = closed_and_won(written, "New Business")
    return Fact(
        "win rate of new business",
        "{value} of the closed opportunities with new customers were won",
        "share",
        *share_interval(won, closed),
        closed,
        (0.15, 0.35),
        "15 to 25 % of all opportunities and 30 to 45 % of well qualified ones in published benchmarks (such as ICONIQ"
        " Growth and First Page Sage, 2025).",
    )


def wins(written: Written) -> pl.DataFrame:
    """Columns quarter (its first day), rows (closed new business), hits (won), share, low, high."""
    return won_by_quarter(written, "New Business")


def stage_days(written: Written) -> pl.DataFrame:
    """Columns stage, days_from (the lower bound of a class, four to a power of ten), stays."""
    return written.rows("""
        select stage, round(pow(10, floor(4 * log10(greatest(days, 0.01))) / 4), 4) as days_from, count(*) as stays
        from stay group by all order by all""")


def stages_are_long_tailed(written: Written) -> Fact:
    """Time in a stage has a long tail."""
    stays = written.rows("from stay")["days"].sort()
    middle = stays.median()
    tail = stays.quantile(0.9)
    ratio = tail / middle if isinstance(middle, float) and tail is not None else float("nan")
    places = [0.9 - 0.588 / max(len(stays), 1) ** 0.5, min(0.9 + 0.588 / max(len(stays), 1) ** 0.5, 1.0)]
    low, high = (stays.quantile(max(place, 0.0)) or 0.0 for place in places)
    return Fact(
        "days in stage, long-tailed",
        "One in ten deals stands {value} times as long in its stage as the median deal, or longer",
        "times",
        ratio,
        low / middle if isinstance(middle, float) else 0.0,
        high / middle if isinstance(middle, float) else float("inf"),
        len(stays),
        (2.0, 8.0),
        "Times until people act are log-normal or heavier (A. Barabasi, Nature, 2005; D. Stouffer, R. Malmgren and"
        " L. Amaral, 2006): between two and eight times; a bell curve would give about 1.5.",
    )


def renewed(written: Written) -> Fact:
    """Most customers renew."""
    closed, kept = closed_and_won(written, "Renewal")
    return Fact(
        "renewals",
        "{value} of the renewals that came due were signed",
        "share",
        *share_interval(kept, closed),
        closed,
        (0.75, 0.95),
        "Median gross retention of 90 to 95 % a year among 1,500 private software companies (SaaS Capital, 2022 and"
        " 2023), small contracts below it.",
    )


def renewals(written: Written) -> pl.DataFrame:
    """Columns quarter (its first day), rows (closed renewals), hits (signed), share, low, high."""
    return won_by_quarter(written, "Renewal")


def arrivals(written: Written) -> pl.DataFrame:
    """Columns month (its first day), leads: whole months after the day of the migration."""
    return written.rows("""
        select date_trunc('month', created_at)::date as month, count(*) as leads from lead, seen
        where created_at::date > first_on and created_at >= date_trunc('month', first_on) + interval 1 month
            and created_at < date_trunc('month', until_at + interval 1 day)
        group by month order by month""")
