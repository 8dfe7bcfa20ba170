"""Champion and challenger: who speaks after a training, and the reason in one sentence. No registry, no tables.

The rules, in this order:

1. Without a champion, a usable signal is enough. A champion that can no longer answer (another question, a later
   moment, an artefact that is refused) is replaced by any challenger with a usable signal.
2. Else both score the same rows: landmarks after which neither has learned anything. A model learned from the
   landmarks of its training and validation windows; fair to it are those that come at least horizon + reporting lag
   after the last of them, when its last label was known (the purge gap of `split`). The champion's own test window is
   among them: it was opened once, after everything was chosen.
3. The challenger replaces the champion when log loss or AUC is better beyond noise, the other one not worse, and no
   slice (age of the record, segment) worse. Beyond noise: outside the interval that holds for both measures together
   with 95 % (slices: for all of them together), by a paired bootstrap over resolved groups.
4. A champion without a usable signal on these rows is replaced by a challenger that has one and loses no more.
5. With fewer than ten groups of either class among the fair rows nothing can be compared: the champion stays, until
   that was so in three trainings in a row; then the challenger replaces it unless what rows there are speak against it.
6. A champion that a person put in its place stays until a person says otherwise, but for rule 1.
7. A challenger without a usable signal replaces nobody; the champion goes on when it has one on the fair rows, else
   nobody speaks and points rank.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import NormalDist

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.fitted import FittedModel
from models.judge import MIN_PER_SLICE
from models.landmarks import AS_OF, GROUP, LABEL, PROBABILITY, class_units, codes
from models.paired import AUC, LOG_LOSS, Paired, paired
from models.slices import slices
from models.standards import DEFAULT, Standards

CHAMPION_PROBABILITY = "champion_probability"
LEAST_GROUPS = 10
PATIENCE = 3
"""Trainings without enough fair rows after which a champion is too old to stay unchallenged."""
NOISE = 0.05
CHANCE = 0.5
TINY = 1e-12
WHOLE_Z = NormalDist().inv_cdf(1 - NOISE / 4)
"""Two measures, two sides."""
SIGNAL_Z = NormalDist().inv_cdf(1 - NOISE / 2)

FIRST, SAME, REPLACED, BETTER, FADED, OUTDATED = "first", "same", "cannot_answer", "better", "faded", "outdated"
KEPT, HARMED, TOO_FEW, HELD, NO_SIGNAL = "not_better", "slice_harmed", "too_few_rows", "held", "no_usable_signal"
REPLACING = frozenset({FIRST, REPLACED, BETTER, FADED, OUTDATED})
"""Decisions after which the challenger speaks."""


@dataclass(frozen=True)
class Comparison:
    """Champion (first) and challenger (second) on the rows fair to both; `slices` holds what could be measured."""

    rows: int
    positives: int
    negatives: int
    """Groups with and without a positive row."""
    whole: dict[str, Paired]
    slices: dict[str, dict[str, Paired]]

    @property
    def is_enough(self) -> bool:
        return bool(self.whole) and min(self.positives, self.negatives) >= LEAST_GROUPS

    @property
    def is_better(self) -> bool:
        """Whether the challenger is better beyond noise on the whole."""
        looks = self.whole.values()
        return any(one.is_better(WHOLE_Z) for one in looks) and not any(one.is_worse(WHOLE_Z) for one in looks)

    @property
    def harmed(self) -> tuple[str, Paired] | None:
        """The slice in which the challenger is worse beyond noise, the clearest one."""
        looks = [(name, one) for name, measures in self.slices.items() for one in measures.values()]
        z = NormalDist().inv_cdf(1 - NOISE / max(len(looks), 1))
        worse = [(name, one) for name, one in looks if one.is_worse(z)]
        return min(worse, key=lambda look: look[1].gain / max(look[1].error, TINY)) if worse else None

    @property
    def champion_has_signal(self) -> bool:
        one = self.whole[AUC]
        return one.first - SIGNAL_Z * one.first_error > CHANCE

    @property
    def sentence(self) -> str:
        """The differences in words."""
        told = f"{self.rows:,} later rows"
        for name, words in ((LOG_LOSS, "log loss"), (AUC, "AUC")):
            if name in self.whole:
                told += f", {difference_words(words, self.whole[name], WHOLE_Z)}"
        return told


@dataclass(frozen=True, eq=False)
class Incumbent:
    """The champion that a challenger meets: `cannot` says why it can no longer answer (then `model` is none), `held`
    who put it in its place and why (empty: a training did), `unfair` how many trainings in a row could not compare."""

    version: str
    model: FittedModel | None
    cannot: str = ""
    held: str = ""
    unfair: int = 0


@dataclass(frozen=True)
class Verdict:
    """Who speaks from now on (none: points rank), by which decision, why, and the comparison if there was one."""

    decision: str
    champion: str | None
    because: str
    comparison: Comparison | None = None


def decide(
    challenger: FittedModel, version: str, has_signal: bool, test: pl.DataFrame, incumbent: Incumbent | None, *,
    standards: Standards = DEFAULT,
) -> Verdict:  # fmt: skip
    """Who speaks after a training; `test` is the challenger's test window. The rules stand at the top of the module."""
    if incumbent is None:
        if has_signal:
            return Verdict(FIRST, version, f"{version} is the first champion")
        return Verdict(NO_SIGNAL, None, "points rank instead")
    before = incumbent.version
    if before == version and has_signal:
        return Verdict(SAME, version, f"the training gave the champion {version} again")
    if incumbent.model is None:
        if has_signal:
            return Verdict(
                REPLACED, version, f"{version} replaces {before}, which can no longer answer: {incumbent.cannot}"
            )
        return Verdict(NO_SIGNAL, None, f"points rank instead, as {before} can no longer answer: {incumbent.cannot}")
    return compared(version, has_signal, incumbent, compare(test, incumbent.model, challenger, standards))


