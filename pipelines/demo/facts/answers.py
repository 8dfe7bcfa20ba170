"""What only the simulation knows, beside what happened: chances, experiments, and what was planted in the export.

What belongs here: the tables of the truth folder, read for people. What does not: facts that the export alone shows.
"""

import numpy as np
import polars as pl

from models.measures import ranked, weighted_measures
from pipelines.demo.facts.fact import Z95, Fact, with_shares
from pipelines.demo.facts.reading import NEWEST, Written, source
from pipelines.warehouse import quoted_name

OUTCOMES = {"lead": "converted", "account": "customer", "opportunity": "won"}
"""The state of each unit that its chance is the chance of."""
BINS = 10


def chances(written: Written, unit: str) -> pl.DataFrame:
    """Columns id, as_of, p_true, p_visible, happened: a row per unit and first day of a quarter whose horizon is over.
    Quarters keep the rows of one unit nearly apart; the moments between would repeat the same outcomes.
    """
    return written.rows(f"""
        with begun as (
            select id, min(from_at) as from_at from true_states
            where unit = '{unit}' and state = '{OUTCOMES[unit]}' group by id)
        select id, as_of, p_true, p_visible,
            coalesce(from_at <= as_of + horizon_days * interval 1 day, false) as happened
        from true_propensity left join begun using (id)
        where unit = '{unit}' and day(as_of) = 1 and month(as_of) in (1, 4, 7, 10) and hour(as_of) = 0
            and as_of + horizon_days * interval 1 day <= (select max(as_of) from true_propensity)
        order by id, as_of""")


def auc(rows: pl.DataFrame, chance: str) -> tuple[float, float, float]:
    """The area under the ROC curve of a column of `chances` and its 95 % interval (J. Hanley and B. McNeil, 1982);
    NaN when one class is absent.
    """
    happened = rows["happened"].to_numpy()
    hits, others = int(happened.sum()), int((~happened).sum())
    if not hits or not others:
        return float("nan"), 0.0, 1.0
    sorted_rows = ranked(rows[chance].to_numpy(), happened, np.arange(len(rows)))
    area = weighted_measures(sorted_rows, np.ones(len(rows)))["auc"]
    spread = (hits - 1) * (area / (2 - area) - area**2) + (others - 1) * (2 * area**2 / (1 + area) - area**2)
    error = float(np.sqrt(max(area * (1 - area) + spread, 0.0) / (hits * others)))
    return area, max(area - Z95 * error, 0.0), min(area + Z95 * error, 1.0)


def told_apart(written: Written, unit: str) -> Fact:
    """How well the best possible model of what the export shows tells the outcomes apart."""
    rows = chances(written, unit)
    return Fact(
        f"AUC of the visible chance, {unit}",
        f"What the export shows of each {unit} tells outcomes apart with an AUC of {{value}} at best",
        "times",
        *auc(rows, "p_visible"),
        len(rows),
        (0.7, 0.9),
        "Below it there is little to learn, above it something has leaked.",
        "Meant for the shipped worlds",
    )


