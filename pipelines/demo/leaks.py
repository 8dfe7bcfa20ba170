"""Columns that sales fills because of the outcome: they tell it, and no model may read them.

Three kinds: `obvious` (a date that stands there once it happened), `subtle` (a number that everybody has and that sales
raises afterwards), `null_pattern` (a value without meaning that is rarely filled before). The outcome of an account is
its first win, that of a lead its conversion, that of an opportunity its close as won.
"""

import numpy as np
import polars as pl

from pipelines.demo.columns import day, unless
from pipelines.demo.company import Company
from pipelines.demo.custom import MIDDLE, SPREAD, Added
from pipelines.demo.draw import DAY, NEVER, Ints, later, office
from pipelines.demo.draw import words as pick
from pipelines.demo.world.exports import Leak, ObjectName

CENTERS = 12


def leaked(company: Company, name: ObjectName, outcome_at: Ints) -> Added:
    """The leaking columns of an object whose rows had their outcome at these moments (NEVER: none)."""
    columns: dict[str, pl.Series] = {}
    changed = np.full(len(outcome_at), -1, dtype=np.int64)
    for leak in company.world.exports.leaks:
        if leak.object == name:
            columns[leak.name], at = leak_column(company, leak, outcome_at)
            changed = np.maximum(changed, np.where(at < company.now, at, -1))
    return Added(columns, changed)


def leak_column(company: Company, leak: Leak, outcome_at: Ints) -> tuple[pl.Series, Ints]:
    """The column, and when sales fills it because of the outcome (NEVER: not)."""
    rng, count = company.generator(f"leak {leak.object}.{leak.name}"), len(outcome_at)
    happens = (outcome_at < NEVER) & (rng.random(count) < leak.after)
    wait = later(outcome_at, rng.exponential(leak.after_days * DAY, count))
    at = office(rng, np.where(happens, wait, NEVER))
    after, before = at < company.now, rng.random(count) < leak.before
    if leak.kind == "obvious":
        return day(np.where(happens, outcome_at // DAY * DAY, NEVER), company.now).set(pl.Series(~after), None), at
    if leak.kind == "null_pattern":
        centers = pick([f"CC-{100 + place}" for place in range(CENTERS)], rng.integers(0, CENTERS, count))
        return unless(~after & ~before, centers), at
    value = MIDDLE + SPREAD * (rng.standard_normal(count) + leak.shift * after)
    return unless(~after & ~before, pl.Series(np.round(value, 1))), at
