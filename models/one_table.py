"""Any table with an outcome: whether to believe its columns, and what they say about rows they were not learned from.

What belongs here: the verdict. What does not: files and words for people, and how rows are tested (`unseen`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.encode import reason_to_drop
from models.judge import Judgement, judge
from models.landmarks import GROUP, LABEL, PROBABILITY
from models.leakage import POWER, Alone, Suspect, alone, suspects, too_good
from models.measures import auc_of, least_auc
from models.points import has_points, preset_points
from models.rehearse import MOST_ROWS, Learned, Part, folds, learn, numbered_encoder, window_of
from models.signal import Signal, chance_of, signal_apart, signal_in_turn
from models.spec import ModelSpec
from models.tournament import log_loss
from models.unseen import OUTER, Unseen, in_turn, last_share

Verdict = Literal["usable", "no_usable_signal", "not_enough_data", "suspected_leakage"]

FEWEST = 40
"""Of either class, counted by what belongs together; with fewer nothing is learned."""
FEWEST_TESTED = 50
"""Of either class in the test; with fewer, all rows are asked for a signal, each by models that never saw it."""
MANY_ROWS = 50_000
"""Of so many rows a fifth by chance is test enough."""
TOO_GOOD = 0.97
"""An AUC of at least so much is no forecast."""

Codes = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Table:
    """`frame` holds features alone, in the order of time when `is_ordered`; `label` is null where it is not known.

    `group` numbers rows that belong together. Of `trusted` columns somebody said that they are known before the
    outcome: no probe asks after them. `positive` is the outcome in words.
    """

    frame: pl.DataFrame
    label: pl.Series
    group: Codes
    is_ordered: bool
    positive: str
    trusted: frozenset[str]

    @property
    def known(self) -> Codes:
        """The rows whose label is known."""
        return np.flatnonzero(self.label.is_not_null().to_numpy())

    def part(self) -> Part:
        """These rows, to learn from."""
        known = self.known
        label = self.label.gather(known).to_numpy().astype(np.bool_)
        return Part(self.frame[known], label, self.group[known], self.is_ordered)


@dataclass(frozen=True)
class Contestant:
    """What a contestant is worth on the test, chosen or not."""

    name: str
    auc: float
    log_loss: float


@dataclass(frozen=True, eq=False)
class Fit:
    """The test, the judgement of the winner on it, and who would have been how good."""

    unseen: Unseen
    judgement: Judgement
    contestants: Sequence[Contestant]
    signal: Signal
    auc: float

    @property
    def dropped(self) -> Mapping[str, str]:
        """Columns that were not learned from, with the reason."""
        return self.unseen.models[0].encoder.dropped


@dataclass(frozen=True, eq=False)
class Outcome:
    """The verdict and what it stands on: `fit` is not there without enough data. `positives` and `negatives` count
    what belongs together once."""

    verdict: Verdict
    positives: int
    negatives: int
    alone: Sequence[Alone] = ()
    suspects: Sequence[Suspect] = ()
    fit: Fit | None = None


def fit_table(table: Table, spec: ModelSpec, test_share: float) -> Outcome:
    """Audit, fit and judge. Raises ModelError when no column is left to learn from."""
    part = table.part()
    label = part.label
    positives, negatives = (len(np.unique(part.group[one])) for one in (label, ~label))
    if min(positives, negatives) < FEWEST:
        return Outcome("not_enough_data", positives, negatives)
    learned = [name for name in part.frame.columns if not reason_to_drop(part.frame[name], len(label))]
    ranked = alone(part.frame, label, part.group, learned, is_ordered=part.is_ordered, seed=spec.seed)
    asked = [one for one in ranked if one.column not in table.trusted]
    named = suspects(part.frame, label, asked, table.positive, spec.seed)
    if part.is_ordered:
        unseen = last_share(part, spec, test_share)
    else:
        unseen = in_turn(part, spec, 1 if named or len(label) > MANY_ROWS else OUTER)
    truth = label[unseen.rows]
    least = least_auc(unseen.probability, truth)
    is_explained = any(one.auc >= POWER for one in ranked if one.column in table.trusted)
    if least >= TOO_GOOD and not named and not is_explained:
        named = too_good(asked, auc_of(unseen.probability, truth), least)
    fit = Fit(unseen, judged(part, unseen, spec), contestants(unseen, truth), signal_of(part, unseen, spec),
              unseen.auc(unseen.probability, truth))  # fmt: skip
    verdict: Verdict = "suspected_leakage" if named else "usable" if fit.signal.is_there else "no_usable_signal"
    return Outcome(verdict, positives, negatives, ranked, named, fit)


def worth_without(table: Table, columns: Sequence[str], spec: ModelSpec, test_share: float) -> float | None:
    """The AUC that is left without some columns; None when no column is."""
    frame = table.frame.drop(columns)
    part = replace(table, frame=frame).part()
    if all(reason_to_drop(frame[name], frame.height) for name in frame.columns):
        return None
    unseen = last_share(part, spec, test_share) if part.is_ordered else in_turn(part, spec, 1)
    return unseen.auc(unseen.probability, part.label[unseen.rows])


def judged(part: Part, unseen: Unseen, spec: ModelSpec) -> Judgement:
    """All measures on the test."""
    rows = unseen.rows
    tested = {PROBABILITY: unseen.probability, LABEL: part.label[rows], GROUP: part.group[rows]}
    return judge(pl.DataFrame(tested), spec.seed)


def contestants(unseen: Unseen, label: Mask) -> list[Contestant]:
    """Everyone on the test, the least log loss first."""
    found = [
        Contestant(name, unseen.auc(probability, label), log_loss(probability, label.astype(np.float64)))
        for name, probability in unseen.by_contestant.items()
    ]
    return sorted(found, key=lambda one: one.log_loss)


def signal_of(part: Part, unseen: Unseen, spec: ModelSpec) -> Signal:
    """Whether the test shows more than chance; where it is too small to tell, all rows are asked in turn."""
    on_all = part.is_ordered and min(independent(part, unseen.rows)) < FEWEST_TESTED
    asked = in_turn(replace(part, is_ordered=False), spec) if on_all else unseen
    positives, negatives = independent(part, asked.rows)
    if len(asked.models) == 1:
        return signal_apart(asked.within, positives, negatives, len(asked.rows))
    encoder = numbered_encoder(part, spec)
    matrix = encoder.encode(part.frame)
    preset = (
        preset_points(encoder, window_of(encoder, part), spec).margin(matrix) if has_points(encoder, spec) else None
    )
    chance = chance_of(encoder, matrix, part.label, part.group, seed=spec.seed, preset=preset)
    return signal_in_turn(asked.within, positives, negatives, chance, rows=len(asked.rows), on_all=on_all)


def independent(part: Part, rows: Codes) -> tuple[int, int]:
    """Of either class among some rows, what belongs together counted once."""
    label, group = part.label[rows], part.group[rows]
    return len(np.unique(group[label])), len(np.unique(group[~label]))


@dataclass(frozen=True, eq=False)
class Scores:
    """Per row of a table: probability, the ends of its interval, the model that gave it by its place in `models`."""

    probability: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    model: Codes
    models: Sequence[Learned]


def scores_of(table: Table, fit: Fit, spec: ModelSpec) -> Scores:
    """Every row of the table by a model that did not learn from it; rows without a label by one of all that have."""
    part, known = table.part(), table.known
    size, models = len(table.label), list(fit.unseen.models)
    low, high, probability = (np.full(size, np.nan) for _ in range(3))
    model = np.zeros(size, dtype=np.int64)

    def take(rows: Codes, learned: Learned) -> None:
        given = learned.probability(learned.encoder.encode(table.frame[rows]))
        probability[rows], model[rows] = given, len(models)
        low[rows], high[rows] = learned.alike.interval(given)
        models.append(learned)

    tested = known[fit.unseen.rows]
    probability[tested], low[tested], high[tested] = fit.unseen.probability, fit.unseen.low, fit.unseen.high
    model[tested] = fit.unseen.model
    rest = np.ones(len(known), dtype=np.bool_)
    rest[fit.unseen.rows] = False
    if rest.any():
        fold = folds(part.group, part.label, OUTER, spec.seed)
        for number in range(OUTER):
            rows = known[rest & (fold == number)]
            if rows.size:
                take(rows, anew(fit.unseen.models[0], part.of(fold != number), spec))
    unknown = np.flatnonzero(table.label.is_null().to_numpy())
    if unknown.size:
        take(unknown, final_model(table, fit, spec))
    return Scores(probability, low, high, model, models)


def anew(learned: Learned, part: Part, spec: ModelSpec) -> Learned:
    """The same winner, learned from other rows, on the scale that was found for it."""
    rows = window_of(learned.encoder, part.at_most(MOST_ROWS, spec.seed))
    return replace(learned, winner=learned.contest.winner.again(rows), rows=rows)


def final_model(table: Table, fit: Fit, spec: ModelSpec) -> Learned:
    """What scores rows that nobody knows yet: the tested winner learned anew from all, or a contest over all rows."""
    part, tested = table.part(), fit.unseen.models
    return anew(tested[0], part, spec) if part.is_ordered or len(tested) == 1 else learn(part, spec)
