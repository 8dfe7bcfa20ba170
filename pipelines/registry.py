"""The register of models: MLflow on sqlite in the home. What belongs here: runs, versions, aliases; no fitting.

A model's published version is made of its content (`lead_conversion-1f3a9c20`), so that equal data give equal tables;
MLflow's own running number is only its place in the register. Whoever scores reads the alias straight from the
register's sqlite file (`registered.py`): importing MLflow costs more than scoring a company.

A version is registered once its files are whole, and the alias is moved last of all: a training that is killed at any
moment leaves the champion as it was.
"""

import hashlib
import json
import os
import re
import sqlite3
import tempfile
import warnings
from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import polars as pl

from models import artefact
from models.errors import ArtefactError
from models.fitted import FittedModel
from pipelines.errors import GrowthError
from pipelines.home import Home
from pipelines.registered import CHALLENGER, CHAMPION, CONTENT_VERSION, RECORD, find_version, register, rows
from pipelines.releases import Release, read_releases

if TYPE_CHECKING:
    from mlflow.entities import Metric, Param
    from mlflow.tracking import MlflowClient

EXPERIMENT = "growth"
METRICS_AT_ONCE, LONGEST_SLICE = 900, 120
"""MLflow takes 1,000 metrics at a time, and names of 250 characters."""
MODEL_FOLDER, PICTURES_FOLDER, TABLES_FOLDER = "model", "pictures", "judgement"
ARTIFACTS = "artifacts"
JUDGED = "judgement_sha256"

FIND_BY_ALIAS = """
    select model_version_tags.value, model_versions.source
    from registered_model_aliases as aliases
    inner join model_versions using (workspace, name, version)
    inner join model_version_tags using (workspace, name, version)
    where aliases.name = ? and aliases.alias = ? and model_version_tags.key = ?
"""
FIND_BY_VERSION = """
    select model_versions.version, model_versions.source
    from model_versions
    inner join model_version_tags using (workspace, name, version)
    where model_versions.name = ? and model_version_tags.key = ? and model_version_tags.value = ?
    order by model_versions.version desc
"""


@dataclass(frozen=True, eq=False)
class Candidate:
    """A judged model as it is registered: its measures (`health`), pictures (name -> SVG text), the tables of its
    judgement, and what is said of it (`tags`)."""

    model: FittedModel
    health: pl.DataFrame
    pictures: Mapping[str, str] = field(default_factory=dict)
    tables: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)


def log_candidate(home: Home, candidate: Candidate) -> str:
    """Register a judged model as challenger; its version.

    A model with this very content is not registered again, unless its files were damaged.
    """
    name, version = candidate.model.spec.name, artefact.version_of(candidate.model)
    number = registered_number(home, name, version)
    if number is None or not is_sound(home, name, version):
        number = register_version(home, candidate, version)
    open_client(home).set_registered_model_alias(name, CHALLENGER, str(number))
    return version


def register_version(home: Home, candidate: Candidate, version: str) -> int:
    """Put a model's files into the register's folder, and only then a version that points to them; its number."""
    name, client = candidate.model.spec.name, open_client(home)
    run = client.create_run(experiment_id(client, home), run_name=version)
    metrics = run_metrics(candidate.health, run.info.start_time)
    client.log_batch(run.info.run_id, params=run_params(candidate.model))
    for start in range(0, len(metrics), METRICS_AT_ONCE):
        client.log_batch(run.info.run_id, metrics=metrics[start : start + METRICS_AT_ONCE])
    with tempfile.TemporaryDirectory() as folder:
        artefact.save(candidate.model, Path(folder) / MODEL_FOLDER)
        for kept in (PICTURES_FOLDER, TABLES_FOLDER):
            (Path(folder) / kept).mkdir()
        for picture, svg in sorted(candidate.pictures.items()):
            (Path(folder) / PICTURES_FOLDER / f"{picture}.svg").write_text(svg, encoding="utf-8")
        for table, frame in sorted(candidate.tables.items()):
            frame.write_parquet(Path(folder) / TABLES_FOLDER / f"{table}.parquet")
        tags = {**candidate.tags, CONTENT_VERSION: version, JUDGED: digest(Path(folder) / TABLES_FOLDER)}
        client.log_artifacts(run.info.run_id, folder)
    client.set_terminated(run.info.run_id)
    if not client.search_registered_models(f"name = '{name}'"):
        client.create_registered_model(name)
    source = f"{run.info.artifact_uri}/{MODEL_FOLDER}"
    return int(client.create_model_version(name, source=source, run_id=run.info.run_id, tags=tags).version)


def log_measures(home: Home, model: str, version: str, measures: pl.DataFrame) -> None:
    """Put further measures beside a registered version (slice, metric, value, low, high)."""
    client = open_client(home)
    run = client.get_run(str(client.get_model_version(model, str(registered_number(home, model, version))).run_id))
    metrics = run_metrics(measures, run.info.start_time)
    for start in range(0, len(metrics), METRICS_AT_ONCE):
        client.log_batch(run.info.run_id, metrics=metrics[start : start + METRICS_AT_ONCE])


def is_sound(home: Home, model: str, version: str) -> bool:
    """Whether a registered version can be loaded."""
    try:
        load_version(home, model, version)
    except GrowthError:
        return False
    return True


def record(home: Home, release: Release) -> Release:
    """Write down who speaks from now on and why, before the alias is moved; numbered. A training that was killed after
    its record and is repeated finds it there."""
    before = read_releases(home, release.model)
    if before and release.decided_by is None and replace(before[-1], number=None) == replace(release, number=None):
        return before[-1]
    numbered = replace(release, number=(before[-1].number or 0) + 1 if before else 1)
    text = json.dumps(asdict(numbered), ensure_ascii=False)
    open_client(home).set_registered_model_tag(release.model, f"{RECORD}{numbered.number:08d}", text)
    return numbered


