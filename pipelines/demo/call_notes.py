"""Notes on calls, in the words of notes.py: what was said, and for a few what was added once the deal was closed."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from pipelines.demo import notes, texts, vague
from pipelines.demo.columns import unless
from pipelines.demo.company import Company
from pipelines.demo.draw import Ints
from pipelines.demo.draw import words as pick


def call_notes(company: Company) -> pl.Series:
    """The note of each task as of the export's moment, null where there is none: some were written over later."""
    said, deal = company.said, company.tasks.deal
    english = np.zeros(len(said.noted), dtype=np.int64)
    opening = varied([notes.NOTE_OPENINGS], english, said.wording, 0)
    outright = varied([notes.NOTED[name] for name in texts.CLASSES], said.meaning, said.wording, 1)
    hedged = varied([vague.MAY_BE_NOTED[name] for name in texts.CLASSES], said.meaning, said.wording, 1)
    middle = said_so(company, said.wording, outright, hedged)
    closing = varied([notes.NOTE_CLOSINGS], english, said.wording, 2)
    won = np.append(company.deals.won, False)[deal]
    outcome = pl.Series(["\n"]) + pick([notes.OUTCOMES[False], notes.OUTCOMES[True]], won.astype(np.int64))
    update = unless(said.rewritten_at >= company.now, outcome).fill_null("")
    space = pl.Series([" "])
    aside = besides(company, said.wording, space + varied([texts.ASIDES["en"]], english, said.wording, 4))
    return unless(~said.noted, opening + space + middle + aside + space + closing + update)


def said_so(company: Company, wording: Ints, outright: pl.Series, hedged: pl.Series) -> pl.Series:
    """What is meant, for some in words that may mean something else too."""
    is_vague = pl.Series(wording // 1000**5 % 1000 / 1000 < company.world.texts.vague)
    return pl.select(pl.when(is_vague).then(hedged).otherwise(outright)).to_series()


def besides(company: Company, wording: Ints, aside: pl.Series) -> pl.Series:
    """The aside for some, nothing for the others."""
    return unless(wording // 1000**3 % 1000 / 1000 >= company.world.texts.asides, aside).fill_null("")


def varied(choices: Sequence[Sequence[str]], level: Ints, wording: Ints, digit: int) -> pl.Series:
    """One of the sentences of each row's level, by a part of its wording number of its own."""
    sizes = np.array([len(choice) for choice in choices])
    part = wording // 1000**digit % 1000
    place = (np.cumsum(sizes) - sizes)[level] + part % sizes[level]
    return pick([sentence for choice in choices for sentence in choice], place)
