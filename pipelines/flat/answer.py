"""What came of a flat table: the facts for scripts and people, the ranked rows, and what to do next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl

from models.encode import reason_to_drop
from models.fitted import FittedModel
from models.fitting import importance
from models.one_table import Fit, Outcome, Scores, final_model, fit_table, scores_of, worth_without
from models.reasons import reasons
from models.rehearse import Learned
from models.spec import ModelSpec
from models.words import FeatureWords
from models.worked import Worked
from pipelines.flat.order import ARRIVAL
from pipelines.flat.points import points_of
from pipelines.flat.question import Asked, Question, ask
from pipelines.flat.reading import FlatFile, read_flat
from pipelines.flat.words import (
    advice_of,
    censored_notes,
    detectable_of,
    measures_of,
    notes_on,
    power_notes,
    split_words,
    winner_of,
    without_words,
)

REASONED = 10_000
"""Rows whose reasons are told, from the top: nobody reads more."""
HEAD = ("id", "probability", "probability_low", "probability_high", "rank", "reasons")


@dataclass(frozen=True, eq=False)
class Answer:
    """The outcome, what was asked, and notes for people; `ranked` is empty unless the verdict is usable;
    `drivers`: columns with their share in what moves the scores."""

    question: Question
    asked: Asked
    outcome: Outcome
    notes: Sequence[str]
    advice: str
    ranked: pl.DataFrame | None
    drivers: Mapping[str, float]

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
            "detectable_auc": detectable_of(self.outcome),
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
            "n_train": fit.unseen.n_train if fit else None,
            "n_test": len(fit.unseen.rows) if fit else None,
            "n_positive": self.outcome.positives,
            "n_negative": self.outcome.negatives,
        }  # fmt: skip


def answer(question: Question, score: Path | None, top: int | None) -> Answer:
    """Read, audit, fit, judge, and score where the verdict allows. Raises GrowthError and ModelError."""
    asked = ask(question)
    spec = replace(spec_of(question), points=points_of(asked.table.frame))
    file = other_file(asked, question, score) if score else None
    outcome = fit_table(asked.table, spec, question.test_share)
    notes, ranked = list(asked.notes), None
    fit = outcome.fit
    if fit:
        notes += [*notes_on(fit), *censored_notes(asked.table, question)]
    else:
        notes += power_notes(outcome)
    if outcome.verdict == "suspected_leakage":
        named = [one.column for one in outcome.suspects]
        notes.append(without_words(named, worth_without(asked.table, named, spec, question.test_share)))
    if outcome.verdict == "usable" and fit:
        ranked = (
            ranked_rows(asked, fit, spec, top)
            if file is None
            else scored_file(asked, fit, spec=spec, question=question, file=file, top=top, notes=notes)
        )
    drivers = drivers_of(fit) if fit else {}
    return Answer(question, asked, outcome, notes, advice_of(question, outcome), ranked, drivers)


def drivers_of(fit: Fit) -> Mapping[str, float]:
    """Each column's share in what moves the scores, the largest first."""
    learned = fit.unseen.models[0]
    shares = importance(learned.encoder, learned.winner, learned.rows)
    return dict(sorted(shares.items(), key=lambda one: (-one[1], one[0])))


def spec_of(question: Question) -> ModelSpec:
    return ModelSpec(
        name=question.file.stem, title=question.file.name, unit="row", unit_column=" row", positive_word="positive",
        horizon_days=0, lag_days=0,
    )  # fmt: skip


def ranked_rows(asked: Asked, fit: Fit, spec: ModelSpec, top: int | None) -> pl.DataFrame:
    """The rows of the file itself, each scored by a model that did not learn from it."""
    return ranking(asked, asked.table.frame, asked.identifiers, scores_of(asked.table, fit, spec), spec=spec, top=top)


