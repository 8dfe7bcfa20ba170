"""The notebook on a simulated company runs from top to bottom and draws its pictures, with and without the truth."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import altair as alt
import polars as pl
import pytest

from pipelines.demo import write_company
from pipelines.demo.facts import Fact, pictures
from pipelines.home import PROJECT_ROOT
from tests.demo.conftest import UNTIL, Export

ALWAYS = {"overview", "pages", "open_times", "bars", "mail_rates", "shares", "stage_days", "arrivals"}
OF_THE_TRUTH = {"drift", "reliability", "experiments", "leaks"}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("notebook")
    write_company(folder / "tiny_startup", until=UNTIL, world="tiny_startup", truth=folder / "truth")
    return folder


def loaded() -> ModuleType:
    spec = importlib.util.spec_from_file_location("company_notebook", PROJECT_ROOT / "notebooks/simulated_company.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def ran(monkeypatch: pytest.MonkeyPatch, **folders: str) -> tuple[str, set[str]]:
    """The page of a run with these folders, and which pictures were drawn (each must be a valid chart)."""
    made: set[str] = set()

    def watched(name: str) -> None:
        draw = getattr(pictures, name)

        def drawing(*arguments: object) -> alt.LayerChart:
            chart: alt.LayerChart = draw(*arguments)
            assert chart.to_dict()["layer"]
            made.add(name)
            return chart

        monkeypatch.setattr(pictures, name, drawing)

    for name in ALWAYS | OF_THE_TRUTH:
        watched(name)
    for name in ("GROWTH_EXTRACTS", "GROWTH_TRUTH", "GROWTH_OTHERS"):
        monkeypatch.delenv(name, raising=False)
    for name, value in folders.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "argv", ["notebook"])
    outputs, _ = loaded().app.run()
    return "".join(getattr(one, "text", "") for one in outputs), made


def test_it_draws_an_export_with_its_truth_beside_another(
    monkeypatch: pytest.MonkeyPatch, tiny: Path, small: Export
) -> None:
    page, made = ran(
        monkeypatch,
        GROWTH_EXTRACTS=str(tiny / "tiny_startup"),
        GROWTH_TRUTH=str(tiny / "truth"),
        GROWTH_OTHERS=str(small.report.folder),
    )
    assert made == ALWAYS | OF_THE_TRUTH
    assert "What only the simulation knows" in page
    assert "Side by side" in page


def test_it_draws_an_export_without_its_truth(monkeypatch: pytest.MonkeyPatch, tiny: Path) -> None:
    page, made = ran(monkeypatch, GROWTH_EXTRACTS=str(tiny / "tiny_startup"))
    assert made == ALWAYS
    assert "GROWTH_TRUTH" in page
    assert "Side by side" not in page


def test_it_says_where_an_export_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    page, made = ran(monkeypatch, GROWTH_EXTRACTS=str(tmp_path / "nothing"))
    assert made == set()
    assert "There is no export in" in page


def test_a_fact_out_of_its_range_is_shown_as_such() -> None:
    rows = pl.DataFrame({"quarter": [UNTIL], "rows": [40], "hits": [24], "share": [0.6], "low": [0.45], "high": [0.74]})
    fact = Fact("win rate", "{value} were won", "share", 0.6, 0.45, 0.74, 40, (0.15, 0.35), "A study.")
    page = loaded().told(fact, pictures.shares(rows, "quarter", fact.known)).text
    assert "out of range" in page
    assert pictures.VERDICTS["out of range"] in page
    assert "60 % were won" in page
