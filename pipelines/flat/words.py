"""What is said about a fitted flat table: notes, the split, what to do next. No fitting, no files."""

import math
from collections.abc import Mapping, Sequence

import polars as pl

from models.measures import Measure
from models.one_table import FEWEST, TOO_GOOD, Fit, Outcome, Table
from models.power import detectable_auc
from pipelines.flat.question import Question

SHOWN = ("auc", "average_precision", "log_loss", "ece", "ece_expected", "lift_at_10pct", "base_rate")
SURE = 3.0
"""Standard errors from which a difference is told."""


def measures_of(fit: Fit | None) -> Mapping[str, Measure]:
    """The measures of the whole test by name; undefined ones, and all without a fit, hold nothing."""
    rows = fit.judgement.measures.filter(pl.col("slice") == "all").iter_rows(named=True) if fit else ()
    found = {row["metric"]: Measure(row["value"], row["low"], row["high"]) for row in rows}
    measures = {name: Measure(None, None, None) for name in SHOWN} | found
    pooled = measures["auc"]
    if fit and pooled.value is not None and pooled.low is not None and pooled.high is not None:
        moved = fit.auc - pooled.value  # folds are on scales of their own: what is left of pooling is their difference
        measures["auc"] = Measure(fit.auc, pooled.low + moved, min(1.0, pooled.high + moved))
    return measures


def winner_of(fit: Fit) -> str:
    """Who won most often: with an order there is one contest, else one per fold."""
    names = [one.contest.winner.name for one in fit.unseen.models]
    return max(sorted(set(names)), key=names.count)


def split_words(question: Question, fit: Fit) -> str:
    """How the test rows were chosen."""
    if question.time:
        return f"last {question.test_share:.0%} by {question.time}"
    if len(fit.unseen.models) == 1:
        return "a fifth of the rows, picked by chance"
    if not fit.unseen.is_nested:
        return f"cross-validation, {len(fit.unseen.models)} folds, the winner chosen in the first"
    return f"nested cross-validation, {len(fit.unseen.models)} folds"


def notes_on(fit: Fit) -> list[str]:
    """What the fit left out, how its signal was tested where the test was too small, what it would have found."""
    notes = [f"{name} is left out ({reason})" for name, reason in fit.dropped.items()]
    unseen, signal = fit.unseen, fit.signal
    if unseen.purged:
        notes.append(f"{unseen.purged:,} earlier rows belong to tested ones and were not learned from")
    if unseen.passed_over:
        told = unseen.n_train + unseen.passed_over
        notes.append(f"{unseen.n_train:,} of {told:,} rows, picked by chance, were learned from")
    if signal.is_tested_on_all:
        notes.append(
            f"the test is too small to tell a signal from chance; over all {signal.rows:,} rows, each by models "
            f"that never saw it, the AUC is {signal.auc:.3f}"
        )
    if signal.detectable:
        notes.append(f"so many rows show a true AUC of {signal.detectable:.2f} or more in 8 of 10 cases")
    return [*notes, *moved_notes(fit)]


def moved_notes(fit: Fit) -> list[str]:
    """Whether the outcome came more or less often in the test than was promised, beyond chance."""
    promised, found = float(fit.unseen.probability.mean()), measures_of(fit)["base_rate"].value or 0.0
    error = math.sqrt(max(promised * (1 - promised), 1e-9) / len(fit.unseen.rows))
    if abs(found - promised) < SURE * error:
        return []
    return [
        f"{found:.1%} of the test rows have the outcome, {promised:.1%} were promised: the rate itself moved, so read "
        "the order of the rows rather than the probabilities"
    ]


def power_notes(outcome: Outcome) -> list[str]:
    """What so few could have told."""
    least = detectable_auc(outcome.positives, outcome.negatives)
    if least is None:
        return [f"so few rows could not even show a perfect signal; {FEWEST} of either class are the least"]
    return [f"so few rows show only a signal with an AUC of {least:.2f} or more, in 8 of 10 cases"]


def detectable_of(outcome: Outcome) -> float | None:
    """The AUC that would have been found in eight of ten cases."""
    signal = outcome.fit.signal if outcome.fit else None
    return signal.detectable if signal else detectable_auc(outcome.positives, outcome.negatives)


def without_words(named: Sequence[str], auc: float | None) -> str:
    """What the other columns are worth."""
    if auc is None:
        return "no other column is left without the suspects"
    doubt = ", which is still more than anybody reaches honestly" if auc >= TOO_GOOD else ""
    return f"without {', '.join(named)} the AUC is {auc:.3f}{doubt}"


def censored_notes(table: Table, question: Question) -> list[str]:
    """Whether the newest rows have fewer outcomes than chance gives, so that theirs may not have come yet; and the same
    of the oldest, whose outcomes may not have been recorded."""
    if not table.is_ordered:
        return []
    label = table.part().label
    tenth, notes = len(label) // 10, []
    middle = float(label[tenth : len(label) - tenth].mean()) if tenth else 0.0
    for name, part, reason in (
        ("newest", label[len(label) - tenth :], "their outcomes may not have come yet (censored)"),
        ("oldest", label[:tenth], "their outcomes may not have been recorded (censored)"),
    ):
        if not tenth:
            continue
        rate, error = float(part.mean()), math.sqrt(middle * (1 - middle) / tenth)
        if middle - rate > SURE * error and rate < middle * 2 / 3:
            notes.append(
                f"of the {name} tenth of the rows by {question.time} {rate:.1%} have the outcome, of the others "
                f"{middle:.1%}: {reason}"
            )
    return notes


def advice_of(question: Question, outcome: Outcome) -> str:
    """What to do next, in one sentence."""
    match outcome.verdict:
        case "usable":
            return "The scores can be used: work the list from the top."
        case "not_enough_data":
            return (
                f"Not enough data: {outcome.positives} rows with the outcome and {outcome.negatives} without; {FEWEST} "
                "of each are needed. Let agreed points rank until there are."
            )
        case "no_usable_signal":
            told = ""
            if outcome.fit:
                signal = outcome.fit.signal
                told = f" (AUC {signal.auc:.3f}, {signal.errors:.1f} standard errors above chance; 2.3 are needed)"
            return (
                f"No usable signal{told}: the columns do not tell the outcome. Let agreed points rank, or bring other "
                "columns."
            )
        case _:
            first = outcome.suspects[0]
            return (
                f"Suspected leakage: {first.evidence}. If it is filled in after the outcome, leave it out with "
                f"--exclude {first.column!r}; if it is known before, say so with --allow {first.column!r}."
            )
