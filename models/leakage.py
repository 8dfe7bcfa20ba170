"""Columns that know the outcome: what a contract does not say is told by the values themselves. No estimator, no names.

A probe looks at one column alone. It names a column only when what it saw is beyond chance, so that columns that are
merely good stay. What belongs to the outcome by declaration never comes here.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.measures import auc_of, least_auc

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

POWER = 0.8
"""What a column alone reaches at the least, so that it is asked about: what is known before an outcome seldom does."""
FILLED = 0.72
"""The same for whether it is filled at all."""
PURE_ROWS = 30
PURE_POSITIVES, PURE_NEGATIVES = 0.05, 0.3
"""Shares of a class that stand under values which no row of the other class has."""
SMOOTHING = 5.0
BINS = 20
FOLDS = 5
MOST_ROWS = 50_000
MOST_NAMED = 3

SINGLE, FILL, PURE, TOO_GOOD = "single_column_power", "filled_with_outcome", "value_with_outcome", "too_good_to_be_true"


@dataclass(frozen=True)
class Suspect:
    """A column, the probe that names it, how far it alone tells the classes apart (AUC), and the evidence in words."""

    column: str
    probe: str
    strength: float
    evidence: str


@dataclass(frozen=True)
class Alone:
    """What one column alone is worth: its AUC on rows it was not learned from, and the least it may be."""

    column: str
    auc: float
    least: float


def alone(
    frame: pl.DataFrame, label: NDArray[np.bool_], group: Codes, columns: Sequence[str], *, is_ordered: bool, seed: int
) -> list[Alone]:
    """Every column alone, the strongest first. In an ordered frame the later half is told by the earlier one; else the
    parts of a fold by all others. `group` numbers rows that belong together.
    """
    rows = sample(len(label), seed, keep_order=is_ordered)
    frame, label, group = frame[rows], label[rows], group[rows]
    fold = np.arange(len(label)) * 2 // len(label) if is_ordered else group_folds(group, seed)
    tested = fold == 1 if is_ordered else np.ones(len(label), dtype=np.bool_)
    found = []
    for name in columns:
        score = told_by(numbered(frame[name]), label, fold, is_ordered=is_ordered)[tested]
        truth = label[tested]
        found.append(Alone(name, auc_of(score, truth), least_auc(score, truth)))
    return sorted(found, key=lambda one: (-one.auc, one.column))


def told_by(codes: Codes, label: NDArray[np.bool_], fold: Codes, *, is_ordered: bool) -> Floats:
    """The smoothed share of positives of each row's value among the rows it was not learned from."""
    score, size = np.zeros(len(label)), int(codes.max()) + 1
    for held in [1] if is_ordered else range(FOLDS):
        out = fold == held
        if out.all() or not out.any():
            continue
        positives = np.bincount(codes[~out], label[~out].astype(np.float64), size)
        rate = float(label[~out].mean())
        score[out] = ((positives + SMOOTHING * rate) / (np.bincount(codes[~out], minlength=size) + SMOOTHING))[
            codes[out]
        ]
    return score


def suspects(
    frame: pl.DataFrame, label: NDArray[np.bool_], ranked: Sequence[Alone], positive: str, seed: int
) -> list[Suspect]:
    """The columns that a probe names, the strongest first; `ranked` is what `alone` found, `positive` the outcome's
    name in words.
    """
    rows = sample(len(label), seed, keep_order=True)
    frame, label = frame[rows], label[rows]
    found = []
    for place, one in enumerate(ranked):
        others = ranked[place + 1 :]
        told = by_power(one, others[0] if others else None, positive)
        told = told or by_fill(frame[one.column], label, positive) or by_purity(frame[one.column], label, positive)
        if told:
            found.append(told)
    return sorted(found, key=lambda one: (-one.strength, one.column))


def by_power(one: Alone, next_best: Alone | None, positive: str) -> Suspect | None:
    """A column that alone tells nearly everything."""
    if one.least < POWER:
        return None
    rest = f"; {next_best.column}, the next, reaches {next_best.auc:.2f}" if next_best else ""
    evidence = (
        f"{one.column} alone tells {positive} from the rest with an AUC of {one.auc:.2f} (at least {one.least:.2f}) "
        f"on rows it was not learned from{rest}"
    )
    return Suspect(one.column, SINGLE, one.auc, evidence)


