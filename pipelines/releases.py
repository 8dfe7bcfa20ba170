"""The records of who became champion when, by which decision, and what follows from them. Plain values; no MLflow.

The records are kept in the register of models, beside the aliases that they explain; `scores.model_releases` shows
them to readers, with the trainings that led to no model.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime

from pipelines.errors import GrowthError
from pipelines.home import Home
from pipelines.registered import records, registered_models

PROMOTED, ROLLED_BACK, UNPINNED = "promoted", "rolled_back", "unpinned"
BY_PEOPLE = frozenset({PROMOTED, ROLLED_BACK, UNPINNED})
LONGEST_REASON = 500


@dataclass(frozen=True)
class Release:
    """One decision. `model_version`: what was trained, promoted or returned to. `champion`: who speaks afterwards, none
    where points rank; `is_champion` whether `model_version` does. The differences are challenger less champion on the
    rows fair to both. Clock and user name are there when a person decided."""

    model: str
    number: int | None
    model_version: str | None
    champion_before: str | None
    champion: str | None
    decision: str
    sentence: str
    as_of: str | None = None
    fair_rows: int | None = None
    log_loss_difference: float | None = None
    log_loss_low: float | None = None
    log_loss_high: float | None = None
    auc_difference: float | None = None
    auc_low: float | None = None
    auc_high: float | None = None
    tier_churn: float | None = None
    decided_by: str | None = None
    decided_at: str | None = None

    @property
    def makes_champion(self) -> bool:
        """Whether the version that it is about took the place of another one, or of none."""
        return self.champion is not None and self.champion == self.model_version != self.champion_before

    @property
    def words(self) -> str:
        """Who decided, as it stands in a sentence about the champion."""
        deed = {PROMOTED: "promoted it", ROLLED_BACK: "went back to it"}[self.decision]
        return f"{self.decided_by} {deed} ({self.sentence})"


SQL_TYPES = {"number": "bigint", "fair_rows": "bigint", "as_of": "timestamp", "decided_at": "timestamp"}
RELEASE_COLUMNS = ", ".join(
    f"{one.name} {SQL_TYPES.get(one.name, 'double' if one.type == float | None else 'varchar')}"
    for one in fields(Release)
)
"""The columns of `scores.model_releases`."""


def read_releases(home: Home, model: str) -> list[Release]:
    """The records of a model, the oldest first."""
    try:
        return [Release(**record) for record in records(home, model)]
    except TypeError as error:
        raise GrowthError(f"A record of releases of {model} is not one of ours: {error}.") from error


def acts_of_people(home: Home) -> list[tuple[str, str]]:
    """What people promoted, took back and let go, as names and contents: another one is another input of a run."""
    acts = (one for model in registered_models(home) for one in read_releases(home, model))
    return [(f"release {one.model} {one.number}", repr(asdict(one))) for one in acts if one.decision in BY_PEOPLE]


def champions(releases: Sequence[Release], champion: str) -> list[str]:
    """The champions that stand behind each other, the present one last: a release puts one on top, going back takes the
    top away. What a kill left recorded without its alias was nobody's champion before, and is skipped."""
    stack: list[str] = []
    for one in releases:
        if one.makes_champion:
            stack = up_to(stack, one.champion_before)
            if one.decision == ROLLED_BACK:
                stack = up_to(stack[:-1], one.model_version)
            else:
                stack.append(str(one.model_version))
    return up_to(stack, champion)


def up_to(stack: Sequence[str], champion: str | None) -> list[str]:
    """The stack with a champion on its top; it alone when it is not in there."""
    if champion is None:
        return []
    kept = list(stack)
    while kept and kept[-1] != champion:
        kept.pop()
    return kept or [champion]


def champion_to_return_to(releases: Sequence[Release], model: str, champion: str | None) -> str:
    """The champion before the present one. Raises GrowthError when there is none."""
    if champion is None:
        raise GrowthError(f"{model} has no champion to go back from; `growth models` lists what there is.")
    stack = champions(releases, champion)
    if len(stack) < 2:
        raise GrowthError(f"Before {champion} {model} had no champion; there is nothing to go back to.")
    return stack[-2]


def holding(releases: Sequence[Release], champion: str | None) -> Release | None:
    """The word of a person that holds the champion in its place; none when a training put it there, or when it was
    let go."""
    for one in reversed(releases):
        if one.decision == UNPINNED or (one.makes_champion and one.decision not in BY_PEOPLE):
            return None
        if one.decision in (PROMOTED, ROLLED_BACK):
            return one if one.champion == champion else None
    return None


def unfair_trainings(releases: Sequence[Release], champion: str) -> int:
    """How many trainings in a row, each from another moment, had too few rows to compare with the champion."""
    moments: list[str] = []
    for one in reversed(releases):
        if one.decision in BY_PEOPLE or one.decision != "too_few_rows" or one.champion != champion:
            break
        if one.as_of is not None and one.as_of not in moments:
            moments.append(one.as_of)
    return len(moments)


def moment_text(moment: datetime) -> str:
    """A naive UTC moment as the records hold it."""
    return moment.isoformat(sep=" ", timespec="microseconds")