def other_file(asked: Asked, question: Question, path: Path) -> FlatFile:
    """The rows that are to be scored, with all columns that could be learned from. Raises GrowthError for others."""
    frame = asked.table.frame
    names = [name for name in asked.columns if name != ARRIVAL and not reason_to_drop(frame[name], frame.height)]
    is_dated = time_of(asked, question) and any(name in asked.references for name in names)
    kinds = {name: asked.kinds[name] for name in (*names, *([question.time] if is_dated and question.time else []))}
    return read_flat(path, [question.identifier], kinds)


def time_of(asked: Asked, question: Question) -> str | None:
    """The column of time, where dates are counted from it."""
    return question.time if question.time and asked.kinds[question.time].is_date else None


def scored_file(
    asked: Asked, fit: Fit, *, spec: ModelSpec, question: Question, file: FlatFile, top: int | None, notes: list[str]
) -> pl.DataFrame:
    """The rows of another file, by the winner learned from all rows of the first."""
    notes += [
        f"{file.path.name}: {count:,} cells of {name} are not as in {question.file.name} and count as unknown"
        for name, count in file.unread.items()
    ]
    time, columns = time_of(asked, question), []
    for name in (one for one in asked.columns if one in file.frame.columns):
        column = file.frame[name]
        if name in asked.references:
            column = (file.frame[time] - column if time else asked.references[name] - column).alias(name)
        columns.append(column)
    frame = pl.DataFrame(columns)
    if ARRIVAL in asked.columns:
        latest = asked.table.frame[ARRIVAL].max()
        frame = frame.with_columns(pl.lit(latest, pl.Float64).alias(ARRIVAL))
    identifiers = file.text[question.identifier].to_list()
    if again := len(set(identifiers) & set(asked.identifiers) - {None}):
        notes.append(
            f"{again:,} ids of {file.path.name} stand in {question.file.name}, too, and what became of them was learned"
        )
    final = final_model(asked.table, fit, spec)
    given = final.probability(final.encoder.encode(frame))
    low, high = final.alike.interval(given)
    scores = Scores(given, low, high, np.zeros(len(given), dtype=np.int64), [final])
    return ranking(asked, frame, identifiers, scores, spec=spec, top=top)


def ranking(
    asked: Asked, frame: pl.DataFrame, identifiers: Sequence[str | None], scores: Scores, *, spec: ModelSpec,
    top: int | None,
) -> pl.DataFrame:  # fmt: skip
    """The rows that are published, the best first, with the reasons of the first of them."""
    order = np.argsort(-scores.probability, kind="stable")[:top]
    told: list[list[str]] = [[] for _ in order]
    words = words_of(asked)
    explained = order[:REASONED]
    for place, learned in enumerate(scores.models):
        rows = np.flatnonzero(scores.model[explained] == place)
        if rows.size:
            for row, sentences in zip(
                rows, reasons(explaining(learned, spec), frame[explained[rows]], words), strict=True
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


def words_of(asked: Asked) -> Mapping[str, FeatureWords]:
    """A reason is the column and its value, said as a fact; a date by the days that had passed."""
    words = {}
    for name in asked.columns:
        told = name.replace("{", "{{").replace("}", "}}")
        if name in asked.references:
            words[name] = FeatureWords(f"{told} lies {{value:,.0f}} days back")
        elif name == ARRIVAL:
            words[name] = FeatureWords(f"{told} is {{value:,.0f}}")
        elif asked.table.frame[name].dtype == pl.Boolean:
            words[name] = FeatureWords(f"{told} is yes", zero=f"{told} is no")
        elif asked.table.frame[name].dtype.is_numeric():
            words[name] = FeatureWords(f"{told} is {{value:,.10g}}")
        else:
            words[name] = FeatureWords(f"{told} is {{value}}")
    return words


def explaining(learned: Learned, spec: ModelSpec) -> FittedModel:
    """A model in the form in which reasons are asked for."""
    return FittedModel(
        spec, learned.encoder, learned.winner, learned.contest.calibrator, learned.alike, Worked(),
        float(learned.rows.label.mean()), {}, {}, learned.contest.losses, {}, {},
    )  # fmt: skip
