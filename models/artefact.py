"""A fitted model as a folder: `booster.txt`, `model.json`, `MANIFEST.sha256`. No pickle: loading runs no code.

The folder's content is a function of the model alone (no clock, no path), so equal data give equal bytes, and the
version of a model is read from them.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from models.additive import Additive, additive
from models.alike import alike
from models.blend import Blend, Part
from models.boosting import Trees
from models.calibrate import Calibrator
from models.encode import EncodedColumn, Encoder
from models.errors import ArtefactError
from models.fitted import FittedModel
from models.spec import ModelSpec
from models.tournament import Estimator
from models.trusted import check_description, plain_json
from models.worked import worked

FORMAT = "growth-engine model, form 3"
BOOSTER, DESCRIPTION, MANIFEST = "booster.txt", "model.json", "MANIFEST.sha256"


def rendered(model: FittedModel) -> dict[str, bytes]:
    """The bytes of the three files by name."""
    description = {
        "format": FORMAT,
        "spec": model.spec.as_dict(),
        "features": [
            {"name": column.name, "kind": column.kind, "levels": list(column.levels)}
            for column in model.encoder.columns
        ],
        "dropped": dict(model.encoder.dropped),
        "calibrator": model.calibrator.as_dict(),
        "alike": model.alike.as_dict(),
        "worked": model.worked.as_dict(),
        "base_rate": model.base_rate,
        "windows": dict(model.windows),
        "counts": dict(model.counts),
        "estimator": described_estimator(model.estimator),
        "losses": dict(model.losses),
        "importance": dict(model.importance),
        "versions": dict(model.versions),
        "metrics": dict(model.metrics),
    }
    # json writes floats by repr, which reads back to the same bits; sorted keys make equal models equal bytes.
    text = json.dumps(description, indent=1, sort_keys=True, allow_nan=False, ensure_ascii=False) + "\n"
    files = {BOOSTER: trees_of(model.estimator).encode(), DESCRIPTION: text.encode()}
    lines = [f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in sorted(files.items())]
    return files | {MANIFEST: "".join(lines).encode()}


def described_estimator(estimator: Estimator) -> dict[str, Any]:
    """Plain values, but for the text of trees, which has a file of its own."""
    match estimator:
        case Additive():
            return {"kind": "additive", **estimator.as_dict()}
        case Trees():
            return {"kind": "trees"}
        case Blend():
            parts = [
                {"estimator": described_estimator(part.estimator), "slope": part.slope, "level": part.level}
                for part in estimator.parts
            ]
            return {"kind": "blend", "parts": parts}


def trees_of(estimator: Estimator) -> str:
    """The text of the trees that it has, empty where it has none: there are never two."""
    match estimator:
        case Trees():
            return estimator.text
        case Blend():
            return "".join(trees_of(part.estimator) for part in estimator.parts)
        case Additive():
            return ""


def estimator_of(description: Mapping[str, Any], booster_text: str, threads: int) -> Estimator:
    """The estimator from checked content."""
    match description["kind"]:
        case "additive":
            return additive(description)
        case "trees":
            return Trees(booster_text, threads)
        case _:
            return Blend(tuple(
                Part(single_of(one["estimator"], booster_text, threads), one["slope"], one["level"])
                for one in description["parts"]
            ))  # fmt: skip


def single_of(description: Mapping[str, Any], booster_text: str, threads: int) -> Additive | Trees:
    """One part of a blend."""
    return additive(description) if description["kind"] == "additive" else Trees(booster_text, threads)


def version_of(model: FittedModel) -> str:
    """A short name of a model by its content, such as "lead_conversion-1f3a9c20"."""
    return f"{model.spec.name}-{hashlib.sha256(rendered(model)[MANIFEST]).hexdigest()[:8]}"


def save(model: FittedModel, folder: Path) -> None:
    """Write the artefact into a folder, which is made; the manifest last, so that a half-written one is refused."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in rendered(model).items():
        (folder / name).write_bytes(content)


def load(folder: Path) -> FittedModel:
    """Read an artefact. Raises ArtefactError when a file is missing, added or changed, or is not one of ours."""
    files = checked_files(folder)
    try:
        description: dict[str, Any] = plain_json(files[DESCRIPTION])
    except ValueError as error:
        raise ArtefactError(f"{folder / DESCRIPTION} is not JSON ({error}); fit the model again.") from error
    found = description.get("format") if isinstance(description, dict) else None
    if found != FORMAT:
        raise ArtefactError(f"{folder} holds {found!r}; expected {FORMAT!r}: it was made by something else.")
    try:
        trees = files[BOOSTER].decode()
        check_description(description, trees)
        return described_model(description, trees)
    except (ArtefactError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise ArtefactError(f"{folder} does not hang together: {error}; fit the model again.") from error


def checked_files(folder: Path) -> dict[str, bytes]:
    """The content of the files once names and checksums agree with the manifest."""
    expected = {BOOSTER, DESCRIPTION, MANIFEST}
    found = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    if found != expected:
        wrong = [f"{name} is missing" for name in sorted(expected - found)]
        wrong += [f"{name} does not belong there" for name in sorted(found - expected)]
        raise ArtefactError(f"{folder} is not a saved model: {', '.join(wrong)}; fit the model again.")
    if linked := [path for path in (folder, *(folder / name for name in sorted(expected))) if not is_own(path)]:
        raise ArtefactError(f"{linked[0]} is no file of its own but a link or a folder; fit the model again.")
    files = {name: (folder / name).read_bytes() for name in (BOOSTER, DESCRIPTION)}
    lines = [f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in sorted(files.items())]
    manifest = (folder / MANIFEST).read_bytes()
    for line in lines:
        if line.encode() not in manifest.splitlines(keepends=True):
            name = line.split()[1]
            raise ArtefactError(
                f"{folder / name} was changed after it was saved (sha256 differs); fit the model again."
            )
    if manifest != "".join(lines).encode():
        raise ArtefactError(f"{folder / MANIFEST} lists other files than the model has; fit the model again.")
    return files


def is_own(path: Path) -> bool:
    """Whether a path is what it seems: the folder itself, or a plain file in it."""
    return not path.is_symlink() and (path.is_file() or path.name not in (BOOSTER, DESCRIPTION, MANIFEST))


def described_model(description: dict[str, Any], booster_text: str) -> FittedModel:
    """The model from checked content."""
    columns = tuple(EncodedColumn(one["name"], one["kind"], tuple(one["levels"])) for one in description["features"])
    calibrator, spec = description["calibrator"], ModelSpec(**description["spec"])
    return FittedModel(
        spec=spec,
        encoder=Encoder(columns, description["dropped"]),
        estimator=estimator_of(description["estimator"], booster_text, spec.threads),
        calibrator=Calibrator(
            calibrator["kind"],
            slope=calibrator["slope"],
            intercept=calibrator["intercept"],
            knots=tuple(calibrator["knots"]),
            heights=tuple(calibrator["heights"]),
        ),
        alike=alike(description["alike"]),
        worked=worked(description["worked"]),
        **{
            name: description[name]
            for name in ("base_rate", "windows", "counts", "losses", "importance", "versions", "metrics")
        },
    )
