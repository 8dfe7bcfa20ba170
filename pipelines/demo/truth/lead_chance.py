"""The chance of a lead to convert within a horizon: given everything, and given what the export shows.

How hidden terms are integrated out: intent on Gauss-Hermite nodes, weighted by the likelihood of the behaviour seen by
then (interest.py) and of being neither converted nor closed; what the export hides of fit and standing, and the need,
as one normal term on nodes of its own; the delay of the first touch on values that stand for parts of it. The export's
p_visible does not look at what sales recorded since the lead came (status, tasks, owner): a score is there to guide
sales, and whether sales will act is not the lead's.
"""

from dataclasses import dataclass

import numpy as np

from pipelines.demo.company import Company
from pipelines.demo.draw import DAY, HOUR, Bools, Floats, Ints, generator, later, logarithm, logistic, office
from pipelines.demo.experiments import TREATED, chance_to_be_chosen, during
from pipelines.demo.leads import delay_effect, willing_to_convert
from pipelines.demo.truth.clocks import LeadClocks, lead_clocks
from pipelines.demo.truth.interest import Behaviour, behaviour, log_likelihood
from pipelines.demo.truth.shown import Belief, Fetched, fit_shown, standing_shown
from pipelines.demo.world.selling import Leads as Rates

INTENTS, INTENT_WEIGHTS = np.polynomial.hermite_e.hermegauss(9)
HIDDEN, HIDDEN_WEIGHTS = np.polynomial.hermite_e.hermegauss(5)
PARTS = np.array([0.0, 0.12, 0.24, 0.36, 0.48, 0.6, 0.72, 0.83, 0.91, 0.96, 0.985, 0.998, 1.0])
"""The delays of the first touch stand for these parts of their distribution: fine ones in its tail, where the leads are
that sales has not come to for long."""
DELAY_WEIGHTS = np.diff(PARTS)
DELAYS = len(DELAY_WEIGHTS)
CHUNK = 4_000  # rows at once: 9 x 5 x 12 values each


@dataclass(frozen=True)
class Passes:
    """What the passes of a lead mean for a window: of those worked so long ago, how many are still open, and how many
    convert within the horizon, each as a sum of a part times the chance q1 to convert at first, a part times (1 - q1),
    and a part times (1 - q1) q2.
    """

    open_first: Floats
    open_other: Floats
    open_second: Floats
    win_first: Floats
    win_second: Floats


def passes(rates: Rates, clocks: LeadClocks, since: Floats, horizon: float) -> Passes:
    """`since`: days since the first touch, negative where it lies ahead."""
    recycled = min(rates.recycled, 1.0)
    closed = min(rates.recycled + rates.disqualified, 1.0) - recycled
    first = clocks.convert.at(since)
    second, lost = clocks.second_convert.at(since), clocks.second_disqualify.at(since)
    again = recycled * rates.returns
    other = (
        closed * (1 - clocks.disqualify.at(since))
        + (1 - recycled - closed)
        + recycled * (1 - rates.returns)
        + again * (1 - rates.disqualified * lost)
    )
    return Passes(
        open_first=1 - first,
        open_other=other,
        open_second=again * (1 - second - (1 - rates.disqualified * lost)),
        win_first=clocks.convert.at(since + horizon) - first,
        win_second=again * (clocks.second_convert.at(since + horizon) - second),
    )


@dataclass(frozen=True)
class LeadRows:
    """Leads (places) and the moments at which their chance is asked for."""

    lead: Ints
    at: Ints


@dataclass(frozen=True)
class Shown:
    """What the export shows of each row's fit and of the person's standing."""

    fit: Belief
    role: Belief


@dataclass(frozen=True)
class Delays:
    """First touches of each lead (leads x DELAYS), as likely as DELAY_WEIGHTS say: days after creation, and their
    effect.
    """

    days: Floats
    effect: Floats


def possible_delays(company: Company) -> Delays:
    rates, leads = company.world.leads, company.leads
    spread = np.exp(rates.delay_log_sd * normal_quantile((PARTS[1:] + PARTS[:-1]) / 2))
    hours = (leads.usual_delay[:, None] * spread).reshape(-1)
    created = np.repeat(leads.created_at, DELAYS)
    at = office(generator(0, "possible delays"), later(created, hours * HOUR))
    days = ((at - created) / DAY).reshape(len(leads), DELAYS)
    return Delays(days, delay_effect(rates, days * 24))


def normal_quantile(share: Floats) -> Floats:
    from scipy.special import ndtri

    return np.asarray(ndtri(share), dtype=np.float64)


