"""How a feature is said to a representative: templates and their use. No contributions, no list of features."""

from dataclasses import dataclass
from math import isnan


@dataclass(frozen=True)
class FeatureWords:
    """Sentences for one feature, in `str.format` form with `{value}`.

    `template` such as "{value:,.0f} visits to the pricing page in 7 days"; `one` for a value of exactly 1; `zero` for 0
    or "no" ("no visit to the pricing page in 90 days"). A yes/no feature without `zero` is not told when it is "no".
    `counts`: it counts facts, or says that there is one; without them it is 0 or no, and not unknown.
    """

    template: str
    one: str | None = None
    zero: str | None = None
    counts: bool = False


def is_absence(value: object, words: FeatureWords | None) -> bool:
    """Whether a value says that there is nothing to look up."""
    return words is not None and words.counts and value == 0


def sentence(feature: str, value: object, words: FeatureWords | None) -> str | None:
    """The fact in words; none when there is nothing to say. Without words: the name of the feature and its value."""
    if value is None or (isinstance(value, float) and isnan(value)):
        return None
    if words is None:
        return plain(feature, value)
    if value is False or (value == 0 and words.zero is not None):
        return words.zero
    form = words.one if value == 1 and words.one is not None else words.template
    return form.format(value=value)


def plain(feature: str, value: object) -> str:
    """A fallback that is always true: "pages in 7 days: 3"."""
    name = feature.replace("_", " ")
    if isinstance(value, bool):
        return name if value else f"not {name}"
    if isinstance(value, float):
        return f"{name}: {value:,.4g}" if abs(value) < 1000 else f"{name}: {value:,.0f}"
    return f"{name}: {value:,}" if isinstance(value, int) else f"{name}: {value}"
