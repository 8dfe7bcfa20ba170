"""What is asked of a flat table: which column is what, which may be learned from, and how its rows stand together.

What belongs here: from a file to `models.one_table.Table`, with a note for everything that was left out or changed.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.encode import names_rows
from models.measures import auc_of
from models.one_table import Table
from pipelines.errors import GrowthError
from pipelines.flat.known_at import read_known_at
from pipelines.flat.protected import is_protected
from pipelines.flat.reading import FlatFile, Kind, read_flat

Codes = NDArray[np.int64]

ARRIVAL = "order of arrival"
TREND = 0.15
"""Correlation of neighbours, in the order of an identifier, from which that order is one of time."""
SAME_BY_CHANCE = 0.1
"""Share of the pairs of equal rows that chance may explain; of more, equal rows are no copies."""
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
    given = [question.label, question.identifier, *(name for name in (question.time, question.group) if name)]
    file = read_flat(question.file, [*given, *question.exclude, *question.allow])
    notes = notes_of(file)
    label, positive = label_of(file, question, notes)
    moments = known_moments(file, question)
    left_out = columns_left_out(file, question, moments)
    order = order_of(file, question, notes)
    frame, references = features(file, [name for name in file.frame.columns if name not in left_out], question)
    ids = file.text[question.identifier].to_list()
    if question.time:
        frame, label = frame[order], label.gather(order)
        unknown = int(file.frame[question.time].null_count())
        label = label.scatter(np.arange(unknown), None) if unknown else label
    else:
        frame = with_arrival(frame, file, question, label, notes)
    group = groups(file, question, notes)[order]
    notes += left_out_notes(left_out)
    table = Table(
        frame=frame,
        label=label,
        group=group,
        is_ordered=question.time is not None,
        positive=f"{question.label} {positive}",
        trusted=frozenset(name for name, moment in moments.items() if moment == "at_creation") | set(question.allow),
    )
    return Asked(
        table, [ids[place] for place in order], positive, notes, frame.columns, file.kinds, references, left_out
    )


def notes_of(file: FlatFile) -> list[str]:
    """Records that cannot be read, by their lines."""
    if not file.malformed:
        return []
    first = file.malformed[0]
    return [
        f"{len(file.malformed):,} records of {file.path.name} cannot be read and are left out; the first, line "
        f"{first.line}: {first.reasons[0]}"
    ]


def label_of(file: FlatFile, question: Question, notes: list[str]) -> tuple[pl.Series, str]:
    """True, false or unknown per row, and the value that counts as positive. Labels compare as text."""
    text = file.text[question.label]
    counts = text.drop_nulls().value_counts(sort=True)
    values: dict[str, int] = dict(counts.iter_rows())
    positive = question.positive
    if positive is None:
        positive = default_positive(file, question.label, values)
        notes.append(f"{question.label} {positive} counts as the outcome; --positive names another value")
    elif positive not in values:
        listed = ", ".join(list(values)[:12])
        raise GrowthError(
            f"{file.path}: no row has {question.label} {positive!r}; found {listed or 'nothing'}. "
            "Name one of them with --positive."
        )
    if empty := text.null_count():
        notes.append(f"{empty:,} rows have no {question.label}: they are scored and not learned from")
    if len(values) > 2:
        notes.append(f"{question.label} has {len(values):,} values; all but {positive} count as not {positive}")
    return (text == positive).alias("label"), positive


def default_positive(file: FlatFile, label: str, values: Mapping[str, int]) -> str:
    """The value that says yes, else the rarer one of two. Raises GrowthError when nothing tells."""
    if not values:
        raise GrowthError(f"{file.path}: the column {label!r} is empty; name the column that holds the outcome.")
    for word in ("1", "true", "yes", "y", "t", "1.0", "won", "converted"):
        if named := [value for value in values if value.lower() == word]:
            return named[0]
    if len(values) == 2:
        return min(values, key=lambda value: (values[value], value))
    if len(values) == 1:
        return next(iter(values))
    raise GrowthError(
        f"{file.path}: {label!r} has {len(values):,} values ({', '.join(list(values)[:8])} ...); "
        "say with --positive which is the outcome."
    )


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


def order_of(file: FlatFile, question: Question, notes: list[str]) -> Codes:
    """The rows in the order of time, those without one first; the order of the file where no time is given."""
    size = file.frame.height
    if not question.time:
        return np.arange(size)
    moment = file.frame[question.time]
    if unknown := moment.null_count():
        notes.append(f"{unknown:,} rows have no {question.time}: they are scored and neither learned from nor tested")
    place = moment.rank("dense").fill_null(0).to_numpy()
    return np.argsort(place, kind="stable")


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


def with_arrival(
    frame: pl.DataFrame, file: FlatFile, question: Question, label: pl.Series, notes: list[str]
) -> pl.DataFrame:
    """With when a row came, where a number that counts the rows up tells it: an arrival is known from the start.

    A number does when neighbours in its order are more alike than others. One that is sorted by the outcome does not.
    """
    for name in [question.identifier, *(one for one in frame.columns if names_rows(file.frame[one], one))]:
        if not file.frame[name].dtype.is_numeric() or file.frame[name].null_count():
            continue
        number = file.frame[name].to_numpy()
        if len(np.unique(number)) < len(number) or not is_trend(frame.drop(name, strict=False), number):
            continue
        known = label.is_not_null().to_numpy()
        alone = auc_of(number[known], label.filter(label.is_not_null()).to_numpy().astype(np.bool_))
        if abs(alone - 0.5) > TREND:
            continue
        notes.append(
            f"{name} counts the rows up as they came: when a row came is learned from, as {ARRIVAL!r}; with "
            f"--time {name!r} the last rows are the test instead"
        )
        return frame.drop(name, strict=False).with_columns(pl.Series(ARRIVAL, number))
    return frame


def is_trend(frame: pl.DataFrame, number: NDArray[Any]) -> bool:
    """Whether rows next to each other in this order are alike in several columns, beyond chance."""
    order, alike = np.argsort(number, kind="stable"), 0
    for name in frame.columns:
        codes = frame[name].rank("dense").fill_null(0).to_numpy().astype(np.float64)[order]
        if codes.std() > 0:
            alike += abs(float(np.corrcoef(codes[1:], codes[:-1])[0, 1])) > max(5 / np.sqrt(len(codes)), 0.02)
    return alike >= 2


def groups(file: FlatFile, question: Question, notes: list[str]) -> Codes:
    """A number per row; rows of one group, of one id, or copies of each other share it."""
    size = file.frame.height
    parent = np.arange(size)
    keys = [file.text[question.identifier]]
    repeated = keys[0].drop_nulls().len() - keys[0].drop_nulls().n_unique()
    if repeated:
        notes.append(f"{repeated:,} rows repeat an id that stands above them; they stay together")
    if question.group:
        keys.append(file.text[question.group])
    rest = [name for name in file.frame.columns if name != question.identifier]
    copies = file.frame.select(pl.struct(rest).rank("dense").alias("copy"))["copy"] if rest else None
    if copies is not None and (equal := size - copies.n_unique()):
        if are_copies(file.frame.select(rest), copies):
            notes.append(f"{equal:,} rows are copies of others but for the id; they stay together")
            keys.append(copies)
        else:
            notes.append(f"{equal:,} rows equal others but for the id, as so few columns let many do")
    for key in keys:
        first = pl.DataFrame({"key": key, "row": np.arange(size)}).with_columns(
            first=pl.when(pl.col("key").is_null()).then(pl.col("row")).otherwise(pl.col("row").min().over("key"))
        )["first"]
        parent = joined(parent, first.to_numpy())
    return parent


def joined(one: Codes, other: Codes) -> Codes:
    """The groups that two groupings make together."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    size = len(one)
    rows, columns = np.concatenate([np.arange(size)] * 2), np.concatenate([one, other])
    _, found = connected_components(
        coo_matrix((np.ones(2 * size), (rows, columns)), shape=(size, size)), directed=False
    )
    return np.asarray(found, dtype=np.int64)


def are_copies(frame: pl.DataFrame, copies: pl.Series) -> bool:
    """Whether so many rows are equal that columns which know nothing of each other would not give them by chance."""
    size = frame.height
    pairs = copies.value_counts()["count"].cast(pl.Float64)
    found = float((pairs * (pairs - 1) / 2).sum())
    chance = size * (size - 1) / 2
    for name in frame.columns:
        share = frame[name].value_counts()["count"].cast(pl.Float64) / size
        chance *= float((share * share).sum())
    return chance < SAME_BY_CHANCE * found


def left_out_notes(left_out: Mapping[str, str]) -> list[str]:
    """The reasons in words, but for the parts that the command itself names."""
    own = {"the outcome", "the id", "the time", "the group"}
    return [f"{name} is left out ({reason})" for name, reason in left_out.items() if reason not in own]