def lead_chances(company: Company, overlay: Fetched, rows: LeadRows, horizon: float) -> tuple[Floats, Floats]:
    """p_true and p_visible of each row; the rows must be open leads."""
    leads = company.leads
    clocks = lead_clocks(company.world.leads, horizon, generator(0, "lead clocks"))
    delays, done = possible_delays(company), behaviour(company)
    fit, role = fit_known(company, overlay, rows), standing_shown(company, leads.person[rows.lead])
    parts = []
    for begin in range(0, len(rows.lead), CHUNK):
        these = slice(begin, begin + CHUNK)
        part = LeadRows(rows.lead[these], rows.at[these])
        shown = Shown(fit.part(these), role.part(these))
        parts.append(
            (
                true_chance(company, clocks, delays, part, horizon),
                visible_chance(company, clocks, delays, part, horizon, done=done, shown=shown),
            )
        )
    if not parts:
        return np.zeros(0), np.zeros(0)
    return np.concatenate([true for true, _ in parts]), np.concatenate([visible for _, visible in parts])


def true_chance(company: Company, clocks: LeadClocks, delays: Delays, rows: LeadRows, horizon: float) -> Floats:
    """Given everything that is so at the moment, hidden terms and the state of the lead included."""
    rates, leads, lead, at = company.world.leads, company.leads, rows.lead, rows.at
    willing = willingness(company, lead)
    recycled = min(rates.recycled, 1.0)
    closed = min(rates.recycled + rates.disqualified, 1.0) - recycled
    touched = leads.worked_at[lead] < at
    delayed = delay_effect(rates, np.where(touched, leads.worked_at[lead] - leads.created_at[lead], 0) / HOUR)
    q1, q2 = logistic(willing + delayed), logistic(willing + delayed + rates.second_pass_effect)

    def since(moment: Ints) -> Floats:
        return np.asarray(np.where(moment[lead] < at, at - moment[lead], 0) / DAY, dtype=np.float64)

    first, rest, wait, second = (
        since(moment) for moment in (leads.worked_at, leads.recycled_at, leads.requalified_at, leads.reworked_at)
    )
    passed = clocks.convert.at(first)
    in_first = (
        q1 * (clocks.convert.at(first + horizon) - passed)
        + (1 - q1) * recycled * rates.returns * q2 * clocks.recycle_window.at(first)
    ) / np.maximum(
        q1 * (1 - passed)
        + (1 - q1)
        * (
            recycled * (1 - clocks.recycle.at(first))
            + closed * (1 - clocks.disqualify.at(first))
            + 1
            - recycled
            - closed
        ),
        1e-12,
    )
    at_rest = (
        rates.returns * q2 * clocks.rest_window.at(rest) / np.maximum(1 - rates.returns * clocks.back.at(rest), 1e-12)
    )
    waiting = q2 * clocks.wait_window.at(wait) / np.maximum(1 - clocks.wait.at(wait), 1e-12)
    done = clocks.convert.at(second)
    in_second = (
        q2
        * (clocks.convert.at(second + horizon) - done)
        / np.maximum(
            q2 * (1 - done) + (1 - q2) * (1 - rates.disqualified * clocks.disqualify.at(second)),
            1e-12,
        )
    )
    return np.select(
        [leads.reworked_at[lead] < at, leads.requalified_at[lead] < at, leads.recycled_at[lead] < at, touched],
        [in_second, waiting, at_rest, in_first],
        untouched(company, clocks, delays, rows, willing, horizon=horizon),
    )


def willingness(company: Company, lead: Ints) -> Floats:
    """The log-odds of each lead to convert in its first pass, but for the delay of the first touch."""
    rates, leads, person = company.world.leads, company.leads, company.leads.person[lead]
    fit = company.firms.fit_at(leads.firm[lead], leads.created_at[lead], company.span)
    return willing_to_convert(
        rates, leads.shown[lead], company.people.standing[person], fit, company.people.intent[person]
    )


def untouched(
    company: Company, clocks: LeadClocks, delays: Delays, rows: LeadRows, willing: Floats, *, horizon: float
) -> Floats:
    """Of leads that nobody has worked yet: sales may still come, with each possible delay that lies ahead."""
    rates, leads, lead = company.world.leads, company.leads, rows.lead
    works = logistic(leads.work[lead] + rates.select_intent * company.people.intent[leads.person[lead]])
    age = (rows.at - leads.created_at[lead]) / DAY
    since = age[:, None] - delays.days[lead]
    ahead = since < 0
    made = passes(rates, clocks, since, horizon)
    q1 = logistic(willing[:, None] + delays.effect[lead])
    q2 = logistic(willing[:, None] + delays.effect[lead] + rates.second_pass_effect)
    win = (ahead * (q1 * made.win_first + (1 - q1) * q2 * made.win_second)) @ DELAY_WEIGHTS
    return np.asarray(works * win / np.maximum(1 - works + works * (ahead @ DELAY_WEIGHTS), 1e-12), dtype=np.float64)


