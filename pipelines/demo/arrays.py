"""Frozen dataclasses of arrays as tables: some of their rows, several one after the other, and the row of a moment.

What belongs here: what holds for any such dataclass. Every field is an array with one row per place.
"""

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from pipelines.demo.draw import Bools, Ints

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    Table = TypeVar("Table", bound=DataclassInstance)
else:
    Table = TypeVar("Table")

Value = TypeVar("Value", bound=np.generic)
LONG = 2**33  # seconds: longer than any history


def taken(table: Table, rows: Ints | Bools) -> Table:
    columns: dict[str, Any] = {field.name: getattr(table, field.name)[rows] for field in fields(table)}
    return replace(table, **columns)


def stacked(parts: Sequence[Table]) -> Table:
    """All rows of all parts (at least one part, which may be without rows)."""
    columns: dict[str, Any] = {
        field.name: np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(parts[0])
    }
    return replace(parts[0], **columns)


def at_place(values: NDArray[Value], place: Ints, otherwise: int | float | bool) -> NDArray[Value]:
    """The value at each place, `otherwise` where the place is -1, also of values that are none at all."""
    return np.append(values, np.array([otherwise], dtype=values.dtype))[place]


def placed(group: Ints, moment: Ints) -> Ints:
    """One number that sorts by group, then by moment."""
    return np.asarray(group * LONG + np.clip(moment, 0, LONG - 1), dtype=np.int64)


def as_of(group: Ints, at: Ints, wanted: Ints, moment: Ints) -> Ints:
    """For each wanted group and moment the last row of that group at or before the moment, -1 for none."""
    order = np.lexsort((np.arange(len(at)), at, group))
    found = np.searchsorted(placed(group, at)[order], placed(wanted, moment), side="right") - 1
    row = np.where(found >= 0, np.append(order, -1)[found], -1)
    return np.where((row >= 0) & (np.append(group, -1)[row] == wanted), row, -1)
