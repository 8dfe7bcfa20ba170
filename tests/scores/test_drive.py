"""What goes with the money that a unit brings: an account's first win, a lead's deal, a deal itself."""

from datetime import datetime

import duckdb
import polars as pl
import pytest

from models.spec import ModelSpec
from pipelines.scoring.drive import worth_of
from pipelines.warehouse import connect_scratch

WON = [("o1", "a1", 100, "EUR"), ("o2", "a2", 250, "EUR"), ("o3", "a3", 9_000, "JPY"), ("o4", "a4", 50, "EUR")]


@pytest.fixture
def company() -> duckdb.DuckDBPyConnection:
    """Four deals of new business, the last one lost, the third in another currency; each of a lead of its own."""
    con = connect_scratch()
    con.execute(
        "create table warehouse.core.opportunities (opportunity_id varchar, account_id varchar, reported_amount"
        " decimal(18, 2), reported_currency varchar, outcome varchar, is_new_business boolean, closed_at timestamp);"
        "create table warehouse.core.lead_conversions (lead_id varchar, opportunity_id varchar)"
    )
    for deal in WON:
        outcome = "lost" if deal[0] == "o4" else "won"
        con.execute("insert into warehouse.core.opportunities values (?, ?, ?, ?, ?, true, now())", [*deal, outcome])
        con.execute("insert into warehouse.core.lead_conversions values (?, ?)", [f"l{deal[0][1]}", deal[0]])
    return con


@pytest.mark.capability("M9")
@pytest.mark.parametrize(("unit", "letter"), [("account", "a"), ("lead", "l"), ("opportunity", "o")])
def test_every_unit_is_held_against_the_money_that_it_brought_in_one_currency(
    company: duckdb.DuckDBPyConnection, unit: str, letter: str
) -> None:
    spec = ModelSpec("model", "model", unit, f"{unit}_id", "won", 180, 7)
    moment = datetime(2024, 1, 1)
    units = pl.DataFrame(
        {f"{unit}_id": [f"{letter}{place}" for place in range(1, 6)], "amount": 1.0, "outcome_at": moment, "stage": "x"}
    )
    worth, currency = worth_of(company, units, spec)
    assert worth.select(f"{unit}_id", "worth").rows() == [(f"{letter}1", 100.0), (f"{letter}2", 250.0)]
    assert currency == "EUR"
    assert ("amount" in worth.columns) == (unit != "opportunity")  # a deal's amount then tells nothing of it now
    assert "outcome_at" not in worth.columns