def compared(version: str, has_signal: bool, incumbent: Incumbent, comparison: Comparison) -> Verdict:
    """Who speaks once both have scored the same rows."""
    before = incumbent.version
    told = f"({comparison.sentence})"
    decision, because = judged(version, has_signal, incumbent, comparison)
    if incumbent.held and decision != SAME:
        because = f"the champion {before} stays, as {incumbent.held}; by the rows alone: {because}"
        return Verdict(HELD, before, f"{because} {told}", comparison)
    champion = version if decision in REPLACING else None if decision == NO_SIGNAL else before
    return Verdict(decision, champion, f"{because} {told}", comparison)


def judged(version: str, has_signal: bool, incumbent: Incumbent, comparison: Comparison) -> tuple[str, str]:
    """The decision on the rows alone, and its reason."""
    before = incumbent.version
    if not has_signal:
        if comparison.is_enough and comparison.champion_has_signal:
            return KEPT, f"the champion {before} stays: {version} shows no usable signal"
        return NO_SIGNAL, f"points rank instead of {before}, which shows none either"
    if not comparison.is_enough:
        worse = any(one.gain < 0 for one in comparison.whole.values())
        if incumbent.unfair + 1 >= PATIENCE and not worse:
            return OUTDATED, f"{version} replaces {before}: {PATIENCE} trainings in a row could not compare with it"
        return TOO_FEW, f"the champion {before} stays: too few rows that neither learned from to compare {version}"
    return weighed(version, before, comparison)


