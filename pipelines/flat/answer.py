"""What came of a flat table: the facts for scripts and people, the ranked rows, and what to do next."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from models.fitted import FittedModel
from models.measures import Measure
from models.one_table import Fit, Outcome, Scores, Table, final_model, fit_table, scores_of
from models.reasons import reasons
from models.rehearse import Learned
from models.spec import ModelSpec
from models.words import FeatureWords
from models.worked import Worked
from pipelines.flat.question import ARRIVAL, Asked, Question, ask
from pipelines.flat.reading import read_flat

REASONED = 10_000
"""Rows whose reasons are told, from the top: nobody reads more."""
HEAD = ("id", "probability", "probability_low", "probability_high", "rank", "reasons")


@dataclass(frozen=True, eq=False)
class Answer:
    """The outcome, what was asked, and notes for people; `ranked` is empty unless the verdict is usable."""

    question: Question
    asked: Asked
    outcome: Outcome
    notes: Sequence[str]
    advice: str
    ranked: pl.DataFrame | None

    @property
    def table_name(self) -> str:
        return self.question.file.name

    def facts(self) -> dict[str, object]:
        """One object for scripts: every key always, null where nothing is known."""
        fit = self.outcome.fit
        measures = measures_of(fit)
        return {
            "verdict": self.outcome.verdict,
            "advice": self.advice,
            "positive": self.asked.positive,
            "auc": measures["auc"].value,
            "auc_interval": [measures["auc"].low, measures["auc"].high] if measures["auc"].value is not None else None,
            "average_precision": measures["average_precision"].value,
            "log_loss": measures["log_loss"].value,
            "ece": measures["ece"].value,
            "ece_expected": measures["ece_expected"].value,
            "lift_at_10pct": measures["lift_at_10pct"].value,
            "split": split_words(self.question, fit) if fit else None,
            "suspects": [
                {"column": one.column, "probe": one.probe, "evidence": one.evidence} for one in self.outcome.suspects
            ],
            "notes": list(self.notes),
            "winner": winner_of(fit) if fit else None,
            "contestants": [
                {"name": one.name, "auc": one.auc, "log_loss": one.log_loss} for one in fit.contestants
            ] if fit else [],
            "n_train": fit.unseen.n_train if fit else 0,
            "n_test": len(fit.unseen.rows) if fit else 0,
            "n_positive": self.outcome.positives,
            "n_negative": self.outcome.negatives,
        }  # fmt: skip


def answer(question: Question, score: Path | None, top: int | None) -> Answer:
    """Read, audit, fit, judge, and score where the verdict allows. Raises GrowthError and ModelError."""
    asked = ask(question)
    spec = spec_of(question)
    outcome = fit_table(asked.table, spec, question.test_share)
    notes, ranked = list(asked.notes), None
    fit = outcome.fit
    if fit:
        notes += [*notes_on(fit), *censored_note(asked.table, question)]
    if outcome.verdict == "suspected_leakage":
        notes.append(without_suspects(asked.table, outcome, spec, question.test_share))
    if outcome.verdict == "usable" and fit:
        ranked = (
            ranked_rows(asked, fit, spec, top)
            if score is None
            else scored_file(asked, fit, spec=spec, question=question, path=score, top=top, notes=notes)
        )
    return Answer(question, asked, outcome, notes, advice_of(question, outcome), ranked)


def notes_on(fit: Fit) -> list[str]:
    """What the fit left out, and how its signal was tested where the test was too small."""
    notes = [f"{name} is left out ({reason})" for name, reason in fit.dropped.items()]
    if fit.unseen.purged:
        notes.append(f"{fit.unseen.purged:,} earlier rows belong to tested ones and were not learned from")
    if fit.signal.is_tested_on_all:
        notes.append(
            f"the test is too small to tell a signal from chance; over all {fit.signal.rows:,} rows, each by models "
            f"that never saw it, the AUC is {fit.signal.auc:.3f}"
        )
    return notes


def spec_of(question: Question) -> ModelSpec:
    return ModelSpec(
        name=question.file.stem, title=question.file.name, unit="row", unit_column=" row", positive_word="positive",
        horizon_days=0, lag_days=0,
    )  # fmt: skip


def measures_of(fit: Fit | None) -> Mapping[str, Measure]:
    """The measures of the whole test by name; undefined ones, and all without a fit, hold nothing."""
    rows = fit.judgement.measures.filter(pl.col("slice") == "all").iter_rows(named=True) if fit else ()
    found = {row["metric"]: Measure(row["value"], row["low"], row["high"]) for row in rows}
    names = ("auc", "average_precision", "log_loss", "ece", "ece_expected", "lift_at_10pct")
    return {name: Measure(None, None, None) for name in names} | found


def winner_of(fit: Fit) -> str:
    """Who won most often: with an order there is one contest, else one per fold."""
    names = [one.contest.winner.name for one in fit.unseen.models]
    return max(sorted(set(names)), key=names.count)


def split_words(question: Question, fit: Fit) -> str:
    """How the test rows were chosen."""
    if question.time:
        return f"last {question.test_share:.0%} by {question.time}"
    return f"nested cross-validation, {len(fit.unseen.models)} folds"


def without_suspects(table: Table, outcome: Outcome, spec: ModelSpec, test_share: float) -> str:
    """What the other columns are worth, in words."""
    named = [one.column for one in outcome.suspects]
    rest = Table(
        table.frame.drop(named), table.label, table.group, table.is_ordered, table.positive, table.trusted
    )  # fmt: skip
    if not rest.frame.width:
        return "no other column is left without them"
    again = fit_table(rest, spec, test_share)
    auc = measures_of(again.fit)["auc"].value
    told = f"without {', '.join(named)} the AUC is {auc:.3f}" if auc is not None else "the rest is not enough"
    if again.suspects:
        told += f", and the next suspect is {again.suspects[0].column}"
    return told


def censored_note(table: Table, question: Question) -> list[str]:
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
        if tenth and middle - part.mean() > 3 * math.sqrt(middle * (1 - middle) / tenth) and part.mean() < middle / 2:
            notes.append(
                f"of the {name} tenth of the rows by {question.time} {part.mean():.1%} have the outcome, of the others "
                f"{middle:.1%}: {reason}"
            )
    return notes


def advice_of(question: Question, outcome: Outcome) -> str:
    """What to do next, in one sentence."""
    match outcome.verdict:
        case "usable":
            return "The scores can be used."
        case "not_enough_data":
            return (
                f"Not enough data: {outcome.positives} rows with the outcome and {outcome.negatives} without; 40 of "
                "each are needed. Let agreed points rank until there are."
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


def ranked_rows(asked: Asked, fit: Fit, spec: ModelSpec, top: int | None) -> pl.DataFrame:
    """The rows of the file itself, each scored by a model that did not learn from it."""
    return ranking(asked.table.frame, asked.identifiers, scores_of(asked.table, fit, spec), spec, top)


def scored_file(
    asked: Asked, fit: Fit, *, spec: ModelSpec, question: Question, path: Path, top: int | None, notes: list[str]
) -> pl.DataFrame:
    """The rows of another file, by the winner learned from all rows of the first."""
    names = [name for name in asked.columns if name != ARRIVAL]
    time = question.time if question.time and asked.kinds[question.time].is_date else None
    kinds = {name: asked.kinds[name] for name in (*names, *([time] if time and asked.references else []))}
    file = read_flat(path, [question.identifier], kinds)
    notes += [
        f"{path.name}: {count:,} cells of {name} are not as in {question.file.name} and count as unknown"
        for name, count in file.unread.items()
    ]
    columns = []
    for name in names:
        column = file.frame[name]
        if name in asked.references:
            column = (file.frame[time] - column if time else asked.references[name] - column).alias(name)
        columns.append(column)
    frame = pl.DataFrame(columns)
    if ARRIVAL in asked.columns:
        latest = asked.table.frame[ARRIVAL].max()
        frame = frame.with_columns(pl.lit(latest, pl.Float64).alias(ARRIVAL)).select(asked.columns)
    final = final_model(asked.table, fit, spec)
    given = final.probability(final.encoder.encode(frame))
    low, high = final.alike.interval(given)
    scores = Scores(given, low, high, np.zeros(len(given), dtype=np.int64), [final])
    return ranking(frame, file.text[question.identifier].to_list(), scores, spec, top)


def ranking(
    frame: pl.DataFrame, identifiers: Sequence[str | None], scores: Scores, spec: ModelSpec, top: int | None
) -> pl.DataFrame:
    """The rows that are published, the best first, with the reasons of the first of them."""
    order = np.argsort(-scores.probability, kind="stable")[:top]
    told: list[list[str]] = [[] for _ in order]
    explained = order[:REASONED]
    for place, learned in enumerate(scores.models):
        rows = np.flatnonzero(scores.model[explained] == place)
        if rows.size:
            for row, sentences in zip(
                rows, reasons(explaining(learned, spec), frame[explained[rows]], WORDS), strict=True
            ):
                told[row] = sentences
    ids = pl.Series("id", [identifiers[row] for row in order], dtype=pl.String)
    return pl.DataFrame(
        {
            "id": ids,
            "probability": scores.probability[order],
            "probability_low": scores.low[order],
            "probability_high": scores.high[order],
            "rank": np.arange(1, len(order) + 1),
            "reasons": pl.Series(told, dtype=pl.List(pl.String)),
        }
    ).select(HEAD)


WORDS: Mapping[str, FeatureWords] = {}
"""A flat table brings none: a reason is the column and its value."""


def explaining(learned: Learned, spec: ModelSpec) -> FittedModel:
    """A model in the form in which reasons are asked for."""
    return FittedModel(
        spec, learned.encoder, learned.winner, learned.contest.calibrator, learned.alike, Worked(),
        float(learned.rows.label.mean()), {}, {}, learned.contest.losses, {}, {},
    )  # fmt: skip
