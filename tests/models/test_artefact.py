"""Saved and read again a model is the same to the last bit; anything changed or foreign is refused in words."""

import hashlib
import json
import pickle
import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.additive import Additive, Curve
from models.artefact import FORMAT, load, rendered, save, version_of
from models.blend import Blend, Part
from models.boosting import Trees
from models.encode import EncodedColumn, Encoder
from models.errors import ArtefactError
from models.fitted import FittedModel
from models.training import Trained, train
from tests.models.made import made
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


def by_kind(kind: str) -> FittedModel:
    """The fitted model with an estimator of each kind in the place of its own."""
    blend = Blend((Part(curves(), 0.7, -0.1), Part(boosted(), 0.3, 0.2)))
    match kind:
        case "additive":
            return replace(by_hand(), estimator=curves())
        case "trees":
            return replace(by_hand(), estimator=boosted())
        case _:
            return replace(by_hand(), estimator=blend)


@cache
def by_hand() -> FittedModel:
    """Two features, a number and a category, over an estimator that the test puts in."""
    encoder = Encoder((EncodedColumn("age_days", "number"), EncodedColumn("industry", "category", INDUSTRY)), {})
    return replace(made(), encoder=encoder)


INDUSTRY = ("Software", "Retail", "Healthcare")


def curves() -> Additive:
    line, levels = Curve("line", (0.0, 60.0), (0.1, -1 / 3), 0.05), Curve("levels", (), (0.5, 0.1, -0.2, 0.0), 0.01)
    return Additive("logistic regression", -0.7, (line, levels))


@cache
def boosted() -> Trees:
    import lightgbm

    rows = leads(600, seed=3)
    settings = {"objective": "binary", "verbosity": -1, "num_threads": 1, "min_data_per_group": 5, "num_leaves": 7}
    data = lightgbm.Dataset(by_hand().encoder.encode(rows), rows["label"].to_numpy(), categorical_feature=[1])
    return Trees(lightgbm.train(settings, data, num_boost_round=12).model_to_string(), 1)


@pytest.mark.capability("R7")
@pytest.mark.parametrize("kind", ["additive", "trees", "blend"])
def test_every_kind_of_estimator_scores_the_same_to_the_last_bit_after_loading(tmp_path: Path, kind: str) -> None:
    fitted, rows = by_kind(kind), leads(400, seed=8)
    save(fitted, tmp_path / "model")
    again = load(tmp_path / "model")
    np.testing.assert_array_equal(again.predict(rows), fitted.predict(rows))
    np.testing.assert_array_equal(again.contributions(rows), fitted.contributions(rows))
    assert rendered(again) == rendered(fitted)
    save(again, tmp_path / "twice")
    assert rendered(load(tmp_path / "twice")) == rendered(fitted)


@pytest.mark.capability("R7")
@pytest.mark.parametrize("name", ["booster.txt", "model.json", "MANIFEST.sha256"])
@pytest.mark.parametrize("place", [0, 0.3, 0.7, 0.999])
def test_a_file_of_which_one_byte_was_changed_is_refused(tmp_path: Path, name: str, place: float) -> None:
    save(by_kind("blend"), tmp_path)
    content = bytearray((tmp_path / name).read_bytes())
    content[int(place * len(content))] ^= 1
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ArtefactError, match=r"was changed after it was saved|lists other files than the model has"):
        load(tmp_path)


@pytest.mark.parametrize("name", ["booster.txt", "model.json", "MANIFEST.sha256"])
def test_a_missing_an_added_and_a_linked_file_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ArtefactError, match=rf"{name} is missing"):
        load(tmp_path / "nothing")
    save(by_kind("additive"), tmp_path / "model")
    (tmp_path / "model" / name).rename(tmp_path / name)
    with pytest.raises(ArtefactError, match=rf"not a saved model: {name} is missing; fit the model again"):
        load(tmp_path / "model")
    (tmp_path / "model" / name).symlink_to(tmp_path / name)
    with pytest.raises(ArtefactError, match=rf"{name} is no file of its own but a link"):
        load(tmp_path / "model")
    (tmp_path / "model" / name).unlink()
    (tmp_path / name).rename(tmp_path / "model" / name)
    load(tmp_path / "model")
    (tmp_path / "link").symlink_to(tmp_path / "model")
    with pytest.raises(ArtefactError, match=r"link is no file of its own"):
        load(tmp_path / "link")
    (tmp_path / "model" / "run_me.py").touch()
    with pytest.raises(ArtefactError, match=r"run_me.py does not belong there"):
        load(tmp_path / "model")


def foreign(folder: Path, description: bytes, trees: bytes = b"") -> None:
    """A folder with right checksums, whatever it holds."""
    files = {"booster.txt": trees, "model.json": description}
    lines = [f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in files.items()]
    for name, content in {**files, "MANIFEST.sha256": "".join(lines).encode()}.items():
        (folder / name).write_bytes(content)


