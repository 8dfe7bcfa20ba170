"""Stages that the fields do not support, by owner. What belongs here: `meta.stage_mismatch` and
`meta.stage_requirements` in words; what a gate asks is the playbook's, whether it is met was decided in SQL."""

from dataclasses import dataclass

import duckdb

from pipelines.publish.report.reading import Row, read_table
from pipelines.publish.report.words import label, number, percent, plural, sentence

OWNERS_SHOWN = 10
OWNERS = "select * from meta.stage_mismatch order by overstated desc, amount_overstated desc nulls last, owner"
REQUIREMENTS = "select * from meta.stage_requirements where opportunities > 0 order by unmet desc, requirement"


@dataclass(frozen=True)
class OwnerLine:
    """One owner: open deals, how many stand further than their fields say, and what is missing most."""

    owner: str
    open: str
    overstated: str
    share: str
    amount: str
    worst: str


@dataclass(frozen=True)
class Gates:
    """The section: its opening sentence, the owners with most to mend, what each gate found, what nobody can see."""

    words: str
    owners: tuple[OwnerLine, ...]
    more_owners: int
    requirements: tuple[str, ...]
    unknown: tuple[str, ...]


def read_gates(connection: duckdb.DuckDBPyConnection) -> Gates:
    """What the gates found; empty where no opportunity was held to any."""
    owners = read_table(connection, "meta.stage_mismatch", OWNERS)
    requirements = read_table(connection, "meta.stage_requirements", REQUIREMENTS)
    late = [row for row in owners if row["overstated"]]
    return Gates(
        words=opening(owners) if requirements else "",
        owners=tuple(owner_line(row) for row in late[:OWNERS_SHOWN]),
        more_owners=max(len(late) - OWNERS_SHOWN, 0),
        requirements=tuple(requirement_words(row) for row in requirements if row["unmet"]),
        unknown=tuple(str(row["field"]) for row in requirements if not row["is_known"]),
    )


def opening(owners: list[Row]) -> str:
    deals, overstated = (sum(row[name] for row in owners) for name in ("open_opportunities", "overstated"))
    closed = sum(row["closed_with_gaps"] for row in owners)
    after = f" Of the closed ones {number(closed)} lack what their outcome asks for." if closed else ""
    if not deals:
        return f"No opportunity is open.{after}"
    verb = "stands" if overstated == 1 else "stand"
    return (
        f"{number(overstated)} of {plural(deals, 'open opportunity', 'open opportunities')} {verb} in a stage that the "
        f"filled fields do not support ({percent(overstated / deals)}).{after}"
    )


def owner_line(row: Row) -> OwnerLine:
    money = "" if row["amount_overstated"] is None else f"{number(row['amount_overstated'])} {row['currency'] or ''}"
    return OwnerLine(
        owner=str(row["owner_name"] or row["owner"]),
        open=number(row["open_opportunities"]),
        overstated=number(row["overstated"]),
        share=percent(row["overstated_share"]),
        amount=money.strip() or number(None),
        worst=label(row["worst_requirement"]),
    )


def requirement_words(row: Row) -> str:
    held = row["met"] + row["unmet"]
    return (
        f"{label(row['requirement'])} ({row['field']}): not met by {number(row['unmet'])} of {number(held)}. "
        f"{sentence(str(row['why']))}"
    )
