"""What was found out about a file, as one value: contract, staging file and remarks are written from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipelines.proposal.meaning import Meaning
from pipelines.proposal.profile import Profile, Seen
from pipelines.proposal.references import Reference
from pipelines.proposal.vocabulary import plain, vocabulary

REFUSALS = ("has_opted_out_of_email", "do_not_call", "is_bounced")
TIMES = ("modified_at", "created_at", "occurred_at", "visited_at", "submitted_at", "fetched_at", "completed_at")
"""Columns that say when something was known to have happened; planned dates are none."""
EVENT_TIMES = {"events": (), "tasks": ("modified_at", "created_at", "completed_at")}


@dataclass(frozen=True)
class Findings:
    """Everything that was found out about a file; `names` are those of the source, the object, and the files' stem."""

    names: tuple[str, str, str]
    seen: Profile
    key: tuple[str, ...]
    means: Meaning
    known: Mapping[str, Reference | None]
    consent: Seen | None
    gap_days: int | None

    @property
    def times(self) -> list[str]:
        """Columns with moments at which a row came about or changed."""
        told = EVENT_TIMES.get(self.means.table.name, TIMES) if self.means.table else ()
        return [self.means.columns[one].name for one in told if one in self.means.columns]


def consent_of(columns: Sequence[Seen], means: Meaning) -> Seen | None:
    """A column in which a yes allows mail, where none says no."""
    if means.table is None or "has_opted_out_of_email" in means.columns:
        return None
    fitting = [one for one in columns if plain(one.name) in vocabulary().sets["consents"]]
    return next((one for one in fitting if one.logical_type == "boolean" or (one.low, one.high) == (0, 1)), None)
