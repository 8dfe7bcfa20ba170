"""What changes in a record while it lives: industry corrected, employees counted anew, address, title, owner.

What belongs here: the value before and after, and the moment. Who asks what a record says at the export's moment gets
`today`; the rows of the history objects are crm_histories.py's.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.demo import words
from pipelines.demo.columns import unless
from pipelines.demo.company import Company
from pipelines.demo.draw import NEVER, Bools, Ints, office
from pipelines.demo.draw import words as pick


@dataclass(frozen=True)
class Change:
    """One field of all first rows of an object: each changes at most once, at `at` (NEVER: not)."""

    field: str
    at: Ints
    before: pl.Series
    after: pl.Series

    def today(self, now: int) -> pl.Series:
        return pl.select(pl.when(pl.Series(self.at < now)).then(self.after).otherwise(self.before)).to_series()

    def copied(self, rows: Ints, moment: Ints) -> pl.Series:
        """What these rows said at these moments."""
        after, before = self.after.gather(rows), self.before.gather(rows)
        return pl.select(pl.when(pl.Series(self.at[rows] < moment)).then(after).otherwise(before)).to_series()


def moments(company: Company, created: Ints, happens: Bools, rng: np.random.Generator) -> Ints:
    """Any time between the creation and the end of the history, in office hours."""
    since = np.maximum(created, company.span.migration)
    at = office(rng, since + (rng.random(len(created)) * (company.span.end - since)).astype(np.int64))
    return np.where(happens & (at < company.span.end), at, NEVER)


def account_changes(company: Company) -> list[Change]:
    """Industry, employees and the parts of the address; a field that is not filled does not change."""
    firms, world, rates = company.firms, company.world.firms, company.world.exports.changes
    firm, rng = company.records.accounts, company.generator("account changes")
    created, count = company.records.account_at[firm], len(company.records.accounts)
    names = list(world.industries)
    other = (firms.industry[firm] + 1 + rng.integers(0, max(len(names) - 1, 1), count)) % len(names)
    hidden = firms.hidden_industry[firm]
    corrected = moments(company, created, ~hidden & (rng.random(count) < rates.industry_corrected), rng)
    wrong = np.where(corrected < NEVER, other, firms.industry[firm])
    counted = moments(
        company, created, ~firms.hidden_employees[firm] & (rng.random(count) < rates.employees_updated), rng
    )
    noise = np.exp(rates.employees_log_sd * rng.standard_normal(count))
    stale = np.where(
        counted < NEVER, np.maximum((firms.employees[firm] * noise).astype(np.int64), 1), firms.employees[firm]
    )
    moved = moments(company, created, ~firms.is_person[firm] & (rng.random(count) < rates.moved), rng)
    old = places(company, firm, firms.place[firm], "Billing")
    new = places(company, firm, np.where(moved < NEVER, rng.integers(0, 2**31, count), firms.place[firm]), "Billing")
    return [
        Change(
            "Industry", corrected, unless(hidden, pick(names, wrong)), unless(hidden, pick(names, firms.industry[firm]))
        ),
        Change(
            "NumberOfEmployees",
            counted,
            unless(firms.hidden_employees[firm], pl.Series(stale)),
            unless(firms.hidden_employees[firm], pl.Series(firms.employees[firm])),
        ),
        *(Change(name, moved, old[name], new[name]) for name in old),
    ]


def title_changes(company: Company, name: str, person: Ints, created: Ints) -> Change:
    """Promotions: the next seniority of the world's list, the same function. The first one stays what it is."""
    people, world, rates = company.people, company.world.people, company.world.exports.changes
    rng = company.generator("titles of " + name)
    levels, functions = list(world.seniorities), list(world.functions)
    titled = people.title.gather(person).is_not_null().to_numpy() & (people.seniority[person] > 0)
    at = moments(company, created, titled & (rng.random(len(person)) < rates.promoted), rng)
    above = np.maximum(people.seniority[person] - 1, 0)
    spelled = [words.job_title(level, function) for level in levels for function in functions]
    after = pick(spelled, above * len(functions) + people.function[person])
    return Change("Title", at, people.title.gather(person), after)


def owner_changes(company: Company) -> tuple[Ints, Ints, Ints]:
    """The owner of each account before and after, and the moment: a representative; a few belong to a queue."""
    rates, sales = company.world.exports, company.world.sales
    rng, count = company.generator("account owners"), len(company.records.accounts)
    first, second = (rng.integers(0, sales.representatives, count) for _ in range(2))
    first = np.where(rng.random(count) < rates.queue_accounts, sales.representatives + 2, first)
    created = company.records.account_at[company.records.accounts]
    changes = (rng.random(count) < rates.changes.owner_changed) & (first != second)
    return first, second, moments(company, created, changes, rng)


def places(company: Company, firm: Ints, draw: Ints, prefix: str) -> dict[str, pl.Series]:
    """Street, city, state and postal code in each firm's country, by a random number per row."""
    countries = list(company.world.firms.countries)
    sizes = np.array([len(words.cities(name)) for name in countries])
    starts = np.cumsum(sizes) - sizes
    flat = [place for name in countries for place in words.cities(name)]
    country = company.firms.country[firm]
    spot = starts[country] + draw % sizes[country]
    number = pl.Series(1 + draw // 8 % 900).cast(pl.String)
    state = pick([place[1] for place in flat], spot)
    return {
        f"{prefix}Street": number + pl.Series([" "]) + pick(words.STREETS, draw // 64 % len(words.STREETS)),
        f"{prefix}City": pick([place[0] for place in flat], spot),
        f"{prefix}State": unless(state.eq("").to_numpy(), state),
        f"{prefix}PostalCode": pick([place[2] for place in flat], spot)
        + pl.Series(10 + draw // 512 % 90).cast(pl.String),
    }
