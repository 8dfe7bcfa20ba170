"""The persons of the world: who they are, how to reach them, how much they want what the company sells.

What belongs here: one place per human being. A contact or a lead is a record of a person; several leads and a contact
may be one.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.demo import words
from pipelines.demo.columns import unless
from pipelines.demo.draw import DAY, NEVER, Bools, Floats, Ints, Span, choose, effects, later, office, poisson, repeat
from pipelines.demo.draw import words as pick
from pipelines.demo.firms import Firms
from pipelines.demo.world import World


@dataclass(frozen=True)
class People:
    """One place per person. `intent` is standard normal times its spread; `listed_at` is NEVER for those not listed as
    a contact.
    """

    firm: Ints
    first: pl.Series
    last: pl.Series
    salutation: pl.Series
    title: pl.Series
    department: pl.Series
    email: pl.Series
    phone: pl.Series
    seniority: Ints
    function: Ints
    standing: Floats
    intent: Floats
    listed_at: Ints
    bad_email: Bools
    do_not_call: Bools
    one_record_only: Bools
    prefetches: Bools

    def __len__(self) -> int:
        return len(self.firm)


def contact_firms(world: World, firms: Firms, rng: np.random.Generator) -> Ints:
    """The firm of each listed contact: at least one for most accounts, exactly one for a person account."""
    counts = poisson(rng, world.people.contacts_mean, firms.listed, "people.contacts_mean")
    counts = np.where(firms.is_person[: firms.listed], 1, counts)
    return repeat(counts)


def meet_people(
    world: World, firms: Firms, firm: Ints, contacts: int, span: Span, *, rng: np.random.Generator, cell: int = 0
) -> People:
    """Persons working at `firm`; the first `contacts` of them are listed as contacts of their account, the others come
    as leads.
    """
    rates, count = world.people, len(firm)
    seniority = choose(rng, rates.seniorities, count)
    function = choose(rng, rates.functions, count)
    is_contact = np.arange(count) < contacts
    first = pick(words.FIRST_NAMES, rng.integers(0, len(words.FIRST_NAMES), count))
    last = pick(words.LAST_NAMES, rng.integers(0, len(words.LAST_NAMES), count))
    free = (~is_contact & (rng.random(count) < rates.free_mail)) | firms.is_person[firm]
    free_domain = pick(words.FREE_MAIL, rng.integers(0, len(words.FREE_MAIL), count))
    without_mail = rng.random(count) < rates.missing_email
    email = addresses(first, last, firms.domain.gather(firm), free_domain, free, without=without_mail, cell=cell)
    titles = title_words(list(rates.seniorities), list(rates.functions), seniority, function)
    no_title = (rng.random(count) < rates.missing_title) | firms.is_person[firm]
    code = pick([words.calling_code(name) for name in world.firms.countries], firms.country[firm])
    number = pl.Series(rng.integers(1000, 10000, count)).cast(pl.String)
    waits = (rng.random(count) >= rates.listed_at_once) & ~firms.is_person[
        firm
    ]  # the contact of a person account is the account
    listed = office(rng, later(firms.listed_at[firm], rng.exponential(rates.listing_delay_days * DAY, count) * waits))
    return People(
        firm=firm,
        first=first,
        last=last,
        salutation=pick(words.SALUTATIONS, rng.integers(0, len(words.SALUTATIONS), count)).replace({"": None}),
        title=unless(no_title, titles),
        department=pick(list(rates.functions), function),
        email=email,
        phone=unless(rng.random(count) < rates.missing_phone, code + pl.Series([" "]) + number),
        seniority=seniority,
        function=function,
        standing=effects(rates.seniorities)[seniority] + effects(rates.functions)[function],
        intent=rates.intent_sd * rng.standard_normal(count),
        listed_at=np.where(is_contact, listed, NEVER),
        bad_email=rng.random(count) < rates.bad_email,
        do_not_call=rng.random(count) < rates.do_not_call,
        one_record_only=rng.random(count) < rates.one_record_only,
        prefetches=rng.random(count) < world.marketing.prefetch,
    )


def addresses(
    first: pl.Series,
    last: pl.Series,
    domain: pl.Series,
    free_domain: pl.Series,
    free: Bools,
    *,
    without: Bools,
    cell: int,
) -> pl.Series:
    """first.last@domain, numbered where two persons would share one; null for those without. At providers that all
    cells share, the later cells add their number.
    """
    frame = pl.DataFrame(
        {"first": first, "last": last, "domain": domain, "free_domain": free_domain, "free": free, "none": without}
    )
    local = pl.format("{}.{}", "first", pl.col("last").str.replace_all("'", "", literal=True)).str.to_lowercase()
    made = frame.select("none", "free", local=local, host=pl.when("free").then("free_domain").otherwise("domain"))
    made = made.with_columns(number=pl.int_range(pl.len()).over("local", "host"))
    number = pl.when(pl.col("number") > 0).then((pl.col("number") + 1).cast(pl.String)).otherwise(pl.lit(""))
    if cell:
        number = pl.when("free").then(number + pl.lit(f"_{cell}")).otherwise(number)
    return made.select(
        pl.when("none").then(None).otherwise(pl.col("local") + number + pl.lit("@") + pl.col("host")).alias("email"),
    )["email"]


def title_words(seniorities: list[str], functions: list[str], seniority: Ints, function: Ints) -> pl.Series:
    """The job title of each person."""
    spelled = [words.job_title(level, name) for level in seniorities for name in functions]
    return pick(spelled, seniority * len(functions) + function)
