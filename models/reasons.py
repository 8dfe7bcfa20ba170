"""Why a row scores as it does: its strongest ideas for and against, as facts in words. Association, never cause.

Only for rows that are shown: exact contributions cost more than the score itself.
"""

from collections.abc import Mapping

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.fitted import FittedModel
from models.words import FeatureWords, sentence

FOR, AGAINST = "", "but "
"""How a sentence begins; a sign would read as a formula in a spreadsheet."""

LEAST = 0.02
"""Log-odds below which an idea is not worth a sentence (2 % of the odds)."""


BATCH = 20_000
"""Rows explained together: each takes a number per feature, as Python holds it."""


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
    names = model.encoder.names
    members: dict[str, list[str]] = {}
    for name in names:
        members.setdefault(model.spec.idea_of.get(name, name), []).append(name)
    wanted = {FOR: top_for, AGAINST: top_against}
    told: list[list[str]] = []
    for part in frame.select(names).iter_slices(BATCH):
        known = np.column_stack([known_values(part[name]) for name in names])
        contributions = np.where(known, model.contributions(part)[:, :-1], 0.0).tolist()
        told += [
            row_reasons(facts, dict(zip(names, amounts, strict=True)), members, words, wanted)
            for facts, amounts in zip(part.iter_rows(named=True), contributions, strict=True)
        ]
    return told


def known_values(column: pl.Series) -> NDArray[np.bool_]:
    """Which values are there: neither null nor NaN."""
    known = column.is_not_null()
    return (known & column.is_not_nan().fill_null(False) if column.dtype.is_float() else known).to_numpy()


def row_reasons(
    facts: Mapping[str, object],
    contributions: Mapping[str, float],
    members: Mapping[str, list[str]],
    words: Mapping[str, FeatureWords],
    wanted: Mapping[str, int],
) -> list[str]:
    """The sentences of one row; `members` are the features of each idea, `wanted` the most sentences per direction."""
    totals = {idea: sum(contributions[name] for name in names) for idea, names in members.items()}
    found: dict[str, list[str]] = {FOR: [], AGAINST: []}
    for idea in sorted(totals, key=lambda idea: (-abs(totals[idea]), idea)):
        prefix, direction = (FOR, 1) if totals[idea] > 0 else (AGAINST, -1)
        if abs(totals[idea]) < LEAST or len(found[prefix]) == wanted[prefix]:
            continue
        strength = {name: direction * contributions[name] for name in members[idea]}
        for name in sorted(strength, key=lambda name: (-strength[name], name)):
            told = sentence(name, facts[name], words.get(name)) if strength[name] > 0 else None
            if told is not None:
                found[prefix].append(f"{prefix}{told}")
                break
    return found[FOR] + found[AGAINST]
