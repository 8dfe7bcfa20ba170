"""Saved and read again a model is the same to the last bit; anything changed or foreign is refused in words."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from models.artefact import load, rendered, save, version_of
from models.errors import ArtefactError
from models.fitted import FittedModel
from models.training import Trained, train
from tests.models.worlds import AS_OF, SPEC, leads, training


@cache
def model() -> FittedModel:
    outcome = train(training(leads(3_000)), SPEC, AS_OF)
    assert isinstance(outcome, Trained)
    assert outcome.version == version_of(outcome.model)
    return outcome.model


@pytest.mark.capability("R7")
def test_a_model_read_again_gives_the_same_scores_to_the_last_bit(tmp_path: Path) -> None:
    save(model(), tmp_path / "model")
    again, rows = load(tmp_path / "model"), leads(500, seed=8)
    np.testing.assert_array_equal(again.predict(rows), model().predict(rows))
    np.testing.assert_array_equal(again.contributions(rows), model().contributions(rows))
    assert rendered(again) == rendered(model())
    assert again.spec == model().spec


def test_equal_data_give_equal_bytes_and_so_the_same_version() -> None:
    again = train(training(leads(3_000)), SPEC, AS_OF)
    assert isinstance(again, Trained)
    assert rendered(again.model) == rendered(model())
    assert version_of(model()).startswith("lead_conversion-")


@pytest.mark.parametrize("name", ["booster.txt", "model.json", "MANIFEST.sha256"])
def test_a_changed_file_is_refused(tmp_path: Path, name: str) -> None:
    save(model(), tmp_path)
    content = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(content.replace(b"1", b"2", 1))
    with pytest.raises(ArtefactError, match="was changed after it was saved"):
        load(tmp_path)


def test_a_missing_or_an_added_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ArtefactError, match=r"booster.txt is missing"):
        load(tmp_path / "nothing")
    save(model(), tmp_path)
    (tmp_path / "run_me.py").touch()
    with pytest.raises(ArtefactError, match=r"run_me.py does not belong there"):
        load(tmp_path)


def test_a_folder_of_another_program_is_refused_even_with_right_checksums(tmp_path: Path) -> None:
    import hashlib

    files = {"booster.txt": b"tree", "model.json": b"{}"}
    lines = [f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in files.items()]
    for name, content in {**files, "MANIFEST.sha256": "".join(lines).encode()}.items():
        (tmp_path / name).write_bytes(content)
    with pytest.raises(ArtefactError, match="it was made by something else"):
        load(tmp_path)
