"""Learning from rows that are no landmarks: how to hold parts back, and what came of it. No verdict, no test.

What does not belong here: landmarks with their purge gaps (`fitting`), and which rows are a test (`one_table`).
"""

from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.alike import Alike, learn_alike
from models.calibrate import Calibrator, fit_calibrator, fit_logistic, folded_losses
from models.encode import Encoder, learn_encoder
from models.errors import ModelError
from models.spec import ModelSpec
from models.tournament import Contest, Estimator, contest
from models.window import Floats, Rehearsal, Rehearsals, Window

ROW = "row"
"""The unit of a table of which every row is one."""
HELD_SHARE = 0.2
FEW_ROWS = 4_000
"""With fewer, a single part held back says little: then every row is held back once."""
PARTS = 4
MOST_ROWS = 200_000
"""Rows that are learned from, picked by chance: more move the scores less than they cost."""

Codes = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Learned:
    """What a part of a table taught: the encoder, the contest, the winner learned anew on all of the part."""

    encoder: Encoder
    contest: Contest
    winner: Estimator
    alike: Alike
    rows: Window

    def probability(self, matrix: Floats) -> Floats:
        """Calibrated, one per row."""
        return self.contest.calibrator.probability(self.winner.margin(matrix))


@dataclass(frozen=True, eq=False)
class Part:
    """Rows to learn from: features, labels, and which rows belong together; `is_ordered` when time runs downwards."""

    frame: pl.DataFrame
    label: Mask
    group: Codes
    is_ordered: bool

    def of(self, rows: Mask | Codes) -> "Part":
        """Some of its rows."""
        places = np.flatnonzero(rows) if rows.dtype == np.bool_ else rows
        return Part(self.frame[places], self.label[rows], self.group[rows], self.is_ordered)

    def at_most(self, rows: int, seed: int) -> "Part":
        """A random part of so many rows, in their order; all where there are fewer."""
        if len(self.label) <= rows:
            return self
        return self.of(np.sort(np.random.default_rng(seed).choice(len(self.label), rows, replace=False)))


def learn(part: Part, spec: ModelSpec) -> Learned:
    """Let contestants rehearse on a part of a table; the winner learns it all. Raises ModelError without a feature."""
    part = part.at_most(MOST_ROWS, spec.seed)
    encoder = numbered_encoder(part, spec)
    if not encoder.columns:
        raise ModelError(f"No column is left to learn from; dropped: {dict(encoder.dropped)}.")
    whole = window_of(encoder, part)
    masks = held_back(part, spec.seed)
    rehearsals = Rehearsals([Rehearsal(whole.of(~mask), whole.of(mask)) for mask in masks], whole)
    group = np.concatenate([part.group[mask] for mask in masks])
    held = contest(spec, encoder, rehearsals, group)
    held = replace(held, calibrator=scale_of(held.winner.margin, rehearsals.label > 0, group))
    probability = held.calibrator.probability(held.winner.margin)
    known = learn_alike(probability, rehearsals.label > 0, group)
    return Learned(encoder, held, held.winner.again(whole), known, whole)


def numbered_encoder(part: Part, spec: ModelSpec) -> Encoder:
    """How the columns become numbers, every row a unit of its own."""
    numbered = part.frame.with_columns(pl.Series(spec.unit_column, np.arange(len(part.label)).astype(str)))
    return learn_encoder(numbered, spec.unit_column, part.frame.columns)


def relearn(learned: Learned, part: Part, spec: ModelSpec) -> Learned:
    """The same winner from other rows: its settings stay, its scale and its intervals are found anew."""
    part = part.at_most(MOST_ROWS, spec.seed)
    whole, winner, margins = window_of(learned.encoder, part), learned.contest.winner, []
    masks = held_back(part, spec.seed)
    for mask in masks:
        margins.append(winner.again(whole.of(~mask)).margin(whole.matrix[mask]))
    margin = np.concatenate(margins)
    label, group = (np.concatenate([one[mask] for mask in masks]) for one in (part.label, part.group))
    calibrator = scale_of(margin, label, group)
    known = learn_alike(calibrator.probability(margin), label, group)
    held = replace(learned.contest, calibrator=calibrator)
    return Learned(learned.encoder, held, winner.again(whole), known, whole)


def scale_of(margin: Floats, label: Mask, group: Codes) -> Calibrator:
    """The calibrator of rows held back; none where it does not serve rows that it was not learned from beyond noise.

    A winner that learned by log loss is on the scale already, and what few rows say of the level is chance.
    """
    none = Calibrator("logistic")
    gain = -np.log(np.where(label, none.probability(margin), 1 - none.probability(margin)))
    gain -= folded_losses(fit_logistic, margin, label, group)
    is_better = gain.mean() > gain.std() / np.sqrt(len(gain))
    return fit_calibrator(margin, label, group) if is_better else none


def window_of(encoder: Encoder, part: Part) -> Window:
    """The part as numbers, each row counting once."""
    return Window(encoder.encode(part.frame), part.label.astype(np.float64), np.ones(len(part.label)))


def held_back(part: Part, seed: int) -> list[Mask]:
    """Which rows each rehearsal holds back: the last fifth by time, or a fifth by chance; of few rows each once."""
    size = len(part.label)
    if size >= FEW_ROWS and part.is_ordered:
        late = np.arange(size) >= size - int(size * HELD_SHARE)
        late &= ~np.isin(part.group, np.unique(part.group[~late]))
        if both_classes(part.label[late]) and both_classes(part.label[~late]):
            return [late]
    fold = folds(part.group, part.label, PARTS if size < FEW_ROWS else round(1 / HELD_SHARE), seed)
    masks = [fold == number for number in range(PARTS if size < FEW_ROWS else 1)]
    return [mask for mask in masks if mask.any() and both_classes(part.label[~mask])]


def both_classes(label: Mask) -> bool:
    return bool(label.any() and not label.all())


def folds(group: Codes, label: Mask, count: int, seed: int) -> Codes:
    """A fold per row: what belongs together is in one, and each fold has its share of positives."""
    groups, place = np.unique(group, return_inverse=True)
    positive = np.zeros(len(groups), dtype=np.bool_)
    np.logical_or.at(positive, place, label)
    order = np.random.default_rng(seed).permutation(len(groups))
    order = order[np.argsort(positive[order], kind="stable")]
    fold = np.empty(len(groups), dtype=np.int64)
    fold[order] = np.arange(len(groups)) % count
    return np.asarray(fold[place], dtype=np.int64)
