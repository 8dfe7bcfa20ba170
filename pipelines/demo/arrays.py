"""Frozen dataclasses of arrays as tables: some of their rows, and several one after the other.

What belongs here: what holds for any such dataclass. Every field is an array with one row per place.
"""

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from pipelines.demo.draw import Bools, Ints

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    Table = TypeVar("Table", bound=DataclassInstance)
else:
    Table = TypeVar("Table")


def taken(table: Table, rows: Ints | Bools) -> Table:
    columns: dict[str, Any] = {field.name: getattr(table, field.name)[rows] for field in fields(table)}
    return replace(table, **columns)


def stacked(parts: Sequence[Table]) -> Table:
    """All rows of all parts (at least one part, which may be without rows)."""
    columns: dict[str, Any] = {
        field.name: np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(parts[0])
    }
    return replace(parts[0], **columns)
