"""Quarantine as a workshop on the command line: what people read, take away, mend and bring back."""

import csv
import json
import shutil
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from pipelines.cli.main import exit_code
from pipelines.home import Home
from pipelines.intake import balance_problems, load_extracts
from pipelines.warehouse import connect
from tests.intake.loading import FEW_CONTRACTS, STAMP, record_id, write_export

HEADER = "Id,Status,LastName,Phone,NumberOfEmployees,OwnerId,CreatedDate,SystemModstamp"
ADA = record_id("005", 1)
USERS = f"Id,Name,IsActive,CreatedDate,SystemModstamp\n{ADA},Ada Lovelace,true,{STAMP},{STAMP}\n"
Growth = Callable[..., tuple[int, str, str]]


def lead(number: int, employees: str = "5", name: str = "Lee", owner: str = ADA) -> str:
    return f"{record_id('00Q', number)},Open,{name},+49 30,{employees},{owner},{STAMP},{STAMP}"


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four leads were refused, two of them in the very same words; and a deal."""
    root = tmp_path_factory.mktemp("company")
    home = Home(root)
    home.create()
    leads = [
        lead(1),
        lead(2, "many"),
        lead(3, "-ten", '"=1+1\nGmbH"'),
        lead(2, "many"),
        "00Q,cut",
        *map(lead, range(4, 12)),
    ]
    deal = (
        f"Id,Name,StageName,CloseDate,CreatedDate,SystemModstamp\n{record_id('006', 1)},D,Won,31.3.24,{STAMP},{STAMP}\n"
    )
    deal += deal.splitlines()[1].replace("31.3.24", "2024-03-31").replace("1AAA", "2AAA") + "\n"
    files = {"Lead": "\n".join([HEADER, *leads]) + "\n", "User": USERS, "Opportunity": deal}
    with connect(home) as connection:
        folder = write_export(home.extracts, **files)
        load_extracts(connection, folder, FEW_CONTRACTS, "load-1", now=datetime(2024, 3, 1))
    return root


@pytest.fixture
def growth(company: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Growth:
    """`growth quarantine ...` over the company: exit code, what it says, what it complains of."""

    def run(*arguments: str, home: Path = company) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["growth", "quarantine", *arguments, "--home", str(home)])
        code = exit_code()
        found = capsys.readouterr()
        return code, found.out, found.err

    return run


@pytest.mark.parametrize(
    ("by", "groups"),
    [
        ("file", [("Lead.csv", 4), ("Opportunity.csv", 1)]),
        ("owner", [("Ada Lovelace", 3), ("sales-operations", 2)]),
        ("rule", [("number_of_employees_type", 3), ("close_date_type", 1), ("record_structure", 1)]),
    ],
)
def test_refused_records_are_counted_by(growth: Growth, by: str, groups: list[tuple[str, int]]) -> None:
    code, told, _ = growth("--by", by, "--json")
    assert (code, [(one[by], one["records"]) for one in json.loads(told)]) == (0, groups)
    _, told, _ = growth("--by", by)
    assert "5 records in quarantine: 2 files, 3 rules, 2 owners, the oldest first seen 2024-03-01." in told


def test_a_record_is_shown_with_what_is_wrong_and_its_lines_of_the_extract(growth: Growth) -> None:
    code, told, _ = growth("show", "Lead.csv:5")
    assert code == 0
    assert "Lead.csv, line 4 to 5\nOwner: Ada Lovelace; first seen 2024-03-01 00:00 UTC" in told
    assert "  line 4, column NumberOfEmployees: found '-ten', expected a whole number like 250\n" in told
    assert "> NumberOfEmployees  -ten\n" in told
    assert '       4 | 00Q000000000003AAA,Open,"=1+1\n       5 | GmbH",+49 30,-ten,' in told


def test_what_is_taken_away_mended_and_brought_back_leaves_quarantine(
    growth: Growth, company: Path, tmp_path: Path
) -> None:
    home, path = tmp_path / "home", tmp_path / "leads.csv"
    shutil.copytree(company, home)
    code, told, _ = growth("export", "--object", "Lead", "--out", str(path), home=home)
    assert (code, told.splitlines()) == (0, [
        f"{path}: 3 records to mend",
        "1 more says the very same as another and leaves quarantine with it.",
    ])  # fmt: skip
    with path.open(encoding="utf-8-sig", newline="") as source:
        rows = list(csv.DictReader(source))
    assert [row["LastName"] for row in rows] == ["Lee", "'=1+1\nGmbH", ""]
    assert [row["Phone"] for row in rows] == ["'+49 30", "'+49 30", ""]
    assert [row["NumberOfEmployees"] for row in rows] == ["many", "'-ten", ""]
    assert rows[2]["quarantine_text"] == "00Q,cut"
    rows[0]["NumberOfEmployees"] = rows[1]["NumberOfEmployees"] = "10"
    write(path, rows)
    code, told, _ = growth("mend", str(path), home=home)
    assert code == 1
    assert told.startswith(
        "2 mended records of Lead taken.\n1 still breaks the contract and stays (the lines are those"
    )
    assert [one["line"] for one in json.loads(growth("--records", "--object", "Lead", "--json", home=home)[1])] == [7]
    with connect(Home(home)) as connection:
        loads = connection.execute("select distinct load_id from intake.ledger.balance").fetchall()
        assert [problem for (load_id,) in loads for problem in balance_problems(connection, load_id)] == []
        found = connection.execute(
            "select LastName, Phone, _line from raw.lead where NumberOfEmployees = 10 order by 3"
        )
        assert found.fetchall() == [("Lee", "+49 30", 3), ("=1+1\nGmbH", "+49 30", 4)]


def write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as sink:
        writer = csv.DictWriter(sink, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "mine.csv is empty; there is nothing to mend"),
        (b"\x00\x9f\x92 \n" * 9, "mine.csv, line 1: the header cannot be read: found a NUL byte."),
        (b"Id,Name\n1,2\n", "mine.csv has no column quarantine_id, by which a row is known (found: Id, Name)"),
        (b"quarantine_id,Id\nq1,2\n", "mine.csv, line 2: 'q1' is not in quarantine"),
        (b"quarantine_id,Id\n", "mine.csv holds a header and no rows"),
        (b"PK\x03\x04rest", "mine.csv is a workbook or an archive; save its sheet as CSV UTF-8"),
    ],
)
def test_a_file_that_mends_nothing_is_told_in_one_sentence(
    growth: Growth, tmp_path: Path, content: bytes, sentence: str
) -> None:
    path = tmp_path / "mine.csv"
    path.write_bytes(content)
    code, told, complaint = growth("mend", str(path))
    assert (code, told, complaint.count("\n")) == (1, "", 1)
    assert complaint.startswith(f"growth: {sentence}")


def test_values_that_are_still_wrong_are_named_with_the_lines_of_the_file_that_was_mended(
    growth: Growth, tmp_path: Path
) -> None:
    path = tmp_path / "deals.csv"
    growth("export", "--object", "Opportunity", "--out", str(path))
    path.write_text(path.read_text(encoding="utf-8-sig").replace(",31.3.24,", ",soon,"), encoding="utf-8")
    code, told, complaint = growth("mend", str(path))
    assert (code, complaint) == (1, "")
    assert told.startswith("1 still breaks the contract and stays (the lines are those of deals.csv):\n")
    assert "line 2, column CloseDate: found 'soon', expected a date like 2024-01-31" in told