@pytest.mark.capability("R7")
@pytest.mark.parametrize(
    ("description", "sentence"),
    [
        (b"{}", "holds None; expected .* it was made by something else"),
        (b"[1]", "it was made by something else"),
        (b'{"format": "growth-engine model, form 1"}', "it was made by something else"),
        (b'{"format": NaN}', "is not JSON .NaN is no number"),
        (b'{"format": -Infinity}', "is not JSON .-Infinity is no number"),
        (b"[" * 200_000, "is not JSON .it is nested too deep"),
        (b"\xff\xfe", "is not JSON"),
        (pickle.dumps({"format": 1}), "is not JSON"),
        (json.dumps({"format": FORMAT}).encode(), "does not hang together: it lacks what a model has .*features"),
    ],
)
def test_what_another_program_wrote_is_refused_even_with_right_checksums(
    tmp_path: Path, description: bytes, sentence: str
) -> None:
    foreign(tmp_path, description)
    with pytest.raises(ArtefactError, match=sentence):
        load(tmp_path)


def crafted(kind: str, change: Callable[[dict[str, Any], str], str]) -> tuple[bytes, bytes]:
    """The files of a model after somebody who knows the checksums changed them."""
    files = rendered(by_kind(kind))
    description = json.loads(files["model.json"])
    trees = change(description, files["booster.txt"].decode())
    return json.dumps(description).encode(), trees.encode()


def without_a_level(description: dict[str, Any], trees: str) -> str:
    description["features"][1]["levels"].pop()
    return trees


def without_a_curve(description: dict[str, Any], trees: str) -> str:
    description["estimator"]["curves"].pop()
    return trees


def with_a_word(description: dict[str, Any], trees: str) -> str:
    description["estimator"]["curves"][0]["heights"][0] = "high"
    return trees


def of_an_unknown_kind(description: dict[str, Any], trees: str) -> str:
    description["estimator"]["kind"] = "pickle"
    return trees


def without_trees(_: dict[str, Any], __: str) -> str:
    return ""


def with_fewer_columns(description: dict[str, Any], trees: str) -> str:
    description["features"].pop()
    return trees


def replaced(pattern: str, text: str) -> Callable[[dict[str, Any], str], str]:
    """The text of the trees with one place changed, the sizes in its head made good."""

    def change(_: dict[str, Any], trees: str) -> str:
        changed, count = re.subn(pattern, text, trees, count=1)
        assert count == 1
        head, rest = changed.split("\n\n", 1)
        pieces = re.split(r"(?=^Tree=|^end of trees)", rest, flags=re.MULTILINE)
        sizes = " ".join(str(len(one)) for one in pieces if one.startswith("Tree="))
        return re.sub(r"tree_sizes=.*", f"tree_sizes={sizes}", head) + "\n\n" + rest

    return change


def with_a_tree_less_in_the_head(_: dict[str, Any], trees: str) -> str:
    return re.sub(r"(tree_sizes=.*) \d+", r"\1", trees)


def with_wrong_sizes(_: dict[str, Any], trees: str) -> str:
    return re.sub(r"tree_sizes=(\d+)", lambda found: f"tree_sizes={int(found[1]) + 9}", trees)


@pytest.mark.capability("R7")
@pytest.mark.parametrize(
    ("kind", "change", "sentence"),
    [
        ("additive", without_a_level, "the curve of industry has 4 heights; expected 3"),
        ("additive", without_a_curve, "it holds 1 curves for 2 columns"),
        ("additive", with_a_word, "the curve of age_days holds what is no number"),
        ("additive", of_an_unknown_kind, "an estimator of the kind 'pickle'"),
        ("trees", without_trees, "its text of trees does not belong to its estimator"),
        ("trees", with_fewer_columns, "its trees read 2 columns; the model has 1"),
        ("trees", with_a_tree_less_in_the_head, "its head counts 11 trees; the text holds 12"),
        ("trees", with_wrong_sizes, "tree 0 has other leaves than it counts"),
        ("trees", replaced(r"split_feature=\d+", "split_feature=7"), "tree 0 reads a column that is not there"),
        ("trees", replaced(r"left_child=-?\d+", "left_child=99"), "tree 0 has branches that lead nowhere"),
        ("trees", replaced(r"num_leaves=\d+", "num_leaves=90"), "tree 0 has other leaves than it counts"),
        ("trees", replaced(r"cat_boundaries=0 \d+", "cat_boundaries=0 9"), "names levels that are not there"),
        ("blend", replaced(r"num_class=1", "num_class=3"), "its trees are not those of one outcome"),
    ],
)
def test_content_that_contradicts_itself_is_refused_even_with_right_checksums(
    tmp_path: Path, kind: str, change: Callable[[dict[str, Any], str], str], sentence: str
) -> None:
    foreign(tmp_path, *crafted(kind, change))
    with pytest.raises(ArtefactError, match=f"does not hang together: .*({sentence})"):
        load(tmp_path)


def test_files_written_anew_with_right_checksums_are_read(tmp_path: Path) -> None:
    foreign(tmp_path, *crafted("blend", lambda _, trees: trees))
    assert rendered(load(tmp_path)) == rendered(by_kind("blend"))
