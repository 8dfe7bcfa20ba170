"""From features to scores: when a model is due, what it says when it cannot speak, and what it gives when it can."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines.errors import GrowthError
from pipelines.home import PROJECT_ROOT, Home
from pipelines.playbook_tables import load_playbook, set_as_of
from pipelines.registry import champion_version
from pipelines.scoring.asked import behind, is_due, model_spec, question
from pipelines.scoring.kept import Status, create_kept_tables, keep, read_status
from pipelines.scoring.learn import train_model
from pipelines.scoring.score import score_model
from pipelines.tables.tree import read_tables
from pipelines.warehouse import connect_scratch
from tests.models.made import nothing_shown
from tests.models.worlds import AS_OF, leads

MODEL = "lead_conversion"
Warehouse = duckdb.DuckDBPyConnection


def features(connection: Warehouse, training: pl.DataFrame, units: tuple[int, int] = (500, 500)) -> None:
    """Rows to learn from, eighty leads to score, and how many leads of each class there are in the CRM."""
    to_score = leads(80, seed=9).with_columns(as_of=pl.lit(AS_OF), label=pl.lit(None), weight=pl.lit(None))
    learned = training.with_columns(purpose=pl.lit("train"))
    frame = pl.concat([learned, to_score.with_columns(purpose=pl.lit("score"))], how="vertical_relaxed")
    frame = frame.drop("truth").rename({"group": "group_id"})
    connection.register("given", frame)
    connection.execute(f"create or replace table warehouse.features.{MODEL} as from given")
    connection.unregister("given")
    connection.execute(
        "create or replace table warehouse.spine.model_units as "
        "select ? as model, ? as units_positive, ? as units_negative", [MODEL, *units],
    )  # fmt: skip
    nothing_shown(connection)
    connection.execute(
        f"insert into warehouse.scores.shown_units select model, lead_id from features.{MODEL}, (select ? as model)"
        " where purpose = 'score'", [MODEL],
    )  # fmt: skip


@pytest.fixture
def company(connection: Warehouse) -> Warehouse:
    load_playbook(connection, PROJECT_ROOT / "pipelines" / "playbook")
    set_as_of(connection, AS_OF)
    create_kept_tables(connection)
    return connection


def scores(connection: Warehouse) -> pl.DataFrame:
    frame: pl.DataFrame = connection.sql(f"select * from scores.{MODEL} order by all").pl()
    return frame


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Warehouse, Home, str]]:
    """A company whose model was trained once, with what the training said."""
    home = Home(tmp_path_factory.mktemp("home"))
    home.create()
    with connect_scratch() as connection:
        load_playbook(connection, PROJECT_ROOT / "pipelines" / "playbook")
        set_as_of(connection, AS_OF)
        features(connection, leads(900))
        yield connection, home, train_model(connection, home, MODEL)


@pytest.mark.capability("M8")
@pytest.mark.parametrize("units", [(0, 60), (39, 10_000)])
def test_too_few_outcomes_are_told_with_their_counts_and_nobody_gets_a_score(
    company: Warehouse, tmp_path: Path, units: tuple[int, int]
) -> None:
    features(company, leads(60).with_columns(label=pl.lit(False)), units)
    sentence = train_model(company, Home(tmp_path), MODEL)
    counts = f"{units[0]} converted, {units[1]} not; 40 + 40 needed"
    assert sentence == f"lead conversion: not enough data ({counts})"
    assert score_model(company, Home(tmp_path), MODEL) == 0
    assert scores(company).columns == [
        "lead_id", "as_of", "probability", "probability_low", "probability_high", "worked_share", "is_extrapolated",
        "lift", "reasons", "model_version",
    ]  # fmt: skip
    assert company.execute("select status, model_version, sentence from scores.model_status").fetchall() == [
        ("not_enough_data", None, sentence)
    ]
    assert company.execute("select distinct verdict from scores.model_health").fetchall() == [(sentence,)]
    assert not (tmp_path / "mlflow").exists()


@pytest.mark.capability("M8")
def test_a_model_that_ranks_no_better_than_a_coin_says_so_and_points_rank(
    company: Warehouse, learned: tuple[Warehouse, Home, str]
) -> None:
    _, home, _ = learned
    champion = champion_version(home, MODEL)
    features(company, leads(700, label="random"))
    sentence = train_model(company, home, MODEL)
    assert sentence.startswith("lead conversion: no usable signal (AUC 0.")
    assert f"on later moments); points rank instead of {champion}, which shows none either (" in sentence
    assert score_model(company, home, MODEL) == 0
    assert champion_version(home, MODEL) == champion
    assert company.execute("select status, model_version from scores.model_status").fetchall() == [
        ("no_usable_signal", None)
    ]


@pytest.mark.capability("M2")
def test_the_champion_scores_every_open_lead_once_and_twice_the_same(learned: tuple[Warehouse, Home, str]) -> None:
    connection, home, sentence = learned
    assert sentence.startswith("lead conversion: AUC 0.")
    assert score_model(connection, home, MODEL) == 80
    first = scores(connection)
    assert score_model(connection, home, MODEL) == 80
    assert scores(connection).equals(first)
    assert first["lead_id"].n_unique() == 80
    assert first["probability"].is_between(0, 1).all()
    assert first["as_of"].unique().to_list() == [AS_OF]
    assert all(reasons for reasons in first["reasons"].to_list())
    version = champion_version(home, MODEL)
    assert version is not None
    assert version.startswith("lead_conversion-")
    assert first["model_version"].unique().to_list() == [version]
    assert connection.execute("select distinct model_version from scores.model_health").fetchall() == [(version,)]
    assert connection.execute("select count(*) > 0 from scores.gains").fetchall() == [(True,)]


@pytest.mark.capability("M9")
def test_reasons_are_told_of_what_a_list_shows_with_the_day_of_the_last_action(
    learned: tuple[Warehouse, Home, str],
) -> None:
    connection, home, _ = learned
    score_model(connection, home, MODEL)
    before = dict(connection.execute(f"select lead_id, reasons from scores.{MODEL}").fetchall())
    known = [(lead, told[0]) for lead, told in before.items() if told[0].startswith("pricing views 7d")]
    shown, told = known[0]
    nothing_shown(connection)
    connection.execute("insert into warehouse.scores.shown_units values (?, ?)", [MODEL, shown])
    connection.execute(
        "insert into warehouse.scores.facts values (?, ?, 'pricing_views', '2024-05-30 08:00')", [MODEL, shown]
    )
    assert score_model(connection, home, MODEL) == 80
    after = dict(connection.execute(f"select lead_id, reasons from scores.{MODEL}").fetchall())
    assert [lead for lead, reasons in after.items() if reasons is not None] == [shown]
    assert after[shown][0] == f"{told}, last on 2024-05-30"
    assert [text for text in after[shown] if "last on" not in text] == [
        text for text in before[shown] if "pricing" not in text
    ]
    features(connection, leads(900))


def kept_status(connection: Warehouse) -> Status:
    status = read_status(connection, MODEL)
    assert status is not None
    return status


@pytest.mark.parametrize(
    ("age", "due"),
    [
        (timedelta(0), False),
        (timedelta(days=7, seconds=-1), False),
        (timedelta(days=7), True),
        (timedelta(seconds=-1), True),
    ],
)
def test_a_champion_is_due_when_it_is_old_or_looked_from_a_later_moment(
    learned: tuple[Warehouse, Home, str], age: timedelta, due: bool
) -> None:
    connection, home, _ = learned
    assert is_due(connection, home, replace(kept_status(connection), trained_as_of=AS_OF - age), AS_OF) == due


def test_a_champion_is_due_when_another_one_was_promoted_or_another_question_is_asked(
    learned: tuple[Warehouse, Home, str],
) -> None:
    connection, home, _ = learned
    status = kept_status(connection)
    assert is_due(connection, home, replace(status, model_version="lead_conversion-other"), AS_OF)
    assert is_due(connection, home, replace(status, learned_from="another horizon"), AS_OF)
    assert is_due(connection, Home(home.root / "elsewhere"), status, AS_OF)


@pytest.mark.parametrize("outcome", ["not_enough_data", "no_usable_signal"])
def test_what_could_not_be_learned_is_tried_again_at_every_new_moment(
    learned: tuple[Warehouse, Home, str], outcome: str
) -> None:
    connection, home, _ = learned
    status = replace(kept_status(connection), status=outcome, model_version=None)
    assert not is_due(connection, home, status, AS_OF)
    assert is_due(connection, home, replace(status, trained_as_of=AS_OF - timedelta(days=1)), AS_OF)


def test_nothing_is_trained_while_the_champion_is_fresh_unless_it_is_forced(
    learned: tuple[Warehouse, Home, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    connection, home, sentence = learned
    monkeypatch.setattr("pipelines.scoring.learn.learn", lambda *_: "trained again")
    assert train_model(connection, home, MODEL) == sentence
    assert train_model(connection, home, MODEL, force=True) == "trained again"
    set_as_of(connection, AS_OF - timedelta(days=1))
    assert train_model(connection, home, MODEL) == "trained again"
    set_as_of(connection, AS_OF)


@pytest.mark.capability("M6")
def test_drift_since_the_training_asks_for_another_one_and_its_sentence_says_why(
    learned: tuple[Warehouse, Home, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    connection, home, _ = learned
    score_model(connection, home, MODEL)
    status, tomorrow = kept_status(connection), AS_OF + timedelta(days=1)
    told = "select distinct split_part(verdict, ':', 1) from scores.model_health where metric = 'psi_since_training'"
    assert connection.execute(told).fetchall() == [("ok",)]
    set_as_of(connection, tomorrow)
    assert (score_model(connection, home, MODEL), is_due(connection, home, status, tomorrow)) == (80, False)
    connection.execute(
        f"update warehouse.features.{MODEL} set employees = employees * 50 + 10000 where purpose = 'score'"
    )
    score_model(connection, home, MODEL)
    assert is_due(connection, home, status, tomorrow)
    monkeypatch.setattr("pipelines.scoring.learn.learn", lambda *_: "trained again")
    sentence = train_model(connection, home, MODEL)
    assert sentence.startswith("trained again; fitted anew: employees drifted: ")
    features(connection, leads(900))
    set_as_of(connection, AS_OF)
    score_model(connection, home, MODEL)
    assert not is_due(connection, home, status, AS_OF)


def test_another_horizon_or_another_feature_is_another_question(company: Warehouse) -> None:
    features(company, leads(40))
    asked = question(company, model_spec(company, MODEL))
    assert question(company, model_spec(company, MODEL)) == asked
    company.execute(f"alter table warehouse.features.{MODEL} add column shoe_size bigint")
    with_feature = question(company, model_spec(company, MODEL))
    company.execute("update warehouse.config.labels set horizon_days = 60")
    assert len({asked, with_feature, question(company, model_spec(company, MODEL))}) == 3


def test_a_model_is_asked_what_the_tables_behind_its_features_mean_and_no_others(tmp_path: Path) -> None:
    texts = {
        "core/leads": "raw.lead",
        "features/one": "core.leads",
        "core/deals": "raw.deal",
        "features/two": "core.deals",
    }
    for name, source in texts.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / f"{name}.sql").write_text(f"-- One row per id\n-- key: id\nselect id from {source}\n")
    found = behind(read_tables(tmp_path), {"features.one"})
    assert [table.name for table in found] == ["core.leads", "features.one"]


def test_a_champion_whose_files_are_gone_is_an_error_that_says_what_to_do(company: Warehouse, tmp_path: Path) -> None:
    features(company, leads(40))
    keep(company, Status(MODEL, "champion", "lead_conversion-1", AS_OF, "", ""), {})
    with pytest.raises(GrowthError, match=r"champion of lead_conversion is gone .*; run again"):
        score_model(company, Home(tmp_path), MODEL)
