"""What people said to sales, and when: what a call or an answer meant follows from the fate and the hidden intent.

What does not belong here: the words (texts.py, notes.py) and how a row looks (crm_mail.py).
"""

from dataclasses import dataclass

import numpy as np

from pipelines.demo.activities import Activities
from pipelines.demo.deals import Deals
from pipelines.demo.draw import DAY, HOUR, NEVER, Bools, Floats, Ints, later, office, spread
from pipelines.demo.leads import Leads
from pipelines.demo.people import People
from pipelines.demo.texts import CLASSES
from pipelines.demo.world import World

GOOD, BAD, IDLE = 0, 1, 2
UNSUBSCRIBE, AWAY = CLASSES.index("unsubscribe_request"), CLASSES.index("out_of_office")
MINUTE = 60


@dataclass(frozen=True)
class Correspondence:
    """By task: whether it is a call or else a mail, whether a call reached somebody, whether there is a note or a kept
    mail, what was meant in the note (a place in CLASSES), and when the note was written over (NEVER: never). `answer_*`
    are the kept answers to mails: task, moment and meaning; `wording` (per task) and `answer_wording` choose the words.
    """

    is_call: Bools
    talked: Bools
    noted: Bools
    kept: Bools
    meaning: Ints
    rewritten_at: Ints
    wording: Ints
    answer_task: Ints
    answer_at: Ints
    answer_meaning: Ints
    answer_wording: Ints


def correspond(
    world: World,
    people: People,
    leads: Leads,
    deals: Deals,
    tasks: Activities,
    *,
    reason: Ints,
    rng: np.random.Generator,
) -> Correspondence:
    """`reason` is why each deal is lost if it is (a place in the world's list)."""
    rates, count = world.texts, len(tasks)
    is_call = rng.random(count) < rates.call_share
    talked = is_call & tasks.done & (rng.random(count) < rates.talked)
    person = task_person(leads, tasks)
    reachable = people.email.is_not_null().to_numpy()[person]
    kept = ~is_call & tasks.done & reachable & (rng.random(count) < rates.mail_kept)
    weight = weights(world, people, leads, deals, tasks, reason=reason)
    answered = np.flatnonzero(kept & (rng.random(count) < rates.answered))
    meant = drawn(weight[answered], rng)
    waits = spread(rng, rates.answer_hours * HOUR, rates.answer_log_sd, len(answered))
    at_once = rng.exponential(rates.automatic_minutes * MINUTE, len(answered))
    waits = np.where(meant == AWAY, at_once, waits)
    closed = np.where(tasks.deal >= 0, deals.closed_at[tasks.deal], NEVER) if len(deals) else np.full(count, NEVER)
    rewritten = talked & (closed < NEVER) & (rng.random(count) < rates.rewritten)
    since = rng.exponential(rates.rewritten_days * DAY, count)
    return Correspondence(
        is_call=is_call,
        talked=talked,
        noted=talked & (rng.random(count) < rates.call_noted),
        kept=kept,
        meaning=drawn(weight, rng),
        rewritten_at=np.where(rewritten, office(rng, later(np.maximum(closed, tasks.at), since)), NEVER),
        wording=rng.integers(0, 2**62, count),
        answer_task=answered,
        answer_at=tasks.at[answered] + waits.astype(np.int64) + 1,
        answer_meaning=meant,
        answer_wording=rng.integers(0, 2**62, len(answered)),
    )


def task_person(leads: Leads, tasks: Activities) -> Ints:
    return np.where(tasks.lead >= 0, leads.person[tasks.lead], tasks.person) if len(leads) else tasks.person


def fates(leads: Leads, deals: Deals, tasks: Activities) -> Ints:
    """GOOD for people of leads that convert and of deals that are won, BAD for those that are turned down or lost."""
    result = np.full(len(tasks), IDLE, dtype=np.int64)
    of_lead, of_deal = tasks.lead >= 0, tasks.deal >= 0
    result[of_lead] = fate(leads.converted_at < NEVER, leads.disqualified_at < NEVER)[tasks.lead[of_lead]]
    result[of_deal] = fate(deals.won, deals.closed_at < NEVER)[tasks.deal[of_deal]]
    return result


def fate(good: Bools, ended: Bools) -> Ints:
    return np.select([good, ended], [GOOD, BAD], IDLE).astype(np.int64)


def weights(world: World, people: People, leads: Leads, deals: Deals, tasks: Activities, *, reason: Ints) -> Floats:
    """How readily each class is said in each task (tasks x CLASSES)."""
    given = {str(name): said for name, said in world.texts.classes.items()}
    classes = [given.get(name) for name in CLASSES]
    table = np.array([(0.0, 0.0, 0.0) if said is None else (said.good, said.bad, said.idle) for said in classes])
    slope = np.array([0.0 if said is None else said.intent for said in classes])
    reasons = list(world.deal_records.loss_reasons)
    said_for = np.array([[said is not None and said.reason == name for said in classes] for name in reasons])
    end = fates(leads, deals, tasks)
    lost = (tasks.deal >= 0) & (end == BAD)
    why = np.where(lost, np.append(reason, 0)[tasks.deal], 0)
    factor = np.where(lost[:, None] & said_for[why], world.texts.reason_factor, 1.0)
    intent = people.intent[task_person(leads, tasks)]
    return np.asarray(table.T[end] * np.exp(intent[:, None] * slope) * factor, dtype=np.float64)


def drawn(weight: Floats, rng: np.random.Generator) -> Ints:
    """One class per row by weight."""
    reached = np.cumsum(weight, axis=1)
    draw = rng.random(len(weight))[:, None] * reached[:, -1:]
    return np.asarray(np.minimum((reached <= draw).sum(axis=1), weight.shape[1] - 1), dtype=np.int64)


def opted_out(said: Correspondence, leads: Leads, tasks: Activities, people: int) -> Ints:
    """When each person asked in an answer to be written no more, NEVER for most."""
    asks = said.answer_meaning == UNSUBSCRIBE
    moment = np.full(people, NEVER, dtype=np.int64)
    np.minimum.at(moment, task_person(leads, tasks)[said.answer_task[asks]], said.answer_at[asks])
    return moment
