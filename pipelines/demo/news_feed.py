"""What a news service delivers: some events are never published, and all are found some time after they were."""

import numpy as np
import polars as pl

from pipelines.demo import notes
from pipelines.demo.company import Company
from pipelines.demo.draw import DAY, Ints, choose
from pipelines.demo.draw import words as pick


def news_feed(company: Company) -> pl.DataFrame:
    """The rows that were found before the export's moment, in the order in which they were."""
    rates, news, rng = company.world.news, company.news, company.generator("news feed")
    count = len(news)
    fetched = news.at + rng.exponential(rates.fetch_days * DAY, count).astype(np.int64)
    found = rng.random(count) < rates.coverage
    source = pick(list(rates.sources), choose(rng, rates.sources, count))
    number = pl.Series(np.arange(1, count + 1)).cast(pl.String).str.zfill(8)
    frame = pl.DataFrame(
        {
            "news_id": pl.Series([f"n{company.cell}-"]) + number,
            "domain": company.firms.domain.gather(news.firm),
            "published_at": iso(news.at),
            "kind": pick(list(rates.kinds), news.kind),
            "headline": headlines(list(rates.kinds), news.kind, company.firms.name.gather(news.firm), rng),
            "source": source,
            "fetched_at": iso(fetched),
            "order": fetched,
        }
    )
    known = frame.filter(pl.Series(found & (fetched < company.now)))
    return known.sort("order", "news_id").drop("order")


def headlines(kinds: list[str], kind: Ints, name: pl.Series, rng: np.random.Generator) -> pl.Series:
    lines = [notes.HEADLINES.get(one, notes.OTHER_HEADLINES) for one in kinds]
    sizes = np.array([len(line) for line in lines])
    place = (np.cumsum(sizes) - sizes)[kind] + (rng.random(len(kind)) * sizes[kind]).astype(np.int64)
    text = pick([line for chosen in lines for line in chosen], place)
    frame = pl.DataFrame({"text": text, "name": name})
    return frame.select(pl.col("text").str.replace("{}", pl.col("name"), literal=True)).to_series()


def iso(moment: Ints) -> pl.Series:
    return pl.from_epoch(pl.Series(moment), time_unit="s").dt.strftime("%Y-%m-%dT%H:%M:%SZ")
