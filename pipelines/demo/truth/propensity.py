"""The truth table `propensity`: for each unit and moment the chance of its label, given everything and given what the
export shows.

What belongs here: which units there are at which moments, and the table. How a chance is found is told in
lead_chance.py, account_chance.py and deal_chance.py.
"""

import numpy as np
import polars as pl

from pipelines.demo.company import Company
from pipelines.demo.deal_steps import forgotten_at
from pipelines.demo.deals import NEW
from pipelines.demo.draw import DAY, NEVER, Floats
from pipelines.demo.truth.account_chance import AccountRows, account_chances
from pipelines.demo.truth.deal_chance import DealRows, deal_chances
from pipelines.demo.truth.lead_chance import LeadRows, lead_chances
from pipelines.demo.truth.moments import Moments, moments
from pipelines.demo.truth.shown import Fetched, fetched
from pipelines.home import PROJECT_ROOT
from pipelines.playbook_schema import FILES, Label
from pipelines.playbook_tables import read_file


def propensity(company: Company) -> pl.DataFrame:
    """Columns unit (lead, account, opportunity), id, as_of (timestamp), horizon_days, p_true, p_visible; a row per unit
    and moment at which the outcome is open. Leads that are older than the migration are left out, since the export
    does not show when they came; so are accounts of persons, and opportunities of customers.
    """
    overlay = fetched(company)
    return pl.concat([of_leads(company, overlay), of_accounts(company, overlay), of_deals(company, overlay)])


def rules_of(model: str) -> Label:
    """What the shipped playbook says of a model's landmarks and horizon."""
    tables = read_file(PROJECT_ROOT / "pipelines" / "playbook" / "labels.yaml", FILES["labels"])
    return next(row for table in tables for row in table.rows if isinstance(row, Label) and row.model == model)


def of_leads(company: Company, overlay: Fetched) -> pl.DataFrame:
    rules, leads = rules_of("lead_conversion"), company.leads
    ids = company.ids.lead.head(len(leads))  # the rows that follow are copies
    oldest = leads.created_at + (rules.max_age_days or company.world.history.days) * DAY
    gone = np.minimum(company.kept.leads.deleted_at, company.kept.leads.vanished_at)[: len(leads)]
    ends = np.minimum(np.minimum(np.minimum(leads.converted_at, leads.disqualified_at), gone) - 1, oldest)
    begins = np.where(leads.created_at < company.span.migration, NEVER, leads.created_at)
    made = moments(ids, begins, ends, rules.landmark_every_days, company.span)
    chances = lead_chances(company, overlay, LeadRows(made.unit, made.at), float(rules.horizon_days))
    return table("lead", ids, made, rules.horizon_days, chances)


def of_accounts(company: Company, overlay: Fetched) -> pl.DataFrame:
    rules, firm = rules_of("account_fit"), company.records.accounts
    ids = company.ids.account.head(len(firm))  # the rows that follow are copies
    begins = np.where(company.firms.is_person[firm], NEVER, company.records.account_at[firm])
    made = moments(ids, begins, company.first_won_at[firm] - 1, rules.landmark_every_days, company.span)
    chances = account_chances(company, overlay, AccountRows(firm[made.unit], made.at), float(rules.horizon_days))
    return table("account", ids, made, rules.horizon_days, chances)


def of_deals(company: Company, overlay: Fetched) -> pl.DataFrame:
    rules, deals = rules_of("opportunity_win"), company.deals
    begins = np.where(deals.kind == NEW, deals.created_at + 1, NEVER)
    made = moments(
        company.ids.opportunity,
        begins,
        np.minimum(deals.closed_at, forgotten_at(company)) - 1,
        rules.landmark_every_days,
        company.span,
    )
    chances = deal_chances(company, overlay, DealRows(made.unit, made.at), float(rules.horizon_days))
    return table("opportunity", company.ids.opportunity, made, rules.horizon_days, chances)


def table(unit: str, ids: pl.Series, made: Moments, horizon_days: int, chances: tuple[Floats, Floats]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "id": ids.gather(made.unit),
            "as_of": pl.from_epoch(pl.Series(made.at, dtype=pl.Int64), time_unit="s").cast(pl.Datetime("us")),
            "p_true": chances[0],
            "p_visible": chances[1],
        }
    ).select(
        pl.lit(unit).alias("unit"), "id", "as_of", pl.lit(horizon_days).alias("horizon_days"), "p_true", "p_visible"
    )
