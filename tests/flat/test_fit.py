"""`growth fit` from the file to its answer: verdicts, suspects, ranked rows, exit codes, what is written and how."""

import csv
import io
import json
import stat
from contextlib import redirect_stderr, redirect_stdout
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import polars as pl
import pytest

from pipelines.cli.main import exit_code
from tests.flat.flat_tables import table, written

KEYS = {
    "verdict", "advice", "positive", "auc", "auc_interval", "average_precision", "log_loss", "ece", "ece_expected",
    "detectable_auc", "lift_at_10pct", "split", "suspects", "notes", "winner", "contestants", "n_train", "n_test",
    "n_positive", "n_negative", "scores", "report",
}  # fmt: skip

HALF = ("--time", "Created", "--test-share", "0.5")
"""A test that is large enough to tell a signal from chance, at the price of one contest."""


def growth(*arguments: object) -> tuple[int, str, str]:
    """Exit code, what is printed, what is said beside it."""
    out, beside = io.StringIO(), io.StringIO()
    with patch("sys.argv", ["growth", *map(str, arguments)]), redirect_stdout(out), redirect_stderr(beside):
        code = exit_code()
    return code, out.getvalue(), beside.getvalue()


def fit(path: Path, out: Path, *more: object) -> tuple[int, dict[str, Any]]:
    """Exit code and facts."""
    code, told, beside = growth("fit", path, "--label", "Won", "--id", "Id", "--out", out, "--json", *more)
    assert code in (0, 1), beside
    return code, json.loads(told)


def rows_of(facts: dict[str, Any]) -> list[dict[str, str]]:
    with Path(str(facts["scores"])).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.capability("M12")
def test_a_table_is_audited_fitted_and_ranked(tmp_path: Path) -> None:
    frame = table(400).with_columns(Id=pl.col("Id").str.replace("^L", "=L"))
    path = written(tmp_path, frame)
    newer = table(40, seed=2).drop("Won", "Noise").with_columns(pl.lit("Cold call").alias("Lead Source"))
    second = written(tmp_path, newer.with_columns(Noise=pl.lit("none of your numbers")), "newer.csv")
    code, facts = fit(path, tmp_path / "out", *HALF)
    assert (code, facts["verdict"], set(facts)) == (0, "usable", KEYS)
    assert facts["split"] == "last 50% by Created"
    assert (facts["n_train"], facts["n_test"]) == (200, 200)
    rows = rows_of(facts)
    assert list(rows[0]) == ["id", "probability", "probability_low", "probability_high", "rank", "reasons"]
    assert sorted(row["id"] for row in rows) == sorted(f"'{one}" for one in frame["Id"])
    chances = [float(row["probability"]) for row in rows]
    assert chances == sorted(chances, reverse=True)
    assert all(float(row["probability_low"]) <= float(row["probability"]) <= float(row["probability_high"])
               for row in rows)  # fmt: skip
    assert "Visits" in rows[0]["reasons"]
    assert "but " in rows[-1]["reasons"]

    code, facts = fit(path, tmp_path / "out", *HALF, "--score", str(second), "--top", "7")
    assert code == 0
    assert len(rows_of(facts)) == 7, "of the other file, which has no label, a new source and an unreadable column"
    assert any("40 cells of Noise are not as in leads.csv" in note for note in facts["notes"])

    less = written(tmp_path, newer.drop("Visits"), "less.csv")
    code, _, beside = growth("fit", path, "--label", "Won", "--id", "Id", "--score", less)
    assert code == 1
    assert "less.csv has no column 'Visits'" in beside


@pytest.mark.capability("M8")
def test_too_few_outcomes_are_told_with_what_they_could_have_shown(tmp_path: Path) -> None:
    frame = table(200).with_columns(
        Won=pl.when(pl.int_range(pl.len()) < 39).then(pl.lit("Yes")).otherwise(pl.lit("No"))
    )
    code, facts = fit(written(tmp_path, frame), tmp_path / "out")
    assert (code, facts["verdict"], set(facts)) == (1, "not_enough_data", KEYS)
    unknown = ("auc", "auc_interval", "log_loss", "ece", "split", "winner", "n_train", "n_test", "scores")
    assert [facts[name] for name in unknown] == [None] * len(unknown)
    assert (facts["n_positive"], facts["n_negative"]) == (39, 161)
    assert 0.6 < float(str(facts["detectable_auc"])) < 0.8
    assert not (tmp_path / "out" / "scores.csv").exists()


