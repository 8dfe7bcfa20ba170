"""Why a row scores as it does: its strongest ideas for and against, as facts in words. Association, never cause.

What speaks for a row is held to it: without the facts the score must be lower, the model being asked. What is not there
(a missing value, nothing done) never speaks for anybody. Only for rows that are shown: exact contributions cost more
than the score itself.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.fitted import FittedModel, Floats
from models.words import FeatureWords, is_absence, sentence

FOR, AGAINST = "", "but "
"""How a sentence begins; a sign would read as a formula in a spreadsheet."""

LEAST = 0.02
"""Log-odds below which an idea is not worth a sentence (2 % of the odds)."""


BATCH = 20_000
"""Rows explained together: each takes a number per feature, as Python holds it."""


@dataclass(frozen=True)
class Told:
    """One idea of a row by the feature that tells it; `is_there`: its value does not say that nothing was."""

    idea: str
    feature: str
    words: str
    is_there: bool


def reasons(
    model: FittedModel,
    frame: pl.DataFrame,
    words: Mapping[str, FeatureWords],
    top_for: int = 3,
    top_against: int = 2,
) -> list[list[str]]:
    """Sentences per row: what speaks for it, strongest first, then what speaks against it, "but ..." before each.

    Contributions are added up per idea (`spec.idea_of`); an idea is told by the fact that weighs most in its direction.
    A missing value is never a reason: what it contributes is left out.
    """
    return [[one.words for one in row] for row in told_of(model, frame, words, top_for, top_against)]


def told_of(
    model: FittedModel,
    frame: pl.DataFrame,
    words: Mapping[str, FeatureWords],
    top_for: int = 3,
    top_against: int = 2,
) -> list[list[Told]]:
    """The reasons of every row, their ideas and features named."""
    parts = frame.select(model.encoder.names).iter_slices(BATCH)
    return [row for part in parts for row in explained(model, part, words, top_for, top_against)]


def explained(
    model: FittedModel, frame: pl.DataFrame, words: Mapping[str, FeatureWords], top_for: int, top_against: int
) -> list[list[Told]]:
    """The reasons of rows that are few enough to be taken together."""
    names = model.encoder.names
    matrix = model.encoder.encode(frame)
    known = np.column_stack([known_values(frame[name]) for name in names])
    contributions = np.where(known, model.contributions_of(matrix)[:, :-1], 0.0)
    ideas: dict[str, list[int]] = {}
    for place, name in enumerate(names):
        ideas.setdefault(model.spec.idea_of.get(name, name), []).append(place)
    rows = [
        Row(names, ideas, words, facts, amounts)
        for facts, amounts in zip(frame.iter_rows(), contributions.tolist(), strict=True)
    ]
    spoken = held_to_it(Without(model, matrix, ideas, words), [row.told(1) for row in rows], top_for)
    return [told + first_ideas(row.told(-1), top_against) for told, row in zip(spoken, rows, strict=True)]


def known_values(column: pl.Series) -> NDArray[np.bool_]:
    """Which values are there: neither null nor NaN."""
    known = column.is_not_null()
    return (known & column.is_not_nan().fill_null(False) if column.dtype.is_float() else known).to_numpy()


@dataclass(frozen=True)
class Row:
    """The facts of a row and what each adds, in the order of `names`; `ideas`: the places of each idea's features."""

    names: Sequence[str]
    ideas: Mapping[str, Sequence[int]]
    words: Mapping[str, FeatureWords]
    facts: Sequence[object]
    amounts: Sequence[float]

    def told(self, direction: int) -> Iterator[Told]:
        """What speaks for the row (1) or against it (-1): idea by idea, the strongest first, and fact by fact in it."""
        totals = {idea: direction * sum(self.amounts[place] for place in places) for idea, places in self.ideas.items()}
        for idea in sorted(totals, key=lambda idea: (-totals[idea], idea)):
            if totals[idea] < LEAST:
                return
            for place in sorted(self.ideas[idea], key=lambda place: (-direction * self.amounts[place], place)):
                name, fact = self.names[place], self.facts[place]
                if direction * self.amounts[place] <= 0:
                    break
                is_there = not is_absence(fact, self.words.get(name))
                if direction > 0 and not is_there:
                    continue
                said = sentence(name, fact, self.words.get(name))
                if said is not None:
                    yield Told(idea, name, f"{FOR if direction > 0 else AGAINST}{said}", is_there)


def first_ideas(told: Iterator[Told], most: int) -> list[Told]:
    """The first so many ideas, each by its first fact."""
    found: dict[str, Told] = {}
    for one in told:
        if one.idea not in found and len(found) == most:
            break
        found.setdefault(one.idea, one)
    return list(found.values())


@dataclass(frozen=True, eq=False)
class Without:
    """A model asked about rows as they would stand without some facts: counts at 0, all else unknown."""

    model: FittedModel
    matrix: Floats
    ideas: Mapping[str, Sequence[int]]
    words: Mapping[str, FeatureWords]

    def places(self, features: Sequence[str]) -> dict[int, float]:
        """The columns of the matrix that features fill, and what stands there without their facts."""
        empty = {name: 0.0 if (said := self.words.get(name)) and said.counts else np.nan for name in features}
        return {place: empty[name] for place, name in enumerate(self.model.encoder.sources) if name in empty}

    def lowers(self, asked: Sequence[tuple[int, Told]]) -> NDArray[np.bool_]:
        """Whether the score of each row is lower without the fact told, and without all facts of its idea."""
        names = self.model.encoder.names
        rows = np.array([row for row, _ in asked])
        fact, idea = self.matrix[rows].copy(), self.matrix[rows].copy()
        of_fact = {name: self.places([name]) for name in {one.feature for _, one in asked}}
        of_idea = {name: self.places([names[at] for at in self.ideas[name]]) for name in {one.idea for _, one in asked}}
        for number, (_, one) in enumerate(asked):
            for changed, places in ((fact, of_fact[one.feature]), (idea, of_idea[one.idea])):
                changed[number, list(places)] = list(places.values())
        now, without_fact, without_idea = map(self.score, (self.matrix[rows], fact, idea))
        return (without_fact < now) & (without_idea < now)

    def score(self, matrix: Floats) -> Floats:
        return self.model.probability_of(matrix)


def held_to_it(without: Without, told: Sequence[Iterator[Told]], most: int) -> list[list[Told]]:
    """The first so many ideas of each row without which it would score lower; all rows are asked at once, in turns."""
    found: list[dict[str, Told]] = [{} for _ in told]
    waiting = list(range(len(told)))
    while waiting:
        asked: list[tuple[int, Told]] = []
        for row in waiting:
            one = (
                next((one for one in told[row] if one.idea not in found[row]), None) if len(found[row]) < most else None
            )
            if one is not None:
                asked.append((row, one))
        if not asked:
            break
        for (row, one), is_lower in zip(asked, without.lowers(asked), strict=True):
            if is_lower:
                found[row][one.idea] = one
        waiting = [row for row, _ in asked]
    return [list(ideas.values()) for ideas in found]
