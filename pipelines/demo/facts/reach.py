"""Facts of marketing: which pages are seen, and who opens a mail.

What does not belong here: what sales does (selling.py).
"""

import numpy as np
import polars as pl

from pipelines.demo.facts.fact import Z95, Fact, share_interval
from pipelines.demo.facts.reading import Written

MACHINE_MINUTES = 10
"""A mailbox that loads every picture does so within these minutes of the delivery; few people are as quick."""


def page_ranks(written: Written) -> pl.DataFrame:
    """Columns page, rank (1 the most seen), views; robots that say so are left out."""
    return written.rows("""
        select page, row_number() over (order by count(*) desc, page) as rank, count(*) as views
        from page_view where not regexp_matches(lower(user_agent), 'bot|crawl|spider|python|curl')
        group by page order by rank""")


def zipf_fit(ranks: pl.DataFrame) -> tuple[float, float, float]:
    """Exponent, its standard error and the log of the first rank's views, by least squares on the logs. The last
    quarter of the ranks is left out: there every site breaks off (S. Krashakov et al., 2004). NaN below four ranks.
    """
    head = ranks.head(-(-3 * len(ranks) // 4))
    if len(head) < 3:
        return float("nan"), float("inf"), float("nan")
    x, y = np.log(head["rank"].to_numpy()), np.log(head["views"].to_numpy())
    slope, start = np.polyfit(x, y, 1)
    left = y - start - slope * x
    error = float(np.sqrt((left**2).sum() / (len(x) - 2) / ((x - x.mean()) ** 2).sum()))
    return -float(slope), error, float(start)


def pages_fall_off(written: Written) -> Fact:
    """Views by page follow a power law of the rank."""
    ranks = page_ranks(written)
    exponent, error, _ = zipf_fit(ranks)
    return Fact(
        "page views, Zipf-like by page",
        "Views fall with the rank of a page to the power of {value}",
        "times",
        exponent,
        exponent - Z95 * error,
        exponent + Z95 * error,
        int(ranks["views"].sum()),
        (0.6, 1.03),
        "Exponents that studies of web logs found (S. Krashakov and others, On the universality of rank"
        " distributions of website popularity, 2004).",
    )


def open_times(written: Written) -> pl.DataFrame:
    """Columns seconds_from (the lower bound of a class of the time from the delivery, four classes to a power of ten),
    event (first open, first click), mails.
    """
    return written.rows("""
        with seconds as (
            select 'first open' as event, date_diff('second', delivered_at, opened_at) as s from mail
            union all
            select 'first click', date_diff('second', delivered_at, clicked_at) from mail)
        select round(pow(10, floor(4 * log10(greatest(s, 1))) / 4), 2) as seconds_from, event, count(*) as mails
        from seconds where s is not null group by all order by all""")


def machines_open(written: Written) -> Fact:
    """Opens are inflated by mailboxes that load every picture."""
    opened, early = written.numbers(f"""
        select count(*), count(*) filter (last_opened_at < delivered_at + interval {MACHINE_MINUTES} minute)
        from mail where opened_at is not null""")
    return Fact(
        "opens that only machines made",
        f"{{value}} of the opened mails were opened within {MACHINE_MINUTES} minutes of the delivery and never again",
        "share",
        *share_interval(early, opened),
        opened,
        (0.3, 0.7),
        "Apple's mail program loads every picture since 2021 (Mail Privacy Protection), and about half of all opens"
        " come from it (Litmus, Email Client Market Share).",
    )


def mail_rates(written: Written) -> pl.DataFrame:
    """Columns step (in the order of a mail's life), mails, share of the delivered; clicks within a minute of the
    delivery are those of filters.
    """
    return written.rows(f"""
        with counts as (
            select count(*) as delivered, count(opened_at) as opened,
                count(*) filter (last_opened_at >= delivered_at + interval {MACHINE_MINUTES} minute) as later,
                count(clicked_at) as clicked,
                count(*) filter (clicked_at >= delivered_at + interval 1 minute) as by_hand
            from mail)
        select unnest(['opened, as reported', 'opened later than ten minutes', 'clicked, as reported',
                'clicked later than a minute']) as step,
            unnest([opened, later, clicked, by_hand]) as mails,
            unnest([opened, later, clicked, by_hand]) / greatest(delivered, 1) as share
        from counts""")