@pytest.mark.capability("M8")
def test_an_outcome_that_nothing_tells_has_no_usable_signal(tmp_path: Path) -> None:
    frame = table(300, signal=0.0)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "scores.csv").write_text("of an earlier fit", encoding="utf-8")
    code, facts = fit(written(tmp_path, frame), tmp_path / "out", *HALF)
    assert (code, facts["verdict"], facts["scores"]) == (1, "no_usable_signal", None)
    assert "are needed" in str(facts["advice"])
    assert not (tmp_path / "out" / "scores.csv").exists()


@pytest.mark.capability("M5")
def test_a_column_that_knows_the_outcome_stops_until_a_person_allows_it(tmp_path: Path) -> None:
    stage = pl.when(pl.col("Won") == "Yes").then(pl.lit("<b>Signed</b>")).when(pl.int_range(pl.len()) % 2 == 0)
    frame = table(400).with_columns(Stage=stage.then(pl.lit("Open")))
    path = written(tmp_path, frame)
    code, facts = fit(path, tmp_path / "out", *HALF)
    assert (code, facts["verdict"], facts["scores"]) == (1, "suspected_leakage", None)
    suspects = facts["suspects"]
    assert [(one["column"], one["probe"]) for one in suspects] == [("Stage", "single_column_power")]
    assert set(suspects[0]) == {"column", "probe", "evidence"}
    assert any(str(note).startswith("without Stage the AUC is 0.") for note in facts["notes"])

    code, facts = fit(path, tmp_path / "out", *HALF, "--allow", "Stage")
    assert (code, facts["verdict"], facts["suspects"]) == (0, "usable", [])
    assert "Stage is learned from because a person allowed it (--allow)" in facts["notes"]
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "Stage is learned from because a person allowed it (--allow)" in page
    assert "<b>Signed" not in page
    assert "&lt;b&gt;Signed" in page


class Links(HTMLParser):
    """The addresses that a page names."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "iframe", "object"):
            self.found.append(tag)
        self.found += [value or "" for name, value in attrs if name in ("src", "href") and (value or "#")[0] not in "#"]


@pytest.mark.capability("M12")
def test_what_is_written_is_private_and_asks_for_nothing_from_elsewhere(tmp_path: Path) -> None:
    random = np.random.default_rng(4)
    frame = table(400).with_columns(
        pl.Series("<script>alert(1)</script>", random.normal(size=400)), Secret=pl.lit("whisper")
    )
    fit(written(tmp_path, frame, "<img src=x>.csv"), tmp_path / "out", *HALF)
    for path in (tmp_path / "out").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.name
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    links = Links()
    links.feed(page)
    assert [one for one in links.found if not one.startswith("data:")] == []
    assert "<script" not in page
    assert "<img" not in page
    assert "whisper" not in page


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["missing.csv", "--label", "Won", "--id", "Id"], 1, "There is no file missing.csv."),
        (["leads.csv", "--id", "Id"], 2, "Missing option '--label'"),
        (["leads.csv", "--label", "Won", "--id", "Id", "--test-share", "0.9"], 2, "0.9 is not in the range"),
        (["leads.csv", "--label", "Won", "--id", "Id", "--top", "0"], 2, "0 is not in the range"),
        (["leads.csv", "--label", "Won", "--id", "Id", "--known-at", "no.yaml"], 1, "no.yaml cannot be read"),
    ],
)
@pytest.mark.capability("M12")
def test_what_cannot_be_done_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], code: int, sentence: str
) -> None:
    monkeypatch.chdir(tmp_path)
    written(tmp_path, table(60))
    found, told, beside = growth("fit", *arguments)
    assert found == code
    assert sentence in beside
    assert "Traceback" not in told + beside
