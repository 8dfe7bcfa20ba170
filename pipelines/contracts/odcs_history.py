"""What a contract says about the past: `history` of an object that tells of another one, `lasting`, `happenedAt`,
and `archive`, what a source leaves out of it.

What belongs here: reading these settings and checking their names. What is made of them is the intake's own affair.
"""

from collections.abc import Mapping
from typing import Any

from pipelines.contracts.contract import Archive, Column, Contract, History
from pipelines.contracts.formats import EPOCHS
from pipelines.errors import GrowthError

LOG = frozenset({"of", "record", "time", "field", "new"})
STATES = frozenset({"of", "record", "time", "columns"})
ARCHIVE = frozenset({"column", "afterDays", "advice"})
OF_LOGS = frozenset({"old", "names", "prefix", "momentFormat", "events"})
OF_STATES = frozenset({"names"})


def read_history(value: Any, where: str) -> History | None:
    """The `history` setting of an object: a log of changed fields, or a table of states."""
    if value is None:
        return None
    place = f"{where}.customProperties: history"
    if not isinstance(value, Mapping):
        raise GrowthError(f"{place}: found {value!r}, expected keys such as of, record, time.")
    needed = STATES if "columns" in value else LOG
    allowed = needed | (OF_STATES if "columns" in value else OF_LOGS)
    for key in value:
        if key not in allowed:
            raise GrowthError(f"{place}: found the key {key!r}, expected {', '.join(sorted(allowed))}.")
    for key in sorted(needed):
        if not value.get(key):
            raise GrowthError(f"{place}: the key {key!r} is missing; a log needs {', '.join(sorted(LOG))}.")
    if (form := value.get("momentFormat")) not in (None, *sorted(EPOCHS)):
        raise GrowthError(f"{place}: momentFormat: found {form!r}, expected one of {', '.join(sorted(EPOCHS))}.")
    return History(
        of=str(value["of"]),
        record=str(value["record"]),
        time=str(value["time"]),
        field_column=value.get("field"),
        old_column=value.get("old"),
        new_column=value.get("new"),
        names=read_names(value.get("names", {}), f"{place}.names"),
        prefix=str(value.get("prefix", "")),
        moment_format=form,
        events=read_names(value.get("events", {}), f"{place}.events"),
        columns=tuple(str(name) for name in value.get("columns", ())),
    )


def read_archive(value: Any, where: str) -> Archive | None:
    """The `archive` setting of an object of which the source leaves old rows out."""
    if value is None:
        return None
    if not isinstance(value, Mapping) or set(value) != ARCHIVE or not isinstance(value["afterDays"], int):
        raise GrowthError(f"{where}.customProperties: archive: found {value!r}, expected column, afterDays, advice.")
    return Archive(str(value["column"]), value["afterDays"], str(value["advice"]))


def read_names(value: Any, place: str) -> dict[str, str]:
    """Names to names."""
    if not isinstance(value, Mapping) or not all(isinstance(name, str) for pair in value.items() for name in pair):
        raise GrowthError(f"{place}: found {value!r}, expected names such as Owner: OwnerId.")
    return dict(value)


def check_past(contract: Contract, where: str) -> None:
    """The columns that the settings about the past name are there and are moments."""
    history, columns = contract.history, {column.name: column for column in contract.columns}
    named = [history.record, history.time, *filter(None, history_columns(history)), *history.columns] if history else []
    moments = [history.time] if history else []
    if contract.created_column:
        moments.append(contract.created_column)
    named += [contract.archive.column] if contract.archive else []
    for name in (*named, *moments):
        if name not in columns:
            raise GrowthError(f"{where}.customProperties: names the column {name!r}, which the contract does not have.")
    for name in moments:
        if columns[name].logical_type != "timestamp":
            raise GrowthError(
                f"{where}.customProperties: {name} must be a timestamp to say since when something is so."
            )
    for column in contract.columns:
        check_happened(column, columns, where)


def history_columns(history: History) -> tuple[str | None, ...]:
    return history.field_column, history.old_column, history.new_column


def check_happened(column: Column, columns: Mapping[str, Column], where: str) -> None:
    """`happenedAt` names a day or a moment of the same object."""
    if column.happened_at is None:
        return
    moment = columns.get(column.happened_at)
    if moment is None or moment.logical_type not in ("date", "timestamp"):
        raise GrowthError(
            f"{where}.properties ({column.name}): happenedAt: found {column.happened_at!r}, "
            "expected a column that is a date or a timestamp."
        )


def check_histories(contracts: list[Contract]) -> None:
    """Every history tells of an object that has a contract with one key column, and of columns that it has."""
    by_object = {contract.object: contract for contract in contracts}
    for contract in contracts:
        if (history := contract.history) is None:
            continue
        place = f"{contract.path}: schema[0].customProperties: history"
        target = by_object.get(history.of)
        if target is None or len(target.key) != 1:
            raise GrowthError(
                f"{place}: found of: {history.of!r}, expected an object with a contract and a key of one column."
            )
        for name in (*history.names.values(), *history.events.values(), *history.told_columns):
            if target.column(name) is None:
                raise GrowthError(f"{place}: {history.of} has no column {name!r}.")
        if not any(column.name.startswith(history.prefix) for column in target.columns):
            raise GrowthError(f"{place}: prefix: no column of {history.of} begins with {history.prefix!r}.")
