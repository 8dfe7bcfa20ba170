"""What the path of a file tells: when it was extracted, and which object it is for."""

from datetime import datetime
from pathlib import Path

import pytest

from pipelines.intake.forms.extract_time import path_moment
from pipelines.intake.forms.files import ExtractFile


@pytest.mark.capability("E7")
@pytest.mark.parametrize(
    ("path", "moment"),
    [
        ("2026-11-21/Account.csv", "2026-11-21T00:00:00"),
        ("Account_20261121T0300.csv", "2026-11-21T03:00:00"),
        ("2026-11-20/Account_2026-11-21T03:04:05Z.csv.gz", "2026-11-21T03:04:05"),
        ("2026-11-21_03-00-00/Account.csv", "2026-11-21T03:00:00"),
        ("year=2026/month=1/day=7/hour=5/Account.parquet", "2026-01-07T05:00:00"),
        ("2026/11/21/Account.csv", "2026-11-21T00:00:00"),
        ("Account_2026-11-21_12.csv", "2026-11-21T00:00:00"),  # 12 is the number of a part
    ],
)
def test_a_date_in_the_path_is_when_the_file_was_extracted(path: str, moment: str) -> None:
    assert path_moment(path) == datetime.fromisoformat(moment)


@pytest.mark.parametrize(
    "path", ["Account.csv", "Account_12.csv", "WE_00D20261399000.csv", "Account_2026-04-31.csv", "a20261121b/x.csv"]
)
def test_digits_that_are_no_date_tell_nothing(path: str) -> None:
    assert path_moment(path) is None


@pytest.mark.capability("E1")
@pytest.mark.parametrize(
    "name",
    [
        "Account.csv", "Account.csv.gz", "2026-11-21/Account.parquet", "Account-20261121T0300.csv.gz",
        "Account_20261121_030000.csv", "Account 2026-11-21.csv", "Account.2026-11-21.csv.zst", "Account (1).csv",
        "Account_2026-11-21 (2).csv",
    ],
)  # fmt: skip
def test_neither_the_moment_nor_the_mark_of_a_copy_hides_whose_a_file_is(name: str) -> None:
    assert ExtractFile(name, Path(name), "", 0, "none").stem == "Account"


@pytest.mark.parametrize(
    ("name", "stem"), [("Account_2.csv", "Account_2"), ("20261121.csv", "20261121"), ("Q3 (draft).csv", "Q3 (draft)")]
)
def test_what_is_no_moment_stays_part_of_the_name(name: str, stem: str) -> None:
    assert ExtractFile(name, Path(name), "", 0, "none").stem == stem
