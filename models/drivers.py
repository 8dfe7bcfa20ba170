"""What goes with an outcome over a whole market: one effect per idea, adjusted for the others, with its certainty.

Two stages. First ridge regressions on curves, of the event or of the ranks of a quantity such as days or money, say
what every idea adds to rows whose groups they never saw. Then the outcome is regressed on what the ideas add: an idea
that adds noise gets a coefficient near 0. Errors are those of groups (K.-Y. Liang and S. Zeger, 1986), false
discoveries are held at 10 % (Y. Benjamini and Y. Hochberg, 1995). Association alone: nobody was treated. What does not
belong here: how sentences are shown, where rows are kept.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.calibrate import sigmoid
from models.encode import Encoder, learn_encoder
from models.landmarks import GROUP, LABEL, codes, feature_columns
from models.logistic import bases, spread
from models.measures import TWO_SIDED_95, Floats
from models.rehearse import folds
from models.spec import ModelSpec
from models.words import FeatureWords, plain, sentence

FALSE_SHARE = 0.1
CASES_PER_IDEA = 10
LEAST_ROWS = 60
FOLDS = 5
RIDGE = 20.0
MOST_ROWS = 40_000
TAILS = (0.25, 0.1, 0.02)
PROBABILITY_POINTS = "percentage points"
DRIVERS_SCHEMA = {
    "outcome": pl.String, "idea": pl.String, "feature": pl.String, "effect": pl.Float64, "low": pl.Float64,
    "high": pl.Float64, "unit": pl.String, "from_value": pl.String, "to_value": pl.String, "strength": pl.Float64,
    "p_value": pl.Float64, "q_value": pl.Float64, "is_found": pl.Boolean, "rank": pl.Int64, "n": pl.Int64,
}  # fmt: skip

Codes = NDArray[np.int64]


@dataclass(frozen=True)
class Ideas:
    """What each feature adds to each row, and which features are one idea; columns follow `names`."""

    added: Floats
    names: Sequence[str]
    members: Mapping[str, Sequence[str]]

    def of(self, idea: str) -> Floats:
        """What an idea adds to each row."""
        return np.asarray(self.added[:, [self.names.index(name) for name in self.members[idea]]].sum(axis=1))

    def leading(self, idea: str) -> str:
        """The feature of the idea that moves rows most."""
        spreads = {name: float(self.added[:, self.names.index(name)].std()) for name in self.members[idea]}
        return max(spreads, key=lambda name: (spreads[name], name))


@dataclass(frozen=True)
class Slopes:
    """Per idea: what one standard deviation of what it adds is worth (log-odds or rank), and its standard error."""

    ideas: Sequence[str]
    value: Floats
    error: Floats
    scale: Floats


def members_of(names: Sequence[str], spec: ModelSpec) -> dict[str, list[str]]:
    """The features of each idea; one without an idea is an idea of its own."""
    found: dict[str, list[str]] = {}
    for name in names:
        found.setdefault(spec.idea_of.get(name, name), []).append(name)
    return found


def event_drivers(
    frame: pl.DataFrame, spec: ModelSpec, words: Mapping[str, FeatureWords], outcome: str
) -> pl.DataFrame:
    """What goes with an event, over all landmarks: effects in percentage points of its probability."""
    rows = some_units(frame, spec)
    label, group = rows[LABEL].to_numpy().astype(np.float64), codes(rows[GROUP])
    happened = np.unique(group[label > 0]).size
    ideas = ideas_of(rows, spec, label, group, [])
    cases = min(happened, int(group.max(initial=-1)) + 1 - happened)
    chosen = strongest(ideas, cases // CASES_PER_IDEA) if ideas else []
    if not ideas or not chosen:
        return pl.DataFrame(schema=DRIVERS_SCHEMA)
    design, scale = standardised(ideas, chosen)
    slopes = Slopes(chosen, *logistic_slopes(design, label, group, len(chosen)), scale)
    level = np.log(label.mean() / (1 - label.mean()))

    def effect(slope: float, low: float, high: float) -> float:
        return float(100 * np.diff(sigmoid(level + slope * np.array([low, high])))[0])

    return told(rows, ideas, slopes, effect, words=words, outcome=outcome, unit=PROBABILITY_POINTS)


def some_units(frame: pl.DataFrame, spec: ModelSpec) -> pl.DataFrame:
    """A random part of the groups of a large frame."""
    if frame.height <= MOST_ROWS:
        return frame
    kept = frame[GROUP].unique(maintain_order=True).sample(fraction=MOST_ROWS / frame.height, seed=spec.seed)
    return frame.filter(pl.col(GROUP).is_in(kept.implode()))


def ideas_of(rows: pl.DataFrame, spec: ModelSpec, target: Floats, group: Codes, besides: Sequence[str]) -> Ideas | None:
    """What every feature adds to a target; none where nothing can be learned."""
    features = [name for name in feature_columns(rows, spec) if name not in besides]
    if rows.height < LEAST_ROWS or not np.ptp(target):
        return None
    encoder = learn_encoder(rows, spec.unit_column, features)
    if not encoder.columns:
        return None
    added = held_out(encoder, encoder.encode(rows), target, group, spec.seed)
    return Ideas(added, encoder.names, members_of(encoder.names, spec))


def quantity_drivers(
    frame: pl.DataFrame, value: str, spec: ModelSpec, words: Mapping[str, FeatureWords], *, outcome: str, unit: str
) -> pl.DataFrame:
    """What goes with a quantity, one row per unit: effects in its own unit about its median. Empty for too few rows."""
    rows = some_units(frame, spec)
    amounts, group = rows[value].cast(pl.Float64).to_numpy(), codes(rows[GROUP])
    rank = ranks(amounts) if len(amounts) else amounts
    ideas = ideas_of(rows, spec, rank, group, [value])
    chosen = strongest(ideas, rows.height // (2 * CASES_PER_IDEA)) if ideas else []
    if not ideas or not chosen:
        return pl.DataFrame(schema=DRIVERS_SCHEMA)
    design, scale = standardised(ideas, chosen)
    slopes = Slopes(chosen, *linear_slopes(design, rank, group, len(chosen)), scale)

    def effect(slope: float, low: float, high: float) -> float:
        reach = slope * (high - low) / 2
        return float(np.diff(np.quantile(amounts, np.clip([0.5 - reach, 0.5 + reach], 0.0, 1.0)))[0])

    return told(rows, ideas, slopes, effect, words=words, outcome=outcome, unit=unit)


def ranks(values: Floats) -> Floats:
    """Ranks from 0 to 1, equal values in the middle of theirs."""
    from scipy.stats import rankdata

    return np.asarray((rankdata(values) - 0.5) / len(values), dtype=np.float64)


def held_out(encoder: Encoder, matrix: Floats, target: Floats, group: Codes, seed: int) -> Floats:
    """What each feature adds to the target of rows, by ridge regressions on curves that never saw their groups."""
    learned = bases(encoder, matrix)
    design = spread(learned, matrix)
    of_column = np.repeat(np.arange(len(learned)), [one.width for one in learned])
    sources = encoder.sources
    places = np.array([encoder.names.index(sources[column]) for column in of_column])
    added = np.zeros((len(matrix), len(encoder.names)))
    fold = folds(group, target > 0.5, FOLDS, seed)
    for number in range(FOLDS):
        train, held = fold != number, fold == number
        if not held.any() or not train.any():
            continue
        middle = design[train].mean(axis=0)
        centred = design[train] - middle
        inner = centred.T @ centred + RIDGE * np.eye(design.shape[1])
        slope = np.linalg.solve(inner, centred.T @ (target[train] - target[train].mean()))
        parts = (design[held] - middle) * slope
        for place in range(added.shape[1]):
            added[held, place] = parts[:, places == place].sum(axis=1)
    return added


def strongest(ideas: Ideas, most: int) -> list[str]:
    """So many ideas as the cases can carry, those that move rows most; ideas that move nothing are left out."""
    spreads = {idea: float(ideas.of(idea).std()) for idea in ideas.members}
    order = sorted((idea for idea in spreads if spreads[idea] > 1e-9), key=lambda idea: (-spreads[idea], idea))
    return order[: max(most, 0)]


def standardised(ideas: Ideas, chosen: Sequence[str]) -> tuple[Floats, Floats]:
    """What the chosen ideas add, each with mean 0 and deviation 1, then all others together; their deviations."""
    columns = [ideas.of(idea) for idea in chosen]
    rest = [ideas.of(idea) for idea in ideas.members if idea not in chosen]
    if rest and float(np.sum(rest, axis=0).std()) > 1e-9:
        columns.append(np.sum(rest, axis=0))
    design = np.column_stack(columns)
    middle, scale = (np.asarray(of(design, axis=0), dtype=np.float64) for of in (np.mean, np.std))
    return np.asarray((design - middle) / scale, dtype=np.float64), scale


def logistic_slopes(design: Floats, label: Floats, group: Codes, wanted: int) -> tuple[Floats, Floats]:
    """Coefficients of a logistic regression and their errors by group, of the first so many columns."""
    full = np.column_stack([np.ones(len(label)), design])
    values = np.zeros(full.shape[1])
    values[0] = np.log(label.mean() / (1 - label.mean()))
    for _ in range(30):
        probability = sigmoid(full @ values)
        curve = (full * (probability * (1 - probability))[:, None]).T @ full + 1e-6 * np.eye(len(values))
        step = np.clip(np.linalg.solve(curve, full.T @ (label - probability)), -1, 1)
        values += step
        if np.abs(step).max() < 1e-8:
            break
    error = sandwich(full, label - sigmoid(full @ values), curve, group)
    return values[1 : wanted + 1], error[1 : wanted + 1]


def linear_slopes(design: Floats, rank: Floats, group: Codes, wanted: int) -> tuple[Floats, Floats]:
    """Coefficients of a least-squares regression and their errors by group, of the first so many columns."""
    full = np.column_stack([np.ones(len(rank)), design])
    curve = full.T @ full + 1e-6 * np.eye(full.shape[1])
    values = np.asarray(np.linalg.solve(curve, full.T @ rank), dtype=np.float64)
    error = sandwich(full, rank - full @ values, curve, group)
    return values[1 : wanted + 1], error[1 : wanted + 1]


def sandwich(full: Floats, residual: Floats, curve: Floats, group: Codes) -> Floats:
    """Standard errors that let rows of one group be off together."""
    scores = full * residual[:, None]
    groups = int(group.max()) + 1
    summed = np.column_stack([np.bincount(group, scores[:, place], minlength=groups) for place in range(full.shape[1])])
    bread = np.linalg.inv(curve)
    spread_ = bread @ (summed.T @ summed) @ bread * groups / max(groups - 1, 1)
    return np.sqrt(np.maximum(np.diag(spread_), 0.0))


def false_discovery(p_values: Floats) -> Floats:
    """Benjamini and Hochberg's q-values: the least share of false discoveries at which each would count as found."""
    order = np.argsort(p_values, kind="stable")
    size = len(p_values)
    scaled = p_values[order] * size / np.arange(1, size + 1)
    adjusted = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    found = np.empty(size)
    found[order] = adjusted
    return found


