"""`growth contract`: what it proposes validates, loads its own file, and lets nothing of a hostile header in."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from pipelines.cli.contract import contract
from pipelines.contracts import load_contracts
from pipelines.engine import CONTRACTS, SQL
from pipelines.errors import GrowthError
from pipelines.intake import load_extracts
from pipelines.proposal.profile import profile
from pipelines.tables.build import build_table, check_key_unique
from pipelines.tables.tree import read_tables
from pipelines.warehouse import connect_scratch

FAIR = """\
Badge No,First Name,Surname,E-Mail,Company,Registered At,Unsubscribed,Zip,Score,Visits
0017,Ann,Lee,ann.lee@acme.example,Acme,31.03.2026 09:15,no,01099,1.50,3
0018,Bo,Ek,bo@borg.example,Borg,12.03.2026 10:02,yes,02135,2.25,4
"""


def proposed(home: Path, name: str, text: str) -> str:
    """What the command says; the file lies in the home's extracts."""
    extracts = home / "extracts"
    extracts.mkdir(parents=True, exist_ok=True)
    (extracts / name).write_text(text, encoding="utf-8")
    done = CliRunner().invoke(contract, [str(extracts / name), "--home", str(home)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.capability("E3")
def test_a_list_of_ones_own_becomes_leads(tmp_path: Path) -> None:
    said = proposed(tmp_path, "fair_leads_1.csv", FAIR)
    assert "E-Mail -> email" in said
    contracts = [one for one in load_contracts(CONTRACTS, tmp_path / "contracts") if one.table.startswith("raw.")]
    own = next(one for one in contracts if one.object == "fair_leads")
    kinds = {one.name: one.physical_type for one in own.columns}
    assert kinds == {
        "Badge No": "varchar", "First Name": "varchar", "Surname": "varchar", "E-Mail": "varchar",
        "Company": "varchar", "Registered At": "timestamp", "Unsubscribed": "boolean", "Zip": "varchar",
        "Score": "decimal(18,2)", "Visits": "bigint",
    }  # fmt: skip
    assert [one.name for one in own.columns if one.refusal] == ["Unsubscribed"]
    with connect_scratch() as connection:
        load_extracts(connection, tmp_path / "extracts", [own], "load-1")
        tables = read_tables([SQL, tmp_path / "sql"], ["staging"])
        feeder = tables["staging.own_fair_leads"]
        build_table(connection, feeder)
        assert check_key_unique(connection, feeder) == 0
        assert feeder in tables["staging.leads"].feeders
        rows = connection.execute(
            "select lead_id, full_name, email_normal, has_opted_out_of_email, created_at::varchar from " + feeder.name
        ).fetchall()
    assert rows == [
        ("fair_leads:0017", "Ann Lee", "ann.lee@acme.example", False, "2026-03-31 09:15:00"),
        ("fair_leads:0018", "Bo Ek", "bo@borg.example", True, "2026-03-12 10:02:00"),
    ]


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    proposed(tmp_path, "fair.csv", FAIR)
    with pytest.raises(GrowthError, match=r"fair\.odcs\.yaml is there already"):
        proposed(tmp_path, "fair.csv", FAIR)


@pytest.mark.parametrize(
    "header",
    [
        '"id","""; drop table raw.lead; --","e-mail"',
        '"id","line\nbreak","email"',
        "id,\N{ROCKET},email",
        "id,!!python/object:os.system,email",
    ],
)
def test_a_hostile_header_is_a_name_and_nothing_more(tmp_path: Path, header: str) -> None:
    proposed(tmp_path, "list.csv", f"{header}\n1,x,a@b.example\n2,y,c@d.example\n")
    own = load_contracts(CONTRACTS, tmp_path / "contracts")[-1]
    with connect_scratch() as connection:
        load_extracts(connection, tmp_path / "extracts", [own], "load-1")
        build_table(connection, read_tables([SQL, tmp_path / "sql"], ["staging"])["staging.own_list"])
        assert connection.execute("select lead_id from staging.own_list").fetchall() == [("list:1",), ("list:2",)]


def test_more_columns_than_anybody_reads_are_left_as_text(tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    path.write_text(",".join(f"c{i}" for i in range(1000)) + "\n" + ",".join(str(i) for i in range(1000)) + "\n")
    seen = profile(path)
    assert (len(seen.columns), len(seen.left_out)) == (400, 600)


def test_rows_that_nothing_tells_apart_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(GrowthError, match="no column is filled and different in every row"):
        proposed(tmp_path, "list.csv", "name,email\nAnn,a@b.example\nAnn,a@b.example\n")
