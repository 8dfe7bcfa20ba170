"""The register: one version per content, the champion read without MLflow is the one that MLflow names."""

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from models.training import Trained
from pipelines.errors import GrowthError
from pipelines.home import Home
from pipelines.registry import (
    Candidate,
    champion_version,
    load_champion,
    load_version,
    log_candidate,
    open_client,
    promote,
)
from tests.models.made import made, signals
from tests.models.made import trained as judged


@cache
def trained(number: int) -> Trained:
    return judged(made(slope=float(number)), signals(200))


def logged(home: Home, outcome: Trained) -> str:
    whole, tables = outcome.health.filter(slice="all"), {"model_health": outcome.health}
    odd = [whole.with_columns(slice=pl.lit(f"industry:Öl & Gas/../{number}" + "x" * 300)) for number in range(30)]
    health = pl.concat([outcome.health, *odd])  # more metrics than MLflow takes at once, under names that it refuses
    return log_candidate(home, Candidate(outcome.model, health, {"reliability": "<svg/>"}, tables))


@pytest.mark.capability("R7")
def test_the_champion_is_the_promoted_version_and_mlflow_says_the_same(tmp_path: Path) -> None:
    home = Home(tmp_path / "home of the company")
    assert champion_version(home, "lead_conversion") is None
    assert load_champion(home, "lead_conversion") is None
    first, second = logged(home, trained(1)), logged(home, trained(2))
    assert champion_version(home, "lead_conversion") is None
    promote(home, "lead_conversion", second)
    promote(home, "lead_conversion", first)
    client = open_client(home)
    by_mlflow = client.get_model_version_by_alias("lead_conversion", "champion")
    assert champion_version(home, "lead_conversion") == first == by_mlflow.tags["content_version"]
    assert client.get_model_version_by_alias("lead_conversion", "challenger").tags["content_version"] == second
    rows, champion = signals(100, seed=8), load_champion(home, "lead_conversion")
    assert champion is not None
    np.testing.assert_array_equal(champion.predict(rows), trained(1).model.predict(rows))
    run_id = str(by_mlflow.run_id)
    run = client.get_run(run_id)
    assert run.data.metrics["auc"] == trained(1).judgement.summary()["auc"]
    assert any(name.startswith("auc.industry_Öl _ Gas____29x") for name in run.data.metrics)
    assert {file.path for file in client.list_artifacts(run_id)} == {"judgement", "model", "pictures"}

    # A run that only scores reads the alias without the seconds that importing MLflow takes.
    program = (
        "import sys; from pathlib import Path; from pipelines.home import Home; from pipelines import registry; "
        "print(registry.load_champion(Home(Path(sys.argv[1])), 'lead_conversion').spec.name, 'mlflow' in sys.modules)"
    )
    answer = subprocess.run([sys.executable, "-c", program, str(home.root)], capture_output=True, text=True, check=True)
    assert answer.stdout.split() == ["lead_conversion", "False"]

    # Training again on equal data registers nothing.
    assert logged(home, trained(1)) == first
    assert len(client.search_model_versions("name = 'lead_conversion'")) == 2

    with pytest.raises(GrowthError, match="no version lead_conversion-unknown"):
        promote(home, "lead_conversion", "lead_conversion-unknown")

    # A home that was copied reads and writes its own models.
    copy = Home(tmp_path / "copy")
    shutil.copytree(home.root, copy.root)
    assert load_champion(copy, "lead_conversion") is not None
    kept = {path.name for path in (home.mlflow / "artifacts").iterdir()}
    third = logged(copy, trained(3))
    assert {path.name for path in (home.mlflow / "artifacts").iterdir()} == kept
    assert load_version(copy, "lead_conversion", third).estimator == trained(3).model.estimator
    assert {path.name for path in (copy.mlflow / "artifacts").iterdir()} > kept

    # What the register points to elsewhere is not read, nor what was changed.
    place(copy, "file:///etc/passwd")
    with pytest.raises(GrowthError, match=r"cannot be used: file:///etc/passwd lies outside of .*artifacts"):
        load_champion(copy, "lead_conversion")
    place(copy, f"{copy.mlflow}/artifacts/../../../elsewhere/mlflow/artifacts/../artifacts/model")
    with pytest.raises(GrowthError, match=r"lies outside of"):
        load_champion(copy, "lead_conversion")
    booster = next((home.mlflow / "artifacts" / run_id).rglob("booster.txt"))
    booster.write_text(booster.read_text(encoding="utf-8") + "1", encoding="utf-8")
    with pytest.raises(GrowthError, match=r"cannot be used: .* was changed after it was saved"):
        load_champion(home, "lead_conversion")


def place(home: Home, source: str) -> None:
    """Let every version lie elsewhere."""
    with closing(sqlite3.connect(home.mlflow / "mlflow.db")) as connection:
        connection.execute("update model_versions set source = ?", [source])
        connection.commit()


def test_a_register_whose_making_was_interrupted_is_not_there_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(path: Path) -> None:
        path.write_bytes(b"half of a register")
        raise KeyboardInterrupt

    monkeypatch.setattr("pipelines.registry.client_at", interrupted)
    with pytest.raises(KeyboardInterrupt):
        logged(Home(tmp_path), trained(1))
    assert list((tmp_path / "mlflow").iterdir()) == []
    assert load_champion(Home(tmp_path), "lead_conversion") is None


def test_a_register_that_is_none_is_an_error_in_words(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.create()
    (home.mlflow / "mlflow.db").write_text("not a database, however long it is " * 50, encoding="utf-8")
    with pytest.raises(GrowthError, match=r"mlflow.db cannot be read: file is not a database"):
        champion_version(home, "lead_conversion")
