"""Publishing as two steps: what fails its check is gone at once, and what another run wrote is never switched to."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import dagster as dg
import pytest

from pipelines.assets import published
from pipelines.engine import Engine, Request
from pipelines.history import Inputs, open_run
from pipelines.home import Home
from pipelines.publish.versions import switch
from pipelines.warehouse import connect_scratch

NOW = datetime(2026, 6, 30)


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    monkeypatch.setattr(published, "report", lambda _, path, __: path.write_text("x", encoding="utf-8"))
    home = Home(tmp_path / "home")
    home.create()
    with connect_scratch() as connection:
        connection.execute("create table warehouse.config.as_of as select ?::timestamp as as_of", [NOW])
        open_run(connection, "run-1", NOW, Inputs(tmp_path, tmp_path, "mark"))
        yield Engine(Request(home, tmp_path), connection, "run-1", lambda: NOW, fingerprint="mark")


def publish(engine: Engine, selection: list[str] | None = None) -> dg.ExecuteInProcessResult:
    assets = published.published_assets({}, {}, frozenset())
    keys = [dg.AssetKey(name.split(".")) for name in selection] if selection else None
    return dg.materialize(assets, selection=keys, resources={"engine": engine}, raise_on_error=False)


def versions(engine: Engine) -> list[str]:
    return sorted(path.name for path in engine.home.published.iterdir())


def test_a_version_that_names_suppressed_people_is_removed_and_never_published(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(published, "suppressed_rows", lambda *_: {"lead_queue": 2})
    assert not publish(engine).success
    assert versions(engine) == []
    assert not publish(engine, ["published.latest"]).success


def test_lists_are_remembered_before_people_see_them(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []

    def switched(partial: Path) -> str:
        order.append("switched")
        return switch(partial)

    monkeypatch.setattr(published, "suppressed_rows", lambda *_: {})
    monkeypatch.setattr(published, "remember", lambda *_: order.append("remembered"))
    monkeypatch.setattr(published, "switch", switched)
    assert publish(engine).success
    assert order == ["remembered", "switched"]
    assert versions(engine) == ["20260630T000000Z-0001", "latest"]