def told(
    rows: pl.DataFrame, ideas: Ideas, slopes: Slopes, effect: Callable[[float, float, float], float], *,
    words: Mapping[str, FeatureWords], outcome: str, unit: str,
) -> pl.DataFrame:  # fmt: skip
    """One row per idea: its effect from where it adds little to where it adds much, found ones first."""
    from scipy.stats import norm

    # An idea whose sign turns on unseen rows is noise; twice the one side keeps p in step with the interval.
    p_values = np.minimum(2 * norm.sf(slopes.value / np.maximum(slopes.error, 1e-12)), 1.0)
    q_values = false_discovery(p_values)
    found = []
    for place, idea in enumerate(slopes.ideas):
        feature, slope, reach = ideas.leading(idea), float(slopes.value[place]), TWO_SIDED_95 * slopes.error[place]
        added = ideas.of(idea)
        ends, values = ends_of(rows[feature], added)
        low, high = (np.array(ends) - added.mean()) / slopes.scale[place]
        at = [effect(one, low, high) for one in (slope, slope - reach, slope + reach)]
        from_value, to_value = (in_words(feature, value, words) for value in values)
        found.append(
            (
                outcome, idea, feature, *at, unit, from_value, to_value, max(slope, 0.0), float(p_values[place]),
                float(q_values[place]), bool(q_values[place] <= FALSE_SHARE), 0, rows.height,
            )
        )  # fmt: skip
    frame = pl.DataFrame(found, schema=DRIVERS_SCHEMA, orient="row")
    ordered = frame.sort(["is_found", "strength", "idea"], descending=[True, True, False])
    return ordered.with_columns(rank=pl.int_range(1, pl.len() + 1, dtype=pl.Int64))


def ends_of(column: pl.Series, added: Floats) -> tuple[tuple[float, float], tuple[object, object]]:
    """What an idea adds at its ends, and the usual value of its feature there.

    The ends are quartiles; where most rows share one value they lie further out, until the values differ.
    """
    for tail in TAILS:
        low, high = np.quantile(added, [tail, 1 - tail])
        values = usual(column.filter(pl.Series(added <= low))), usual(column.filter(pl.Series(added >= high)))
        if values[0] != values[1]:
            break
    return (float(low), float(high)), values


def usual(column: pl.Series) -> object:
    """The middle of numbers, the most frequent of others; none where nothing is known."""
    known = column.drop_nulls()
    if not len(known):
        return None
    if known.dtype.is_numeric():
        return known.cast(pl.Float64).median()
    counts = (
        known.cast(pl.String if known.dtype != pl.Boolean else pl.Boolean).rename("value").value_counts(name="rows")
    )
    return counts.sort(["rows", "value"], descending=[True, False])["value"].item(0)


def in_words(feature: str, value: object, words: Mapping[str, FeatureWords]) -> str:
    """A value as a representative reads it."""
    if value is None:
        return "not known"
    return sentence(feature, value, words.get(feature)) or plain(feature, value)
