"""How full the fields that people work with are, by object and by owner. What belongs here: `meta.completeness` in
lines to read; which fields matter, the contracts say (criticalDataElement), and the loader counts them per owner."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from pipelines.publish.report.charts import sparkline
from pipelines.publish.report.reading import Row, has_table, read
from pipelines.publish.report.words import label, percent

OWNERS_SHOWN = 12
LEAST_RECORDS = 10
"""Fewer records of an owner say nothing of how the owner works."""
LOADS_SHOWN = 12
COUNTED = """
    with needed as (select distinct object, field from meta.completeness where owner <> '')
    select counted.object, counted.field, counted.owner, counted.load_number, counted.records, counted.filled
    from meta.completeness as counted
    inner join needed on counted.object = needed.object and counted.field = needed.field
    where
        counted.load_number = (
            select max(latest.load_number) from meta.completeness as latest where latest.object = counted.object
        )
    order by counted.object, counted.field, counted.owner
"""
TREND = """
    with needed as (select distinct object, field from meta.completeness where owner <> '')
    select counted.object, counted.load_number, sum(counted.filled) / sum(counted.records) as share
    from meta.completeness as counted
    inner join needed on counted.object = needed.object and counted.field = needed.field
    where counted.owner = '' and counted.records > 0
    group by all order by counted.object, counted.load_number
"""
NAMES = "select user_id, user_name from core.users where user_name is not null"


@dataclass(frozen=True)
class Cell:
    """A share of filled cells: how dark it is drawn (0 full to 4 empty), in words, and what is emptiest or nothing."""

    shade: int
    share: str
    name: str


@dataclass(frozen=True)
class ObjectLine:
    """One object: its fields that matter, the emptiest first, and their common share over the last loads."""

    object: str
    fields: tuple[Cell, ...]
    trend: str


@dataclass(frozen=True)
class OwnerLine:
    """One owner: a cell per object, None where the owner has no record of it."""

    owner: str
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True)
class Filling:
    """Objects, and of the owners those with the emptiest records first."""

    objects: tuple[ObjectLine, ...] = ()
    owners: tuple[OwnerLine, ...] = ()
    more_owners: int = 0

    @property
    def has_trend(self) -> bool:
        return any(line.trend for line in self.objects)


def read_filling(connection: duckdb.DuckDBPyConnection) -> Filling:
    """The newest count of every object; nothing where none was counted."""
    if not has_table(connection, "meta.completeness"):
        return Filling()
    counted = read(connection, COUNTED)
    trends: dict[str, list[float]] = defaultdict(list)
    for row in read(connection, TREND):
        trends[row["object"]].append(row["share"])
    whole: dict[str, list[Row]] = defaultdict(list)
    for row in counted:
        if not row["owner"]:
            whole[row["object"]].append(row)
    objects = tuple(object_line(name, rows, trends[name][-LOADS_SHOWN:]) for name, rows in whole.items())
    names = (
        {row["user_id"]: row["user_name"] for row in read(connection, NAMES)}
        if has_table(connection, "core.users")
        else {}
    )
    # What nobody fills, or the export lacks, is held against no owner.
    used = {(row["object"], row["field"]) for rows in whole.values() for row in rows if row["filled"]}
    owned = [row for row in counted if row["owner"] and (row["object"], row["field"]) in used]
    owners = owner_lines(owned, tuple(whole), names)
    return Filling(objects, owners[:OWNERS_SHOWN], max(len(owners) - OWNERS_SHOWN, 0))


def object_line(name: str, rows: Sequence[Row], shares: Sequence[float]) -> ObjectLine:
    by_share = sorted(rows, key=lambda row: (row["filled"] / row["records"], row["field"]))
    told = f"Filled fields of {label(name)} in the last {len(shares)} counts"
    trend = sparkline(shares, told, [percent(share) for share in shares], top=1.0) if len(shares) > 1 else ""
    return ObjectLine(label(name), tuple(cell([row], str(row["field"])) for row in by_share), trend)


def owner_lines(rows: Sequence[Row], objects: Sequence[str], names: dict[str, str]) -> tuple[OwnerLine, ...]:
    """Owners with records enough, the emptiest first."""
    by_owner: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_owner[row["owner"]].append(row)
    found = []
    for owner, own in by_owner.items():
        records = {row["object"]: row["records"] for row in own}
        if sum(records.values()) >= LEAST_RECORDS:
            cells = [emptiest([row for row in own if row["object"] == name]) for name in objects]
            found.append((share_of(own), OwnerLine(names.get(owner) or owner, tuple(cells))))
    return tuple(line for _, line in sorted(found, key=lambda one: (one[0], one[1].owner)))


def emptiest(rows: Sequence[Row]) -> Cell | None:
    """One owner's records of one object, with the field that lacks most."""
    if not rows:
        return None
    worst = min(rows, key=lambda row: (row["filled"] / row["records"], row["field"]))
    is_full = worst["filled"] == worst["records"]
    return cell(rows, "" if is_full else f"{worst['field']} {percent(worst['filled'] / worst['records'])}")


def cell(rows: Sequence[Row], name: str) -> Cell:
    share = share_of(rows)
    return Cell(sum(share < bound for bound in (0.9, 0.7, 0.5, 0.25)), percent(share), name)


def share_of(rows: Sequence[Row]) -> float:
    return float(sum(row["filled"] for row in rows) / sum(row["records"] for row in rows))
