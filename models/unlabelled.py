"""Units that nobody came to neither succeeded nor failed: learning under an assumption of what they would have done.

A row whose unit nobody worked counts as a success with the assumed chance and as a failure with the rest (C. Elkan and
K. Noto, "Learning classifiers from only positive and unlabeled data", KDD 2008; M. du Plessis, G. Niu and M. Sugiyama,
NIPS 2014, for the weights under a known prior). The assumption is a factor on the success rate of the worked, and no
data can test it: so it is told how the order moves when it is halved and doubled. It only orders: probabilities are
calibrated on what happened, and promise what the label says. What does not belong here: which units were worked (SQL).
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.calibrate import fit_calibrator, fit_logistic, newton, sigmoid
from models.encode import Encoder
from models.judge import MEASURES_SCHEMA, MIN_PER_SLICE
from models.landmarks import LABEL, PROBABILITY, WORKED
from models.measures import auc_of
from models.tournament import Contest, Estimator, log_loss
from models.window import Floats, Mask, Rehearsals, Window

UNLABELLED = "unlabelled"
ASSUMED = (("none", 0.0), ("half", 0.5), ("as set", 1.0), ("double", 2.0))
"""Times the assumption of the playbook."""
MOST_ROWS = 50_000
TOP = 0.1
MOST_LIKELY = 0.5
"""No assumption makes success likelier than failure for everybody."""

Learner = Callable[[Window], Estimator]


def unlabelled_rows(frame: pl.DataFrame) -> Mask:
    """Landmarks of units that nobody came to."""
    if WORKED not in frame.columns:
        return np.zeros(frame.height, dtype=np.bool_)
    return frame.select(~pl.col(WORKED) & ~pl.col(LABEL)).to_series().to_numpy()


def assumed_chance(window: Window, factor: float) -> float:
    """The chance that an unlabelled row of a window would have succeeded: a factor on the rate of the others."""
    tried = ~window.unlabelled
    weight = window.weight[tried]
    return min(factor * float(weight @ window.label[tried] / weight.sum()), MOST_LIKELY) if tried.any() else 0.0


def assuming(window: Window, chance: float) -> Window:
    """The window in which every unlabelled row stands twice, as a success and as a failure, by the chance."""
    twice = np.flatnonzero(window.unlabelled)
    if not chance or not twice.size:
        return window
    rows = np.concatenate([np.arange(len(window)), twice])
    label, weight = window.label[rows], window.weight[rows]
    label[len(window) :] = 1.0
    weight[len(window) :] *= chance
    weight[twice] *= 1 - chance
    return Window(window.matrix[rows], label, weight)


def learner_assuming(again: Learner, factor: float) -> Learner:
    """The same way to learn, under an assumption."""
    return lambda window: again(assuming(window, assumed_chance(window, factor)))


def contest_assuming(held: Contest, rehearsals: Rehearsals, group: NDArray[np.int64], factor: float) -> Contest:
    """The contest whose winner learns under the assumption; calibrated on what happened to the rows held back."""
    again, label = learner_assuming(held.winner.again, factor), rehearsals.label
    margin = np.concatenate([again(one.training).margin(one.validation.matrix) for one in rehearsals.held])
    scale = fit_logistic(margin, label > 0)
    winner = replace(
        held.winner, again=again, margin=margin, scale=scale, loss=log_loss(scale.probability(margin), label)
    )
    return Contest((winner, *held.entries[1:]), fit_calibrator(margin, label > 0, group))


def sensitivity(again: Learner, whole: Window, encoder: Encoder, scored: pl.DataFrame, factor: float) -> pl.DataFrame:
    """Rows of measures, a slice per assumption: `whole` is the training side, `scored` the test rows.

    `assumed_chance` of the unlabelled; `auc_worked` by worked rows alone; `order_kept` (Spearman's rank correlation
    with what is published); `top_decile_kept`; `mean_probability`, the chance of all rows if the assumption holds.
    Empty where everybody was worked, or too few of either class were.
    """
    from scipy.stats import spearmanr

    label, published = scored[LABEL].to_numpy(), scored[PROBABILITY].to_numpy()
    tried = ~unlabelled_rows(scored)
    seen = whole.at_most(MOST_ROWS, 0)
    few = min(int(label[tried].sum()), int((~label[tried]).sum())) < MIN_PER_SLICE
    if few or not seen.unlabelled.any() or not seen.label.any():
        return pl.DataFrame(schema=MEASURES_SCHEMA)
    matrix, rows = encoder.encode(scored), []
    for name, times in ASSUMED:
        chance = assumed_chance(seen, factor * times)
        learned = again(assuming(seen, chance))
        margin = learned.margin(matrix)
        slope, level = newton(learned.margin(seen.matrix), np.where(seen.unlabelled, chance, seen.label), True)
        values = {
            "assumed_chance": chance,
            "auc_worked": auc_of(margin[tried], label[tried]),
            "order_kept": float(spearmanr(margin, published).statistic),
            "top_decile_kept": top_kept(margin, published),
            "mean_probability": float(sigmoid(slope * margin + level).mean()),
        }
        sizes = {"auc_worked": int(tried.sum())}
        rows += [
            (f"{UNLABELLED}:{name}", metric, value, None, None, sizes.get(metric, scored.height), "ok")
            for metric, value in values.items()
        ]
    return pl.DataFrame(rows, schema=MEASURES_SCHEMA, orient="row")


def top_kept(score: Floats, published: Floats) -> float:
    """Of the tenth that is published as the best, the share that another score puts there too."""
    size = max(int(TOP * len(score)), 1)
    best, now = (set(np.argsort(-one, kind="stable")[:size].tolist()) for one in (published, score))
    return len(best & now) / size
