"""What a contract says, as plain frozen values; no reading of files and no SQL here."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pipelines.contracts.comparison import Comparison

KnownAt = Literal["at_creation", "tracked", "outcome"]
RuleKind = Literal[
    "required", "missing", "type", "allowed", "pattern", "range", "length", "multiple", "items", "order", "reference"
]
Severity = Literal["error", "warn", "info"]
Metric = Literal["rowCount", "nullValues", "missingValues", "invalidValues", "duplicateValues"]


@dataclass(frozen=True)
class Column:
    """One column: its meaning, type, and when its value becomes known (None in contracts out).

    `needed` (the standard's criticalDataElement) marks a column that people work with: its filling is told per owner.
    `refusal` marks a column in which a person says no (an opt-out, a bounce): its yes outlives a refused row. `lasting`
    marks a state that a record does not leave again (deleted, merged, won). `happened_at` names the column that says
    when an outcome came about: before that moment there was none, from then on it is what it is today.

    How the source writes its cells: `text_format` is the strptime form of dates and times in text, `epoch_s` or
    `epoch_ms` (empty: ISO 8601), a time without an offset is one of the zone `zone` (empty: UTC); `id_form` is
    `case_safe` for ids that come with 15 characters, of which case matters, or with 18; a cell that holds one of
    `null_values` is blank; a blank boolean is unknown unless `blank_is_false`; `number_form` shows how numbers in text
    are parted where it is not `1234.56`: `1.234,56` or `1,234.56`.
    """

    name: str
    logical_type: str
    physical_type: str
    required: bool
    known_at: KnownAt | None
    derived: bool
    protected: bool
    description: str
    refusal: bool = False
    needed: bool = False
    lasting: bool = False
    happened_at: str | None = None
    text_format: str = ""
    zone: str = ""
    id_form: str | None = None
    null_values: tuple[str, ...] = ()
    blank_is_false: bool = False
    number_form: str = ""


@dataclass(frozen=True)
class History:
    """What an object tells of the past of another one, `of`: whose columns they are, and where record and moment stand.

    A log has a row per changed field, with its name and both values in columns of their own, or the new value alone.
    `names` maps fields that are called otherwise than the column they tell of, `prefix` is what all other fields lack
    of its name, `events` maps fields whose row is the moment of an outcome to the column that dates it, `moment_format`
    is how values that are moments may be written. A table of states has a row for what `columns` were from each moment;
    there `names` maps its own columns to those they tell of.
    """

    of: str
    record: str
    time: str
    field_column: str | None = None
    old_column: str | None = None
    new_column: str | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    prefix: str = ""
    moment_format: str | None = None
    events: Mapping[str, str] = field(default_factory=dict)
    columns: tuple[str, ...] = ()

    @property
    def told_columns(self) -> tuple[str, ...]:
        """The other object's columns that the `columns` of a table of states tell of."""
        return tuple(self.names.get(name, name) for name in self.columns)


@dataclass(frozen=True)
class Archive:
    """What the source leaves out of an export unless it is asked for: rows whose `column` is older than so many days.

    `advice` completes the sentence that tells of it: what to do to get them.
    """

    column: str
    after_days: int
    advice: str


@dataclass(frozen=True)
class Dumps:
    """Which files of an object are full dumps: all of them (`is_always`), or those whose path holds `pattern`.

    A dump that lacks more than `max_vanished_pct` of the rows that were there is not believed; rows which
    `deleted_column` calls deleted may be missing.
    """

    pattern: str
    max_vanished_pct: float
    deleted_column: str | None = None
    is_always: bool = False


@dataclass(frozen=True)
class RowRule:
    """A rule that one row breaks or keeps.

    `error` rules keep the row out of the table (quarantine), or with `rejects_file` the whole file; `warn` and `info`
    rules are noted beside the row. `allowed` lists the only values (allowed) or those that count as none (missing).
    `minimum` and `maximum` bound a value (range), a text's length (length) or a list's (items), `above` and `below` a
    value whose bounds are themselves outside; `step` is what a value must be a multiple of; `distinct` asks for a list
    without twins. `targets` are the (object, column) pairs of which one must hold the value (reference); `columns` of
    an order rule must not descend.
    """

    rule_id: str
    kind: RuleKind
    columns: tuple[str, ...]
    severity: Severity
    description: str
    allowed: tuple[Any, ...] = ()
    pattern: str = ""
    minimum: float | str | None = None
    maximum: float | str | None = None
    above: float | str | None = None
    below: float | str | None = None
    step: float | None = None
    distinct: bool = False
    targets: tuple[tuple[str, str], ...] = ()
    rejects_file: bool = False


@dataclass(frozen=True)
class MetricRule:
    """A measure of the whole table held against a bound: the library metrics of ODCS that no single row breaks.

    `counted` is the rule whose broken rows are counted; duplicates are the rows beyond the first of each filled value
    (of `columns` together).
    """

    rule_id: str
    metric: Metric
    columns: tuple[str, ...]
    comparison: Comparison
    severity: Severity
    description: str
    counted: RowRule | None = None


@dataclass(frozen=True)
class SqlRule:
    """One value that a select over the table gives, held against a bound; `tables` are all that it reads."""

    rule_id: str
    query: str
    tables: frozenset[str]
    comparison: Comparison
    severity: Severity
    description: str
    where: str = ""


@dataclass(frozen=True)
class TableRule:
    """A rule about the whole table, run as a Great Expectations expectation of `type` with `kwargs`."""

    rule_id: str
    type: str
    kwargs: Mapping[str, Any]
    severity: Severity
    description: str


WholeRule = MetricRule | SqlRule | TableRule


@dataclass(frozen=True)
class RuleResult:
    """How one rule went over one table; `rows_failed` is 0 when it passed, -1 when the rule could not be run."""

    rule_id: str
    object: str
    kind: Literal["shape", "row", "table"]
    severity: Severity
    rows_failed: int
    detail: str
    passed: bool


@dataclass(frozen=True)
class Contract:
    """One table that crosses the border; `key` is empty for an unlisted object, whose rows are not told apart.

    `required` holds once any file of its source has come; `supplements` marks an object whose rows are about records
    that other objects hold, so that alone they make nothing. `created_column` says since when a record is there;
    `history` is set where the object tells of another one's past. `fields_of` says what a record is (opportunity) where
    the playbook may name its columns; `id_prefix` is what staging puts before the key of such a record, so that ids of
    several sources stay apart. `expected_hours` (slaProperties) is how old the newest moment may be before the object
    is late.
    """

    source: str
    object: str
    table: str
    required: bool
    file_pattern: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    rules: tuple[RowRule, ...]
    version: str
    owner: str
    description: str
    table_rules: tuple[TableRule, ...] = ()
    metric_rules: tuple[MetricRule, ...] = ()
    sql_rules: tuple[SqlRule, ...] = ()
    modstamp_column: str | None = None
    created_column: str | None = None
    supplements: bool = False
    history: History | None = None
    archive: Archive | None = None
    dumps: Dumps | None = None
    event_time_columns: tuple[str, ...] = ()
    expected_hours: float | None = None
    max_reject_pct: float = 100.0
    owner_columns: tuple[str, ...] = ()
    """Columns with ids of people who can mend a row: the first filled one is who owns it (`ownerColumns`)."""
    person_name: str = ""
    """In a table of the people of the house: the column with their names (`personName`)."""
    fields_of: str = ""
    id_prefix: str = ""
    digest: str = ""
    path: Path = field(default=Path(), compare=False)

    def matches(self, stem: str) -> bool:
        """Whether a file's base name without format and compression endings belongs to this object."""
        return bool(self.file_pattern) and re.fullmatch(self.file_pattern, stem, re.IGNORECASE) is not None

    @property
    def whole_rules(self) -> tuple[WholeRule, ...]:
        """Every rule about the table as a whole."""
        return (*self.metric_rules, *self.sql_rules, *self.table_rules)

    @cached_property
    def columns_by_name(self) -> Mapping[str, Column]:
        """The columns by their names in lower case."""
        return {column.name.lower(): column for column in self.columns}

    def column(self, name: str) -> Column | None:
        """The column of that name in any case, as SQL compares names."""
        return self.columns_by_name.get(name.lower())


def snake_case(name: str) -> str:
    """`LeadHistory` -> `lead_history`, `Branch__c` -> `branch__c`, `Product2` -> `product2`."""
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name)
    return re.sub(r"[^a-z0-9_]", "_", split.lower())