def promote(home: Home, model: str, version: str) -> None:
    """Make a registered version the champion: the one that scores. Raises GrowthError when it is not registered."""
    number = registered_number(home, model, version)
    if number is None:
        raise GrowthError(
            f"The model {model} has no version {version}; `growth models` lists those that can be promoted."
        )
    open_client(home).set_registered_model_alias(model, CHAMPION, str(number))


def champion_version(home: Home, model: str) -> str | None:
    """The version that scores, none before the first promotion."""
    found = rows(home, FIND_BY_ALIAS, (model, CHAMPION, CONTENT_VERSION))
    return str(found[0][0]) if found else None


def load_champion(home: Home, model: str) -> FittedModel | None:
    """The model that scores, none before the first promotion.

    Raises GrowthError when its artefact is missing, was changed, or is not the one that was registered.
    """
    found = rows(home, FIND_BY_ALIAS, (model, CHAMPION, CONTENT_VERSION))
    return checked(home, str(found[0][0]), str(found[0][1])) if found else None


def load_version(home: Home, model: str, version: str) -> FittedModel:
    """A registered version. Raises GrowthError as `load_champion` does, and when it is not registered."""
    found = rows(home, FIND_BY_VERSION, (model, CONTENT_VERSION, version))
    if not found:
        raise GrowthError(f"The model {model} has no version {version}; `growth models` lists those there are.")
    return checked(home, version, str(found[0][1]))


def checked(home: Home, version: str, source: str) -> FittedModel:
    """The model in a registered folder, if it is the one that was registered."""
    try:
        model = artefact.load(folder_of(home, source))
    except ArtefactError as error:
        raise GrowthError(f"The model {version} cannot be used: {error}") from error
    if artefact.version_of(model) != version:
        raise GrowthError(f"The model {version} cannot be used: its folder holds {artefact.version_of(model)}.")
    return model


def folder_of(home: Home, source: str) -> Path:
    """The folder that a version was registered with, if it lies where this home keeps its models; of a home that was
    moved since, where it lies now. Raises ArtefactError for any other place: what lies there is not ours."""
    place, kept = Path(unquote(urlsplit(source).path)), home.mlflow.resolve() / ARTIFACTS
    run_id, *inside = place.parts[-3:]
    folder = kept / run_id / Path(*inside)
    is_place = place.is_absolute() and place.parts[-5:-3] == (kept.parent.name, ARTIFACTS) and run_id.isalnum()
    if not is_place or inside != ["artifacts", MODEL_FOLDER] or folder.resolve() != folder:
        raise ArtefactError(f"{source} lies outside of {kept}; fit the model again.")
    return folder


def judgement_tables(home: Home, model: str, version: str) -> dict[str, pl.DataFrame]:
    """What was kept of the judgement of a version, by name. Raises GrowthError when it was changed since."""
    kept = find_version(home, model, version)
    try:
        folder = folder_of(home, kept.source).parent / TABLES_FOLDER
    except ArtefactError as error:
        raise GrowthError(f"The judgement of {version} cannot be read: {error}") from error
    if digest(folder) != kept.tags.get(JUDGED):
        raise GrowthError(f"{folder} was changed after it was saved; fit the model again with `growth run --train`.")
    return {path.stem: pl.read_parquet(path) for path in sorted(folder.iterdir())}


def digest(folder: Path) -> str:
    """One hash over the names and contents of a folder's files."""
    total = hashlib.sha256()
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        total.update(f"{path.name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return total.hexdigest()


def registered_number(home: Home, model: str, version: str) -> int | None:
    """MLflow's number of a version, none when it is not registered."""
    found = rows(home, FIND_BY_VERSION, (model, CONTENT_VERSION, version))
    return int(found[0][0]) if found else None


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
    """The one experiment of the house, its artefacts under the home's absolute path; a home that was moved or copied
    begins another one, so as not to write where it came from."""
    folder = (home.mlflow.resolve() / ARTIFACTS).as_uri()
    for name in (EXPERIMENT, f"{EXPERIMENT} in {home.root.resolve()}"):
        found = client.get_experiment_by_name(name)
        if found is None:
            return str(client.create_experiment(name, artifact_location=folder))
        if found.artifact_location == folder:
            return str(found.experiment_id)
    raise GrowthError(f"The register of models {register(home)} keeps its models elsewhere.")


def run_metrics(health: pl.DataFrame, at: int) -> list["Metric"]:
    """The measures as MLflow metrics: `auc`, `auc_low`, `auc_high`, and by slice `auc.age_0-1`.

    Signs of a segment's name that MLflow refuses become `_`; of two that are the same then, the first stays.
    """
    from mlflow.entities import Metric

    metrics: dict[str, Metric] = {}
    for row in health.iter_rows(named=True):
        told = row["slice"].replace("+", "_and_more")[:LONGEST_SLICE]
        place = "" if row["slice"] == "all" else "." + re.sub(r"[^\w -]", "_", told)
        for end, value in (("", row["value"]), ("_low", row["low"]), ("_high", row["high"])):
            if value is not None:
                name = f"{row['metric']}{end}{place}"
                metrics.setdefault(name, Metric(name, value, at, 0))
    return list(metrics.values())


def run_params(model: FittedModel) -> list["Param"]:
    """What was chosen and which windows it came from."""
    from mlflow.entities import Param

    chosen = {"winner": model.estimator.name, "calibrator": model.calibrator.kind}
    losses = {f"validation log loss/{name}".replace("+", "and"): loss for name, loss in model.losses.items()}
    facts = {**chosen, **losses, **model.windows, **model.counts}
    return [Param(name, str(value)) for name, value in facts.items()]
