"""Which rows of a flat table belong together and stay in one fold: of one group, of one id, copies of each other."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipelines.flat.reading import FlatFile

Codes = NDArray[np.int64]

SAME_BY_CHANCE = 0.1
"""Share of the pairs of equal rows that chance may explain; of more, equal rows are no copies."""


def groups(file: FlatFile, identifier: str, group: str | None, notes: list[str]) -> Codes:
    """A number per row; rows of one group, of one id, or copies of each other share it."""
    size = file.frame.height
    parent = np.arange(size)
    keys = [file.text[identifier]]
    if nameless := keys[0].null_count():
        notes.append(f"{nameless:,} rows have no {identifier}; each stands for itself")
    repeated = keys[0].drop_nulls().len() - keys[0].drop_nulls().n_unique()
    if repeated:
        notes.append(f"{repeated:,} rows repeat an id that stands above them; they stay together")
    if group:
        keys.append(file.text[group])
    rest = [name for name in file.frame.columns if name != identifier]
    copies = file.frame.select(rest).hash_rows().rename("copy") if rest else None
    if copies is not None and (equal := size - copies.n_unique()):
        if are_copies(file.frame.select(rest), copies):
            notes.append(f"{equal:,} rows are copies of others but for the id; they stay together")
            keys.append(copies)
        else:
            notes.append(f"{equal:,} rows equal others but for the id, as so few columns let many do")
    for key in keys:
        first = pl.DataFrame({"key": key, "row": np.arange(size)}).with_columns(
            first=pl.when(pl.col("key").is_null()).then(pl.col("row")).otherwise(pl.col("row").min().over("key"))
        )["first"]
        parent = joined(parent, first.to_numpy())
    return parent


def joined(one: Codes, other: Codes) -> Codes:
    """The groups that two groupings make together."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    size = len(one)
    names = [np.unique(part, return_inverse=True)[1] for part in (one, other)]
    rows, columns = np.concatenate([np.arange(size)] * 2), np.concatenate([names[0] + size, names[1] + 2 * size])
    links = coo_matrix((np.ones(2 * size), (rows, columns)), shape=(3 * size, 3 * size))
    _, found = connected_components(links, directed=False)
    return np.unique(found[:size], return_inverse=True)[1].astype(np.int64)


def are_copies(frame: pl.DataFrame, copies: pl.Series) -> bool:
    """Whether so many rows are equal that columns which know nothing of each other would not give them by chance."""
    size = frame.height
    pairs = copies.value_counts()["count"].cast(pl.Float64)
    found = float((pairs * (pairs - 1) / 2).sum())
    chance = size * (size - 1) / 2
    for name in frame.columns:
        share = frame[name].value_counts()["count"].cast(pl.Float64) / size
        chance *= float((share * share).sum())
    return chance < SAME_BY_CHANCE * found
