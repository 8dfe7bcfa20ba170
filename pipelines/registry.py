"""The register of models: MLflow on sqlite in the home. What belongs here: runs, versions, aliases; no fitting.

A model's published version is made of its content (`lead_conversion-1f3a9c20`), so that equal data give equal tables;
MLflow's own running number is only its place in the register. Whoever scores reads the alias straight from the
register's sqlite file: importing MLflow costs more than scoring a company.
"""

import os
import sqlite3
import tempfile
import warnings
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import polars as pl

from models import artefact
from models.errors import ArtefactError
from models.fitted import FittedModel
from pipelines.errors import GrowthError
from pipelines.home import Home

if TYPE_CHECKING:
    from mlflow.entities import Metric, Param
    from mlflow.tracking import MlflowClient

EXPERIMENT = "growth"
CHAMPION, CHALLENGER = "champion", "challenger"
CONTENT_VERSION = "content_version"
MODEL_FOLDER, PICTURES_FOLDER = "model", "pictures"

FIND_BY_ALIAS = """
    select model_version_tags.value, model_versions.source
    from registered_model_aliases as aliases
    inner join model_versions using (workspace, name, version)
    inner join model_version_tags using (workspace, name, version)
    where aliases.name = ? and aliases.alias = ? and model_version_tags.key = ?
"""
FIND_BY_VERSION = """
    select model_versions.version
    from model_versions
    inner join model_version_tags using (workspace, name, version)
    where model_versions.name = ? and model_version_tags.key = ? and model_version_tags.value = ?
    order by model_versions.version desc
"""


def log_candidate(home: Home, model: FittedModel, health: pl.DataFrame, pictures: Mapping[str, str]) -> str:
    """Register a judged model as challenger with its measures, windows and pictures (name -> SVG text).

    Returns its version. A model with this very content is not registered again.
    """
    name, version = model.spec.name, artefact.version_of(model)
    if registered_number(home, name, version) is not None:
        return version
    client = open_client(home)
    run = client.create_run(experiment_id(client, home), run_name=version)
    client.log_batch(run.info.run_id, metrics=run_metrics(health, run.info.start_time), params=run_params(model))
    with tempfile.TemporaryDirectory() as folder:
        artefact.save(model, Path(folder) / MODEL_FOLDER)
        for picture, svg in sorted(pictures.items()):
            path = Path(folder) / PICTURES_FOLDER / f"{picture}.svg"
            path.parent.mkdir(exist_ok=True)
            path.write_text(svg, encoding="utf-8")
        client.log_artifacts(run.info.run_id, folder)
    client.set_terminated(run.info.run_id)
    if not client.search_registered_models(f"name = '{name}'"):
        client.create_registered_model(name)
    registered = client.create_model_version(
        name,
        source=f"{run.info.artifact_uri}/{MODEL_FOLDER}",
        run_id=run.info.run_id,
        tags={CONTENT_VERSION: version},
    )
    client.set_registered_model_alias(name, CHALLENGER, registered.version)
    return version


def promote(home: Home, model: str, version: str) -> None:
    """Make a registered version the champion: the one that scores. Raises GrowthError when it is not registered."""
    if champion_version(home, model) == version:
        return
    number = registered_number(home, model, version)
    if number is None:
        raise GrowthError(
            f"The model {model} has no version {version}; `growth models` lists those that can be promoted."
        )
    open_client(home).set_registered_model_alias(model, CHAMPION, str(number))


def champion_version(home: Home, model: str) -> str | None:
    """The version that scores, none before the first promotion."""
    found = query(home, FIND_BY_ALIAS, (model, CHAMPION, CONTENT_VERSION))
    return str(found[0]) if found else None


def load_champion(home: Home, model: str) -> FittedModel | None:
    """The model that scores, none before the first promotion.

    Raises GrowthError when its artefact is missing, was changed, or is not the one that was registered.
    """
    found = query(home, FIND_BY_ALIAS, (model, CHAMPION, CONTENT_VERSION))
    if not found:
        return None
    version, source = str(found[0]), str(found[1])
    try:
        champion = artefact.load(Path(unquote(urlsplit(source).path)))
    except ArtefactError as error:
        raise GrowthError(f"The champion {version} cannot be used: {error}") from error
    if artefact.version_of(champion) != version:
        raise GrowthError(f"The champion {version} cannot be used: its folder holds {artefact.version_of(champion)}.")
    return champion


