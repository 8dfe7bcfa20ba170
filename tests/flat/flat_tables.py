"""Tables with an outcome, made on the spot: what is known of them is known by construction."""

from pathlib import Path

import numpy as np
import polars as pl


def table(rows: int, seed: int = 1, signal: float = 2.0) -> pl.DataFrame:
    """Leads whose `Won` follows from `Visits` and `Lead Source` as strongly as `signal` says; `Noise` tells nothing."""
    random = np.random.default_rng(seed)
    visits, noise = random.normal(size=(2, rows)).round(3)
    source = random.choice(["Google", "Direct", "Fair", "Referral"], rows, p=[0.4, 0.3, 0.2, 0.1])
    margin = signal * (visits + (source == "Referral")) - 0.8
    won = random.random(rows) < 1 / (1 + np.exp(-margin))
    days = np.sort(random.integers(0, 300, rows))
    return pl.DataFrame(
        {
            "Id": [f"L{number:05d}" for number in random.permutation(rows)],
            "Created": np.datetime64("2025-01-01") + days.astype("timedelta64[D]"),
            "Visits": visits,
            "Lead Source": source,
            "Noise": noise,
            "Won": np.where(won, "Yes", "No"),
        }
    )


def written(folder: Path, frame: pl.DataFrame, name: str = "leads.csv", separator: str = ",") -> Path:
    """The table as a file."""
    path = folder / name
    frame.write_csv(path, separator=separator)
    return path
