"""Models as assets: fitted when due, scored every day.

What does not belong here: what is fitted, from what, and when it is due (`pipelines.scoring`).
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import dagster as dg

from pipelines.assets.groups import asset_key, asset_spec
from pipelines.assets.metadata import count_rows, table_metadata
from pipelines.custom_columns import features_table
from pipelines.engine import Engine
from pipelines.errors import GrowthError
from pipelines.playbook_schema import FILES
from pipelines.playbook_tables import read_file
from pipelines.scoring.kept import create_kept_tables
from pipelines.scoring.learn import train_model
from pipelines.scoring.score import score_model
from pipelines.warehouse import less_memory

KEPT_TABLES = {
    "scores.model_status": "One row per model: what came of its last training.",
    "scores.model_health": "One row per model, version, slice and metric.",
    "scores.health_history": "One row per model, moment, slice and lasting metric: how it has done so far.",
    "scores.reliability": "One row per model and bin of promised probability.",
    "scores.gains": "One row per model and share of the list worked.",
    "scores.model_releases": "One row per decision who speaks: by a training, or by a person.",
    "scores.cost_curve": "One row per model and ratio of an effort's cost to a success's value.",
    "scores.drift_reference": "One row per model, training, sample and feature: how its values spread then.",
    "scores.drivers": "One row per outcome and idea: what goes with it, by how much.",
    "scores.history": "One row per list, unit and moment at which its score, tier or way off the list changed.",
    "scores.published_moments": "One row per moment of which lists were published, with what stood behind the models.",
    "scores.published_values": "One row per list, unit of its head, moment and value that changed: what people read.",
}


class Training(dg.Config):
    """How a training step behaves: `force` fits a new model even when the champion is not due."""

    force: bool = False


def model_names(playbook: Path) -> tuple[str, ...]:
    """The models that the playbook labels; GrowthError names the file when it is not there or says something else."""
    if not playbook.is_dir():
        raise GrowthError(f"The playbook folder {playbook} does not exist; name the folder that holds labels.yaml.")
    tables = read_file(playbook / "labels.yaml", FILES["labels"])
    return tuple(str(vars(row)["model"]) for table in tables for row in table.rows if table.name == "labels")


def model_assets(name: str, tables: Mapping[str, object]) -> list[dg.AssetsDefinition]:
    """The fitted model and its scores: `models.<name>` and `scores.<name>`, from `features.<name>`
    and the counts of units in `spine.model_units`."""
    deps = frozenset({f"features.{name}", "spine.model_units"} & tables.keys()) | {features_table(name)}
    spec = asset_spec(f"models.{name}", f"The champion of {name}, in MLflow.", deps)

    @dg.multi_asset(name=f"models__{name}", specs=[spec])
    def fitted(engine: dg.ResourceParam[Engine], config: Training) -> Iterator[dg.MaterializeResult[None]]:
        engine.say(f"models: {name}")
        with less_memory(engine.connection):
            outcome = train_model(engine.connection, engine.home, name, force=config.force)
        yield dg.MaterializeResult(metadata={"outcome": outcome})

    scores = f"scores.{name}"
    behind = deps | {f"models.{name}"} | ({"scores.shown_units", "scores.facts"} & tables.keys())
    scores_spec = asset_spec(scores, f"One row per unit that {name} scores today.", behind)

    @dg.multi_asset(name=f"scores__{name}", specs=[scores_spec])
    def scored(engine: dg.ResourceParam[Engine]) -> Iterator[dg.MaterializeResult[None]]:
        engine.say(f"scores: {name}")
        with less_memory(engine.connection):
            rows = score_model(engine.connection, engine.home, name)
        yield dg.MaterializeResult(metadata=table_metadata(engine.connection, scores, rows))

    return [fitted, scored]


def kept_assets(models: Sequence[str]) -> dg.AssetsDefinition:
    """The tables that outlive a run: they stand once every model was looked at."""
    deps = frozenset(f"models.{name}" for name in models)
    specs = [asset_spec(name, description, deps) for name, description in KEPT_TABLES.items()]

    @dg.multi_asset(name="scores__kept", specs=specs)
    def kept(engine: dg.ResourceParam[Engine]) -> Iterator[dg.MaterializeResult[None]]:
        create_kept_tables(engine.connection)
        for name in KEPT_TABLES:
            rows = count_rows(engine.connection, name)
            yield dg.MaterializeResult(asset_key=asset_key(name), metadata={"dagster/row_count": rows})

    return kept
