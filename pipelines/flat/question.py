"""What is asked of a flat table: which column is what, which may be learned from, and how its rows stand together.

What belongs here: from a file to `models.one_table.Table`, with a note for everything that was left out or changed.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl

from models.one_table import Table
from pipelines.errors import GrowthError
from pipelines.flat.known_at import read_known_at
from pipelines.flat.labels import label_of
from pipelines.flat.order import order_of, with_arrival
from pipelines.flat.reading import FlatFile, Kind, read_flat
from pipelines.flat.together import groups
from pipelines.protected import is_protected

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


@dataclass(frozen=True)
class Question:
    """The command's own words."""

    file: Path
    label: str
    identifier: str
    positive: str | None = None
    time: str | None = None
    group: str | None = None
    test_share: float = 0.2
    known_at: Path | None = None
    exclude: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Asked:
    """The table, in the order of time where there is one; per row its id as it is written; what was noted on the way.

    `kinds`, `references` and `columns` are what another file is read by: the kinds of its columns, the moment before
    which a date counts its days, and the features.
    """

    table: Table
    identifiers: Sequence[str | None]
    positive: str
    notes: list[str]
    columns: Sequence[str]
    kinds: Mapping[str, Kind]
    references: Mapping[str, float]
    left_out: Mapping[str, str] = field(default_factory=dict)


def ask(question: Question) -> Asked:
    """Read the file and give every column its part. Raises GrowthError for what cannot be asked."""
    check_parts(question)
    given = [question.label, question.identifier, *(name for name in (question.time, question.group) if name)]
    file = read_flat(question.file, [*given, *question.exclude, *question.allow])
    notes = notes_of(file)
    label, positive = label_of(file, question.label, question.positive, notes)
    moments = known_moments(file, question)
    left_out = columns_left_out(file, question, moments)
    order = order_of(file, question.time, notes)
    frame, references = features(file, [name for name in file.frame.columns if name not in left_out], question)
    ids = file.text[question.identifier].to_list()
    if question.time:
        frame, label = frame[order], label.gather(order)
        unknown = int(file.frame[question.time].null_count())
        label = label.scatter(np.arange(unknown), None) if unknown else label
    else:
        frame = with_arrival(frame, file, question.identifier, label, notes)
    group = groups(file, question.identifier, question.group, notes)[order]
    notes += [*notes_on_moments(question, moments), *left_out_notes(left_out)]
    table = Table(
        frame=frame,
        label=label,
        group=group,
        is_ordered=question.time is not None,
        positive=f"{question.label} = {positive}",
        trusted=frozenset(name for name, moment in moments.items() if moment == "at_creation") | set(question.allow),
    )
    return Asked(
        table, [ids[place] for place in order], positive, notes, frame.columns, file.kinds, references, left_out
    )


def check_parts(question: Question) -> None:
    """Raise GrowthError for a column that is asked to be two things at once."""
    for option, name in (("id", question.identifier), ("time", question.time), ("group", question.group)):
        if name == question.label:
            raise GrowthError(f"{name!r} is the label and cannot be the {option}, too; name another column.")
    for option in ("exclude", "allow"):
        if question.label in getattr(question, option):
            raise GrowthError(f"--{option} {question.label!r}: that is the label, which nothing learns from.")
    for name in question.allow:
        if name in question.exclude:
            raise GrowthError(f"{name!r} stands under --exclude and under --allow; keep one of them.")


def notes_of(file: FlatFile) -> list[str]:
    """Records that cannot be read, by their lines, and cells that are not what their column holds."""
    notes = [
        f"{count:,} cells of {name} are no {'date' if file.kinds[name].is_date else 'number'} as the others and count "
        "as unknown"
        for name, count in file.unread.items()
    ]
    if file.malformed:
        first = file.malformed[0]
        notes.append(
            f"{len(file.malformed):,} records of {file.path.name} cannot be read and are left out; the first, line "
            f"{first.line}: {first.reasons[0]}"
        )
    return notes


def notes_on_moments(question: Question, moments: Mapping[str, str]) -> list[str]:
    """What a person said of single columns, for the record."""
    notes = [f"{name} is learned from because a person allowed it (--allow)" for name in question.allow]
    notes += [
        f"{name} is tracked: its last value may be younger than the outcome; it is learned from, and probed"
        for name, moment in moments.items()
        if moment == "tracked"
    ]
    return notes


def known_moments(file: FlatFile, question: Question) -> Mapping[str, str]:
    return read_known_at(question.known_at, file.frame.columns) if question.known_at else {}


def columns_left_out(file: FlatFile, question: Question, moments: Mapping[str, str]) -> dict[str, str]:
    """Columns that are no features, with the reason."""
    reasons = {question.label: "the outcome", question.identifier: "the id"}
    if question.time:
        reasons[question.time] = "the time"
    if question.group:
        reasons[question.group] = "the group"
    for name in file.frame.columns:
        if name in reasons:
            continue
        if name in question.exclude:
            reasons[name] = "excluded"
        elif moments.get(name) == "outcome":
            reasons[name] = "known only with the outcome"
        elif name in question.allow:
            continue
        elif is_protected(name):
            reasons[name] = f"protected: it tells who somebody is; --allow {name!r} lets it in"
        elif file.kinds[name].column.logical_type == "string" and is_email(file.frame[name]):
            reasons[name] = "an identifier: e-mail addresses"
    return {name: reasons[name] for name in (*file.frame.columns, *reasons) if name in reasons}


def is_email(column: pl.Series) -> bool:
    """Whether most filled cells are e-mail addresses."""
    some = column.drop_nulls().head(200).to_list()
    return bool(some) and sum(bool(EMAIL.fullmatch(str(one))) for one in some) > len(some) / 2


def features(file: FlatFile, names: Sequence[str], question: Question) -> tuple[pl.DataFrame, dict[str, float]]:
    """The columns to learn from; a date counts the days until the time of the row, or until the file's last day."""
    references = {}
    columns = []
    time = question.time if question.time and file.kinds[question.time].is_date else None
    for name in names:
        column = file.frame[name]
        if file.kinds[name].is_date:
            latest = column.max()
            references[name] = float(latest) if isinstance(latest, float) else 0.0
            column = (file.frame[time] - column if time else references[name] - column).alias(name)
        columns.append(column)
    return pl.DataFrame(columns), references


def left_out_notes(left_out: Mapping[str, str]) -> list[str]:
    """The reasons in words, but for the parts that the command itself names."""
    own = {"the outcome", "the id", "the time", "the group"}
    return [f"{name} is left out ({reason})" for name, reason in left_out.items() if reason not in own]
