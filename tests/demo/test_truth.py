"""The truth of a simulated company is true: chances come about, nothing that the export shows says more, and none of it
lies in the export.

Several small companies are simulated and every chance is held against what happened. Sums of `outcome - chance` are
compared with their own standard error, rows of one firm counting as one draw.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from pipelines.demo import write_company
from pipelines.demo.company import Company, simulate
from pipelines.demo.draw import DAY, NEVER, Bools, Floats, Ints, history_span, log_odds, logistic
from pipelines.demo.truth.propensity import of_accounts, of_deals, of_leads, rules_of
from pipelines.demo.truth.shown import Fetched, fetched
from pipelines.demo.world import World, read_world
from pipelines.errors import GrowthError
from tests.demo.conftest import UNTIL

STRONG = """
extends: saas
firms: {hidden_sd: 0.7}
people: {intent_sd: 1.3}
leads: {intent_effect: 0.7, select_intent: 0.6}
deals: {skill_sd: 0.4}
"""
PLAIN = """
extends: saas
firms: {hidden_sd: 0.0}
people: {intent_sd: 0.0}
leads: {pace_sd: 0.0}
deals: {skill_sd: 0.0}
"""
TOLD = """
extends: saas
firms: {hidden_sd: 0, missing_industry: 0, missing_employees: 0, outsider_share: 0.01, person_account_share: 0}
overlay:
  {coverage: 1, small_firm_penalty: 0, delay_days: 0.001, wrong_industry: 0, technology_recall: 1, employees_log_sd: 0}
people: {intent_sd: 0, free_mail: 0, missing_email: 0, missing_title: 0}
leads:
  pace_sd: 0
  firmographics_filled: 1
  delay_log_sd: 0.2
  sources:
    Website: {share: 0.5, effect: 0.8, worked: 0.9, delay_hours: 200, form: demo_request}
    List: {share: 0.5, effect: -0.8, worked: 0.5, delay_hours: 300, form: ''}
