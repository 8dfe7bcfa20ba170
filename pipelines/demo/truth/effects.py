"""The truth table `effects`: what each experiment and each chosen campaign really did, beside what a comparison of its
two sides would say.
"""

import numpy as np
import polars as pl

from pipelines.demo.company import Company
from pipelines.demo.draw import DAY, Bools, Floats, Ints, generator
from pipelines.demo.experiments import OUT, TREATED, during, effects_of, level_names, levels_of
from pipelines.demo.truth.clocks import lead_clocks
from pipelines.demo.truth.lead_chance import LeadRows, possible_delays, untouched, willingness
from pipelines.demo.truth.propensity import rules_of


def effects(company: Company) -> pl.DataFrame:
    """A row per cell, experiment and level of the column it works by ('all' first): name, kind, unit, by, level, the
    leads treated and not treated, effect_log_odds (the mean over those treated), risk_difference (what the
    treatment adds, on average over those treated, to the chance to convert within the horizon of the lead's creation),
    and observed_difference (converted share of the treated less that of the others: of the control where it was
    randomised, else of all other leads of those days).
    """
    rules, leads, world = rules_of("lead_conversion"), company.leads, company.world
    horizon = float(rules.horizon_days)
    clocks = lead_clocks(world.leads, horizon, generator(0, "lead clocks"))
    delays = possible_delays(company)
    levels = levels_of(company.firms, company.people, leads.firm, leads.person, leads.source)
    converted = leads.converted_at <= leads.created_at + rules.horizon_days * DAY
    matured = leads.created_at + rules.horizon_days * DAY <= company.span.end
    rows = []
    for number, made in enumerate(world.experiments):
        effect = effects_of(world, made, levels, len(leads))
        treated = leads.arm[:, number] == TREATED
        others = during(made, leads.created_at, company.span) & ~treated
        if made.kind == "randomised":
            others &= leads.arm[:, number] != OUT
        who = np.flatnonzero(treated)
        plain = willingness(company, who) - effect[who]
        asked = LeadRows(who, leads.created_at[who])
        gain = untouched(company, clocks, delays, asked, plain + effect[who], horizon=horizon)
        gain = gain - untouched(company, clocks, delays, asked, plain, horizon=horizon)
        added = np.zeros(len(leads))
        added[who] = gain
        for level, member in members(company, made.by, levels):
            rows.append(
                {
                    "cell": company.cell,
                    "experiment": made.name,
                    "kind": made.kind,
                    "unit": "lead",
                    "by": made.by,
                    "level": level,
                    "horizon_days": rules.horizon_days,
                    "treated": int((treated & member).sum()),
                    "others": int((others & member).sum()),
                    "effect_log_odds": mean(effect, treated & member),
                    "risk_difference": mean(added, treated & member),
                    "observed_difference": mean(converted, treated & member & matured)
                    - mean(converted, others & member & matured),
                }
            )
    return pl.DataFrame(rows, schema=SCHEMA)


SCHEMA = {
    "cell": pl.Int64,
    "experiment": pl.String,
    "kind": pl.String,
    "unit": pl.String,
    "by": pl.String,
    "level": pl.String,
    "horizon_days": pl.Int64,
    "treated": pl.Int64,
    "others": pl.Int64,
    "effect_log_odds": pl.Float64,
    "risk_difference": pl.Float64,
    "observed_difference": pl.Float64,
}


def members(company: Company, by: str | None, levels: dict[str, Ints]) -> list[tuple[str, Bools]]:
    """All leads, and those of each level of the column an experiment works by."""
    groups = [("all", np.ones(len(company.leads), dtype=np.bool_))]
    if by is not None:
        groups += [(name, levels[by] == place) for place, name in enumerate(level_names(company.world, by))]
    return groups


def mean(values: Floats | Bools, chosen: Bools) -> float:
    """The mean of the chosen, not a number where there is none."""
    return float(values[chosen].mean()) if chosen.any() else float("nan")
