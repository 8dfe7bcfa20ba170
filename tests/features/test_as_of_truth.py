"""What a model learns of a past day is what a home that holds only that day's extracts would have scored.

A simulated company is exported at a past day, and later again: titles, industries, sizes, stages and owners changed,
records were merged, deleted and converted. Only the rows of the same units are compared.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines.custom_columns import write_custom_columns
from pipelines.demo import write, write_company
from pipelines.demo.draw import DAY, Span
from pipelines.demo.moments import Moment, day_before
from pipelines.intake import load_extracts
from pipelines.intake.history.as_of import rewind
from pipelines.warehouse import connect_scratch
from tests.features.company import Company, incoming_contracts, place_of, tables_from_sql

NOW, DAYS_BEFORE = datetime(2026, 7, 1), 120
THEN = NOW - timedelta(days=DAYS_BEFORE)
UNITS = {"lead_conversion": "lead", "account_fit": "account"}
OBJECTS = {
    "Account", "Contact", "Lead", "Opportunity", "LeadHistory", "AccountHistory", "OpportunityHistory", "Task", "Event",
    "Campaign", "CampaignMember", "CurrencyType", "DatedConversionRate", "User", "web_visit", "form_fill",
    "email_event", "firmographic",
}  # fmt: skip
POINTS = {"features.engagement_points": "person_id", "features.fit_points": "unit, unit_id"}
RESTLESS = """
extends: saas
accounts: 80
exports:
  changes: {industry_corrected: 0.6, employees_updated: 0.7, promoted: 0.7, moved: 0.5}
"""


def extracts(folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """Everything as of the past day, and in another folder what changed until now."""

    def moments(span: Span, _: int) -> list[Moment]:
        then = span.end - DAYS_BEFORE * DAY
        return [Moment(day_before(then), None, then), Moment(day_before(span.end), then, span.end)]

    monkeypatch.setattr(write, "plan_moments", moments)
    (folder / "restless.yaml").write_text(RESTLESS, encoding="utf-8")
    write_company(folder / "all", None, 11, date(2026, 6, 30), world=folder / "restless.yaml", increments=1)
    for file in (folder / "all").glob("*/*"):
        if file.name.split(".")[0].rstrip("_0123456789") not in OBJECTS:
            file.unlink()
    first, second = sorted((folder / "all").iterdir())
    return first, second


class Home:
    """The tables of one home: extracts in, features out, looked at from a moment."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.company = Company(connection)
        self.contracts = [one for one in incoming_contracts() if one.object in OBJECTS]

    def take(self, folder: Path) -> None:
        load_extracts(self.company.connection, folder, self.contracts, folder.name)
        self.company.given |= {contract.table for contract in self.contracts}

    def features(self, moment: datetime, units: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
        """The features of these units (all to score, where none are given) at `THEN`, and the points as of `moment`."""
        company, connection = self.company, self.company.connection
        company.at(moment)
        company.given -= {f"spine.{model}" for model in UNITS}
        company.stale = set(tables_from_sql())  # the files changed, or what they were then is looked at
        found = {}
        for model in UNITS:
            company.rows(f"spine.{model}", "1")
            chosen = units.get(model)
            if chosen is None:
                chosen = connection.sql(f"select * from spine.{model} where purpose = 'score'").pl()
            landmarks = chosen.with_columns(purpose=pl.lit("train"), label=False, weight=pl.lit(1.0))
            company.give(f"spine.{model}")
            connection.register("given_landmarks", landmarks)
            connection.execute(f"insert into {place_of(f'spine.{model}')} by name from given_landmarks")
            connection.unregister("given_landmarks")
            company.rows(f"features.{model}", "1")
        write_custom_columns(connection, self.contracts, UNITS, moment)
        for model, unit in UNITS.items():
            for name in (f"features.{model}", f"features.{model}_custom"):
                found[name] = connection.sql(f"select * from {name} order by {unit}_id").pl()
        for name, key in POINTS.items():
            company.rows(name, "1")
            found[name] = connection.sql(f"select * from {name} order by {key}").pl()
        return found


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, dict[str, pl.DataFrame]]]:
    """`then`: only the files of the past day; `later`: all files, the same landmarks; `asked`: all files, `--as-of`."""
    with connect_scratch(threads=1) as connection, pytest.MonkeyPatch.context() as patch:
        first, second = extracts(tmp_path_factory.mktemp("restless"), patch)
        home = Home(connection)
        home.take(first)
        then = home.features(THEN, {})
        units = {
            model: then[f"features.{model}"].select(f"{unit}_id", "as_of", "group_id") for model, unit in UNITS.items()
        }
        home.take(second)
        later = home.features(NOW, units)
        rewind(connection, home.contracts, THEN)
        asked = home.features(THEN, units)
        yield {"then": then, "later": later, "asked": asked}


def differences(then: pl.DataFrame, now: pl.DataFrame, key: list[str]) -> dict[str, list[tuple[object, ...]]]:
    """Column -> the rows, by key, in which the two tables say something else about the same unit."""
    both = then.join(now, on=key, how="inner", suffix=" now")
    names = [name for name in then.columns if name not in key]
    found = {name: both.filter(pl.col(name).ne_missing(pl.col(f"{name} now"))) for name in names}
    return {name: rows.select(*key, name, f"{name} now").rows() for name, rows in found.items() if rows.height}


@pytest.mark.capability("M4")
@pytest.mark.parametrize("model", UNITS)
def test_features_of_a_past_day_are_those_of_a_home_that_holds_that_days_extracts_alone(
    homes: dict[str, dict[str, pl.DataFrame]], model: str
) -> None:
    for name in (f"features.{model}", f"features.{model}_custom"):
        then, later, asked = (homes[home][name] for home in ("then", "later", "asked"))
        key = [f"{UNITS[model]}_id", "as_of"]
        assert then.height >= 10
        known_later = {"label", "weight", "outcome_at", "is_worked"}
        shared = [column for column in then.columns if column in {*later.columns} & {*asked.columns} - known_later]
        assert len(shared) >= 5  # which of a company's own columns teach something is judged by all records there are
        assert differences(then.select(shared), later.select(shared), key) == {}
        assert differences(then.select(shared), asked.select(shared), key) == {}
        assert then.join(asked, on=key, how="anti").height == 0


@pytest.mark.capability("M4")
@pytest.mark.parametrize(("name", "key"), POINTS.items())
def test_points_as_of_a_past_day_are_those_of_a_home_that_holds_that_days_extracts_alone(
    homes: dict[str, dict[str, pl.DataFrame]], name: str, key: str
) -> None:
    then, asked = homes["then"][name], homes["asked"][name]
    assert then.height >= 40
    assert then.rows() == asked.rows(), differences(then, asked, key.split(", "))