def weighed(version: str, before: str, comparison: Comparison) -> tuple[str, str]:
    """The decision where there are enough rows and the challenger has a usable signal."""
    harmed = comparison.harmed
    if comparison.is_better and harmed is None:
        return BETTER, f"{version} replaces {before}: better beyond noise"
    if comparison.is_better and harmed is not None:
        return HARMED, f"the champion {before} stays: {version} is worse beyond noise in {slice_words(*harmed)}"
    if not comparison.champion_has_signal and comparison.whole[LOG_LOSS].gain >= 0 and harmed is None:
        return FADED, f"{version} replaces {before}, which shows no usable signal any more"
    return KEPT, f"the champion {before} stays: {version} is not better beyond noise"


def fair_from(model: FittedModel) -> datetime:
    """The moment from which on landmarks are fair to a model: when the last label it learned from was known."""
    until = max(datetime.fromisoformat(model.windows[f"{name}_until"]) for name in ("training", "validation"))
    return until + timedelta(days=model.spec.gap_days)


def fair_rows(frame: pl.DataFrame, first: FittedModel, second: FittedModel) -> pl.DataFrame:
    """The labelled landmarks of which neither model has learned."""
    start = max(fair_from(first), fair_from(second))
    return frame.filter(pl.col(AS_OF) >= pl.lit(start, pl.Datetime("us")), pl.col(LABEL).is_not_null())


def compare(
    frame: pl.DataFrame, champion: FittedModel, challenger: FittedModel, standards: Standards = DEFAULT
) -> Comparison:
    """Both on the rows of a frame that are fair to both. Raises ModelError when a column is missing."""
    rows = fair_rows(frame, champion, challenger)
    scored = rows.with_columns(
        pl.Series(CHAMPION_PROBABILITY, champion.predict(rows), pl.Float64),
        pl.Series(PROBABILITY, challenger.predict(rows), pl.Float64),
    )
    label, seed = scored[LABEL].to_numpy(), challenger.spec.seed
    if not scored.height:
        return Comparison(0, 0, 0, {}, {})
    positives, negatives = class_units(codes(scored[GROUP]), label)
    parts = [(name, part) for name, part in slices(scored, standards) if name != "all" and enough_of_both(part)]
    return Comparison(
        scored.height,
        positives,
        negatives,
        of_part(scored, seed),
        {name: of_part(part, seed) for name, part in parts},
    )


def enough_of_both(part: pl.DataFrame) -> bool:
    """Whether a slice holds enough of either class to say that somebody is worse in it."""
    positives = int(part[LABEL].sum())
    return min(positives, part.height - positives) >= MIN_PER_SLICE


def of_part(part: pl.DataFrame, seed: int) -> dict[str, Paired]:
    """Both scores of these rows, paired."""
    first, second = part[CHAMPION_PROBABILITY].to_numpy(), part[PROBABILITY].to_numpy()
    return paired(first, second, part[LABEL].to_numpy(), codes(part[GROUP]), seed)


def tier_churn(first: NDArray[np.float64], second: NDArray[np.float64], up_to_shares: Sequence[float]) -> float | None:
    """The share of units that two columns of scores put into different tiers by rank alone; none without a unit."""
    if not len(first):
        return None
    return float((tiers(first, up_to_shares) != tiers(second, up_to_shares)).mean())


def tiers(score: NDArray[np.float64], up_to_shares: Sequence[float]) -> NDArray[np.int64]:
    """The tier of each unit, 0 the best: equal scores share the middle of their ranks, as on the lists."""
    from scipy.stats import rankdata

    place = (rankdata(-score) - 1) / len(score)
    return np.asarray(np.searchsorted(np.sort(np.asarray(up_to_shares)), place, side="right"), dtype=np.int64)


def difference_words(name: str, one: Paired, z: float) -> str:
    """A difference with its interval, such as "log loss -0.012 (-0.020 to -0.004)"."""
    low, high = one.interval(z)
    return f"{name} {one.difference:+.4f} ({low:+.4f} to {high:+.4f})"


def slice_words(name: str, one: Paired) -> str:
    """A slice and by how much it is worse."""
    return f"{name}, {one.measure.replace('_', ' ')} {one.difference:+.4f}"
