"""The true states of leads, opportunities and accounts, each with its beginning and end, whatever the CRM says.

An account is in one state at a time: of all that hold at a moment, the first of STATES. A copy that was entered again
has no state of its own. What does not belong here: what a status column of the CRM shows.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.demo.company import Company
from pipelines.demo.draw import DAY, NEVER, Ints, earliest
from pipelines.demo.draw import words as pick
from pipelines.demo.subscriptions import SHRUNK

STATES = ("competitor", "shrunk", "customer", "open opportunity", "in work", "former", "marketed", "prospect")
LEAD_STATES = ("prospect", "in work", "marketed", "disqualified", "converted")
DEAL_STATES = ("open opportunity", "won", "lost")


@dataclass(frozen=True)
class Stays:
    """Place of a unit, place of a state, and the stretch [begins, ends); NEVER ends what does not end."""

    unit: Ints
    state: Ints
    begins: Ints
    ends: Ints


def states(company: Company) -> pl.DataFrame:
    """One row per stretch of a lead, opportunity or account: unit, id, state, from_at, to_at (null: it lasts)."""
    ids = company.ids
    return pl.concat(
        [
            table("lead", ids.lead, LEAD_STATES, lead_stays(company), company.span.end),
            table("opportunity", ids.opportunity, DEAL_STATES, deal_stays(company), company.span.end),
            table("account", ids.account, STATES, account_stays(company), company.span.end),
        ]
    )


def table(unit: str, ids: pl.Series, names: Sequence[str], stays: Stays, end: int) -> pl.DataFrame:
    seen = np.flatnonzero((stays.begins < np.minimum(stays.ends, end)) & (stays.unit >= 0))
    seen = seen[np.lexsort((stays.begins[seen], stays.unit[seen]))]
    ends = pl.Series(stays.ends[seen])
    return pl.DataFrame(
        {
            "unit": pl.Series([unit]).gather(np.zeros(len(seen), dtype=np.int64)),
            "id": ids.gather(stays.unit[seen]),
            "state": pick(names, stays.state[seen]),
            "from_at": (pl.Series(stays.begins[seen]) * 1_000_000).cast(pl.Datetime("us")),
            "to_at": (ends.set(ends >= end, None) * 1_000_000).cast(pl.Datetime("us")),
        }
    )


def lead_stays(company: Company) -> Stays:
    leads = company.leads
    place, ended = np.arange(len(leads)), leads.ended_at
    back = np.minimum(leads.recycled_at, ended)
    again = np.minimum(leads.reworked_at, ended)
    parts = [
        (0, leads.created_at, np.minimum(leads.worked_at, ended)),
        (1, leads.worked_at, back),
        (2, leads.recycled_at, again),
        (1, leads.reworked_at, ended),
        (3, leads.disqualified_at, np.full(len(leads), NEVER)),
        (4, leads.converted_at, np.full(len(leads), NEVER)),
    ]
    return joined([(place, state, begins, ends) for state, begins, ends in parts])


def deal_stays(company: Company) -> Stays:
    deals = company.deals
    place = np.arange(len(deals))
    closed = place[deals.closed_at < NEVER]
    end = np.full(len(closed), NEVER)
    won, lost = deals.won[closed], ~deals.won[closed]
    return joined(
        [
            (place, 0, deals.created_at, deals.closed_at),
            (closed[won], 1, deals.closed_at[closed[won]], end[won]),
            (closed[lost], 2, deals.closed_at[closed[lost]], end[lost]),
        ]
    )


def account_stays(company: Company) -> Stays:
    """One state at a time per account, from the stretches that overlap: a sweep over all their beginnings and ends."""
    every = possible_stays(company)
    row = company.records.account_row[every.unit]
    begins = np.maximum(every.begins, company.records.account_at[every.unit])
    kept = (row >= 0) & (begins < every.ends) & (begins < NEVER)
    row, state, begins, ends = row[kept], every.state[kept], begins[kept], every.ends[kept]
    unit = np.concatenate([row, row])
    at = np.concatenate([begins, ends])
    change = np.zeros((len(unit), len(STATES)), dtype=np.int64)
    change[np.arange(len(unit)), np.concatenate([state, state])] = np.where(np.arange(len(unit)) < len(row), 1, -1)
    order = np.lexsort((at, unit))
    unit, at, holds = unit[order], at[order], np.cumsum(change[order], axis=0) > 0
    last = np.append((unit[1:] != unit[:-1]) | (at[1:] != at[:-1]), True)[: len(unit)]
    unit, at, holds = unit[last], at[last], holds[last]
    now = np.where(holds.any(axis=1), np.argmax(holds, axis=1), -1)
    fresh = np.insert((unit[1:] != unit[:-1]) | (now[1:] != now[:-1]), 0, True)[: len(unit)]
    unit, at, now = unit[fresh], at[fresh], now[fresh]
    until = np.where(np.append(unit[1:], -1) == unit, np.append(at[1:], NEVER), NEVER)
    return Stays(unit[now >= 0], now[now >= 0], at[now >= 0], until[now >= 0])


def possible_stays(company: Company) -> Stays:
    """By firm, all that holds of it at some time."""
    firms, leads, deals, made = company.firms, company.leads, company.deals, company.subscriptions
    every, terms, outreach = np.arange(len(firms)), made.terms, company.outreach
    shrunk = np.flatnonzero(terms.fate == SHRUNK)
    last_ends = terms.ends_at[shrunk] + company.world.customers.term_days * DAY
    usual = int(company.world.deals.outbound_delay_days * DAY)
    rivals, members, sends = np.flatnonzero(firms.is_competitor), company.members, company.sends
    marketed = earliest(company.people.firm[sends.person], sends.sent_at, len(firms))
    known = members.person >= 0
    marketed = np.minimum(
        marketed, earliest(company.people.firm[members.person[known]], members.added_at[known], len(firms))
    )
    parts: list[tuple[Ints, str, Ints, Ints | int]] = [
        (rivals, "competitor", np.zeros(len(rivals), dtype=np.int64), NEVER),
        (made.firm[terms.subscription[shrunk]], "shrunk", terms.closed_at[shrunk],
         np.minimum(last_ends, made.left_at[terms.subscription[shrunk]])),
        (made.firm, "customer", made.started_at, made.left_at),
        (made.firm, "former", made.left_at, NEVER),
        (deals.firm, "open opportunity", deals.created_at, deals.closed_at),
        (leads.firm, "in work", leads.worked_at, np.minimum(leads.recycled_at, leads.ended_at)),
        (leads.firm, "in work", leads.reworked_at, leads.ended_at),
        (outreach.firm, "in work", outreach.begun_at, outreach.begun_at + usual),
        (every, "marketed", marketed, NEVER),
        (every, "prospect", company.records.account_at, NEVER),
    ]  # fmt: skip
    return joined([(unit, STATES.index(name), begins, ends) for unit, name, begins, ends in parts])


def joined(parts: Sequence[tuple[Ints, int, Ints, Ints | int]]) -> Stays:
    return Stays(
        unit=np.concatenate([unit for unit, _, _, _ in parts]),
        state=np.concatenate([np.full(len(unit), state, dtype=np.int64) for unit, state, _, _ in parts]),
        begins=np.concatenate([begins for _, _, begins, _ in parts]),
        ends=np.concatenate([np.broadcast_to(ends, len(unit)) for unit, _, _, ends in parts]),
    )
