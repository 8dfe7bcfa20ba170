"""`growth contract`: what it proposes validates, loads its own file, and lets nothing of a hostile header in."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from pipelines.cli.contract import contract
from pipelines.contracts import Contract, load_contracts
from pipelines.engine import CONTRACTS, SQL
from pipelines.errors import GrowthError
from pipelines.intake import load_extracts
from pipelines.proposal.profile import cells_of, profile
from pipelines.tables.build import build_table, check_key_unique
from pipelines.tables.tree import read_tables
from pipelines.warehouse import connect_scratch
from tests.proposal.proposing import proposed

FAIR = """\
Badge No,First Name,Surname,E-Mail,Company,Registered At,Unsubscribed,Zip,Score,Visits
0017,Ann,Lee,ann.lee@acme.example,Acme,31.03.2026 09:15,no,01099,1.50,3
0018,Bo,Ek,bo@borg.example,Borg,12.03.2026 10:02,yes,02135,2.25,4
"""


@pytest.fixture(scope="module")
def contracts() -> list[Contract]:
    return load_contracts(CONTRACTS)


@pytest.mark.capability("E3")
def test_a_list_of_ones_own_becomes_leads_and_nothing_is_overwritten(tmp_path: Path) -> None:
    extracts = tmp_path / "extracts"
    extracts.mkdir()
    (extracts / "fair_leads_1.csv").write_text(FAIR, encoding="utf-8")
    command = [str(extracts / "fair_leads_1.csv"), "--home", str(tmp_path)]
    done = CliRunner().invoke(contract, command, catch_exceptions=False)
    assert "E-Mail -> email" in done.output
    with pytest.raises(GrowthError, match=r"fair_leads\.odcs\.yaml is there already and describes fair_leads_1\.csv"):
        CliRunner().invoke(contract, command, catch_exceptions=False)
    own = next(one for one in load_contracts(CONTRACTS, tmp_path / "contracts") if one.object == "fair_leads")
    kinds = {one.name: one.physical_type for one in own.columns}
    assert kinds == {
        "Badge No": "varchar", "First Name": "varchar", "Surname": "varchar", "E-Mail": "varchar",
        "Company": "varchar", "Registered At": "timestamp", "Unsubscribed": "boolean", "Zip": "varchar",
        "Score": "decimal(18,2)", "Visits": "bigint",
    }  # fmt: skip
    assert [one.name for one in own.columns if one.refusal] == ["Unsubscribed"]
    with connect_scratch() as connection:
        load_extracts(connection, extracts, [own], "load-1")
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


@pytest.mark.parametrize(
    "header",
    [
        '"id","""; drop table raw.lead; --","e-mail"',
        '"id","line\nbreak","email"',
        "id,\N{ROCKET},email",
        "id,!!python/object:os.system,email",
    ],
)
def test_a_hostile_header_is_a_name_and_nothing_more(tmp_path: Path, header: str, contracts: list[Contract]) -> None:
    found = proposed(tmp_path, "list.csv", f"{header}\n1,x,a@b.example\n2,y,c@d.example\n", contracts)
    assert [row["lead_id"] for row in found.rows] == ["list:1", "list:2"]


def test_more_columns_than_anybody_reads_are_left_as_text(tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    path.write_text(",".join(f"c{i}" for i in range(1000)) + "\n" + ",".join(str(i) for i in range(1000)) + "\n")
    with cells_of(path) as (connection, incoming):
        seen = profile(connection, incoming, path)
    assert (len(seen.columns), len(seen.left_out)) == (400, 600)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("list.csv", "name,email\nAnn,a@b.example\nAnn,c@d.example\nAnn,a@b.example\nBo,a@b.example\n",
         "no two or three together.*Nearest comes email: in 1 row"),
        ("list.csv", "a@b.example,Ann\nc@d.example,Bo\n", r"line 1: found 'a@b.example'.*looks like a record"),
        ("list.csv", "a,b\n", "holds no row to learn from"),
        ("list.csv", "", "list.csv is empty"),
        ("list.json", '{"a": 1,\n"b":', "holds no record that can be read"),
        ("list.csv", "id,Name,name\n1,a,b\n", "names the column 'name' twice"),
        ("book.xlsx", "PK\x03\x04", "a zip archive or a workbook; unpack it or save its sheet as CSV"),
    ],
)  # fmt: skip
def test_a_file_that_gives_no_contract_says_why_in_one_sentence(
    tmp_path: Path, name: str, text: str, words: str, contracts: list[Contract]
) -> None:
    with pytest.raises(GrowthError, match=words):
        proposed(tmp_path, name, text, contracts)
