"""Extracts that look cut short or wrong: what files' own counts, names and times give away. Nothing is refused here.

Replication tools stop without a word: at a round number of rows, at a part that was never copied, at an object whose
job died. What belongs here: judging the ledger's entries, plain values in and reports out. What does not: reading
files, and values of records.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from math import comb

from pipelines.intake.forms.incoming import Incoming
from pipelines.intake.proof.extract import Extract, extracts_of, part_of
from pipelines.intake.proof.ledger import LedgerFile, Report
from pipelines.intake.proof.volumes import EARLIER, KIND, Volume, odd_volume, odd_volumes

ROUND_LIMITS = (2_000, 10_000, 50_000, 100_000, 250_000, 1_000_000)
"""Where queries, pages and exports end: rows of a Salesforce query page and report, of a Bulk API job, of a part."""
LEAST_LAG = timedelta(hours=96)
LEAST_DAILY = 8
"""A day without any change comes by chance once in exp(8) = 3,000 days where eight are usual (Poisson)."""
MANY_REFUSED, REFUSED_SHARE = 10, 0.05
"""So many records of a file, and such a share of them, are no slips of single people any more."""
RARE = 10_000
"""A lag that comes by chance less often than once in so many is told."""


def suspicions(entries: Sequence[LedgerFile], load_id: str) -> list[Report]:
    """Everything that is odd about the files of a load, held against each other and against earlier ones."""
    read = [entry for entry in entries if entry.source != "unlisted"]
    by_object: dict[str, list[Extract]] = defaultdict(list)
    for extract in extracts_of(read):
        by_object[extract.object].append(extract)
    found: list[Report] = []
    volumes: list[Volume] = []
    for extracts in by_object.values():
        extracts.sort(key=lambda extract: extract.moment)
        for place, extract in enumerate(extracts):
            if any(file.load_id == load_id for file in extract.files):
                found += [*round_count(extract), *missing_parts(extract, read)]
                found += [report for file in extract.files if file.load_id == load_id for report in many_refused(file)]
                volumes += odd_volume(extract, extracts[:place])
    return found + odd_volumes(volumes) + missing_objects(read, load_id) + lagging_objects(read, load_id)


def round_count(extract: Extract) -> list[Report]:
    """The last file of an extract, or the whole of it, ends exactly where exports are cut off."""
    last = extract.files[-1]
    if last.records not in ROUND_LIMITS and extract.records not in ROUND_LIMITS:
        return []
    which, count = (last.file, last.records) if last.records in ROUND_LIMITS else (extract.name, extract.records)
    message = (
        f"{which} holds exactly {count:,} rows, where exports are often cut off without a word; compare with the "
        f"number of records that the source shows for {extract.object}, and export it again if that is larger."
    )
    return [Report(KIND, extract.object, last.file, message)]


def many_refused(file: LedgerFile) -> list[Report]:
    """A file of which many records broke the contract: rather its export is wrong than each of them."""
    if file.rows_quarantined < max(MANY_REFUSED, REFUSED_SHARE * file.records):
        return []
    message = (
        f"{file.rows_quarantined:,} of the {file.records:,} records of {file.file} broke the contract of "
        f"{file.object}; growth quarantine says why, and whether the export is to be mended or the contract."
    )
    return [Report(KIND, file.object, file.file, message)]


def missing_parts(extract: Extract, entries: Iterable[LedgerFile]) -> list[Report]:
    """Numbered parts with a gap between them, or that do not begin with the first; parts may come one by one."""
    folder, (stem, _) = extract.files[0].file.rpartition("/")[0], part_of(extract.files[0].file)
    names = {entry.file for entry in entries if entry.object == extract.object}
    alike = [name for name in names if name.rpartition("/")[0] == folder and part_of(name)[0] == stem]
    numbers = {number for name in alike if (number := part_of(name)[1]) is not None}
    if not numbers:
        return []
    begin = min(numbers) if len(numbers) < len(alike) or min(numbers) <= 1 else 1
    missing = sorted(set(range(begin, max(numbers))) - numbers)
    if not missing:
        return []
    last = extract.files[-1].file
    gone, here = parts_in_words(missing), parts_in_words(sorted(numbers))
    message = (
        f"{last} came, but {gone} of {extract.object} did not: {here} {'is' if len(numbers) == 1 else 'are'} here; "
        f"copy the missing {'one' if len(missing) == 1 else 'ones'} too."
    )
    return [Report(KIND, extract.object, last, message)]


def parts_in_words(numbers: Sequence[int]) -> str:
    """`part 2`, `parts 1, 3`; of many the first five."""
    shown = ", ".join(str(number) for number in numbers[:5]) + (" ..." if len(numbers) > 5 else "")
    return f"part{'s' * (len(numbers) != 1)} {shown}"


def by_day(entries: Iterable[LedgerFile]) -> dict[str, dict[datetime, list[LedgerFile]]]:
    """Per source and day in the path, the files that came; undated ones say nothing of days."""
    days: dict[str, dict[datetime, list[LedgerFile]]] = defaultdict(lambda: defaultdict(list))
    for entry in entries:
        if entry.dated_at is not None:
            days[entry.source][entry.dated_at.replace(hour=0, minute=0, second=0, microsecond=0)].append(entry)
    return days


def missing_objects(entries: Iterable[LedgerFile], load_id: str) -> list[Report]:
    """Objects that came with every one of the last days (of the same kind of day), and not with the newest."""
    found = []
    for source, days in by_day(entries).items():
        newest = max(days)
        if not any(file.load_id == load_id for file in days[newest]):
            continue
        alike = [day for day in sorted(days) if day < newest and (day.weekday() >= 5) == (newest.weekday() >= 5)]
        if len(alike) < EARLIER:
            continue
        usual = set.intersection(*({file.object for file in days[day]} for day in alike[-2 * EARLIER :]))
        came = {file.object for file in days[newest]}
        recent = [file for day in alike[-2 * EARLIER :] for file in days[day]]
        tells_of_nothing = any(file.records == 0 for file in recent)  # so a day without changes has a file, too
        fewest: dict[str, int] = {}
        for file in recent:
            fewest[file.object] = min(fewest.get(file.object, file.records), file.records)
        for name in sorted(usual - came if len(usual & came) * 2 >= len(usual) else ()):
            if fewest[name] < LEAST_DAILY and not tells_of_nothing:
                continue
            message = (
                f"{name} came with each of the last {min(len(alike), 2 * EARLIER)} extracts of {source}, but not with "
                f"that of {newest:%Y-%m-%d}; see whether its export failed and copy its file too."
            )
            found.append(Report(KIND, name, "", message))
    return found


def lagging_objects(entries: Iterable[LedgerFile], load_id: str) -> list[Report]:
    """Objects whose newest change stays behind that of the others of their source by far more than it ever did."""
    found = []
    for source, days in by_day(entries).items():
        if not any(file.load_id == load_id for file in days[max(days)]):
            continue
        newest: dict[str, datetime] = {}
        lags: dict[str, dict[datetime, timedelta]] = defaultdict(dict)  # by the newest change: how far it got behind
        for day in sorted(days):
            for file in days[day]:
                if file.last_modstamp is not None:
                    newest[file.object] = max(newest.get(file.object, file.last_modstamp), file.last_modstamp)
            for name, moment in newest.items():
                lags[name][moment] = max(newest.values()) - moment
        for name, lag in sorted(lags.items()):
            *earlier, today = lag.values()
            usual = max(earlier, default=timedelta())
            if (
                len(earlier) >= EARLIER - 1
                and today > max(LEAST_LAG, 3 * usual)
                and is_rare(today, usual, len(earlier))
            ):
                message = (
                    f"The newest change of {name} is of {newest[name]:%Y-%m-%d %H:%M}, {today.days} days "
                    f"behind the other objects of {source} (never more than {usual.days + 1} before); see whether its "
                    "export still runs."
                )
                found.append(Report(KIND, name, "", message))
    return found


def is_rare(lag: timedelta, largest: timedelta, count: int) -> bool:
    """Whether a lag is out of the ordinary for changes that come at random, after `count` lags up to `largest`.

    One more exponential waiting time is c times the largest of n others with the chance 1 / binomial(n + c, n): after
    few changes only a lag many times as long says anything, since most objects of a small company change seldom.
    """
    times = lag // max(largest, timedelta(hours=1))
    return comb(count + times, count) > RARE


def look_at_end(object_name: str, file: str, incoming: Incoming, endings: list[tuple[str, str, bool]]) -> list[Report]:
    """How a delimited file ends: in the middle of a record, which is told, else noted in `endings`."""
    if incoming.format != "csv":
        return []
    last = incoming.malformed[-1] if incoming.malformed else None
    if incoming.is_ended or last is None or last.line_end != incoming.lines:
        endings.append((object_name, file, incoming.is_ended))
        return []
    message = (
        f"{file} ends in the middle of a record (line {last.line}, without a line end): the copy or the export broke "
        "off; export or copy it again."
    )
    return [Report(KIND, object_name, file, message)]


def without_line_end(endings: Sequence[tuple[str, str, bool]]) -> list[Report]:
    """Files (object, name, whether they end with a line end) that end without one while most others have it."""
    bare = [(name, file) for name, file, is_ended in endings if not is_ended]
    if not bare or len(bare) * 4 > len(endings) or len(endings) < EARLIER:
        return []
    return [
        Report(
            KIND, name, file,
            f"{file} ends without a line end, as {len(endings) - len(bare)} other files of this load do not: it may be "
            f"cut off; compare its size with the original, and copy it again if they differ.",
        )
        for name, file in bare
    ]  # fmt: skip
