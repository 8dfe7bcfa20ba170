"""The register: one version per content, the champion read without MLflow is the one that MLflow names."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from worlds import AS_OF, SPEC, leads, training

from models.training import Trained, train
from pipelines.errors import GrowthError
from pipelines.home import Home
from pipelines.registry import champion_version, load_champion, log_candidate, open_client, promote


@cache
def trained(seed: int) -> Trained:
    outcome = train(training(leads(1_500, seed=seed)), SPEC, AS_OF)
    assert isinstance(outcome, Trained)
    return outcome


def logged(home: Home, outcome: Trained) -> str:
    return log_candidate(home, outcome.model, outcome.health, {"reliability": "<svg/>"})


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
    rows, champion = leads(100, seed=8), load_champion(home, "lead_conversion")
    assert champion is not None
    np.testing.assert_array_equal(champion.predict(rows), trained(1).model.predict(rows))
    run_id = str(by_mlflow.run_id)
    run = client.get_run(run_id)
    assert run.data.metrics["auc"] == trained(1).model.metrics["auc"]
    assert {file.path for file in client.list_artifacts(run_id)} == {"model", "pictures"}

    # Training again on equal data registers nothing.
    assert logged(home, trained(1)) == first
    assert len(client.search_model_versions("name = 'lead_conversion'")) == 2

    with pytest.raises(GrowthError, match="no version lead_conversion-unknown"):
        promote(home, "lead_conversion", "lead_conversion-unknown")
    booster = next((home.mlflow / "artifacts" / run_id).rglob("booster.txt"))
    booster.write_text(booster.read_text(encoding="utf-8").replace("0", "1"), encoding="utf-8")
    with pytest.raises(GrowthError, match=r"cannot be used: .* was changed after it was saved"):
        load_champion(home, "lead_conversion")
