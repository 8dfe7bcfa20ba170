"""What the behaviour that the export shows by a moment says about the hidden intent behind a lead.

What belongs here: likelihoods of page views, forms and mail reactions given intent, under the laws that web.py and
marketing.py draw from: Poisson (views before, extra forms), negative binomial (views after: Poisson with a gamma
factor), binomial (pricing pages among views), Bernoulli (a mail is opened, an opened one clicked). Only what the
person's first browser did counts, from the moment on at which a form or a click ties it to an address.
"""

from dataclasses import dataclass

import numpy as np

from pipelines.demo.arrays import placed
from pipelines.demo.company import Company
from pipelines.demo.draw import DAY, Bools, Floats, Ints, earliest, logarithm, logistic, powered
from pipelines.demo.marketing import CLICK, OPEN
from pipelines.demo.web import AFTER, BEFORE, PRICING_PAGE


@dataclass(frozen=True)
class Counts:
    """Moments of one kind of event by lead, so that those before any moment can be counted."""

    key: Ints
    first: Ints

    def before(self, lead: Ints, moment: Ints) -> Floats:
        found = np.searchsorted(self.key, placed(lead, moment))
        return (found - self.first[lead]).astype(np.float64)


def counts(company: Company, lead: Ints, at: Ints) -> Counts:
    inside = (lead >= 0) & (at < company.span.end)
    key = np.sort(placed(lead[inside], at[inside]))
    every = np.arange(len(company.leads))
    return Counts(key, np.searchsorted(key, placed(every, np.zeros_like(every))).astype(np.int64))


@dataclass(frozen=True)
class Behaviour:
    """What each lead's person did, by kind."""

    views_before: Counts
    views_after: Counts
    pricing: Counts
    forms: Counts
    delivered: Counts
    opened: Counts
    clicked: Counts
    tied_at: Ints
    has_mail: Bools
    opens_tell: Bools


def behaviour(company: Company) -> Behaviour:
    """Opens tell nothing of a mailbox that loads every picture, and mails nothing of a firm whose filter clicks."""
    visits, forms, mail, sends, people = company.visits, company.forms, company.mail, company.sends, company.people
    own = visits.visitor == 2 * visits.person
    mailed = company.leads.person
    lead_of = sends.lead[mail.send]
    filtered = company.filtered[people.firm[mailed]]
    human = mail.by_person
    tied = earliest(
        visits.person[visits.identified & own & (visits.person >= 0)],
        visits.at[visits.identified & own & (visits.person >= 0)],
        len(people),
    )
    arrives = ~people.bad_email[sends.person]
    return Behaviour(
        views_before=counts(
            company, np.where(own & (visits.origin == BEFORE) & (visits.form < 0), visits.lead, -1), visits.at
        ),
        views_after=counts(
            company, np.where(own & (visits.origin == AFTER) & (visits.form < 0), visits.lead, -1), visits.at
        ),
        pricing=counts(
            company,
            np.where(own & np.isin(visits.origin, (BEFORE, AFTER)) & (visits.page == PRICING_PAGE), visits.lead, -1),
            visits.at,
        ),
        forms=counts(company, np.where(forms.origin == AFTER, forms.lead, -1), forms.at),
        delivered=counts(company, np.where(arrives, sends.lead, -1), sends.sent_at + 2 * DAY),
        opened=counts(company, np.where(human & (mail.kind == OPEN), lead_of, -1), mail.at),
        clicked=counts(company, np.where(human & (mail.kind == CLICK), lead_of, -1), mail.at),
        tied_at=tied[mailed],
        has_mail=people.email.is_not_null().to_numpy()[mailed] & ~filtered,
        opens_tell=~people.prefetches[mailed],
    )


def log_likelihood(company: Company, done: Behaviour, lead: Ints, moment: Ints, intent: Floats) -> Floats:
    """For each row (lead, moment) and each value of intent: rows x values, up to a constant per row."""
    web, mail = company.world.web, company.world.marketing
    age = np.maximum(moment - company.leads.created_at[lead], 0) / DAY
    passed = (1 - np.exp(-age / web.after_days))[:, None]
    seen = 1 - web.second_cookie
    tied = (done.tied_at[lead] <= moment)[:, None]
    z = intent[None, :]
    before, after = done.views_before.before(lead, moment)[:, None], done.views_after.before(lead, moment)[:, None]
    rate_before = seen * powered(web.lead_before + web.intent_before * web.intent_effect * z)
    rate_after = seen * powered(web.lead_after + web.intent_effect * z) * passed
    shape = web.after_shape
    views = before * logarithm(rate_before) - rate_before
    views = views + after * logarithm(rate_after) - (after + shape) * np.log(shape + rate_after)
    pricing = done.pricing.before(lead, moment)[:, None]
    chance = logistic(web.pricing_rate + web.pricing_intent * z)
    views = views + pricing * logarithm(chance) + (before + after - pricing) * logarithm(1 - chance)
    forms = done.forms.before(lead, moment)[:, None]
    rate_forms = web.extra_form * powered(web.intent_effect * z) * passed
    filled = forms * logarithm(rate_forms) - rate_forms
    opened, clicked = done.opened.before(lead, moment)[:, None], done.clicked.before(lead, moment)[:, None]
    sent = np.maximum(done.delivered.before(lead, moment)[:, None], opened)
    opens = logistic(mail.open_rate + mail.open_intent * z)
    clicks = logistic(mail.click_rate + mail.click_intent * z)
    honest = opened * logarithm(opens) + (sent - opened) * logarithm(1 - opens)
    honest = honest + clicked * logarithm(clicks) + np.maximum(opened - clicked, 0) * logarithm(1 - clicks)
    both = opens * clicks
    silent = clicked * logarithm(both) + np.maximum(sent - clicked, 0) * logarithm(1 - both)
    mails = np.where(done.opens_tell[lead][:, None], honest, silent)
    reachable = done.has_mail[lead][:, None]
    return np.asarray(np.where(tied, views, 0.0) + np.where(reachable, filled + mails, 0.0), dtype=np.float64)
