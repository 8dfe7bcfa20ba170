"""What is said about a fitted flat table: notes, the split, what to do next. No fitting, no files."""

import math
from collections.abc import Mapping, Sequence

import polars as pl

from models.measures import Measure
from models.one_table import FEWEST, TOO_GOOD, Fit, Outcome, Table
from models.power import detectable_auc
from models.signal import Signal
from pipelines.flat.question import Question
from pipelines.publish.report.words import percent

SHOWN = (
    "auc",
    "average_precision",
    "log_loss",
    "ece",
    "ece_expected",
    "lift_at_10pct",
    "base_rate",
    "top_decile_rate",
    "positives_in_top_20pct",
)
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


def dealt_words(signal: Signal) -> str:
    """What labels told that were dealt out anew."""
    if signal.chance is None:
        return ""
    return f"; labels dealt by chance tell as much in {signal.chance:.1%} of cases"


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


HEADLINES = {
    "usable": "These scores can be used",
    "no_usable_signal": "These columns do not tell the outcome",
    "not_enough_data": "There are too few outcomes to learn from",
    "suspected_leakage": "Not yet: a column may know the outcome",
}


def in_plain_words(fit: Fit, positive: str) -> list[str]:
    """How good the order is, for somebody who has never heard of an AUC."""
    found = measures_of(fit)
    auc, top, base, caught = (found[name] for name in ("auc", "top_decile_rate", "base_rate", "positives_in_top_20pct"))
    told = []
    if top.value is not None and base.value is not None:
        told.append(
            f"In the best tenth of the list {percent(top.value)} have {positive}; of all rows {percent(base.value)} do."
        )
    if caught.value is not None:
        told.append(f"The first fifth of the list holds {percent(caught.value)} of all that have it.")
    if auc.value is not None:
        told.append(
            f"Of a row with {positive} and one without, the list puts the right one first in {percent(auc.value)} of "
            f"cases ({percent(auc.low)} to {percent(auc.high)}; a coin does in 50%)."
        )
    return told


def next_steps(question: Question, outcome: Outcome) -> list[str]:
    """What to do with this verdict, step by step."""
    file = question.file.name
    match outcome.verdict:
        case "usable":
            return [
                "Work scores.csv from the top; the gains picture says how far down it pays.",
                f"Let chance work some rows of every height, too: then the next {file} tells what the list was worth.",
                "Fit again when a quarter of new outcomes is known, or when columns are filled in another way.",
            ]
        case "not_enough_data":
            return [
                f"Collect outcomes until there are {FEWEST} rows with and {FEWEST} without; one group counts once.",
                "Until then let points that sales agreed on rank.",
            ]
        case "no_usable_signal":
            return [
                "Let points that sales agreed on rank; a list in this order is no better than chance.",
                "Bring columns that are known before the outcome: source, size, role, visits, replies.",
            ]
        case _:
            names = [one.column for one in outcome.suspects]
            return [
                f"Ask whoever fills in {', '.join(names)}: is it filled before or after the outcome?",
                "After it, or nobody knows: fit again with " + " ".join(f"--exclude {name!r}" for name in names) + ".",
                "Surely before it: fit again with --allow, which this page will record.",
            ]


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
                told = (
                    f" (AUC {signal.auc:.3f}, {signal.errors:.1f} standard errors above chance; {signal.needed:.1f} "
                    f"are needed{dealt_words(signal)})"
                )
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
