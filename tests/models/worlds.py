"""Small worlds with known truth for the tests of `models`: what drives conversion is written here, nowhere else."""

from datetime import datetime, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.spec import ModelSpec

START = datetime(2022, 1, 1)
AS_OF = datetime(2024, 6, 1)
SPEC = ModelSpec(
    name="lead_conversion",
    title="lead conversion",
    unit="lead",
    unit_column="lead_id",
    positive_word="converted",
    horizon_days=30,
    lag_days=7,
    monotone={"pricing_views_7d": 1},
    idea_of={"pricing_views_7d": "pricing page", "pricing_views_90d": "pricing page"},
)
INDUSTRIES = np.array(["Software", "Retail", "Healthcare", "Energy", "Public"])
INDUSTRY_EFFECT = np.array([0.9, 0.0, 0.5, -0.4, -0.9])


def leads(units: int, seed: int = 1, days: int = 700, label: str = "true") -> pl.DataFrame:
    """One landmark per lead, evenly over `days`; column `truth` is the probability from which the label was drawn.

    `label` "random" draws it without regard to any feature.
    """
    random = np.random.default_rng(seed)
    industry = random.integers(0, len(INDUSTRIES), units)
    employees = np.exp(random.normal(4, 1.3, units))
    pricing = random.poisson(0.7, units)
    is_free_mail = random.random(units) < 0.3
    log_odds = -2.2 + 0.9 * pricing + INDUSTRY_EFFECT[industry] + 0.45 * (np.log(employees) - 4) - 1.0 * is_free_mail
    truth = 1 / (1 + np.exp(-log_odds))
    truth = np.full(units, truth.mean()) if label == "random" else truth
    return pl.DataFrame(
        {
            "lead_id": [f"00Q{number:07d}" for number in random.permutation(units)],
            "as_of": moments(random.integers(0, days, units)),
            "label": random.random(units) < truth,
            "weight": np.ones(units),
            "group": [f"acc{number}" for number in random.integers(0, max(units // 2, 1), units)],
            "age_days": random.integers(0, 60, units),
            "industry": pl.Series(INDUSTRIES[industry]),
            "employees": pl.Series(employees).set(pl.Series(random.random(units) < 0.1), None),
            "pricing_views_7d": pricing,
            "pricing_views_90d": pricing + random.poisson(1, units),
            "is_free_mail": is_free_mail,
            "noise": random.normal(size=units),
            "truth": truth,
        }
    )


def training(frame: pl.DataFrame) -> pl.DataFrame:
    """What the house would give to training: everything but the truth."""
    return frame.drop("truth")


def aging_leads(units: int, seed: int = 1, days: int = 700, every: int = 14) -> pl.DataFrame:
    """Leads seen every 14 days while they are open: those that convert soon leave few landmarks."""
    random = np.random.default_rng(seed)
    strength = random.normal(size=units)
    created = random.integers(0, days, units)
    wait = random.exponential(np.exp(5.2 - 1.0 * strength)).astype(int)
    first = random.integers(0, every, units)
    rows = []
    for unit in range(units):
        for age in range(int(first[unit]), 180, every):
            if age >= wait[unit] or created[unit] + age >= days:
                break
            rows.append(
                (f"00Q{unit:07d}", created[unit] + age, wait[unit] <= age + SPEC.horizon_days, age, strength[unit])
            )
    columns = list(zip(*rows, strict=True))
    return pl.DataFrame(
        {
            "lead_id": columns[0],
            "as_of": moments(np.array(columns[1])),
            "label": pl.Series(columns[2], dtype=pl.Boolean),
            "group": columns[0],
            "age_days": columns[3],
            "strength": columns[4],
        }
    )


def moments(days: NDArray[np.int64]) -> pl.Series:
    """Days after the start as moments."""
    return pl.Series([START + timedelta(days=int(day)) for day in days], dtype=pl.Datetime("us"))