custom_columns: []
"""
WORLDS = {"saas": "extends: saas", "strong": STRONG, "plain": PLAIN}
SEEDS = {"saas": (2,), "strong": (1,), "plain": (1,)}
ACCOUNTS = 1500
LIMIT = 4.0  # standard errors
GROUPS = (0.2, 0.4, 0.6, 0.8, 0.95)  # borders, as shares of the rows


@dataclass(frozen=True)
class Rows:
    """Rows of the truth beside what happened; `cluster` is the firm and the company of each."""

    cluster: Ints
    place: Ints
    company: Ints
    at: Ints
    happened: Bools
    p_true: Floats
    p_visible: Floats


@dataclass(frozen=True)
class Made:
    """Companies of one world, and the rows of each unit."""

    companies: list[Company]
    rows: dict[str, Rows]


def made_in(file: Path, text: str) -> World:
    file.write_text(text, encoding="utf-8")
    return read_world(file)


def simulated(world: World, accounts: int, seed: int, until: date = UNTIL) -> Company:
    return simulate(world, accounts, seed, history_span(world.history, until), lambda _: None)


@pytest.fixture(scope="module", params=list(WORLDS))
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Made:
    world = made_in(tmp_path_factory.mktemp("worlds") / "world.yaml", WORLDS[request.param])
    companies = [simulated(world, ACCOUNTS, seed) for seed in SEEDS[request.param]]
    return Made(companies, {unit: pooled(unit, companies) for unit in UNITS})


def lead_outcome(company: Company, place: Ints) -> tuple[Ints, Ints]:
    return company.leads.firm[place], company.leads.converted_at[place]


def account_outcome(company: Company, place: Ints) -> tuple[Ints, Ints]:
    firm = company.records.accounts[place]
    return firm, company.first_won_at[firm]


def deal_outcome(company: Company, place: Ints) -> tuple[Ints, Ints]:
    deals = company.deals
    return deals.firm[place], np.where(deals.won[place], deals.closed_at[place], NEVER)


Outcome = Callable[[Company, Ints], tuple[Ints, Ints]]
UNITS: dict[str, tuple[Callable[[Company, Fetched], pl.DataFrame], Outcome]] = {
    "lead": (of_leads, lead_outcome),
    "account": (of_accounts, account_outcome),
    "opportunity": (of_deals, deal_outcome),
}


def pooled(unit: str, companies: list[Company]) -> Rows:
    """The rows of all companies whose horizon lies within the history."""
    table, outcome = UNITS[unit]
    parts = []
    for number, company in enumerate(companies):
        ids = {"lead": company.ids.lead, "account": company.ids.account, "opportunity": company.ids.opportunity}[unit]
        found = table(company, fetched(company)).join(
            pl.DataFrame({"id": ids}).with_row_index("place"), on="id", how="left"
        )
        place, at = found["place"].to_numpy().astype(np.int64), found["as_of"].dt.epoch("s").to_numpy()
        until = at + found["horizon_days"].to_numpy() * DAY
        firm, when = outcome(company, place)
        assert (when >= at).all(), "the outcome of a row is open"
        ripe = until <= company.span.end
        columns = (firm * len(companies) + number, place, np.full(len(at), number), at, when <= until)
        chances = (found["p_true"].to_numpy(), found["p_visible"].to_numpy())
        parts.append([column[ripe] for column in (*columns, *chances)])
    return Rows(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def errors(difference: Floats, cluster: Ints) -> float:
    """A sum in its standard errors, clusters being independent."""
    sums = np.bincount(np.unique(cluster, return_inverse=True)[1], weights=difference)
    return float(sums.sum() / max(np.sqrt((sums**2).sum()), 1e-9))


def area(happened: Bools, chance: Floats) -> float:
    """Area under the ROC curve by ranks (Mann and Whitney, 1947), ties counting half."""
    rank = pl.Series(chance).rank("average").to_numpy()
    hits = int(happened.sum())
    return float((rank[happened].sum() - hits * (hits + 1) / 2) / (hits * (len(rank) - hits)))


@pytest.mark.capability("M6")
@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("column", ["p_true", "p_visible"])
def test_a_chance_comes_about_as_often_as_it_says(made: Made, unit: str, column: str) -> None:
    rows = made.rows[unit]
    chance: Floats = getattr(rows, column)
    assert ((chance >= 0) & (chance <= 1)).all()
    group = np.searchsorted(np.quantile(chance, GROUPS), chance)
    for number in range(len(GROUPS) + 1):
        here = group == number
        if rows.happened[here].sum() + chance[here].sum() >= 20:
            off = errors((rows.happened - chance)[here], rows.cluster[here])
            assert abs(off) < LIMIT, (number, rows.happened[here].mean(), chance[here].mean())


@pytest.mark.parametrize("unit", UNITS)
def test_who_knows_everything_tells_no_worse_than_who_sees_the_export(made: Made, unit: str) -> None:
    rows = made.rows[unit]
    assert area(rows.happened, rows.p_true) > area(rows.happened, rows.p_visible) - 0.01
    assert area(rows.happened, rows.p_visible) > 0.6


def test_where_nothing_is_hidden_and_all_is_told_both_chances_of_a_new_lead_are_the_same(tmp_path: Path) -> None:
    company = simulated(made_in(tmp_path / "world.yaml", TOLD), 300, 3)
    rows = pooled("lead", [company])
    fresh = rows.at - company.leads.created_at[rows.place] < 2 * DAY
    assert fresh.sum() > 100
    assert np.abs(rows.p_true - rows.p_visible)[fresh].max() < 0.02
    assert rows.p_true[fresh].std() > 0.1


def slopes(rows: Rows, columns: list[Floats]) -> tuple[Floats, Floats]:
    """Coefficients and clustered standard errors of the columns in a logistic regression of the outcome with the
    logit of p_visible as offset (Newton's method; sandwich by firm, Liang and Zeger, 1986).
    """
    offset = log_odds(rows.p_visible)
    design = np.column_stack([np.ones(len(offset)), *columns])
    found = np.zeros(design.shape[1])
    for _ in range(12):
        chance = logistic(offset + design @ found)
        bread = (design * (chance * (1 - chance))[:, None]).T @ design
        found = found + np.linalg.solve(bread, design.T @ (rows.happened - chance))
    scores = design * (rows.happened - logistic(offset + design @ found))[:, None]
    group = np.unique(rows.cluster, return_inverse=True)[1]
    sums = np.column_stack([np.bincount(group, weights=column) for column in scores.T])
    inverse = np.linalg.inv(bread)
    return found[1:], np.sqrt(np.diag(inverse @ (sums.T @ sums) @ inverse))[1:]


def by_row(made: Made, rows: Rows, value: Callable[[Company, Ints], Floats | Ints]) -> Floats:
    """A standardised column of the rows, taken from each company."""
    column = np.zeros(len(rows.at))
    for number, company in enumerate(made.companies):
        here = rows.company == number
        column[here] = value(company, rows.place[here])
    return np.asarray((column - column.mean()) / max(column.std(), 1e-9), dtype=np.float64)


def told_size(company: Company, lead: Ints) -> Floats:
    return np.asarray(np.log(company.firms.employees[company.leads.firm[lead]]) * company.leads.filled[lead])


def told_fit(company: Company, lead: Ints) -> Floats:
    return np.asarray(company.firms.shown_fit[company.leads.firm[lead]] * company.leads.filled[lead])


def told_standing(company: Company, lead: Ints) -> Floats:
    person = company.leads.person[lead]
    return np.asarray(company.people.standing[person] * company.people.title.is_not_null().to_numpy()[person])


def is_source(number: int, company: Company, lead: Ints) -> Floats:
    return np.equal(company.leads.source[lead], number).astype(np.float64)


@pytest.mark.capability("M2")
def test_no_column_of_the_export_says_more_about_a_lead_than_its_visible_chance(made: Made) -> None:
    rows = made.rows["lead"]
    many = rows.p_visible > 0.01
    rows = Rows(*(getattr(rows, name)[many] for name in Rows.__dataclass_fields__))
    created = by_row(made, rows, lambda company, lead: company.leads.created_at[lead])
    columns = {
        "age": (rows.at - rows.at.mean()) / rows.at.std() - created,
        "created": created,
        "touches": by_row(made, rows, lambda company, lead: company.leads.touches[lead]),
        "employees": by_row(made, rows, told_size),
        "fit": by_row(made, rows, told_fit),
        "standing": by_row(made, rows, told_standing),
        **{
            f"source {number}": by_row(made, rows, partial(is_source, number))
            for number in range(1, len(made.companies[0].world.leads.sources))
        },
    }
    found, error = slopes(rows, list(columns.values()))
    told = {name: (slope, slope / one) for name, slope, one in zip(columns, found, error, strict=True)}
    assert {name: one for name, one in told.items() if abs(one[1]) > LIMIT and abs(one[0]) > 0.05} == {}


@pytest.mark.capability("M4")
def test_the_truth_of_leads_and_accounts_stands_at_the_landmarks_of_the_models() -> None:
    company = simulated(read_world("saas"), 200, 3)
    for table, model in ((of_leads, "lead_conversion"), (of_accounts, "account_fit")):
        rules, rows = rules_of(model), table(company, fetched(company))
        assert set(rows["horizon_days"]) == {rules.horizon_days}
        assert rows.select("id", "as_of").is_unique().all()
        later = rows.filter(pl.col("as_of") > pl.col("as_of").min().over("id"), pl.col("as_of").dt.day() != 1)
        days = later.select("id", (pl.col("as_of").dt.epoch("d") % rules.landmark_every_days).alias("day"))
        assert days.unique().height == days["id"].n_unique() > 100


def files(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


def test_the_truth_is_written_apart_or_not_at_all_and_leaves_the_export_as_it_is(tmp_path: Path) -> None:
    write_company(tmp_path / "without", 60, 2, UNTIL)
    write_company(tmp_path / "out", 60, 2, UNTIL, truth=tmp_path / "truth")
    write_company(tmp_path / "again", 60, 2, UNTIL, truth=tmp_path / "truth again")
    assert files(tmp_path / "without") == files(tmp_path / "out") == files(tmp_path / "again")
    assert files(tmp_path / "truth") == files(tmp_path / "truth again")
    told = {Path(name).stem for name in files(tmp_path / "truth")}
    assert {"propensity", "drivers", "effects", "duplicates", "visits", "leaks", "optouts", "states"} <= told
    assert not told & {Path(name).name.split(".")[0] for name in files(tmp_path / "out")}


@pytest.mark.parametrize(("out", "truth"), [("out", "out"), ("out", "out/truth"), ("truth/out", "truth")])
def test_truth_and_export_never_lie_in_one_another(tmp_path: Path, out: str, truth: str) -> None:
    with pytest.raises(GrowthError, match="must lie apart"):
        write_company(tmp_path / out, 60, 2, UNTIL, truth=tmp_path / truth)
    assert list(tmp_path.iterdir()) == []


def test_hidden_terms_do_not_move_the_visible_chance() -> None:
    company = simulated(read_world("saas"), 150, 3)
    shifted = replace(company, firms=replace(company.firms, fit=company.firms.fit + 1.0))
    overlay = fetched(company)
    before, after = of_leads(company, overlay), of_leads(shifted, overlay)
    assert before.height == after.height
    assert (before["p_visible"] == after["p_visible"]).all()
    more = (after["p_true"] - before["p_true"]).to_numpy()
    assert (more > -1e-9).mean() > 0.95