def registered_number(home: Home, model: str, version: str) -> int | None:
    """MLflow's number of a version, none when it is not registered."""
    found = query(home, FIND_BY_VERSION, (model, CONTENT_VERSION, version))
    return int(found[0]) if found else None


def query(home: Home, text: str, values: tuple[str, ...]) -> tuple[str | int, ...] | None:
    """The first row of a question to the register, read only; none when there is no register or no row."""
    if not register(home).exists():
        return None
    with closing(sqlite3.connect(f"{register(home).as_uri()}?mode=ro", uri=True)) as connection:
        try:
            row: tuple[str | int, ...] | None = connection.execute(text, values).fetchone()
        except sqlite3.Error as error:
            raise GrowthError(f"The register of models {register(home)} cannot be read: {error}.") from error
    return row


def register(home: Home) -> Path:
    """MLflow's sqlite file, by its absolute path."""
    return home.mlflow.resolve() / "mlflow.db"


def open_client(home: Home) -> "MlflowClient":
    """MLflow's client on the home's register, which the first use creates. It calls nobody."""
    if not register(home).exists():
        create_register(home)
    return client_at(register(home))


def create_register(home: Home) -> None:
    """Make the register beside its place and move it there whole: a killed creation leaves none, never half of one."""
    home.mlflow.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home.mlflow) as folder:
        client_at(Path(folder).resolve() / "made.db")
        whole = Path(folder) / "whole.db"
        with closing(sqlite3.connect(Path(folder) / "made.db")) as made, closing(sqlite3.connect(whole)) as copy:
            made.backup(copy)
        whole.replace(register(home))


def client_at(path: Path) -> "MlflowClient":
    """MLflow's client on one sqlite file. Raises GrowthError for a file that this version of MLflow cannot use."""
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    os.environ.setdefault("MLFLOW_LOGGING_LEVEL", "WARNING")
    # What MLflow's own code may no longer call in its libraries is not for the reader of our log.
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
        from mlflow.exceptions import MlflowException
        from mlflow.tracking import MlflowClient

        try:
            return MlflowClient(tracking_uri=f"sqlite:///{path}", registry_uri=f"sqlite:///{path}")
        except MlflowException as error:
            raise GrowthError(
                f"The register of models {path} cannot be used: {str(error).splitlines()[0]} "
                f"After a new MLflow, bring it up to date with `mlflow db upgrade sqlite:///{path}`."
            ) from error


def experiment_id(client: "MlflowClient", home: Home) -> str:
    """The one experiment of the house, its artefacts under the home's absolute path."""
    found = client.get_experiment_by_name(EXPERIMENT)
    if found is not None:
        return str(found.experiment_id)
    folder = home.mlflow.resolve() / "artifacts"
    return str(client.create_experiment(EXPERIMENT, artifact_location=folder.as_uri()))


def run_metrics(health: pl.DataFrame, at: int) -> list["Metric"]:
    """The measures as MLflow metrics: `auc`, `auc_low`, `auc_high`, and by slice `auc.age_0-1`."""
    from mlflow.entities import Metric

    metrics = []
    for row in health.iter_rows(named=True):
        place = "" if row["slice"] == "all" else "." + row["slice"].replace(":", "_").replace("+", "_and_more")
        for end, value in (("", row["value"]), ("_low", row["low"]), ("_high", row["high"])):
            if value is not None:
                metrics.append(Metric(f"{row['metric']}{end}{place}", value, at, 0))
    return metrics


def run_params(model: FittedModel) -> list["Param"]:
    """What was chosen and which windows it came from."""
    from mlflow.entities import Param

    chosen = {"winner": model.estimator.name, "calibrator": model.calibrator.kind}
    losses = {f"validation log loss/{name}".replace("+", "and"): loss for name, loss in model.losses.items()}
    facts = {**chosen, **losses, **model.windows, **model.counts}
    return [Param(name, str(value)) for name, value in facts.items()]
