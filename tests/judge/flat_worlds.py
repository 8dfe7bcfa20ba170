"""Flat tables whose truth is known: labels that nothing tells, columns that know the outcome.

What does not belong here: what is counted over many of them (`flat`).
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.one_table import Table
from pipelines.demo import write_company
from pipelines.flat.question import Question, ask

Mask = NDArray[np.bool_]
Random = np.random.Generator


def columns(random: Random, rows: int) -> dict[str, object]:
    """Columns of every kind, rare and frequent, filled and not; the first three may move an outcome."""
    visits, fit = random.exponential(3, rows).round(), random.normal(size=rows)
    source = random.choice(["web", "fair", "partner", "cold"], rows, p=[0.5, 0.2, 0.1, 0.2])
    return {
        "visits": visits,
        "fit": np.where(random.random(rows) < 0.2, np.nan, fit),
        "source": source,
        "employees": np.exp(random.normal(4, 1.5, rows)).round(),
        "city": np.char.add("c", random.zipf(1.5, rows).clip(max=300).astype(str)),
        "is_partner": random.random(rows) < 0.05,
        "days since": random.integers(0, 700, rows).astype(float),
        "plan": random.choice(["a", "b"], rows),
    }


def honest(seed: int, rows: int, signal: float) -> tuple[pl.DataFrame, Mask]:
    """A table and outcomes that follow from its first columns as strongly as told; of random ones at 0."""
    random = np.random.default_rng(seed)
    found = columns(random, rows)
    moved = 0.3 * np.asarray(found["visits"]) + np.nan_to_num(np.asarray(found["fit"])) - 1.0
    margin = signal * (moved + (np.asarray(found["source"]) == "partner")) - random.uniform(0.5, 2)
    label = random.random(rows) < 1 / (1 + np.exp(-margin))
    return pl.DataFrame(found).with_columns(pl.col("fit").fill_nan(None)), label


def table(frame: pl.DataFrame, label: Mask) -> Table:
    """As `growth fit` asks it, without an order."""
    return Table(frame, pl.Series("label", label), np.arange(len(label)), False, "won", frozenset())


KNOWN_AT_CREATION = (
    "Title", "LeadSource", "Industry", "State", "City", "Country", "CurrencyIsoCode", "AnnualRevenue",
    "NumberOfEmployees", "Salutation", "Website", "Phone", "Has_Data_Team__c", "Interest_Index__c", "Landing_Page__c",
    "CreatedDate",
)  # fmt: skip


@cache
def leads_of_the_demo() -> pl.DataFrame:
    """The leads of a simulated company: what was known when they came, and whether they were converted."""
    with TemporaryDirectory() as folder:
        write_company(Path(folder), 3_000, 11, world="saas")
        leads = pl.read_csv(Path(folder) / "Lead.csv", infer_schema_length=0).filter(pl.col("IsDeleted").is_null())
    return leads.select("Id", *KNOWN_AT_CREATION, converted=pl.col("IsConverted").fill_null("0"))


def forty_and_forty(seed: int) -> Table:
    """Forty converted leads and forty others, as `growth fit` reads them from a file."""
    leads, random = leads_of_the_demo(), np.random.default_rng(seed)
    is_converted = (leads["converted"] == "1").to_numpy()
    rows = [random.choice(np.flatnonzero(one), 40, replace=False) for one in (is_converted, ~is_converted)]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "leads.csv"
        leads[np.sort(np.concatenate(rows))].write_csv(path)
        return ask(Question(path, "converted", "Id")).table


def at_times(random: Random, label: Mask, of_events: float, of_others: float) -> pl.Series:
    """Days that are filled in for such shares of either class."""
    filled = random.random(len(label)) < np.where(label, of_events, of_others)
    return pl.Series(np.where(filled, random.integers(0, 90, len(label)), np.nan)).fill_nan(None)


def of_team(random: Random, label: Mask) -> pl.Series:
    """The share of outcomes in teams of three, the row's own included."""
    team = random.permutation(len(label)) // 3
    return pl.Series((np.bincount(team, label) / np.bincount(team))[team])


LEAKS: dict[str, Callable[[Random, Mask], pl.Series]] = {
    "copy": lambda random, label: pl.Series(np.where(label, "closed", "open")),
    "noisy copy": lambda random, label: pl.Series(np.where(label ^ (random.random(len(label)) < 0.08), 1.0, 0.0)),
    "null until it happened": lambda random, label: at_times(random, label, 0.9, 0.0),
    "filled in with it": lambda random, label: at_times(random, label, 0.95, 0.2),
    "aggregate": of_team,
    "sorted by it": lambda random, label: pl.Series(
        np.argsort(np.argsort(label + random.random(len(label)) * 0.9)) * 1.0
    ),
    "date after it": lambda random, label: pl.Series(random.normal(size=len(label)) + 2.2 * label),
    "reason of the others": lambda random, label: pl.Series(
        np.where(~label & (random.random(len(label)) < 0.6), "too dear", "none")
    ),
}
"""Columns that know the outcome, by how they came to know it."""
