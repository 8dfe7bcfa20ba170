"""Counts of rows far off the usual: full dumps against full ones, the changes of a day against those of other days.

What belongs here: judging counts. What else gives an extract away is in `suspicion`.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from pipelines.intake.proof.extract import Extract
from pipelines.intake.proof.ledger import Report

KIND = "suspicious"
EARLIER = 4
"""So many extracts must have come before one is held against them."""
SPREAD = 6 * 1.4826
"""Six standard deviations, told from the median absolute deviation (Rousseeuw and Croux, 1993)."""


@dataclass(frozen=True)
class Volume:
    """An extract held against the usual counts: too few rows could have been told, were told, what is told."""

    extract: Extract
    can_be_low: bool
    is_low: bool
    report: Report | None


def changes_alone(extracts: Iterable[Extract]) -> list[bool]:
    """For extracts in their order, whether each holds the changes of a while alone: those begin in the later half of
    all the time that came before, where a full dump goes back to the beginning. Without moments: no."""
    begin: datetime | None = None
    end: datetime | None = None
    found = []
    for one in extracts:
        found.append(bool(begin and end and one.first and one.first > begin + (end - begin) / 2))
        if one.first and one.last:
            begin, end = min(begin or one.first, one.first), max(end or one.last, one.last)
    return found


def odd_volumes(volumes: Iterable[Volume]) -> list[Report]:
    """What is told of counts. On a day on which most objects of a source brought little nobody worked: no failure."""
    together: dict[tuple[str, datetime | None], list[Volume]] = defaultdict(list)
    for one in volumes:
        together[one.extract.source, one.extract.files[0].dated_at].append(one)
    found = []
    for (_, day), those in together.items():
        low = [one.is_low for one in those if one.can_be_low]
        is_holiday = day is not None and len(low) > 2 and 2 * sum(low) > len(low)
        found += [one.report for one in those if one.report and not (is_holiday and one.is_low and one.can_be_low)]
    return found


def odd_volume(extract: Extract, earlier: Sequence[Extract]) -> list[Volume]:
    """A count far off what this object usually brings: full dumps are held against full ones, days against days."""
    largest = max((one.records for one in earlier), default=0)
    *alone, is_alone = changes_alone([*earlier, extract])
    dumps = [2 * one.records >= largest and not changes for one, changes in zip(earlier, alone, strict=True)]
    full = [one.records for one, is_dump in zip(earlier, dumps, strict=True) if is_dump]
    alike = [one for one, is_dump in zip(earlier, dumps, strict=True) if not is_dump]
    few = [one.records for one in alike if one.is_weekend == extract.is_weekend]
    is_full = not is_alone and (2 * extract.records >= largest or len(few) < EARLIER <= len(full))
    usual = full if is_full else few
    if len(usual) < EARLIER:
        return []
    middle = median(usual)
    spread = SPREAD * median(abs(count - middle) for count in usual)
    # Records rarely vanish: a tenth less is odd of a full dump. What changes in a day varies much more.
    low = middle - max(spread, 0.1 * middle, 20) if is_full else min(0.2 * middle, 0.5 * min(usual)) - 10
    high = max(middle + max(spread, middle, 200), 2 * max(usual)) if is_full else max(5 * max(usual), middle + 500)
    can_be_low = low > 0 and not is_full
    if low <= extract.records <= high:
        return [Volume(extract, can_be_low, is_low=False, report=None)]
    message = (
        f"{extract.name} holds {extract.records:,} rows of {extract.object}, usual are {round(middle):,} (the last "
        f"{len(usual)} ranged from {min(usual):,} to {max(usual):,}); look at the log of the tool that exports it."
    )
    report = Report(KIND, extract.object, extract.files[0].file, message)
    return [Volume(extract, can_be_low, extract.records < low, report)]
