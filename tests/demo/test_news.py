"""News matters for a time to the firm that it is about, and the house learns of it late or never."""

import numpy as np
import polars as pl
import pytest

from pipelines.demo.arrays import as_of
from pipelines.demo.company import Company, simulate
from pipelines.demo.draw import DAY, Ints, history_span
from pipelines.demo.news import News
from pipelines.demo.news_feed import news_feed
from pipelines.demo.world import read_world
from tests.demo.conftest import UNTIL


def days(*numbers: int) -> Ints:
    return np.array(numbers, dtype=np.int64) * DAY


def places(*numbers: int) -> Ints:
    return np.array(numbers, dtype=np.int64)


def test_an_event_counts_for_its_firm_from_its_moment_until_its_window_has_passed() -> None:
    news = News(firm=places(0, 0, 1), at=days(10, 12, 10), kind=places(0, 1, 0), window=days(5, 100))
    firm, moment = places(0, 0, 0, 0, 1, 2), days(9, 10, 13, 16, 11, 11)
    assert news.effect(firm, moment, [1.0, 0.25]).tolist() == [0.0, 1.0, 1.25, 0.25, 1.0, 0.0]
    assert news.effect(firm, moment, [0.0, 0.0]).tolist() == [0.0] * 6


def test_the_row_as_of_a_moment_is_the_last_of_its_group_that_had_happened() -> None:
    group, at = places(0, 0, 1), days(10, 20, 15)
    assert as_of(group, at, places(0, 0, 0, 1, 1, 2), days(9, 10, 99, 14, 15, 99)).tolist() == [-1, 0, 1, -1, 2, -1]
    assert as_of(places(), places(), places(3), days(1)).tolist() == [-1]


@pytest.fixture(scope="module")
def company() -> Company:
    world = read_world("saas")
    return simulate(world, 1000, 9, history_span(world.history, UNTIL), lambda _: None)


@pytest.mark.capability("G5")
def test_the_feed_holds_only_what_was_found_by_then_and_not_all_of_it(company: Company) -> None:
    now = company.span.end - 300 * DAY
    feed = news_feed(company.seen(now))
    moment = "%Y-%m-%dT%H:%M:%SZ"
    published, fetched = (feed[name].str.to_datetime(moment).dt.epoch("s") for name in ("published_at", "fetched_at"))
    assert (fetched >= published).all()
    assert (fetched < now).all()
    happened = int((company.news.at < now).sum())
    assert 0.6 * happened < feed.height < 0.8 * happened
    assert set(feed["kind"]) == set(company.world.news.kinds)
    assert feed.filter(pl.col("headline").str.contains("{}", literal=True)).is_empty()


def test_fresh_money_brings_more_leads_than_a_quiet_time(company: Company) -> None:
    leads, kinds = company.leads, list(company.world.news.kinds)
    listed = leads.firm < company.firms.listed
    funded = company.news.counted(leads.firm, leads.created_at, kinds.index("funding")) > 0
    rng = np.random.default_rng(1)
    firm = leads.firm[listed]
    quiet = company.news.counted(
        firm, rng.integers(company.span.start, company.span.end, len(firm)), kinds.index("funding")
    )
    assert funded[listed].mean() > (quiet > 0).mean()
