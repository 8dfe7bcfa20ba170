"""The comparisons of ODCS: what a measured value must or must not be. Measuring is done elsewhere."""

import operator
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

Unit = Literal["rows", "percent"]
WORDS = {
    "mustBe": "{}",
    "mustNotBe": "anything but {}",
    "mustBeGreaterThan": "more than {}",
    "mustBeGreaterOrEqualTo": "at least {}",
    "mustBeLessThan": "less than {}",
    "mustBeLessOrEqualTo": "at most {}",
    "mustBeBetween": "{} to {}",
    "mustNotBeBetween": "a value outside {} to {}",
}
"""Every operator of the standard, in words; the bounds of an interval belong to it."""

SIGNS: dict[str, Callable[[Any, Any], Any]] = {
    "mustBe": operator.eq,
    "mustNotBe": operator.ne,
    "mustBeGreaterThan": operator.gt,
    "mustBeGreaterOrEqualTo": operator.ge,
    "mustBeLessThan": operator.lt,
    "mustBeLessOrEqualTo": operator.le,
}


@dataclass(frozen=True)
class Comparison:
    """An operator as ODCS spells it, with its value, or both ends of an interval; `unit` of what is compared."""

    operator: str
    values: tuple[Any, ...]
    unit: Unit = "rows"

    def holds(self, found: Any) -> bool:
        """Whether the value found is what it must be; a query that found nothing (null) keeps no comparison."""
        if found is None:
            return False
        first, last, value = comparable(self.values[0]), comparable(self.values[-1]), comparable(found)
        if self.operator.endswith("Between"):
            return bool(first <= value <= last) == (self.operator == "mustBeBetween")
        return bool(SIGNS[self.operator](value, first))

    @property
    def allows_none(self) -> bool:
        """Whether every single counted row breaks the rule, so that it is one about rows."""
        if self.operator not in ("mustBe", "mustBeLessThan", "mustBeLessOrEqualTo") or not self.holds(0):
            return False
        return not self.holds(1) if self.unit == "rows" else self.operator != "mustBeLessThan" and self.values[0] == 0

    def words(self) -> str:
        """The comparison for people: `at most 5 percent`."""
        shown = WORDS[self.operator].format(*(plain(value) for value in self.values))
        return f"{shown} percent" if self.unit == "percent" else shown


def comparable(value: Any) -> Any:
    """Numbers of every kind as exact ones; everything else as it is."""
    if isinstance(value, int | float | Decimal):
        return Decimal(str(value)) if not isinstance(value, bool) else Decimal(int(value))
    return value


def plain(value: Any) -> str:
    """A value in a sentence: at most four decimals."""
    return f"{value:.4f}".rstrip("0").rstrip(".") if isinstance(value, float | Decimal) else str(value)
