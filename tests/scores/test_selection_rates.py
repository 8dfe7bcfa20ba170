"""The lists as they stand, by the columns of the records behind them that tell who somebody is."""

from pathlib import Path

import pytest

from pipelines.disparity import write_selection_rates
from pipelines.home import Home
from pipelines.scoring.kept import create_kept_tables
from pipelines.warehouse import connect_scratch
from tests.intake.loading import FEW_CONTRACTS, STAMP, load, record_id, write_export

LISTED = 200


@pytest.mark.capability("M5")
def test_every_column_that_tells_who_somebody_is_stands_with_its_shares_and_who_let_it_in(tmp_path: Path) -> None:
    """Every second lead is a Ms.; a fifth of them are handed on, and seven tenths of the others."""
    rows = [
        f"{record_id('00Q', number)},Open,{STAMP},{STAMP},{('Mr.', 'Ms.')[number % 2]},"
        f"{'60+' if number < 5 else '30-39'},P{number}"
        for number in range(LISTED)
    ]
    head = "Id,Status,CreatedDate,SystemModstamp,Salutation,Age_Group__c,First_Name__c"
    (tmp_path / "extracts" / "2024-02-01").mkdir(parents=True)
    write_export(tmp_path / "extracts" / "2024-02-01", Lead="\n".join([head, *rows]) + "\n")
    con = connect_scratch()
    load(con, tmp_path / "extracts")
    create_kept_tables(con)
    con.execute(
        "create table warehouse.config.as_of as select timestamp '2024-03-01' as as_of;"
        "create table warehouse.config.tiers (tier varchar, up_to_share double);"
        "insert into warehouse.config.tiers values ('A', 0.1), ('B', 0.3), ('C', 1.0);"
        "create table warehouse.config.judgement as select 'B' as flagged_to_tier;"
        "create table warehouse.config.allow_protected (column_name varchar, allowed_by varchar, why varchar);"
        "insert into warehouse.config.allow_protected values ('Lead.Age_Group__c', 'Kim', 'it is for people over 60');"
        "create table warehouse.scores.target_ranking (account_id varchar, tier varchar);"
        "create table warehouse.core.accounts (account_id varchar);"
    )
    people = [(f"p{number}", record_id("00Q", number)) for number in range(LISTED)]
    con.execute("create table warehouse.core.person_records (person_id varchar, record_id varchar)")
    con.executemany("insert into warehouse.core.person_records values (?, ?)", people)
    con.execute("create table warehouse.scores.queue_ranking (person_id varchar, tier varchar)")
    tiers = [
        "A" if place % 10 in (0, 2, 1) else "B" if place % 10 in (4, 6, 8) and place % 20 < 10 else "C"
        for place in range(LISTED)
    ]
    con.executemany(
        "insert into warehouse.scores.queue_ranking values (?, ?)", [(f"p{n}", tiers[n]) for n in range(LISTED)]
    )
    assert write_selection_rates(con, FEW_CONTRACTS, Home(tmp_path / "home")) == 5
    told = con.execute(
        "select column_name, level, n, selected, round(ratio, 2), verdict, allowed from meta.selection_rates"
        " order by column_name, selected desc"
    ).fetchall()
    assert told == [
        ("Lead.Age_Group__c", "30-39", 195, told[0][3], 1.0, "ok", "allowed by Kim: it is for people over 60"),
        ("Lead.Age_Group__c", "60+", 5, told[1][3], None, "too few", "allowed by Kim: it is for people over 60"),
        ("Lead.First_Name__c", None, LISTED, None, None, "not compared: nearly every value is another", None),
        ("Lead.Salutation", "Mr.", 100, 70, 1.0, "ok", None),
        ("Lead.Salutation", "Ms.", 100, 20, 0.29, "below four fifths of Mr.", None),
    ]
