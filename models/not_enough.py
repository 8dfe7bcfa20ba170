"""The honest answer when the data cannot carry a model: the counts and one sentence. No guessing, no fallback score."""

from dataclasses import dataclass

from models.spec import ModelSpec


@dataclass(frozen=True)
class NotEnoughData:
    """Why no model was fitted. `positives` and `negatives` count units, not landmarks."""

    model: str
    positives: int
    negatives: int
    sentence: str


def too_few(
    spec: ModelSpec, positives: int, negatives: int, where: str = "", needed: int | None = None
) -> NotEnoughData:
    """Too few units of a class; `where` such as "on the training side", empty when counted over all units."""
    least = spec.min_per_class if needed is None else needed
    place = f" {where}" if where else ""
    counts = f"{positives} {spec.positive_word}, {negatives} not{place}; {least} + {least} needed"
    return NotEnoughData(spec.name, positives, negatives, f"{spec.title}: not enough data ({counts})")


def too_short(spec: ModelSpec, positives: int, negatives: int, span_days: int) -> NotEnoughData:
    """Landmarks that lie too close together for a training, a validation and a test window with a gap between each."""
    reason = (
        f"the landmarks span {span_days} days; training, validation and test need a gap of {spec.gap_days} days "
        f"between each, so more than {2 * spec.gap_days} days"
    )
    return NotEnoughData(spec.name, positives, negatives, f"{spec.title}: not enough data ({reason})")