def visible_chance(
    company: Company,
    clocks: LeadClocks,
    delays: Delays,
    rows: LeadRows,
    horizon: float,
    *,
    done: Behaviour,
    shown: Shown,
) -> Floats:
    """Given what the export shows of the lead, its person and its company at the moment, but no work of sales."""
    rates, leads, lead = company.world.leads, company.leads, rows.lead
    fit, role = shown.fit, shown.role
    intent = company.world.people.intent_sd * INTENTS
    weight = log_likelihood(company, done, lead, rows.at, intent) + np.log(INTENT_WEIGHTS)
    weight = weight + chosen(company, lead, fit.mean, intent)
    weight = np.exp(weight - weight.max(axis=1, keepdims=True))
    works = leads.work[lead] + rates.select_fit * (fit.mean - company.firms.shown_fit[leads.firm[lead]])
    works_z = logistic(works[:, None] + rates.select_intent * intent)
    need = company.world.firms.hidden_sd**2
    variance = rates.fit_effect**2 * (fit.variance + need) + role.variance
    # Firms write in at a rate that grows with fit: who came is more fitting than the columns say.
    tilt = rates.fit_effect * rates.inbound_fit * (fit.variance + need) * ~company.firms.outsider[leads.firm[lead]]
    willing = leads.shown[lead] + role.mean + rates.fit_effect * fit.mean + tilt
    willing = willing[:, None] + np.sqrt(variance)[:, None] * HIDDEN
    age = (rows.at - leads.created_at[lead]) / DAY
    made = passes(rates, clocks, age[:, None] - delays.days[lead], horizon)
    chance = willing[:, None, :, None] + (rates.intent_effect * intent)[None, :, None, None]
    chance = chance + delays.effect[lead][:, None, None, :]
    q1, q2 = logistic(chance), logistic(chance + rates.second_pass_effect)
    odd = (1 - q1) * q2

    def mean(values: Floats) -> Floats:
        """Over the delays, then over what the export hides; rows x intents."""
        return np.asarray(values @ DELAY_WEIGHTS @ (HIDDEN_WEIGHTS / HIDDEN_WEIGHTS.sum()), dtype=np.float64)

    wide = (slice(None), None, None, slice(None))
    still = mean(q1 * made.open_first[wide] + (1 - q1) * made.open_other[wide] + odd * made.open_second[wide])
    wins = mean(q1 * made.win_first[wide] + odd * made.win_second[wide])
    above = (weight * works_z * wins).sum(axis=1)
    below = (weight * (1 - works_z + works_z * still)).sum(axis=1)
    return np.asarray(above / np.maximum(below, 1e-12), dtype=np.float64)


def chosen(company: Company, lead: Ints, fit: Floats, intent: Floats) -> Floats:
    """Log-likelihood of having been chosen, or not, for the campaigns that choose by intent; rows x intents."""
    leads, total = company.leads, np.zeros((len(lead), len(intent)))
    for number, made in enumerate(company.world.experiments):
        if made.kind == "chosen":
            there = during(made, leads.created_at[lead], company.span)
            chance = made.share * chance_to_be_chosen(made, fit[:, None], intent)
            told = np.where((leads.arm[lead, number] == TREATED)[:, None], logarithm(chance), logarithm(1 - chance))
            total += np.where(there[:, None], told, 0.0)
    return total


def fit_known(company: Company, overlay: Fetched, rows: LeadRows) -> Belief:
    """The fit as the lead's own fields, the account of its mail domain and the overlay of that domain tell it."""
    leads, firms, lead = company.leads, company.firms, rows.lead
    firm = leads.firm[lead]
    business = has_business_mail(company)[lead]
    account = business & (firms.listed_at[firm] <= rows.at)
    own = leads.filled[lead]
    return fit_shown(
        company,
        overlay,
        firm,
        leads.created_at[lead],
        seen_at=rows.at,
        industry_known=(own | account) & ~firms.hidden_industry[firm],
        size_known=own | (account & ~firms.hidden_employees[firm]),
        overlay_known=business,
    )


def has_business_mail(company: Company) -> Bools:
    """Leads whose mail domain is their firm's."""
    host = company.people.email.str.split("@").list.last().fill_null("")
    return (host == company.firms.domain.gather(company.people.firm)).to_numpy()[company.leads.person]
