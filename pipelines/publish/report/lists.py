"""The two lists that people act on, as the report shows them: the head of each, in words. What belongs here: which
published columns are shown. Of people these are name, title and company; an address or a number never."""

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

import duckdb

from pipelines.publish.report.reading import Row, read, read_table
from pipelines.publish.report.words import as_list, day, decimal, label, number, percent, safe_link

Line = TypeVar("Line")

LINES_SHOWN = 15
REASONS_SHOWN = 4
TOUCHES_SHOWN = 3
QUEUE_HEAD = f"""
    select queue_item_id, account_name, person_name, title, country, crm_url, step, pass_number, fast_lane,
        queue_reason, rank, tier, score_source, conversion_probability, probability_low, probability_high,
        is_extrapolated, fit_points, engagement_points, reasons, last_touches,
        has_open_opportunity, owner_name, owner_id, do_not_call, entered_step_at
    from marts.lead_queue
    order by rank, queue_item_id
    limit {LINES_SHOWN}
"""
QUEUE_TOTALS = """
    select count(*) as lines, count(*) filter (where fast_lane) as fast_lane,
        count(distinct account_id) as accounts, count(*) filter (where score_source = 'points') as by_points,
        count(*) filter (where queue.owner_id is null or users.is_queue) as unowned,
        count(*) filter (where email_allowed is null) as unknown_mail
    from marts.lead_queue as queue
    left join core.users as users on queue.owner_id = users.user_id
"""
TARGETS_HEAD = f"""
    select account_id, account_name, crm_url, country, industry, employees, relationship, has_open_opportunity,
        owner_name, owner_id, rank, tier, score_source, fit_points, fit_score, fit_lift, fit_probability,
        engagement_score, reasons, next_action, last_sales_touch_at, last_engagement_at, reachable_contacts
    from marts.target_accounts
    order by rank, account_id
    limit {LINES_SHOWN}
"""
TARGET_TOTALS = """
    select count(*) as lines, count(*) filter (where has_open_opportunity) as in_play,
        count(*) filter (where score_source = 'points') as by_points
    from marts.target_accounts
"""
COUNTED = ("lines", "fast_lane", "accounts", "by_points", "unowned", "unknown_mail", "in_play")
NO_TOTALS: Row = dict.fromkeys(COUNTED, 0)


@dataclass(frozen=True)
class QueueLine:
    """One person to call: who, why now, what happened last, whose it is."""

    rank: str
    name: str
    title: str
    account: str
    link: str | None
    tier: str
    score: str
    is_fast_lane: bool
    is_do_not_call: bool
    queue_reason: str
    reasons: tuple[str, ...]
    touches: tuple[str, ...]
    step: str
    waiting_since: str
    owner: str


@dataclass(frozen=True)
class TargetLine:
    """One account to win: what it is, why, what to do next, whose it is."""

    rank: str
    name: str
    about: str
    link: str | None
    tier: str
    score: str
    relationship: str
    has_open_opportunity: bool
    reasons: tuple[str, ...]
    next_action: str
    last_sales_touch: str
    last_engagement: str
    contacts: str
    owner: str


@dataclass(frozen=True)
class ListHead(Generic[Line]):
    """The head of a list and how long the list is; `totals` are its counts."""

    lines: tuple[Line, ...]
    totals: Row

    @property
    def is_by_points(self) -> bool:
        return bool(self.totals["lines"]) and self.totals["by_points"] == self.totals["lines"]


def read_queue(connection: duckdb.DuckDBPyConnection, zone: ZoneInfo) -> ListHead[QueueLine]:
    rows = read_table(connection, "marts.lead_queue", QUEUE_HEAD)
    totals = read(connection, QUEUE_TOTALS)[0] if rows else NO_TOTALS
    return ListHead(tuple(queue_line(row, zone) for row in rows), totals)


def read_targets(connection: duckdb.DuckDBPyConnection, zone: ZoneInfo) -> ListHead[TargetLine]:
    rows = read_table(connection, "marts.target_accounts", TARGETS_HEAD)
    totals = read(connection, TARGET_TOTALS)[0] if rows else NO_TOTALS
    return ListHead(tuple(target_line(row, zone) for row in rows), totals)


def queue_line(row: Row, zone: ZoneInfo) -> QueueLine:
    return QueueLine(
        rank=number(row["rank"]),
        name=row["person_name"] or "Name unknown",
        title=row["title"] or "",
        account=row["account_name"] or "",
        link=safe_link(row["crm_url"]),
        tier=row["tier"] or "",
        score=queue_score(row),
        is_fast_lane=bool(row["fast_lane"]),
        is_do_not_call=bool(row["do_not_call"]),
        queue_reason=label(row["queue_reason"]),
        reasons=as_list(row["reasons"])[:REASONS_SHOWN],
        touches=as_list(row["last_touches"])[:TOUCHES_SHOWN],
        step=label(row["step"]) + (f", pass {row['pass_number']}" if (row["pass_number"] or 1) > 1 else ""),
        waiting_since=known_day(row["entered_step_at"], zone),
        owner=row["owner_name"] or row["owner_id"] or "No owner",
    )


def target_line(row: Row, zone: ZoneInfo) -> TargetLine:
    size = f"{number(row['employees'])} employees" if row["employees"] else ""
    contacts = row["reachable_contacts"]
    return TargetLine(
        rank=number(row["rank"]),
        name=row["account_name"] or row["account_id"],
        about=" · ".join(part for part in (row["industry"], row["country"], size) if part),
        link=safe_link(row["crm_url"]),
        tier=row["tier"] or "",
        score=target_score(row),
        relationship=label(row["relationship"]),
        has_open_opportunity=bool(row["has_open_opportunity"]),
        reasons=as_list(row["reasons"])[:REASONS_SHOWN],
        next_action=label(row["next_action"]),
        last_sales_touch=known_day(row["last_sales_touch_at"], zone),
        last_engagement=known_day(row["last_engagement_at"], zone),
        contacts="" if contacts is None else f"{number(contacts)} to reach" if contacts else "nobody to reach yet",
        owner=row["owner_name"] or row["owner_id"] or "No owner",
    )


def queue_score(row: Row) -> str:
    """The probability where a model speaks of one, else the points; never one dressed as the other."""
    if row["conversion_probability"] is not None:
        ends = f"of leads like it {percent(row['probability_low'])} to {percent(row['probability_high'])}"
        beyond = "; sales worked hardly any like it" if row["is_extrapolated"] else ""
        return f"{percent(row['conversion_probability'])} likely to convert ({ends}{beyond})"
    if row["fit_points"] is None and row["engagement_points"] is None:
        return ""
    return f"{points(row['fit_points'])} fit + {points(row['engagement_points'])} engagement points"


def target_score(row: Row) -> str:
    """Where the account stands, and the points of both kinds: what it is (fit) and what its people do (engagement)."""
    both = f"{points(row['fit_points'])} fit + {points(row['engagement_score'])} engagement points"
    if row["score_source"] == "points" or row["fit_score"] is None:
        return both if row["fit_points"] is not None else ""
    chance = f", {percent(row['fit_probability'])} likely" if row["fit_probability"] is not None else ""
    lift = f", {decimal(row['fit_lift'], 1)} times the average" if row["fit_lift"] is not None else ""
    return f"Percentile {number(row['fit_score'])} of the list{lift}{chance}; {both}"


def points(value: float | None) -> str:
    """Points as a person writes them: a decimal only where there is one."""
    return decimal(value, 1).removesuffix(".0") if value is not None else "0"


def known_day(value: datetime | None, zone: ZoneInfo) -> str:
    return day(value, zone) if value is not None else ""
