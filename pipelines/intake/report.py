"""What a load tells its caller; plain values."""

from dataclasses import dataclass
from datetime import datetime

from pipelines.intake.proof.ledger import FileBalance, Report


@dataclass(frozen=True)
class LoadReport:
    """One load: per file balances, the default as-of moment (naive UTC), what people should know, what was present.

    `columns` maps each object that ever came to the columns its extracts had; `changed` is False when every raw and
    quarantined row is what it was before.
    """

    load_id: str
    files: tuple[FileBalance, ...]
    as_of: datetime | None
    reports: tuple[Report, ...]
    columns: dict[str, tuple[str, ...]]
    changed: bool

    @property
    def objects(self) -> tuple[str, ...]:
        """Objects that have come in this or an earlier load."""
        return tuple(sorted(self.columns))
