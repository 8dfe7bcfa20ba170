"""Why deals are lost, and to whom. What does not belong here: whether they are."""

import numpy as np

from pipelines.demo.deals import Deals
from pipelines.demo.draw import NEVER, Ints, choose
from pipelines.demo.subscriptions import RENEWAL
from pipelines.demo.world import World


def loss_reasons(world: World, deals: Deals, rng: np.random.Generator) -> Ints:
    """Why each deal is lost if it is (a place in the world's list): other reasons for renewals than for other deals."""
    shares = np.array(
        [[reason.share, reason.renewal_share] for reason in world.deal_records.loss_reasons.values()], dtype=np.float64
    )
    reached = np.cumsum(shares / np.maximum(shares.sum(axis=0), 1e-12), axis=0)[:-1]
    draw = rng.random(len(deals))
    usual, late = (np.searchsorted(reached[:, column], draw, side="right") for column in (0, 1))
    return np.where(deals.kind == RENEWAL, late, usual).astype(np.int64)


def rivals(world: World, deals: Deals, reason: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """The competitor named in each deal, and since when (NEVER: never): some early, others when it won the deal."""
    records = world.deal_records
    rival = choose(rng, records.competitors, len(deals))
    early = rng.random(len(deals)) < records.competitor_early
    lost_to = np.array([name == records.lost_to for name in records.loss_reasons])[reason]
    late = ~deals.won & lost_to & (rng.random(len(deals)) < records.competitor_late)
    return rival, np.where(early, deals.created_at, np.where(late, deals.closed_at, NEVER))