def reliability(rows: pl.DataFrame, chance: str) -> pl.DataFrame:
    """Columns promised (the mean chance), rows, hits (happened), share, low, high: ten classes of a column of
    `chances`, of about equal size.
    """
    classes = rows.sort(chance, "id", "as_of").with_columns(place=pl.int_range(pl.len()) * BINS // pl.len())
    counts = classes.group_by("place", maintain_order=True).agg(
        promised=pl.col(chance).mean(), rows=pl.len(), hits=pl.col("happened").sum()
    )
    return with_shares(counts.drop("place"))


def surprise(rows: pl.DataFrame, chance: str) -> float:
    """What happened less what was promised, in standard errors: those that the chances themselves say, or those of the
    rows of one unit taken together, whichever is larger (with few outcomes the second are too small).
    """
    left = pl.col("happened").cast(pl.Float64) - pl.col(chance)
    by_unit = rows.group_by("id", maintain_order=True).agg(left=left.sum())["left"].to_numpy()
    promised = rows[chance].to_numpy()
    variance = max(float((by_unit**2).sum()), float((promised * (1 - promised)).sum()), 1e-12)
    return float(by_unit.sum() / np.sqrt(variance))


def experiments(written: Written) -> pl.DataFrame:
    """Columns experiment, kind, level, treated, others, true_gain, seen_gain with its 95 % noise seen_low and
    seen_high: what a treatment adds to the chance to convert, and what comparing the two sides says. The noise is that
    of two shares about the mean of all leads.
    """
    return written.rows(f"""
        with base as (select avg(is_converted_soon::int) as share from ripe_lead),
        added as (
            select experiment, kind, level, sum(treated)::bigint as treated, sum(others)::bigint as others,
                sum(risk_difference * treated) / sum(treated) as true_gain,
                sum(observed_difference * treated) / sum(treated) as seen_gain
            from true_effects where treated > 0 and not isnan(risk_difference) and not isnan(observed_difference)
            group by all)
        select added.*, seen_gain - noise as seen_low, seen_gain + noise as seen_high from (
            select added.*, {Z95} * sqrt(share * (1 - share) * (1 / treated + 1 / greatest(others, 1))) as noise
            from added, base) as added
        order by kind desc, experiment, level <> 'all', level""")


def drifted(written: Written) -> pl.DataFrame:
    """Columns month, industry, chance, accounts: the mean true chance of accounts on the first of each month, by the
    industries that a drift moves; all others together. Empty in a world without a drift.
    """
    return written.rows("""
        with moved as (
            select distinct level as industry from true_drivers where driver = 'industry from the drift on')
        select as_of::date as month, coalesce(moved.industry, 'all others') as industry, avg(p_true) as chance,
            count(*) as accounts
        from true_propensity join account using (id) left join moved on moved.industry = account.industry
        where unit = 'account' and day(as_of) = 1 and hour(as_of) = 0 and account.industry is not null
            and (select count(*) from moved) > 0
        group by all having accounts >= 20 order by all""")


def copies(written: Written) -> pl.DataFrame:
    """Columns object, kind, records: records that were entered beside the first one of the same company or person; a
    lead and the contact that it became are no copies.
    """
    return written.rows("""
        select object, replace(kind, '_', ' ') as kind, count(*) as records from true_duplicates
        where kind not in ('first', 'lead', 'converted') group by all order by all""")


def refusals(written: Written) -> pl.DataFrame:
    """Columns reason, told (by the record itself, or only by another trace of the same person), records."""
    return written.rows("""
        select replace(reason, '_', ' ') as reason, count(*) as records,
            if(case reason when 'opted_out' then opted_out when 'do_not_call' then do_not_call else bounced end,
                'the record says so', 'only another trace does') as told
        from true_optouts join person_record on id = record_id group by all order by all""")


def leaks(written: Written) -> pl.DataFrame:
    """Columns object, column, kind, outcome (what came of the record), filled (share): columns that tell an outcome."""
    outcome = {
        "Account": "if(Type = 'Customer', 'customer', 'no customer')",
        "Lead": "if(IsConverted = '1', 'converted', 'not converted')",
        "Opportunity": "case when IsWon = '1' then 'won' when IsClosed = '1' then 'lost' else 'open' end",
    }
    found = written.rows('select object, "column", kind from true_leaks order by all').rows()
    parts = [
        written.rows(f"""
            select '{name}' as object, '{column}' as "column", '{kind}' as kind, {outcome[name]} as outcome,
                count({quoted_name(column)}) / count(*) as filled
            from (from {source(written.export, name)} where true {NEWEST}) group by all order by all""")
        for name, column, kind in found
        if name in outcome
    ]
    return pl.concat(parts) if parts else pl.DataFrame(schema=["object", "column", "kind", "outcome", "filled"])


def who_views(written: Written) -> pl.DataFrame:
    """Columns who, views: whose page views these truly are."""
    return written.rows("""
        select case when is_robot then 'robots' when is_machine then 'mail filters'
            when person_key is not null then 'people who are or become known' else 'strangers' end as who,
            count(*) as views
        from true_visits group by who order by views desc""")
