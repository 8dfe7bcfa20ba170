"""Who speaks after trainings and after the words of people, in a home with a register: records, pins, ways back."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner

from models.fitted import FittedModel
from models.not_enough import NotEnoughData
from pipelines.cli.main import cli
from pipelines.engine import Request
from pipelines.errors import GrowthError
from pipelines.fingerprint import fingerprint
from pipelines.home import PROJECT_ROOT, Home
from pipelines.playbook_tables import load_playbook, set_as_of
from pipelines.registered import find_version, versions
from pipelines.registry import champion_version, folder_of
from pipelines.releases import read_releases
from pipelines.scoring.chosen import Word, promote_by_hand, roll_back, unpin
from pipelines.scoring.learn import train_model
from pipelines.scoring.score import score_model
from pipelines.scoring.side_by_side import side_by_side
from pipelines.warehouse import connect
from tests.models.made import made, signals, signals_to_learn, trained
from tests.models.worlds import AS_OF

MODEL = "lead_conversion"
NOW = datetime(2026, 7, 1, 9)
WEAK, GOOD, ALIKE = made(0.2, name="weak"), made(1.0, name="good"), made(1.03, name="alike")


@dataclass
class Company:
    """A home whose trainings end as the test says."""

    home: Home
    connection: duckdb.DuckDBPyConnection
    patch: pytest.MonkeyPatch

    def train(self, outcome: FittedModel | NotEnoughData, force: bool = True) -> str:
        result = outcome if isinstance(outcome, NotEnoughData) else trained(outcome, signals())
        self.patch.setattr("models.training.train", lambda *_, **__: result)
        return train_model(self.connection, self.home, MODEL, force)

    def run(self) -> set[str]:
        """What a run does in which nothing is due: the versions that score."""
        self.patch.setattr("models.training.train", lambda *_, **__: pytest.fail("nothing was due"))
        train_model(self.connection, self.home, MODEL)
        score_model(self.connection, self.home, MODEL)
        return {version for (version,) in self.rows(f"select distinct model_version from scores.{MODEL}")}

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(query).fetchall()

    @property
    def champion(self) -> str | None:
        return champion_version(self.home, MODEL)

    def word(self, reason: str = "a test") -> Word:
        return Word(reason, NOW)

    @property
    def mark(self) -> str:
        return fingerprint(Request(self.home, self.home.extracts), {})


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """A company that learned twice: first a weak model, then a good one."""
    home = Home(tmp_path_factory.mktemp("company"))
    home.create()
    with pytest.MonkeyPatch.context() as patch, closing(connect(home)) as connection:
        load_playbook(connection, PROJECT_ROOT / "pipelines" / "playbook")
        set_as_of(connection, AS_OF)
        signals_to_learn(connection, MODEL)
        connection.execute(
            f"insert into warehouse.config.segment_features by name select '{MODEL}' as model, 'strength' as segment,"
            " 'signal' as feature, 'size_segments' as cut_by"
        )
        found = Company(home, connection, patch)
        assert "is the first champion" in found.train(WEAK)
        assert "better beyond noise" in found.train(GOOD)
        yield found


@pytest.fixture
def weak(company: Company) -> str:
    return version_by(company, "weak")


@pytest.fixture
def good(company: Company) -> str:
    return version_by(company, "good")


def version_by(company: Company, winner: str) -> str:
    return next(one.version for one in versions(company.home, MODEL) if one.params["winner"] == winner)


@pytest.mark.capability("M7")
def test_a_better_model_replaced_the_first_and_the_record_says_why(company: Company, weak: str, good: str) -> None:
    assert company.champion == good
    rows = company.rows(
        "select model_version, champion_before, champion, decision, fair_rows, log_loss_high < 0, auc_low > 0,"
        " tier_churn > 0, as_of from scores.model_releases order by number"
    )
    assert rows[:2] == [
        (weak, None, weak, "first", None, None, None, None, AS_OF),
        (good, weak, good, "better", 600, True, False, False, AS_OF),
    ]
    assert company.run() == {good}
    [(sentence,)] = company.rows("select sentence from scores.model_status")
    assert sentence.startswith("lead conversion: AUC 0.")
    assert f"; {good} replaces {weak}: better beyond noise (600 later rows, log loss -0." in sentence
    assert sentence.endswith("of the units to score stand in another tier with the one than with the other")


@pytest.mark.capability("M7")
def test_an_equal_model_changes_nothing_but_the_record(company: Company, good: str) -> None:
    sentence = company.train(ALIKE)
    assert company.champion == good
    assert "is not better beyond noise" in sentence
    assert company.run() == {good}
    assert company.rows("select distinct model_version from scores.model_health") == [(good,)]
    assert company.rows("select model_version from scores.model_status") == [(good,)]
    assert company.rows("select 1 from scores.model_health where slice like 'strength:%'")  # judged anew by segments
    before = company.rows("select count(*) from scores.model_releases")
    company.train(ALIKE)
    assert company.rows("select count(*) from scores.model_releases") == before  # the very same training


@pytest.mark.capability("M7")
def test_going_back_is_one_command_that_the_next_run_scores_with_and_trainings_leave_alone(
    company: Company, weak: str, good: str
) -> None:
    mark = company.mark
    release = roll_back(company.connection, company.home, MODEL, company.word("too many students"))
    assert (release.champion, release.champion_before, release.decided_at) == (weak, good, "2026-07-01 09:00:00.000000")
    assert release.decided_by
    assert company.champion == weak
    assert company.mark != mark  # though no file changed, there is something to do
    assert company.run() == {weak}
    assert company.rows("select distinct model_version from scores.model_health") == [(weak,)]
    [(sentence,)] = company.rows("select sentence from scores.model_status")
    assert sentence.endswith(f"the champion {weak} speaks, as {release.decided_by} went back to it (too many students)")
    with pytest.raises(GrowthError, match=f"Before {weak} lead_conversion had no champion"):
        roll_back(company.connection, company.home, MODEL, company.word())

    mark = company.mark
    told = company.train(made(1.0, level=-1.01, name="again"))
    assert "went back to it (too many students); by the rows alone: " in told
    assert "better beyond noise" in told
    assert company.champion == weak
    assert company.run() == {weak}
    assert company.mark == mark  # what trainings decide is no input of a run

    few = NotEnoughData(MODEL, 1, 2, "lead conversion: not enough data (1 converted, 2 not; 40 + 40 needed)")
    assert "not enough data (1 converted" in company.train(few)
    assert company.run() == {weak}


@pytest.mark.capability("M7")
def test_a_champion_that_was_let_go_is_replaced_by_the_next_better_training(company: Company, weak: str) -> None:
    if company.champion != weak:
        promote_by_hand(company.connection, company.home, MODEL, weak, company.word())
    assert unpin(company.home, MODEL, company.word()).decision == "unpinned"
    with pytest.raises(GrowthError, match="Nobody holds the champion"):
        unpin(company.home, MODEL, company.word())
    best = company.train(made(1.0, level=-0.99, name="best"))
    assert "better beyond noise" in best
    assert company.champion != weak
    # going back ends where the last change began, not at what was rolled back once
    roll_back(company.connection, company.home, MODEL, company.word())
    assert company.champion == weak


@pytest.mark.capability("M7")
def test_a_promoted_version_holds_until_it_can_no_longer_answer(company: Company, good: str) -> None:
    release = promote_by_hand(company.connection, company.home, MODEL, good, company.word("the one of spring"))
    assert release.decision == "promoted"
    assert company.run() == {good}
    company.connection.execute(f"alter table warehouse.features.{MODEL} add column shoe_size bigint")
    try:
        with pytest.raises(GrowthError, match="must not score: it learned from other features"):
            promote_by_hand(company.connection, company.home, MODEL, good, company.word())
        other = made(1.0, level=-1.1, name="other question")
        told = company.train(other, force=False)  # due by itself
        assert f"replaces {good}, which can no longer answer: it learned from other features" in told
        assert company.champion != good
    finally:
        company.connection.execute(f"alter table warehouse.features.{MODEL} drop column shoe_size")
    promote_by_hand(company.connection, company.home, MODEL, good, company.word())
    assert company.run() == {good}


def test_a_look_from_an_earlier_moment_is_not_answered_by_a_later_model(company: Company, good: str) -> None:
    set_as_of(company.connection, datetime(2024, 1, 1))
    with pytest.raises(GrowthError, match="it looked from 2024-06-01 00:00, which is later"):
        promote_by_hand(company.connection, company.home, MODEL, good, company.word())
    set_as_of(company.connection, AS_OF)


@pytest.mark.parametrize(
    ("model", "version", "sentence"),
    [
        ("lead_magic", "x", r"No model is called 'lead_magic'; there are lead_conversion\."),
        (MODEL, "lead_conversion-nothing", r"has no version 'lead_conversion-nothing'; there are lead_conversion-"),
    ],
)
def test_what_is_unknown_is_told_with_what_there_is(company: Company, model: str, version: str, sentence: str) -> None:
    with pytest.raises(GrowthError, match=sentence):
        promote_by_hand(company.connection, company.home, model, version, company.word())


@pytest.mark.parametrize(("reason", "sentence"), [(" \n", "Say why"), ("x" * 501, "501 characters; say it in 500")])
def test_a_choice_has_a_reason_that_can_be_read(company: Company, good: str, reason: str, sentence: str) -> None:
    with pytest.raises(GrowthError, match=sentence):
        promote_by_hand(company.connection, company.home, MODEL, good, Word(reason, NOW))


def test_two_versions_are_compared_on_rows_that_neither_learned_from(company: Company, weak: str, good: str) -> None:
    found = side_by_side(company.connection, company.home, MODEL, weak, good)
    whole = {row["measure"]: row for row in found.differences() if row["slice"] == "all"}
    assert whole["log_loss"]["second_is"] == "better"
    assert whole["log_loss"]["difference"] == pytest.approx(whole["log_loss"]["second"] - whole["log_loss"]["first"])
    assert found.comparison is not None
    assert found.comparison.rows == 600
    assert found.tier_churn == 0
    assert {row["measure"] for row in found.stored()} >= {"auc", "log_loss", "ece", "ece_expected"}
    with pytest.raises(GrowthError, match="is both; name two versions"):
        side_by_side(company.connection, company.home, MODEL, good, good)


@pytest.mark.capability("R7")
def test_a_damaged_version_is_refused_and_a_training_that_ends_in_it_mends_it(company: Company, good: str) -> None:
    folder = folder_of(company.home, find_version(company.home, MODEL, good).source)
    text = (folder / "model.json").read_text(encoding="utf-8")
    (folder / "model.json").write_text(text.replace("0.3", "0.4"), encoding="utf-8")
    with pytest.raises(GrowthError, match=r"cannot be used: .*model.json was changed after it was saved"):
        promote_by_hand(company.connection, company.home, MODEL, good, company.word())
    company.train(GOOD)
    assert promote_by_hand(company.connection, company.home, MODEL, good, company.word()).champion == good
    assert company.run() == {good}


def command(home: Home, *arguments: str) -> subprocess.CompletedProcess[str]:
    code = "from pipelines.cli import main; main()"
    words = [sys.executable, "-c", code, "models", *arguments, "--home", str(home.root)]
    return subprocess.run(words, capture_output=True, text=True, check=False)


@pytest.mark.capability("X5")
def test_the_list_tells_versions_measures_and_who_decided(company: Company, weak: str) -> None:
    told = command(company.home, "--json")
    assert told.returncode == 0, told.stderr
    found = {record["version"]: record for record in json.loads(told.stdout)}
    assert set(found) == {one.version for one in versions(company.home, MODEL)}
    first = found[weak]
    assert first["winner"] == "weak"
    assert first["auc_low"] < first["auc"] < first["auc_high"]
    assert first["training_units_positive"] == 100
    assert first["trained_as_of"] == "2024-06-01 00:00:00.000000"
    assert first["releases"][0]["decision"] == "first"
    assert all(one["decided_by"] for one in first["releases"] if one["decision"] == "rolled_back")
    [champion] = [record for record in found.values() if "champion" in (record["alias"] or "")]
    assert champion["version"] == company.champion
    lines = command(company.home).stdout.splitlines()
    assert lines[0].split("\t")[:3] == ["model", "version", "alias"]
    unknown = command(company.home, "rollback", "lead_magic", "--reason", "x")
    assert (unknown.returncode, unknown.stderr.count("\n")) == (1, 1)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "Nothing is published"),
        (["rollback", MODEL, "--reason", "x"], "No model was trained in"),
        (["compare", MODEL], "No model was trained in"),
    ],
)
def test_a_home_without_a_model_says_so(tmp_path: Path, words: list[str], sentence: str) -> None:
    told = CliRunner().invoke(cli, ["models", *words, "--home", str(tmp_path)])
    assert isinstance(told.exception, GrowthError)
    assert sentence in str(told.exception)
    assert read_releases(Home(tmp_path), MODEL) == []