def by_fill(column: pl.Series, label: NDArray[np.bool_], positive: str) -> Suspect | None:
    """A column that is filled, or empty, because of the outcome."""
    filled = column.is_not_null().to_numpy().astype(np.float64)
    auc = auc_of(filled, label)
    signed = filled if auc >= 0.5 else -filled
    if least_auc(signed, label) < FILLED:
        return None
    shares = filled[label].mean(), filled[~label].mean()
    evidence = (
        f"{column.name} is filled in {shares[0]:.0%} of the rows with {positive} and in {shares[1]:.0%} of the others"
    )
    return Suspect(column.name, FILL, max(auc, 1 - auc), evidence)


def by_purity(column: pl.Series, label: NDArray[np.bool_], positive: str) -> Suspect | None:
    """Values, or being filled, that only rows of one class have, in numbers that chance does not give.

    A number must have such values of either class, as shares of outcomes do: a zero at which nothing ever comes of it
    may be honest.
    """
    is_number = column.dtype.is_numeric() and column.dtype != pl.Boolean
    filled = column.is_not_null().cast(pl.String).replace({"true": "filled", "false": "empty"})
    if found := pure_values(column.name, filled if is_number else column.cast(pl.String), label, positive):
        return found[0]
    if is_number:
        often = column.value_counts().filter(pl.col("count") >= PURE_ROWS)[column.name].drop_nulls()
        among = pl.Series(np.where(column.is_in(often.implode()).fill_null(False), column.cast(pl.String), "others"))
        found = pure_values(column.name, among, label, positive)
    return found[0] if len(found) == 2 else None


def pure_values(name: str, values: pl.Series, label: NDArray[np.bool_], positive: str) -> list[Suspect]:
    """Per class that has values of its own a suspect."""
    codes = numbered(values)
    words = pl.DataFrame({"code": codes, "value": values.fill_null("empty")}).unique("code")
    names = words.sort("code")["value"].to_list()
    total = np.bincount(codes, minlength=len(names))
    positives = np.bincount(codes, label.astype(np.float64), len(names))
    found = []
    for wanted, counts, of, least_share in (
        (positive, total - positives, label, PURE_POSITIVES),
        (f"no {positive}", positives, ~label, PURE_NEGATIVES),
    ):
        rate = float(of.mean())
        pure = (counts == 0) & (total >= PURE_ROWS) & (total * (1 - rate) >= PURE_ROWS * max(1 - rate, rate))
        held = total[pure].sum() / max(of.sum(), 1)
        if pure.any() and held >= least_share:
            largest = np.flatnonzero(pure)[np.argsort(-total[pure], kind="stable")][:MOST_NAMED]
            listed = ", ".join(f"{names[code]} ({total[code]:,} rows)" for code in largest)
            evidence = f"{name}: only rows with {wanted} have {listed}; these are {held:.0%} of them"
            found.append(Suspect(name, PURE, 0.5 + held / 2, evidence))
    return found


def too_good(ranked: Sequence[Alone], auc: float, least: float) -> list[Suspect]:
    """The strongest columns of a result that nobody gets honestly, when no probe has named one."""
    return [
        Suspect(
            one.column,
            TOO_GOOD,
            one.auc,
            f"all columns together reach an AUC of {auc:.3f} (at least {least:.3f}), which nobody reaches with what is "
            f"known before the outcome; {one.column} alone reaches {one.auc:.2f}",
        )
        for one in ranked[:MOST_NAMED]
    ]


def numbered(column: pl.Series) -> Codes:
    """A number per value: of words each, of numbers the twentieth that they fall in; the last for none."""
    if column.dtype.is_numeric() and column.dtype != pl.Boolean:
        values = column.cast(pl.Float64).to_numpy()
        known = ~np.isnan(values)
        edges = np.unique(np.quantile(values[known], np.linspace(0, 1, BINS + 1)[1:-1])) if known.any() else np.empty(0)
        return np.where(known, np.searchsorted(edges, values, side="right"), len(edges) + 1).astype(np.int64)
    words = column.cast(pl.String)
    codes = words.rank("dense").cast(pl.Int64) - 1
    return codes.fill_null(words.n_unique() - (1 if words.null_count() else 0)).to_numpy()


def group_folds(group: Codes, seed: int) -> Codes:
    """A fold per row; what belongs together is in one."""
    groups, place = np.unique(group, return_inverse=True)
    return np.random.default_rng(seed).permutation(len(groups))[place] % FOLDS


def sample(size: int, seed: int, *, keep_order: bool) -> Codes:
    """Rows by which columns are looked at: all, or a random part in their order."""
    if size <= MOST_ROWS:
        return np.arange(size)
    rows = np.random.default_rng(seed).choice(size, MOST_ROWS, replace=False)
    return np.sort(rows) if keep_order else rows
